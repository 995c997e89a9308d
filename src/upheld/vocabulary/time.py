"""Steps about time: when something takes place, which windows are relative to."""

from __future__ import annotations

from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pytest_bdd import parsers, step

from upheld.errors import UsageError
from upheld.promises.reading import TRAVEL_STEP_PATTERN
from upheld.promises.window import NOW, parse_point

if TYPE_CHECKING:
    from upheld.drive import Journey

__all__ = ["in_days"]


def in_days(journey: Journey, days: int, clock: str, zone: str) -> datetime:
    """Return the instant at this time of day, so many days from the site's today in that time zone."""
    try:
        there = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(f'"{zone}" is no time zone; say it like Europe/Berlin') from None
    day = journey.now().astimezone(there).date() + timedelta(days=days)
    return datetime.combine(day, time_of_day.fromisoformat(clock), there)


@step(parsers.re(r"(?P<name>[Tt]he \w+) takes place in (?P<days>\d+) days? at (?P<clock>\d{2}:\d{2}) in (?P<zone>\S+)"))
def takes_place(journey: Journey, name: str, days: str, clock: str, zone: str) -> None:
    """`the event takes place in 4 days at 18:00 in Europe/Berlin`: dates are relative to the site's today."""
    when = in_days(journey, int(days), clock, zone)
    journey.happens(name.lower(), when, zone)
    journey.note_date(f"the date of {name.lower()}", when, zone)


@step(parsers.re(TRAVEL_STEP_PATTERN))
def time_passes(journey: Journey, when: str | None, count: str | None, unit: str | None) -> None:
    """`it is the day before the event`, or `14 days have passed`: turns the site's clock; tag the scenario @travels."""
    point = when or f"{count} {unit} after {NOW}"
    journey.travel(parse_point(point, file=journey.plan.feature, line=journey.line))
