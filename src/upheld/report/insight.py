"""What a run tells beyond its verdicts: how smooth the rides were, what is said and checked by nobody, what to better.

Worked out once from the ledger and the evidence, for the pages and for `results.json` alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from upheld.config import Settings
from upheld.language import gettext as _
from upheld.ledger import ArrivalView, JourneyView, RunView
from upheld.maps import JourneyMap, recognisers_of
from upheld.promises.recognise import Recognisers
from upheld.report.advice import suggestions_for
from upheld.report.measured import accessibility_of, budgets_of, medians
from upheld.report.model import journeys_of
from upheld.report.ride import Ride, ride_of

if TYPE_CHECKING:
    from upheld.improve.suggestions import Suggestion
    from upheld.improve.unchecked import Discovery, LetterRead, PageRead, Reading

__all__ = ["Insights", "insights_of"]


@dataclass(frozen=True, slots=True)
class Insights:
    """`rides` are by the journey's id; the suggestions, and what is said and checked by nobody, are the run's."""

    rides: Mapping[str, Ride] = field(default_factory=dict)
    suggestions: Sequence[Suggestion] = ()
    discovery: Discovery | None = None


def insights_of(
    run: RunView,
    *,
    read: Callable[[str], bytes | None],
    maps: Mapping[str, JourneyMap],
    settings: Settings | None = None,
    earlier: Iterable[RunView] = (),
) -> Insights:
    """Return what a run tells beyond its verdicts; `read` gives a file of the evidence, None where it is not kept.

    Against what rides measured in the `earlier` runs a regression is told.
    Raises `ConfigError` for a budget, or a suite's own lexicon, that cannot be used.
    """
    from upheld.improve.lexicon import load_lexicon
    from upheld.improve.unchecked import discover

    journeys, barriers = journeys_of(run), accessibility_of(run)
    budgets, before = budgets_of(settings.budgets) if settings else {}, medians(earlier)
    rides = {one.id: ride_of(one, budgets, before.get(one.node), seen=barriers) for one in journeys}
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
        for address in person.reached_at:
            for one in reached.get(address, ()):
                arrival = one.arrival
                if arrival.channel in ("email", "text message"):
                    kind = answers.get(arrival.id) or known.best(arrival)
                    name = _("the {kind}", kind=kind) if kind else _("“{words}”", words=arrival.subject)
                    text = arrival.html_text or arrival.text
                    yield LetterRead(name, text, person.who, arrival.id, arrival.at)
