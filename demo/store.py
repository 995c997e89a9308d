"""What the shop remembers whatever it sells: the outbox, and how far its clocks have been turned."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

__all__ = ["Base", "ClockRow", "Mail", "Store", "Utc"]


class Utc(sa.TypeDecorator[datetime]):
    """A moment, zone-aware on our side and UTC in the database, since SQLite keeps no zone."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return it in UTC without a zone."""
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        """Return it in UTC with its zone."""
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None


class Base(DeclarativeBase):
    """Root of the tables; a `dict` is kept as JSON."""

    type_annotation_map = {datetime: Utc, dict[str, Any]: sa.JSON}  # noqa: RUF012 (declared so by SQLAlchemy)


class Mail(Base):
    """A message in the outbox, by whatever `channel`; `story` composes it when it leaves.

    `ref` is the id of the row it is about. `due` is site time on the clock named `clock`. `key` says what it is for,
    so that nothing is written twice.
    """

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    story: Mapped[str]
    kind: Mapped[str]
    ref: Mapped[int]
    channel: Mapped[str] = mapped_column(default="email")
    recipient: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    message_id: Mapped[str] = mapped_column(default=lambda: f"<{secrets.token_hex(12)}@demo.test>")
    clock: Mapped[str] = mapped_column(default="", index=True)
    due: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]


class ClockRow(Base):
    """How far a clock has been turned, so that a restart does not turn it back."""

    __tablename__ = "clocks"
    name: Mapped[str] = mapped_column(primary_key=True)
    offset_seconds: Mapped[float]


class Store:
    """The database, by SQLAlchemy URL, with the tables of every story that is imported by then."""

    def __init__(self, url: str) -> None:
        place = sa.make_url(url)
        if place.get_backend_name() == "sqlite" and place.database:
            Path(place.database).parent.mkdir(parents=True, exist_ok=True)
        self._engine = sa.create_engine(url)
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
            sa.event.listen(self._engine, "begin", _begin_sqlite)
        Base.metadata.create_all(self._engine)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session for reading; what it loaded stays usable afterwards."""
        with Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session that is committed at the end, or rolled back where that raises."""
        writing = self._engine.execution_options(writing=True)
        with Session(writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, below
    for pragma in ("journal_mode=WAL", "busy_timeout=10000", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer takes its lock at once: one that read first and wants to write later cannot wait for another.
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
