"""Real mailboxes for the tests: each can be started, killed and started again at the same place."""

from __future__ import annotations

import contextlib
import itertools
import re
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

import httpx

from tests.needs import mailpit_binary
from upheld.errors import MailboxUnreachable
from upheld.mailbox import Envelope, Mailbox, Pulse, open_capture, open_mailbox

__all__ = ["Listener", "Server", "eventually", "free_port", "sent", "without_trace"]

_TRACE = re.compile(rb"(?:(?:received|return-path|message-id|bcc):[^\n]*\n(?:[ \t][^\n]*\n)*)", re.IGNORECASE)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def eventually(true: Callable[[], object], seconds: float = 10.0) -> float:
    """Wait until it is true and return how long that took."""
    began = time.monotonic()
    pause = threading.Event()
    while not true():
        assert time.monotonic() - began < seconds, f"not so within {seconds} s"
        pause.wait(0.01)
    return time.monotonic() - began


class Server:
    """A mailbox of one kind (embedded, mailpit, capture) in a folder, with the options that its program is given."""

    def __init__(self, kind: str, folder: Path, *options: str, query: str = "", path: str = "", user: str = "") -> None:
        self.kind = kind
        self.folder = folder
        self.options = options
        self.port, self.http = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._open: list[Mailbox] = []
        at = f"mailpit+http://{user}127.0.0.1:{self.http}{path}{query}"
        self.url = at if kind == "mailpit" else f"{kind}://127.0.0.1:{self.port}"

    def start(self) -> Server:
        if self.kind != "mailpit":
            store = self.folder / ".upheld" / ("mailbox.db" if self.kind == "embedded" else "capture.db")
            door = "mail" if self.kind == "embedded" else "capture"
            command = [sys.executable, "-m", "upheld.mailbox.serve", "--port", str(self.port), "--door", door]
            command += ["--store", str(store)]
        else:
            program = mailpit_binary()
            assert program is not None
            command = [str(program), "--listen", f"127.0.0.1:{self.http}", "--smtp", f"127.0.0.1:{self.port}"]
            command += ["--disable-version-check", "--smtp-disable-rdns", "--quiet"]
            if "--database" not in self.options:
                command += ["--database", str(self.folder / "mailpit.db")]
        self.process = subprocess.Popen([*command, *self.options], stdout=subprocess.DEVNULL)
        eventually(lambda: self._listening(self.port) and (self.kind != "mailpit" or self._listening(self.http)))
        if self.kind == "mailpit":
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"http://127.0.0.1:{self.http}/readyz", trust_env=False)
        return self

    def _listening(self, port: int) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "the server ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(how)
        try:
            return self.process.wait(10)
        finally:
            self.process = None

    def close(self) -> None:
        for mailbox in self._open:
            mailbox.close()
        if self.process is not None:
            self.end(signal.SIGKILL)

    def mailbox(self) -> Mailbox:
        opened = open_capture if self.kind == "capture" else open_mailbox
        mailbox: Mailbox = opened(self.url, root=self.folder, start=False)
        self._open.append(mailbox)
        return mailbox

    def send(
        self, *messages: bytes, to: Sequence[str] = ("ada@example.test",), sender: str = "shop@example.test"
    ) -> None:
        if self.kind == "capture":
            with httpx.Client(trust_env=False, headers={"Content-Type": "text/plain"}) as http:
                for message, address in itertools.product(messages, to):
                    hook = f"http://127.0.0.1:{self.port}/hooks/{quote(address)}"
                    assert http.post(hook, content=message).status_code == 204
            return
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="site.test", timeout=10) as smtp:
            for message in messages:
                smtp.sendmail(sender, list(to), message, ["SMTPUTF8", "BODY=8BITMIME"] if _wide(to) else [])


def _wide(addresses: Iterable[str]) -> bool:
    return not all(address.isascii() for address in addresses)


def sent(subject: str, to: str = "ada@example.test", *, body: bytes = b"Hello.\r\n") -> bytes:
    """Return a small message as a site would send it."""
    head = f"From: Shop <shop@example.test>\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.test>"
    return f"{head}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n".encode() + body


def without_trace(raw: bytes) -> bytes:
    """Return the message without what a receiving server puts in front."""
    if raw.startswith(b"POST "):
        return raw.partition(b"\r\n\r\n")[2]
    while found := _TRACE.match(raw):
        raw = raw[found.end() :]
    return raw


class Listener:
    """Reads a stream in a thread of its own, as the collector of a run does."""

    def __init__(self, mailbox: Mailbox, cursor: str = "") -> None:
        self.envelopes: list[Envelope] = []
        self.pulses: list[tuple[float, Pulse]] = []
        self.lost: MailboxUnreachable | None = None
        self.on_envelope: Callable[[Envelope], object] = lambda _: None
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(mailbox, cursor))

    def _read(self, mailbox: Mailbox, cursor: str) -> None:
        try:
            for one in mailbox.stream(cursor, self._stop):
                with self._changed:
                    if isinstance(one, Pulse):
                        self.pulses.append((time.monotonic(), one))
                    else:
                        self.envelopes.append(one)
                        self.on_envelope(one)
                    self._changed.notify_all()
        except MailboxUnreachable as error:
            with self._changed:
                self.lost = error
                self._changed.notify_all()

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive(), "the stream did not end when it was told to"

    def wait(self, true: Callable[[], object], seconds: float = 15.0) -> float:
        """Wait until it is true, looking whenever something came; return how long that took."""
        began = time.monotonic()
        with self._changed:
            assert self._changed.wait_for(true, seconds), f"not so within {seconds} s; lost: {self.lost}"
        return time.monotonic() - began

    @property
    def ids(self) -> set[str]:
        return {envelope.id for envelope in self.envelopes}
