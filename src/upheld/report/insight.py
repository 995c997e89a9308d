"""What a run tells beyond its verdicts: how smooth the rides were, what is said and checked by nobody, what to better.

Worked out once from the ledger and the evidence, for the pages and for `results.json` alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from upheld.config import Settings
from upheld.ledger import ArrivalView, JourneyView, Ledger, RunView, fold
from upheld.maps import JourneyMap, recognisers_of
from upheld.promises.recognise import Recognisers
from upheld.report.advice import suggestions_for
from upheld.report.measured import accessibility_of, budgets_of, medians
from upheld.report.model import journeys_of
from upheld.report.ride import Ride, ride_of

if TYPE_CHECKING:
    from upheld.improve.suggestions import Suggestion
    from upheld.improve.unchecked import Discovery, LetterRead, PageRead, Reading

__all__ = ["Insights", "Measures", "insights_of", "measures_before"]

Measures = Mapping[str, Mapping[str, float]]
"""The median of each measure on the last nights, by the journey's node."""

# As many runs are read back as hold seven nights of a suite that also walks at noon.
RUNS = 14
# What a ride is measured by; the messages of seven nights are of no use to it.
_OF_A_RIDE = (
    "run_started", "journey_selected", "journey_started", "journey_finished", "superseded", "cast", "step", "moment",
    "expected", "made", "judged",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Insights:
    """`rides` are by the journey's id; the suggestions, and what is said and checked by nobody, are the run's."""

    rides: Mapping[str, Ride] = field(default_factory=dict)
    suggestions: Sequence[Suggestion] = ()
    discovery: Discovery | None = None


def measures_before(ledger: Ledger, run: RunView) -> Measures:
    """Return what rides measured on the nights before this run, on the same site."""
    site = run.info.get("site")
    started = [
        event
        for event in ledger.events(kinds=("run_started",))
        if event.run != run.id and event.data.get("site") == site and (run.started is None or event.at < run.started)
    ]
    return medians(fold(ledger.events(run=event.run, kinds=_OF_A_RIDE)) for event in started[-RUNS:])


def insights_of(
    run: RunView,
    *,
    read: Callable[[str], bytes | None],
    maps: Mapping[str, JourneyMap],
    settings: Settings | None = None,
    before: Measures | None = None,
) -> Insights:
    """Return what a run tells beyond its verdicts; `read` gives a file of the evidence, None where it is not kept.

    Raises `ConfigError` for a budget, or a suite's own lexicon, that cannot be used.
    """
    from upheld.improve.lexicon import load_lexicon
    from upheld.improve.unchecked import discover

    journeys, barriers = journeys_of(run), accessibility_of(run)
    budgets = budgets_of(settings.budgets) if settings else {}
    rides = {one.id: ride_of(one, budgets, (before or {}).get(one.node), seen=barriers) for one in journeys}
    lexicon = load_lexicon(settings.root / "journeys" / "lexicon.toml" if settings else None)
    discovery = discover(_readings(run, journeys, read, maps), maps, lexicon)
    return Insights(rides, suggestions_for(run, journeys, maps, read), discovery)


def _readings(
    run: RunView,
    journeys: Sequence[JourneyView],
    read: Callable[[str], bytes | None],
    maps: Mapping[str, JourneyMap],
) -> Iterator[Reading]:
    """Yield each journey with the pages and the messages that its people read."""
    from upheld.improve.unchecked import Reading

    reached: dict[str, list[ArrivalView]] = defaultdict(list)
    for one in run.arrivals:
        reached[one.recipient].append(one)
    texts: dict[str, str] = {}
    known: dict[str, Recognisers] = {}
    for journey in journeys:
        if journey.journey not in known:
            known[journey.journey] = recognisers_of(maps.get(journey.journey))
        pages = list(_pages(journey, read, texts))
        yield Reading(journey, pages, list(_letters(journey, reached, known[journey.journey])))


def _pages(journey: JourneyView, read: Callable[[str], bytes | None], texts: dict[str, str]) -> Iterator[PageRead]:
    from upheld.improve.unchecked import PageRead

    seen = set()
    for step in journey.steps:
        if not step.page_text or (step.page_text, step.who) in seen:
            continue
        seen.add((step.page_text, step.who))
        if step.page_text not in texts:
            texts[step.page_text] = (read(step.page_text) or b"").decode("utf-8", "replace")
        yield PageRead(step.title, texts[step.page_text], step.picture, step.index, step.who, step.ended)


def _letters(
    journey: JourneyView, reached: Mapping[str, Sequence[ArrivalView]], known: Recognisers
) -> Iterator[LetterRead]:
    from upheld.improve.unchecked import LetterRead

    answers = {id: view.promise.kind for view in journey.promises if view.judgement for id in view.judgement.arrivals}
    for person in journey.cast:
        for address in filter(None, (person.address, str(person.details.get("phone") or ""))):
            for one in reached.get(address, ()):
                arrival = one.arrival
                if arrival.channel in ("email", "text message"):
                    kinds = known.kinds(arrival)
                    kind = answers.get(arrival.id) or max(kinds, key=lambda name: kinds[name], default="")
                    name = f"the {kind}" if kind else f"“{arrival.subject}”"
                    text = arrival.html_text or arrival.text
                    yield LetterRead(name, text, person.who, arrival.id, arrival.at)
