"""What the shop remembers of events: each of them, who wants or has a seat, and who waits for one."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from demo.store import Base

__all__ = ["DAY", "DIETS", "Event", "Order", "Waiting"]

DAY = timedelta(days=1)
FIRST_NUMBER = 4711
DIETS = ("none", "vegetarian", "vegan", "gluten-free", "lactose-free", "halal", "kosher")


class Event(Base):
    """A paid event. `start` is UTC and shown in its own `zone`; `cents` is the price of a seat, VAT included.

    `seats` is how many there are, `None` where there is no end of them. `moves` counts how often it has been moved.
    `organiser` is the address in whose name its organiser is told of bookings by webhook.
    """

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    start: Mapped[datetime]
    zone: Mapped[str]
    venue: Mapped[str]
    cents: Mapped[int]
    currency: Mapped[str]
    seats: Mapped[int | None]
    organiser: Mapped[str] = mapped_column(default="")
    moves: Mapped[int] = mapped_column(default=0)

    @property
    def local_start(self) -> datetime:
        """The start on the clocks of its place."""
        return self.start.astimezone(ZoneInfo(self.zone))

    @property
    def price(self) -> Decimal:
        """The price of a seat, in `currency`."""
        return Decimal(self.cents) / 100


class Order(Base):
    """One customer's seat: wanted (`open`), booked (`paid`) or given back (`cancelled`). Its `id` is the order number.

    `payment` is the payment's id, `refunded` how many cents of it she got back. `offer` is the place on the waiting
    list that the seat was offered to.
    """

    __tablename__ = "orders"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 (declared so by SQLAlchemy)
    id: Mapped[int] = mapped_column(sa.Identity(start=FIRST_NUMBER), primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_urlsafe(16))
    clock: Mapped[str] = mapped_column(index=True)
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
    payment: Mapped[str] = mapped_column(default="")
    refunded: Mapped[int] = mapped_column(default=0)
    offer: Mapped[int | None]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the scheduler is to remind her; empty once it has, or where it shall not."""
    event: Mapped[Event] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        """Her full name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def refund(self) -> Decimal:
        """What she got back, in the event's currency."""
        return Decimal(self.refunded) / 100

    @property
    def gets_reminder(self) -> bool:
        """Whether she is reminded: not where she books less than a day ahead, when she hardly needs it."""
        return self.paid_at is not None and self.paid_at < self.event.start - DAY


class Waiting(Base):
    """A place on the waiting list of a sold-out event; the lowest `id` is the first in line.

    `status` is `waiting`, then `offered` until `until`, and then `taken` or `lapsed`.
    """

    __tablename__ = "waiting"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_urlsafe(16))
    clock: Mapped[str] = mapped_column(index=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey(Event.id))
    given_name: Mapped[str]
    family_name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    locale: Mapped[str]
    status: Mapped[str] = mapped_column(default="waiting")
    until: Mapped[datetime | None]
    event: Mapped[Event] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        """Her full name."""
        return f"{self.given_name} {self.family_name}"


def _number_from_first(_: object, connection: sa.Connection, **__: object) -> None:
    if connection.dialect.name == "sqlite":  # which knows no identity column's start
        first = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('orders', :seq)")
        connection.execute(first, {"seq": FIRST_NUMBER - 1})


sa.event.listen(Order.__table__, "after_create", _number_from_first)
