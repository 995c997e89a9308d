"""What a run came to, as plain data: does each journey make sense, may we launch, and `results.json`.

The schema of `results.json` is published in docs/results.schema.json.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from upheld.ledger import ArrivalView, JourneyView, PromiseView, RunView
from upheld.promises import Verdict

__all__ = ["Gate", "gate", "journeys_of", "makes_sense", "results", "summary", "unpromised", "verdict_of"]

_MANY = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine"}


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a launch may go ahead: `go`, `no-go` or `cannot tell`, with the exit code and a sentence."""

    word: str
    exit_code: int
    sentence: str


def journeys_of(run: RunView) -> tuple[JourneyView, ...]:
    """Return the journeys that count: of several attempts at one, the last."""
    return tuple(journey for journey in run.journeys if journey.superseded_by is None)


def verdict_of(view: PromiseView) -> Verdict:
    """Return what became of a promise; one that nobody judged is unproven."""
    if view.judgement is not None:
        return view.judgement.verdict
    return Verdict.WITHDRAWN if view.withdrawn else Verdict.UNPROVEN


def makes_sense(journey: JourneyView) -> str:
    """Answer "Does this journey make sense?": yes, no, so far, or cannot tell."""
    verdicts = [verdict_of(view) for view in journey.promises]
    if journey.status == "failed" or any(verdict.failed for verdict in verdicts):
        return "no"
    if journey.status != "passed" or Verdict.UNPROVEN in verdicts:
        return "cannot tell"
    return "so far" if Verdict.OPEN in verdicts else "yes"


def gate(run: RunView) -> Gate:
    """Say whether a launch may go ahead on what this run knows."""
    journeys = journeys_of(run)
    answers = Counter(makes_sense(journey) for journey in journeys)
    if answers["no"]:
        breaks = "breaks its word" if answers["no"] == 1 else "break their word"
        number = f"{answers['no']} of {len(journeys)} journeys" if len(journeys) > 1 else "The journey"
        return Gate("no-go", 1, f"Not yet. {number} {breaks}.")
    if answers["cannot tell"] or run.unread or not journeys:
        number = f"{answers['cannot tell']} of {len(journeys)} journeys"
        said = f"Cannot tell. We could not look at all of {number}; nothing is known to be broken."
        return Gate("cannot tell", 3, said)
    if answers["so far"]:
        still = sum(verdict_of(view) is Verdict.OPEN for journey in journeys for view in journey.promises)
        are = "promises are" if still > 1 else "promise is"
        return Gate("go", 0, f"Go so far: what was due was kept; {still} {are} still open.")
    kept = sum(len(journey.promises) for journey in journeys)
    walked = "journeys" if len(journeys) > 1 else "journey"
    return Gate("go", 0, f"Go. All {kept} promises of {len(journeys)} {walked} were kept.")


def summary(run: RunView, found: Gate) -> list[str]:
    """Return what the terminal says: what is not upheld, on one screen, with the place of each."""
    lines = [found.sentence]
    for journey in journeys_of(run):
        stopped = next((step for step in journey.steps if step.status != "passed"), None)
        if journey.status == "failed":
            said = journey.error.splitlines()[0] if journey.error else "a step failed"
            where = f"{journey.feature}:{stopped.line if stopped else journey.line}"
            lines.append(f"  ✕ {journey.scenario}: {said} ({where})")
        elif journey.status != "passed":
            said = journey.error.splitlines()[0] if journey.error else journey.status
            lines.append(f"  ? {journey.scenario}: {said} ({journey.feature}:{journey.line})")
        for view in journey.promises:
            verdict = verdict_of(view)
            if view.made_at is None and journey.status != "passed":
                continue  # the line above says where the journey stopped
            mark = "✕" if verdict.failed else {Verdict.UNPROVEN: "?", Verdict.OPEN: "…"}.get(verdict)
            if mark:
                why = view.judgement.why if view.judgement else "nobody has judged it yet"
                lines.append(f"  {mark} {verdict}: {why} ({view.promise.file}:{view.promise.line})")
        if journey.flaky:
            where = f"{journey.feature}:{journey.line}"
            lines.append(f"  ~ {journey.scenario}: flaky, it took {journey.attempt} attempts ({where})")
    return lines


def unpromised(run: RunView, journey: JourneyView) -> list[ArrivalView]:
    """Return what reached someone of this journey's cast and answers none of its promises."""
    addresses = {person.address for person in journey.cast}
    answering = {one for view in journey.promises if view.judgement for one in view.judgement.arrivals}
    return [one for one in run.arrivals if one.recipient in addresses and one.arrival.id not in answering]


def results(run: RunView, *, pictures: str = "pictures", messages: str = "messages") -> dict[str, Any]:
    """Return the run as `results.json` has it; paths are relative to the report."""
    journeys = journeys_of(run)
    counted = Counter(verdict_of(view) for journey in journeys for view in journey.promises)
    return {
        "schema": 1,
        "run": {
            "id": run.id,
            "started": _iso(run.started),
            "finished": _iso(run.finished),
            **{name: run.info.get(name) for name in ("site", "mailbox", "clock", "seed", "version")},
        },
        "gate": gate(run).word,
        "verdicts": {str(verdict): counted[verdict] for verdict in Verdict},
        "journeys": [_journey(run, journey, pictures, messages) for journey in journeys],
    }


def _journey(run: RunView, journey: JourneyView, pictures: str, messages: str) -> dict[str, Any]:
    raw = {one.arrival.id: one.raw for one in run.arrivals}
    return {
        "id": journey.id,
        "feature": journey.feature,
        "scenario": journey.scenario,
        "tags": list(journey.tags),
        "status": journey.status,
        "flaky": journey.flaky,
        "attempts": journey.attempt,
        "customer": journey.cast[0].who if journey.cast else "",
        "makes_sense": makes_sense(journey),
        "error": journey.error,
        "steps": [
            {
                "text": step.text,
                "status": step.status,
                "seconds": step.seconds,
                "picture": f"{pictures}/{step.picture}" if step.picture else None,
            }
            for step in journey.steps
        ],
        "promises": [_promise(view, raw, messages) for view in journey.promises],
        "unpromised": [
            {
                "to": one.recipient,
                "subject": one.arrival.subject,
                "from": one.arrival.sender,
                "at": _iso(one.arrival.at),
                "message": _message(one.raw, messages),
            }
            for one in unpromised(run, journey)
        ],
    }


def _promise(view: PromiseView, raw: dict[str, str], messages: str) -> dict[str, Any]:
    found = view.judgement
    arrivals: Sequence[str] = found.arrivals if found else ()
    return {
        "id": view.id,
        "to": view.promise.who,
        "address": view.address,
        "touchpoint": view.promise.touchpoint,
        "channel": view.promise.channel,
        "window": view.promise.window.words,
        "due_from": _iso(found.site_from if found else None),
        "due_by": _iso(found.site_by if found else None),
        "verdict": str(verdict_of(view)),
        "why": found.why if found else view.withdrawn or "nobody has judged it yet",
        "arrived_at": _iso(found.site_at if found else None),
        "message": next(iter(_known(arrivals, raw, messages)), None),
        "said_at": f"{view.promise.file}:{view.promise.line}",
    }


def _known(arrivals: Iterable[str], raw: dict[str, str], messages: str) -> Iterable[str]:
    return (path for one in arrivals if (path := _message(raw.get(one, ""), messages)))


def _message(raw: str, messages: str) -> str | None:
    return f"{messages}/{raw.rpartition('/')[2]}" if raw else None


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
