"""What happens behind a booking: it is paid, its delegates are named, and all hear what they need when they need it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from demo.courses.tables import Booking, Course, Delegate
from demo.payments import Declined, Turns
from demo.shop import Shop

__all__ = ["STORY", "TO_DELEGATES", "Bookings"]

STORY = "courses"
TO_DELEGATES = ("invitation", "delegate_details", "workbook", "code")
"""The kinds of messages that are about a delegate; all others are about a booking."""
# Letters that are read one after the other leave one after the other: two that leave at once may overtake each other.
APART = timedelta(seconds=1)
CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
DETAILS_AT, WORKBOOK_AT, THANKS_AT = "17:00", "07:00", "10:00"
SERVER_ZONE = "America/Los_Angeles"  # where the defect `reminder_in_wrong_time_zone` has the clock that it goes by


class Bookings:
    """The writing end: what is booked, who comes, and what is put in the outbox for whom."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._turns = Turns()

    def find(self, token: str) -> Booking | None:
        """Return the booking with this token, if there is one."""
        with self._shop.store.read() as session:
            return session.scalar(sa.select(Booking).where(Booking.token == token))

    def pay(self, token: str, card: Mapping[str, str]) -> None:
        """Charge the card and book the places; does nothing where they are booked. Raises `Problem`."""
        with self._turns.of(token):  # a double click, the back button and a second tab all wait here
            booking = self.find(token)
            if booking is None or booking.status == "paid":
                return
            try:
                self._shop.charge(
                    cents=booking.cents,
                    currency=booking.course.currency,
                    card=card,
                    key=f"{booking.token}-{booking.declines}",
                    label=f"course booking {booking.id}",
                )
            except Declined:
                with self._shop.store.write() as session:
                    session.get_one(Booking, booking.id).declines += 1
                raise
            self._book(booking.id)

    def _book(self, booking_id: int) -> None:
        now, wrong = self._shop.now(), self._shop.settings
        with self._shop.store.write() as session:
            booked = sa.update(Booking).where(Booking.id == booking_id, Booking.status == "open")
            if session.scalar(booked.values(status="paid", paid_at=now).returning(Booking.id)) is None:
                return
            booking = session.get_one(Booking, booking_id)
            swapped = "outline_before_confirmation" in wrong
            self._tell(session, booking, "confirmation", now + 4 * APART if swapped else now)
            if "no_invoice" not in wrong:
                self._tell(session, booking, "invoice", now)
            self._tell(session, booking, "outline", now if swapped else now + APART)
            if "no_request_for_names" not in wrong:
                self._tell(session, booking, "request", now + 2 * APART)
            booking.details_due = self._details_due(booking.course)

    def name_delegates(self, token: str, people: Sequence[Mapping[str, str]]) -> None:
        """Take down who comes, in the order of the places; whoever is new at a place is invited.

        Where only a telephone number changes nobody is told again.
        """
        with self._shop.store.write() as session:
            booking = session.scalars(sa.select(Booking).where(Booking.token == token)).one()
            known = {delegate.place: delegate for delegate in booking.delegates}
            for place, person in enumerate(people, 1):
                delegate = known.get(place)
                if delegate is None or delegate.email != person["email"]:
                    if delegate is not None:  # somebody else comes in her place, with an address of her own
                        delegate.replaced, delegate.details_due, delegate.workbook_due = True, None, None
                    delegate = Delegate(booking=booking, place=place, **person)
                    session.add(delegate)
                    session.flush()
                    self._invite(session, delegate)
                else:
                    for name, value in person.items():
                        setattr(delegate, name, value)

    def _invite(self, session: Session, delegate: Delegate) -> None:
        wrong, course, now = self._shop.settings, delegate.booking.course, self._shop.now()
        self._send(session, delegate, "invitation", now)
        if "invoice_to_delegates" in wrong:
            self._shop.put(
                session, story=STORY, kind="invoice", ref=delegate.booking.id, recipient=delegate.email, due=now
            )
        if "details_to_client_only" not in wrong:
            delegate.details_due = self._details_due(course)
        last = delegate.place == delegate.booking.places
        if not ("workbook_missing_for_one_delegate" in wrong and last):
            delegate.workbook_due = course.at(0, WORKBOOK_AT)

    def _details_due(self, course: Course) -> datetime:
        wrong = "reminder_in_wrong_time_zone" in self._shop.settings
        return course.at(-1, DETAILS_AT, SERVER_ZONE if wrong else "")

    def mark(self, slug: str, attended: Sequence[str], missed: Sequence[str]) -> list[str]:
        """Take down who was there and who was not, by address; return the addresses that are no delegate's.

        Once it is known of all delegates of a booking, and the course is over, its client is told.
        """
        came = dict.fromkeys(missed, False) | dict.fromkeys(attended, True)
        with self._shop.store.write() as session:
            found = session.scalars(
                sa.select(Delegate)
                .join(Booking)
                .join(Course)
                .where(Course.slug == slug, Delegate.email.in_(came), Delegate.replaced.is_(False))
            ).all()
            for delegate in found:
                delegate.attended = came[delegate.email]
            for booking in {delegate.booking for delegate in found}:
                if booking.thanks_due is None and all(one.attended is not None for one in booking.delegates):
                    over = max(booking.course.end, self._shop.clocks.now(booking.clock))
                    booking.completion_due = over
                    booking.thanks_due = max(booking.course.at(1, THANKS_AT), over + APART)
        return sorted(set(came) - {delegate.email for delegate in found})

    # The code that lets a delegate, and nobody else, into her material

    def send_code(self, token: str) -> None:
        """Send the delegate of this page a new code, by text message to the telephone that she is known by."""
        with self._shop.store.write() as session:
            delegate = session.scalars(sa.select(Delegate).where(Delegate.token == token)).one()
            delegate.code = f"{secrets.randbelow(10**6):06}"
            delegate.code_until = self._shop.now() + CODE_LASTS
            delegate.codes_sent += 1
            delegate.tries = 0
            self._shop.put(
                session,
                story=STORY,
                kind="code",
                ref=delegate.id,
                recipient=delegate.phone,
                channel="text",
                again=str(delegate.codes_sent),
                data={"code": delegate.code},
            )

    def enter_code(self, token: str, code: str) -> bool:
        """Return whether this code lets in at this delegate's page: it was sent to her lately; this uses it up."""
        if not code:
            return False
        with self._shop.store.write() as session:
            delegate = session.scalars(sa.select(Delegate).where(Delegate.token == token)).one()
            hers = self._fits(delegate, code)
            if "material_open_to_everyone" in self._shop.settings:
                with_code = session.scalars(sa.select(Delegate).where(Delegate.code == code)).all()
                hers = hers or any(self._fits(other, code) for other in with_code)
            if hers:
                delegate.code = ""
            else:
                delegate.tries += 1
            return hers

    def _fits(self, delegate: Delegate, code: str) -> bool:
        lasts = delegate.code_until is not None and self._shop.now() <= delegate.code_until
        return lasts and delegate.tries < MOST_TRIES and secrets.compare_digest(delegate.code.encode(), code.encode())

    # The scheduler

    def next_due(self, clock: str) -> datetime | None:
        """Return when the first thing is due on this clock that is not done yet."""
        theirs = sa.select(Booking.id).where(Booking.clock == clock)
        firsts = [
            sa.select(sa.func.min(column)).where(key.in_(theirs)).scalar_subquery()
            for column, key in (
                (Booking.details_due, Booking.id),
                (Booking.completion_due, Booking.id),
                (Booking.thanks_due, Booking.id),
                (Delegate.details_due, Delegate.booking_id),
                (Delegate.workbook_due, Delegate.booking_id),
            )
        ]
        # In one question: the outbox asks for each customer's clock, whenever anything may have become due.
        with self._shop.store.read() as session:
            moments = session.execute(sa.select(*firsts)).one()
        return min(filter(None, moments), default=None)

    def work(self, clock: str, now: datetime) -> None:
        """Put what is due on this clock in the outbox, each thing once."""
        with self._shop.store.write() as session:
            bookings = session.scalars(sa.select(Booking).where(Booking.clock == clock, Booking.status == "paid")).all()
            for booking in bookings:
                if _is_due(booking.details_due, now):
                    self._tell(session, booking, "details", now)
                    booking.details_due = None
                for delegate in booking.delegates:
                    self._work_for(session, delegate, now)
                if _is_due(booking.completion_due, now):
                    self._tell(session, booking, "completion", now)
                    booking.completion_due = None
                if _is_due(booking.thanks_due, now) and booking.completion_due is None:
                    if "no_thank_you" not in self._shop.settings:
                        self._tell(session, booking, "thanks", now)
                    booking.thanks_due = None

    def _work_for(self, session: Session, delegate: Delegate, now: datetime) -> None:
        if _is_due(delegate.details_due, now):
            self._send(session, delegate, "delegate_details", now)
            delegate.details_due = None
        if _is_due(delegate.workbook_due, now):
            self._send(session, delegate, "workbook", now)
            delegate.workbook_due = None

    def _tell(self, session: Session, booking: Booking, kind: str, due: datetime) -> None:
        self._shop.put(session, story=STORY, kind=kind, ref=booking.id, recipient=booking.email, due=due)

    def _send(self, session: Session, delegate: Delegate, kind: str, due: datetime) -> None:
        astray = kind == "workbook" and "workbook_to_client" in self._shop.settings
        recipient = delegate.booking.email if astray else delegate.email
        self._shop.put(session, story=STORY, kind=kind, ref=delegate.id, recipient=recipient, due=due)


def _is_due(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
