"""The door by which a test sets the stage: a member of long standing, a bank that refuses, a mistake of ours."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from demo.members.cards import Cards
from demo.members.door import Door
from demo.members.life import Life
from demo.members.tables import Member
from demo.members.terms import ZONE
from demo.shop import Shop
from demo.words import LANGUAGES

__all__ = ["add_doors"]


def add_doors(site: Blueprint, shop: Shop, life: Life, door: Door, cards: Cards) -> None:
    """Add `PUT /api/members/<ref>` and what hangs on it; `ref` is whatever the caller names her by."""

    def known(ref: str) -> Member:
        with shop.store.read() as reading:
            return reading.scalar(sa.select(Member).where(Member.token == ref)) or abort(404)

    @site.put("/api/members/<ref>")
    def put_member(ref: str) -> ResponseReturnValue:
        shop.organiser_only()
        try:
            name, email, language, days = _wanted(ref, request.get_json(force=True, silent=True))
        except ValueError as error:
            return jsonify(error=str(error)), 400
        now, clock = shop.now(), shop.clock()
        with shop.store.read() as reading:
            if reading.scalar(sa.select(Member.id).where(Member.token == ref)) is not None:
                return jsonify(error=f"There is a member {ref} already."), 409
        kept = cards.keep_on_stage(name, email, now)
        with shop.store.write() as writing:
            member = Member(token=ref, clock=clock, email=email, name=name, locale=language, confirm_until=now)
            writing.add(member)
            writing.flush()
            life.begin(writing, member, kept, "", now - timedelta(days=days))
            if not days and "no_welcome" not in shop.settings:  # who joins today is welcomed
                life.write(writing, member, "welcome", again=ref)
            link = door.link(writing, member, now)
        renews = member.paid_until or now
        shop.wake()
        return jsonify(
            number=member.number,
            renews=renews.isoformat(),
            zone=ZONE.key,
            sign_in=f"/members/sign-in/{link}",
        ), 201

    @site.put("/api/members/<ref>/refusing-bank")
    def refuse(ref: str) -> ResponseReturnValue:
        shop.organiser_only()
        member = known(ref)
        kept = cards.keep_on_stage(member.name, member.email, shop.now(), member.customer, refused=True)
        with shop.store.write() as writing:
            writing.get_one(Member, member.id).card = kept.card
        return jsonify(number=member.number)

    @site.put("/api/members/<ref>/mistake")
    def mistake(ref: str) -> ResponseReturnValue:
        shop.organiser_only()
        member = known(ref)
        life.charge_twice(member.id)
        shop.wake()
        return jsonify(number=member.number)


def _wanted(ref: str, data: Any) -> tuple[str, str, str, int]:
    """Return name, address, language and days of standing of a member. Raises `ValueError` with a sentence."""
    names = ("name", "email", "language")
    if not isinstance(data, dict) or any(not isinstance(data.get(name), str) or not data[name] for name in names):
        raise ValueError(f"Send a JSON object with the texts {', '.join(names)}, and `days`, for how long she is one.")
    if not re.fullmatch(r"[\w.-]{8,100}", ref, re.ASCII):
        raise ValueError(f'"{ref}" cannot stand for a member; use 8 to 100 letters, digits, dots and hyphens.')
    if data["language"] not in LANGUAGES:
        raise ValueError(f'"{data["language"]}" is none of {", ".join(LANGUAGES)}.')
    days = data.get("days", 0)
    if not isinstance(days, int) or not 0 <= days <= 20:
        raise ValueError("`days` is a whole number from 0 to 20: her first month is not over yet.")
    return data["name"], data["email"], data["language"], days
