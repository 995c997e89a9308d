"""`results.json`: a run as plain data, for other programs. Its schema is published in docs/results.schema.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from upheld.cases import customer_of
from upheld.checks import UNPROMISED
from upheld.ledger import ArrivalView, JourneyView, PromiseView, RunView, StepView
from upheld.promises import Verdict
from upheld.report.files import MESSAGES, PICTURES, link
from upheld.report.insight import Insights
from upheld.report.model import (
    Arrivals,
    Found,
    found_in,
    gate,
    journeys_of,
    makes_sense,
    verdict_of,
    why_of,
)
from upheld.report.ride import Ride

__all__ = ["Place", "address_of", "results"]

SCHEMA = 1
Place = Callable[[str], str | None]
"""Where a picture or message of the evidence lies, relative to the report; None where it is not there."""


def results(
    run: RunView,
    *,
    picture: Place = lambda path: link(PICTURES, path),
    message: Place = lambda path: link(MESSAGES, path),
    arrivals: Arrivals | None = None,
    insights: Insights | None = None,
) -> dict[str, Any]:
    """Return the run as `results.json` has it; what is not known is None. Paths are relative to the report's folder."""
    known = arrivals or Arrivals(run)
    journeys = journeys_of(run)
    counted = Counter(verdict_of(view) for journey in journeys for view in journey.promises)
    return {
        "schema": SCHEMA,
        "run": {
            "id": run.id,
            "started": _iso(run.started),
            "finished": _iso(run.finished),
            **{name: address_of(run.info.get(name)) for name in ("site", "mailbox", "clock")},
            **{name: run.info.get(name) for name in ("seed", "version")},
        },
        "gate": gate(run).word,
        "verdicts": {str(verdict): counted[verdict] for verdict in Verdict},
        "journeys": [_journey(journey, known, picture, message, insights) for journey in journeys],
        "orphans": [_sent(one, message) for one in known.orphans(run)],
        "suggestions": [one.to_json() for one in insights.suggestions] if insights else [],
        "untold": [one.to_json() for one in insights.discovery.untold] if insights and insights.discovery else [],
    }


def address_of(value: object) -> str | None:
    """Return the address of a site, mailbox or clock without a password and without what stands behind `?`."""
    if not value:
        return None
    try:
        parts = urlsplit(str(value))
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    except ValueError:
        return "an address that cannot be read"


def _journey(
    journey: JourneyView, arrivals: Arrivals, picture: Place, message: Place, insights: Insights | None
) -> dict[str, Any]:
    amiss = found_in(journey)
    discovery = insights.discovery if insights else None
    unchecked = [one for one in discovery.unchecked if one.journey == journey.scenario] if discovery else []
    return {
        "id": journey.id,
        "feature": journey.feature,
        "scenario": journey.scenario,
        "tags": list(journey.tags),
        "status": journey.status,
        "error": journey.error,
        "flaky": journey.flaky,
        "attempts": journey.attempt,
        "customer": customer.who if (customer := customer_of(journey)) else None,
        "makes_sense": makes_sense(journey),
        "steps": [_step(step, picture) for step in journey.steps],
        "promises": [_promise(view, amiss, arrivals, message) for view in journey.promises],
        "unpromised": [_sent(one, message) for one in arrivals.unpromised(journey)],
        "findings": [_found(one, arrivals, message) for one in amiss if one.check != UNPROMISED],
        "ride": _ride(insights.rides[journey.id], picture) if insights and journey.id in insights.rides else None,
        "unchecked": [{**one.to_json(), "picture": picture(one.picture) if one.picture else None} for one in unchecked],
    }


def _step(step: StepView, picture: Place) -> dict[str, Any]:
    return {
        "text": step.text,
        "status": step.status,
        "seconds": step.seconds,
        "picture": picture(step.picture) if step.picture else None,
    }


def _promise(view: PromiseView, amiss: Sequence[Found], arrivals: Arrivals, message: Place) -> dict[str, Any]:
    found = view.judgement
    checks = {one.check for one in amiss if one.fails and one.arrival in (found.arrivals if found else ())}
    kept = [place for one in arrivals.answering(view) if one.raw and (place := message(one.raw))]
    return {
        "id": view.id,
        "to": view.promise.who,
        "touchpoint": view.promise.touchpoint,
        "channel": view.promise.channel,
        "window": view.promise.window.words,
        "due_from": _iso(found.site_from if found else None),
        "due_by": _iso(found.site_by if found else None),
        "verdict": str(verdict_of(view)),
        "why": why_of(view),
        "checks": sorted(checks),
        "arrived_at": _iso(found.site_at if found else None),
        "message": kept[0] if kept else None,
        "said_at": f"{view.promise.file}:{view.promise.line}" if view.promise.file else None,
    }


def _ride(ride: Ride, picture: Place) -> dict[str, Any]:
    told = ride.to_json()
    frictions = [{**one, "picture": picture(one["picture"]) if one["picture"] else None} for one in told["frictions"]]
    return {**told, "frictions": frictions}


def _found(one: Found, arrivals: Arrivals, message: Place) -> dict[str, Any]:
    arrival = arrivals.one(one.arrival)
    return {
        "check": one.check,
        "rule": one.rule,
        "severity": "fail" if one.fails else "warn",
        "said": one.said,
        "unsure": one.unsure,
        "to": one.to,
        "touchpoint": one.kind or one.touchpoint,
        "channel": arrival.arrival.channel if arrival else "page",
        "message": message(arrival.raw) if arrival and arrival.raw else None,
        "places": [{"where": where, "value": value} for where, value in one.places],
    }


def _sent(one: ArrivalView, message: Place) -> dict[str, Any]:
    return {
        "to": one.recipient,
        "subject": one.arrival.subject,
        "from": one.arrival.sender,
        "at": _iso(one.arrival.at),
        "message": message(one.raw) if one.raw else None,
    }


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
