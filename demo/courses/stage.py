"""The organiser's doors by which a test sets the stage: a course on the programme, and who attended it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from demo.courses.booking import Bookings
from demo.courses.tables import Course
from demo.shop import Shop

__all__ = ["add_pages", "seed"]

CURRENCIES = ("CHF", "EUR", "GBP", "USD")


def add_pages(site: Blueprint, shop: Shop, bookings: Bookings) -> None:
    """Add `PUT /api/courses/<slug>` and `PUT /api/courses/<slug>/attendance` to the story's own."""

    @site.put("/api/courses/<slug>")
    def put_course(slug: str) -> ResponseReturnValue:
        shop.organiser_only()
        try:
            wanted = _course(slug, request.get_json(force=True, silent=True))
        except ValueError as error:
            return jsonify(error=str(error)), 400
        try:
            with shop.store.write() as writing:
                there = writing.scalar(sa.select(Course).where(Course.slug == slug))
                if there is None:
                    writing.add(wanted)
        except sa.exc.IntegrityError:  # someone else was quicker, on a database that lets two write at once
            with shop.store.read() as reading:
                there = reading.scalar(sa.select(Course).where(Course.slug == slug))
        answer = _json(there or wanted)
        if there is not None and answer != _json(wanted):
            return jsonify(error=f'There is another course "{slug}" already.', course=answer), 409
        return jsonify(answer), 200 if there else 201

    @site.put("/api/courses/<slug>/attendance")
    def put_attendance(slug: str) -> ResponseReturnValue:
        shop.organiser_only()
        data = request.get_json(force=True, silent=True)
        lists = [data.get(name, []) for name in ("attended", "missed")] if isinstance(data, dict) else []
        if not lists or any(not isinstance(one, str) for names in lists for one in names):
            return jsonify(error='Send {"attended": ["ben@example.com"], "missed": ["dan@example.com"]}.'), 400
        unknown = bookings.mark(slug, *lists)
        shop.wake()
        if unknown:
            return jsonify(error=f"Nobody of this course has the address {', '.join(unknown)}."), 404
        return jsonify(attended=lists[0], missed=lists[1])


def seed(shop: Shop) -> None:
    """Put two courses on the programme where none is coming: an empty shop shows nothing."""
    zone, now = ZoneInfo("Europe/Berlin"), shop.now()
    with shop.store.write() as writing:
        if writing.scalar(sa.select(Course.id).where(Course.start > now).limit(1)) is not None:
            return
        for title, days, cents in (("Thinking in Systems", 21, 59500), ("Leading Change", 35, 71400)):
            day = now.astimezone(zone).date() + timedelta(days=days)
            start = datetime(day.year, day.month, day.day, 9, tzinfo=zone)
            slug = f"{title.lower().replace(' ', '-')}-{day}"
            common: dict[str, Any] = {"venue": "Old Mill, Room 2", "currency": "EUR", "zone": zone.key}
            end = start + timedelta(hours=8)
            writing.add(Course(slug=slug, title=title, start=start, end=end, cents=cents, **common))


def _json(course: Course) -> dict[str, str]:
    return {
        "title": course.title,
        "start": course.local_start.isoformat(),
        "end": course.local_end.isoformat(),
        "zone": course.zone,
        "venue": course.venue,
        "price": f"{course.price:.2f}",
        "currency": course.currency,
        "url": f"/courses/{course.slug}",
    }


def _course(slug: str, data: Any) -> Course:
    """Return the course that `data` describes. Raises `ValueError` with a sentence."""
    names = ("title", "start", "end", "zone", "venue", "price", "currency")
    if not isinstance(data, dict) or any(not isinstance(data.get(name), str) or not data[name] for name in names):
        raise ValueError(f"Send a JSON object with the texts {', '.join(names)}.")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise ValueError(f'"{slug}" cannot be in an address; use small letters, digits and single hyphens.')
    if data["zone"] not in available_timezones():
        raise ValueError(f'"{data["zone"]}" is no time zone such as Europe/Berlin.')
    if data["currency"] not in CURRENCIES:
        raise ValueError(f'"{data["currency"]}" is none of {", ".join(CURRENCIES)}.')
    try:
        start, end = (datetime.fromisoformat(data[name]) for name in ("start", "end"))
        cents = Decimal(data["price"]) * 100
    except (ValueError, InvalidOperation):
        raise ValueError("`start` and `end` must be like 2026-11-26T09:00+01:00, `price` like 595.00.") from None
    if start.tzinfo is None or end.tzinfo is None or not 1990 <= start.year <= 2200:
        raise ValueError("`start` and `end` need an offset such as +01:00 and a year of our time.")
    if end <= start:
        raise ValueError("the course ends before it begins.")
    if not cents.is_finite() or cents != int(cents) or not 50 <= cents <= 10**7:
        raise ValueError(f'`price` is "{data["price"]}"; it must be from 0.50 to 100000.00 with two decimals.')
    copied = {name: data[name] for name in ("title", "zone", "venue", "currency")}
    return Course(slug=slug, start=start, end=end, cents=int(cents), **copied)
