"""What becomes of a seat: it is booked and paid for, given back, or moved to another date, each all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.orm import Session

from demo.events.tables import DAY, Event, Order, Waiting
from demo.events.waiting import WaitingList
from demo.payments import Declined, Problem, Turns
from demo.shop import Shop

__all__ = ["Bookings"]


class Bookings:
    """The writing end of the outbox: what is sent to whom, and from when on."""

    def __init__(self, shop: Shop, waiting: WaitingList) -> None:
        self._shop = shop
        self._waiting = waiting
        self._turns = Turns()

    def order(self, token: str) -> Order | None:
        """Return the order with this token, if there is one."""
        with self._shop.store.read() as session:
            return session.scalar(sa.select(Order).where(Order.token == token))

    def pay(self, token: str, card: Mapping[str, str]) -> None:
        """Charge the card and book the seat; does nothing where it is booked. Raises `Problem`, and then it is not."""
        order = self.order(token)
        if order is None:
            return
        # A double click, the back button and a second tab all wait here; and so does who wants the same last seat.
        with self._turns.of(token if order.event.seats is None else order.event.slug):
            order = self.order(token)
            if order is None or order.status != "open":
                return
            with self._shop.store.read() as session:
                if not self._waiting.is_free(session, order.event, offer=order.offer):
                    raise Problem("sold_out")
            try:
                payment = self._shop.charge(
                    cents=order.event.cents,
                    currency=order.event.currency,
                    card=card,
                    key=f"{order.token}-{order.declines}",
                    label=f"order {order.id}",
                )
            except Declined:
                self._decline(order.id)
                raise
            self._book(order.id, payment)

    def cancel(self, token: str) -> None:
        """Give the seat back, and the money too; does nothing where that is done. Raises `Problem`, and it is not."""
        with self._turns.of(token):
            order = self.order(token)
            if order is None or order.status != "paid" or order.event.start <= self._shop.now():
                return
            cents = order.event.cents
            if "refund_of_wrong_amount" in self._shop.settings:
                cents -= 2000
            self._shop.refund(payment=order.payment, cents=cents, key=f"refund-{order.token}")
            with self._shop.store.write() as session:
                given_back = session.get_one(Order, order.id)
                given_back.status, given_back.refunded = "cancelled", cents
                if "reminder_after_cancelling" not in self._shop.settings:
                    given_back.remind_at = None
                if "cancelling_unconfirmed" not in self._shop.settings:
                    self._put(session, given_back, "cancellation")
                if "no_refund_notice" not in self._shop.settings:
                    self._put(session, given_back, "refund")
                self._tell_organiser(session, given_back, "cancelled")
                self._waiting.move_up(session, given_back.event)

    def move(self, slug: str, start: datetime, zone: str) -> Event | None:
        """Move an event and tell everyone who has a seat; does nothing where it takes place then."""
        with self._shop.store.write() as session:
            event = session.scalar(sa.select(Event).where(Event.slug == slug))
            if event is None or (event.start, event.zone) == (start, zone):
                return event
            before = event.start
            event.start, event.zone, event.moves = start, zone, event.moves + 1
            for order in session.scalars(sa.select(Order).where(Order.event_id == event.id, Order.status == "paid")):
                if "no_news_of_new_date" not in self._shop.settings:
                    self._put(session, order, "new_date", data={"before": before.isoformat()}, again=str(event.moves))
                if "reminder_for_old_date" not in self._shop.settings:
                    order.remind_at = self._when_to_remind(order, self._shop.clocks.now(order.clock))
            return event

    def remind(self, clock: str, now: datetime) -> None:
        """Put the reminders that are due on this clock in the outbox."""
        due = sa.select(Order, Order.remind_at).where(Order.remind_at <= now, Order.clock == clock)
        with self._shop.store.write() as session:
            for order, moment in session.execute(due).tuples().all():
                self._put(session, order, "reminder", moment or now, again=str(order.event.moves or ""))
                order.remind_at = None

    def next_reminder(self, clock: str) -> datetime | None:
        """Return when the next reminder is due on this clock."""
        with self._shop.store.read() as session:
            return session.scalar(sa.select(sa.func.min(Order.remind_at)).where(Order.clock == clock))

    def _book(self, order_id: int, payment: str) -> None:
        now = self._shop.now()
        with self._shop.store.write() as session:
            booked = sa.update(Order).where(Order.id == order_id, Order.status == "open")
            values = {"status": "paid", "paid_at": now, "payment": payment}
            if session.scalar(booked.values(**values).returning(Order.id)) is None:
                return
            order = session.get_one(Order, order_id)
            if order.offer is not None:
                session.get_one(Waiting, order.offer).status = "taken"
            if "no_confirmation" not in self._shop.settings:
                self._put(session, order, "confirmation", now)
            if "duplicate_confirmation" in self._shop.settings:
                self._put(session, order, "confirmation", now, again="again")
            if "no_receipt" not in self._shop.settings:
                self._put(session, order, "receipt", now)
            if "reminder_at_once" in self._shop.settings:
                self._put(session, order, "reminder", now)
            order.remind_at = self._when_to_remind(order, now)
            self._tell_organiser(session, order, "made")

    def _when_to_remind(self, order: Order, now: datetime) -> datetime | None:
        if "no_reminder" in self._shop.settings or "reminder_at_once" in self._shop.settings:
            return None
        if "reminder_after_event" in self._shop.settings:
            return order.event.start + timedelta(hours=2)
        moment = order.event.start - DAY
        return moment if moment > now else None  # she hardly needs it where she books less than a day ahead

    def _decline(self, order_id: int) -> None:
        with self._shop.store.write() as session:
            order = session.get_one(Order, order_id)
            order.declines += 1
            if "confirmation_after_decline" in self._shop.settings:
                self._put(session, order, "confirmation", again=f"declined {order.declines}")

    def _tell_organiser(self, session: Session, order: Order, what: str) -> None:
        base = self._shop.settings.webhook_url
        if not base or not order.event.organiser or "organiser_not_told" in self._shop.settings:
            return
        place = f"{base}/{quote(order.event.organiser, safe='@+')}"
        common: dict[str, Any] = {"ref": order.id, "recipient": place, "channel": "webhook", "clock": order.clock}
        self._shop.put(session, story="events", kind=f"booking_{what}", **common)

    def _put(
        self,
        session: Session,
        order: Order,
        kind: str,
        due: datetime | None = None,
        again: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        recipient, due = order.email, due or self._shop.clocks.now(order.clock)
        if kind == "confirmation" and "confirmation_to_wrong_address" in self._shop.settings:
            recipient = f"bookings@{order.email.rpartition('@')[2]}"
        if "slow_mail" in self._shop.settings and kind in ("confirmation", "receipt", "reminder"):
            due += timedelta(hours=30)
        common: dict[str, Any] = {"ref": order.id, "recipient": recipient, "clock": order.clock, "data": data}
        self._shop.put(session, story="events", kind=kind, due=due, again=again, **common)
