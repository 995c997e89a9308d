"""Can we enhance this experience? What the report says to it of each journey; the rules are `upheld.improve.rules`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from upheld.language import gettext as _
from upheld.language import ngettext
from upheld.ledger import ArrivalView, JourneyView, RunView
from upheld.mailbox.letter import Letter, open_letter
from upheld.maps import JourneyMap

if TYPE_CHECKING:
    from upheld.improve.suggestions import Suggestion

__all__ = ["advice_for", "suggestions_for", "touchpoints_of_map"]


def touchpoints_of_map(journey_map: JourneyMap, journeys: Sequence[JourneyView]) -> dict[str, list[str]]:
    """Return what the map names and no journey promises, and what is promised and not in the map.

    Each is told once, by the id of a journey: of the first that promises it, and of the first where none does.
    """
    known, told = journey_map.touchpoint, defaultdict[str, list[str]](list)
    # What is promised not to come is promised as well: somebody looks at it.
    spoken_of = {view.promise.kind for journey in journeys for view in journey.promises}
    for kind in known:
        if kind not in spoken_of:
            said = _("The map names a {kind}, and no journey walked here promises it.", kind=kind)
            told[journeys[0].id].append(said)
    owed: dict[str, str] = {}
    for journey in journeys:
        for view in journey.promises:
            if not view.promise.silent:
                owed.setdefault(view.promise.kind, journey.id)
    for kind in sorted(owed.keys() - known.keys()) if known else ():
        told[owed[kind]].append(_("The {kind} is not in the map: nobody owns it yet.", kind=kind))
    return dict(told)


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

    Each of the `suggestions` is told with the first of its journeys that has what it is about, and not again with the
    others.
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
        if journey.id in found.told:
            sentence, others = found.told[journey.id]
            also = ngettext("The same goes for one more journey.", "The same goes for {count} more journeys.", others)
            said.append(f"{sentence} {also}" if others else sentence)
    return list(dict.fromkeys(said))
