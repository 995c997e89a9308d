"""The file behind the embedded mailbox: what it accepted, and when it sat there to accept it.

One process writes (`Writer`), any number read (`Reader`). The file is SQLite in WAL mode; every write is synced to
the disk before it returns.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from upheld.errors import MailboxUnreachable, UsageError
from upheld.mailbox.base import Envelope

__all__ = ["BEAT", "GAP", "Keep", "NotKept", "Reader", "Sitting", "StoreGone", "Writer", "moment"]

BEAT = 0.2
"""Seconds between heartbeats. So long a sweep waits, after each turn of the clock, to know that it has seen all."""
GAP = 3.0
"""Seconds without a heartbeat after which a new sitting begins: a suspended machine did not look."""

Keep = Callable[[str, Sequence[str], bytes], Awaitable[None]]
"""Stores what one sender sent to recipients; raises `NotKept`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# SQL as it stands, and not SQLAlchemy's: the process of the mailbox starts with every run, and does nothing else.
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS store (id TEXT NOT NULL PRIMARY KEY, made INTEGER)",
    # All times are microseconds since 1970, UTC.
    """CREATE TABLE IF NOT EXISTS messages (seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,
    sender TEXT NOT NULL, recipients TEXT NOT NULL, raw BLOB NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS sittings (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL,
    process INTEGER NOT NULL, began INTEGER NOT NULL, beat INTEGER NOT NULL, ended BOOLEAN NOT NULL)""",
)
_SITTING = "SELECT id, address, process, began, beat, ended FROM sittings"


class NotKept(Exception):
    """What was sent could not be stored, and must not be accepted."""


class StoreGone(Exception):
    """The file was deleted or replaced under the mailbox: what it would accept nobody would find."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A stretch in which the mailbox sat there: from `began` to its last `beat`; `ended` where it was stopped."""

    id: int
    address: str
    process: int
    began: datetime
    beat: datetime
    ended: bool


def moment(micros: int) -> datetime:
    """Return the moment (UTC) so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _now() -> int:
    return time.time_ns() // 1000


def _connected(path: Path, *pragmas: str) -> sqlite3.Connection:
    """Return a connection without a transaction of its own, for any thread but for one at a time."""
    connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


class Writer:
    """The one that writes. Used from one thread at a time. Raises `UsageError` where the store is taken."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self._taken()
        self._connection = _connected(path, "journal_mode=WAL", "synchronous=FULL")
        self._connection.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA:
            self._connection.execute(statement)
        known = self._connection.execute("SELECT id FROM store").fetchone()
        self.id: str = known[0] if known else uuid.uuid4().hex
        if known is None:
            self._connection.execute("INSERT INTO store (id, made) VALUES (?, ?)", (self.id, _now()))
        self._connection.execute("COMMIT")
        self._file = self._identity()
        self._address = ""
        self._sitting = 0
        self._beat = 0

    def _taken(self) -> sqlite3.Connection:
        # A lock that the system lets go of with the process, however it ends, on every platform: SQLite's own.
        lock = sqlite3.connect(f"{self.path}.lock", timeout=0, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            lock.close()
            sitting = Reader(self.path).sitting() if self.path.exists() else None
            at = f"{sitting.address} (process {sitting.process})" if sitting else "another process"
            raise UsageError(
                f"The mailbox store {self.path} is already served at {at}. Use that address, or another ?store=."
            ) from None
        return lock

    def _identity(self) -> tuple[int, int]:
        found = self.path.stat()
        return found.st_dev, found.st_ino

    def _still_there(self) -> None:
        try:
            same = self._identity() == self._file
        except FileNotFoundError:
            same = False
        if not same:
            raise StoreGone(f"{self.path} was deleted or replaced")

    def sit(self, address: str) -> None:
        """Begin a sitting at this address."""
        self._address = address
        self.beat()

    def beat(self) -> None:
        """Write that the mailbox is there. After a gap this begins a new sitting. Raises `StoreGone`."""
        self._still_there()
        with self._transaction(synced=False):
            self._tick(_now())

    def _tick(self, now: int) -> None:
        if not self._sitting or not 0 <= now - self._beat <= GAP * 1_000_000:
            self._sitting = (
                self._connection.execute(
                    "INSERT INTO sittings (address, process, began, beat, ended) VALUES (?, ?, ?, ?, 0)",
                    (self._address, os.getpid(), now, now),
                ).lastrowid
                or 0
            )
        else:
            self._connection.execute("UPDATE sittings SET beat = ? WHERE id = ?", (now, self._sitting))
        self._beat = now

    def store(self, sender: str, recipients: Sequence[str], raw: bytes) -> None:
        """Store a message; when this returns it is on the disk. Raises `StoreGone` and `sqlite3.Error`."""
        self._still_there()
        with self._transaction():
            # The time is taken here, where writes are in order, so that times grow as the sequence does.
            now = max(_now(), self._beat)
            self._tick(now)
            row = (now, sender, json.dumps(list(recipients)), raw)
            self._connection.execute("INSERT INTO messages (at, sender, recipients, raw) VALUES (?, ?, ?, ?)", row)

    def close(self) -> None:
        """End the sitting with a last heartbeat."""
        try:
            self.beat()
            self._connection.execute("UPDATE sittings SET ended = 1 WHERE id = ?", (self._sitting,))
        except (StoreGone, sqlite3.Error):
            pass  # the file is gone or full: that no more beats come says the same
        self._connection.close()
        self._lock.close()

    @contextmanager
    def _transaction(self, *, synced: bool = True) -> Iterator[None]:
        beat = self._beat
        # A heartbeat that a power cut takes away is a short hole in what is covered, and not worth a wait for the disk.
        self._connection.execute(f"PRAGMA synchronous={'FULL' if synced else 'NORMAL'}")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # What could not be written is a hole in what is covered: the next heartbeat begins a new sitting.
            self._beat, self._sitting = beat, 0
            with suppress(sqlite3.Error):  # on some errors SQLite has rolled back already
                self._connection.execute("ROLLBACK")
            raise


class Reader:
    """One that reads. Used from any thread. Raises `MailboxUnreachable` where the file cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Kept for the next who reads: to open one takes longer than to ask it.
        self._spare: list[sqlite3.Connection] = []
        self._closed = False
        self.id = str(self._value("SELECT id FROM store"))

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for a while."""
        if not self.path.exists():
            raise MailboxUnreachable(f"The mailbox store {self.path} is not there. Was it deleted during the run?")
        try:
            connection = self._taken()
            try:
                yield connection
            finally:
                self._given_back(connection)
        except sqlite3.Error as error:
            raise MailboxUnreachable(f"The mailbox store {self.path} cannot be read: {error}") from error

    def _taken(self) -> sqlite3.Connection:
        with suppress(IndexError):
            return self._spare.pop()
        # `query_only` and not `mode=ro`: a reader of a WAL file must be able to make its index (sqlite.org/wal.html).
        return _connected(self.path, "query_only=ON")

    def _given_back(self, connection: sqlite3.Connection) -> None:
        self._spare.append(connection)
        if self._closed:
            self.close()

    def _value(self, query: str, *values: object) -> Any:
        with self.connection() as connection:
            found = connection.execute(query, values).fetchone()
        return found[0] if found else None

    def version(self, connection: sqlite3.Connection) -> int:
        """Return a number that changes with every write by others (PRAGMA data_version), as this connection sees it."""
        return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def count(self) -> int:
        """Return how many messages are kept."""
        return int(self._value("SELECT count(*) FROM messages"))

    def cursor(self) -> str:
        """Return the cursor after everything stored."""
        return self._cursor(int(self._value("SELECT coalesce(max(seq), 0) FROM messages")))

    def _cursor(self, seq: int) -> str:
        return f"{self.id[:12]}-{seq}"

    def sequence(self, cursor: str) -> int:
        """Return the sequence number that a cursor or message id stands for; 0 for one of another store."""
        store, _, seq = cursor.rpartition("-")
        return int(seq) if store == self.id[:12] and seq.isdecimal() else 0

    def after(self, seq: int) -> Iterator[Envelope]:
        """Yield the messages after the sequence number, in order."""
        query = "SELECT seq, at, recipients FROM messages WHERE seq > ? ORDER BY seq LIMIT 500"
        while True:
            with self.connection() as connection:
                rows = connection.execute(query, (seq,)).fetchall()
            for seq, at, recipients in rows:
                name = self._cursor(seq)
                yield Envelope(id=name, at=moment(at), to=tuple(json.loads(recipients)), cursor=name)
            if len(rows) < 500:
                return

    def raw(self, message_id: str) -> bytes:
        """Return a message's bytes. Raises `KeyError` where there is no such message."""
        found = self._value("SELECT raw FROM messages WHERE seq = ?", self.sequence(message_id))
        if found is None:
            raise KeyError(message_id)
        return bytes(found)

    def sitting(self) -> Sitting | None:
        """Return the latest sitting."""
        rows = self._sittings(f"{_SITTING} ORDER BY id DESC LIMIT 1")
        return rows[0] if rows else None

    def sittings(self, since: datetime, until: datetime) -> list[Sitting]:
        """Return the sittings that touch the stretch, in order."""
        touching = f"{_SITTING} WHERE beat >= ? AND began <= ? ORDER BY began"
        return self._sittings(touching, _micros(since), _micros(until))

    def _sittings(self, query: str, *values: object) -> list[Sitting]:
        with self.connection() as connection:
            rows = connection.execute(query, values).fetchall()
        return [
            Sitting(number, address, process, moment(began), moment(beat), bool(ended))
            for number, address, process, began, beat, ended in rows
        ]

    def close(self) -> None:
        """Close the file; whoever reads just now does so to the end."""
        self._closed = True
        with suppress(IndexError):
            while True:
                self._spare.pop().close()
