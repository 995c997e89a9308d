"""How an event moves on this site, and where the customer sees it."""

from __future__ import annotations

from datetime import datetime

from fixtures.site import Organiser
from upheld import Actor, Journey

__all__ = ["date_shown_to", "move_event"]


def move_event(journey: Journey, organiser: Organiser, start: datetime, zone: str) -> None:
    """Move the event: from now on "the event" is then, and its new and its old date are facts."""
    journey.request(
        "PUT",
        f"/api{journey.fact('the page of the event')}/start",
        json={"start": start.isoformat(), "zone": zone},
        auth=(organiser.user, organiser.password),
    )
    journey.note("the old date of the event", journey.fact("the date of the event"), "date")
    journey.note_date("the new date of the event", start, zone)
    journey.note("the start of the event", start.isoformat())
    journey.happens("the event", start, zone)


def date_shown_to(customer: Actor, journey: Journey) -> str:
    """When her booking says that the event is, in ISO 8601; "" where it says nothing."""
    customer.opens(journey.fact(f"the booking of {customer.who}"))
    shown = customer.page.locator("time[datetime]")
    return str(shown.first.get_attribute("datetime") or "") if shown.count() else ""
