"""What became of touchpoints and journeys, night by night, counted and put in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from upheld.language import gettext as _
from upheld.language import listed, ngettext
from upheld.ledger import JourneyView, RunView
from upheld.promises import Verdict
from upheld.report.links import anchors_of, page_of, slug_of
from upheld.report.looks import MARKS
from upheld.report.model import journeys_of, makes_sense, verdict_of

__all__ = ["WORST", "Nights", "State", "Tally"]

State = Literal["kept", "partly", "not upheld", "unproven", "open", "never"]
# Of a night on which several things happened to one touchpoint, the first of these is what it was.
WORST = (Verdict.BROKEN, Verdict.WRONG, Verdict.UNWANTED, Verdict.LATE, Verdict.REPEATED)
_ALL = (*WORST, Verdict.UNPROVEN, Verdict.OPEN)


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
        return {verdict: self.counted[verdict] for verdict in WORST if self.counted.get(verdict)}

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


class Tally:
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
