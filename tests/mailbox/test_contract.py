"""What every mailbox does. Each is the real program, sent to over real SMTP, or HTTP where it is the capture."""

from __future__ import annotations

import itertools
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.mailbox.servers import Listener, Server, eventually, sent, without_trace
from upheld.errors import MailboxUnreachable
from upheld.mailbox import Canary, Envelope, is_canary


@pytest.fixture(params=["embedded", "mailpit", "capture"])
def server(request: pytest.FixtureRequest, serve: Callable[..., Server]) -> Server:
    return serve(request.param)


def subjects(server: Server, envelopes: list[Envelope]) -> list[str]:
    mailbox = server.mailbox()
    lines = [mailbox.raw(envelope.id).split(b"Subject: ")[1].split(b"\r\n")[0] for envelope in envelopes]
    return [line.decode() for line in lines]


def test_messages_are_listed_in_the_order_in_which_they_came(server: Server) -> None:
    began = datetime.now(UTC)
    for number in range(5):
        server.send(sent(f"n{number}"))
    listed = server.mailbox().since("")
    assert subjects(server, listed) == ["n0", "n1", "n2", "n3", "n4"]
    assert [envelope.at for envelope in listed] == sorted(envelope.at for envelope in listed)
    assert all(began - timedelta(seconds=1) < envelope.at < datetime.now(UTC) for envelope in listed)
    assert all(envelope.at.utcoffset() == timedelta(0) for envelope in listed)


def test_a_cursor_leaves_nothing_out(server: Server) -> None:
    mailbox = server.mailbox()
    assert mailbox.since(mailbox.cursor()) == []
    server.send(sent("before"))
    cursor = mailbox.cursor()
    server.send(sent("after"), sent("later"))
    everything = mailbox.since("")
    listed = [envelope for envelope in mailbox.since(cursor) if envelope.id != everything[0].id]
    assert listed == everything[1:]
    assert everything[-1] in mailbox.since(listed[0].cursor)
    assert everything[-1] not in [one for one in mailbox.since(everything[-1].cursor) if one.id not in ids(everything)]


def ids(envelopes: list[Envelope]) -> set[str]:
    return {envelope.id for envelope in envelopes}


def test_a_cursor_of_another_mailbox_lists_everything(server: Server) -> None:
    server.send(sent("one"))
    assert len(server.mailbox().since("another-7")) == 1


def test_nothing_falls_between_the_listing_and_the_stream(server: Server) -> None:
    mailbox = server.mailbox()
    half = threading.Event()

    def site() -> None:
        for number in range(200):
            if number == 60:
                half.set()
            server.send(sent(f"n{number}"))

    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(site)
        assert half.wait(20)
        with Listener(mailbox) as listener:
            sending.result(60)
            listener.wait(lambda: len(listener.ids) == 200)
        assert listener.lost is None
    assert listener.ids == ids(mailbox.since(""))


def test_many_may_send_at_once(server: Server) -> None:
    with Listener(server.mailbox()) as listener, ThreadPoolExecutor(8) as pool:
        messages = [[sent(f"s{sender}n{number}") for number in range(10)] for sender in range(8)]
        list(pool.map(lambda batch: server.send(*batch), messages))
        listener.wait(lambda: len(listener.ids) == 80)
    assert len(set(subjects(server, server.mailbox().since("")))) == 80


def test_what_is_sent_twice_is_two_and_what_is_told_twice_is_one(server: Server) -> None:
    server.send(sent("twice"), sent("twice"))
    mailbox = server.mailbox()
    assert len(ids(mailbox.since(""))) == 2
    assert mailbox.since("") == mailbox.since("")
    with Listener(mailbox) as listener:
        listener.wait(lambda: len(listener.pulses) >= 2)
    assert listener.ids == ids(mailbox.since(""))


def test_a_message_is_told_at_once(server: Server) -> None:
    with Listener(server.mailbox()) as listener:
        listener.wait(lambda: listener.pulses)
        server.send(sent("quick"))
        assert listener.wait(lambda: listener.envelopes) < 3  # as all bounds here: for a busy machine
    assert listener.envelopes == server.mailbox().since("")


def test_recipients_that_no_header_names_are_found(server: Server) -> None:
    server.send(sent("hidden", to="Ada@Example.test"), to=["Ada@Example.test", "Archive@Example.test"])
    envelopes = server.mailbox().since("")
    assert sorted(address for one in envelopes for address in one.to) == ["ada@example.test", "archive@example.test"]
    assert len(envelopes) == (2 if server.kind == "capture" else 1)  # a webhook is posted to one address


def test_an_address_may_be_written_in_any_script(server: Server) -> None:
    server.send(sent("wide", to="müller@example.test"), to=["müller@example.test"])
    (envelope,) = server.mailbox().since("")
    assert envelope.to == ("müller@example.test",)


BODIES = {
    "dots": b".\r\n..a line that begins with a dot\r\n",
    "utf-8": "Grüße aus Lissabon, 120,00 €\r\n".encode(),
    "bytes": b"latin-1: \xfc, and no charset says so\r\n",
    "a long line": b"x" * 5000 + b"\r\n",
    "empty lines": b"\r\n\r\n",
}


def test_a_message_is_kept_byte_for_byte(server: Server) -> None:
    messages = [sent(name.replace(" ", "-"), body=body) for name, body in BODIES.items()]
    server.send(*messages)
    mailbox = server.mailbox()
    kept = [mailbox.raw(envelope.id) for envelope in mailbox.since("")]
    # Those of one millisecond may stand in any order in Mailpit's list.
    assert sorted(map(without_trace, kept)) == sorted(map(without_trace, messages))


def test_a_message_that_is_not_there_is_a_key_error(server: Server) -> None:
    with pytest.raises(KeyError):
        server.mailbox().raw("nothing-7")
    with pytest.raises(KeyError):
        server.mailbox().raw("../info")


def test_signs_of_life_come_about_every_second(server: Server) -> None:
    with Listener(server.mailbox()) as listener:
        listener.wait(lambda: len(listener.pulses) >= 3)
    moments = [when for when, _ in listener.pulses]
    assert max(after - before for before, after in itertools.pairwise(moments)) < 5
    assert abs(listener.pulses[-1][1].at - datetime.now(UTC)) < timedelta(seconds=6)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_mailbox_that_goes_away_is_noticed(server: Server, how: signal.Signals) -> None:
    mailbox = server.mailbox()
    server.send(sent("last"))
    with Listener(mailbox) as listener:
        listener.wait(lambda: listener.pulses and listener.envelopes)
        server.end(how)
        assert listener.wait(lambda: listener.lost) < 12
    assert server.url in str(listener.lost)
    with pytest.raises(MailboxUnreachable):
        mailbox.ready()
    with pytest.raises(MailboxUnreachable):
        mailbox.post("a@example.test", "b@example.test", "s", "b")


def test_a_mailbox_that_hangs_is_noticed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upheld.mailbox.mailpit._TIMEOUT", 1.0)
    mailbox = server.mailbox()
    with Listener(mailbox) as listener:
        listener.wait(lambda: listener.pulses)
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)
        assert listener.wait(lambda: listener.lost) < 14


def test_a_restart_leaves_a_hole_in_what_is_covered(server: Server) -> None:
    mailbox = server.mailbox()
    mailbox.ready()
    first = datetime.now(UTC)
    assert covered(mailbox.coverage(first - timedelta(hours=1), first), first)
    server.send(sent("before"))
    server.end(signal.SIGKILL)
    away = datetime.now(UTC)
    server.start()
    server.send(sent("after"))
    back = server.mailbox().since("")[-1].at + timedelta(seconds=1)
    coverage = server.mailbox().coverage(first, back)
    assert not covered(coverage, away)
    assert coverage.gaps
    assert all(gap.why for gap in coverage.gaps)
    assert all(first <= span.since <= span.until <= back for span in coverage.spans)
    eventually(lambda: covered(server.mailbox().coverage(away, now := datetime.now(UTC)), now), 5)
    assert subjects(server, server.mailbox().since("")) == ["before", "after"]


def test_the_future_is_not_covered_yet(server: Server) -> None:
    now = datetime.now(UTC)
    mailbox = server.mailbox()
    assert mailbox.coverage(now + timedelta(hours=1), now + timedelta(hours=2)).spans == ()
    coverage = mailbox.coverage(now, now + timedelta(hours=2))
    assert all(span.until <= datetime.now(UTC) for span in coverage.spans)


def covered(coverage: object, at: datetime) -> bool:
    spans = getattr(coverage, "spans", ())
    return any(span.since <= at <= span.until for span in spans)


def test_a_canary_makes_the_round(server: Server) -> None:
    mailbox = server.mailbox()
    canary = Canary(mailbox, "example.test", token="Run1")
    with Listener(mailbox) as listener:
        told: list[bool] = []
        listener.on_envelope = lambda envelope: told.append(canary.seen(envelope))
        address = canary.send()
        seen = canary.wait(address, 10)
        assert seen is not None
        assert abs(seen.skew_seconds) < 1
        assert seen.sent <= seen.seen
        server.send(sent("a customer's"))
        listener.wait(lambda: len(told) == 2)
    assert told == [True, False]
    assert [is_canary(envelope) for envelope in listener.envelopes] == [True, False]
    assert canary.gaps() == ()


def test_it_says_what_answers_there(server: Server) -> None:
    server.send(sent("one"))
    assert "1 message" in server.mailbox().ready()
    server.send(sent("two"))
    assert "2 messages" in server.mailbox().ready()
