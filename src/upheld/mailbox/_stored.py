"""What the embedded mailbox and the capture share: a process of our own at a port, and the file in which it keeps all.

Reading is reading the file; the process is asked only whether it still sits there.
"""

from __future__ import annotations

import abc
import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Self

from upheld.errors import MailboxUnreachable, UsageError
from upheld.mailbox import _address
from upheld.mailbox._store import BEAT, GAP, Reader, Sitting
from upheld.mailbox.base import Coverage, Envelope, Gap, Pulse, Span, StrangerThere

__all__ = ["StoredMailbox"]

_POLL = 0.025
_LATE = 1.6  # seconds without a heartbeat after which the process is asked at its port
_PATIENCE = 10.0  # seconds without a heartbeat that are borne while the port still answers: a slow disk
_STARTING = 30.0


class StoredMailbox(abc.ABC):
    """A reader of what such a process keeps, and the holder of the process where it started it.

    Made by `start` or `attach`. Safe to use from several threads. A kind says what it is called, which `door` of the
    process it stands behind, and how one posts there and asks who serves.
    """

    name: ClassVar[str]
    what: ClassVar[str]
    scheme: ClassVar[str]
    door: ClassVar[str]
    example: ClassVar[str]
    default_store: ClassVar[Path]

    def __init__(
        self, host: str, port: int, reader: Reader, query: str, process: subprocess.Popen[bytes] | None = None
    ) -> None:
        self._host = host
        self._port = port
        self._reader = reader
        self._process = process
        self.url = f"{self.scheme}://{_address.hostport(host, port)}{'?' + query if query else ''}"
        """The address with the real port, by which others attach."""

    @property
    def _place(self) -> str:
        # Where it keeps things says nothing to whoever reads why something is unproven.
        return f"{_capital(self.name)} at {self.url.partition('?')[0]}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @classmethod
    def start(cls, url: str, root: Path) -> Self:
        """Attach to the one that serves there with our store, else start it; it ends when this process does.

        `root` is where a relative store lies. Port 0 takes a free one. Raises `UsageError` where something else
        holds the port, or another process the store.
        """
        host, port, store, query = cls._read(url, root)
        if port:
            with contextlib.suppress(_Nobody):
                return cls._attached(host, port, store, query)
        process, port = cls._started(host, port, store)
        try:
            return cls(host, port, Reader(store), query, process)
        except BaseException:
            _ended(process)
            raise

    @classmethod
    def attach(cls, url: str, root: Path) -> Self:
        """Attach to the one that serves there with our store.

        Raises `MailboxUnreachable` where nobody serves, `UsageError` where something else does.
        """
        host, port, store, query = cls._read(url, root)
        if not port:
            raise UsageError(f"The address {url} names no port to attach to. It looks like {cls.example}")
        return cls._attached(host, port, store, query)

    @classmethod
    def _attached(cls, host: str, port: int, store: Path, query: str) -> Self:
        place = f"{cls.scheme}://{_address.hostport(host, port)}"
        try:
            serving = cls.identified(host, port)
        except StrangerThere as error:
            raise UsageError(
                f"{_capital(cls.name)} cannot be at {place}: {error}. Choose another port; 0 takes a free one."
            ) from error
        except MailboxUnreachable as error:
            raise _Nobody(
                f"Nobody serves {cls.name} at {place}: {error}. `upheld mailbox serve` starts one that stays."
            ) from error
        reader = Reader(store) if store.exists() else None
        if reader is None or reader.id != serving:
            if reader is not None:
                reader.close()
            raise UsageError(
                f"{_capital(cls.name)} at {place} keeps another store than {store}. Choose another port "
                "(0 takes a free one), or name its store with ?store=PATH."
            )
        return cls(host, port, reader, query)

    def ready(self) -> str:
        """Return one line on what answers there. Raises `MailboxUnreachable`."""
        self._answers(2.0)
        count = self._reader.count()
        return f"{self.what} at {_address.hostport(self._host, self._port)}, {count} message{'s' * (count != 1)}"

    def _answers(self, timeout: float) -> None:
        try:
            serving = self.identified(self._host, self._port, timeout=timeout)
        except MailboxUnreachable as error:
            raise MailboxUnreachable(f"{self._place} does not answer: {error}.{self._last()}") from error
        if serving != self._reader.id:
            raise MailboxUnreachable(f"{self._place} now keeps another store than {self._reader.path}.")

    def _last(self) -> str:
        sitting = self._reader.sitting()
        if sitting is None:
            return ""
        what = "It was stopped at" if sitting.ended else "Its last sign of life was at"
        return f" {what} {sitting.beat:%H:%M:%S} UTC."

    def cursor(self) -> str:
        """Return the cursor after everything stored so far."""
        return self._reader.cursor()

    def since(self, cursor: str) -> list[Envelope]:
        """Return what was stored after the cursor, in the order of arrival."""
        return list(self._reader.after(self._reader.sequence(cursor)))

    def stream(self, cursor: str, stop: threading.Event) -> Iterator[Envelope | Pulse]:
        """Yield what was stored after the cursor and then what arrives, with a pulse for every heartbeat."""
        seq = self._reader.sequence(cursor)
        first = self._reader.sitting()
        beat = None
        watch = _Watch(self)
        with self._reader.connection() as connection:
            seen = None
            while not stop.is_set():
                version = self._reader.version(connection)
                if version != seen:
                    seen = version
                    # The heartbeat is read before the messages, so that a pulse vouches for all that came before it.
                    sitting = self._reader.sitting()
                    if sitting is None or first is None or sitting.id != first.id:
                        raise MailboxUnreachable(f"{self._place} was away, and began again.{self._last()}")
                    for envelope in self._reader.after(seq):
                        seq = self._reader.sequence(envelope.cursor)
                        yield envelope
                    if sitting.ended:
                        raise MailboxUnreachable(f"{self._place} is not there.{self._last()}")
                    if sitting.beat != beat:
                        beat = sitting.beat
                        watch.beaten(beat)
                        if watch.fresh:
                            yield Pulse(beat)
                watch.check()
                stop.wait(_POLL)

    def raw(self, message_id: str) -> bytes:
        """Return the message as it was received. Raises `KeyError`."""
        return self._reader.raw(message_id)

    def coverage(self, since: datetime, until: datetime) -> Coverage:
        """Return when the process sat there between the two moments, as its heartbeats say.

        Waits up to about a second where `until` is now: the present is covered when the next heartbeat has said so.
        """
        until = min(until, datetime.now(UTC))
        if until <= since:
            return Coverage(())
        give_up = time.monotonic() + GAP
        waiting = threading.Event()
        while self._may_still_say(until) and time.monotonic() < give_up:
            waiting.wait(_POLL)
        spans: list[Span] = []
        gaps: list[Gap] = []
        covered = since
        for sitting in self._reader.sittings(since, until):
            began, beat = max(sitting.began, since), min(sitting.beat, until)
            if began > covered:
                gaps.append(Gap(covered, began, self._why(sitting, spans)))
            if beat > covered:
                spans.append(Span(max(began, covered), beat))
                covered = beat
        if covered < until:
            gaps.append(Gap(covered, until, f"{self.name} at {self.url.partition('?')[0]} did not run"))
        return Coverage(tuple(spans), tuple(gaps))

    def _may_still_say(self, until: datetime) -> bool:
        sitting = self._reader.sitting()
        if sitting is None or sitting.ended or sitting.beat >= until:
            return False
        return (datetime.now(UTC) - sitting.beat).total_seconds() < GAP

    @classmethod
    @abc.abstractmethod
    def identified(cls, host: str, port: int, *, timeout: float = 2.0) -> str:
        """Return the id of the store behind the port.

        Raises `StrangerThere` where something else answers or nothing is said, `MailboxUnreachable` where nobody does.
        """

    @abc.abstractmethod
    def post(self, sender: str, recipient: str, subject: str, body: str) -> None:
        """Put a small text message into the mailbox, by the same door as the site."""

    def close(self) -> None:
        """Close the file, and end the process where this object started it."""
        self._reader.close()
        if self._process is not None:
            _ended(self._process)
            self._process = None

    def _why(self, sitting: Sitting, before: list[Span]) -> str:
        again = "again " if before else ""
        return f"{self.name} at {sitting.address} began {again}at {sitting.began:%H:%M:%S} UTC"

    @classmethod
    def _read(cls, url: str, root: Path) -> tuple[str, int, Path, str]:
        parts = _address.split(url, scheme_example=cls.example)
        given = _address.parameters(parts, ("store",))
        if parts.port is None:
            raise UsageError(f"The mailbox address {_address.shown(parts)} names no port. It looks like {cls.example}")
        store = root.absolute() / (given.get("store") or cls.default_store)
        return parts.hostname or "", parts.port, store, parts.query

    @classmethod
    def _started(cls, host: str, port: int, store: Path) -> tuple[subprocess.Popen[bytes], int]:
        """Start the process and return it with its port, once it takes what is sent."""
        store.parent.mkdir(parents=True, exist_ok=True)
        log = store.with_suffix(".log")
        # -P: a suite's own folders (steps, fixtures) must not stand in for the modules that the process imports.
        command = [sys.executable, "-P", "-m", "upheld.mailbox.serve", "--tied", "--door", cls.door]
        command += ["--host", host, "--port", str(port), "--store", str(store)]
        with log.open("ab") as errors:
            # A session of its own, and a pipe that closes with us, however we end: see `serve`.
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            )
        too_long = threading.Timer(_STARTING, process.kill)
        too_long.start()
        try:
            line = process.stdout.readline() if process.stdout else b""
        finally:
            too_long.cancel()
        answer: object = None
        with contextlib.suppress(ValueError):
            answer = json.loads(line)
        if isinstance(answer, dict) and "port" in answer:
            return process, int(answer["port"])
        _ended(process)
        if isinstance(answer, dict) and "error" in answer:
            raise UsageError(str(answer["error"]))
        raise MailboxUnreachable(f"The process of {cls.name} did not start within {_STARTING:.0f} s. See {log}.")


class _Nobody(MailboxUnreachable):
    """Nothing listens at the port."""


class _Watch:
    """Notices that heartbeats no longer come, and not merely that we were not looking for a while."""

    def __init__(self, mailbox: StoredMailbox) -> None:
        self._mailbox = mailbox
        self._since = self._looked = self._asked = time.monotonic()
        self._beat: datetime | None = None

    def beaten(self, beat: datetime) -> None:
        self._beat = beat
        self._since = time.monotonic()

    @property
    def fresh(self) -> bool:
        """True where the heartbeat is of now: the first one read may be an old one."""
        return self._beat is not None and (datetime.now(UTC) - self._beat).total_seconds() < GAP

    def check(self) -> None:
        """Raise `MailboxUnreachable` where the process is gone or hangs."""
        now = time.monotonic()
        if now - self._looked > 1.0:
            self._since = now  # we were held up ourselves
        self._looked = now
        silent = now - self._since
        if silent < _LATE or now - self._asked < 1.0:
            return
        self._mailbox._answers(1.0)
        self._asked = self._looked = time.monotonic()
        if silent > _PATIENCE:
            raise MailboxUnreachable(
                f"{self._mailbox._place} answers, but wrote nothing for {silent:.0f} s. Is its disk full?"
                f"{self._mailbox._last()}"
            )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Let the process end by closing its pipe; make it, where it does not."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    for force in (process.terminate, process.kill):
        try:
            process.wait(BEAT + 4)
            return
        except subprocess.TimeoutExpired:
            force()
    process.wait()
