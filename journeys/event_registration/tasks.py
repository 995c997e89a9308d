"""How this site is walked for the event: tasks are verbs, the customer first; questions are nouns."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from decimal import Decimal

from fixtures.site import Card, Organiser
from upheld import Actor, Journey, StepFailed, parse_money

__all__ = [
    "answers_shown_to",
    "attendee_row_of",
    "book_seat",
    "charges_to",
    "details_shown_to",
    "gaps_in",
    "limit_seats",
    "open_event_page",
    "pay",
    "reach_checkout",
    "reason_given_to",
    "set_up_event",
    "sign_in",
]


def set_up_event(
    journey: Journey,
    organiser: Organiser,
    *,
    title: str,
    start: datetime,
    zone: str,
    price: str,
    venue: str = "Town Hall",
) -> None:
    """Put an event on the programme; it is this journey's own, so that nobody else takes its seats or moves it."""
    money = parse_money(price)
    slug = f"{re.sub(r'[^a-z0-9]+', '-', title.lower())}-{journey.cast.token}"
    answer = journey.request(
        "PUT",
        f"/api/events/{slug}",
        json={
            "title": title,
            "start": start.isoformat(),
            "zone": zone,
            "venue": venue,
            "price": str(money.amount),
            "currency": money.currency,
            "organiser": journey.actor("the organiser").person.email,
        },
        auth=(organiser.user, organiser.password),
    )
    journey.note("the page of the event", answer.json()["url"])
    journey.note("the attendee list", f"/organiser/events/{slug}/attendees")
    journey.note("the name of the event", title)
    journey.note("the place of the event", venue)
    journey.note("the price", price, "money")
    journey.note("the time zone of the event", zone)
    journey.note_date("the date of the event", start, zone)
    journey.happens("the event", start, zone)


def limit_seats(journey: Journey, organiser: Organiser, seats: int) -> None:
    """Say how many seats the event has."""
    where, access = f"/api{journey.fact('the page of the event')}/seats", (organiser.user, organiser.password)
    journey.request("PUT", where, json={"seats": seats}, auth=access)


def book_seat(customer: Actor, journey: Journey, card: Card) -> str:
    """Set the stage: she has booked and paid, by what the site's forms send; return her order number.

    Walking that is another journey.
    """
    person, form = customer.person, {"headers": {"Accept-Language": customer.person.locale}, "follow_redirects": True}
    details = {"given_name": person.given, "family_name": person.family, "email": person.email}
    details |= {"company": person.company, "diet": "vegetarian", "consent": "yes"}
    checkout = journey.request("POST", f"{journey.fact('the page of the event')}/register", data=details, **form)
    paid = {"name": person.name, "number": card.number, "expiry": card.expiry, "code": card.code}
    with journey.moment("paying"):
        booked = journey.request("POST", str(checkout.url), data=paid, **form)
    if not re.fullmatch(r"/orders/[^/]+", booked.url.path):
        raise StepFailed(f"{customer.who} could not book a seat: the site led her to {booked.url.path}.")
    journey.note(f"the booking of {customer.who}", booked.url.path)
    number = re.search(r"<strong>(\d+)</strong>", booked.text)
    return number[1] if number else ""


def open_event_page(customer: Actor, journey: Journey) -> None:
    """Open the event's own page."""
    customer.opens(journey.fact("the page of the event"))


def reach_checkout(customer: Actor, journey: Journey) -> None:
    """Register and come to the page where she pays."""
    open_event_page(customer, journey)
    customer.follows("Register")
    customer.fills_in()
    customer.presses("Continue to payment")


def pay(customer: Actor, journey: Journey, amount: str, card: Card) -> None:
    """Pay this amount with this card, after looking that the page asks for it and for no other."""
    if not customer.shows(parse_money(amount)):
        raise StepFailed(
            f"{customer.who} was to pay {amount}, and the page does not ask for that: {customer.text()[:300]}"
        )
    form = customer.page.locator("form:has([autocomplete=cc-number])")
    for field, value in (("cc-number", card.number), ("cc-exp", card.expiry), ("cc-csc", card.code)):
        with journey.looking(customer, "could not fill in her card"):
            form.locator(f"[autocomplete={field}]").fill(value)
    with journey.moment("paying"):
        customer.presses(form.locator("button").inner_text())


def charges_to(customer: Actor, journey: Journey, access: Organiser) -> list[str]:
    """What the payment provider has charged her card for her order; each is held against what she was told."""
    bank = journey.request("GET", "/api/bank", auth=(access.user, access.password)).json()
    where, label = f"{bank['url']}/v1/payment_intents", f"order {journey.fact('the order number')}"
    charged: list[str] = []
    asked: dict[str, object] = {"limit": 100}
    while True:
        listed = journey.request("GET", where, params=asked, auth=(bank["key"], "")).json()
        for one in listed["data"]:
            if one["status"] == "succeeded" and one["metadata"].get("for") == label:
                charged.append(f"{Decimal(one['amount']) / 100:.2f} {one['currency'].upper()}")
                said = f"Amount: {charged[-1]}\nDescription: {label}"
                journey.record("payment record", said, f"What {customer.who}’s card was charged")
        if not listed["has_more"]:
            return charged
        asked["starting_after"] = listed["data"][-1]["id"]


def reason_given_to(customer: Actor) -> str:
    """What the page tells her of a payment that did not go through; "" where it says nothing."""
    alert = customer.page.get_by_role("alert")
    return str(alert.inner_text()) if alert.count() else ""


def details_shown_to(customer: Actor) -> str:
    """What the page still shows of what she has entered."""
    return customer.text()


def answers_shown_to(customer: Actor) -> list[str]:
    """What stands in the fields of the form that she is on."""
    fields = customer.page.locator("main form").locator("input, select")
    return [str(value) for value in fields.evaluate_all("fields => fields.map(field => field.value)")]


def sign_in(organiser: Actor, access: Organiser) -> None:
    """Sign in where the page asks for it."""
    organiser.opens("/organiser/login")
    organiser.fills_in({"User": access.user, "Password": access.password})
    organiser.presses("Sign in")


def attendee_row_of(customer: Actor, organiser: Actor, journey: Journey) -> dict[str, str]:
    """Her row in the list that the organiser downloads; empty where she is not in it."""
    organiser.opens(journey.fact("the attendee list"))
    rows = csv.DictReader(io.StringIO(organiser.downloads("Download CSV").decode("utf-8-sig")))
    return next((row for row in rows if customer.person.email in row.values()), {})


def gaps_in(row: dict[str, str], journey: Journey) -> list[str]:
    """What the organiser does not learn of her from this row, though she told it."""
    told = {"Company": journey.fact("her company"), "Dietary needs": journey.fact("her dietary needs")}
    return [f"{column}: {value}" for column, value in told.items() if row.get(column) != value]
