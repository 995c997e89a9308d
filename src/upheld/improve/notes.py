"""What the maps add for whoever walks by hand: which notes stand at a step, and what the book fills into them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from upheld.improve.chapters import ToldStep
from upheld.maps import JourneyMap

__all__ = ["Filler", "behind", "notes_on", "quoted"]

_One = TypeVar("_One")
_PLACE = re.compile(
    r"\{(?:(?P<way>way)|(?P<number>number)|(?P<who>who)|(?P<what>name|address)(?: of (?P<whose>[^{}]+))?"
    r"|in (?P<days>\d{1,4}) days?(?: at (?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d))?(?: in (?P<zone>[\w+/-]+))?)\}"
)
_UNQUOTED = str.maketrans({"'": "’", '"': "", "\\": "", "`": ""})
_QUOTED = re.compile(r"“([^”]+)”")


def notes_on(step: ToldStep, known: JourneyMap | None, *, done: bool) -> tuple[str, ...]:
    """Return what the map adds to a step for whoever walks by hand.

    A step that only promises has none: what is to be done is told where it is done.
    """
    if step.promises and not done:
        return ()
    notes = known.by_hand.notes if known else {}
    return tuple(note for words, note in notes.items() if words.casefold() in step.text.casefold())


@dataclass(slots=True)
class Filler:
    """Fills a way's notes: `way` is its own name, `people` are full name and address by the short name.

    Days are counted from `now`, on the wall clock of `zone` where a note names no other. `coined` tells
    whether the way's name was filled in, `counted` in which zone dates were, "" where there are none.
    """

    way: str
    people: Mapping[str, tuple[str, str]]
    domain: str
    now: datetime
    zone: str
    coined: bool = field(default=False, init=False)
    counted: str = field(default="", init=False)

    def fill(self, note: str, step: str, who: str) -> str:
        """Return a note of a step with its places filled in; `who` does the step. What is no place stays as it is."""

        def filled(found: re.Match[str]) -> str:
            if found["way"]:
                self.coined = True
                return self.way
            if found["days"]:
                return self._date(found) or found[0]
            if found["number"]:
                number = re.search(r"\d+", re.sub(r'"[^"]*"', "", step))
                return number[0] if number else found[0]
            person = found["whose"] or who
            if found["who"]:
                return person or found[0]
            name, address = self.people.get(person, (person, f"{person.casefold()}@{self.domain}"))
            # Notes are typed into a shell, within quotes.
            said = (name if found["what"] == "name" else address).translate(_UNQUOTED)
            return said if person else found[0]

        return _PLACE.sub(filled, note)

    def _date(self, found: re.Match[str]) -> str:
        try:
            zone = found["zone"] or self.zone
            local = self.now.astimezone(ZoneInfo(zone))
        except (ValueError, KeyError, OSError):
            return ""
        self.counted = self.counted or zone
        day = local.date() + timedelta(days=int(found["days"]))
        if found["hour"] is None:
            return day.isoformat()
        return datetime.combine(day, time(int(found["hour"]), int(found["minute"])), local.tzinfo).isoformat()


def quoted(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text in its pieces: what is quoted in typographic marks with the words in them, else with ""."""
    end = 0
    for found in _QUOTED.finditer(text):
        yield text[end : found.start()], ""
        yield found[0], found[1]
        end = found.end()
    yield text[end:], ""


def behind(found: Sequence[_One], names: Callable[[_One], set[str]], refers: Callable[[_One], set[str]]) -> list[_One]:
    """Return them in their order, each behind those whose names it refers to; in a circle their order stays."""
    placed: list[_One] = []
    rest = list(found)
    while rest:
        known = [{name for other in rest if other is not one for name in names(other)} for one in rest]
        free = next((at for at, one in enumerate(rest) if not refers(one) & known[at]), 0)
        placed.append(rest.pop(free))
    return placed
