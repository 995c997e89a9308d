"""How this site is walked for the membership: tasks are verbs, the customer first; questions are nouns."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fixtures.site import Organiser
from upheld import Actor, Journey

__all__ = ["ask_to_join", "become_member", "charge_twice", "expect_renewal", "leave", "let_bank_refuse", "sign_in"]

GRACE = timedelta(days=7)
ZONE = "Europe/Berlin"


def become_member(customer: Actor, journey: Journey, organiser: Organiser, days: int) -> None:
    """Let her have been a member for so many days, with a card that is kept for her renewals."""
    person = customer.person
    stage = journey.request(
        "PUT",
        _door(customer),
        json={"name": person.name, "email": person.email, "language": "en", "days": days},
        auth=(organiser.user, organiser.password),
    ).json()
    journey.note("the member number", stage["number"])
    journey.note("the link by which she signs in", stage["sign_in"])
    _note_renewal(journey, datetime.fromisoformat(stage["renews"]), stage["zone"])


def let_bank_refuse(customer: Actor, journey: Journey, organiser: Organiser) -> None:
    """Let her bank refuse whatever is charged to the card that is kept for her."""
    journey.request("PUT", f"{_door(customer)}/refusing-bank", auth=(organiser.user, organiser.password))


def charge_twice(customer: Actor, journey: Journey, organiser: Organiser) -> None:
    """Make the mistake of charging her month a second time."""
    with journey.moment("the mistake"):
        journey.request("PUT", f"{_door(customer)}/mistake", auth=(organiser.user, organiser.password))


def sign_in(customer: Actor, journey: Journey) -> None:
    """Come into the members' area by a link that she was given."""
    customer.opens(journey.fact("the link by which she signs in"))
    customer.presses("Sign me in")


def ask_to_join(customer: Actor, journey: Journey) -> None:
    """Say who she is and ask to become a member, in the language of her browser."""
    customer.opens("/members/join")
    customer.fills_in()
    with journey.moment("asking"):
        customer.presses(customer.page.locator("main form button").inner_text())


def expect_renewal(customer: Actor, journey: Journey) -> None:
    """Take down when her membership renews, as the page says it."""
    with journey.looking(customer, "could not read when her membership renews"):
        when = customer.page.locator("dd time").get_attribute("datetime") or ""
    _note_renewal(journey, datetime.fromisoformat(when), ZONE)


def leave(customer: Actor, journey: Journey) -> None:
    """Leave, by the page that says what happens then."""
    customer.follows("Leave the Circle")
    with journey.moment("leaving"):
        customer.presses("Leave the Circle")


def _door(customer: Actor) -> str:
    return f"/api/members/{customer.person.email.partition('@')[0].rpartition('+')[2]}"


def _note_renewal(journey: Journey, when: datetime, zone: str) -> None:
    journey.happens("the renewal", when, zone)
    journey.note_date("the date of the renewal", when, zone)
    journey.note_date("the end of the grace", when.astimezone(ZoneInfo(zone)) + GRACE, zone)
