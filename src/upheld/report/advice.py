"""Can we enhance this experience? A few rules over what is known; where none applies, nothing stands out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from upheld.ledger import ArrivalView, JourneyView, PromiseView
from upheld.maps import JourneyMap
from upheld.promises.telling import duration
from upheld.report.model import verdict_of

__all__ = ["advice_for", "touchpoints_of_map"]

MONEY = frozenset({"receipt", "invoice", "bill", "refund", "credit note"})
SILENCE = timedelta(minutes=10)


def touchpoints_of_map(journey_map: JourneyMap, journeys: Iterable[JourneyView]) -> list[str]:
    """Return what the map names and no journey promises, and what is promised and not in the map."""
    promised = {view.promise.kind for journey in journeys for view in journey.promises if not view.promise.silent}
    known = journey_map.touchpoint
    return [
        *(f"The map names a {kind}, and no journey walked here promises it." for kind in known if kind not in promised),
        *(f"The {kind} is not in the map: nobody owns it yet." for kind in sorted(promised - known.keys()) if known),
    ]


def advice_for(
    journey: JourneyView, journey_map: JourneyMap | None, surplus: Sequence[ArrivalView], of_map: Sequence[str] = ()
) -> list[str]:
    """Return what could be better, a sentence each. `surplus` is what reached the cast and was promised by nobody."""
    said = list(of_map)
    names = {person.address: person.who for person in journey.cast}
    for one in surplus:
        who = names.get(one.recipient, "Someone")
        subject = one.arrival.subject or "a message without a subject"
        said.append(
            f"{who[:1].upper()}{who[1:]} was also sent “{subject}”, which nobody promised: promise it, or do not "
            "send it."
        )
    said += _no_second_line(journey, journey_map.touchpoint if journey_map else {})
    said += _silence(journey)
    return list(dict.fromkeys(said))


def _no_second_line(journey: JourneyView, known: Mapping[str, object]) -> Iterator[str]:
    for view in journey.promises:
        point = known.get(view.promise.kind)
        if point is None or view.promise.silent or not _is_about_money(view):
            continue
        if not getattr(point, "second_line", ""):
            kind = view.promise.kind
            yield f"Should the {kind} ever not come, she has no second way to it: show it on a page as well."


def _is_about_money(view: PromiseView) -> bool:
    rows = view.promise.expectation.rows
    return view.promise.kind in MONEY or any(row.key == "amount" for row in rows)


def _silence(journey: JourneyView) -> Iterator[str]:
    """Who has paid and hears nothing doubts; what is missing altogether is told elsewhere."""
    paying = journey.moments.get("paying")
    if paying is None or paying.site_ended is None:
        return
    owed = [view for view in journey.promises if not view.promise.silent]
    came = [at for view in owed if view.judgement and (at := view.judgement.site_at) and at >= paying.site_ended]
    if came and not any(verdict_of(view).failed for view in owed):
        first = min(came) - paying.site_ended
        if first > SILENCE:
            yield f"After paying she hears nothing for {duration(first)}."
