"""The customer's pages: find an event, register, pay, be booked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from demo.booking import Bookings
from demo.clock import SiteClock
from demo.outbox import Outbox
from demo.payments import Problem
from demo.settings import Settings
from demo.store import Event, Order, Store
from demo.words import DIETS, Words, choose_locale

__all__ = ["pages", "request_locale"]

FIELDS = ("given_name", "family_name", "email", "company", "diet")
PROBLEMS = ("declined", "number", "expiry", "code", "name", "unavailable")


def request_locale() -> str:
    """Return the locale of the present request."""
    return choose_locale(request.accept_languages.values())


def pages(settings: Settings, store: Store, clock: SiteClock, bookings: Bookings, outbox: Outbox) -> Blueprint:
    """Return the customer's pages."""
    site = Blueprint("site", __name__)

    def page(template: str, locale: str = "", **values: object) -> str:
        return render_template(template, words=Words(locale or request_locale()), **values)

    def event_or_404(slug: str) -> Event:
        with store.read() as reading:
            return reading.scalar(sa.select(Event).where(Event.slug == slug)) or abort(404)

    def order_or_404(token: str) -> Order:
        return bookings.order(token) or abort(404)

    def her_open_order(event: Event, token: str) -> Order | None:
        order = bookings.order(token)
        return order if order and order.event_id == event.id and order.status == "open" else None

    @site.get("/")
    def home() -> ResponseReturnValue:
        with store.read() as reading:
            coming = sa.select(Event).where(Event.start > clock.now()).order_by(Event.start).limit(50)
            return page("home.html", events=reading.scalars(coming).all())

    @site.get("/events/<slug>")
    def event(slug: str) -> ResponseReturnValue:
        found = event_or_404(slug)
        return page("event.html", event=found, closed=found.start <= clock.now())

    @site.get("/events/<slug>/register")
    def register(slug: str) -> ResponseReturnValue:
        found = event_or_404(slug)
        if found.start <= clock.now():
            return page("event.html", event=found, closed=True)
        # What she has told us already is there again: by the link on the payment page, or by going back.
        order = her_open_order(found, request.args.get("order", "") or session.get(slug, ""))
        details = {name: getattr(order, name) for name in FIELDS} if order else {}
        return page("register.html", event=found, details=details, wrong=[], diets=DIETS, consent=order is not None)

    @site.post("/events/<slug>/register")
    def take_details(slug: str) -> ResponseReturnValue:
        found = event_or_404(slug)
        if found.start <= clock.now():
            return page("event.html", event=found, closed=True)
        details = {name: " ".join(request.form.get(name, "").split()) for name in FIELDS}
        wrong = _wrong(details, "consent" in request.form)
        if wrong:
            consent = "consent" in request.form
            shown = page("register.html", event=found, details=details, wrong=wrong, diets=DIETS, consent=consent)
            return shown, 422
        named = her_open_order(found, request.args.get("order", ""))
        remembered = her_open_order(found, session.get(slug, ""))
        # Going back and on again is the same registration; another address in another tab is another person's.
        order = named or (remembered if remembered and remembered.email == details["email"] else None)
        with store.write() as writing:
            saved = writing.get_one(Order, order.id) if order else Order(event_id=found.id, locale=request_locale())
            for name, value in details.items():
                setattr(saved, name, value)
            writing.add(saved)
            writing.flush()
            token = session[slug] = saved.token
        return redirect(url_for("site.checkout", token=token), 303)

    @site.get("/checkout/<token>")
    def checkout(token: str) -> ResponseReturnValue:
        order = order_or_404(token)
        if order.status == "paid":
            return redirect(url_for("site.booked", token=token), 303)
        problem = request.args.get("problem", "")
        return page("checkout.html", order.locale, order=order, problem=problem if problem in PROBLEMS else "")

    @site.post("/checkout/<token>")
    def pay(token: str) -> ResponseReturnValue:
        order = order_or_404(token)
        try:
            bookings.pay(token, request.form)
        except Problem as problem:
            silent = problem.key == "declined" and "payment_declined_silently" in settings
            return redirect(url_for("site.checkout", token=token, problem=None if silent else problem.key), 303)
        finally:
            outbox.wake()
        session.pop(order.event.slug, None)
        return redirect(url_for("site.booked", token=token), 303)

    @site.get("/orders/<token>")
    def booked(token: str) -> ResponseReturnValue:
        order = order_or_404(token)
        if order.status != "paid":
            return redirect(url_for("site.checkout", token=token), 303)
        return page("booked.html", order.locale, order=order)

    @site.app_errorhandler(404)
    def missing(_: Exception) -> ResponseReturnValue:
        return page("missing.html"), 404

    return site


def _wrong(details: Mapping[str, str], consent: bool) -> list[str]:
    """Return the names of the fields that cannot be taken as they are."""
    wrong = [name for name in FIELDS if not details[name] or len(details[name]) > 200]
    if details["diet"] not in DIETS:
        wrong = [*filter(lambda name: name != "diet", wrong), "diet"]
    if "email" not in wrong and not _is_address(details["email"]):
        wrong.append("email")
    return wrong if consent else [*wrong, "consent"]


def _is_address(text: str) -> bool:
    try:
        Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):  # the standard library has three ways of saying it
        return False
    return re.fullmatch(r"[^@\s]+@[^@\s]+", text, re.ASCII) is not None
