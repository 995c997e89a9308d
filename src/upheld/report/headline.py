"""What the terminal says of a run, and in which words a stop, a harm and a command are told everywhere."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from upheld.cases import zone_of
from upheld.language import gettext as _
from upheld.ledger import JourneyView, PromiseView, RunView
from upheld.promises import Verdict
from upheld.report.model import (
    Gate,
    alone,
    earlier_attempts,
    journeys_of,
    makes_sense,
    name_of,
    names_of,
    verdict_of,
    why_of,
)
from upheld.report.plain import plain_line
from upheld.report.times import day

__all__ = ["again", "due", "earlier_in_words", "stopped_at", "summary"]

MOST, NAMED = 12, 3


def summary(run: RunView, found: Gate) -> list[str]:
    """Return what the terminal says: what is not upheld, on one screen, with the place of each."""
    journeys = journeys_of(run)
    names = names_of(journeys)
    lines = [line for journey in journeys for line in _lines(run, journey, names[journey.id])]
    lines.sort(key=lambda line: "✕?…~".find(line.strip()[:1]))
    shown = (
        [*lines[:MOST], "  " + _("and {count} more: see the report.", count=len(lines) - MOST)]
        if len(lines) > MOST
        else lines
    )
    shown += [f"  ? {sentence}" for sentence in run.unread[:3]]
    if any(line.startswith("  ✕") for line in lines):
        first = next(journey for journey in journeys if makes_sense(journey) == "no")
        shown.append(_("Walk only that journey again: {command}", command=again(run, first)))
    # What a message or a page says is no command to the terminal; the indent of a line is ours.
    return [plain_line(_first_line(found, journeys)), *(_indented(line) for line in shown)]


def _indented(line: str) -> str:
    return line[: len(line) - len(line.lstrip())] + plain_line(line)


def _first_line(found: Gate, journeys: Sequence[JourneyView]) -> str:
    """*Not yet. One journey breaks its word: no receipt for Ada (features/event_registration.feature:21).*"""
    wanted = {"no-go": _failures, "go": _still_open}.get(found.word)
    named = list(dict.fromkeys(wanted(journeys))) if wanted else []
    if not named:
        return found.sentence
    more = " " + _("and {count} more", count=len(named) - NAMED) if len(named) > NAMED else ""
    lead = _("Go so far, not yet seen") if found.word == "go" else found.sentence.rstrip(".")
    return f"{lead}: {'; '.join(named[:NAMED])}{more}."


def _failures(journeys: Sequence[JourneyView]) -> Iterator[str]:
    for journey in journeys:
        if journey.status == "failed":
            stopped = _("“{journey}” stopped", journey=name_of(journey))
            yield f"{stopped} ({journey.feature}:{stopped_at(journey)[1]})"
        for view in journey.promises:
            verdict, promise = verdict_of(view), view.promise
            if verdict.failed:
                what = f"{_(str(verdict))} {promise.kind}"
                if verdict is Verdict.BROKEN:
                    what = _("no {what}", what=promise.kind)
                whose = _("{what} for {who}", what=what, who=promise.who)
                yield f"{whose} ({promise.file}:{promise.line})"
        for found in alone(journey):
            amiss = _("{what} is not right", what=found.touchpoint)
            yield f"{amiss} ({journey.feature}:{journey.line})"


def _still_open(journeys: Sequence[JourneyView]) -> Iterator[str]:
    for journey in journeys:
        for view in journey.promises:
            if verdict_of(view) is Verdict.OPEN:
                until = due(view, journey)
                whose = _("{what} for {who}", what=view.promise.touchpoint, who=view.promise.who)
                yield whose + (_(", by {day}", day=until) if until else "")


def again(run: RunView, journey: JourneyView) -> str:
    """Return the command that walks only this journey again, with the same people."""
    seed = run.info.get("seed")
    return f"upheld run {shlex.quote(journey.node)}" + (f" --seed {seed}" if seed is not None else "")


def stopped_at(journey: JourneyView) -> tuple[str, int, str]:
    """Return the step that a journey stopped at, its line, and what was seen instead; "" where there is none."""
    step = next((step for step in journey.steps if step.status != "passed"), None)
    error = (step.error if step and step.error else journey.error).strip()
    return (step.text if step else "", step.line if step else journey.line, error)


def earlier_in_words(run: RunView, journey: JourneyView) -> list[str]:
    """Return why each earlier attempt at a journey did not pass, a sentence each."""
    said = []
    for one in earlier_attempts(run, journey):
        text, _line, error = stopped_at(one)
        error = error.splitlines()[0] if error else ""
        if one.status == "passed":
            continue
        if text and error:
            said.append(_("Attempt {number} stopped at “{step}”: {error}", number=one.attempt, step=text, error=error))
        elif text:
            said.append(_("Attempt {number} stopped at “{step}”.", number=one.attempt, step=text))
        elif error:
            said.append(_("Attempt {number} did not pass: {error}", number=one.attempt, error=error))
        else:
            said.append(_("Attempt {number} was cut off, and left no reason.", number=one.attempt))
    return said


def due(view: PromiseView, journey: JourneyView) -> str:
    """Return the day by which an open promise is due: `Tuesday 24 November`; "" where it is not known."""
    found = view.judgement
    return day(found.site_by, zone_of(journey)) if found and found.site_by else ""


def _lines(run: RunView, journey: JourneyView, example: str) -> Iterator[str]:
    name = name_of(journey) + (f" ({example})" if example else "")
    text, line, error = stopped_at(journey)
    if journey.status != "passed":
        mark = "✕" if journey.status == "failed" else "?"
        said = (error or journey.status).splitlines()[0]
        yield f"  {mark} {name}: {f'“{text}”: ' if text else ''}{said} ({journey.feature}:{line})"
    for view in journey.promises:
        verdict = verdict_of(view)
        if view.made_at is None and journey.status != "passed":
            continue  # the line above says where the journey stopped
        sign = "✕" if verdict.failed else {Verdict.UNPROVEN: "?", Verdict.OPEN: "…"}.get(verdict, "")
        if sign:
            yield f"  {sign} {_(str(verdict))}: {why_of(view)} ({view.promise.file}:{view.promise.line})"
    for found in alone(journey):
        yield f"  ✕ {found.check}: {found.said} ({journey.feature}:{journey.line})"
    if journey.flaky:
        earlier = "".join(f" {said}" for said in earlier_in_words(run, journey))
        flaky = _("flaky: it took {count} attempts", count=journey.attempt)
        yield f"  ~ {name}: {flaky} ({journey.feature}:{journey.line}).{earlier}"
