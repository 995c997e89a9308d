"""The lookout over two real mailboxes: what comes by one channel says nothing of another, tonight or later."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.mailbox.servers import Server, eventually, sent
from tests.needs import needs
from upheld.ledger import Ledger, fold, open_ledger
from upheld.lookout import Lookout
from upheld.mailbox import gap_counts
from upheld.promises.timeline import Looked
from upheld.promises.window import Interval

ADA, PHONE = "ada.token@example.test", "+12125550123"
MAIL, TEXT, HOOK, PAGE = "email", "text message", "webhook", "page"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path}/ledger.db", migrate=True) as opened:
        yield opened


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[str], Server]]:
    servers: list[Server] = []

    def start(kind: str) -> Server:
        if kind == "mailpit":
            needs("mailpit")
        servers.append(Server(kind, tmp_path).start())
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@contextlib.contextmanager
def looking(ledger: Ledger, tmp_path: Path, mail: Server, capture: Server | None, **more: object) -> Iterator[Lookout]:
    lookout = Lookout(
        mail.mailbox(),
        ledger,
        str(more.get("run", "run")),
        site="",
        evidence=tmp_path / "evidence",
        mail_domain="example.test",
        capture=capture.mailbox() if capture else None,
        cursors=more.get("cursors"),  # type: ignore[arg-type]  # of the tests' own making
    )
    with lookout:
        lookout.first_look()
        yield lookout


def text(capture: Server, body: str, to: str = PHONE) -> None:
    form = {"To": to, "From": "Shop", "Body": body}
    at = f"http://127.0.0.1:{capture.port}/2010-04-01/Accounts/AC1/Messages.json"
    assert httpx.post(at, data=form, auth=("AC1", "token"), trust_env=False).status_code == 201


def unseen(lookout: Lookout, channel: str, window: Interval) -> str:
    """Return why it cannot be said what came by this channel, "" where it can: what the judge is told."""
    now = datetime.now(UTC)
    looked = Looked(
        now=now,
        real_now=now,
        covered=lookout.covered(window.opens, channel),
        gaps=lookout.gaps(channel),
        reasons=lookout.reasons(channel),
    )
    return looked.gap(window)


@pytest.mark.parametrize("kind", ["embedded", "mailpit"])
def test_a_capture_that_goes_away_leaves_the_mail_proven(
    kind: str, serve: Callable[[str], Server], ledger: Ledger, tmp_path: Path
) -> None:
    mail, capture = serve(kind), serve("capture")
    with looking(ledger, tmp_path, mail, capture) as lookout:
        since = datetime.now(UTC)
        mail.send(sent("receipt", to=ADA), to=[ADA])
        text(capture, "Your code is 4711", to="+1 212 555 0123")
        capture.send(b'{"type": "order.paid"}', to=[ADA])
        eventually(lambda: len(lookout.arrivals(ADA)) == 2 and lookout.arrivals(PHONE))
        assert sorted(one.channel for one in lookout.arrivals(ADA)) == [MAIL, HOOK]
        assert [(one.channel, one.text) for one in lookout.arrivals(PHONE)] == [(TEXT, "Your code is 4711")]
        window = Interval(since, datetime.now(UTC))
        lookout.last_look()
        assert [unseen(lookout, channel, window) for channel in (MAIL, TEXT, HOOK, PAGE, "PDF")] == [""] * 5
        assert [lookout.ever_seen(channel) for channel in (MAIL, TEXT)] == [True, True]

        capture.end(signal.SIGKILL)
        eventually(lambda: ledger.events(kinds=("gap",)))
        lookout.caught_up()  # who waits for mail does not wait for the capture
        window = Interval(since, datetime.now(UTC))
        lookout.last_look()
        for channel in (TEXT, HOOK):
            assert "the text-message capture" in unseen(lookout, channel, window).lower()
        assert [unseen(lookout, channel, window) for channel in (MAIL, PAGE, "PDF")] == [""] * 3
        lookout.write_down(since)
    told = fold(ledger.events(run="run"))
    assert {one.what for one in told.coverage} == {"mailbox", "capture"}
    assert {one.what for one in told.gaps} == {"capture", "capture canary"}
    assert [one for one in told.gaps if gap_counts(one.what, MAIL)] == []
    assert [one for one in told.gaps if gap_counts(one.what, TEXT)] != []


def test_a_capture_that_hangs_is_waited_for_once_and_is_a_gap_of_its_own(
    serve: Callable[[str], Server], ledger: Ledger, tmp_path: Path
) -> None:
    mail, capture = serve("embedded"), serve("capture")
    with looking(ledger, tmp_path, mail, capture) as lookout:
        since = datetime.now(UTC)
        assert capture.process is not None
        capture.process.send_signal(signal.SIGSTOP)
        lookout.caught_up(2.0)
        window = Interval(since, since + timedelta(seconds=1))
        assert "did not answer" in unseen(lookout, TEXT, window)
        assert unseen(lookout, MAIL, window) == ""
        capture.process.send_signal(signal.SIGCONT)
        text(capture, "late")
        eventually(lambda: lookout.arrivals(PHONE))
        lookout.caught_up()
        assert lookout.gaps(TEXT) == []  # all that was held up has been read


def test_a_later_run_reads_what_came_between_and_writes_nothing_twice(
    serve: Callable[[str], Server], ledger: Ledger, tmp_path: Path
) -> None:
    mail, capture = serve("embedded"), serve("capture")
    began = {"mailbox": mail.mailbox().cursor(), "capture": capture.mailbox().cursor()}
    since = datetime.now(UTC)
    with looking(ledger, tmp_path, mail, capture, run="night-1", cursors=began) as lookout:
        text(capture, "Your code is 4711")
        eventually(lambda: lookout.arrivals(PHONE))
    text(capture, "Your seat is free")
    with looking(ledger, tmp_path, mail, capture, run="night-2", cursors=began) as lookout:
        eventually(lambda: len(lookout.arrivals(PHONE)) == 2)
        window = Interval(since, datetime.now(UTC))
        lookout.last_look()
        assert unseen(lookout, TEXT, window) == ""
    arrived = ledger.events(kinds=("arrived",), recipient=PHONE)
    assert [(event.run, event.data["arrival"]["text"]) for event in arrived] == [
        ("night-1", "Your code is 4711"),
        ("night-2", "Your seat is free"),
    ]


def test_without_a_capture_only_what_needs_one_is_unproven(
    serve: Callable[[str], Server], ledger: Ledger, tmp_path: Path
) -> None:
    with looking(ledger, tmp_path, serve("embedded"), None) as lookout:
        since = datetime.now(UTC)
        lookout.caught_up()
        window = Interval(since, datetime.now(UTC))
        lookout.last_look()
        for channel in (TEXT, HOOK):
            assert lookout.catches(channel) == unseen(lookout, channel, window)
            assert "no capture is set: " in lookout.catches(channel)
            assert '`capture = "capture://127.0.0.1:1080"`' in lookout.catches(channel)
        for channel in (MAIL, PAGE, "download", "calendar entry"):
            assert (lookout.catches(channel), unseen(lookout, channel, window)) == ("", "")
