"""The promise system on one page: each journey and touchpoint in its place, as the ledger knows them of late.

A business shares a promise, packages it, keeps it and improves from every mistake. What is promised, or said to her,
and checked by nobody is a hole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from upheld.config import Settings
from upheld.improve.book import STAGES
from upheld.improve.bookwriting import page_name
from upheld.improve.chapters import Incident, Told
from upheld.improve.nights import Walked, last_walks, nights_of
from upheld.improve.tally import Nights, Tally
from upheld.language import gettext as _
from upheld.ledger import Ledger
from upheld.maps import JourneyMap
from upheld.report.insight import insights_of

__all__ = ["Guard", "Mapped", "Place", "PromiseMap", "Spot", "map_of"]

MOST_SENTENCES = 4


@dataclass(frozen=True, slots=True)
class Spot:
    """A touchpoint in its place: `hole` says why nobody checks it, "" where somebody does.

    `page` is where the report tells of it, as seen from the report's folder; `draw` makes a link of it, or nothing.
    """

    kind: str
    channel: str
    nights: Nights
    hole: str = ""
    note: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A journey in its place. `sentences` are said to her, and checked by nobody; `more` counts those left out.

    `book` is its page in the book, and `page` that of the report on which it went worst.
    """

    name: str
    owner: str
    nights: Nights
    spots: tuple[Spot, ...]
    sentences: tuple[tuple[str, str], ...]
    more: int
    hole: str = ""
    book: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """An incident, and what the journeys that guard against it came to."""

    title: str
    nights: Nights
    page: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the promise system."""

    stage: str
    journeys: tuple[Mapped, ...]


@dataclass(frozen=True, slots=True)
class PromiseMap:
    """The whole; `nights` says how many were looked at, from `since` to `until` (None where nothing was walked)."""

    places: tuple[Place, ...]
    incidents: tuple[Guard, ...]
    nights: int
    since: date | None
    until: date | None

    @property
    def holes(self) -> int:
        """How many things are promised or said, and checked by nobody."""
        journeys = [journey for place in self.places for journey in place.journeys]
        spots = sum(bool(spot.hole) for journey in journeys for spot in journey.spots)
        return spots + sum(len(journey.sentences) + journey.more + bool(journey.hole) for journey in journeys)


def map_of(
    told: Sequence[Told],
    incidents: Sequence[Incident],
    maps: Mapping[str, JourneyMap],
    ledger: Ledger | None,
    settings: Settings,
) -> PromiseMap:
    """Return the map of a suite; without a ledger nothing was ever walked."""
    nights = nights_of(ledger) if ledger else []
    tally = Tally(nights)
    said = _said_unchecked(last_walks(ledger, told) if ledger else {}, maps, settings)
    by_journey: dict[str, list[Told]] = {name: [] for name in maps}
    for one in told:
        by_journey.setdefault(one.journey or one.feature, []).append(one)
    placed: dict[str, list[Mapped]] = defaultdict(list)
    for name, found in by_journey.items():
        known = maps.get(name)
        placed[known.stage if known else ""].append(_mapped(name, found, known, tally, said))
    return PromiseMap(
        places=tuple(Place(stage, tuple(placed[stage])) for stage, _ in STAGES if stage or placed[stage]),
        incidents=tuple(
            Guard(one.title, tally.of_scenarios(guarded), tally.page_of_scenarios(guarded))
            for one in incidents
            for guarded in [[(guard.file, guard.name) for guard in one.guards]]
        ),
        nights=len(nights),
        since=nights[-1][0] if nights else None,
        until=nights[0][0] if nights else None,
    )


def _mapped(
    name: str, told: Sequence[Told], known: JourneyMap | None, tally: Tally, said: Mapping[str, Sequence[_Sentence]]
) -> Mapped:
    promised: dict[str, str] = {}
    silent = set()
    for promise in (promise for one in told for step in one.steps for promise in step.promises):
        if promise.silent:
            silent.add(promise.kind)
        else:
            promised.setdefault(promise.kind, promise.channel)
    spots = []
    for kind, point in (known.touchpoint if known else {}).items():
        hole = "" if kind in promised or kind in silent else _("the map names it, and no feature promises it")
        note = "" if hole or kind in promised else _("promised not to come")
        channel, page = promised.get(kind, point.channel), tally.page_of_touchpoint(name, kind)
        spots.append(Spot(kind, channel, tally.of_touchpoint(name, kind), hole, note, page))
    for kind, channel in promised.items():
        if known is None or kind not in known.touchpoint:
            note, page = _("not in the map") if known else "", tally.page_of_touchpoint(name, kind)
            spots.append(Spot(kind, channel, tally.of_touchpoint(name, kind), "", note, page))
    planned = [(one.file, one.name) for one in told if not one.is_incident]
    sentences = list(dict.fromkeys(sentence for one in told for sentence in said.get(one.key, ())))
    return Mapped(
        name=known.name if known else (told[0].feature if told else name),
        owner=known.owner if known else "",
        nights=tally.of_scenarios(planned),
        spots=tuple(spots),
        sentences=tuple(sentences[:MOST_SENTENCES]),
        more=len(sentences[MOST_SENTENCES:]),
        hole="" if told else _("the map is there, and no feature walks it"),
        book=f"{page_name(name)}.html",
        page=tally.page_of_scenarios(planned),
    )


_Sentence = tuple[str, str]


def _said_unchecked(
    walks: Mapping[str, Walked], maps: Mapping[str, JourneyMap], settings: Settings
) -> dict[str, list[_Sentence]]:
    """Return what was said to a customer and checked by nobody, by the scenario's key, each on its own last walk."""
    folder = (settings.path / "evidence").resolve()

    def read(path: str) -> bytes | None:
        file = (folder / path).resolve()
        try:
            return file.read_bytes() if path and file.is_relative_to(folder) else None
        except OSError:
            return None

    found: dict[str, list[_Sentence]] = {}
    runs = {walked.run.id: walked.run for walked in walks.values()}
    for run in runs.values():
        discovery = insights_of(run, read=read, maps=maps, settings=settings).discovery
        said: dict[str, list[_Sentence]] = defaultdict(list)
        for one in discovery.unchecked if discovery else ():
            said[one.journey].append((one.sentence, one.where))
        found |= {key: said[walked.journey.scenario] for key, walked in walks.items() if walked.run.id == run.id}
    return found
