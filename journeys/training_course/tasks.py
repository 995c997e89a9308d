"""How this site is walked for a course: tasks are verbs, the customer first; questions are nouns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from fixtures.site import Card, Organiser
from upheld import Actor, Journey, parse_money

__all__ = [
    "book_for",
    "delegates_shown_to",
    "mark_attendance",
    "name_delegates",
    "open_course_page",
    "put_course",
    "set_up_course",
]


def put_course(
    journey: Journey, organiser: Organiser, *, title: str, start: datetime, end: datetime, zone: str, price: str
) -> str:
    """Put a course on the programme and return its address; one of that title and start that is there is the same."""
    money = parse_money(price)
    slug = f"{re.sub(r'[^a-z0-9]+', '-', title.lower())}-{start.astimezone(UTC):%Y%m%d-%H%M}"
    course = {
        "title": title,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "zone": zone,
        "venue": "Old Mill, Room 2",
        "price": str(money.amount),
        "currency": money.currency,
    }
    access = (organiser.user, organiser.password)
    answer = journey.request("PUT", f"/api/courses/{slug}", json=course, auth=access)
    return str(answer.json()["url"])


def set_up_course(
    journey: Journey, organiser: Organiser, *, title: str, start: datetime, end: datetime, zone: str, price: str
) -> None:
    """Put the course of this journey on the programme, and take down what is known of it."""
    page = put_course(journey, organiser, title=title, start=start, end=end, zone=zone, price=price)
    journey.note("the page of the course", page)
    journey.note("the name of the course", title)
    journey.note("the price of the course", price, "money")
    journey.note("the place of the course", "Old Mill, Room 2")
    journey.note("the hours of the course", f"{start:%H:%M}–{end:%H:%M}")
    journey.note_date("the date of the course", start, zone)
    journey.happens("the course", start, zone)


def open_course_page(customer: Actor, journey: Journey) -> None:
    """Open the course's own page."""
    customer.opens(journey.fact("the page of the course"))


def name_delegates(client: Actor, journey: Journey, delegates: Sequence[Actor]) -> None:
    """Say who comes, in the order of the places."""
    for place, person in enumerate((one.person for one in delegates), 1):
        answers = {
            "First name": person.given,
            "Last name": person.family,
            "Email": person.email,
            "Mobile phone": person.phone,
        }
        fields = client.page.get_by_role("group", name=f"Delegate {place}", exact=True)
        with journey.looking(client, f"could not name delegate {place}"):
            for label, value in answers.items():
                fields.get_by_label(label).fill(value)
    client.presses("Save the delegates")


def delegates_shown_to(client: Actor, journey: Journey) -> list[str]:
    """The addresses of the delegates as the page shows them, in the order of the places."""
    with journey.looking(client, "could not read who her delegates are"):
        fields = client.page.get_by_label("Email")
        return [str(field.input_value()) for field in fields.all()]


def book_for(client: Actor, journey: Journey, delegates: Sequence[Actor], card: Card) -> None:
    """Have places booked, paid and named already, as her browser would do it, without walking the pages."""

    def send(where: str, **answers: str) -> str:
        answer = journey.request("POST", where, data=answers, follow_redirects=True)
        return str(answer.url.path)

    her, page = client.person, journey.fact("the page of the course")
    details = {"given_name": her.given, "family_name": her.family, "email": her.email, "company": her.company}
    checkout = send(f"{page}/book", **details, places=str(len(delegates)))
    with journey.moment("paying"):
        booking = send(checkout, name=her.name, number=card.number, expiry=card.expiry, code=card.code)
    named: dict[str, str] = {}
    for place, one in enumerate((delegate.person for delegate in delegates), 1):
        answers = {"given_name": one.given, "family_name": one.family, "email": one.email, "phone": one.phone}
        named |= {f"{name}_{place}": value for name, value in answers.items()}
    send(f"{booking}/delegates", **named)


def mark_attendance(journey: Journey, organiser: Organiser, attended: Sequence[Actor], missed: Sequence[Actor]) -> None:
    """Take down as the organiser who was there, and what each is then said to have done."""
    slug = journey.fact("the page of the course").rpartition("/")[2]
    lists = {name: [one.person.email for one in who] for name, who in (("attended", attended), ("missed", missed))}
    access = (organiser.user, organiser.password)
    journey.request("PUT", f"/api/courses/{slug}/attendance", json=lists, auth=access)
    for delegates, word in ((attended, "attended"), (missed, "missed it")):
        for one in delegates:
            journey.note(f"the word on {one.who.casefold()}", f"{one.person.name} {word}")
            journey.note(f"the line on {one.who.casefold()}", f"{one.person.name},{word}")
