"""The report as a folder: one page for people, `results.json` for machines, pictures and messages beside them."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import jinja2

from upheld.cases import case_of, timelines_of
from upheld.checks import UNPROMISED
from upheld.config import Settings
from upheld.ledger import ArrivalView, JourneyView, PromiseView, RunView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.promises.timeline import Timeline as Clock
from upheld.report.advice import advice_for, touchpoints_of_map
from upheld.report.files import Files
from upheld.report.headline import again, due, harm_of, lede, stopped_at
from upheld.report.insight import Insights, Measures, insights_of
from upheld.report.letters import Letter, masked, read_letter
from upheld.report.model import (
    ANSWERS,
    Answer,
    Arrivals,
    Found,
    found_in,
    gate,
    journeys_of,
    makes_sense,
    name_of,
    names_of,
    verdict_of,
    why_of,
)
from upheld.report.results import address_of, results
from upheld.report.ride import Ride
from upheld.report.story import Missing, Post, Scene, story_of
from upheld.report.timeline import Timeline, timeline_of
from upheld.report.times import clock_time, moment, night, window, zone_of, zone_of_run

__all__ = ["write_report"]

MARKS = {
    "kept": "✓", "late": "△", "broken": "✕", "wrong": "≠", "repeated": "2×", "unwanted": "!", "open": "…",
    "unproven": "?", "withdrawn": "–",
}  # fmt: skip
MEANINGS = {
    "kept": "the one right thing arrived in time",
    "late": "the right thing arrived, but too late",
    "broken": "the time was up and nothing came",
    "wrong": "something came that says, shows or links the wrong thing",
    "repeated": "it came more often than promised",
    "unwanted": "something came that was promised not to",
    "open": "it is not due yet; a later run settles it",
    "unproven": "we could not look, so nothing is said about the site",
    "withdrawn": "the customer or the site took it back, so it is no longer owed",
}
SENSE = {
    "no": ("No", "broken", "✕"),
    "cannot tell": ("Cannot tell", "unproven", "?"),
    "so far": ("So far", "open", "…"),
    "yes": ("Yes", "kept", "✓"),
}


@dataclass(frozen=True, slots=True)
class _Promise:
    """A promise as the page shows it; what is empty is not shown."""

    view: PromiseView
    verdict: Verdict
    why: str
    window: str
    came: str
    harm: str
    second_line: str
    said_at: str

    @property
    def troubled(self) -> bool:
        return self.verdict.failed or self.verdict is Verdict.UNPROVEN


@dataclass(frozen=True, slots=True)
class _Card:
    """A journey as the page shows it."""

    id: str
    journey: JourneyView
    name: str
    example: str
    answer: Answer
    sense: str
    stage: str
    owner: str
    incidents: tuple[str, ...]
    stopped: tuple[str, int, str]
    promises: tuple[_Promise, ...]
    ride: Ride
    advice: tuple[str, ...]
    findings: tuple[tuple[str, str, str], ...]
    line: Timeline | None
    story: Sequence[Scene | Post | Missing]
    again: str
    trace: str
    earlier: str


def write_report(
    run: RunView,
    *,
    evidence: Path,
    out: Path,
    maps: Mapping[str, JourneyMap],
    settings: Settings | None = None,
    before: Measures | None = None,
) -> Path:
    """Write the report of a run into the folder `out` and return the path of its page.

    `evidence` is where pictures and messages were kept, `maps` are those of the suite's journeys by name. What an
    earlier report left in the folder is replaced. `settings` has the budgets of a ride, `before` what rides measured
    on the nights before.
    """
    out.mkdir(parents=True, exist_ok=True)
    files, arrivals = Files(evidence, out), Arrivals(run)
    insights = insights_of(run, read=files.raw, maps=maps, settings=settings, before=before)
    data = results(run, picture=files.picture, message=files.message, arrivals=arrivals, insights=insights)
    page = _Page(run, maps, arrivals, files, os.path.relpath(evidence, out), insights).render()
    _write(out / "results.json", json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    index = out / "index.html"
    _write(index, page)
    files.tidy()
    return index


def _write(path: Path, text: str) -> None:
    # Whoever looks at the page while it is written anew sees the old one or the new one, whole.
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(path)


class _Page:
    def __init__(
        self,
        run: RunView,
        maps: Mapping[str, JourneyMap],
        arrivals: Arrivals,
        files: Files,
        evidence: str,
        insights: Insights,
    ) -> None:
        self._insights = insights
        self._run, self._maps, self._arrivals, self._files, self._evidence = run, maps, arrivals, files, evidence
        self._journeys = journeys_of(run)
        self._examples = names_of(self._journeys)
        self._clocks = timelines_of(run)
        self._letters: dict[str, Letter] = {}
        self._of_map = self._advice_of_maps()

    def render(self) -> str:
        run, found = self._run, gate(self._run)
        zone = zone_of_run(self._journeys)
        cards = sorted((self._card(journey) for journey in self._journeys), key=_worst_first)
        counted = Counter(promise.verdict for card in cards for promise in card.promises)
        environment = jinja2.Environment(
            loader=jinja2.PackageLoader("upheld.report"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        environment.filters |= {"px": _px, "ident": _ident}
        return environment.get_template("index.html.j2").render(
            run=run,
            gate=found,
            when=night(run.started, run.finished, zone),
            zone=zone,
            site=address_of(run.info.get("site")),
            mailbox=address_of(run.info.get("mailbox")),
            clock=_clock_in_words(run),
            lede=lede(run, self._maps),
            cards=cards,
            counted=[(verdict, counted[verdict]) for verdict in Verdict if counted[verdict]],
            total=counted.total(),
            due=self._due(),
            unchecked=self._insights.discovery.unchecked[:50] if self._insights.discovery else (),
            untold=self._insights.discovery.untold[:50] if self._insights.discovery else (),
            orphans=[
                (one.arrival.subject or "a message without a subject", masked(one.recipient))
                for one in self._arrivals.orphans(run)[:50]
            ],
            marks=MARKS,
            meanings=MEANINGS,
            sense=SENSE,
            gaps=[
                f"{gap.what}, {clock_time(gap.since, zone)} to {clock_time(gap.until, zone)}: {gap.why}"
                for gap in run.gaps[:50]
            ],
        )

    def _card(self, journey: JourneyView) -> _Card:
        found = self._maps.get(journey.journey)
        zone = zone_of(journey)
        answer = makes_sense(journey)
        surplus = self._arrivals.unpromised(journey)
        clock = self._clocks.get(journey.clock, Clock())
        began = next((step.began for step in journey.steps if step.began), None)
        earlier = began is not None and self._run.started is not None and began < self._run.started
        return _Card(
            id=_ident(journey.id),
            journey=journey,
            name=name_of(journey),
            example=self._examples[journey.id],
            answer=answer,
            sense=_sense_in_words(journey, answer),
            stage=(found.stage if found else "").replace(": ", " › "),
            owner=found.owner if found else "",
            incidents=tuple(tag.partition(":")[2] for tag in journey.tags if tag.startswith("incident:")),
            stopped=_masked_stop(journey),
            promises=tuple(self._promise(view, journey) for view in journey.promises),
            ride=self._insights.rides[journey.id],
            advice=tuple(advice_for(journey, surplus, self._of_map.get(journey.id, ()), self._insights.suggestions)),
            findings=_findings(journey),
            line=timeline_of(journey, self._arrivals, clock.site_at, turned=_is_turned(self._run)),
            story=story_of(journey, self._arrivals, clock.site_at, self._files.picture, self._letter),
            again=again(self._run, journey),
            trace=f"{self._evidence}/{journey.trace}" if journey.trace and answer in ("no", "cannot tell") else "",
            earlier=moment(began, zone) if earlier and began else "",
        )

    def _promise(self, view: PromiseView, journey: JourneyView) -> _Promise:
        zone = case_of(journey, view, timedelta()).zone  # the one that its sentence is told in
        found = view.judgement
        told = window(found.site_from, found.site_by, zone) if found and found.site_from and found.site_by else ""
        verdict = verdict_of(view)
        known = self._maps.get(journey.journey)
        point = known.touchpoint.get(view.promise.kind) if known else None
        # The map tells what a missing one costs; one that came twice, or against the promise, is not missing.
        missed = verdict in (Verdict.BROKEN, Verdict.LATE, Verdict.WRONG)
        return _Promise(
            view=view,
            verdict=verdict,
            why=masked(why_of(view)),
            window=told,
            came=moment(found.site_at, zone) if found and found.site_at else "",
            harm=harm_of(view, journey, self._maps) if missed else "",
            second_line=point.second_line if point and missed else "",
            said_at=f"{view.promise.file}:{view.promise.line}" if view.promise.file else "",
        )

    def _letter(self, one: ArrivalView) -> tuple[Letter, str | None]:
        if one.raw not in self._letters or not one.raw:
            raw = self._files.raw(one.raw) if one.arrival.channel == "email" else None
            self._letters[one.raw] = read_letter(one.arrival, raw)
        return self._letters[one.raw], self._files.message(one.raw) if one.raw else None

    def _advice_of_maps(self) -> dict[str, list[str]]:
        """What does not fit between a map and its features, told once, with the first of its journeys."""
        by_map: dict[str, list[JourneyView]] = defaultdict(list)
        for journey in self._journeys:
            by_map[journey.journey].append(journey)
        return {
            journeys[0].id: touchpoints_of_map(self._maps[name], journeys)
            for name, journeys in by_map.items()
            if name in self._maps
        }

    def _due(self) -> str:
        """Until when something is open: the last day."""
        open_ = [
            (view.judgement.site_by, view, journey)
            for journey in self._journeys
            for view in journey.promises
            if verdict_of(view) is Verdict.OPEN and view.judgement and view.judgement.site_by
        ]
        return due(*max(open_, key=lambda one: one[0])[1:]) if open_ else ""


def _worst_first(card: _Card) -> tuple[int, str, int]:
    return ANSWERS.index(card.answer), card.journey.feature, card.journey.line


def _sense_in_words(journey: JourneyView, answer: Answer) -> str:
    """The answer's second half, for what the promises below do not say."""
    views = journey.promises
    if answer == "no" and journey.status != "failed" and not any(verdict_of(view).failed for view in views):
        return " ".join(dict.fromkeys(masked(found.said) for found in found_in(journey) if found.fails))
    if answer == "no":
        text, _, error = _masked_stop(journey)
        first = (error.splitlines() or [""])[0]
        stopped = [f"It stopped at “{text}”. {first}".strip() if text else first] if journey.status == "failed" else []
        # How we looked stands with the promise itself.
        why = (why_of(view).partition(" We looked ")[0] for view in views if verdict_of(view).failed)
        return " ".join(dict.fromkeys((*stopped, *(masked(said) for said in why))))
    if answer == "cannot tell":
        unproven = [masked(why_of(view)) for view in views if verdict_of(view) is Verdict.UNPROVEN]
        if journey.status == "not run":
            return "It was not walked, so nothing is known of it."
        text, _, error = _masked_stop(journey)
        if journey.status == "unproven":
            reason = (error.splitlines() or ["no reason was given."])[0]
            return f"It could not be walked past “{text}”: {reason}" if text else reason
        return unproven[0] if len(unproven) == 1 else f"{unproven[0]} And {len(unproven) - 1} more."
    if answer == "so far":
        still = [view for view in views if verdict_of(view) is Verdict.OPEN]
        kept = len(views) - len(still)
        last = due(max(still, key=_due_by), journey)
        names = ", ".join(dict.fromkeys(view.promise.touchpoint for view in still))
        return f"{kept} of {len(views)} promises kept. Still to come: {names}{f', by {last}' if last else ''}."
    kept = sum(verdict_of(view) is Verdict.KEPT for view in views)
    if not views:
        return "It was walked to its end, and nothing was promised on the way."
    if kept == len(views):
        return "Every promise was kept."
    return f"{kept} of {len(views)} promises kept, the rest taken back."


def _findings(journey: JourneyView) -> tuple[tuple[str, str, str], ...]:
    """What the checks found: its look, its mark, and the sentence with whose touchpoint it is; each once."""
    said = []
    for one in found_in(journey):
        if one.check == UNPROMISED:
            continue  # told with what could be better
        look, mark = ("broken", "✕") if one.fails else ("unproven", "?") if one.unsure else ("late", "△")
        sentence = f"{one.said} {one.unsure}".strip() if one.unsure else one.said
        said.append((look, mark, masked(f"{_whose(one)}: {sentence}")))
    return tuple(dict.fromkeys(said))


def _whose(one: Found) -> str:
    if one.touchpoint.startswith("the page"):
        return f"{one.touchpoint[:1].upper()}{one.touchpoint[1:]}"
    return f"{one.to}’s {one.kind}" if one.kind else f"{one.touchpoint} to {one.to}"


def _due_by(view: PromiseView) -> str:
    return view.judgement.site_by.isoformat() if view.judgement and view.judgement.site_by else ""


def _masked_stop(journey: JourneyView) -> tuple[str, int, str]:
    text, line, error = stopped_at(journey)
    return text, line, masked(error)


def _is_turned(run: RunView) -> bool:
    return any(reading.turned for reading in run.clock)


def _clock_in_words(run: RunView) -> str:
    clock = address_of(run.info.get("clock"))
    turns = sum(reading.turned for reading in run.clock)
    if clock in (None, "real"):
        return "real time"
    return f"{clock}, turned {turns} times" if turns != 1 else f"{clock}, turned once"


def _px(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")


def _ident(text: Any) -> str:
    """Return text as it may stand in an `id`."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in str(text))
