"""The words of this business about training courses, their clients and their delegates."""

from __future__ import annotations

from datetime import datetime, time

from pytest_bdd import given, parsers, step, then, when

from fixtures.site import Card, Organiser
from journeys.training_course import tasks
from upheld import Actor, Journey, StepFailed, in_days

WHO = r"(?P<who>[A-Z][\w-]*|she|he|they)"
NAMES = r"(?P<names>[A-Z][\w-]*(?:(?:, | and )[A-Z][\w-]*)*)"
PRICE = "595.00 EUR"


def people(journey: Journey, names: str) -> list[Actor]:
    """Return who is meant by "Ben, Cleo and Dan", while "she" is still who acts."""
    return [journey.actor(name) for name in names.replace(" and ", ", ").split(", ")]


def put_another(journey: Journey, organiser: Organiser, title: str, days: str) -> None:
    """Put a further course on the programme, a day of eight hours in Berlin."""
    start = in_days(journey, int(days), "09:00", "Europe/Berlin")
    end = start.replace(hour=17)
    tasks.put_course(journey, organiser, title=title, start=start, end=end, zone="Europe/Berlin", price=PRICE)


@given(
    parsers.re(
        r'the course "(?P<title>[^"]+)" takes place in (?P<days>\d+) days from (?P<begins>\S+) to (?P<ends>\S+) '
        r"in (?P<zone>\S+) and costs (?P<price>.+)"
    )
)
def course_takes_place(
    journey: Journey, organiser: Organiser, title: str, days: str, begins: str, ends: str, zone: str, price: str
) -> None:
    """A course is on the programme; its price is that of one place."""
    start = in_days(journey, int(days), begins, zone)
    end = datetime.combine(start.date(), time.fromisoformat(ends), start.tzinfo)
    tasks.set_up_course(journey, organiser, title=title, start=start, end=end, zone=zone, price=price)


@given(parsers.re(r'another course, "(?P<title>[^"]+)", takes place in (?P<days>\d+) days'))
def another_takes_place(journey: Journey, organiser: Organiser, title: str, days: str) -> None:
    """Another course is on the programme as well."""
    put_another(journey, organiser, title, days)


@given(parsers.re(r"the course takes place again in (?P<days>\d+) days"))
def takes_place_again(journey: Journey, organiser: Organiser, days: str) -> None:
    """The same course is on the programme for a later date."""
    put_another(journey, organiser, journey.fact("the name of the course"), days)


@step(parsers.re(rf"{WHO} opens the page of the course"))
def opens_course_page(journey: Journey, who: str) -> None:
    """She reads about the course."""
    tasks.open_course_page(journey.actor(who), journey)


@when(parsers.re(rf"{WHO} names {NAMES}"))
def names_delegates(journey: Journey, who: str, names: str) -> None:
    """She says who takes the places she has booked."""
    tasks.name_delegates(journey.actor(who), journey, people(journey, names))


@then(parsers.re(rf"{WHO} finds {NAMES} as her delegates"))
def finds_delegates(journey: Journey, who: str, names: str) -> None:
    """Her booking shows whom she has named, in that order."""
    client, wanted = journey.actor(who), [one.person.email for one in people(journey, names)]
    shown = tasks.delegates_shown_to(client, journey)
    if shown != wanted:
        raise StepFailed(f"{client.who} named {', '.join(wanted)}, and her booking shows {', '.join(shown) or 'none'}.")


@given(parsers.re(rf"{WHO} has booked places on the course for {NAMES}"))
def has_booked_for(journey: Journey, cards: dict[str, Card], who: str, names: str) -> None:
    """Her places are booked and paid, and her delegates are named."""
    tasks.book_for(journey.actor(who), journey, people(journey, names), cards["good"])


@when(parsers.re(rf"the organiser marks that {NAMES} attended and (?P<absent>[A-Z][\w-]*) missed it"))
def marks_attendance(journey: Journey, organiser: Organiser, names: str, absent: str) -> None:
    """The organiser takes down who was there."""
    tasks.mark_attendance(journey, organiser, people(journey, names), people(journey, absent))
