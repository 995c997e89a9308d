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

import sqlalchemy as sa

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
_META = sa.MetaData()
_STORE = sa.Table("store", _META, sa.Column("id", sa.Text, primary_key=True), sa.Column("made", sa.Integer))
_MESSAGES = sa.Table(
    "messages",
    _META,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Integer, nullable=False),  # microseconds since 1970, UTC, as all times here
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("recipients", sa.Text, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
_SITTINGS = sa.Table(
    "sittings",
    _META,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("process", sa.Integer, nullable=False),
    sa.Column("began", sa.Integer, nullable=False),
    sa.Column("beat", sa.Integer, nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False),
    sqlite_autoincrement=True,
)


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


def _engine(path: Path, *pragmas: str) -> sa.Engine:
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), isolation_level="AUTOCOMMIT")

    @sa.event.listens_for(engine, "connect")
    def _set(connection: Any, _record: object) -> None:
        for pragma in ("busy_timeout=5000", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    return engine


class Writer:
    """The one that writes. Used from one thread at a time. Raises `UsageError` where the store is taken."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self._taken()
        self._engine = _engine(path, "journal_mode=WAL", "synchronous=FULL")
        self._connection = self._engine.connect()
        self._connection.exec_driver_sql("BEGIN IMMEDIATE")
        _META.create_all(self._connection, checkfirst=True)
        known = self._connection.scalar(sa.select(_STORE.c.id))
        self.id: str = known or uuid.uuid4().hex
        if known is None:
            self._connection.execute(_STORE.insert().values(id=self.id, made=_now()))
        self._connection.exec_driver_sql("COMMIT")
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
            fresh = {"address": self._address, "process": os.getpid(), "began": now, "beat": now, "ended": False}
            key = self._connection.execute(_SITTINGS.insert().values(fresh)).inserted_primary_key
            self._sitting = key[0] if key else 0
        else:
            self._connection.execute(_SITTINGS.update().where(_SITTINGS.c.id == self._sitting).values(beat=now))
        self._beat = now

    def store(self, sender: str, recipients: Sequence[str], raw: bytes) -> None:
        """Store a message; when this returns it is on the disk. Raises `StoreGone` and SQLAlchemy's errors."""
        self._still_there()
        with self._transaction():
            # The time is taken here, where writes are in order, so that times grow as the sequence does.
            now = max(_now(), self._beat)
            self._tick(now)
            row = {"at": now, "sender": sender, "recipients": json.dumps(list(recipients)), "raw": raw}
            self._connection.execute(_MESSAGES.insert().values(row))

    def close(self) -> None:
        """End the sitting with a last heartbeat."""
        try:
            self.beat()
            self._connection.execute(_SITTINGS.update().where(_SITTINGS.c.id == self._sitting).values(ended=True))
        except (StoreGone, sa.exc.SQLAlchemyError):
            pass  # the file is gone or full: that no more beats come says the same
        self._connection.close()
        self._engine.dispose()
        self._lock.close()

    @contextmanager
    def _transaction(self, *, synced: bool = True) -> Iterator[None]:
        beat = self._beat
        # A heartbeat that a power cut takes away is a short hole in what is covered, and not worth a wait for the disk.
        self._connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if synced else 'NORMAL'}")
        self._connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.exec_driver_sql("COMMIT")
        except BaseException:
            # What could not be written is a hole in what is covered: the next heartbeat begins a new sitting.
            self._beat, self._sitting = beat, 0
            with suppress(sa.exc.SQLAlchemyError):  # on some errors SQLite has rolled back already
                self._connection.exec_driver_sql("ROLLBACK")
            raise


class Reader:
    """One that reads. Used from any thread. Raises `MailboxUnreachable` where the file cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # `query_only` and not `mode=ro`: a reader of a WAL file must be able to make its index (sqlite.org/wal.html).
        self._engine = _engine(path, "query_only=ON")
        self.id = str(self._value(sa.select(_STORE.c.id)))

    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        """Give a connection for a while."""
        if not self.path.exists():
            raise MailboxUnreachable(f"The mailbox store {self.path} is not there. Was it deleted during the run?")
        try:
            with self._engine.connect() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise MailboxUnreachable(f"The mailbox store {self.path} cannot be read: {cause}") from error

    def _value(self, query: sa.Select[Any]) -> Any:
        with self.connection() as connection:
            return connection.scalar(query)

    def version(self, connection: sa.Connection) -> int:
        """Return a number that changes with every write by others (PRAGMA data_version), as this connection sees it."""
        return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())

    def count(self) -> int:
        """Return how many messages are kept."""
        return int(self._value(sa.select(sa.func.count()).select_from(_MESSAGES)))

    def cursor(self) -> str:
        """Return the cursor after everything stored."""
        return self._cursor(int(self._value(sa.select(sa.func.coalesce(sa.func.max(_MESSAGES.c.seq), 0)))))

    def _cursor(self, seq: int) -> str:
        return f"{self.id[:12]}-{seq}"

    def sequence(self, cursor: str) -> int:
        """Return the sequence number that a cursor or message id stands for; 0 for one of another store."""
        store, _, seq = cursor.rpartition("-")
        return int(seq) if store == self.id[:12] and seq.isdecimal() else 0

    def after(self, seq: int) -> Iterator[Envelope]:
        """Yield the messages after the sequence number, in order."""
        columns = (_MESSAGES.c.seq, _MESSAGES.c.at, _MESSAGES.c.recipients)
        while True:
            with self.connection() as connection:
                rows = connection.execute(
                    sa.select(*columns).where(_MESSAGES.c.seq > seq).order_by(_MESSAGES.c.seq).limit(500)
                ).all()
            for seq, at, recipients in rows:
                name = self._cursor(seq)
                yield Envelope(id=name, at=moment(at), to=tuple(json.loads(recipients)), cursor=name)
            if len(rows) < 500:
                return

    def raw(self, message_id: str) -> bytes:
        """Return a message's bytes. Raises `KeyError` where there is no such message."""
        found = self._value(sa.select(_MESSAGES.c.raw).where(_MESSAGES.c.seq == self.sequence(message_id)))
        if found is None:
            raise KeyError(message_id)
        return bytes(found)

    def sitting(self) -> Sitting | None:
        """Return the latest sitting."""
        rows = self._sittings(sa.select(_SITTINGS).order_by(_SITTINGS.c.id.desc()).limit(1))
        return rows[0] if rows else None

    def sittings(self, since: datetime, until: datetime) -> list[Sitting]:
        """Return the sittings that touch the stretch, in order."""
        touching = (_SITTINGS.c.beat >= _micros(since)) & (_SITTINGS.c.began <= _micros(until))
        return self._sittings(sa.select(_SITTINGS).where(touching).order_by(_SITTINGS.c.began))

    def _sittings(self, query: sa.Select[Any]) -> list[Sitting]:
        with self.connection() as connection:
            rows = connection.execute(query).all()
        return [
            Sitting(row.id, row.address, row.process, moment(row.began), moment(row.beat), row.ended) for row in rows
        ]

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()
