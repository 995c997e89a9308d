"""The words of this business about what becomes of a seat: given back, moved to another date, waited for."""

from __future__ import annotations

from pytest_bdd import given, parsers, then, when

from fixtures.site import Card, Organiser
from journeys.event_cancelling import tasks as cancelling
from journeys.event_moving import tasks as moving
from journeys.event_registration import tasks as registration
from journeys.event_waiting_list import tasks as waiting
from upheld import Journey, StepFailed, in_days

WHO = r"(?P<who>[A-Z][\w-]*|she|he|they)"


@given(parsers.re(rf"{WHO} has booked a seat at the event"))
def has_booked(journey: Journey, cards: dict[str, Card], who: str) -> None:
    """She has a seat, and has paid for it."""
    number = registration.book_seat(journey.actor(who), journey, cards["good"])
    journey.note("the order number", number, "number")


@when(parsers.re(rf"{WHO} cancels (?:her|his|their) booking"))
def cancels(journey: Journey, who: str) -> None:
    """She says once more that she means it."""
    cancelling.cancel_booking(journey.actor(who), journey)


@when(parsers.re(r"the organiser moves the event to (?P<days>\d+) days from now at (?P<clock>\d\d:\d\d)"))
def organiser_moves(journey: Journey, organiser: Organiser, days: str, clock: str) -> None:
    """The organiser has to take another day."""
    zone = journey.fact("the time zone of the event")
    moving.move_event(journey, organiser, in_days(journey, int(days), clock, zone), zone)


@then(parsers.re(r"her booking is for the new date"))
def booking_is_for_new_date(journey: Journey) -> None:
    """The page of her booking shows when it now is."""
    customer = journey.actor("she")
    wanted, shown = journey.fact("the start of the event"), moving.date_shown_to(customer, journey)
    if shown != wanted:
        raise StepFailed(f"{customer.who}'s booking is for {shown or 'no date at all'}, and the event is at {wanted}.")


@given(parsers.re(rf"it has one seat, which {WHO} has booked"))
def one_seat_is_booked(journey: Journey, organiser: Organiser, cards: dict[str, Card], who: str) -> None:
    """The event is sold out."""
    registration.limit_seats(journey, organiser, 1)
    registration.book_seat(journey.actor(who), journey, cards["good"])


@given(parsers.re(rf"{WHO} has put (?:her|his|their) name on the waiting list"))
def has_joined(journey: Journey, who: str) -> None:
    """She waits for a seat."""
    waiting.join_list(journey.actor(who), journey)


@when(parsers.re(rf"{WHO} gives (?:her|his|their) seat back"))
def gives_back(journey: Journey, who: str) -> None:
    """Somebody who had a seat cancels."""
    with journey.moment("giving back"):
        cancelling.give_seat_back(journey.actor(who), journey)
