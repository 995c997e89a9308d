"""What the ledger says of the nights: how each journey was walked last, and what became of its promises since when."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from upheld.improve.chapters import Told
from upheld.ledger import JourneyView, Ledger, RunView, fold
from upheld.report.model import journeys_of
from upheld.report.times import zone_of_run

__all__ = ["Walked", "last_walks", "night_of", "nights_of"]

# What verdicts need; the messages of thirty nights are of no use to them.
_VERDICTS = (
    "run_started", "run_finished", "journey_selected", "journey_started", "journey_finished", "superseded", "cast",
    "moment", "expected", "made", "withdrawn", "judged", "checked",
)  # fmt: skip
# As many runs are read back as hold thirty nights of a suite that also walks at noon and in the evening.
RUNS = 100


@dataclass(frozen=True, slots=True)
class Walked:
    """The last walk of a scenario, and the run that it belongs to."""

    journey: JourneyView
    run: RunView


def last_walks(ledger: Ledger, told: Sequence[Told]) -> dict[str, Walked]:
    """Return for each scenario, by its key, how it was walked last; one that never was is not there."""
    missing = {one.key: one for one in told}
    found: dict[str, Walked] = {}
    for run in ledger.runs()[:RUNS]:
        if not missing:
            break
        scenarios = {
            (str(event.data.get("feature")), str(event.data.get("scenario")))
            for event in ledger.events(run=run, kinds=("journey_selected",))
        }
        if not any((one.file, one.name) in scenarios for one in missing.values()):
            continue
        view = fold(ledger.events(run=run))
        walked = [journey for journey in journeys_of(view) if journey.status != "not run"]
        for key, journey in _matched(list(missing.values()), walked):
            found[key] = Walked(journey, view)
            del missing[key]
    return found


def _matched(told: Iterable[Told], walked: Sequence[JourneyView]) -> list[tuple[str, JourneyView]]:
    """Pair scenarios with walks: an example of an outline by its steps, since all of them have one name."""
    pairs: list[tuple[str, JourneyView]] = []
    taken: set[str] = set()
    named: dict[tuple[str, str], list[JourneyView]] = defaultdict(list)
    for each in walked:
        named[each.feature, each.scenario].append(each)
    for one in told:
        alike = named.get((one.file, one.name), ())
        texts = [step.text for step in one.steps]
        best = max(alike, key=lambda each: _likeness(texts, each), default=None)
        if best is not None and best.id not in taken and (not one.example or _likeness(texts, best) > 0.7):
            taken.add(best.id)
            pairs.append((one.key, best))
    return pairs


def _likeness(texts: Sequence[str], journey: JourneyView) -> float:
    walked = [step.text for step in journey.steps]
    # A walk that stopped early is still a walk of this scenario.
    return difflib.SequenceMatcher(None, texts[: len(walked)] or texts, walked, autojunk=False).ratio()


def nights_of(ledger: Ledger, *, most: int = 30) -> list[tuple[date, list[RunView]]]:
    """Return the last nights on which anything was walked, newest first, with their runs, newest first."""
    nights: dict[date, list[RunView]] = {}
    for view in _runs(ledger):
        if view.started is None or not view.journeys:
            continue
        night = night_of(view.started, zone_of_run(view.journeys))
        if night not in nights and len(nights) == most:
            break
        nights.setdefault(night, []).append(view)
    return sorted(nights.items(), reverse=True)


def night_of(when: datetime, zone: str) -> date:
    """Return the day that a night belongs to: what runs before noon is the night to that day."""
    local = when.astimezone(ZoneInfo(zone))
    return local.date() if local.hour < 12 else local.date() + timedelta(days=1)


def _runs(ledger: Ledger) -> Iterator[RunView]:
    for run in ledger.runs()[: RUNS * 2]:
        yield fold(ledger.events(run=run, kinds=_VERDICTS))
