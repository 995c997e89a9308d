"""Inspecting: the checks look at everything that reached the cast, and at every page that it saw.

The sweep says whether a promise was answered in its window; the inspection says whether the answer is true and works.
What fails a check is no kept promise: its verdict becomes `wrong`, before it is written down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from upheld.cases import knowledge_of, timelines_of
from upheld.checks import (
    UNPROMISED,
    Check,
    Finding,
    Known,
    Probe,
    Rendered,
    Severity,
    Strangers,
    Touch,
    all_checks,
    severities,
)
from upheld.config import Settings
from upheld.language import gettext as _
from upheld.ledger import ArrivalView, JourneyView, JudgementView, NewEvent, PromiseView, RunView
from upheld.mailbox.letter import open_letter
from upheld.maps import JourneyMap, recognisers_of
from upheld.promises import Arrival, Judgement, Promise, Verdict, telling
from upheld.promises.documents import FILE_KINDS, whole
from upheld.promises.recognise import Recognisers
from upheld.promises.timeline import Timeline
from upheld.sweep import Settled

__all__ = ["Inspector"]

# What reaches a program takes no harm from what a reader would stumble over.
_NOT_READ = ("webhook",)
_PAGE_LIMIT = 200_000
# A clock that is further from ours was turned.
_TICKING = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A promise as it was judged, and where it stands in the list of what was settled now (None: before)."""

    promise: Promise
    verdict: Verdict
    place: int | None


# By the arrival's id and whom it reached: a copy to somebody else answers nothing that she was promised.
_Answers = dict[tuple[str, str], list[_Answer]]


@dataclass(slots=True)
class _Seen:
    """One touchpoint with all promises that it answers, and what was found."""

    touch: Touch
    recipient: str
    raw: str
    answers: list[_Answer]
    found: list[tuple[Check, Finding, Severity]] = field(default_factory=list)


class _Indexed:
    """A run as the inspection reads it: everything found at the cost of one look.

    What was tried and shown is taken from `every` run: a later night looks at what comes then.
    """

    def __init__(self, run: RunView, every: Sequence[RunView]) -> None:
        self._probes: dict[str, list[Probe]] = defaultdict(list)
        for seen in (one for other in every for one in other.probes):
            self._probes[seen.url].append(Probe(*seen))
        self.renders = {one.raw: Rendered(*one[1:]) for other in every for one in other.renders}
        self.people = Strangers(person for journey in run.journeys for person in journey.cast)
        self.clocks = timelines_of(run)
        self.arrivals: dict[str, list[ArrivalView]] = defaultdict(list)
        for one in run.arrivals:
            self.arrivals[one.recipient].append(one)

    def probes_for(self, arrival: Arrival) -> dict[str, Probe]:
        """Return what the links of a message gave: when they were tried first after it came, else last before it."""
        found = {}
        for link in arrival.links:
            if tried := self._probes.get(link.url):
                after = (one for one in tried if one.at is None or one.at >= arrival.at)
                found[link.url] = next(after, tried[-1])
        return found


class Inspector:
    """Looks at the journeys of a run with every check that the settings do not turn off.

    `evidence` is where messages and pages were kept. Raises `ConfigError` for a check that nobody knows.
    """

    def __init__(self, settings: Settings, maps: Mapping[str, JourneyMap], evidence: Path) -> None:
        self._settings, self._maps, self._evidence = settings, maps, evidence
        self._severity = severities(settings.checks)
        self._checks = [check for check in all_checks() if self._severity[check.name] is not Severity.OFF]
        self._recognisers: dict[str, Recognisers] = {}

    @property
    def needs(self) -> frozenset[str]:
        """The names of the checks that are made."""
        return frozenset(check.name for check in self._checks)

    def inspect(self, settled: Sequence[Settled], runs: Iterable[RunView]) -> tuple[list[Settled], list[NewEvent]]:
        """Return what was settled, with `wrong` where what answered a promise fails a check, and what was found.

        Of the runs the last is the present one, whose journeys are all looked at; of the others only those that
        something was settled of. The events are those to be written down with the verdicts.
        """
        now, events = datetime.now(UTC), list[NewEvent]()
        result = list(settled)
        places = {one.view.id: place for place, one in enumerate(settled)}
        mine = {one.journey.id for one in settled}
        every = list(runs)
        for run in every:
            journeys = [one for one in run.journeys if one.superseded_by is None and one.status != "not run"]
            indexed = _Indexed(run, every)
            for journey in journeys:
                if run is not every[-1] and journey.id not in mine:
                    continue
                for seen in self._look_at(journey, indexed, settled, places):
                    self._let_fail(seen, result)
                    if event := self._event(run, journey, seen, now):
                        events.append(event)
        return result, events

    def _look_at(
        self,
        journey: JourneyView,
        run: _Indexed,
        settled: Sequence[Settled],
        places: Mapping[str, int],
    ) -> Iterator[_Seen]:
        answers, expected = _answers(journey, settled, places)
        ends = _end_of(journey, settled, places)
        known_map = self._maps.get(journey.journey)
        before: list[Touch] = []
        for seen in self._touches(journey, run, answers):
            person = next(one for one in journey.cast if seen.recipient in one.reached_at)
            touch = seen.touch
            known = Known(
                person=person,
                cast=journey.cast,
                strangers=run.people,
                knowledge=knowledge_of(journey, person.who),
                noted=journey.noted,
                before=tuple(before),
                map=known_map,
                point=known_map.touchpoint.get(touch.kind) if known_map else None,
                probes=run.probes_for(touch.arrival),
                rendered=run.renders.get(seen.raw),
                steps=journey.steps,
                site=self._settings.site,
                allow_hosts=self._settings.allow_hosts,
            )
            for check in self._checks:
                if touch.arrival.channel in check.channels:
                    for finding in _asked(check, touch, known):
                        seen.found.append((check, finding, self._weigh(check, finding)))
            if touch.arrival.channel != "page" and not _is_beyond(touch, ends):
                self._ask_for_a_promise(seen, expected.get(person.who, frozenset()))
            before.append(touch)
            yield seen

    def _weigh(self, check: Check, finding: Finding) -> Severity:
        """The settings can only take weight from a finding that the check itself is not sure of, or thinks much of."""
        said = self._settings.checks
        if said.get(check.name, said.get("*")) == "warn":
            return Severity.WARN
        return finding.severity or self._severity[check.name]

    def _touches(
        self, journey: JourneyView, run: _Indexed, answers: Mapping[tuple[str, str], list[_Answer]]
    ) -> list[_Seen]:
        """Return what reached the cast and what it saw, in the order of time."""
        clock = run.clocks.get(journey.clock, Timeline())
        known = self._known(journey.journey)
        addresses = dict.fromkeys(at for person in journey.cast for at in person.reached_at)
        found: dict[tuple[str, str], _Seen] = {}
        for one in (one for address in addresses for one in run.arrivals.get(address, ())):
            arrival = one.arrival
            if arrival.channel not in _NOT_READ and arrival.channel != "page":
                answered = answers.get((arrival.id, one.recipient), [])
                touch = self._touch(one, answered, known, clock)
                found.setdefault((one.recipient, arrival.id), _Seen(touch, one.recipient, one.raw, answered))
        pages = [seen for step in journey.steps if step.page_text and (seen := self._page(journey, step, clock))]
        return sorted((*found.values(), *pages), key=lambda seen: seen.touch.arrival.at)

    def _touch(self, one: ArrivalView, answered: Sequence[_Answer], known: Recognisers, clock: Timeline) -> Touch:
        letter = None
        if one.arrival.channel == "email" and one.raw:
            path = self._evidence / one.raw
            letter = open_letter(path.read_bytes()) if path.is_file() else None
        whole_ones = [answer.promise for answer in answered if answer.promise.channel.casefold() not in FILE_KINDS]
        promise = next(iter([*whole_ones, *(answer.promise for answer in answered)]), None)
        kind = promise.kind if promise else known.best(one.arrival)
        return Touch(one.arrival, kind, promise, clock.site_at(one.arrival.at), letter)

    def _page(self, journey: JourneyView, step: Any, clock: Timeline) -> _Seen | None:
        person = next((person for person in journey.cast if person.who == step.who), None)
        path = self._evidence / step.page_text
        if person is None or step.ended is None or not path.is_file():
            return None
        text = path.read_text("utf-8", "replace")[:_PAGE_LIMIT]
        name = f"page {step.index}"
        arrival = Arrival(name, (person.address,), step.ended, subject=step.title, text=text, channel="page")
        return _Seen(Touch(arrival, "", None, clock.site_at(step.ended)), person.address, "", [])

    def _ask_for_a_promise(self, seen: _Seen, expected: frozenset[str]) -> None:
        """Note what answers no promise; what may still answer one that is open, or was taken back, is left alone."""
        severity = Severity(self._settings.unpromised)
        touch = seen.touch
        sent = touch.arrival.channel in ("email", "text message")
        if severity is Severity.OFF or seen.answers or not sent or touch.kind in expected:
            return
        name = touch.arrival.subject or " ".join(touch.arrival.text.split())[:60] or _("a message without a subject")
        seen.found.append((_Unpromised(), Finding(_("“{words}” came, which nobody promised.", words=name)), severity))

    def _let_fail(self, seen: _Seen, settled: list[Settled]) -> None:
        for answer in seen.answers:
            if answer.place is None or answer.verdict is not Verdict.KEPT or answer.promise.silent:
                continue
            said = [
                finding.said
                for _, finding, severity in seen.found
                if severity is Severity.FAIL and not finding.unsure and _is_about(finding, answer, seen.answers)
            ]
            if said:
                one = settled[answer.place]
                # Two faults of one answer, or of two answers, are told together.
                before = one.judgement
                why = (
                    f"{before.why} {' '.join(said)}"
                    if before.verdict is Verdict.WRONG
                    else telling.unsound(answer.promise, list(dict.fromkeys(said)))
                )
                wrong = Judgement(Verdict.WRONG, why, before.arrivals, before.site_at)
                settled[answer.place] = replace(one, judgement=wrong)

    def _event(self, run: RunView, journey: JourneyView, seen: _Seen, now: datetime) -> NewEvent | None:
        """Return what to write down of a touchpoint: what was found, and nothing where that is known already."""
        findings = [
            {
                **finding.to_json(),
                "check": check.name,
                "severity": str(severity),
                "promise": seen.touch.promise.kind if seen.touch.promise else "",
            }
            for check, finding, severity in seen.found
        ]
        id = seen.touch.arrival.id
        before = next((one for one in journey.checked if (one.arrival, one.recipient) == (id, seen.recipient)), None)
        if findings == [dict(one) for one in before.findings] if before else not findings:
            return None
        data = {"arrival": id, "kind": seen.touch.kind, "name": seen.touch.name, "findings": findings}
        return NewEvent("checked", run.id, now, journey.id, recipient=seen.recipient, data=data)

    def _known(self, name: str) -> Recognisers:
        if name not in self._recognisers:
            self._recognisers[name] = recognisers_of(self._maps.get(name))
        return self._recognisers[name]


def _asked(check: Check, touch: Touch, known: Known) -> list[Finding]:
    """Return what a check finds; one that fails itself is told, and costs nobody the night's verdicts."""
    try:
        return list(check.look(touch, known))
    except Exception as error:  # noqa: BLE001 - anybody's check, on anybody's message
        why = _("The check failed itself ({error}).", error=f"{type(error).__name__}: {error}")
        return [Finding(_("{It} could not be looked at.", **touch.names), "failed itself", unsure=why)]


class _Unpromised:
    """Stands for the question that the inspection asks itself: did anybody promise this?"""

    name: ClassVar[str] = UNPROMISED
    about: ClassVar[str] = "A message that answers no promise."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = frozenset({"email", "text message"})

    def look(self, touch: Touch, known: Known) -> Iterable[Finding]:
        """Yield nothing: who asks knows the promises."""
        return ()


def _answers(
    journey: JourneyView, settled: Sequence[Settled], places: Mapping[str, int]
) -> tuple[_Answers, dict[str, frozenset[str]]]:
    """Return which promises each arrival answers, and the kinds that may come to each person without being news."""
    answers: _Answers = defaultdict(list)
    expected: dict[str, set[str]] = defaultdict(set)
    for view in journey.promises:
        place = places.get(view.id)
        found: Judgement | JudgementView | None = view.judgement if place is None else settled[place].judgement
        verdict = found.verdict if found else Verdict.OPEN
        if verdict in (Verdict.OPEN, Verdict.UNPROVEN, Verdict.WITHDRAWN) or _may_come_often(view):
            expected[view.promise.who].add(view.promise.kind)
        for arrival in dict.fromkeys(map(whole, found.arrivals if found else ())):
            answers[arrival, view.address].append(_Answer(view.promise, verdict, place))
    return answers, {who: frozenset(kinds) for who, kinds in expected.items()}


def _end_of(journey: JourneyView, settled: Sequence[Settled], places: Mapping[str, int]) -> datetime | None:
    """Return when the last of a journey's windows closes, in site time; None where none of them is known."""
    closes = []
    for view in journey.promises:
        if (place := places.get(view.id)) is not None:
            interval = settled[place].case.interval
            closes.append(interval.closes if interval else None)
        elif view.judgement:
            closes.append(view.judgement.site_by)
    return max((one for one in closes if one), default=None)


def _is_beyond(touch: Touch, ends: datetime | None) -> bool:
    """True where it came after all that a journey tells of, on a clock that was turned so far for another's sake."""
    turned = abs(touch.site_at - touch.arrival.at) > _TICKING
    return turned and ends is not None and touch.site_at > ends


def _may_come_often(view: PromiseView) -> bool:
    return view.promise.most is None and not view.promise.silent


def _is_about(finding: Finding, answer: _Answer, answers: Sequence[_Answer]) -> bool:
    """True where a finding lets down this promise: that of the file, where one was promised by itself."""
    channels = {one.promise.channel for one in answers}
    if finding.part in channels:
        return answer.promise.channel == finding.part
    files = {one for one in channels if one.casefold() in FILE_KINDS}
    return answer.promise.channel not in files or channels == files
