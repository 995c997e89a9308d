"""Calendar entries (RFC 5545) as the customer's calendar takes them: each event with its fields and its instants."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from upheld.mailbox._charsets import decoded
from upheld.mailbox._limits import Faults, clean, tried
from upheld.mailbox._parts import Leaf

__all__ = ["EVENTS", "Event", "events", "is_calendar"]

EVENTS = 50
_FOLD = re.compile(rb"\r?\n[ \t]")
_FIELDS = ("SUMMARY", "DTSTART", "DTEND", "LOCATION", "UID", "STATUS", "DESCRIPTION")


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT. `lines` are its fields as (name, value); `day` is the first of one that takes whole days."""

    method: str
    lines: tuple[tuple[str, str], ...]
    sequence: int = 0
    start: datetime | None = None
    end: datetime | None = None
    day: date | None = None
    rule: str = ""

    def field(self, name: str) -> str:
        """Return what the first field of this name says, "" where there is none."""
        return next((value for key, value in self.lines if key == name), "")


def is_calendar(leaf: Leaf) -> bool:
    """True where the part is a calendar entry, by its type or its name."""
    return leaf.type in ("text/calendar", "application/ics") or leaf.name.lower().endswith(".ics")


def events(leaf: Leaf, faults: Faults) -> Iterator[Event]:
    """Yield the events of an iCalendar object; what cannot be read stands in the faults. May raise."""
    import icalendar  # heavy, and few messages carry one

    # Lines may be folded within a character (RFC 5545, 3.1).
    whole = leaf if b"\0" in leaf.data else replace(leaf, data=_FOLD.sub(b"", leaf.data))
    source = decoded(whole, faults)
    count = 0
    for calendar in icalendar.Calendar.from_ical(source.encode(), multiple=True):
        method = clean(str(calendar.get("METHOD") or leaf.method)).upper()
        for event in calendar.walk("VEVENT"):
            count += 1
            if count > EVENTS:
                faults.add(f"only the first {EVENTS} events were read")
                return
            yield _event(event, method, faults)
    if not count:
        faults.add("the calendar entry holds no event")


def _event(event: Any, method: str, faults: Faults) -> Event:
    lines: list[tuple[str, str]] = []
    moments: dict[str, date | None] = {}
    for name, value in ((name, event.get(name)) for name in _FIELDS):
        if name == "DTSTART" and value is None:
            faults.add("an event has no start")
        if value is None:
            continue
        for one in value if isinstance(value, list) else [value]:
            moment = tried(functools.partial(getattr, one, "dt", None), None)  # a value that is no date raises
            lines.append((name, clean(moment.isoformat() if isinstance(moment, date) else str(one))))
            if isinstance(moment, date):
                moments.setdefault(name, moment)
            if name == "DTSTART" and isinstance(moment, datetime) and moment.tzinfo is None:
                faults.add("an event's start names no time zone that can be found")
    for error in getattr(event, "errors", ()):
        faults.add(f"an event's {error[0]} cannot be read: {error[1]}")
    start, end = moments.get("DTSTART"), moments.get("DTEND")
    return Event(
        method=method,
        lines=tuple(lines),
        sequence=tried(lambda: int(event.get("SEQUENCE") or 0), 0),
        start=_instant(start),
        end=_instant(end) or tried(lambda: _instant(event.end), None),
        day=start if not isinstance(start, datetime) else None,
        rule=clean(tried(lambda: event["RRULE"].to_ical().decode(), "")),
    )


def _instant(moment: object) -> datetime | None:
    return moment if isinstance(moment, datetime) and moment.tzinfo is not None else None
