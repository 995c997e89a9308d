"""The promise system on one page: each journey and touchpoint in its place, as the ledger knows them of late.

A business shares a promise, packages it, keeps it and improves from every mistake. What is promised, or said to her,
and checked by nobody is a hole.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from babel.dates import format_date

from upheld.config import Settings
from upheld.improve.book import STAGES
from upheld.improve.bookbinding import environment, style_of, write_page
from upheld.improve.bookwriting import page_name
from upheld.improve.chapters import Incident, Told
from upheld.improve.looks import MARKS
from upheld.improve.nights import Walked, last_walks, nights_of
from upheld.language import N_, language, listed, ngettext
from upheld.language import gettext as _
from upheld.ledger import JourneyView, Ledger, RunView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.report.insight import insights_of
from upheld.report.links import anchors_of, page_of, slug_of
from upheld.report.model import journeys_of, makes_sense, verdict_of

__all__ = ["Guard", "Mapped", "Nights", "Place", "PromiseMap", "Spot", "draw", "map_of"]

State = Literal["kept", "partly", "not upheld", "unproven", "open", "never"]
MOST_SENTENCES = 4
_SHEET, _WIDE = 550, 790  # points from edge to edge of a sheet of A4 laid down, within its margins
# Of a night on which several things happened to one touchpoint, the first of these is what it was.
_WORST = (Verdict.BROKEN, Verdict.WRONG, Verdict.UNWANTED, Verdict.LATE, Verdict.REPEATED)
_ALL = (*_WORST, Verdict.UNPROVEN, Verdict.OPEN)


@dataclass(frozen=True, slots=True)
class Nights:
    """On how many nights something was walked, and what came of it: each night is what was worst on it.

    `counted` has the nights by verdict, `last` is what came of the last of them. `whole` is true of a journey, which
    keeps its word or breaks it, and false of a touchpoint.
    """

    walked: int = 0
    counted: Mapping[Verdict, int] = field(default_factory=dict)
    last: Verdict | None = None
    whole: bool = False

    @property
    def bad(self) -> Mapping[Verdict, int]:
        """The nights on which it was not upheld, by what it was, the worst first."""
        return {verdict: self.counted[verdict] for verdict in _WORST if self.counted.get(verdict)}

    @property
    def state(self) -> State:
        """What it looks like: `partly` is kept, save on nights that cannot be told."""
        if not self.walked:
            return "never"
        if self.bad:
            return "not upheld"
        if self.counted.get(Verdict.KEPT):
            return "partly" if self.counted.get(Verdict.UNPROVEN) else "kept"
        return "unproven" if self.counted.get(Verdict.UNPROVEN) else "open"

    @property
    def mark(self) -> str:
        """A sign for it, so that it is not told by colour alone."""
        if self.state == "not upheld":
            return "✕" if self.whole or len(self.bad) > 1 else MARKS[next(iter(self.bad))]
        return {"never": "○", "partly": "✓?"}.get(self.state) or MARKS[self.state]

    @property
    def words(self) -> str:
        """The same in words."""
        all_nights, kept = self.walked, self.counted.get(Verdict.KEPT, 0)
        unproven = _("cannot tell") if self.whole else _("unproven")
        if self.state == "never":
            return _("never walked")
        if self.state == "not upheld":
            bad = (
                {_("broke its word"): sum(self.bad.values())} if self.whole else {_(v): n for v, n in self.bad.items()}
            )
            said = listed(_times(word, count) for word, count in bad.items())
            nights = ngettext("{said} of {count} night", "{said} of {count} nights", all_nights, said=said)
            if self.last is Verdict.KEPT and all_nights > 1:
                return _("{nights}; kept on the last", nights=nights)
            return nights
        if self.state == "unproven":
            return ngettext("{word}, {count} night", "{word}, {count} nights", all_nights, word=unproven)
        if self.state == "open":
            return _("not due yet") if self.whole else _("open: not due yet")
        if self.state == "partly":
            return ngettext(
                "kept on {kept} of {count} night, {word} on {times}",
                "kept on {kept} of {count} nights, {word} on {times}",
                all_nights,
                kept=kept,
                word=unproven,
                times=self.counted.get(Verdict.UNPROVEN, 0),
            )
        return ngettext("kept, {count} night", "kept on all {count} nights", all_nights)


def _times(word: str, count: int) -> str:
    return _("{word} on {times}", word=word, times=count)


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
            Guard(one.title, tally.of_scenarios(guarded), tally.page_of_scenarios(guarded))
            for one in incidents
            for guarded in [[(guard.file, guard.name) for guard in one.guards]]
        ),
        nights=len(nights),
        since=nights[-1][0] if nights else None,
        until=nights[0][0] if nights else None,
    )


def draw(found: PromiseMap, out: Path) -> Path:
    """Write the map as one page into a folder and return its path.

    It leads to the pages of the book and the report that lie beside it, and nowhere else.
    """
    found = _linked(found, out)
    template = environment().get_template("map.html.j2")
    out.mkdir(parents=True, exist_ok=True)
    index = out / "index.html"
    rooms = " ".join(f"minmax(0,{share:.2f}fr)" for share in _shares(found))
    css = style_of("map.css").replace("PRINTpt", f"{_print_size(found):.2f}pt").replace("ROOMS", rooms)
    write_page(index, template.render(map=found, css=css, places=_grid(found), marks=MARKS, bad=_WORST, **_when(found)))
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


class _Tally:
    """Counts nights, for touchpoints and for whole scenarios."""

    def __init__(self, nights: Sequence[tuple[date, Sequence[RunView]]]) -> None:
        self._points: dict[tuple[str, str], list[list[Verdict]]] = defaultdict(list)
        self._walks: list[dict[tuple[str, str], list[Verdict]]] = []
        # Where the report tells of them, newest first: the walk's verdict, and its page.
        self._pages: dict[tuple[str, str], list[tuple[str, Verdict, str]]] = defaultdict(list)
        self._told: dict[tuple[str, str], list[tuple[str, Verdict, str]]] = defaultdict(list)
        for _night, runs in nights:
            points: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
            walks: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
            for run, journey in ((one.id, journey) for one in runs for journey in journeys_of(one)):
                name, page, anchors = journey.journey or journey.title, page_of(slug_of(journey)), anchors_of(journey)
                for view in journey.promises:
                    # "No receipt" is about the receipt too: one that comes all the same is a fault of it.
                    point, verdict = (name, view.promise.kind), verdict_of(view)
                    points[point].append(verdict)
                    self._pages[point].append((run, verdict, f"{page}#{anchors[view.id]}"))
                if journey.status != "not run":
                    scenario, verdict = (journey.feature, journey.scenario), _as_verdict(journey)
                    walks[scenario].append(verdict)
                    self._told[scenario].append((run, verdict, page))
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
        return replace(_counted([verdicts for verdicts in found if verdicts]), whole=True)

    def page_of_touchpoint(self, journey: str, kind: str) -> str:
        """Return where the report of the last run tells of it, at its worst; "" where it was never walked."""
        return _worst_page(self._pages.get((journey, kind), ()))

    def page_of_scenarios(self, scenarios: Iterable[tuple[str, str]]) -> str:
        """Return the report's page of the one of these scenarios that went worst on the last run of them."""
        return _worst_page([one for scenario in scenarios for one in self._told.get(scenario, ())])


def _worst_page(pages: Sequence[tuple[str, Verdict, str]]) -> str:
    last = max((run for run, _verdict, _page in pages), default="")
    found = [(verdict, page) for run, verdict, page in pages if run == last]
    return min(found, key=lambda one: _ALL.index(one[0]) if one[0] in _ALL else len(_ALL))[1] if found else ""


def _as_verdict(journey: JourneyView) -> Verdict:
    return {"no": Verdict.BROKEN, "cannot tell": Verdict.UNPROVEN, "so far": Verdict.OPEN, "yes": Verdict.KEPT}[
        makes_sense(journey)
    ]


def _counted(nights: Sequence[Sequence[Verdict]]) -> Nights:
    """Count nights, newest first: the worst of a night is what the night was."""
    worst = [_worst(verdicts) for verdicts in nights]
    return Nights(walked=len(worst), counted=dict(Counter(worst)), last=worst[0] if worst else None)


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    return next((one for one in _ALL if one in verdicts), Verdict.KEPT)


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


def _linked(found: PromiseMap, out: Path) -> PromiseMap:
    """Keep of all links those that lead to a page which lies beside the map's folder, relative to the map."""
    texts: dict[Path, str] = {}

    def link(folder: str, page: str) -> str:
        name, _sign, anchor = page.partition("#")
        file = out.parent / folder / name
        if file not in texts:
            texts[file] = file.read_text("utf-8", "replace") if name and file.is_file() else ""
        return f"../{folder}/{page}" if texts[file] and (not anchor or f'id="{anchor}"' in texts[file]) else ""

    def of(one: Mapped) -> Mapped:
        spots = tuple(replace(spot, page=link("report", spot.page)) for spot in one.spots)
        return replace(one, spots=spots, book=link("book", one.book), page=link("report", one.page))

    places = tuple(replace(one, journeys=tuple(of(journey) for journey in one.journeys)) for one in found.places)
    incidents = tuple(replace(one, page=link("report", one.page)) for one in found.incidents)
    return replace(found, places=places, incidents=incidents)


_WORDS = {
    "share": (N_("Share"), N_("how people hear of us")),
    "package": (N_("Package"), N_("how it is offered, and at what price")),
    "keep: welcome": (N_("Welcome"), N_("how people are received")),
    "keep: deliver": (N_("Deliver"), N_("how they get what they came for")),
    "keep: keep faith": (N_("Keep faith"), N_("what happens when something goes wrong")),
    "keep: farewell": (N_("Farewell"), N_("how people leave")),
    "improve": (N_("Improve"), N_("what was learned from mistakes")),
    "": (N_("Without a place"), N_("no map says where these belong, and who owns them")),
}
"""What each place is called, and what it is about."""


def _grid(found: PromiseMap) -> list[tuple[str, str, str, Place]]:
    """Return the places with their words, the four of "keep" side by side under one roof."""
    return [(place.stage, _(_WORDS[place.stage][0]), _(_WORDS[place.stage][1]), place) for place in found.places]


def _when(found: PromiseMap) -> dict[str, str]:
    def told(day: date | None) -> str:
        return str(format_date(day, _("EEE d MMMM y"), locale=language())) if day else ""

    return {"since": told(found.since), "until": told(found.until)}


def _shares(found: PromiseMap) -> list[float]:
    """Return how much of the width each room of "keep" has: one with much in it more, and none too little."""
    spots = [sum(len(one.spots) for one in place.journeys) for place in found.places if place.stage.startswith("keep")]
    mean = sum(spots) / len(spots) or 1
    shares = [min(1.7, max(0.65, count / mean)) for count in spots]
    return [share * len(shares) / sum(shares) for share in shares]


def _print_size(found: PromiseMap) -> float:
    """Return the largest size of type, in points, at which the map fits one sheet of paper, as far as can be told."""
    sizes = (size / 4 for size in range(38, 11, -1))
    return next((size for size in sizes if _height(found, size) <= _SHEET), 3.0)


def _height(found: PromiseMap, size: float) -> float:
    """Return how high the map is on paper, in points, with type of this size."""
    line = 1.26 * size

    def lines(text: str, width: float) -> int:
        return math.ceil(len(text) * 0.58 * size / width)

    def cells(texts: Sequence[tuple[str, str]], width: float, least: float) -> float:
        columns = max(1, int((width + 3) // (least * size + 3)))
        rows = [texts[at : at + columns] for at in range(0, len(texts), columns)]
        inner = width / columns - 12
        return sum(max(sum(lines(each, inner) for each in cell) for cell in row) * line + 6 for row in rows)

    def journey(one: Mapped, width: float) -> float:
        channels = ["" if spot.channel == "email" else _(spot.channel) for spot in one.spots]
        spots = [
            (f"{spot.kind} {channel}", f"✓ {spot.nights.words} {spot.note}")
            for spot, channel in zip(one.spots, channels, strict=True)
        ]
        holes = [f"◌ {spot.kind}: {spot.hole} {_('hole')}" for spot in one.spots if spot.hole]
        holes += [f"◌ {_('said, and checked by nobody:')} {' '.join(sentence)}" for sentence in one.sentences]
        texts = [f"{one.name}   {one.owner}", one.hole or f"{_('As a whole:')} {one.nights.words}", *holes]
        walked = [cell for cell, spot in zip(spots, one.spots, strict=True) if not spot.hole]
        return sum(lines(text, width - 12) for text in texts) * line + 4 * len(holes) + cells(walked, width, 9.2) + 14

    def place(one: Place, width: float) -> float:
        head = lines(" ".join(_(word) for word in _WORDS[one.stage]), width) * line * 1.15 + 14
        return head + (sum(journey(each, width) for each in one.journeys) or 3 * line)

    kept = [one for one in found.places if one.stage.startswith("keep")]
    rooms = [place(one, _WIDE / 4 * share - 16) for one, share in zip(kept, _shares(found), strict=True)]
    above = [one for one in found.places if one.stage in ("share", "package")]
    # Where one of the two is empty, the other has three quarters of the sheet.
    wide = 0.75 if any(not one.journeys for one in above) and any(one.journeys for one in above) else 0.5
    upper = [place(one, _WIDE * (wide if one.journeys else 1 - wide) - 16) for one in above]
    below = sum(place(one, _WIDE - 16) for one in found.places if one.stage in ("improve", ""))
    guards = cells([(one.title, f"{_('its guard:')} {one.nights.words}") for one in found.incidents], _WIDE - 16, 17)
    return 11 * line + max(rooms, default=0) + 2 * line + max(upper, default=0) + below + guards + 24
