"""Whether a touchpoint says what the customer was told before: amount, date, time, place, number and name, as values.

A contradiction is only where it speaks of the same thing, by a label ("Amount paid"), says something else there, and
nowhere says what is right. A mail may well name other prices, other days and other orders besides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from babel.dates import format_date, get_day_names

from upheld.checks import _amounts, _days, _words
from upheld.checks._part import Part, Wrong
from upheld.checks.base import EVERYWHERE, Finding, Known, Place, Severity, Touch
from upheld.checks.labels import Labelled, labelled, labelled_in_table
from upheld.checks.noted import Held, days_of, in_force, is_about, locales_of, told_at
from upheld.language import gettext as _
from upheld.language import language
from upheld.promises.documents import FILE_KINDS
from upheld.promises.facts import names_weekday, says

__all__ = ["CHECKS", "Contradiction", "WrongWeekday"]


class Contradiction:
    """Holds what stands beside labels against what the customer was told before, as values and never as strings."""

    name: ClassVar[str] = "contradiction"
    about: ClassVar[str] = "It says another amount, date, time, place, number or name than she was told before."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = EVERYWHERE | {"payment record"}

    def look(self, touch: Touch, known: Known) -> Iterable[Finding]:
        """Yield what is said otherwise, once for each kind of fact and part."""
        every = list(in_force(touch, known))
        for part in _parts(touch, known, every):
            by_topic: dict[str, list[Labelled]] = defaultdict(list)
            for said in part.said:
                by_topic[said.topic].append(said)
            for topic, values in by_topic.items():
                looks = _LOOKS.get(topic, _words.number)
                for wrong in looks(
                    touch, known, part, [one for one in every if one.topic == _FACT_OF.get(topic, topic)], values
                ):
                    about = is_about(touch, known, wrong.held)
                    if about is False:
                        continue
                    # A paper that came with it may be about another order; the customer's own says so.
                    sure = wrong.sure and about is True and (not part.channel or _is_hers(part.text, known))
                    yield _finding(touch, known, part, replace(wrong, sure=sure))


class WrongWeekday:
    """Holds each weekday against the date that it stands beside."""

    name: ClassVar[str] = "weekday"
    about: ClassVar[str] = "A weekday that does not fit its date: “Tuesday 25 November” when that is a Wednesday."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = EVERYWHERE

    def look(self, touch: Touch, known: Known) -> Iterable[Finding]:
        """Yield each date with a wrong weekday, once."""
        told = {day for held in in_force(touch, known) if held.topic == "date" for day in days_of(held.fact, known)}
        seen = set()
        for name, text, channel in _texts(touch):
            for said in _days.dates_of(text, [locale for locale in locales_of(known) if names_weekday(text, locale)]):
                day = said.near(touch.site_at.date())
                if said.weekday is None or day is None or said.weekday == day.weekday() or said in seen:
                    continue
                seen.add(said)
                # Without a year it may be meant of another than the nearest.
                severity = None if said.year is not None or day in told else Severity.WARN
                shown = format_date(day, _("d MMMM y"), locale=language())
                yield Finding(
                    _(
                        "{It} says {weekday} {day}, which is a {right}.",
                        It=_capital(name), it=name, day=shown,
                        weekday=_weekday(said.weekday), right=_weekday(day.weekday()),
                    ),
                    rule="weekday", words=_as_it_stands(said.words, text), severity=severity, part=channel,
                )  # fmt: skip


def _texts(touch: Touch) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the text and the channel of what is read: the touchpoint itself, and the files with it."""
    if touch.arrival.channel != "download":  # a download is its file
        yield touch.name, touch.text, ""
    for part in touch.arrival.attachments:
        kind = next((kind for kind, is_one in FILE_KINDS.items() if kind in ("pdf", "csv") and is_one(part)), "")
        if part.text and (kind or part.type.startswith("text/")) and not FILE_KINDS["calendar entry"](part):
            shown = kind.upper() or part.name or _("file")
            own = _("{it}’s {file}", it=touch.name, file=shown) if touch.arrival.channel == "email" else touch.name
            yield own, part.text, kind.upper()


def _parts(touch: Touch, known: Known, every: Sequence[Held]) -> Iterator[Part]:
    more = {held.topic: held.topic for held in every if held.topic not in _LOOKS}
    for name, rule in (known.map.fact if known.map else {}).items():
        more |= {
            label: held.topic for held in every if held.fact.name.casefold() == name.casefold() for label in rule.labels
        }
    mine = [text for one in known.cast for text in (one.address, one.name)]
    for name, whole, channel in _texts(touch):
        # That the subject is right makes the message no better.
        text = whole.removeprefix(touch.arrival.subject) if whole == touch.text else whole
        reads = labelled_in_table(text, mine, more) if channel == "CSV" else labelled(text, more)
        yield Part(name, text, channel, tuple(reads))


def _is_hers(text: str, known: Known) -> bool:
    names = [view for view in known.noted if re.match(r"the (?:name|title) of ", view.name.casefold())]
    numbers = [view for view in known.noted if view.name.casefold().endswith(" number")]
    said = [known.person.name, known.person.address, *(str(view.value) for view in (*names, *numbers))]
    return any(says(text, one) for one in said if one)


def _finding(touch: Touch, known: Known, part: Part, wrong: Wrong) -> Finding:
    right = wrong.right or wrong.held.fact.tell()
    where, told = told_at(wrong.held, known, right)
    return Finding(
        _(
            "{It} says {what} beside “{label}”; {told}.",
            It=_capital(part.name),
            it=part.name,
            what=wrong.shown,
            label=wrong.said.label,
            told=told,
        ),
        rule=wrong.rule or wrong.held.topic,
        words=wrong.said.words,
        places=(Place(where, right), Place(part.name, wrong.shown)),
        severity=None if wrong.sure else Severity.WARN,
        part=part.channel,
    )


def _as_it_stands(words: str, text: str) -> str:
    found = re.search(r"\s+".join(map(re.escape, words.split())), text, re.IGNORECASE)
    return found[0] if found else words


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _weekday(number: int) -> str:
    return str(get_day_names("wide", locale=language())[number])


_FACT_OF = {"some date": "date", "time": "date"}
_Look = Callable[[Touch, Known, Part, Sequence[Held], Sequence[Labelled]], Iterator[Wrong]]
_LOOKS: Mapping[str, _Look] = {
    "amount": _amounts.amount,
    "date": _days.day,
    "some date": _days.day,
    "time": _days.hour,
    "place": _words.place,
    "name": _words.name,
}
CHECKS = (Contradiction(), WrongWeekday())
