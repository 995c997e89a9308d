"""The membership: joining by mail and card, a welcome in three letters, renewals, mistakes put right, and leaving.

life     what becomes of a membership, and what is written to her on the way
agenda   what is to be done for whom, and when
letters  what each kind of letter says
door     how a member comes in
stage    the door by which a test sets the stage
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint

from demo.letters import Letter
from demo.members import area, joining, stage
from demo.members.agenda import Agenda
from demo.members.cards import Cards
from demo.members.door import Door
from demo.members.letters import compose, money
from demo.members.life import Life
from demo.members.tables import Member
from demo.shop import Shop
from demo.store import Mail
from demo.words import Words

__all__ = ["Members", "story"]


class Members:
    """The story of the members (see `demo.shop.Story`)."""

    name = "members"

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._agenda = Agenda(shop.store)
        self._cards = Cards(shop.cashier)
        self._life = Life(shop, self._cards, self._agenda)
        self._door = Door(shop, self._life)

    def pages(self) -> Blueprint:
        """Return its pages below `/members`, and the door below `/api/members` that sets the stage."""
        site = Blueprint("members", __name__, template_folder="templates")
        joining.add_pages(site, self._shop, self._life)
        area.add_pages(site, self._shop, self._life, self._door)
        stage.add_doors(site, self._shop, self._life, self._door, self._cards)
        return site

    def shelf(self, now: datetime) -> list[tuple[str, str, str]]:
        """Return what can be bought: the membership."""
        words = Words(self._shop.locale(), self.name)
        return [(words("home_heading"), "/members", words("price_a_month", price=money(words)))]

    def work(self, clock: str, now: datetime) -> None:
        """Do what is due: letters of the series, notices, renewals, nudges, apologies."""
        self._life.work(clock, now)

    def next_due(self, clock: str) -> datetime | None:
        """Return when the next errand is due."""
        return self._agenda.next_due(clock)

    def compose(self, mail: Mail, now: datetime) -> Letter:
        """Write a letter to a member."""
        with self._shop.store.read() as reading:
            member = reading.scalars(sa.select(Member).where(Member.id == mail.ref)).one()
            others = sa.select(Member).where(Member.id < member.id).order_by(Member.id.desc()).limit(1)
            other = reading.scalar(others)
        letter = compose(mail, member, self._shop.url, self._shop.settings)
        if other is not None and mail.kind == "kind_word" and "address_of_another_member" in self._shop.settings:
            letter = replace(letter, lead=[*letter.lead, f"We know you as {other.email}."])
        return letter


def story(shop: Shop) -> Members:
    """Return the story, told in this shop."""
    return Members(shop)
