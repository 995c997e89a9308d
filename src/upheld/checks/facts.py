"""Whether a touchpoint says what the customer was told before: amount, date, time, place, number and name, as values.

A contradiction is only where it speaks of the same thing, by a label ("Amount paid"), says something else there, and
nowhere says what is right. A mail may well name other prices, other days and other orders besides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from upheld.checks.base import EVERYWHERE, Finding, Known, Place, Severity, Touch
from upheld.checks.labels import Labelled, labelled, labelled_in_table
from upheld.checks.noted import Held, days_of, in_force, is_about, locales_of, said_at, zones_of
from upheld.promises.documents import FILE_KINDS
from upheld.promises.facts import (
    Fact,
    Money,
    SaidDate,
    dates_in,
    fold,
    money_in,
    names_weekday,
    parse_money,
    says,
    times_in,
    zone_name,
)

__all__ = ["CHECKS", "Contradiction", "WrongWeekday"]

# What says beside "Date" when it was written or paid, and no more.
_PAPERS = re.compile(r"receipt|invoice|refund|payment|charge")
_BARE = re.compile(
    r"(?<![\w.,€$£¥])(?<![€$£¥]\s)(?<![A-Z]{3}\s)\d{1,3}(?:[.,'’ \xa0\u202f]?\d{3})*[.,]\d{2}"
    r"(?![\w.,]?\d|\s?[€$£¥]|\s?[A-Z]{3}\b)"
)
_CODE = re.compile(r"[#№]?\s?([\w-]*\d[\w-]*)")
_ZONE = re.compile(
    r"\b(?:[A-Z]{1,4}T|GMT|MEZ|MESZ|UTC|Zulu|[A-Z]\w+/[A-Z]\w+)\b|\([^)/]*(?:time|zeit|heure|tijd|hora)[^)/]*\)"
    r"|[+-]\d{2}:?\d{2}\b"
)
_HOURS = re.compile(r"(?<!\d)(\d{1,2})(?::(\d{2}))?\s*(?:-|–|—|bis|to|till|à|a|tot)\s*\d{1,2}\b")
_SOON = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Part:
    """The text of a touchpoint, or of a file that came with it: `name` is what it is called in a sentence."""

    name: str
    text: str
    channel: str
    said: tuple[Labelled, ...]


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What stands in the place of a fact: `sure` is false where it may be meant of something else.

    `right` is how what should be there is told, where that is not the whole fact.
    """

    held: Held
    said: Labelled
    shown: str
    sure: bool = True
    right: str = ""
    rule: str = ""


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
                looks = _LOOKS.get(topic, _number)
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
            for said in _dates(text, [locale for locale in locales_of(known) if names_weekday(text, locale)]):
                day = said.near(touch.site_at.date())
                if said.weekday is None or day is None or said.weekday == day.weekday() or said in seen:
                    continue
                seen.add(said)
                # Without a year it may be meant of another than the nearest.
                severity = None if said.year is not None or day in told else Severity.WARN
                shown = f"{_WEEKDAYS[said.weekday]} {day.day} {day:%B %Y}"
                yield Finding(
                    f"{_capital(name)} says {shown}, which is a {_WEEKDAYS[day.weekday()]}.",
                    rule="weekday", words=_as_it_stands(said.words, text), severity=severity, part=channel,
                )  # fmt: skip


def _texts(touch: Touch) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the text and the channel of what is read: the touchpoint itself, and the files with it."""
    if touch.arrival.channel != "download":  # a download is its file
        yield touch.name, touch.text, ""
    for part in touch.arrival.attachments:
        kind = next((kind for kind, is_one in FILE_KINDS.items() if kind in ("pdf", "csv") and is_one(part)), "")
        if part.text and (kind or part.type.startswith("text/")) and not FILE_KINDS["calendar entry"](part):
            shown = kind.upper() or part.name or "file"
            yield f"{touch.name}’s {shown}" if touch.arrival.channel == "email" else touch.name, part.text, kind.upper()


def _parts(touch: Touch, known: Known, every: Sequence[Held]) -> Iterator[_Part]:
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
        yield _Part(name, text, channel, tuple(reads))


def _is_hers(text: str, known: Known) -> bool:
    names = [view for view in known.noted if re.match(r"the (?:name|title) of ", view.name.casefold())]
    numbers = [view for view in known.noted if view.name.casefold().endswith(" number")]
    said = [known.person.name, known.person.address, *(str(view.value) for view in (*names, *numbers))]
    return any(says(text, one) for one in said if one)


def _finding(touch: Touch, known: Known, part: _Part, wrong: _Wrong) -> Finding:
    label, where, right = wrong.said.label, said_at(wrong.held, known), wrong.right or wrong.held.fact.tell()
    return Finding(
        f"{_capital(part.name)} says {wrong.shown} beside “{label}”; {where} said {right}.",
        rule=wrong.rule or wrong.held.topic,
        words=wrong.said.words,
        places=(Place(where, right), Place(part.name, wrong.shown)),
        severity=None if wrong.sure else Severity.WARN,
        part=part.channel,
    )


def _amount(
    touch: Touch, known: Known, part: _Part, every: Sequence[Held], values: Sequence[Labelled]
) -> Iterator[_Wrong]:
    right = [parse_money(fact.value) for held in every for fact in held.right]
    if not right or any(_states(text, money, known) for text in (*_values(values), part.text) for money in right):
        return
    wrong: dict[Money, Labelled] = {}
    for said in values:
        read = _money(said, right[0].currency, known)
        if read is not None and read.amount > 0 and not any(_times(read, money, part.text) for money in right):
            wrong.setdefault(read, said)
    for money, said in list(wrong.items())[:1]:
        held = _best(every, touch, known)
        # A deposit and a rest are two amounts of one thing; only where all labels agree is it surely said.
        yield _Wrong(held, said, money.tell(), sure=len(wrong) == 1)


def _values(values: Iterable[Labelled]) -> Iterator[str]:
    return (said.value for said in values)


def _states(text: str, money: Money, known: Known) -> bool:
    if any(money in money_in(text, money.currency, locale) for locale in locales_of(known)):
        return True
    bare = (_plain_number(found[0]) for found in _BARE.finditer(text))
    return any(number == money.amount for number in bare)


def _money(said: Labelled, currency: str, known: Known) -> Money | None:
    """Return the amount that stands beside a label, in whichever currency; None where none does."""
    if not said.near and not re.match(r"[^\w\s]*\s?(?:[A-Z]{2,3}\$?|[€$£¥])?\s?-?\d", said.value):
        return None
    for locale in locales_of(known)[:2]:
        if found := money_in(said.value, currency, locale):
            return found[0]
    try:
        return parse_money(said.value)
    except ValueError:
        bare = _BARE.fullmatch(said.value.strip())
        number = _plain_number(bare[0]) if bare else None
        return Money(number, currency) if number is not None else None


def _plain_number(words: str) -> Decimal | None:
    found = money_in(f"{words} EUR", "EUR", "en")
    return found[-1].amount if found else None


def _times(read: Money, price: Money, text: str) -> bool:
    """True where an amount is that of several pieces, and the text says of how many."""
    if read.currency != price.currency or not price.amount:
        return False
    count = read.amount / price.amount
    return (
        count == int(count)
        and 2 <= count <= 100
        and re.search(rf"(?<![\w.,]){int(count)}(?![\w.,]\d|\w)", text) is not None
    )


def _date(
    touch: Touch, known: Known, part: _Part, every: Sequence[Held], values: Sequence[Labelled]
) -> Iterator[_Wrong]:
    ahead = [held for held in every if datetime.fromisoformat(held.fact.value) >= touch.site_at]
    if not ahead or touch.arrival.channel == "payment record":
        return
    right = {day for held in ahead for fact in held.right for day in days_of(fact, known)}
    locales = locales_of(known)
    here = [said for said in values if any(one.covers(day) for one in _dates(said.value, locales) for day in right)]
    if here or any(said.covers(day) for said in _dates(part.text, locales) for day in right):
        # The day is right; the time beside it may not be.
        yield from _time(touch, known, part, ahead, here)
        return
    vague = values[0].topic == "some date"
    if vague and _PAPERS.search(f"{touch.kind} {touch.arrival.subject}".casefold()):
        return
    wrong: dict[str, Labelled] = {}
    for said in values:
        found = _dates(said.value, locales)
        days = [day for one in found if (day := one.near(touch.site_at.date()))]
        if not found or len(days) != len(found) or (not said.near and not _begins(said.value, found[0].words)):
            continue
        if len(days) > 1 and any(min(days) <= day <= max(days) for day in right):
            continue
        if vague and (
            any(abs(day - touch.site_at.date()) <= timedelta(days=1) for day in days) or _is_moment(found, known)
        ):
            continue
        wrong.setdefault(found[0].tell(), said)
    if len(wrong) == 1:  # several days are a list, of events to come or of days of a course
        held = _best(ahead, touch, known)
        shown, said = next(iter(wrong.items()))
        yield _Wrong(held, said, shown)


def _is_moment(found: Iterable[SaidDate], known: Known) -> bool:
    moments = known.knowledge.moments.values()
    zones = {name: zone for name, zone in ((one.zone, _zone(one.zone)) for one in moments) if zone}
    days = {at.astimezone(zone).date() for one in moments for at in (one.began, one.ended) for zone in zones.values()}
    return any(said.is_day(day) for said in found for day in days)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _time(
    touch: Touch, known: Known, part: _Part, every: Sequence[Held], values: Sequence[Labelled]
) -> Iterator[_Wrong]:
    ahead = [held for held in every if datetime.fromisoformat(held.fact.value) >= touch.site_at]
    if not ahead or _PAPERS.search(f"{touch.kind} {touch.arrival.subject} {touch.arrival.channel}".casefold()):
        return
    instants = [(datetime.fromisoformat(fact.value), fact) for held in ahead for fact in held.right]
    own = zones_of(ahead[0].fact, known)
    if instants[0][0].astimezone(own[0]).time() == time(0):
        return  # only the day is known
    named = {name for said in values for name in _ZONE.findall(said.value)}
    # Without a zone it may be told by her own clock; with that of the event it is told by the event's.
    count = 1 if named and not any(zone.key in named for zone in own[1:]) else None
    right = {when.astimezone(zone).time() for when, fact in instants for zone in zones_of(fact, known)[:count]}
    if right & _hours(part.text):
        return
    now = [touch.site_at.astimezone(zone) for zone in own]
    wrong: dict[time, Labelled] = {}
    for said in values:
        hours = _hours(said.value)
        begins = said.near or said.topic != "time" or re.match(r"\W*\d", said.value)
        if not hours or not begins or not _zone_is_known(said.value, instants, known):
            continue
        near = any(
            abs(timedelta(hours=one.hour - at.hour, minutes=one.minute - at.minute)) < _SOON
            for one in hours
            for at in now
        )
        if said.topic == "time" and near:
            continue
        wrong.setdefault(min(hours), said)
    if len(wrong) == 1:
        held = _best(ahead, touch, known)
        hour, said = next(iter(wrong.items()))
        there = datetime.fromisoformat(held.fact.value).astimezone(own[0])
        yield _Wrong(held, said, f"{hour:%H:%M}", right=f"{there:%H:%M}", rule="time")


def _zone_is_known(value: str, instants: Sequence[tuple[datetime, Fact]], known: Known) -> bool:
    """True where a time names no zone, or one that the right times are known in ("18:00 CET", "18 Uhr MEZ")."""
    named = set(_ZONE.findall(value))
    if not named:
        return True
    names = {zone.key for _, fact in instants for zone in zones_of(fact, known)}
    for when, fact in instants:
        there = when.astimezone(zones_of(fact, known)[0])
        names |= {str(there.tzname()), *(zone_name(there, locale) for locale in locales_of(known))}
    return named <= names


def _hours(text: str) -> set[time]:
    ranges = (
        time(int(one[1]), int(one[2] or 0))
        for one in _HOURS.finditer(text)
        if int(one[1]) < 24 and int(one[2] or 0) < 60
    )
    return {*times_in(text), *ranges}


def _place(
    touch: Touch, known: Known, part: _Part, every: Sequence[Held], values: Sequence[Labelled]
) -> Iterator[_Wrong]:
    hers = {fold(str(value)) for one in known.cast for value in one.details.values()}
    held = every[0] if len(every) == 1 else None
    if (
        held is None
        or is_about(touch, known, held) is not True
        or any(says(part.text, fact.value) for fact in held.right)
    ):
        return
    for said in values:
        value = fold(said.value)
        alike = says(held.fact.value, said.value) or _words(value) & _words(fold(held.fact.value))
        # A place has many names; surely wrong is what the same label said otherwise before.
        sure = _was_beside(said, held.fact, known)
        if (said.near or sure) and not (alike or value in hers or "://" in value or "online" in value):
            yield _Wrong(held, said, f"“{said.value}”", sure=sure, right=f"“{held.fact.value}”")
            return


def _words(folded: str) -> set[str]:
    return {
        word for word in re.findall(r"\w{4,}", folded) if word not in ("room", "hall", "saal", "raum", "haus", "house")
    }


def _number(
    touch: Touch, known: Known, part: _Part, every: Sequence[Held], values: Sequence[Labelled]
) -> Iterator[_Wrong]:
    for held in every:
        right = [_bare(fact.value) for fact in held.right]
        if any(says(part.text, fact.value) for fact in held.right):
            return
        wrong: dict[str, Labelled] = {}
        for said in values:
            found = _CODE.fullmatch(said.value) if not said.near else _CODE.match(said.value)
            code = _bare(found[1]) if found else ""
            # “#4711” and “UP-4711” are one number.
            if code and not any(code in one or one in code for one in right):
                wrong.setdefault(found[1] if found else "", said)
        if len(wrong) == 1 and not any(
            one.arrival.channel == "page" and says(one.text, next(iter(wrong))) for one in known.before
        ):
            shown, said = next(iter(wrong.items()))
            yield _Wrong(held, said, shown)


def _bare(code: str) -> str:
    return re.sub(r"[\W_]", "", fold(code))


def _name(touch: Touch, known: Known, part: _Part, _: Sequence[Held], values: Sequence[Labelled]) -> Iterator[_Wrong]:
    person = known.person
    theirs = [
        name for one in known.cast for name in (one.given, one.family, str(one.details.get("company", ""))) if name
    ]
    if touch.arrival.channel == "page" or any(says(part.text, name) for name in (person.name, person.family) if name):
        return
    for said in values:
        words = re.findall(r"[^\W\d_][\w'’.-]*", said.value)
        plain = said.near and 1 < len(words) < 6 and not re.search(r"[\d@/:]", said.value)
        named = any(says(said.value, name) for name in theirs)
        if plain and not named and not any(says(str(view.value), said.value) for view in known.noted):
            fact = Fact("her name", person.name)
            # It may be the name of what she has booked, or of who sends it.
            sure = _was_beside(said, fact, known)
            yield _Wrong(Held("name", fact, "", ""), said, f"“{said.value}”", sure=sure, right=f"“{person.name}”")
            return


def _was_beside(said: Labelled, fact: Fact, known: Known) -> bool:
    """True where an earlier touchpoint said this fact beside the same label: then it is what that label means here."""
    return any(
        fold(one.label) == fold(said.label) and fact.said_in(one.value)
        for touch in known.before
        for one in labelled(touch.text)
        if one.topic == said.topic
    )


def _best(every: Sequence[Held], touch: Touch, known: Known) -> Held:
    return next((held for held in every if is_about(touch, known, held)), every[0])


def _dates(text: str, locales: Iterable[str]) -> list[SaidDate]:
    """Return the dates of a text, each once, in the first of these languages that it can be read in."""
    found: list[SaidDate] = []
    for locale in locales:
        found += [said for said in dates_in(text, locale) if not any(_same(said, other) for other in found)]
    return found


def _same(one: SaidDate, other: SaidDate) -> bool:
    return one.words == other.words or (
        one.days == other.days and one.year == other.year and other.weekday == one.weekday
    )


def _begins(value: str, words: str) -> bool:
    return 0 <= fold(value).find(words) <= 25


def _as_it_stands(words: str, text: str) -> str:
    found = re.search(r"\s+".join(map(re.escape, words.split())), text, re.IGNORECASE)
    return found[0] if found else words


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FACT_OF = {"some date": "date", "time": "date"}
_Look = Callable[[Touch, Known, _Part, Sequence[Held], Sequence[Labelled]], Iterator[_Wrong]]
_LOOKS: Mapping[str, _Look] = {
    "amount": _amount,
    "date": _date,
    "some date": _date,
    "time": _time,
    "place": _place,
    "name": _name,
}
CHECKS = (Contradiction(), WrongWeekday())
