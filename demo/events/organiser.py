"""The organiser's list of attendees, and the door by which a test sets the stage with an event of its own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from demo.events.booking import Bookings
from demo.events.tables import Event, Order
from demo.shop import Shop
from demo.store import Store
from demo.words import Words

__all__ = ["add_pages", "seed"]

CURRENCIES = ("CHF", "EUR", "GBP", "USD")
ENGLISH = Words("en_GB", "events")


def add_pages(site: Blueprint, shop: Shop, bookings: Bookings) -> None:
    """Add the organiser's pages, and the doors by which events are set up and moved, to the story's blueprint."""

    @site.before_request
    def only_organisers() -> ResponseReturnValue | None:
        return shop.signed_in_only() if request.path.startswith("/organiser/") else None

    def attendees(slug: str) -> tuple[Event, list[dict[str, str]]]:
        with shop.store.read() as reading:
            event = reading.scalar(sa.select(Event).where(Event.slug == slug)) or abort(404)
            booked = sa.select(Order).where(Order.event_id == event.id, Order.status == "paid").order_by(Order.id)
            rows = [_row(order) for order in reading.scalars(booked)]
        for row in rows:
            if "incomplete_attendee_list" in shop.settings:
                del row["Company"], row["Dietary needs"]
        return event, rows

    @site.get("/organiser/events/<slug>/attendees")
    def attendee_list(slug: str) -> ResponseReturnValue:
        event, rows = attendees(slug)
        return shop.page("events/attendees.html", words=ENGLISH, event=event, rows=rows)

    @site.get("/organiser/events/<slug>/attendees.csv")
    def attendee_file(slug: str) -> ResponseReturnValue:
        _, rows = attendees(slug)
        disposition = {"Content-Disposition": f'attachment; filename="attendees-{slug}.csv"'}
        return Response(_csv(rows), mimetype="text/csv", headers=disposition)

    @site.put("/api/events/<slug>")
    def put_event(slug: str) -> ResponseReturnValue:
        shop.organiser_only()
        try:
            wanted = _event(slug, request.get_json(force=True, silent=True))
        except ValueError as error:
            return jsonify(error=str(error)), 400
        try:
            with shop.store.write() as writing:
                there = writing.scalar(sa.select(Event).where(Event.slug == slug))
                if there is None:
                    writing.add(wanted)
        except sa.exc.IntegrityError:  # someone else was quicker, on a database that lets two write at once
            with shop.store.read() as reading:
                there = reading.scalar(sa.select(Event).where(Event.slug == slug))
        answer = _json(there or wanted)
        if there is not None and answer != _json(wanted):
            return jsonify(error=f'There is another event "{slug}" already.', event=answer), 409
        return jsonify(answer), 200 if there else 201

    @site.put("/api/events/<slug>/start")
    def move_event(slug: str) -> ResponseReturnValue:
        shop.organiser_only()
        data = request.get_json(force=True, silent=True)
        try:
            start, zone = _start(data if isinstance(data, dict) else {})
        except ValueError as error:
            return jsonify(error=str(error)), 400
        event = bookings.move(slug, start, zone) or abort(404)
        shop.wake()
        return jsonify(_json(event))

    @site.put("/api/events/<slug>/seats")
    def limit_seats(slug: str) -> ResponseReturnValue:
        shop.organiser_only()
        data = request.get_json(force=True, silent=True)
        seats = data.get("seats") if isinstance(data, dict) else None
        if type(seats) is not int or seats < 1:
            return jsonify(error='Send {"seats": 40}: how many there are.'), 400
        with shop.store.write() as writing:
            event = writing.scalar(sa.select(Event).where(Event.slug == slug)) or abort(404)
            event.seats = seats
        return jsonify(_json(event))


def seed(store: Store, now: datetime) -> None:
    """Put one event on the programme, in four days, where none is coming: an empty shop shows nothing."""
    zone = ZoneInfo("Europe/Berlin")
    with store.write() as writing:
        if writing.scalar(sa.select(Event.id).where(Event.start > now).limit(1)) is not None:
            return
        day = now.astimezone(zone).date().toordinal() + 4
        start = datetime.fromordinal(day).replace(hour=18, tzinfo=zone)
        taken = writing.scalar(sa.select(Event.id).where(Event.slug == "systems-day"))
        slug = f"systems-day-{start:%Y-%m-%d}" if taken else "systems-day"
        common: dict[str, Any] = {"title": "Systems Day", "venue": "Town Hall", "currency": "EUR", "cents": 12000}
        writing.add(Event(slug=slug, start=start, zone=zone.key, **common))


def _row(order: Order) -> dict[str, str]:
    return {
        "Name": order.name,
        "Email": order.email,
        "Company": order.company,
        "Dietary needs": ENGLISH(f"diet_{order.diet}"),
        "Order number": str(order.id),
    }


def _csv(rows: Sequence[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0] if rows else ["Name", "Email", "Order number"])
    writer.writeheader()
    for row in rows:
        # A cell that begins like a formula would be run by a spreadsheet; an apostrophe makes it text.
        writer.writerow({key: f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for key, cell in row.items()})
    return text.getvalue()


def _json(event: Event) -> dict[str, Any]:
    return {
        "title": event.title,
        "start": event.local_start.isoformat(),
        "zone": event.zone,
        "venue": event.venue,
        "price": f"{event.price:.2f}",
        "currency": event.currency,
        "seats": event.seats,
        "organiser": event.organiser,
        "url": f"/events/{event.slug}",
    }


def _event(slug: str, data: Any) -> Event:
    """Return the event that `data` describes. Raises `ValueError` with a sentence."""
    names = ("title", "start", "zone", "venue", "price", "currency")
    if not isinstance(data, dict) or any(not isinstance(data.get(name), str) or not data[name] for name in names):
        raise ValueError(f"Send a JSON object with the texts {', '.join(names)}.")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise ValueError(f'"{slug}" cannot be in an address; use small letters, digits and single hyphens.')
    if data["currency"] not in CURRENCIES:
        raise ValueError(f'"{data["currency"]}" is none of {", ".join(CURRENCIES)}.')
    start, zone = _start(data)
    seats, organiser = data.get("seats"), data.get("organiser", "")
    if not (seats is None or (type(seats) is int and seats > 0)) or not isinstance(organiser, str):
        raise ValueError("`seats` must be a whole number, `organiser` a text; both may be left out.")
    try:
        cents = Decimal(data["price"]) * 100
    except InvalidOperation:
        raise ValueError(f'`price` is "{data["price"]}"; it must be like 120.00.') from None
    if not cents.is_finite() or cents != int(cents) or not 50 <= cents <= 10**8:
        raise ValueError(f'`price` is "{data["price"]}"; it must be from 0.50 to 1000000.00 with two decimals.')
    copied = {name: data[name] for name in ("title", "venue", "currency")}
    return Event(
        slug=slug, start=start, zone=zone, cents=int(cents), seats=seats, organiser=organiser, moves=0, **copied
    )


def _start(data: dict[str, Any]) -> tuple[datetime, str]:
    """Return when and in which zone, or raise `ValueError` with a sentence."""
    zone = data.get("zone")
    if zone not in available_timezones():
        raise ValueError(f'"{zone}" is no time zone such as Europe/Berlin.')
    try:
        start = datetime.fromisoformat(str(data.get("start")))
    except ValueError:
        raise ValueError("`start` must be like 2026-11-26T18:00+01:00.") from None
    if start.tzinfo is None or not 1990 <= start.year <= 2200:
        raise ValueError(f'`start` is "{data["start"]}"; it needs an offset such as +01:00 and a year of our time.')
    return start.astimezone(UTC), zone
