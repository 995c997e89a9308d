"""The event as a calendar entry (RFC 5545): published, moved with a higher SEQUENCE, and cancelled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import icalendar

from demo.events.tables import Event, Order
from demo.letters import Attachment

__all__ = ["entry"]


def entry(order: Order, event: Event, now: datetime, *, cancelled: bool = False) -> Attachment:
    """Return the entry of this seat, with its zone described in it.

    It has the same UID each time; whoever keeps calendars takes the entry with the highest SEQUENCE (RFC 5546,
    2.1.4). It says when the event begins and not when it ends, since the shop says that nowhere.
    """
    method = "CANCEL" if cancelled else "PUBLISH"
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Systems Day Office//demo.test//")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    seat = icalendar.Event()
    seat.add("uid", f"order-{order.token}@demo.test")
    seat.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    seat.add("sequence", event.moves + (1 if cancelled else 0))
    if cancelled:
        seat.add("status", "CANCELLED")
    seat.add("dtstart", event.local_start)
    seat.add("summary", event.title)
    seat.add("location", event.venue)
    calendar.add_component(seat)
    day, year = event.local_start.date(), timedelta(days=366)
    calendar.add_missing_timezones(first_date=day - year, last_date=day + year)
    parameters = {"method": method, "charset": "utf-8"}
    return Attachment(f"{event.slug}.ics", bytes(calendar.to_ical()), "text/calendar", parameters)
