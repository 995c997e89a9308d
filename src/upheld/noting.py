"""Facts taken down as values: what a page says beside a label, or where the journey's map says that a fact stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from upheld.cases import write_date
from upheld.ledger import FactView
from upheld.maps import FactRule
from upheld.promises.facts import dates_in, money_in, parse_money, times_in

if TYPE_CHECKING:
    from upheld.drive import Journey

__all__ = ["Notebook", "Reader", "Seen"]

_MONEY = re.compile(r"\b(?:price|total|amount|fee|cost|sum)\b")
_DATE = re.compile(r"\b(?:date|day)\b")


class Seen(NamedTuple):
    """A fact as it is taken down: a money's value is `120.00 EUR`, a date's is ISO 8601 with its zone behind it."""

    name: str
    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: in which `locale`, in which time `zone` a date without one is meant, and what day is `now` there."""

    locale: str
    zone: str
    now: datetime

    def by_rules(self, rules: Mapping[str, FactRule], text: str) -> Iterator[Seen]:
        """Yield what a page says where the map's rules say that facts stand; what cannot be read is no fact."""
        for name, rule in rules.items():
            found = re.search(rule.page, text, re.MULTILINE) if rule.page else None
            words = " ".join((found[1] or "").split()) if found else ""
            if words and (value := self._value(words, rule.kind)):
                yield Seen(name, value, rule.kind)

    def beside(self, name: str, words: str) -> Seen:
        """Return what stands beside a label as the kind that the fact's name says it is; words where it is no such."""
        kind = "money" if _MONEY.search(name.casefold()) else "date" if _DATE.search(name.casefold()) else "text"
        value = self._value(words, kind)
        return Seen(name, value, kind) if value else Seen(name, words, "text")

    def _value(self, words: str, kind: str) -> str:
        return self._money(words) if kind == "money" else self._date(words) if kind == "date" else words

    def _money(self, words: str) -> str:
        try:
            first = parse_money(words)
        except ValueError:
            return ""
        found = money_in(words, first.currency, self.locale)
        return f"{(found[0] if found else first).amount:.2f} {first.currency}"

    def _date(self, words: str) -> str:
        """Return the first day that the words say, with its time of day where one is said."""
        zone = ZoneInfo(self.zone)
        said = next(dates_in(words, self.locale), None)
        day = said.near(self.now.astimezone(zone).date()) if said else None
        if day is None:
            return ""
        return write_date(datetime.combine(day, next(times_in(words), time(0)), zone), self.zone)


class Notebook:
    """What one journey has taken down: `facts` are the last of each name. `tell` writes one in the ledger.

    `rules` say where on a page facts stand.
    """

    def __init__(self, journey: Journey, rules: Mapping[str, FactRule], tell: Callable[..., None]) -> None:
        self.facts: dict[str, FactView] = {}
        self._journey, self._rules, self._tell = journey, rules, tell

    def take(self, name: str, value: str | int, kind: str, *, where: str) -> None:
        """Take down a fact, as that of whoever is acting."""
        who = self._journey.protagonist.name
        self.facts[name] = FactView(name, str(value), kind, where, datetime.now(UTC), who)
        self._tell(name=name, value=str(value), kind=kind, where=where, who=who)

    def take_beside(self, name: str, words: str, *, where: str) -> None:
        """Take down what stands beside a label."""
        self.take(*self._reader(name).beside(name, words), where=where)

    def take_from_page(self, path: str, *, where: str) -> None:
        """Take down what is new of what the rules find in a page's text; `path` is below the evidence, "" for none."""
        file = self._journey.evidence_folder / path
        if not self._rules or not path or not file.is_file():
            return
        text = file.read_text("utf-8", "replace")
        for name, rule in self._rules.items():
            for fact in self._reader(name).by_rules({name: rule}, text):
                before = self.facts.get(name)
                if before is None or (before.value, before.kind) != (fact.value, fact.kind):
                    self.take(*fact, where=where)

    def _reader(self, name: str) -> Reader:
        """Return how she reads a fact: a date is in the zone of what it is the date of, else in her own."""
        journey = self._journey
        moments = [one for one in journey.knowledge("").moments.values() if one.zone != "UTC"]
        meant = next((one.zone for one in moments if f"of {one.name.casefold()}" in name.casefold()), "")
        person = journey.cast[journey.protagonist.name]
        return Reader(person.locale, meant or person.zone, journey.now())
