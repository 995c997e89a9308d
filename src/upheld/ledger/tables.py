"""The two tables as the code uses them. The database's are made by `migrations/`; a test compares."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DDL, JSON, BigInteger, Column, DateTime, Dialect, Index, Integer, MetaData, Table, Text, event
from sqlalchemy.types import TypeDecorator

__all__ = ["UtcDateTime", "events", "leases", "metadata"]

metadata = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment that comes back zone-aware, in UTC and with its microseconds, from either database.

    SQLite knows no zones and keeps what it is given as text; PostgreSQL answers in the zone of the session.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what the database is given."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what was kept, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_Seq = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only under INTEGER

events = Table(
    "events",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("run", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("journey", Text, nullable=False),
    Column("promise", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("key", Text),
    # JSON and not JSONB: the order of a form's fields and of a person's details is kept, on both databases.
    Column("data", JSON, nullable=False),
    Index("events_key", "key", unique=True),
    Index("events_run", "run", "seq"),
    Index("events_kind", "kind", "run", "promise", "journey"),
    Index("events_promise", "promise", "seq"),
    Index("events_recipient", "recipient", "seq"),
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

# A new SQLite ledger is made from here, without Alembic; every other comes by the migrations, to the same (a test).
_REFUSED = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
_TRIGGERS = {
    "events_no_update": f"UPDATE ON events {_REFUSED}",
    "events_no_delete": f"DELETE ON events {_REFUSED}",
    "events_no_replace": f"INSERT ON events WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq) {_REFUSED}",  # noqa: S608
    "events_once": "INSERT ON events WHEN EXISTS (SELECT 1 FROM events WHERE key = NEW.key) "
    "BEGIN SELECT RAISE(IGNORE); END",
}
for _name, _when in _TRIGGERS.items():
    _ddl = DDL(f"CREATE TRIGGER {_name} BEFORE {_when}").execute_if(dialect="sqlite")  # type: ignore[no-untyped-call]
    event.listen(events, "after_create", _ddl)
