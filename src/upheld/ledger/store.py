"""The ledger: what is appended to it, and what is asked of it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Insert, Pool, exc, exists, func, select

from upheld.errors import LedgerError, did_you_mean
from upheld.ledger import schema
from upheld.ledger.connect import engine_for, masked, take_turn, unreachable
from upheld.ledger.events import KINDS, Event, NewEvent
from upheld.ledger.lease import Lease, require
from upheld.ledger.tables import events

__all__ = ["Ledger", "open_ledger"]


# A forked process must not even close what its parent opened (https://sqlite.org/howtocorrupt.html section 2.6), so
# the parent's connections are kept from being collected here.
_inherited: list[Pool] = []


def open_ledger(url: str, *, migrate: bool = False) -> Ledger:
    """Return the ledger at the URL: a SQLite file (`sqlite:///.upheld/ledger.db`) or PostgreSQL (`postgresql://…`).

    Only the controlling process says `migrate`: the ledger is then made, or brought up to date. Raises `ConfigError`
    where the URL cannot be used, `UsageError` where the ledger is not there, or of another revision than this code,
    `LedgerUnreachable` where it does not answer.
    """
    engine = engine_for(url, make=migrate)
    try:
        (schema.migrate if migrate else schema.check)(engine)
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        engine.dispose()
        raise unreachable(engine.url, "opened", error) from error
    except BaseException:
        engine.dispose()
        raise
    return Ledger(engine)


class Ledger:
    """An open ledger; `url` is where, without its password. Threads may share one; a process opens its own.

    Every method raises `LedgerUnreachable` where the database cannot be read or written.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._process = os.getpid()
        self.url = masked(engine.url)

    def append(self, *events_: NewEvent, fence: Lease | None = None) -> None:
        """Write the events in one transaction, leaving out those whose `key` is there already.

        What JSON or PostgreSQL cannot keep in a text (NUL, half a surrogate pair) is written as U+FFFD. Raises
        `LedgerError` where an event cannot be written, and `LeaseLost` where `fence` has a newer holder; then nothing
        is written.
        """
        rows = [_row(event) for event in events_]
        if not rows:
            return
        made = _insert(self._engine.dialect.name)
        with self._writing() as connection:
            if fence is not None:
                require(connection, fence)
            connection.execute(made, rows)

    def events(
        self,
        *,
        run: str | None = None,
        kinds: Iterable[str] = (),
        recipient: str | None = None,
        promise: str | None = None,
        journey: str | None = None,
        after: int = 0,
    ) -> list[Event]:
        """Return the events that answer to all that is given, in the order of their writing.

        `after` is the `seq` of the last event seen: whoever goes on from there misses none.
        """
        query = select(events).where(events.c.seq > after).order_by(events.c.seq)
        if run is not None:
            query = query.where(events.c.run == run)
        if wanted := list(kinds):
            query = query.where(events.c.kind.in_(wanted))
        if recipient is not None:
            query = query.where(events.c.recipient == recipient.lower())
        if promise is not None:
            query = query.where(events.c.promise == promise)
        if journey is not None:
            query = query.where(events.c.journey == journey)
        with self._reading() as connection:
            return [
                Event(row.seq, row.kind, row.run, row.at, row.journey, row.promise, row.recipient, row.data)
                for row in connection.execute(query)
            ]

    def runs(self) -> list[str]:
        """Return the runs that were started, newest first."""
        query = (
            select(events.c.run)
            .where(events.c.kind == "run_started")
            .group_by(events.c.run)
            .order_by(func.min(events.c.seq).desc())
        )
        with self._reading() as connection:
            return list(connection.scalars(query))

    def last_run(self) -> str | None:
        """Return the run that was started last, or `None`."""
        return next(iter(self.runs()), None)

    def runs_with_open_promises(self) -> list[str]:
        """Return the runs, oldest first, with a promise that has no final verdict.

        One that was withdrawn, or whose journey was superseded, is not open. All events of a promise carry the run
        that made it, whichever run writes them.
        """
        made = events.alias("made")
        later = events.alias("later")
        of_it = (later.c.run == made.c.run) & (later.c.promise == made.c.promise)
        judged = exists().where(later.c.kind == "judged", of_it, later.c.data["final"].as_boolean())
        withdrawn = exists().where(later.c.kind == "withdrawn", of_it)
        superseded = exists().where(
            later.c.kind == "superseded", later.c.run == made.c.run, later.c.journey == made.c.journey
        )
        query = (
            select(made.c.run)
            .where(made.c.kind.in_(("expected", "made")), ~judged, ~withdrawn, ~superseded)
            .group_by(made.c.run)
            .order_by(func.min(made.c.seq))
        )
        with self._reading() as connection:
            return list(connection.scalars(query))

    def lease(self, name: str, seconds: float) -> Lease:
        """Take the lease of that name for so many seconds; give it to `append` as `fence`, and leave it with `with`.

        Raises `UsageError`, naming the holder and until when, where it is taken.
        """
        return Lease(self._writing, name, seconds)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose(close=self._process == os.getpid())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._translated("written"), self._writer.begin() as connection:
            take_turn(connection)
            yield connection

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._translated("read"), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _translated(self, did: str) -> Iterator[None]:
        if self._process != os.getpid():  # forked: the connections in the pool are our parent's
            _inherited.append(self._engine.pool)
            self._engine.dispose(close=False)
            self._process = os.getpid()
        try:
            yield
        except exc.SQLAlchemyError as error:
            raise unreachable(self._engine.url, did, error) from error


def _insert(dialect: str) -> Insert:
    """Return what writes rows and leaves out those whose key is there; each database has its own words for it."""
    # What the other needs is slow to load.
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as into_postgresql

        return into_postgresql(events).on_conflict_do_nothing(index_elements=["key"])
    from sqlalchemy.dialects.sqlite import insert as into_sqlite

    return into_sqlite(events).on_conflict_do_nothing(index_elements=["key"])


def _row(event: NewEvent) -> dict[str, Any]:
    if event.kind not in KINDS:
        raise LedgerError(
            f'{event.run or "A run"} could not write "{event.kind}" into the ledger: there is no such kind of event.'
            f"{did_you_mean(event.kind, KINDS)} `upheld.ledger.KINDS` lists them."
        )
    if event.at.tzinfo is None:
        raise LedgerError(
            f'{event.run or "A run"} could not write "{event.kind}" into the ledger: its time {event.at} names no '
            f"zone. Give a zone-aware one, such as datetime.now(UTC)."
        )
    return {
        "at": event.at,
        "run": _text(event.run),
        "kind": event.kind,
        "journey": _text(event.journey),
        "promise": _text(event.promise),
        "recipient": _text(event.recipient).lower(),
        "key": None if event.key is None else _text(event.key),
        "data": _plain(event.data, event.kind),
    }


def _text(value: str) -> str:
    return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _plain(value: Any, where: str) -> Any:
    """Return the value as plain JSON, the same on both databases; raises `LedgerError` naming what is none."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return _text(value)
        case float() if value - value == 0:  # neither infinite nor NaN, which are no JSON
            return value
        case Mapping():
            return {_text(str(key)): _plain(part, f"{where}.{key}") for key, part in value.items()}
        case list() | tuple():
            return [_plain(part, where) for part in value]
    raise LedgerError(
        f"{where} could not be written into the ledger: {value!r} ({type(value).__name__}) is no JSON. "
        f"Write a text, a number, true or false, a list or a mapping of such; a time as ISO 8601."
    )
