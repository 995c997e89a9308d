"""What the shop remembers: events, orders, and the outbox of mails that are to be sent."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

__all__ = ["ClockRow", "Event", "Mail", "Order", "Store"]

DAY = timedelta(days=1)
FIRST_NUMBER = 4711


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
    """Root of the tables."""

    type_annotation_map = {datetime: Utc}  # noqa: RUF012 (declared so by SQLAlchemy)


class Event(Base):
    """A paid event. `start` is UTC and shown in its own `zone`; `cents` is the price of a seat, VAT included."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    start: Mapped[datetime]
    zone: Mapped[str]
    venue: Mapped[str]
    cents: Mapped[int]
    currency: Mapped[str]

    @property
    def local_start(self) -> datetime:
        """The start on the clocks of its place."""
        return self.start.astimezone(ZoneInfo(self.zone))

    @property
    def price(self) -> Decimal:
        """The price of a seat, in `currency`."""
        return Decimal(self.cents) / 100


class Order(Base):
    """One customer's seat, wanted (`open`) or booked (`paid`). Its `id` is the order number."""

    __tablename__ = "orders"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 (declared so by SQLAlchemy)
    id: Mapped[int] = mapped_column(sa.Identity(start=FIRST_NUMBER), primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_urlsafe(16))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey(Event.id))
    given_name: Mapped[str]
    family_name: Mapped[str]
    email: Mapped[str]
    company: Mapped[str]
    diet: Mapped[str]
    locale: Mapped[str]
    status: Mapped[str] = mapped_column(default="open")
    declines: Mapped[int] = mapped_column(default=0)
    paid_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the scheduler is to remind her; empty once it has, or where it shall not."""
    event: Mapped[Event] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        """Her full name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def gets_reminder(self) -> bool:
        """Whether she is reminded: not where she books less than a day ahead, when she hardly needs it."""
        return self.paid_at is not None and self.paid_at < self.event.start - DAY


class Mail(Base):
    """A mail in the outbox. `due` is site time; `key` says what it is for, so that nothing is written twice."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id))
    kind: Mapped[str]
    recipient: Mapped[str]
    message_id: Mapped[str] = mapped_column(default=lambda: f"<{secrets.token_hex(12)}@demo.test>")
    due: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    order: Mapped[Order] = relationship(lazy="joined")


class ClockRow(Base):
    """How far the site's clock has been turned, so that a restart does not turn it back."""

    __tablename__ = "clock"
    id: Mapped[int] = mapped_column(primary_key=True)
    offset_seconds: Mapped[float]


class Store:
    """The database, by SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        place = sa.make_url(url)
        if place.get_backend_name() == "sqlite" and place.database:
            Path(place.database).parent.mkdir(parents=True, exist_ok=True)
        self._engine = sa.create_engine(url)
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
            sa.event.listen(self._engine, "begin", _begin_sqlite)
            sa.event.listen(Order.__table__, "after_create", _number_from_first)
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


def _number_from_first(_: object, connection: sa.Connection, **__: object) -> None:
    connection.execute(
        sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('orders', :seq)"), {"seq": FIRST_NUMBER - 1}
    )
