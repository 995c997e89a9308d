"""What is said to the customer and checked by nobody; and what a feature promises and nobody tells her of.

Promise discovery set against the ledger. Plain values in, plain values out: whoever calls has read the pages' texts
and the letters from the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from upheld.improve.discovery import Said, promises_in, step_for
from upheld.improve.lexicon import Lexicon, load_lexicon
from upheld.language import gettext
from upheld.ledger import JourneyView
from upheld.maps import JourneyMap, recognisers_of
from upheld.promises import Promise
from upheld.promises.facts import fold

__all__ = ["Discovery", "LetterRead", "PageRead", "Reading", "Unchecked", "Untold", "discover", "unchecked", "untold"]

# What she sees at once, or what reaches no person, need not be announced.
_ANNOUNCED = frozenset({"email", "text message", "PDF", "calendar entry"})
_CAUGHT_APART = frozenset({"email", "text message"})


class PageRead(NamedTuple):
    """A page of the walk: `text` is what it showed, `step` the index of the step after which it did, `who` saw it.

    `picture` is a path, relative to the evidence. `at` is real time.
    """

    title: str
    text: str
    picture: str = ""
    step: int = -1
    who: str = ""
    at: datetime | None = None


class LetterRead(NamedTuple):
    """A message that reached `who`: `name` as a sentence calls it ("the receipt"), `id` the arrival's."""

    name: str
    text: str
    who: str = ""
    id: str = ""
    at: datetime | None = None
    picture: str = ""


class Reading(NamedTuple):
    """One journey, with all that its people read in it."""

    journey: JourneyView
    pages: Sequence[PageRead] = ()
    letters: Sequence[LetterRead] = ()


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A sentence that promises something, and that no promise of the feature covers.

    `where` is a page or a letter in words, `picture` and `step` those of the page, `also` where else it stands.
    `step_to_check` is the step that would check it.
    """

    sentence: str
    where: str
    who: str
    kind: str
    step_to_check: str
    score: float
    picture: str = ""
    step: int = -1
    journey: str = ""
    also: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {**asdict(self), "also": list(self.also)}


@dataclass(frozen=True, slots=True)
class Untold:
    """A promise of the feature of which nothing that she read before it came tells her; `promise` is its id."""

    kind: str
    who: str
    channel: str
    words: str
    promise: str
    journey: str = ""

    @property
    def said(self) -> str:
        """Return it as a sentence for a business owner."""
        return gettext(
            "{who} is to get the {kind}, and we found no sentence beforehand that tells her so.",
            who=self.who,
            kind=self.kind,
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {**asdict(self), "said": self.said}


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a whole run's journeys say: each sentence, and each kind, once."""

    unchecked: tuple[Unchecked, ...]
    untold: tuple[Untold, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "unchecked": [one.to_json() for one in self.unchecked],
            "untold": [one.to_json() for one in self.untold],
        }


@dataclass(frozen=True, slots=True)
class _Place:
    where: str
    who: str
    picture: str = ""
    step: int = -1
    letter: str = ""
    at: datetime | None = None


def unchecked(
    journey: JourneyView,
    pages: Sequence[PageRead],
    letters: Sequence[LetterRead],
    maps: Mapping[str, JourneyMap],
    lexicon: Lexicon | None = None,
) -> list[Unchecked]:
    """Return what is said to somebody of this journey and covered by no promise to her, each sentence once."""
    found, _ = _sift(Reading(journey, pages, letters), maps, lexicon or load_lexicon())
    return list(found.values())


def untold(
    journey: JourneyView,
    pages: Sequence[PageRead],
    letters: Sequence[LetterRead],
    maps: Mapping[str, JourneyMap],
    lexicon: Lexicon | None = None,
) -> list[Untold]:
    """Return the promises of this journey of which nothing told her beforehand, each kind and person once."""
    known = lexicon or load_lexicon()
    said = list(_said(Reading(journey, pages, letters), known))
    when = {letter.id: letter.at for letter in letters if letter.id}
    own = maps.get(journey.journey)
    found: dict[tuple[str, str], Untold] = {}
    for view in journey.promises:
        promise = view.promise
        if view.made_at is None or promise.silent or promise.channel not in _ANNOUNCED:
            continue
        answers = view.judgement.arrivals if view.judgement else ()
        came = min((at for id in answers if (at := when.get(id)) is not None), default=None)
        before = (one for one, place in said if place.who in ("", promise.who) and _was_before(place, came, answers))
        if not any(_covers(promise, one, own, known) for one in before):
            found.setdefault(
                (promise.who, promise.kind),
                Untold(promise.kind, promise.who, promise.channel, promise.words, view.id, journey.scenario),
            )
    return list(found.values())


def discover(readings: Iterable[Reading], maps: Mapping[str, JourneyMap], lexicon: Lexicon | None = None) -> Discovery:
    """Return what a run's journeys say: a sentence that any journey checks is checked, and so with what is told."""
    known = lexicon or load_lexicon()
    found: dict[str, Unchecked] = {}
    checked: set[str] = set()
    silent: dict[tuple[str, str], Untold] = {}
    told: set[tuple[str, str]] = set()
    for reading in readings:
        here, fine = _sift(reading, maps, known)
        checked |= fine
        for key, one in here.items():
            first = found.setdefault(key, one)
            if first is not one:
                more = (*first.also, one.where, *one.also)
                also = tuple(dict.fromkeys(where for where in more if where != first.where))
                found[key] = replace(first, also=also)
        missing = untold(reading.journey, reading.pages, reading.letters, maps, known)
        for gap in missing:
            silent.setdefault((reading.journey.journey, gap.kind), gap)
        kinds = {gap.kind for gap in missing}
        told |= {
            (reading.journey.journey, view.promise.kind)
            for view in reading.journey.promises
            if view.made_at is not None and view.promise.kind not in kinds
        }
    return Discovery(
        tuple(one for key, one in found.items() if key not in checked),
        tuple(gap for key, gap in silent.items() if key not in told),
    )


def _sift(reading: Reading, maps: Mapping[str, JourneyMap], lexicon: Lexicon) -> tuple[dict[str, Unchecked], set[str]]:
    """Return what nobody checks in a journey, by its sentence, and the sentences that are checked."""
    journey = reading.journey
    own = maps.get(journey.journey)
    promises = [view.promise for view in journey.promises]
    found: dict[str, Unchecked] = {}
    checked: set[str] = set()
    for said, place in _said(reading, lexicon):
        key = _key(said.sentence, journey)
        # What others get is told to her as well: "each delegate gets an invitation".
        meant = (promise for promise in promises if not place.who or said.others or promise.who == place.who)
        if any(_covers(promise, said, own, lexicon) for promise in meant):
            checked.add(key)
            continue
        first = found.get(key)
        if first is None:
            step = f"And {step_for(said, place.who or 'she')}"
            found[key] = Unchecked(
                said.sentence, place.where, place.who, said.kind, step, said.score, place.picture, place.step,
                journey.scenario,
            )  # fmt: skip
        elif place.where not in (first.where, *first.also):
            found[key] = replace(first, also=(*first.also, place.where))
    return {key: one for key, one in found.items() if key not in checked}, checked


def _said(reading: Reading, lexicon: Lexicon) -> Iterator[tuple[Said, _Place]]:
    for page in reading.pages:
        place = _Place(gettext("the page “{title}”", title=page.title), page.who, page.picture, page.step, at=page.at)
        for said in promises_in(page.text, lexicon=lexicon):
            yield said, place
    for letter in reading.letters:
        place = _Place(letter.name, letter.who, letter.picture, letter=letter.id, at=letter.at)
        for said in promises_in(letter.text, lexicon=lexicon):
            yield said, place


def _was_before(place: _Place, came: datetime | None, answers: Sequence[str]) -> bool:
    """Return whether it was read before the promise was kept: a letter does not announce itself."""
    if place.letter and place.letter in answers:
        return False
    return came is None or place.at is None or place.at <= came


def _key(sentence: str, journey: JourneyView) -> str:
    """Return a sentence without what differs from one customer to the next: numbers, addresses and names."""
    text = re.sub(r"\S+@\S+", "@", fold(sentence))
    for person in journey.cast:
        for name in (person.name, person.given, person.family):
            text = text.replace(fold(name), "…") if name else text
    return re.sub(r"\d+", "0", text)


def _covers(promise: Promise, said: Said, own: JourneyMap | None, lexicon: Lexicon) -> bool:
    """Return whether who checks this promise checks what is said as well: its kind, or one that means the same."""
    if promise.silent:
        return False
    if {promise.channel, said.channel} <= _CAUGHT_APART and promise.channel != said.channel:
        return False
    if not said.kind or _same(promise.kind, said.kind, lexicon):
        return True
    if any(_named(said.kind, row.value) for row in promise.expectation.rows):
        return True
    recogniser = recognisers_of(own).by_kind.get(promise.kind)
    if recogniser is None or not recogniser.own:
        return False
    return any(pattern.search(fold(said.sentence)) for pattern in (*recogniser.subject, *recogniser.heading))


def _same(one: str, other: str, lexicon: Lexicon) -> bool:
    """Return whether two kinds are the same to her: "renewal receipt" is a receipt, a nudge a reminder."""
    words, others = _words(one), _words(other)
    if words <= others or others <= words:
        return True
    return any(
        any(_words(name) <= words for name in group) and any(_words(name) <= others for name in group)
        for group in lexicon.same
    )


def _named(kind: str, value: str) -> bool:
    return _words(kind) <= _words(fold(value))


def _words(kind: str) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in re.findall(r"\w+", kind.casefold()))
