"""Times as a reader says them, in the time zone that the journey is about."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from upheld.cases import zone_of
from upheld.language import gettext as _
from upheld.language import language
from upheld.ledger import JourneyView

__all__ = ["clock_time", "day", "moment", "night", "place_of", "window", "zone_of_run"]


def zone_of_run(journeys: Iterable[JourneyView]) -> str:
    """Return the time zone in which most journeys of a run are told."""
    counted = Counter(zone_of(journey) for journey in journeys)
    return counted.most_common(1)[0][0] if counted else "UTC"


def clock_time(when: datetime, zone: str, *, seconds: bool = True) -> str:
    """Return the time of day: `18:00:05`."""
    return when.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S" if seconds else "%H:%M")


def day(when: datetime, zone: str) -> str:
    """Return the day, without the year: `Tuesday 24 November`."""
    # A translator writes down how her language says a day, as https://unicode.org/reports/tr35/tr35-dates.html does.
    return str(format_date(when.astimezone(ZoneInfo(zone)), _("EEEE d MMMM"), locale=language()))


def moment(when: datetime, zone: str) -> str:
    """Return day and time: `Tue 24 November, 18:00:05`."""
    return _moment(when, zone, _("EEE d MMMM, HH:mm:ss"), language())


@functools.lru_cache(maxsize=50_000)
def _moment(when: datetime, zone: str, pattern: str, spoken: str) -> str:
    return str(format_datetime(when.astimezone(ZoneInfo(zone)), pattern, locale=spoken))


def window(since: datetime, until: datetime, zone: str) -> str:
    """Return from when to when: `Wed 25 November, 00:00:00 to 23:59:59 (Europe/Berlin)`, as short as it can be said."""
    began, ended = moment(since, zone), moment(until, zone)
    if day(since, zone) == day(until, zone) and until - since < timedelta(days=300):
        ended = clock_time(until, zone)
    return _("{began} to {ended} ({zone})", began=began, ended=ended, zone=zone)


def night(began: datetime | None, ended: datetime | None, zone: str) -> str:
    """Return when a run was: `Night of Saturday 21 November 2026, 02:00–02:07`."""
    if began is None:
        return _("At a time that nobody wrote down")
    local = began.astimezone(ZoneInfo(zone))
    words = format_date(local, _("EEEE d MMMM y"), locale=language())
    until = _(", not finished") if ended is None else f"–{clock_time(ended, zone, seconds=False)}"
    if ended is not None and ended - began < timedelta(minutes=1):
        until = ""
    # From ten in the evening to six it is night to those who read it at breakfast.
    said = _("Night of {day}", day=words) if local.hour < 6 or local.hour >= 22 else words
    return f"{said}, {local:%H:%M}{until}"


def place_of(zone: str) -> str:
    """Return how a time zone is named to a reader: `Europe/Berlin time`, or `UTC`."""
    return zone if zone == "UTC" else _("{zone} time", zone=zone)
