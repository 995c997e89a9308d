"""What happens when a customer pays: the seat is booked and her mails are put in the outbox, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from demo.events.tables import DAY, Order
from demo.payments import Declined, Turns
from demo.shop import Shop

__all__ = ["Bookings"]


class Bookings:
    """The writing end of the outbox: what is sent to whom, and from when on."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._turns = Turns()

    def order(self, token: str) -> Order | None:
        """Return the order with this token, if there is one."""
        with self._shop.store.read() as session:
            return session.scalar(sa.select(Order).where(Order.token == token))

    def pay(self, token: str, card: Mapping[str, str]) -> None:
        """Charge the card and book the seat; does nothing where it is booked. Raises `Problem`, and then it is not."""
        with self._turns.of(token):  # a double click, the back button and a second tab all wait here
            order = self.order(token)
            if order is None or order.status == "paid":
                return
            try:
                self._shop.charge(
                    cents=order.event.cents,
                    currency=order.event.currency,
                    card=card,
                    key=f"{order.token}-{order.declines}",
                    label=f"order {order.id}",
                )
            except Declined:
                self._decline(order.id)
                raise
            self._book(order.id)

    def remind(self, clock: str, now: datetime) -> None:
        """Put the reminders that are due on this clock in the outbox."""
        due = sa.select(Order, Order.remind_at).where(Order.remind_at <= now, Order.clock == clock)
        with self._shop.store.write() as session:
            for order, moment in session.execute(due).tuples().all():
                self._put(session, order, "reminder", moment or now)
                order.remind_at = None

    def next_reminder(self, clock: str) -> datetime | None:
        """Return when the next reminder is due on this clock."""
        with self._shop.store.read() as session:
            return session.scalar(sa.select(sa.func.min(Order.remind_at)).where(Order.clock == clock))

    def _book(self, order_id: int) -> None:
        now = self._shop.now()
        with self._shop.store.write() as session:
            booked = sa.update(Order).where(Order.id == order_id, Order.status == "open")
            if session.scalar(booked.values(status="paid", paid_at=now).returning(Order.id)) is None:
                return
            order = session.get_one(Order, order_id)
            if "no_confirmation" not in self._shop.settings:
                self._put(session, order, "confirmation", now)
            if "duplicate_confirmation" in self._shop.settings:
                self._put(session, order, "confirmation", now, again="again")
            if "no_receipt" not in self._shop.settings:
                self._put(session, order, "receipt", now)
            if "reminder_at_once" in self._shop.settings:
                self._put(session, order, "reminder", now)
            elif "reminder_after_event" in self._shop.settings:
                order.remind_at = order.event.start + timedelta(hours=2)
            elif "no_reminder" not in self._shop.settings and order.gets_reminder:
                order.remind_at = order.event.start - DAY

    def _decline(self, order_id: int) -> None:
        with self._shop.store.write() as session:
            order = session.get_one(Order, order_id)
            order.declines += 1
            if "confirmation_after_decline" in self._shop.settings:
                self._put(session, order, "confirmation", self._shop.now(), again=f"declined {order.declines}")

    def _put(self, session: Session, order: Order, kind: str, due: datetime, again: str = "") -> None:
        recipient = order.email
        if kind == "confirmation" and "confirmation_to_wrong_address" in self._shop.settings:
            recipient = f"bookings@{order.email.rpartition('@')[2]}"
        if "slow_mail" in self._shop.settings:
            due += timedelta(hours=30)
        common: dict[str, Any] = {"ref": order.id, "recipient": recipient, "clock": order.clock}
        self._shop.put(session, story="events", kind=kind, due=due, again=again, **common)
