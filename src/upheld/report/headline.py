"""What a reader learns first: on the page, what a customer would have suffered; on the terminal, where to look."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from babel.lists import format_list

from upheld.ledger import JourneyView, PromiseView, RunView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.report.model import Gate, alone, journeys_of, makes_sense, name_of, names_of, verdict_of, why_of
from upheld.report.times import day, zone_of

__all__ = ["again", "due", "harm_of", "lede", "stopped_at", "summary"]

MOST, WORST, NAMED = 12, 6, 3
_BAD = {
    Verdict.BROKEN: "The {kind} never came",
    Verdict.LATE: "The {kind} came too late",
    Verdict.WRONG: "The {kind} was not as promised",
    Verdict.REPEATED: "The {kind} came more often than promised",
}


def lede(run: RunView, maps: Mapping[str, JourneyMap]) -> list[str]:
    """Return what a customer would have suffered, what else is in order, and what is not known: a sentence each."""
    journeys = journeys_of(run)
    if not journeys:
        return ["There was no journey to walk, so nothing is known about the site."]
    answers = [makes_sense(journey) for journey in journeys]
    said = [*_suffered(journeys, maps), *_stopped(journeys), *_amiss(journeys)]
    bad = bool(said)
    if len(said) > WORST:
        said = [*said[:WORST], f"And {_number(len(said) - WORST, 'thing')} more, told below."]
    said += _not_known(journeys, bad)
    fine, so_far = answers.count("yes"), answers.count("so far")
    if so_far:
        said.append(f"{_journeys(so_far, 'is', 'are')} in order so far{_until(journeys)}.")
    if fine and (bad or so_far or "cannot tell" in answers):
        said.append(f"{_journeys(fine, 'is', 'are', other=bad or bool(so_far))} in order.")
    elif fine:
        kept = sum(verdict_of(view) is Verdict.KEPT for journey in journeys for view in journey.promises)
        said.append(
            f"{_journeys(fine, 'was', 'were')} walked to the end"
            + (f", and {_number(kept, 'promise')} {'was' if kept == 1 else 'were'} kept." if kept else ".")
        )
    if run.interrupted:
        said.append("The run was interrupted before it had settled everything.")
    return said


def summary(run: RunView, found: Gate) -> list[str]:
    """Return what the terminal says: what is not upheld, on one screen, with the place of each."""
    journeys = journeys_of(run)
    names = names_of(journeys)
    lines = [line for journey in journeys for line in _lines(journey, names[journey.id])]
    lines.sort(key=lambda line: "✕?…~".find(line.strip()[:1]))
    shown = [*lines[:MOST], f"  and {len(lines) - MOST} more: see the report."] if len(lines) > MOST else lines
    shown += [f"  ? {sentence}" for sentence in run.unread[:3]]
    if any(line.startswith("  ✕") for line in lines):
        first = next(journey for journey in journeys if makes_sense(journey) == "no")
        shown.append(f"Walk only that journey again: {again(run, first)}")
    return [_first_line(found, journeys), *shown]


def _first_line(found: Gate, journeys: Sequence[JourneyView]) -> str:
    """*Not yet. One journey breaks its word: no receipt for Ada (features/event_registration.feature:21).*"""
    wanted = {"no-go": _failures, "go": _still_open}.get(found.word)
    named = list(dict.fromkeys(wanted(journeys))) if wanted else []
    if not named:
        return found.sentence
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    lead = "Go so far, not yet seen" if found.word == "go" else found.sentence.rstrip(".")
    return f"{lead}: {'; '.join(named[:NAMED])}{more}."


def _failures(journeys: Sequence[JourneyView]) -> Iterator[str]:
    for journey in journeys:
        if journey.status == "failed":
            yield f"“{name_of(journey)}” stopped ({journey.feature}:{stopped_at(journey)[1]})"
        for view in journey.promises:
            verdict, promise = verdict_of(view), view.promise
            if verdict.failed:
                what = f"no {promise.kind}" if verdict is Verdict.BROKEN else f"{verdict} {promise.kind}"
                yield f"{what} for {promise.who} ({promise.file}:{promise.line})"
        for found in alone(journey):
            yield f"{found.touchpoint} is not right ({journey.feature}:{journey.line})"


def _still_open(journeys: Sequence[JourneyView]) -> Iterator[str]:
    for journey in journeys:
        for view in journey.promises:
            if verdict_of(view) is Verdict.OPEN:
                until = due(view, journey)
                yield f"{view.promise.touchpoint} for {view.promise.who}{f', by {until}' if until else ''}"


def again(run: RunView, journey: JourneyView) -> str:
    """Return the command that walks only this journey again, with the same people."""
    seed = run.info.get("seed")
    return f"upheld run {shlex.quote(journey.node)}" + (f" --seed {seed}" if seed is not None else "")


def stopped_at(journey: JourneyView) -> tuple[str, int, str]:
    """Return the step that a journey stopped at, its line, and what was seen instead; "" where there is none."""
    step = next((step for step in journey.steps if step.status != "passed"), None)
    error = (step.error if step and step.error else journey.error).strip()
    return (step.text if step else "", step.line if step else journey.line, error)


def harm_of(view: PromiseView, journey: JourneyView, maps: Mapping[str, JourneyMap]) -> str:
    """Return what the absence of this touchpoint costs the customer, as the map says it; "" where it does not."""
    found = maps.get(journey.journey)
    point = found.touchpoint.get(view.promise.kind) if found else None
    return point.harm if point else ""


def due(view: PromiseView, journey: JourneyView) -> str:
    """Return the day by which an open promise is due: `Tuesday 24 November`; "" where it is not known."""
    found = view.judgement
    return day(found.site_by, zone_of(journey)) if found and found.site_by else ""


def _suffered(journeys: Sequence[JourneyView], maps: Mapping[str, JourneyMap]) -> Iterator[str]:
    groups: dict[tuple[Verdict, str], list[tuple[JourneyView, PromiseView]]] = defaultdict(list)
    for journey in journeys:
        for view in journey.promises:
            if verdict_of(view).failed:
                groups[verdict_of(view), view.promise.kind].append((journey, view))
    for (verdict, kind), found in groups.items():
        people = list(dict.fromkeys(view.promise.who for _, view in found))
        number = len({journey.id for journey, _ in found})
        whose = format_list(people[:4], locale="en_GB") if len(people) < 5 else f"{len(people)} people"
        where = f" for {whose}" + (f" in {number} journeys" if number > 1 else "")
        if verdict is Verdict.UNWANTED:
            yield f"{whose} got {'an' if kind[:1] in 'aeiou' else 'a'} {kind} that was promised not to come."
            continue
        said = _BAD[verdict].format(kind=kind)
        harm = next((harm for journey, view in found if (harm := harm_of(view, journey, maps))), "")
        # The map tells what a missing one costs; a double one costs something else.
        yield f"{said}{where}.{f' {harm}' if harm and verdict is not Verdict.REPEATED else ''}"


def _stopped(journeys: Sequence[JourneyView]) -> Iterator[str]:
    groups: dict[str, list[JourneyView]] = defaultdict(list)
    for journey in journeys:
        if journey.status == "failed":
            text, _, error = stopped_at(journey)
            groups[f"at “{text}”" if text else (error.splitlines() or ["for no reason given"])[0]].append(journey)
    for where, found in groups.items():
        names = list(dict.fromkeys(f"“{name_of(journey)}”" for journey in found))
        yield f"{format_list(names[:3], locale='en_GB')} cannot be walked to the end: stopped {where}."


def _amiss(journeys: Sequence[JourneyView]) -> Iterator[str]:
    """What is not right on pages and in messages that no promise is about: each sentence once."""
    yield from dict.fromkeys(found.said for journey in journeys for found in alone(journey))


def _not_known(journeys: Sequence[JourneyView], bad: bool) -> Iterator[str]:
    # What a failed step barred the way to is its consequence, and told with it.
    unproven = [
        (j, v) for j in journeys for v in j.promises if verdict_of(v) is Verdict.UNPROVEN and j.status != "failed"
    ]
    not_walked = [journey for journey in journeys if journey.status == "not run"]
    if unproven:
        number = _number(len(unproven), "promise")
        reason = f": {_reason(why_of(unproven[0][1]))}" if len({_reason(why_of(v)) for _, v in unproven}) == 1 else ""
        yield f"About {number} we cannot tell{reason}. That says nothing about the site."
    elif not_walked:
        them = "it" if len(not_walked) == 1 else "them"
        yield f"{_journeys(len(not_walked), 'was', 'were')} not walked, so nothing is known of {them}."
    elif not bad and any(journey.status == "unproven" for journey in journeys):
        yield "Not every journey could be walked to its end. That says nothing about the site."


def _reason(why: str) -> str:
    """Return what stands behind `Cannot tell whether Ada gets the receipt:`."""
    return (why.partition(": ")[2] if why.startswith("Cannot tell") else why).rstrip(".")


def _until(journeys: Sequence[JourneyView]) -> str:
    still = [(journey, v) for journey in journeys for v in journey.promises if verdict_of(v) is Verdict.OPEN]
    dated = [(v.judgement.site_by, journey, v) for journey, v in still if v.judgement and v.judgement.site_by]
    if not dated:
        return ""
    _, journey, view = max(dated, key=lambda one: one[0])
    number = "what is still to come is due" if len(still) > 1 else f"the {view.promise.touchpoint} is due"
    return f"; {number} by {due(view, journey)}"


def _lines(journey: JourneyView, example: str) -> Iterator[str]:
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
            yield f"  {sign} {verdict}: {why_of(view)} ({view.promise.file}:{view.promise.line})"
    for found in alone(journey):
        yield f"  ✕ {found.check}: {found.said} ({journey.feature}:{journey.line})"
    if journey.flaky:
        yield f"  ~ {name}: flaky, it took {journey.attempt} attempts ({journey.feature}:{journey.line})"


def _journeys(count: int, is_: str, are: str, *, other: bool = False) -> str:
    more = " other" if other else ""
    return f"One{more} journey {is_}" if count == 1 else f"{count}{more} journeys {are}"


def _number(count: int, noun: str) -> str:
    return f"one {noun}" if count == 1 else f"{count} {noun}s"
