"""The process behind the embedded mailbox and the capture: takes what the site sends and stores it before it says so.

Mail comes by SMTP (RFC 5321), text messages and webhooks by HTTP, each at a door of its own with a store of its own.

python -m upheld.mailbox.serve --host 127.0.0.1 --port 1025 --store .upheld/mailbox.db --capture-port 1080
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from upheld.errors import UpheldError, UsageError
from upheld.mailbox._smtp import IDENTIFICATION
from upheld.mailbox._store import BEAT, Keep, NotKept, StoreGone, Writer
from upheld.mailbox.base import CAPTURE

__all__ = ["SIZE_LIMIT", "Door", "main", "serve"]

SIZE_LIMIT = 50 * 1024 * 1024
"""The largest message that is accepted, in bytes."""

_LOG = logging.getLogger("upheld.mailbox")


class _Server(SMTP):
    # Sites send lines longer than RFC 5321 allows, and many servers take them; a mailbox that refuses hides the mail.
    line_length_limit = SIZE_LIMIT


class _Handler:
    """aiosmtpd's hooks: takes any sender and recipient, and stores."""

    def __init__(self, store: str, keep: Keep) -> None:
        self._store = store
        self._keep = keep

    async def handle_EHLO(  # noqa: N802  # the name is aiosmtpd's, as below
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], f"250-{IDENTIFICATION} {self._store}", responses[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        # A bounce has no sender ("<>"), which aiosmtpd would take for a missing MAIL command.
        envelope.mail_from = address or "<>"
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        recipients = tuple(dict.fromkeys(address.lower() for address in envelope.rcpt_tos))
        try:
            await self._keep(envelope.mail_from or "", recipients, raw)
        except NotKept:
            return "451 4.3.0 The mailbox could not store the message"
        return "250 OK: stored"


def _anyone(*_: object) -> AuthResult:
    # A site that is configured with a user name and password for its mail server must not fail on ours.
    return AuthResult(success=True)


@dataclass(frozen=True, slots=True)
class Door:
    """Where something is taken in and where it is kept: `kind` is `mail` (SMTP) or `capture` (HTTP)."""

    kind: str
    host: str
    port: int
    store: Path

    @property
    def name(self) -> str:
        """What stands behind it, in a sentence."""
        return "the mailbox" if self.kind == "mail" else CAPTURE


async def serve(doors: Sequence[Door], *, tied: bool, ready: Callable[[Sequence[tuple[Door, int, str]]], None]) -> None:
    """Serve until SIGTERM, or SIGINT where not tied; tied, also until standard input closes.

    `ready` is called with each door, its port and its store's id once all are open. Raises `UsageError` where a port
    or a store is taken.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    parent = os.getppid() if tied else None
    async with contextlib.AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(_opened(door)) for door in doors]
        _stop_by_signal(loop, stop, tied)
        if tied:
            _stop_with_starter(loop, stop)
        ready([(door, port, writer.id) for door, (writer, _, port) in zip(doors, opened, strict=True)])
        await asyncio.gather(*(_beat(writer, one, stop, parent) for writer, one, _ in opened))


@contextlib.asynccontextmanager
async def _opened(door: Door) -> AsyncIterator[tuple[Writer, ThreadPoolExecutor, int]]:
    """Give a door's writer, the one thread that may use it, and the port, while the door is open."""
    loop = asyncio.get_running_loop()
    # All writes go through one thread, so that the order of storing is the order of the sequence.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="store") as one:
        writer = await loop.run_in_executor(one, Writer, door.store)

        async def keep(sender: str, recipients: Sequence[str], raw: bytes) -> None:
            try:
                await loop.run_in_executor(one, writer.store, sender, recipients, raw)
            except (StoreGone, sqlite3.Error, OSError) as error:
                _LOG.error("a message to %s could not be stored: %s", ", ".join(recipients), error)
                raise NotKept from error

        try:
            async with contextlib.AsyncExitStack() as stack:
                listening = _mail(door, writer.id, keep) if door.kind == "mail" else _capture(door, writer.id, keep)
                try:
                    port = await stack.enter_async_context(listening)
                except OSError as error:
                    raise UsageError(
                        f"{door.name[:1].upper()}{door.name[1:]} cannot listen at {door.host}:{door.port}: "
                        f"{error.strerror or error}. Choose another port; 0 takes a free one."
                    ) from error
                await loop.run_in_executor(one, writer.sit, f"{door.host}:{port}")
                yield writer, one, port
        finally:
            await loop.run_in_executor(one, writer.close)


@contextlib.asynccontextmanager
async def _mail(door: Door, store: str, keep: Keep) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    handler = _Handler(store, keep)

    def session() -> SMTP:
        return _Server(
            handler,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="upheld",
            ident="upheld mailbox",
            authenticator=_anyone,
            auth_require_tls=False,
            loop=loop,
        )

    server = await loop.create_server(session, door.host, door.port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@contextlib.asynccontextmanager
async def _capture(door: Door, store: str, keep: Keep) -> AsyncIterator[int]:
    from upheld.mailbox._http import listening  # slow to load, and the mailbox alone needs none of it

    async with listening(door.host, door.port, store, keep) as port:
        yield port


async def _beat(writer: Writer, one: ThreadPoolExecutor, stop: asyncio.Event, parent: int | None) -> None:
    loop = asyncio.get_running_loop()
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), BEAT)
        if parent is not None and os.getppid() != parent:
            return
        try:
            await loop.run_in_executor(one, writer.beat)
        except StoreGone as error:
            _LOG.error("%s; the mailbox stops, since nobody would find what it accepts", error)
            return
        except (sqlite3.Error, OSError) as error:  # a full disk: the missing heartbeats tell it, and it may pass
            _LOG.error("a heartbeat could not be written: %s", error)


def _stop_by_signal(loop: asyncio.AbstractEventLoop, stop: asyncio.Event, tied: bool) -> None:
    def stopped(*_: object) -> None:
        loop.call_soon_threadsafe(stop.set)

    signal.signal(signal.SIGTERM, stopped)
    # Ctrl-C reaches every process of a terminal; a tied mailbox must outlive it, until its starter has looked.
    signal.signal(signal.SIGINT, signal.SIG_IGN if tied else stopped)


def _stop_with_starter(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    def wait() -> None:
        # Unbuffered: a thread that dies inside Python's own buffer would take the interpreter's exit with it.
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait, daemon=True, name="starter").start()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mailbox from a command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m upheld.mailbox.serve", description="Accept any mail and keep it.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=1025, help="0 takes a free one")
    parser.add_argument("--store", type=Path, default=Path(".upheld/mailbox.db"))
    parser.add_argument("--door", choices=("mail", "capture"), default="mail", help="what --port and --store are for")
    parser.add_argument("--capture-port", type=int, help="open the capture there as well")
    parser.add_argument("--capture-store", type=Path, default=Path(".upheld/capture.db"))
    parser.add_argument("--tied", action="store_true", help="end when standard input closes, and speak JSON")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    doors = [Door(options.door, options.host, options.port, options.store.absolute())]
    if options.capture_port is not None:
        doors.append(Door("capture", options.host, options.capture_port, options.capture_store.absolute()))

    def ready(opened: Sequence[tuple[Door, int, str]]) -> None:
        for door, port, store in opened:
            if options.tied:
                print(json.dumps({"port": port, "store": store}), flush=True)
            else:
                name = door.name[:1].upper() + door.name[1:]
                print(f"{name} listens at {door.host}:{port} and keeps what comes in {door.store}.", flush=True)

    gc.freeze()  # what is loaded stays to the end; nothing has to look through it, not even the end itself
    try:
        asyncio.run(serve(doors, tied=options.tied, ready=ready))
    except UpheldError as error:
        print(json.dumps({"error": str(error)}) if options.tied else f"{error}", flush=True)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
