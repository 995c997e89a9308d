"""The story of a course, as the shop sees it."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint

from demo.courses import material, pages, stage
from demo.courses.booking import STORY, Bookings
from demo.courses.letters import Writer
from demo.letters import Hook, Letter, Text
from demo.shop import Shop, Story
from demo.store import Mail
from demo.words import Words

__all__ = ["Courses", "story"]


class Courses:
    """Training courses: booked by a client, attended by delegates whom she names later."""

    name = STORY

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._bookings = Bookings(shop)
        self._writer = Writer(shop)

    def pages(self) -> Blueprint:
        """Return its pages."""
        site = Blueprint(STORY, __name__, template_folder="templates")
        pages.add_pages(site, self._shop, self._bookings)
        material.add_pages(site, self._shop, self._bookings)
        stage.add_pages(site, self._shop, self._bookings)
        return site

    def shelf(self, now: datetime) -> list[tuple[str, str, str]]:
        """Return the courses that are still to come."""
        words = Words(self._shop.locale(), STORY)
        return [
            (one.title, f"/courses/{one.slug}", words.money(one.price, one.currency))
            for one in pages.coming(self._shop)
        ]

    def work(self, clock: str, now: datetime) -> None:
        """Put what is due on this clock in the outbox."""
        self._bookings.work(clock, now)

    def next_due(self, clock: str) -> datetime | None:
        """Return when `work` has something to do next."""
        return self._bookings.next_due(clock)

    def compose(self, mail: Mail, now: datetime) -> Letter | Text | Hook:
        """Write a message of its own as it leaves."""
        return self._writer.compose(mail, now)


def story(shop: Shop) -> Story:
    """Return the story, with something on its programme."""
    stage.seed(shop)
    return Courses(shop)
