"""Windows in words: from when to when a touchpoint may arrive, relative to a moment.

A window is two edges, each an offset from a moment. Days, weeks, months and years are counted on the wall clock of the
moment's time zone ("1 day before" a start at 18:00 is 18:00, also across a change to summer time); seconds,
minutes and hours are counted as they pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from upheld.errors import FeatureError

__all__ = [
    "JOURNEY_START",
    "NOW",
    "PROMISE_STEP",
    "Edge",
    "Interval",
    "Moment",
    "Window",
    "parse_duration",
    "parse_point",
    "parse_window",
]

JOURNEY_START = "the start of the journey"
PROMISE_STEP = "the promise"
NOW = "the present"

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_COUNT = rf"(?:\d+(?:\.\d+)?|{'|'.join(_NUMBERS)})"
_UNIT = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
_DURATION = rf"{_COUNT} {_UNIT}"
_CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d|24:00"
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_LENGTHS = _SECONDS | {"day": 86_400, "week": 604_800, "month": 2_678_400, "year": 31_622_400}
_LONGEST = 100 * 31_622_400
_EXAMPLES = (
    "within 2 minutes",
    "within 1 hour of paying",
    "1 day before the event",
    "between 2 days and 1 day before the event",
    "on the day of the event by 08:00",
    "on the day before the event",
    "after the event, within 3 days",
    "for 10 seconds",
)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, or will happen, in site time.

    `began` and `ended` are zone-aware and equal for a point in time; for a step they are its start and its end.
    `zone` is the IANA name of the time zone in which its calendar days are counted.
    """

    name: str
    began: datetime
    ended: datetime
    zone: str = "UTC"

    @classmethod
    def at(cls, name: str, when: datetime, zone: str = "UTC") -> Moment:
        """Return a moment without length."""
        return cls(name, when, when, zone)


@dataclass(frozen=True, slots=True)
class Interval:
    """A window resolved to site time, UTC: it opens and closes at these instants, both included."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Edge:
    """One end of a window: an offset from the moment called `moment`.

    `months` and `days` are counted on the wall clock of the moment's zone, `seconds` as they pass, all signed.
    `clock`, where given, is the time of day that the edge snaps to ("24:00" is the day's last instant). `slack` is
    -1 or 1 where the configured tolerance widens the window at this edge. `from_end` counts from the moment's end.
    `or_promise` counts from the promise as well, and from it alone where the moment never came: the later one holds.
    """

    moment: str
    months: int = 0
    days: int = 0
    seconds: float = 0.0
    clock: str = ""
    slack: int = 0
    from_end: bool = False
    or_promise: bool = False

    @property
    def is_its_moment(self) -> bool:
        """True where it is the moment itself, with nothing counted from it: "within 1 minute of paying" opens so."""
        return not (self.clock or self.days or self.months or self.seconds)

    def resolve(self, moment: Moment, *, closing: bool, tolerance: timedelta) -> datetime:
        """Return the instant of this edge, UTC.

        An opening edge counts from the moment's beginning and a closing edge (or one that is `from_end`) from its end,
        so that a step that takes a while can make a window longer, never shorter. The tolerance is never more than
        half of the offset: an hour after paying is not before paying.
        """
        local = (moment.ended if closing or self.from_end else moment.began).astimezone(ZoneInfo(moment.zone))
        moved = bool(self.months or self.days)
        if moved:  # only then: adding even nothing forgets which of two equal hours this is when summer time ends
            local = (local + relativedelta(months=self.months, days=self.days)).replace(fold=0)
        if self.clock == "24:00":
            local = datetime.combine(local.date() + timedelta(days=1), time_of_day(), local.tzinfo)
            # The day after begins at its first instant; this day ends just before it.
            instant = local.astimezone(UTC) - timedelta(microseconds=1)
        elif self.clock:
            hour, minute = map(int, self.clock.split(":"))
            instant = _instant(datetime.combine(local.date(), time_of_day(hour, minute), local.tzinfo), closing)
        else:
            instant = _instant(local, closing) if moved else local.astimezone(UTC)
        whole = timedelta(days=abs(self.months) * 30 + abs(self.days), seconds=abs(self.seconds))
        return instant + timedelta(seconds=self.seconds) + self.slack * min(tolerance, whole / 2)


def _instant(local: datetime, closing: bool) -> datetime:
    """Return the instant, UTC, of a time on the wall clock; of one that comes twice a window closes at the second."""
    first = local.astimezone(UTC)
    return max(first, local.replace(fold=1).astimezone(UTC)) if closing else first


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when a touchpoint may arrive, as the feature says it (`words`).

    `least_seconds` is how long it is at least, for a window of silence.
    """

    words: str
    opens: Edge
    closes: Edge
    least_seconds: float = 0.0

    @property
    def moments(self) -> tuple[str, ...]:
        """The names of the moments that must be known before this window can be resolved."""
        return tuple(dict.fromkeys((self.opens.moment, self.closes.moment)))

    @property
    def has_tolerance(self) -> bool:
        """True where the configured tolerance widens this window ("1 day before the event")."""
        return bool(self.opens.slack or self.closes.slack)

    def resolve(self, moments: Mapping[str, Moment], tolerance: timedelta = timedelta(hours=2)) -> Interval:
        """Return when this window opens and closes in site time.

        Raises `KeyError` with the name of a moment that is not known.
        """
        opens = self.opens.resolve(moments[self.opens.moment], closing=False, tolerance=tolerance)
        anchors = [self.closes.moment]
        if self.closes.or_promise:
            anchors = [name for name in (self.closes.moment, PROMISE_STEP) if name in moments] or anchors
        closes = max(self.closes.resolve(moments[name], closing=True, tolerance=tolerance) for name in anchors)
        return Interval(opens, max(opens + timedelta(seconds=self.least_seconds), closes))

    def silence(self, usual: Window) -> Window:
        """Return this window as one of silence: watched for as long as the thing would have been allowed to take.

        It opens at the end of its moment, since what comes while she cancels is not yet unwanted.
        """
        closes = usual.closes
        if not closes.clock and max(closes.months, closes.days, closes.seconds) > 0:
            # The moment that it usually counts from ("paying") may never have come.
            closes = replace(closes, or_promise=True)
        return replace(
            self, opens=replace(self.opens, from_end=True), closes=closes, least_seconds=max(usual.closes.seconds, 10.0)
        )

    @property
    def endless(self) -> bool:
        """True for a bare "after cancelling", which says no end."""
        return self.opens == self.closes

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "words": self.words,
            "opens": _edge_to_json(self.opens),
            "closes": _edge_to_json(self.closes),
            "least_seconds": self.least_seconds,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Window:
        """Return the window that `to_json` wrote."""
        return cls(data["words"], Edge(*data["opens"]), Edge(*data["closes"]), data["least_seconds"])


def _edge_to_json(edge: Edge) -> list[Any]:
    return [edge.moment, edge.months, edge.days, edge.seconds, edge.clock, edge.slack, edge.from_end, edge.or_promise]


@dataclass(frozen=True, slots=True)
class _Offset:
    months: int = 0
    days: int = 0
    seconds: float = 0.0
    words: str = field(default="", compare=False)

    def edge(self, moment: str, sign: int, slack: int = 0) -> Edge:
        return Edge(moment, sign * self.months, sign * self.days, sign * self.seconds, slack=slack)


def _offset(words: str) -> _Offset:
    count, unit = words.split()
    number = float(_NUMBERS.get(count, 0) or count)
    unit = unit.rstrip("s")
    if number * _LENGTHS[unit] > _LONGEST:
        raise ValueError(f'"{words}" is longer than a hundred years; nobody can wait for that')
    if unit in _SECONDS:
        return _Offset(seconds=number * _SECONDS[unit], words=words)
    if number != int(number):
        raise ValueError(f'"{words}": {unit}s are counted on the calendar, so say them in whole numbers')
    if unit in _DAYS:
        return _Offset(days=int(number) * _DAYS[unit], words=words)
    return _Offset(months=int(number) * _MONTHS[unit], words=words)


def parse_duration(words: str) -> timedelta:
    """Return a duration said in words (`2 minutes`, `1 hour`, `3 days`) or short (`90s`, `2m`, `1h`, `3d`).

    Raises `ValueError` where it is neither; months and years have no fixed length and are refused.
    """
    text = words.strip().lower()
    if short := re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", text):
        seconds = float(short[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[short[2]]
        if seconds > _LONGEST:
            raise ValueError(f'"{words}" is longer than a hundred years; nobody can wait for that')
        return timedelta(seconds=seconds)
    if re.fullmatch(_DURATION, text):
        offset = _offset(text)
        if not offset.months:
            return timedelta(days=offset.days, seconds=offset.seconds)
    raise ValueError(f'"{words}" is no duration; say it as "90s", "2m", "1h" or "2 minutes"')


def parse_point(words: str, *, file: str = "", line: int = 0) -> Edge:
    """Return the point in time that these words say: `the day before the event`, `2 hours after the course`.

    A day is its noon, in the time zone of its moment, unless it says `at 09:00`. Raises `FeatureError` with file and
    line where they say none.
    """
    text = " ".join(words.strip().lower().replace("’", "'").split()).rstrip(".")
    try:
        if found := re.fullmatch(rf"the day (before|after|of) (.+?)(?: at ({_CLOCK}))?", text):
            side, moment, clock = found.groups()
            if _is_moment(moment):
                return Edge(moment, days={"before": -1, "of": 0, "after": 1}[side], clock=clock or "12:00")
        found = re.fullmatch(rf"({_DURATION}) (before|after) (.+)", text)
        if found and _is_moment(found[3]):
            return _offset(found[1]).edge(found[3], -1 if found[2] == "before" else 1)
    except ValueError as error:
        raise FeatureError(str(error), file=file, line=line) from None
    raise FeatureError(
        f'"{words.strip()}" says no point in time that is understood. Say it like one of: the day before the event; '
        "the day of the event at 09:00; 2 hours before the event; 3 days after paying.",
        file=file,
        line=line,
    )


def parse_window(words: str, *, file: str = "", line: int = 0) -> Window:
    """Return the window that these words say.

    Raises `FeatureError` with file and line where they say none, with the forms that are understood.
    """
    text = " ".join(words.strip().lower().replace("’", "'").split()).rstrip(".")
    try:
        window = _parse(text)
    except ValueError as error:
        raise FeatureError(str(error), file=file, line=line) from None
    if window is None:
        raise FeatureError(
            f'"{words.strip()}" says no window that is understood. Say it like one of: {"; ".join(_EXAMPLES)}.',
            file=file,
            line=line,
        )
    return replace(window, words=" ".join(words.split()))


def _parse(text: str) -> Window | None:
    if found := re.fullmatch(rf"within ({_DURATION})", text):
        # A message may overtake the step that promises it, so the window opens with the journey.
        return Window(text, Edge(JOURNEY_START), _offset(found[1]).edge(PROMISE_STEP, 1))
    if found := re.fullmatch(rf"for ({_DURATION}) after (.+)", text):
        if not _is_moment(found[2]):
            return None
        return Window(text, Edge(found[2], from_end=True), _offset(found[1]).edge(found[2], 1))
    if found := re.fullmatch(rf"for ({_DURATION})", text):
        return Window(text, Edge(JOURNEY_START), _offset(found[1]).edge(PROMISE_STEP, 1))
    if found := re.fullmatch(rf"(?:within ({_DURATION}) (?:of|after)|after) (.+?)(?:, within ({_DURATION}))?", text):
        within, moment, later = found.groups()
        duration = within or later
        if (within and later) or not _is_moment(moment):
            return None
        if duration is None:
            return Window(text, Edge(moment), Edge(moment))
        return Window(text, Edge(moment), _offset(duration).edge(moment, 1))
    if found := re.fullmatch(rf"between ({_DURATION}) and ({_DURATION}) (before|after) (.+)", text):
        first, second, side, moment = found.groups()
        if not _is_moment(moment):
            return None
        sign = -1 if side == "before" else 1
        opens, closes = _offset(first).edge(moment, sign), _offset(second).edge(moment, sign)
        at = Moment.at(moment, datetime(2001, 6, 15, 12, tzinfo=UTC))
        if Window(text, opens, closes).resolve({moment: at}, timedelta()).closes > closes.resolve(
            at, closing=True, tolerance=timedelta()
        ):
            raise ValueError(f'"{text}" ends before it begins; say the earlier one first')
        return Window(text, opens, closes)
    if found := re.fullmatch(rf"(?:on )?the (?:calendar )?day( before| after|) (of )?(.+?)(?:,? by ({_CLOCK}))?", text):
        return _on_the_day(text, *found.groups())
    found = re.fullmatch(rf"({_DURATION}) (before|after) (.+)", text)
    if found and _is_moment(found[3]):
        offset, sign = _offset(found[1]), -1 if found[2] == "before" else 1
        return Window(text, offset.edge(found[3], sign, slack=-1), offset.edge(found[3], sign, slack=1))
    found = re.fullmatch(r"before (.+)", text)
    if found and _is_moment(found[1]):
        return Window(text, Edge(JOURNEY_START), Edge(found[1]))
    return None


def _on_the_day(text: str, side: str, of: str | None, moment: str, by: str | None) -> Window | None:
    if bool(side) == bool(of) or not _is_moment(moment):
        return None
    days = {"": 0, " before": -1, " after": 1}[side]
    return Window(text, Edge(moment, days=days, clock="00:00"), Edge(moment, days=days, clock=by or "24:00"))


def _is_moment(words: str) -> bool:
    """A moment is a few plain words: a comma or a number in it means that something was not understood."""
    return bool(re.fullmatch(r"[^\W\d][\w' -]*", words)) and not re.search(r"\b(within|between|by)\b", words)
