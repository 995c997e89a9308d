"""How long what was seen is kept: for less time where all was well, and never while it may still be asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from upheld.config import Settings
from upheld.keeping import hold, names_in, thin
from upheld.ledger import JourneyView, RunView
from upheld.report.model import makes_sense

__all__ = ["thin_evidence"]


def thin_evidence(run: RunView, evidence: Path, settings: Settings, *, mine: str = "") -> None:
    """Delete what helps nobody any more: the traces of journeys that make sense, and what is too old.

    What belongs to a journey that does not make sense, or not yet, is kept for longer; so is what is shared with one.
    `mine` is the run that walked: traces of journeys that it only settles are left as they are.
    """
    longer = max(settings.evidence_keep_failed - settings.evidence_keep, timedelta())
    came: dict[str, list[str]] = defaultdict(list)
    for one in run.arrivals:
        came[one.recipient].append(one.raw)
        came[one.arrival.id].append(one.raw)
    shown = {one.raw: tuple(names_in(dict(one.pictures))) for one in run.renders}
    traces: dict[str, list[Path]] = defaultdict(list)
    for trace in evidence.glob("*.trace.zip"):
        traces[trace.name.rpartition("-")[0]].append(trace)
    for journey in run.journeys:
        sound = makes_sense(journey) == "yes"
        hold(evidence, set(_files_of(journey, came, shown)), timedelta() if sound else longer)
        for trace in traces[journey.id]:
            if sound and journey.id.startswith(mine):
                trace.unlink(missing_ok=True)
            else:
                hold(evidence, [trace.name], longer)
    thin(evidence, settings.evidence_keep)


def _files_of(
    journey: JourneyView, came: Mapping[str, Sequence[str]], shown: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """What was kept of a journey: its pictures and pages, what reached its cast, and how that looked."""
    for step in journey.steps:
        yield from names_in(asdict(step))
    reached = [at for person in journey.cast for at in person.reached_at]
    answers = [id for view in journey.promises if view.judgement for id in view.judgement.arrivals]
    for raw in (raw for key in (*reached, *answers) for raw in came.get(key, ())):
        yield from (raw, *shown.get(raw, ()))
