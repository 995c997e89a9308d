"""The promise system on one page: each journey and touchpoint in its place, as the ledger knows them of late.

A business shares a promise, packages it, keeps it and improves from every mistake. What is promised, or said to her,
and checked by nobody is a hole.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from babel.dates import format_date

from upheld.config import Settings
from upheld.improve.book import STAGES
from upheld.improve.bookbinding import environment, style_of, write_page
from upheld.improve.chapters import Incident, Told
from upheld.improve.nights import Walked, last_walks, nights_of
from upheld.ledger import JourneyView, Ledger, RunView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.report.insight import insights_of
from upheld.report.model import journeys_of, makes_sense, verdict_of

__all__ = ["Guard", "Mapped", "Nights", "Place", "PromiseMap", "Spot", "draw", "map_of"]

State = Literal["kept", "partly", "failed", "cannot tell", "so far", "never"]
MOST_SENTENCES = 4
_SHEET = 550  # points from edge to edge of a sheet of A4 laid down


@dataclass(frozen=True, slots=True)
class Nights:
    """On how many nights something was walked, and what came of it; a night with any failure has failed.

    `last` is what came of the last of them.
    """

    walked: int = 0
    kept: int = 0
    failed: int = 0
    unproven: int = 0
    open: int = 0
    last: Verdict | None = None

    @property
    def state(self) -> State:
        """What it looks like: `partly` is kept, save on nights that cannot be told."""
        if not self.walked:
            return "never"
        if self.failed:
            return "failed"
        if self.kept:
            return "partly" if self.unproven else "kept"
        return "cannot tell" if self.unproven else "so far"

    @property
    def words(self) -> str:
        """The same in words."""
        nights = "night" if self.walked == 1 else "nights"
        if self.state == "never":
            return "never walked"
        if self.state == "failed":
            mended = "; kept on the last" if self.last is Verdict.KEPT and self.walked > 1 else ""
            return f"failed {self.failed} of {self.walked} {nights}{mended}"
        if self.state == "cannot tell":
            return f"cannot tell, {self.walked} {nights}"
        if self.state == "so far":
            return "not due yet"
        if self.state == "partly":
            return f"kept {self.kept} of {self.walked} {nights}, cannot tell on {self.unproven}"
        return "kept, 1 night" if self.walked == 1 else f"kept all {self.walked} nights"


@dataclass(frozen=True, slots=True)
class Spot:
    """A touchpoint in its place: `hole` says why nobody checks it, "" where somebody does."""

    kind: str
    channel: str
    nights: Nights
    hole: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A journey in its place. `sentences` are said to her, and checked by nobody; `more` counts those left out."""

    name: str
    owner: str
    nights: Nights
    spots: tuple[Spot, ...]
    sentences: tuple[tuple[str, str], ...]
    more: int
    hole: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """An incident, and what the journeys that guard against it came to."""

    title: str
    nights: Nights


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
    tally = _Tally(nights)
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
            Guard(one.title, tally.of_scenarios((guard.file, guard.name) for guard in one.guards)) for one in incidents
        ),
        nights=len(nights),
        since=nights[-1][0] if nights else None,
        until=nights[0][0] if nights else None,
    )


def draw(found: PromiseMap, out: Path) -> Path:
    """Write the map as one page into a folder and return its path."""
    template = environment().get_template("map.html.j2")
    out.mkdir(parents=True, exist_ok=True)
    index = out / "index.html"
    css = style_of("map.css").replace("PRINTpt", f"{_print_size(found):.1f}pt")
    write_page(index, template.render(map=found, css=css, places=_grid(found), **_when(found)))
    return index


def _mapped(
    name: str, told: Sequence[Told], known: JourneyMap | None, tally: _Tally, said: Mapping[str, Sequence[_Sentence]]
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
        hole = "" if kind in promised or kind in silent else "the map names it, and no feature promises it"
        note = "" if hole or kind in promised else "promised not to come"
        spots.append(Spot(kind, promised.get(kind, point.channel), tally.of_touchpoint(name, kind), hole, note))
    for kind, channel in promised.items():
        if known is None or kind not in known.touchpoint:
            note = "not in the map" if known else ""
            spots.append(Spot(kind, channel, tally.of_touchpoint(name, kind), "", note))
    sentences = list(dict.fromkeys(sentence for one in told for sentence in said.get(one.key, ())))
    return Mapped(
        name=known.name if known else (told[0].feature if told else name),
        owner=known.owner if known else "",
        nights=tally.of_scenarios((one.file, one.name) for one in told if not one.is_incident),
        spots=tuple(spots),
        sentences=tuple(sentences[:MOST_SENTENCES]),
        more=len(sentences[MOST_SENTENCES:]),
        hole="" if told else "the map is there, and no feature walks it",
    )


_Sentence = tuple[str, str]


class _Tally:
    """Counts nights, for touchpoints and for whole scenarios."""

    def __init__(self, nights: Sequence[tuple[date, Sequence[RunView]]]) -> None:
        self._points: dict[tuple[str, str], list[list[Verdict]]] = defaultdict(list)
        self._walks: list[dict[tuple[str, str], list[Verdict]]] = []
        for _, runs in nights:
            points: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
            walks: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
            for journey in (journey for run in runs for journey in journeys_of(run)):
                name = journey.journey or journey.title
                for view in journey.promises:
                    # "No receipt" is about the receipt too: one that comes all the same is a fault of it.
                    points[name, view.promise.kind].append(verdict_of(view))
                if journey.status != "not run":
                    walks[journey.feature, journey.scenario].append(_as_verdict(journey))
            for point, verdicts in points.items():
                self._points[point].append(verdicts)
            self._walks.append(walks)

    def of_touchpoint(self, journey: str, kind: str) -> Nights:
        """Return what became of a touchpoint, night by night."""
        return _counted(self._points.get((journey, kind), ()))

    def of_scenarios(self, scenarios: Iterable[tuple[str, str]]) -> Nights:
        """Return what became of these scenarios together."""
        wanted = list(scenarios)
        found = ([verdict for one in wanted for verdict in walks.get(one, ())] for walks in self._walks)
        return _counted([verdicts for verdicts in found if verdicts])


def _as_verdict(journey: JourneyView) -> Verdict:
    return {"no": Verdict.BROKEN, "cannot tell": Verdict.UNPROVEN, "so far": Verdict.OPEN, "yes": Verdict.KEPT}[
        makes_sense(journey)
    ]


def _counted(nights: Sequence[Sequence[Verdict]]) -> Nights:
    """Count nights, newest first: the worst of a night is what the night was."""
    worst = [_worst(verdicts) for verdicts in nights]
    counted = Counter(worst)
    return Nights(
        walked=len(worst),
        kept=counted[Verdict.KEPT],
        failed=counted[Verdict.BROKEN],
        unproven=counted[Verdict.UNPROVEN],
        open=counted[Verdict.OPEN],
        last=worst[0] if worst else None,
    )


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    if any(verdict.failed for verdict in verdicts):
        return Verdict.BROKEN
    for verdict in (Verdict.UNPROVEN, Verdict.OPEN):
        if verdict in verdicts:
            return verdict
    return Verdict.KEPT


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


def _grid(found: PromiseMap) -> list[tuple[str, str, Place]]:
    """Return the places with their words, the four of "keep" side by side under one roof."""
    words = {"keep: welcome": "Welcome", "keep: deliver": "Deliver", "keep: keep faith": "Keep faith"}
    words |= {"keep: farewell": "Farewell", "share": "Share", "package": "Package", "improve": "Improve"}
    return [(place.stage, words.get(place.stage, "Without a place"), place) for place in found.places]


def _when(found: PromiseMap) -> dict[str, str]:
    def told(day: date | None) -> str:
        return str(format_date(day, "EEE d MMMM y", locale="en")) if day else ""

    return {"since": told(found.since), "until": told(found.until)}


def _print_size(found: PromiseMap) -> float:
    """Return the size of type, in points, at which the map fits one sheet of paper, as far as lines can be counted."""

    def lines(place: Place, in_a_row: int) -> float:
        return sum(
            3 + 3.6 * math.ceil(sum(not spot.hole for spot in one.spots) / in_a_row)
            + (7 / in_a_row) * (len(one.sentences) + sum(bool(spot.hole) for spot in one.spots))
            for one in place.journeys
        )  # fmt: skip

    keep = max((lines(one, 2) for one in found.places if one.stage.startswith("keep")), default=0)
    above = max((lines(one, 4) for one in found.places if one.stage in ("share", "package")), default=0)
    below = sum(2 + lines(one, 8) for one in found.places if one.stage in ("improve", ""))
    total = 14 + keep + max(above, 2) + below + 2.4 * math.ceil(len(found.incidents) / 4)
    return min(9.5, max(4.0, _SHEET / 1.24 / total))
