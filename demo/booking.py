"""What happens when a customer pays: the seat is booked and her mails are put in the outbox, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from demo.clock import SiteClock
from demo.payments import Cashier, Declined, Turns
from demo.settings import Settings
from demo.store import DAY, Mail, Order, Store

__all__ = ["Bookings"]


class Bookings:
    """The writing end of the outbox: what is sent to whom, and from when on."""

    def __init__(self, settings: Settings, store: Store, clock: SiteClock, cashier: Cashier) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._cashier = cashier
        self._turns = Turns()

    def order(self, token: str) -> Order | None:
        """Return the order with this token, if there is one."""
        with self._store.read() as session:
            return session.scalar(sa.select(Order).where(Order.token == token))

    def pay(self, token: str, card: Mapping[str, str]) -> None:
        """Charge the card and book the seat; does nothing where it is booked. Raises `Problem`, and then it is not."""
        with self._turns.of(token):  # a double click, the back button and a second tab all wait here
            order = self.order(token)
            if order is None or order.status == "paid":
                return
            try:
                self._cashier.charge(order, card, self._clock.now())
            except Declined:
                self._decline(order.id)
                raise
            self._book(order.id)

    def remind(self) -> None:
        """Put the reminders that are due at the present site time in the outbox."""
        due = sa.select(Order, Order.remind_at).where(Order.remind_at <= self._clock.now())
        with self._store.read() as session:
            if session.execute(due).first() is None:
                return
        with self._store.write() as session:
            for order, moment in session.execute(due).tuples().all():
                self._put(session, order, "reminder", moment or self._clock.now())
                order.remind_at = None

    def _book(self, order_id: int) -> None:
        now = self._clock.now()
        with self._store.write() as session:
            booked = sa.update(Order).where(Order.id == order_id, Order.status == "open")
            if session.scalar(booked.values(status="paid", paid_at=now).returning(Order.id)) is None:
                return
            order = session.get_one(Order, order_id)
            if "no_confirmation" not in self._settings:
                self._put(session, order, "confirmation", now)
            if "duplicate_confirmation" in self._settings:
                self._put(session, order, "confirmation", now, again="again")
            if "no_receipt" not in self._settings:
                self._put(session, order, "receipt", now)
            if "reminder_at_once" in self._settings:
                self._put(session, order, "reminder", now)
            elif "reminder_after_event" in self._settings:
                order.remind_at = order.event.start + timedelta(hours=2)
            elif "no_reminder" not in self._settings and order.gets_reminder:
                order.remind_at = order.event.start - DAY

    def _decline(self, order_id: int) -> None:
        with self._store.write() as session:
            order = session.get_one(Order, order_id)
            order.declines += 1
            if "confirmation_after_decline" in self._settings:
                self._put(session, order, "confirmation", self._clock.now(), again=f"declined {order.declines}")

    def _put(self, session: Session, order: Order, kind: str, due: datetime, again: str = "") -> None:
        recipient = order.email
        if kind == "confirmation" and "confirmation_to_wrong_address" in self._settings:
            recipient = f"bookings@{order.email.rpartition('@')[2]}"
        if "slow_mail" in self._settings:
            due += timedelta(hours=30)
        key = " ".join(filter(None, (kind, str(order.id), again)))
        session.add(Mail(key=key, order_id=order.id, kind=kind, recipient=recipient, due=due))
