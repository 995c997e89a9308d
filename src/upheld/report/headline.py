"""What a reader learns first: on the page, what a customer would have suffered; on the terminal, where to look."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from upheld.cases import zone_of
from upheld.language import N_, listed, ngettext
from upheld.language import gettext as _
from upheld.ledger import JourneyView, PromiseView, RunView
from upheld.maps import JourneyMap
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

__all__ = ["again", "due", "earlier_in_words", "harm_of", "lede", "stopped_at", "summary"]

MOST, WORST, NAMED = 12, 6, 3
_BAD = {
    Verdict.BROKEN: N_("The {kind} never came for {whose}{where}."),
    Verdict.LATE: N_("The {kind} came too late for {whose}{where}."),
    Verdict.WRONG: N_("The {kind} was not as promised for {whose}{where}."),
    Verdict.REPEATED: N_("The {kind} came more often than promised for {whose}{where}."),
}


def lede(run: RunView, maps: Mapping[str, JourneyMap]) -> list[str]:
    """Return what a customer would have suffered, what else is in order, and what is not known: a sentence each."""
    journeys = journeys_of(run)
    if not journeys:
        return [_("There was no journey to walk, so nothing is known about the site.")]
    answers = [makes_sense(journey) for journey in journeys]
    said = [*_suffered(journeys, maps), *_stopped(journeys), *_amiss(journeys)]
    bad = bool(said)
    if len(said) > WORST:
        more = len(said) - WORST
        said = [
            *said[:WORST],
            ngettext("And one thing more, told below.", "And {count} things more, told below.", more),
        ]
    said += _not_known(journeys, bad)
    fine, so_far = answers.count("yes"), answers.count("so far")
    if so_far:
        in_order = ngettext("One journey is in order so far", "{count} journeys are in order so far", so_far)
        said.append(f"{in_order}{_until(journeys)}.")
    if fine and (bad or so_far):
        said.append(ngettext("One other journey is in order.", "{count} other journeys are in order.", fine))
    elif fine and "cannot tell" in answers:
        said.append(ngettext("One journey is in order.", "{count} journeys are in order.", fine))
    elif fine:
        kept = sum(verdict_of(view) is Verdict.KEPT for journey in journeys for view in journey.promises)
        walked = ngettext("One journey was walked to the end", "{count} journeys were walked to the end", fine)
        were_kept = ngettext(", and one promise was kept.", ", and {count} promises were kept.", kept) if kept else "."
        said.append(f"{walked}{were_kept}")
    if run.interrupted:
        said.append(_("The run was interrupted before it had settled everything."))
    return said


def summary(run: RunView, found: Gate) -> list[str]:
    """Return what the terminal says: what is not upheld, on one screen, with the place of each."""
    journeys = journeys_of(run)
    names = names_of(journeys)
    lines = [line for journey in journeys for line in _lines(run, journey, names[journey.id])]
    lines.sort(key=lambda line: "✕?…~".find(line.strip()[:1]))
    shown = [*lines[:MOST], f"  and {len(lines) - MOST} more: see the report."] if len(lines) > MOST else lines
    shown += [f"  ? {sentence}" for sentence in run.unread[:3]]
    if any(line.startswith("  ✕") for line in lines):
        first = next(journey for journey in journeys if makes_sense(journey) == "no")
        shown.append(f"Walk only that journey again: {again(run, first)}")
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
        people = list(dict.fromkeys(view.promise.who for _journey, view in found))
        number = len({journey.id for journey, _view in found})
        whose = listed(people) if len(people) < 5 else _("{count} people", count=len(people))
        where = _(" in {count} journeys", count=number) if number > 1 else ""
        if verdict is Verdict.UNWANTED:
            a_kind = _("an {what}", what=kind) if kind[:1] in "aeiou" else _("a {what}", what=kind)
            yield _("{whose} got {a_kind} that was promised not to come.", whose=whose, a_kind=a_kind)
            continue
        said = _(_BAD[verdict], kind=kind, whose=whose, where=where)
        harm = next((harm for journey, view in found if (harm := harm_of(view, journey, maps))), "")
        # The map tells what a missing one costs; a double one costs something else.
        yield f"{said} {harm}" if harm and verdict is not Verdict.REPEATED else said


def _stopped(journeys: Sequence[JourneyView]) -> Iterator[str]:
    groups: dict[str, list[JourneyView]] = defaultdict(list)
    for journey in journeys:
        if journey.status == "failed":
            text, _line, error = stopped_at(journey)
            where = _("at “{step}”", step=text) if text else (error.splitlines() or [_("for no reason given")])[0]
            groups[where].append(journey)
    for where, found in groups.items():
        names = list(dict.fromkeys(f"“{name_of(journey)}”" for journey in found))
        yield _("{names} cannot be walked to the end: stopped {where}.", names=listed(names[:3]), where=where)


def _amiss(journeys: Sequence[JourneyView]) -> Iterator[str]:
    """What is not right on pages and in messages that no promise is about: each sentence once."""
    yield from dict.fromkeys(found.said for journey in journeys for found in alone(journey))


def _not_known(journeys: Sequence[JourneyView], bad: bool) -> Iterator[str]:
    every = [(j, v) for j in journeys for v in j.promises if verdict_of(v) is Verdict.UNPROVEN]
    # What a failed step barred the way to is its consequence, and told with it: it is counted here, and no more.
    unproven = [(j, v) for j, v in every if j.status != "failed"]
    barred = len(every) - len(unproven)
    not_walked = [journey for journey in journeys if journey.status == "not run"]
    if unproven:
        reasons = {_reason(why_of(view)) for _journey, view in unproven}
        about = ngettext("We cannot tell about one promise", "We cannot tell about {count} promises", len(every))
        reason = f": {reasons.pop()}" if len(reasons) == 1 and not barred else ""
        yield f"{about}{reason}. " + _("That says nothing about the site.")
        if barred:
            yield ngettext(
                "One of these promises was not reached, because its journey stopped before.",
                "{count} of these promises were not reached, because their journeys stopped before.",
                barred,
            )
    elif not_walked:
        yield ngettext(
            "One journey was not walked, so nothing is known of it.",
            "{count} journeys were not walked, so nothing is known of them.",
            len(not_walked),
        )
    elif not bad and any(journey.status == "unproven" for journey in journeys):
        yield _("Not every journey could be walked to its end.") + " " + _("That says nothing about the site.")


def _reason(why: str) -> str:
    """Return what stands behind `Cannot tell whether Ada gets the receipt:`."""
    return (why.partition(": ")[2] if why.startswith(_("Cannot tell")) else why).rstrip(".")


def _until(journeys: Sequence[JourneyView]) -> str:
    still = [(journey, v) for journey in journeys for v in journey.promises if verdict_of(v) is Verdict.OPEN]
    dated = [(v.judgement.site_by, journey, v) for journey, v in still if v.judgement and v.judgement.site_by]
    if not dated:
        return ""
    _due, journey, view = max(dated, key=lambda one: one[0])
    if len(still) > 1:
        return _("; what is still to come is due by {day}", day=due(view, journey))
    return _("; the {what} is due by {day}", what=view.promise.touchpoint, day=due(view, journey))


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
            yield f"  {sign} {verdict}: {why_of(view)} ({view.promise.file}:{view.promise.line})"
    for found in alone(journey):
        yield f"  ✕ {found.check}: {found.said} ({journey.feature}:{journey.line})"
    if journey.flaky:
        earlier = "".join(f" {said}" for said in earlier_in_words(run, journey))
        yield f"  ~ {name}: flaky, it took {journey.attempt} attempts ({journey.feature}:{journey.line}).{earlier}"
