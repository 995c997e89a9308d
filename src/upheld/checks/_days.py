"""Days and hours beside labels, in any of her languages, held against when it is."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import get_day_names

from upheld.checks._part import Part, Wrong, best, was_beside
from upheld.checks.base import Known, Touch
from upheld.checks.labels import Labelled
from upheld.checks.noted import Held, days_of, locales_of, zones_of
from upheld.promises.facts import Fact, SaidDate, dates_in, fold, says, times_in, zone_name

__all__ = ["dates_of", "day", "hour"]

# What says beside "Date" when it was written or paid, and no more.
_PAPERS = re.compile(r"receipt|invoice|refund|payment|charge")
_ZONE = re.compile(
    r"\b(?:[A-Z]{1,4}T|GMT|MEZ|MESZ|UTC|Zulu|[A-Z]\w+/[A-Z]\w+)\b|\([^)/]*(?:time|zeit|heure|tijd|hora)[^)/]*\)"
    r"|[+-]\d{2}:?\d{2}\b"
)
_HOURS = re.compile(r"(?<!\d)(\d{1,2})(?::(\d{2}))?\s*(?:-|–|—|bis|to|till|à|a|tot)\s*\d{1,2}\b")
_SOON = timedelta(minutes=15)
_NEAR = 8  # lines between the name of an event and its day
# What is told of besides, what has moved, and what is brought, each with a day of its own.
_OTHERS = re.compile(
    r"\b(?:you may (?:also )?(?:like|enjoy)|(?:more|other|next|upcoming|similar|related) (?:events?|dates|courses?)"
    r"|also (?:on|coming)|coming (?:up|soon)|recommend|das könnte|auch interess|weitere|ähnliche|nächste"
    r"|vous aimerez|autres|prochain|misschien|andere|meer evenementen|aanbevolen|te puede|también|otros|próxim)"
)
_MOVED = re.compile(
    r"\b(?:new (?:date|day)|moved|reschedul|postpone|change (?:notice|of date)|neue[rs]? (?:termin|datum)|verschoben"
    r"|verlegt|terminänderung|nouvelle date|reporté|déplacé|nieuwe datum|verplaatst|verzet|nueva fecha|aplazad"
    r"|cambio de)"
)
_BROUGHT = re.compile(
    r"\b(?:deliver|shipp|shipment|dispatch|lieferung|geliefert|zustell|versand|livraison|expédi|lever(?:ing|datum)"
    r"|bezorg|verzend|entrega|envío)"
)
# What may stand before a day or an hour and says nothing else of it: of a "When: on ...", an "Uhrzeit: ab ...".
_LEADS = re.compile(
    r"(?:on|at|from|starting|the|of|st|nd|rd|th|am|um|ab|von|vom|den|der|le|la|les|à|a|las|dès|de|du|el|op|om|vanaf|van"
    r"|kl|ca|circa|around|uhr)"
)
_WORD = re.compile(r"[^\W\d_]+")
# "12:00 New York time", "9am Pacific", "17:30, doors": of another clock, or of something else.
_BESIDES = re.compile(
    r"\b(?!Uhr\b|Heures?\b|Noon\b|Hours?\b)[A-ZÄÖÜÉ][^\W\d_]{2,}"
    r"|\b(?:ET|PT|CT|MT)\b|(?i:\b(?:(?:local )?time|pacific|eastern|central|mountain|ortszeit|doors?|registration"
    r"|check-?in|einlass|anmeldung|accueil|ouverture|inloop|deuren|puertas|registro)\b)"
)


def day(touch: Touch, known: Known, part: Part, every: Sequence[Held], values: Sequence[Labelled]) -> Iterator[Wrong]:
    ahead = [held for held in every if datetime.fromisoformat(held.fact.value) >= touch.site_at]
    if not ahead or touch.arrival.channel == "payment record":
        return
    right = {day for held in ahead for fact in held.right for day in days_of(fact, known)}
    locales = locales_of(known)
    here = [said for said in values if any(one.covers(day) for one in dates_of(said.value, locales) for day in right)]
    if here or any(said.covers(day) for said in dates_of(part.text, locales) for day in right):
        # The day is right; the time beside it may not be.
        yield from hour(touch, known, part, ahead, here)
        return
    vague = values[0].topic == "some date"
    if vague and _PAPERS.search(f"{touch.kind} {touch.arrival.subject}".casefold()):
        return
    wrong: dict[str, Labelled] = {}
    for said in values:
        found = dates_of(said.value, locales)
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
        held = best(ahead, touch, known)
        shown, said = next(iter(wrong.items()))
        yield Wrong(held, said, shown, sure=_is_its_day(said, held, touch, known, part))


def _is_its_day(said: Labelled, held: Held, touch: Touch, known: Known, part: Part) -> bool:
    """True where a day beside a label surely is told as that of the event."""
    found = dates_of(said.value, locales_of(known))
    before = fold(said.value).partition(found[0].words)[0]
    if not _only_leads(before, known):
        return False  # "Payment is due by 10 November"
    told = fold(f"{touch.kind}\n{touch.arrival.subject}")
    if _BROUGHT.search(told) or _MOVED.search(f"{told}\n{fold(part.text)}"):
        return False
    lines = [fold(line) for line in part.text.splitlines() if line.strip()]
    at = next((number for number, line in enumerate(lines) if fold(said.words) in line), 0)
    if any(_OTHERS.search(line) for line in lines[max(0, at - _NEAR) : at]):
        return False
    if was_beside(said, held.fact, known):
        return True
    names = [str(view.value) for view in known.noted if re.match(r"the (?:name|title) of ", view.name.casefold())]
    near = "\n".join(lines[max(0, at - _NEAR) : at + _NEAR])
    return not names or any(says(near, name) for name in names)


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


def hour(touch: Touch, known: Known, part: Part, every: Sequence[Held], values: Sequence[Labelled]) -> Iterator[Wrong]:
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
        held = best(ahead, touch, known)
        hour, said = next(iter(wrong.items()))
        there = datetime.fromisoformat(held.fact.value).astimezone(own[0])
        sure = _is_its_hour(said, known)
        yield Wrong(held, said, f"{hour:%H:%M}", sure=sure, right=f"{there:%H:%M}", rule="time")


def _is_its_hour(said: Labelled, known: Known) -> bool:
    """True where nothing but an hour, its day and its zone stand beside a label."""
    rest = _ZONE.sub(" ", re.sub(r"\([^)]*\)", " ", said.value) if _ZONE.search(said.value) else said.value)
    for one in dates_of(said.value, locales_of(known)):
        rest = re.sub(r"\s+".join(map(re.escape, one.words.split())), " ", rest, flags=re.IGNORECASE)
    rest = " ".join("" if fold(word.strip(".,")) in _weekdays(locales_of(known)) else word for word in rest.split())
    return not _BESIDES.search(rest) and _only_leads(re.split(r"\d", rest, maxsplit=1)[0], known)


def _only_leads(words: str, known: Known) -> bool:
    """True where words say nothing of what follows them but that it is a day or an hour, and which weekday."""
    every = _weekdays(locales_of(known))
    return all(_LEADS.fullmatch(word) or word in every for word in _WORD.findall(fold(words)))


@functools.cache
def _weekdays(locales: tuple[str, ...]) -> frozenset[str]:
    spoken = [
        get_day_names(width, locale=name.replace("-", "_")) for name in locales for width in ("wide", "abbreviated")
    ]
    return frozenset(fold(name).rstrip(".") for names in spoken for name in names.values())


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


def dates_of(text: str, locales: Iterable[str]) -> list[SaidDate]:
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
