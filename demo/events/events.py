"""The story of an event as the shop sees it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint

from demo.events import organiser, pages, waiting_pages
from demo.events.booking import Bookings
from demo.events.messages import Composer
from demo.events.tables import Event
from demo.events.waiting import WaitingList
from demo.letters import Hook, Letter, Text
from demo.shop import Shop, Story
from demo.store import Mail
from demo.words import Words

__all__ = ["story"]


class Events:
    """A seat at a paid event."""

    name = "events"

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._waiting = WaitingList(shop)
        self._bookings = Bookings(shop, self._waiting)
        self._composer = Composer(shop)
        organiser.seed(shop.store, shop.now())

    def pages(self) -> Blueprint:
        """Return the customer's pages and the organiser's."""
        site = Blueprint("events", __name__, template_folder="templates")
        pages.add_pages(site, self._shop, self._bookings, self._waiting)
        waiting_pages.add_pages(site, self._shop, self._waiting)
        organiser.add_pages(site, self._shop, self._bookings)
        return site

    def work(self, clock: str, now: datetime) -> None:
        """Remind whom it is time to remind, and let offers end that nobody took."""
        self._bookings.remind(clock, now)
        self._waiting.lapse(clock, now)

    def next_due(self, clock: str) -> datetime | None:
        """Return when the next reminder is due, or the next offer ends."""
        moments = (self._bookings.next_reminder(clock), self._waiting.next_lapse(clock))
        return min(filter(None, moments), default=None)

    def compose(self, mail: Mail, now: datetime) -> Letter | Text | Hook:
        """Write one of the messages about a seat."""
        return self._composer.compose(mail, now)

    def shelf(self, now: datetime) -> list[tuple[str, str, str]]:
        """Return the coming events, the next first."""
        words = Words(self._shop.locale(), self.name)
        coming = sa.select(Event).where(Event.start > now).order_by(Event.start).limit(50)
        with self._shop.store.read() as reading:
            return [
                (
                    f"{event.title}, {words.date(event.local_start)}",
                    f"/events/{event.slug}",
                    words.money(event.price, event.currency),
                )
                for event in reading.scalars(coming)
            ]

    def desk(self) -> list[tuple[str, str]]:
        """Return the attendee list of each event."""
        words = Words("en_GB", self.name)
        with self._shop.store.read() as reading:
            return [
                (
                    f"Attendees of {event.title}, {words.date(event.local_start)}",
                    f"/organiser/events/{event.slug}/attendees",
                )
                for event in reading.scalars(sa.select(Event).order_by(Event.start))
            ]


def story(shop: Shop) -> Story:
    """Return the story of an event, told in this shop."""
    return Events(shop)
