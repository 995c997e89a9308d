"""`results.json`: a run as plain data, for other programs. Its schema is published in docs/results.schema.json."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from upheld import language
from upheld.cases import customer_of, zone_of
from upheld.checks import UNPROMISED
from upheld.ledger import ArrivalView, JourneyView, PromiseView, RunView, StepView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.report.files import MESSAGES, PICTURES, link
from upheld.report.harms import harm_of, harm_of_stop
from upheld.report.headline import again, stopped_at
from upheld.report.insight import Insights
from upheld.report.lede import lede
from upheld.report.links import anchors_of, page_of, slugs_of
from upheld.report.model import (
    Arrivals,
    Found,
    earlier_attempts,
    found_in,
    gate,
    incidents_of,
    journeys_of,
    makes_sense,
    names_of,
    verdict_of,
    why_of,
)
from upheld.report.ride import Ride
from upheld.report.since import Past, Since

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
    maps: Mapping[str, JourneyMap] = MappingProxyType({}),
    past: Past | None = None,
) -> dict[str, Any]:
    """Return the run as `results.json` has it; what is not known is None. Paths are relative to the report's folder.

    `maps` tell who owns what and what it costs her, `past` since when something is so. Sentences are in the language
    that is spoken.
    """
    known = arrivals or Arrivals(run)
    journeys, found = journeys_of(run), gate(run)
    counted = Counter(verdict_of(view) for journey in journeys for view in journey.promises)
    writer = _Journeys(run, journeys, known, maps, past or Past(), insights, picture, message)
    return {
        "schema": SCHEMA,
        "run": {
            "id": run.id,
            "started": _iso(run.started),
            "finished": _iso(run.finished),
            **{name: address_of(run.info.get(name)) for name in ("site", "mailbox", "clock")},
            **{name: run.info.get(name) for name in ("seed", "version")},
        },
        "language": language.language().replace("_", "-"),
        "gate": found.word,
        "sentence": found.sentence,
        "lede": [
            {"said": one.said, "harm": one.harm or None, "acts": one.acts or None, "page": one.link or None}
            for one in lede(run, maps)
        ],
        "verdicts": {str(verdict): counted[verdict] for verdict in Verdict},
        "journeys": [writer.journey(journey) for journey in journeys],
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


class _Journeys:
    """Writes the journeys of a run; each is read once."""

    def __init__(
        self,
        run: RunView,
        journeys: Sequence[JourneyView],
        arrivals: Arrivals,
        maps: Mapping[str, JourneyMap],
        past: Past,
        insights: Insights | None,
        picture: Place,
        message: Place,
    ) -> None:
        self._run, self._arrivals, self._maps, self._past = run, arrivals, maps, past
        self._insights, self._picture, self._message = insights, picture, message
        self._slugs, self._examples = slugs_of(journeys), names_of(journeys)
        self._unchecked: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in insights.discovery.unchecked if insights and insights.discovery else ():
            told = {**one.to_json(), "picture": picture(one.picture) if one.picture else None}
            self._unchecked[one.journey].append(told)

    def journey(self, journey: JourneyView) -> dict[str, Any]:
        """Return one journey."""
        amiss, slug, answer = found_in(journey), self._slugs[journey.id], makes_sense(journey)
        rides = self._insights.rides if self._insights else {}
        customer, known = customer_of(journey), self._maps.get(journey.journey)
        return {
            "id": journey.id,
            "node": journey.node,
            "feature": journey.feature,
            "line": journey.line,
            "title": journey.title,
            "scenario": journey.scenario,
            "example": self._examples[journey.id],
            "tags": list(journey.tags),
            "stage": known.stage if known else None,
            "owner": (known.owner or None) if known else None,
            "incidents": list(incidents_of(journey)),
            "status": journey.status,
            "error": journey.error,
            "flaky": journey.flaky,
            "attempts": journey.attempt,
            "earlier_attempts": list(self._earlier(journey)),
            "customer": customer.who if customer else None,
            "people": list(
                dict.fromkeys([*(one.who for one in journey.cast), *(one.promise.who for one in journey.promises)])
            ),
            "makes_sense": answer,
            "harm": harm_of_stop(journey, self._maps) or None,
            "since": _since(self._past.of_answer(slug, answer, zone_of(journey))),
            "page": page_of(slug),
            "again": again(self._run, journey),
            "steps": [_step(step, self._picture) for step in journey.steps],
            "promises": list(self._promises(journey, amiss)),
            "unpromised": [_sent(one, self._message) for one in self._arrivals.unpromised(journey)],
            "findings": [_found(one, self._arrivals, self._message) for one in amiss if one.check != UNPROMISED],
            "ride": _ride(rides[journey.id], self._picture) if journey.id in rides else None,
            "unchecked": self._unchecked.get(journey.scenario, []),
        }

    def _promises(self, journey: JourneyView, amiss: Sequence[Found]) -> Iterator[dict[str, Any]]:
        slug, anchors, zone = self._slugs[journey.id], anchors_of(journey), zone_of(journey)
        for view in journey.promises:
            anchor, verdict = anchors[view.id], verdict_of(view)
            yield {
                **_promise(view, amiss, self._arrivals, self._message),
                "harm": harm_of(view, journey, self._maps) or None,
                "since": _since(self._past.of_promise(slug, anchor, verdict, zone)),
                "page": f"{page_of(slug)}#{anchor}",
            }

    def _earlier(self, journey: JourneyView) -> Iterator[dict[str, Any]]:
        for one in earlier_attempts(self._run, journey):
            step, line, error = stopped_at(one) if one.status != "passed" else ("", one.line, "")
            yield {
                "attempt": one.attempt,
                "status": one.status,
                "step": step or None,
                "said_at": f"{one.feature}:{line}",
                "error": error,
                "picture": next((self._picture(each.picture) for each in reversed(one.steps) if each.picture), None),
            }


def _step(step: StepView, picture: Place) -> dict[str, Any]:
    return {
        "text": step.text,
        "line": step.line,
        "who": step.who or None,
        "status": step.status,
        "error": step.error,
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
        "kind": view.promise.kind,
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
        "said": view.promise.words or None,
        "said_at": f"{view.promise.file}:{view.promise.line}" if view.promise.file else None,
    }


def _since(since: Since | None) -> dict[str, Any] | None:
    return {"new": since.new, "known": since.known, "said": since.said} if since else None


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
