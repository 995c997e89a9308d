"""The customer's pages of an event: find it, register, pay, be booked, cancel."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from demo.address import is_address
from demo.events.booking import Bookings
from demo.events.tables import DIETS, Event, Order
from demo.events.waiting import WaitingList
from demo.payments import Problem
from demo.shop import Shop

__all__ = ["add_pages"]

FIELDS = ("given_name", "family_name", "email", "company", "diet")


def add_pages(site: Blueprint, shop: Shop, bookings: Bookings, waiting: WaitingList) -> None:
    """Add the customer's pages to the story's blueprint."""

    def event_or_404(slug: str) -> Event:
        with shop.store.read() as reading:
            return reading.scalar(sa.select(Event).where(Event.slug == slug)) or abort(404)

    def order_or_404(token: str) -> Order:
        return bookings.order(token) or abort(404)

    def her_open_order(event: Event, token: str) -> Order | None:
        order = bookings.order(token)
        return order if order and order.event_id == event.id and order.status == "open" else None

    def new_order(event: Event) -> Order:
        return Order(event_id=event.id, locale=shop.locale(), clock=shop.clock())

    @site.get("/events/<slug>")
    def event(slug: str) -> ResponseReturnValue:
        found = event_or_404(slug)
        sold_out = waiting.sold_out(found)
        return shop.page("events/event.html", event=found, closed=found.start <= shop.now(), sold_out=sold_out)

    @site.get("/events/<slug>/register")
    def register(slug: str) -> ResponseReturnValue:
        found = event_or_404(slug)
        if found.start <= shop.now():
            return shop.page("events/event.html", event=found, closed=True)
        # What she has told us already is there again: by the link on the payment page, or by going back.
        order = her_open_order(found, request.args.get("order", "") or session.get(slug, ""))
        details = {name: getattr(order, name) for name in FIELDS} if order else {}
        return shop.page(
            "events/register.html",
            event=found,
            details=details,
            wrong=[],
            diets=DIETS,
            consent=bool(details.get("company")),
        )

    @site.post("/events/<slug>/register")
    def take_details(slug: str) -> ResponseReturnValue:
        found = event_or_404(slug)
        if found.start <= shop.now():
            return shop.page("events/event.html", event=found, closed=True)
        details = {name: " ".join(request.form.get(name, "").split()) for name in FIELDS}
        wrong = _wrong(details, "consent" in request.form)
        if wrong:
            consent = "consent" in request.form
            shown = shop.page(
                "events/register.html", event=found, details=details, wrong=wrong, diets=DIETS, consent=consent
            )
            return shown, 422
        named = her_open_order(found, request.args.get("order", ""))
        remembered = her_open_order(found, session.get(slug, ""))
        # Going back and on again is the same registration; another address in another tab is another person's.
        order = named or (remembered if remembered and remembered.email == details["email"] else None)
        with shop.store.write() as writing:
            saved = writing.get_one(Order, order.id) if order else new_order(found)
            for name, value in details.items():
                setattr(saved, name, value)
            writing.add(saved)
            writing.flush()
            token = session[slug] = saved.token
        return redirect(url_for("events.checkout", token=token), 303)

    @site.get("/checkout/<token>")
    def checkout(token: str) -> ResponseReturnValue:
        order = order_or_404(token)
        if order.status != "open":
            return redirect(url_for("events.booked", token=token), 303)
        return shop.page("events/checkout.html", order.locale, order=order, problem=shop.problem("sold_out"))

    @site.post("/checkout/<token>")
    def pay(token: str) -> ResponseReturnValue:
        order = order_or_404(token)
        try:
            bookings.pay(token, request.form)
        except Problem as problem:
            silent = problem.key == "declined" and "payment_declined_silently" in shop.settings
            return redirect(url_for("events.checkout", token=token, problem=None if silent else problem.key), 303)
        finally:
            shop.wake()
        session.pop(order.event.slug, None)
        return redirect(url_for("events.booked", token=token), 303)

    @site.get("/orders/<token>")
    def booked(token: str) -> ResponseReturnValue:
        order = order_or_404(token)
        if order.status == "open":
            return redirect(url_for("events.checkout", token=token), 303)
        template = "events/cancelled.html" if order.status == "cancelled" else "events/booked.html"
        return shop.page(template, order.locale, order=order, begun=order.event.start <= shop.now())

    @site.get("/orders/<token>/cancel")
    def cancelling(token: str) -> ResponseReturnValue:
        order = order_or_404(token)
        if order.status != "paid" or order.event.start <= shop.now():
            return redirect(url_for("events.booked", token=token), 303)
        return shop.page("events/cancel.html", order.locale, order=order, problem=shop.problem("no_refund"))

    @site.post("/orders/<token>/cancel")
    def cancel(token: str) -> ResponseReturnValue:
        order_or_404(token)
        try:
            bookings.cancel(token)
        except Problem:
            return redirect(url_for("events.cancelling", token=token, problem="no_refund"), 303)
        finally:
            shop.wake()
        return redirect(url_for("events.booked", token=token), 303)


def _wrong(details: Mapping[str, str], consent: bool) -> list[str]:
    """Return the names of the fields that cannot be taken as they are."""
    wrong = [name for name in FIELDS if not details[name] or len(details[name]) > 200]
    if details["diet"] not in DIETS:
        wrong = [*filter(lambda name: name != "diet", wrong), "diet"]
    if "email" not in wrong and not is_address(details["email"]):
        wrong.append("email")
    return wrong if consent else [*wrong, "consent"]
