"""Is it a smooth ride? Told from what was measured on the way, and from nothing else."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upheld.ledger import JourneyView, StepView
from upheld.report.model import customer_of

__all__ = ["LONG", "TOO_LONG", "Ride", "ride_of"]

# After a second a person notices that she waits, after ten she does something else (Miller 1968, Nielsen 1993).
# A step holds more than the wait alone, so the first limit is wider here.
LONG = 4.0
TOO_LONG = 10.0


@dataclass(frozen=True, slots=True)
class Ride:
    """The answer: `word` is Yes, Mostly, No or Cannot tell, `why` what speaks against it, `facts` what was measured."""

    word: str
    why: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


def ride_of(journey: JourneyView) -> Ride:
    """Return how smooth the customer's own way was; what others of the cast did is not part of it."""
    person = customer_of(journey)
    customer = person.who if person else ""
    steps = [step for step in journey.steps if step.who == customer and (step.picture or step.address)]
    if not journey.steps:
        return Ride("Cannot tell", ("It was not walked.",))
    if not steps:
        return Ride("Cannot tell", ("Walked, but no page was seen on the way, so nothing was timed.",))
    slowest = max(steps, key=lambda step: step.seconds)
    why, bad = [], False
    if slowest.seconds > LONG:
        bad = slowest.seconds > TOO_LONG
        why.append(f"“{slowest.text}” took {_seconds(slowest.seconds)}.")
    why += [f"{customer} typed {_her(label)} {_times(count)}." for label, count in _typed_again(steps)]
    complaints = sum(len(step.console) for step in steps)
    failed = sum(len(step.failed_requests) for step in steps)
    if complaints:
        why.append(f"Pages reported {_number(complaints, 'error')} behind the scenes.")
    if failed:
        why.append(f"{_number(failed, 'request').capitalize()} of her pages failed.")
    if journey.status == "unproven":
        return Ride("Cannot tell", ("It was cut off before its end.", *why), _facts(steps, slowest))
    if journey.status != "passed":
        return Ride("Not to its end", (*_stopped(journey), *why), _facts(steps, slowest))
    word = "No" if bad else "Mostly" if why else "Yes"
    return Ride(word, tuple(why), _facts(steps, slowest))


def _facts(steps: Sequence[StepView], slowest: StepView) -> tuple[str, ...]:
    pages = 1 + sum(
        (step.address, step.title) != (before.address, before.title) for before, step in itertools.pairwise(steps)
    )
    fields = sum(len(_fields(step)) for step in steps)
    total = sum(step.seconds for step in steps)
    longest = f"longest step {_seconds(slowest.seconds)} (“{slowest.text}”)"
    return (
        _number(pages, "page"),
        _number(fields, "field") + " filled in",
        f"{_seconds(total)} in all, at the pace of a machine",
        *((longest,) if slowest.seconds <= LONG else ()),
    )


def _stopped(journey: JourneyView) -> tuple[str, ...]:
    stopped = next((step for step in journey.steps if step.status != "passed"), None)
    return (f"It ended at “{stopped.text}”.",) if stopped else ()


def _typed_again(steps: Sequence[StepView]) -> list[tuple[str, int]]:
    """Return the labels of what she had to type more than once; ticks and short answers may well be the same."""
    typed = Counter(str(one.get("value", "")).casefold() for step in steps for one in _fields(step))
    labels: dict[str, str] = {}
    for one in (one for step in steps for one in _fields(step)):
        labels.setdefault(str(one.get("value", "")).casefold(), str(one.get("label", "")))
    return [(labels[value], count) for value, count in typed.items() if count > 1 and len(value) > 5 and labels[value]]


def _fields(step: StepView) -> list[Mapping[str, Any]]:
    return [one for one in step.fields if isinstance(one, Mapping)] if isinstance(step.fields, list | tuple) else []


def _her(label: str) -> str:
    short = label.strip().rstrip(":*").strip()
    return f"her {short[:1].lower() + short[1:]}" if len(short) <= 30 else f"what “{short[:60]}” asks for"


def _times(count: int) -> str:
    return {2: "twice", 3: "three times"}.get(count, f"{count} times")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}" if count else f"no {noun}s"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.0f} minutes"
