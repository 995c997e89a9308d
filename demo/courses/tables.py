"""What the shop remembers of courses: the courses, who booked places on them, and who takes those places."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from demo.store import Base

__all__ = ["MOST_PLACES", "Booking", "Course", "Delegate"]

MOST_PLACES = 12
NAMES_BY = 3  # days before the course
FIRST_NUMBER = 2051


class Course(Base):
    """A training course. `start` and `end` are UTC and told in its own `zone`; `cents` is a place, VAT included."""

    __tablename__ = "courses"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    start: Mapped[datetime] = mapped_column(index=True)
    end: Mapped[datetime]
    zone: Mapped[str]
    venue: Mapped[str]
    cents: Mapped[int]
    currency: Mapped[str]

    @property
    def local_start(self) -> datetime:
        """The start on the clocks of its place."""
        return self.start.astimezone(ZoneInfo(self.zone))

    @property
    def local_end(self) -> datetime:
        """The end on the clocks of its place."""
        return self.end.astimezone(ZoneInfo(self.zone))

    @property
    def hours(self) -> str:
        """From when to when it is, and by which clocks: `09:00–17:00 CET (Europe/Berlin)`."""
        return f"{self.local_start:%H:%M}–{self.local_end:%H:%M} {self.local_start:%Z} ({self.zone})"

    @property
    def price(self) -> Decimal:
        """The price of a place, in `currency`."""
        return Decimal(self.cents) / 100

    @property
    def names_by(self) -> datetime:
        """The last day on which delegates are to be named, as its first instant."""
        return self.at(-NAMES_BY, "00:00")

    def at(self, days: int, clock: str, zone: str = "") -> datetime:
        """Return a time of day, so many days after its first day (before it, where negative), in its own zone."""
        there = ZoneInfo(zone or self.zone)
        day = self.local_start.date() + timedelta(days=days)
        return datetime.combine(day, time_of_day.fromisoformat(clock), there)


class Booking(Base):
    """Places that a client wants (`open`) or has booked (`paid`). Its `id` is the booking number.

    What ends in `_due` is when the scheduler is to do it, empty once it has; all on the clock named `clock`.
    """

    __tablename__ = "course_bookings"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 (declared so by SQLAlchemy)
    id: Mapped[int] = mapped_column(sa.Identity(start=FIRST_NUMBER), primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_urlsafe(16))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey(Course.id))
    clock: Mapped[str] = mapped_column(default="", index=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    email: Mapped[str]
    company: Mapped[str]
    places: Mapped[int]
    locale: Mapped[str]
    status: Mapped[str] = mapped_column(default="open")
    declines: Mapped[int] = mapped_column(default=0)
    paid_at: Mapped[datetime | None]
    details_due: Mapped[datetime | None] = mapped_column(index=True)
    completion_due: Mapped[datetime | None] = mapped_column(index=True)
    thanks_due: Mapped[datetime | None] = mapped_column(index=True)
    course: Mapped[Course] = relationship(lazy="joined")
    delegates: Mapped[list[Delegate]] = relationship(
        back_populates="booking",
        lazy="selectin",
        order_by="Delegate.place",
        primaryjoin="and_(Booking.id == Delegate.booking_id, Delegate.replaced.is_(False))",
    )

    @property
    def name(self) -> str:
        """The client's full name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def cents(self) -> int:
        """What all places cost together."""
        return self.places * self.course.cents

    @property
    def total(self) -> Decimal:
        """What all places cost together, in the course's currency."""
        return Decimal(self.cents) / 100


class Delegate(Base):
    """Somebody who takes one of the places, number `place`, unless she was `replaced` by somebody else.

    `token` is in the address of a page of her own.
    """

    __tablename__ = "course_delegates"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_urlsafe(16))
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey(Booking.id))
    place: Mapped[int]
    replaced: Mapped[bool] = mapped_column(default=False)
    given_name: Mapped[str]
    family_name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    attended: Mapped[bool | None]
    details_due: Mapped[datetime | None] = mapped_column(index=True)
    workbook_due: Mapped[datetime | None] = mapped_column(index=True)
    code: Mapped[str] = mapped_column(default="")
    code_until: Mapped[datetime | None]
    codes_sent: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    booking: Mapped[Booking] = relationship(back_populates="delegates", lazy="joined")

    @property
    def name(self) -> str:
        """Her full name."""
        return f"{self.given_name} {self.family_name}"


def _number_from_first(_: object, connection: sa.Connection, **__: object) -> None:
    if connection.dialect.name == "sqlite":  # which knows no identity column's start
        first = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('course_bookings', :seq)")
        connection.execute(first, {"seq": FIRST_NUMBER - 1})


sa.event.listen(Booking.__table__, "after_create", _number_from_first)
