"""What is new since the last run, since when something is so, and what is getting worse.

A journey and its promises are found again by their names in the report (`upheld.report.links`), so what was renamed is
new. An earlier run that could not tell, or did not walk a journey, says nothing of it.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from upheld.browser.allow import allows
from upheld.language import gettext as _
from upheld.language import ngettext
from upheld.ledger import JourneyView, Ledger, PromiseView, RunView, fold
from upheld.promises import Verdict
from upheld.promises.telling import duration
from upheld.report.links import anchors_of, slug_of
from upheld.report.model import Answer, journeys_of, makes_sense, name_of, verdict_of
from upheld.report.times import day

__all__ = ["Changes", "Night", "Past", "Since", "earlier_runs", "is_same_site", "night_of"]

# As many runs are read back as hold a week of a suite that also walks at noon.
RUNS = 14
# What verdicts and rides are told by; the messages of earlier nights are of no use to either.
_OF_VERDICTS = (
    "run_started", "run_finished", "journey_selected", "journey_started", "journey_finished", "superseded", "cast",
    "expected", "made", "withdrawn", "judged", "checked", "moment", "step",
)  # fmt: skip
# Of fewer nights no usual time is worth a word.
ENOUGH = 3
SLOWER = timedelta(seconds=5)
# Longer windows are those of a clock that is turned; how late in one something comes says nothing.
QUICK = timedelta(hours=1)

T = TypeVar("T")
_SILENT = (Verdict.UNPROVEN, Verdict.OPEN)


@dataclass(frozen=True, slots=True)
class Night:
    """What an earlier run came to: each journey's answer by its slug, each promise's verdict and delay by its place.

    Delays are in seconds from the opening of the window, of what was kept.
    """

    run: str
    started: datetime | None
    names: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    verdicts: Mapping[tuple[str, str], Verdict] = field(default_factory=dict)
    delays: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Since:
    """Since when something is as it is: `new` is true where the last run that knows of it says otherwise.

    `known` is false where no earlier run says anything.
    """

    new: bool
    said: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class Changes:
    """What is otherwise than on the run before, as (slug, anchor, sentence); the anchor is "" for a whole journey."""

    new: tuple[tuple[str, str, str], ...] = ()
    upheld_again: tuple[tuple[str, str, str], ...] = ()
    worse: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()


def earlier_runs(ledger: Ledger, run: RunView) -> list[RunView]:
    """Return the runs on the same site before this one, the last of them first."""
    site = run.info.get("site")
    started = [
        event
        for event in ledger.events(kinds=("run_started",))
        if event.run != run.id
        and is_same_site(event.data.get("site"), site)
        and (run.started is None or event.at < run.started)
    ]
    return [fold(ledger.events(run=event.run, kinds=_OF_VERDICTS)) for event in reversed(started[-RUNS:])]


def is_same_site(one: object, other: object) -> bool:
    """Return whether two addresses are one site; what a suite starts on its own machine has another port each time."""
    # With no host allowed only this machine's own are.
    return one == other or all(allows(str(site), ()) for site in (one, other))


def night_of(run: RunView) -> Night:
    """Return what a run came to."""
    names: dict[str, str] = {}
    answers: dict[str, Answer] = {}
    verdicts: dict[tuple[str, str], Verdict] = {}
    delays: dict[tuple[str, str], float] = {}
    for journey in journeys_of(run):
        slug, places = slug_of(journey), anchors_of(journey)
        names[slug], answers[slug] = name_of(journey), makes_sense(journey)
        for view in journey.promises:
            key = (slug, places[view.id])
            verdicts[key] = verdict_of(view)
            if (delay := _delay(view)) is not None:
                delays[key] = delay
    return Night(run.id, run.started, names, answers, verdicts, delays)


class Past:
    """The earlier runs of a site, the last of them first."""

    def __init__(self, runs: Iterable[RunView] = ()) -> None:
        self.nights = [night_of(run) for run in runs]

    def of_promise(self, slug: str, anchor: str, verdict: Verdict, zone: str) -> Since | None:
        """Return since when a promise is in trouble; None where it is not, or no earlier run says anything."""
        if not (verdict.failed or verdict is Verdict.UNPROVEN) or not self.nights:
            return None
        # Of what failed, only a run that could tell says since when; of what cannot be told, every one that walked it.
        mute = _SILENT if verdict.failed else (Verdict.OPEN,)
        told = [
            (night, was)
            for night in self.nights
            if (was := night.verdicts.get((slug, anchor))) is not None and was not in mute
        ]
        return _since(told, verdict, zone)

    def of_answer(self, slug: str, answer: Answer, zone: str) -> Since | None:
        """Return since when a journey makes no sense, or cannot be told of; None where it does."""
        if answer not in ("no", "cannot tell") or not self.nights:
            return None
        told = [(night, was) for night in self.nights if (was := night.answers.get(slug)) is not None]
        if answer == "no":
            told = [(night, was) for night, was in told if was != "cannot tell"]
        if not told:
            return None
        before, was = told[0]
        if was != answer:
            return Since(True, _("New since {day}.", day=_day(before, zone)))
        run = _streak(told, lambda one: one == answer)
        return Since(False, _("So since {day}.", day=_day(run[-1], zone)))

    def slower(self, slug: str, anchor: str, view: PromiseView) -> str:
        """Return a sentence where a promise was kept, and much later than it used to be; else ""."""
        now, usual = _delay(view), [
            one for night in self.nights if (one := night.delays.get((slug, anchor))) is not None
        ]  # fmt: skip
        found = view.judgement
        if now is None or len(usual) < ENOUGH or found is None or not found.site_by or not found.site_from:
            return ""
        middle = statistics.median(usual)
        if now <= max(usual) or now < 2 * middle or now - middle < SLOWER.total_seconds():
            return ""
        between = [duration(timedelta(seconds=one)) for one in (min(usual), max(usual))]
        return _(
            "{who}’s {what} is slower: {now}, usually {least} to {most}, of {window} promised.",
            who=view.promise.who, what=view.promise.kind, now=duration(timedelta(seconds=now)),
            least=between[0], most=between[1], window=duration(found.site_by - found.site_from),
        )  # fmt: skip

    def changes(self, journeys: Sequence[JourneyView], slugs: Mapping[str, str], zone: str) -> Changes | None:
        """Return what is otherwise than on the run before; None where there was none."""
        if not self.nights:
            return None
        new: list[tuple[str, str, str]] = []
        again: list[tuple[str, str, str]] = []
        worse: list[tuple[str, str, str]] = []
        for journey in journeys:
            slug, places, found = slugs[journey.id], anchors_of(journey), len(new)
            for view in journey.promises:
                anchor, verdict = places[view.id], verdict_of(view)
                if (since := self.of_promise(slug, anchor, verdict, zone)) is not None and verdict.failed and since.new:
                    new.append((slug, anchor, f"{_what(view, journey)}: {_(str(verdict))}. {since.said}"))
                elif verdict is Verdict.KEPT and (was := self._last(slug, anchor)) is not None and was.failed:
                    again.append((slug, anchor, _("{what}: it was {verdict} before, and is kept again.",
                                                  what=_what(view, journey), verdict=_(str(was)))))  # fmt: skip
                if said := self.slower(slug, anchor, view):
                    worse.append((slug, anchor, said))
            whole = self.of_answer(slug, makes_sense(journey), zone)
            if whole is not None and whole.new and len(new) == found and makes_sense(journey) == "no":
                lost = _("“{journey}” no longer makes sense.", journey=name_of(journey))
                new.append((slug, "", f"{lost} {whole.said}"))
        return Changes(tuple(new), tuple(again), tuple(worse), tuple(self._notes(set(slugs.values()))))

    def _last(self, slug: str, anchor: str) -> Verdict | None:
        """What the last run that could tell said of a promise."""
        told = (night.verdicts.get((slug, anchor)) for night in self.nights)
        return next((was for was in told if was is not None and was not in _SILENT), None)

    def _notes(self, now: set[str]) -> Iterator[str]:
        before = self.nights[0].answers.keys()
        if gone := len(before - now):
            yield ngettext(
                "One journey of the run before was not walked this time.",
                "{count} journeys of the run before were not walked this time.",
                gone,
            )
        if fresh := len(now - {slug for night in self.nights for slug in night.answers}):
            yield ngettext(
                "One journey was walked for the first time.", "{count} journeys were walked for the first time.", fresh
            )


def _since(told: Sequence[tuple[Night, Verdict]], verdict: Verdict, zone: str) -> Since | None:
    if not told:
        return Since(False, _("Seen for the first time: no earlier run says anything of it."), known=False)
    before, was = told[0]
    same = was.failed if verdict.failed else was is verdict
    if not same:
        return Since(True, _("New: on {day} it was {verdict}.", day=_day(before, zone), verdict=_(str(was))))
    nights = _streak(told, (lambda one: one.failed) if verdict.failed else (lambda one: one is verdict))
    first = _day(nights[-1], zone)
    runs = len(nights) + 1
    if len(nights) == len(told):
        return Since(False, _("So since {day} at least, {count} runs in a row.", day=first, count=runs))
    fine, what = told[len(nights)]
    return Since(False, _("So since {day}, {count} runs in a row; on {before} it was {verdict}.", day=first, count=runs,
                          before=_day(fine, zone), verdict=_(str(what))))  # fmt: skip


def _streak(told: Sequence[tuple[Night, T]], same: Callable[[T], bool]) -> list[Night]:
    """The nights, from the last backward, of which the same is true."""
    return [night for night, _was in itertools.takewhile(lambda one: same(one[1]), told)]


def _delay(view: PromiseView) -> float | None:
    found = view.judgement
    if verdict_of(view) is not Verdict.KEPT or found is None or view.promise.silent:
        return None
    if found.site_at is None or found.site_from is None or found.site_by is None:
        return None
    return (found.site_at - found.site_from).total_seconds() if found.site_by - found.site_from <= QUICK else None


def _what(view: PromiseView, journey: JourneyView) -> str:
    return _(
        "{what} to {who} in “{journey}”", what=view.promise.touchpoint, who=view.promise.who, journey=name_of(journey)
    )


def _day(night: Night, zone: str) -> str:
    return day(night.started, zone) if night.started else _("the run before")
