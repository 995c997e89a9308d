"""What only Mailpit does: doors with a password, pages, lost events, deleted messages."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.mailbox.servers import Listener, Server, eventually, free_port, sent
from upheld.errors import MailboxUnreachable
from upheld.mailbox import mailpit as module
from upheld.mailbox.mailpit import MailpitMailbox


@pytest.fixture
def mailpit(serve: Callable[..., Server]) -> Server:
    return serve("mailpit")


class Relay:
    """Stands before a server and passes everything on, except, when told, its events."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.events = True
        self.feeds: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = self._listening.accept()[0]
                self._threads.append(threading.Thread(target=self._pass, args=(near,)))
                self._threads[-1].start()

    def _pass(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), near, socket.create_connection(("127.0.0.1", self._port)) as far:
            while True:
                for ready in select.select([near, far], [], [])[0]:
                    data = ready.recv(65536)
                    if b"GET /api/events" in data:
                        if not self.events:
                            return
                        self.feeds.append(near)
                    if not data:
                        return
                    (far if ready is near else near).sendall(data)

    def cut(self) -> None:
        self.events = False
        for feed in self.feeds:
            with contextlib.suppress(OSError):
                feed.shutdown(socket.SHUT_RDWR)
        self.feeds.clear()

    def close(self) -> None:
        self.cut()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def relay(mailpit: Server) -> Iterator[Relay]:
    relay = Relay(mailpit.http)
    yield relay
    relay.close()


def test_without_its_events_the_list_is_polled_and_it_says_so(
    mailpit: Server, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RESUBSCRIBE", 0.5)
    with MailpitMailbox(f"mailpit+http://127.0.0.1:{relay.port}") as mailbox, Listener(mailbox) as listener:
        listener.wait(lambda: listener.pulses)
        assert not mailbox.polling
        assert "polled" not in mailbox.ready()
        relay.cut()
        eventually(lambda: mailbox.polling)
        assert mailbox.ready().endswith("its events cannot be had, so its list is polled")
        mailpit.send(sent("while polling"))
        assert listener.wait(lambda: listener.envelopes) < 6
        relay.events = True
        eventually(lambda: not mailbox.polling)
        mailpit.send(sent("later"))
        listener.wait(lambda: len(listener.envelopes) == 2)
        assert listener.lost is None


def test_a_new_mailpit_in_its_place_is_noticed(mailpit: Server, relay: Relay) -> None:
    with MailpitMailbox(f"mailpit+http://127.0.0.1:{relay.port}") as mailbox, Listener(mailbox) as listener:
        listener.wait(lambda: len(listener.pulses) >= 3)  # long enough for its uptime, in whole seconds, to tell
        mailpit.end()
        mailpit.start()
        listener.wait(lambda: listener.lost)


def test_a_mailbox_with_a_password_and_a_root_of_its_own(serve: Callable[..., Server], tmp_path: Path) -> None:
    people = tmp_path / "people"
    people.write_text("ada:hush!\n")
    options = ("--ui-auth-file", str(people), "--webroot", "/box")
    server = serve("mailpit", *options, path="/box", user="ada:hush%21@")
    with Listener(server.mailbox()) as listener:
        listener.wait(lambda: listener.pulses)
        server.send(sent("one"))
        listener.wait(lambda: listener.envelopes)
    mailbox = server.mailbox()
    assert isinstance(mailbox, MailpitMailbox)
    assert not mailbox.polling
    mailbox.post("canary@example.test", "ada@example.test", "s", "b")
    assert len(mailbox.since("")) == 2
    wrong = MailpitMailbox(f"mailpit+http://ada:wrong@127.0.0.1:{server.http}/box")
    with wrong, pytest.raises(MailboxUnreachable, match="asks for a user name and password, or refuses these"):
        wrong.ready()
    elsewhere = MailpitMailbox(f"mailpit+http://ada:hush%21@127.0.0.1:{server.http}")
    with (
        elsewhere,
        pytest.raises(MailboxUnreachable, match=r"no Mailpit \(404 for messages\)\. Is its port or webroot"),
    ):
        elsewhere.cursor()


def test_more_than_one_page_is_read(mailpit: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    mailpit.send(*(sent(f"n{number}") for number in range(43)))
    mailbox = mailpit.mailbox()
    whole = mailbox.since("")
    for size in (1, 5, 43, 44):  # many share a millisecond
        monkeypatch.setattr(module, "_PAGE", size)
        assert {envelope.id for envelope in mailbox.since("")} == {envelope.id for envelope in whole}
    assert len({envelope.id for envelope in whole}) == 43


def test_a_message_is_posted_by_the_sites_door_where_it_is_known(mailpit: Server) -> None:
    with MailpitMailbox(f"{mailpit.url}?smtp=127.0.0.1:{mailpit.port}") as by_smtp:
        by_smtp.post("canary@example.test", "ada@example.test", "s", "b")
        (envelope,) = by_smtp.since("")
        assert b"Received: from localhost" in by_smtp.raw(envelope.id)
    by_nobody = MailpitMailbox(f"{mailpit.url}?smtp=127.0.0.1:{free_port()}")
    with by_nobody, pytest.raises(MailboxUnreachable, match="could not be posted to 127"):
        by_nobody.post("canary@example.test", "ada@example.test", "s", "b")
    mailbox = mailpit.mailbox()
    with pytest.raises(MailboxUnreachable, match=r"answers 400: .*invalid To address"):
        mailbox.post("canary@example.test", "nobody", "s", "b")


def test_what_was_deleted_may_have_been_a_message_of_ours(mailpit: Server) -> None:
    began = datetime.now(UTC)
    mailbox = mailpit.mailbox()
    mailbox.ready()  # nothing was deleted until now
    mailpit.send(sent("one"))
    eventually(lambda: mailbox.coverage(datetime.now(UTC) - timedelta(milliseconds=1), datetime.now(UTC)).spans)
    httpx.delete(f"http://127.0.0.1:{mailpit.http}/api/v1/messages", trust_env=False).raise_for_status()
    now = datetime.now(UTC)
    assert mailbox.coverage(began, now).spans == ()
    assert "deleted 1 of its messages" in mailbox.coverage(began, now).gaps[-1].why
    mailpit.send(sent("two"))
    (kept,) = mailbox.since("")
    assert [span.since >= now for span in mailbox.coverage(began, kept.at + timedelta(seconds=1)).spans] == [True]
    later = datetime.now(UTC)
    fresh = mailpit.mailbox()
    eventually(lambda: fresh.coverage(later, datetime.now(UTC)).gaps == ())


def test_messages_with_their_own_date_are_refused(serve: Callable[..., Server]) -> None:
    server = serve("mailpit", "--use-message-dates")
    with Listener(server.mailbox()) as listener:
        listener.wait(lambda: listener.pulses)
        server.send(b"Date: Mon, 2 Mar 2026 09:00:00 +0100\r\n" + sent("dated"))
        listener.wait(lambda: listener.lost)
    assert str(listener.lost).endswith("Start it without --use-message-dates.")


class _Stranger(BaseHTTPRequestHandler):
    status, text = 200, ""

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.text.encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.mark.parametrize(
    ("status", "text", "told"),
    [
        (500, "database is locked", "answers 500: database is locked"),
        (400, "no such thing", "answers 400: no such thing"),
        (200, "<html>Welcome</html>", r"is no Mailpit \(200 for messages\)"),
        (200, "[1, 2]", r"is no Mailpit \(200 for messages\)"),
        (200, '{"messages": [{"ID": "x"}]}', "answer was not understood: KeyError"),
        (302, "", r"is no Mailpit \(302 for messages\)"),
    ],
)
def test_an_answer_that_is_no_mailpits_is_told(status: int, text: str, told: str) -> None:
    handler = type("Stranger", (_Stranger,), {"status": status, "text": text})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        with MailpitMailbox(f"mailpit+http://127.0.0.1:{server.server_port}") as mailbox:
            for ask in (mailbox.cursor, lambda: mailbox.since("")):
                with pytest.raises(MailboxUnreachable, match=told):
                    ask()
        server.shutdown()
        thread.join(5)
