"""Can we enhance this experience? What the report says to it of each journey; the rules are `upheld.improve.rules`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from upheld.language import gettext as _
from upheld.language import ngettext
from upheld.ledger import ArrivalView, JourneyView, RunView
from upheld.mailbox.letter import Letter, open_letter
from upheld.maps import JourneyMap

if TYPE_CHECKING:
    from upheld.improve.suggestions import Suggestion

__all__ = ["advice_for", "suggestions_for", "touchpoints_of_map"]


def touchpoints_of_map(journey_map: JourneyMap, journeys: Iterable[JourneyView]) -> list[str]:
    """Return what the map names and no journey promises, and what is promised and not in the map."""
    promised = {view.promise.kind for journey in journeys for view in journey.promises if not view.promise.silent}
    known = journey_map.touchpoint
    return [
        *(
            _("The map names a {kind}, and no journey walked here promises it.", kind=kind)
            for kind in known
            if kind not in promised
        ),
        *(
            _("The {kind} is not in the map: nobody owns it yet.", kind=kind)
            for kind in sorted(promised - known.keys())
            if known
        ),
    ]


def suggestions_for(
    run: RunView,
    journeys: Sequence[JourneyView],
    maps: Mapping[str, JourneyMap],
    raw: Callable[[str], bytes | None],
) -> list[Suggestion]:
    """Return what could be better over all journeys of a run; `raw` gives a message as it was received."""
    from upheld.improve.suggestions import suggest  # the rules know the report's words, and not the other way round

    wanted = {
        one
        for journey in journeys
        for view in journey.promises
        if view.judgement and not view.promise.silent
        for one in view.judgement.arrivals
    }
    letters: dict[str, Letter] = {}
    for one in run.arrivals:
        if one.arrival.id in wanted and one.arrival.channel == "email" and (content := raw(one.raw)) is not None:
            letters[one.arrival.id] = open_letter(content)
    return suggest(run, journeys, letters, maps)


def advice_for(
    journey: JourneyView,
    surplus: Sequence[ArrivalView],
    of_map: Sequence[str] = (),
    suggestions: Sequence[Suggestion] = (),
) -> list[str]:
    """Return what could be better, a sentence each. `surplus` is what reached the cast and was promised by nobody.

    Each of the `suggestions` is told with the first of its journeys, and not again with the others.
    """
    said = list(of_map)
    names = {person.address: person.who for person in journey.cast}
    for one in surplus:
        who = names.get(one.recipient, _("Someone"))
        subject = one.arrival.subject or _("a message without a subject")
        said.append(
            _(
                "{who} was also sent “{subject}”, which nobody promised: promise it, or do not send it.",
                who=f"{who[:1].upper()}{who[1:]}",
                subject=subject,
            )
        )
    for found in suggestions:
        if found.journeys[0] == journey.id:
            others = len(found.journeys) - 1
            also = ngettext("The same goes for one more journey.", "The same goes for {count} more journeys.", others)
            said.append(f"{found.said} {also}" if others else found.said)
    return list(dict.fromkeys(said))
