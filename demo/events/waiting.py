"""The waiting list of a sold-out event: the first in line is offered a seat that becomes free, for some hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from demo.events.tables import Event, Order, Waiting
from demo.shop import Shop

__all__ = ["HELD", "WaitingList"]

HELD = timedelta(hours=6)
"""For how long an offered seat is kept for whom it was offered to."""


class WaitingList:
    """Who waits for a seat, and who is next."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def place(self, token: str) -> Waiting | None:
        """Return the place on the list with this token, if there is one."""
        with self._shop.store.read() as session:
            return session.scalar(sa.select(Waiting).where(Waiting.token == token))

    def number(self, place: Waiting) -> int:
        """Return how many in the line stand no later than this place, which tells who waits where she stands."""
        line = sa.select(sa.func.count()).where(Waiting.event_id == place.event_id, Waiting.status == "waiting")
        with self._shop.store.read() as session:
            return session.scalar(line.where(Waiting.id <= place.id)) or 0

    def sold_out(self, event: Event) -> bool:
        """Return whether nobody can book without being offered a seat."""
        with self._shop.store.read() as session:
            return not self.is_free(session, event)

    def is_free(self, session: Session, event: Event, offer: int | None = None) -> bool:
        """Return whether there is a seat for anyone, or for whom it was offered to by this `offer`."""
        if event.seats is None:
            return True
        if offer is not None:
            return session.get_one(Waiting, offer).status == "offered"
        return self._free(session, event) > 0

    def join(self, event: Event, details: dict[str, str], locale: str) -> Waiting:
        """Put someone at the end of the line; who stands in it already keeps her place."""
        there = sa.select(Waiting).where(
            Waiting.event_id == event.id, Waiting.email == details["email"], Waiting.status == "waiting"
        )
        with self._shop.store.write() as session:
            found = session.scalar(there)
            if found is None:
                found = Waiting(event_id=event.id, clock=self._shop.clock(), locale=locale, **details)
                session.add(found)
                session.flush()
            return found

    def order_of(self, place: Waiting) -> Order:
        """Return the order by which she takes the seat that she was offered."""
        with self._shop.store.write() as session:
            order = session.scalar(sa.select(Order).where(Order.offer == place.id))
            if order is None:
                names = ("event_id", "clock", "given_name", "family_name", "email", "locale")
                copied: dict[str, Any] = {name: getattr(place, name) for name in names}
                order = Order(**copied, company="", diet="", offer=place.id)
                session.add(order)
                session.flush()
            return order

    def move_up(self, session: Session, event: Event) -> None:
        """Offer each free seat to the next in line, by text message and by mail."""
        if event.seats is None or "waiting_list_stuck" in self._shop.settings:
            return
        session.flush()
        line = sa.select(Waiting).where(Waiting.event_id == event.id, Waiting.status == "waiting")
        first = Waiting.id.desc() if "last_in_line_first" in self._shop.settings else Waiting.id
        for place in session.scalars(line.order_by(first).limit(max(self._free(session, event), 0))).all():
            place.status, place.until = "offered", self._shop.clocks.now(place.clock) + HELD
            common: dict[str, Any] = {"story": "events", "ref": place.id, "clock": place.clock}
            if "no_text_about_free_seat" not in self._shop.settings:
                self._shop.put(session, kind="free_seat", recipient=place.phone, channel="text", **common)
            self._shop.put(session, kind="offer", recipient=place.email, **common)

    def lapse(self, clock: str, now: datetime) -> None:
        """Let the offers end that are over on this clock, and offer each of these seats to the next in line."""
        if "offer_never_ends" in self._shop.settings:
            return
        over = sa.select(Waiting).where(Waiting.clock == clock, Waiting.status == "offered", Waiting.until <= now)
        with self._shop.store.write() as session:
            for place in session.scalars(over).all():
                place.status = "lapsed"
                self.move_up(session, place.event)

    def next_lapse(self, clock: str) -> datetime | None:
        """Return when the next offer on this clock ends."""
        if "offer_never_ends" in self._shop.settings:
            return None
        held = sa.select(sa.func.min(Waiting.until)).where(Waiting.clock == clock, Waiting.status == "offered")
        with self._shop.store.read() as session:
            return session.scalar(held)

    def _free(self, session: Session, event: Event) -> int:
        booked = sa.select(sa.func.count()).where(Order.event_id == event.id, Order.status == "paid")
        held = sa.select(sa.func.count()).where(Waiting.event_id == event.id, Waiting.status == "offered")
        return (event.seats or 0) - (session.scalar(booked) or 0) - (session.scalar(held) or 0)
