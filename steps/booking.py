"""The words of this business about events and paying for them."""

from __future__ import annotations

from pytest_bdd import given, parsers, step, then, when

from fixtures.site import Card, Organiser
from journeys.event_registration import tasks
from upheld import Journey, StepFailed, in_days, parse_money

WHO = r"(?P<who>[A-Z][\w-]*|she|he|they)"


@given(
    parsers.re(
        r'the event "(?P<title>[^"]+)" takes place in (?P<days>\d+) days at (?P<clock>\S+) in (?P<zone>\S+) '
        r"and costs (?P<price>.+)"
    )
)
def event_takes_place(
    journey: Journey, organiser: Organiser, title: str, days: str, clock: str, zone: str, price: str
) -> None:
    """An event is on the programme."""
    start = in_days(journey, int(days), clock, zone)
    tasks.set_up_event(journey, organiser, title=title, start=start, zone=zone, price=price)


@step(parsers.re(rf"{WHO} opens the page of the event"))
def opens_event_page(journey: Journey, who: str) -> None:
    """She reads about the event."""
    tasks.open_event_page(journey.actor(who), journey)


@given(parsers.re(rf"{WHO} is about to pay (?P<amount>[\d.,]+ [A-Z]{{3}}) for the event"))
def is_about_to_pay(journey: Journey, who: str, amount: str) -> None:
    """She has registered, and the page asks her to pay."""
    customer = journey.actor(who)
    tasks.reach_checkout(customer, journey)
    customer.sees(amount)


@when(parsers.re(rf"{WHO} pays (?P<amount>[\d.,]+ [A-Z]{{3}}) by card"))
def pays(journey: Journey, cards: dict[str, Card], who: str, amount: str) -> None:
    """She pays, and her bank agrees."""
    tasks.pay(journey.actor(who), journey, amount, cards["good"])


@when("her card is declined")
def card_is_declined(journey: Journey, cards: dict[str, Card]) -> None:
    """She pays, and her bank refuses."""
    tasks.pay(journey.actor("she"), journey, journey.fact("the price"), cards["declined"])


@then("she is told why, and what to do next")
def is_told_why(journey: Journey) -> None:
    """The page says that the card was declined, and what she can do."""
    said = tasks.reason_given_to(journey.actor("she"))
    if "declined" not in said or "another card" not in said:
        raise StepFailed(
            "She was not told why she could not pay, and what to do next: the page "
            + (f"says “{said}”." if said else "is as it was, without a message.")
        )


@then("her card was charged what she was told")
def card_was_charged_what_she_was_told(journey: Journey, organiser: Organiser) -> None:
    """The payment provider is asked, since the shop would only say what it believes."""
    customer, told = journey.actor("she"), parse_money(journey.fact("the price"))
    charged = [parse_money(amount) for amount in tasks.charges_to(customer, journey, organiser)]
    if charged != [told]:
        taken = " and ".join(money.tell() for money in charged) or "nothing"
        raise StepFailed(f"{customer.who} was told {told.tell()}, and her card was charged {taken}.")


@then("nothing of her details is lost")
def details_are_kept(journey: Journey) -> None:
    """What she has entered is still there."""
    customer = journey.actor("she")
    shown = tasks.details_shown_to(customer)
    lost = [
        text for text in (customer.person.name, customer.person.email, customer.person.company) if text not in shown
    ]
    if lost:
        raise StepFailed(f"{customer.who} would have to enter again: {', '.join(lost)}")


@then("nothing else of her details is lost")
def answers_are_kept(journey: Journey) -> None:
    """What was right of her answers still stands in the form."""
    customer = journey.actor("she")
    person, shown = customer.person, tasks.answers_shown_to(customer)
    lost = [text for text in (person.given, person.family, person.company) if text not in shown]
    if lost:
        raise StepFailed(f"{customer.who} would have to enter again: {', '.join(lost)}")
