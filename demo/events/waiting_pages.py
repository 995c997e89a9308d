"""The customer's pages of the waiting list: put herself on it, see where she stands, take a seat that is offered."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from demo.address import is_address
from demo.events.tables import Event
from demo.events.waiting import WaitingList
from demo.shop import Shop

__all__ = ["add_pages"]

FIELDS = ("given_name", "family_name", "email", "phone")


def add_pages(site: Blueprint, shop: Shop, waiting: WaitingList) -> None:
    """Add these pages to the story's blueprint."""

    def event_or_404(slug: str) -> Event:
        with shop.store.read() as reading:
            return reading.scalar(sa.select(Event).where(Event.slug == slug)) or abort(404)

    @site.get("/events/<slug>/waiting")
    def waiting_form(slug: str) -> ResponseReturnValue:
        return shop.page("events/waiting.html", event=event_or_404(slug), details={}, wrong=[])

    @site.post("/events/<slug>/waiting")
    def wait(slug: str) -> ResponseReturnValue:
        event = event_or_404(slug)
        details = {name: " ".join(request.form.get(name, "").split()) for name in FIELDS}
        details["phone"] = re.sub(r"[\s()./-]", "", details["phone"])
        wrong = [name for name in FIELDS if not details[name] or len(details[name]) > 200]
        if "email" not in wrong and not is_address(details["email"]):
            wrong.append("email")
        if "phone" not in wrong and not re.fullmatch(r"\+[1-9]\d{6,14}", details["phone"], re.ASCII):
            wrong.append("phone")
        if wrong:
            return shop.page("events/waiting.html", event=event, details=details, wrong=wrong), 422
        place = waiting.join(event, details, shop.locale())
        return redirect(url_for("events.standing", token=place.token), 303)

    @site.get("/waiting/<token>")
    def standing(token: str) -> ResponseReturnValue:
        place = waiting.place(token) or abort(404)
        if place.status == "offered":
            return redirect(url_for("events.offer", token=token), 303)
        return shop.page("events/standing.html", place.locale, place=place, number=waiting.number(place))

    @site.get("/offers/<token>")
    def offer(token: str) -> ResponseReturnValue:
        place = waiting.place(token) or abort(404)
        if place.status not in ("offered", "taken"):
            return shop.page("events/standing.html", place.locale, place=place, number=waiting.number(place))
        order = waiting.order_of(place)
        if order.status != "open":
            return redirect(url_for("events.booked", token=order.token), 303)
        return redirect(url_for("events.register", slug=place.event.slug, order=order.token), 303)
