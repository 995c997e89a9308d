"""The client's pages: find a course, book places on it, pay, and name who comes."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict

from demo.address import is_address
from demo.courses.booking import Bookings
from demo.courses.tables import MOST_PLACES, Booking, Course
from demo.payments import Problem
from demo.shop import Shop

__all__ = ["add_pages", "coming"]

FIELDS = ("given_name", "family_name", "email", "company", "places")
NAMING = ("given_name", "family_name", "email", "phone")


def add_pages(site: Blueprint, shop: Shop, bookings: Bookings) -> None:
    """Add the client's pages to the story's own."""

    def course_or_404(slug: str) -> Course:
        with shop.store.read() as reading:
            return reading.scalar(sa.select(Course).where(Course.slug == slug)) or abort(404)

    def booking_or_404(token: str) -> Booking:
        return bookings.find(token) or abort(404)

    def is_over(course: Course) -> bool:
        return course.start <= shop.now()

    @site.get("/courses")
    def programme() -> ResponseReturnValue:
        return shop.page("courses/programme.html", courses=coming(shop))

    @site.get("/courses/<slug>")
    def course(slug: str) -> ResponseReturnValue:
        found = course_or_404(slug)
        return shop.page("courses/course.html", course=found, closed=is_over(found))

    @site.get("/courses/<slug>/again")
    def again(slug: str) -> ResponseReturnValue:
        """Lead to the next date on which this course takes place, or to the programme where none is set yet."""
        title = course_or_404(slug).title
        dates = [one for one in coming(shop) if one.title == title]
        return redirect(url_for("courses.book", slug=dates[0].slug) if dates else url_for("courses.programme"), 303)

    @site.get("/courses/<slug>/another")
    def another(slug: str) -> ResponseReturnValue:
        """Lead to the next course of another title, or to the programme where there is none."""
        title = course_or_404(slug).title
        others = [one for one in coming(shop) if one.title != title]
        return redirect(url_for("courses.book", slug=others[0].slug) if others else url_for("courses.programme"), 303)

    @site.get("/courses/<slug>/book")
    def book(slug: str) -> ResponseReturnValue:
        found = course_or_404(slug)
        if is_over(found):
            return shop.page("courses/course.html", course=found, closed=True)
        # What she has told us already is there again, by the link on the payment page.
        known = bookings.find(request.args.get("booking", ""))
        mine = known if known and known.course_id == found.id and known.status == "open" else None
        details = {name: getattr(mine, name) for name in FIELDS} if mine else {"places": "1"}
        return shop.page("courses/book.html", course=found, details=details, wrong=[], most=MOST_PLACES)

    @site.post("/courses/<slug>/book")
    def take_details(slug: str) -> ResponseReturnValue:
        found = course_or_404(slug)
        if is_over(found):
            return shop.page("courses/course.html", course=found, closed=True)
        details = {name: " ".join(request.form.get(name, "").split()) for name in FIELDS}
        wrong = [name for name in FIELDS if not details[name] or len(details[name]) > 200]
        if "email" not in wrong and not _is_short_address(details["email"]):
            wrong.append("email")
        if not re.fullmatch(r"[0-9]{1,2}", details["places"]) or not 1 <= int(details["places"]) <= MOST_PLACES:
            wrong = [*filter(lambda name: name != "places", wrong), "places"]
        if wrong:
            return shop.page("courses/book.html", course=found, details=details, wrong=wrong, most=MOST_PLACES), 422
        known = bookings.find(request.args.get("booking", ""))
        with shop.store.write() as writing:
            if known and known.course_id == found.id and known.status == "open":
                saved = writing.get_one(Booking, known.id)
            else:
                saved = Booking(course_id=found.id, locale=shop.locale(), clock=shop.clock())
            for name in FIELDS[:-1]:
                setattr(saved, name, details[name])
            saved.places = int(details["places"])
            writing.add(saved)
            writing.flush()
            token = saved.token
        return redirect(url_for("courses.checkout", token=token), 303)

    @site.get("/courses/checkout/<token>")
    def checkout(token: str) -> ResponseReturnValue:
        booking = booking_or_404(token)
        if booking.status == "paid":
            return redirect(url_for("courses.booked", token=token), 303)
        return shop.page("courses/checkout.html", booking.locale, booking=booking, problem=shop.problem())

    @site.post("/courses/checkout/<token>")
    def pay(token: str) -> ResponseReturnValue:
        booking_or_404(token)
        try:
            bookings.pay(token, request.form)
        except Problem as problem:
            return redirect(url_for("courses.checkout", token=token, problem=problem.key), 303)
        finally:
            shop.wake()
        return redirect(url_for("courses.booked", token=token), 303)

    @site.get("/courses/bookings/<token>")
    def booked(token: str) -> ResponseReturnValue:
        booking = booking_or_404(token)
        if booking.status != "paid":
            return redirect(url_for("courses.checkout", token=token), 303)
        return shop.page("courses/booked.html", booking.locale, booking=booking)

    @site.get("/courses/bookings/<token>/delegates")
    def delegates(token: str) -> ResponseReturnValue:
        booking = booking_or_404(token)
        if booking.status != "paid":
            return redirect(url_for("courses.checkout", token=token), 303)
        people = {one.place: {name: getattr(one, name) for name in NAMING} for one in booking.delegates}
        shown = [people.get(place, {}) for place in range(1, booking.places + 1)]
        named = "named" in request.args
        return shop.page("courses/delegates.html", booking.locale, booking=booking, people=shown, wrong=[], named=named)

    @site.post("/courses/bookings/<token>/delegates")
    def name_delegates(token: str) -> ResponseReturnValue:
        booking = booking_or_404(token)
        if booking.status != "paid":
            return redirect(url_for("courses.checkout", token=token), 303)
        people = [_person(request.form, place) for place in range(1, booking.places + 1)]
        wrong = _wrong(people)
        if wrong:
            template = "courses/delegates.html"
            return shop.page(template, booking.locale, booking=booking, people=people, wrong=wrong, named=False), 422
        bookings.name_delegates(token, people)
        shop.wake()
        return redirect(url_for("courses.delegates", token=token, named=""), 303)


def coming(shop: Shop) -> list[Course]:
    """Return the courses that are still to come, the first of them first."""
    with shop.store.read() as reading:
        found = sa.select(Course).where(Course.start > shop.now()).order_by(Course.start, Course.id).limit(50)
        return list(reading.scalars(found))


def _person(form: ImmutableMultiDict[str, str], place: int) -> dict[str, str]:
    person = {name: " ".join(form.get(f"{name}_{place}", "").split()) for name in NAMING}
    return person | {"phone": re.sub(r"[ ()/.-]", "", person["phone"])}


def _wrong(people: list[dict[str, str]]) -> list[str]:
    """Return the fields that cannot be taken as they are, each as `email_2`."""
    wrong, addresses = [], list[str]()
    for place, person in enumerate(people, 1):
        wrong += [f"{name}_{place}" for name in NAMING if not _is_right(name, person)]
        if person["email"].casefold() in addresses:
            wrong.append(f"email_{place}")
        addresses.append(person["email"].casefold())
    return wrong


def _is_right(name: str, person: Mapping[str, str]) -> bool:
    value = person[name]
    if name == "email":
        return _is_short_address(value)
    if name == "phone":
        return re.fullmatch(r"\+[0-9]{7,15}", value) is not None
    return 0 < len(value) <= 200


def _is_short_address(text: str) -> bool:
    return len(text) <= 200 and is_address(text)
