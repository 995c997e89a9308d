"""From events to what readers see: one pass, no I/O, and nothing that an older or newer version wrote stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from upheld.ledger.events import Event
from upheld.ledger.reading import Data
from upheld.ledger.shapes import (
    ArrivalView,
    CastView,
    CheckedView,
    ClockView,
    CoveredView,
    FactView,
    GapView,
    JourneyView,
    JudgementView,
    MomentView,
    ProbeView,
    PromiseView,
    RenderView,
    RunView,
    StepView,
)
from upheld.promises import Arrival, Promise, Verdict

__all__ = ["fold"]

# What a promise of an older version may lack, as `Promise` itself has it.
_PROMISE = {"words": "", "least": 1, "most": 1, "waits": False, "rows": (), "file": "", "line": 0}
_STATUSES = ("passed", "failed", "unproven")


def fold(events: Iterable[Event], *, run: str | None = None) -> RunView:
    """Return the run that the events tell of: the named one, else the first that was started among them.

    Journeys and promises of other runs are left out; arrivals, coverage, gaps and the clock are taken from all events
    given. Events are in the order of their writing.
    """
    given = list(events)
    if run is None:
        started = (event.run for event in given if event.kind == "run_started")
        run = next(started, given[0].run if given else "")
    folding = _Folding(run)
    for event in given:
        folding.take(event)
    return folding.done()


@dataclass(slots=True)
class _Promise:
    id: str
    ordinal: int
    promise: Promise
    made_at: datetime | None = None
    since: datetime | None = None
    address: str = ""
    withdrawn: str | None = None
    history: list[JudgementView] = field(default_factory=list)

    def done(self) -> PromiseView:
        last = self.history[-1] if self.history else None
        return PromiseView(
            id=self.id,
            ordinal=self.ordinal,
            promise=self.promise,
            made_at=self.made_at,
            since=self.since,
            address=self.address,
            withdrawn=self.withdrawn,
            judgement=last,
            history=tuple(self.history),
        )


@dataclass(slots=True)
class _Journey:
    id: str
    selected: Data = field(default_factory=lambda: Data({}))
    started: bool = False
    worker: str = ""
    clock: str = ""
    finished: Data | None = None
    superseded_by: str | None = None
    cast: dict[str, CastView] = field(default_factory=dict)
    steps: list[StepView] = field(default_factory=list)
    moments: dict[str, MomentView] = field(default_factory=dict)
    acts: dict[str, tuple[MomentView, ...]] = field(default_factory=dict)
    facts: dict[str, FactView] = field(default_factory=dict)
    noted: list[FactView] = field(default_factory=list)
    checked: dict[tuple[str, str], CheckedView] = field(default_factory=dict)
    promises: dict[str, _Promise] = field(default_factory=dict)

    def done(self) -> JourneyView:
        status, error, trace = "not run", "", ""
        if self.finished is not None:
            status, error, trace = (self.finished.text(key) for key in ("status", "error", "trace"))
            if status not in _STATUSES:
                error = error or f'This version does not know what "{status}" means for a journey.'
                status = "unproven"
        elif self.started:
            status, error = "unproven", "It was started and never finished."
        return JourneyView(
            id=self.id,
            node=self.selected.text("node"),
            feature=self.selected.text("feature"),
            title=self.selected.text("title"),
            scenario=self.selected.text("scenario"),
            line=self.selected.whole("line"),
            tags=tuple(str(tag) for tag in self.selected.list("tags")),
            attempt=self.selected.whole("attempt"),
            journey=self.selected.text("journey"),
            worker=self.worker,
            clock=self.clock,
            status=status,
            error=error,
            trace=trace,
            superseded_by=self.superseded_by,
            cast=tuple(self.cast.values()),
            steps=tuple(self.steps),
            moments=self.moments,
            acts=self.acts,
            facts=self.facts,
            promises=tuple(promise.done() for promise in self.promises.values()),
            flaky=False,
            noted=tuple(self.noted),
            checked=tuple(self.checked.values()),
        )


class _Folding:
    def __init__(self, run: str) -> None:
        self.run = run
        self.started: datetime | None = None
        self.finished: datetime | None = None
        self.info: Mapping[str, Any] = {}
        self.exit: int | None = None
        self.interrupted = False
        self.journeys: dict[str, _Journey] = {}
        self.promises: dict[str, _Promise] = {}
        self.lost: set[str] = set()  # promises that were named once among `unread`
        self.arrivals: list[ArrivalView] = []
        self.coverage: list[CoveredView] = []
        self.gaps: list[GapView] = []
        self.clock: list[ClockView] = []
        self.unread: list[str] = []
        self.probes: list[ProbeView] = []
        self.renders: dict[str, RenderView] = {}

    def take(self, event: Event) -> None:
        data = Data(event.data)
        if event.kind in _OF_ANY_RUN:
            _OF_ANY_RUN[event.kind](self, event, data)
        elif event.run != self.run:
            return
        elif event.kind in _OF_THE_RUN:
            _OF_THE_RUN[event.kind](self, event, data)
        elif event.kind in _OF_A_JOURNEY:
            if event.journey:
                _OF_A_JOURNEY[event.kind](self._journey(event), event, data)
            else:
                self._unread(event, "it names no journey")
        elif event.kind in _OF_A_PROMISE:
            promise = self.promises.get(event.promise)
            if promise is not None:
                _OF_A_PROMISE[event.kind](promise, event, data)
            elif event.promise not in self.lost:
                self.lost.add(event.promise)
                self._unread(event, f'the promise "{event.promise}" was never expected')

    def done(self) -> RunView:
        return RunView(
            id=self.run,
            started=self.started,
            finished=self.finished,
            info=self.info,
            exit=self.exit,
            interrupted=self.interrupted,
            journeys=tuple(_with_flaky([journey.done() for journey in self.journeys.values()])),
            arrivals=tuple(self.arrivals),
            coverage=tuple(self.coverage),
            gaps=tuple(self.gaps),
            clock=tuple(self.clock),
            unread=tuple(self.unread),
            probes=tuple(self.probes),
            renders=tuple(self.renders.values()),
        )

    def _journey(self, event: Event) -> _Journey:
        return self.journeys.setdefault(event.journey, _Journey(event.journey))

    def _unread(self, event: Event, why: str) -> None:
        self.unread.append(f"Event {event.seq} ({event.kind}) could not be read: {why}.")

    def run_started(self, event: Event, data: Data) -> None:
        self.started = self.started or event.at
        self.info = self.info or dict(event.data)

    def run_finished(self, event: Event, data: Data) -> None:
        self.finished = event.at
        self.exit = data.whole("exit") if data.any("exit") is not None else None
        self.interrupted = data.flag("interrupted")

    def expected(self, event: Event, data: Data) -> None:
        if event.promise in self.promises:
            return
        if not event.journey:
            self.lost.add(event.promise)
            self._unread(event, "it names no journey")
            return
        try:
            promise = Promise.from_json({**_PROMISE, **data.map("promise")})
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            self.lost.add(event.promise)
            self._unread(event, f'the promise "{event.promise}" is written in another form ({error!r})')
            return
        self.promises[event.promise] = made = _Promise(event.promise, data.whole("ordinal"), promise)
        self._journey(event).promises[event.promise] = made

    def arrived(self, event: Event, data: Data) -> None:
        try:
            arrival = Arrival.from_json({**_ARRIVAL, **data.map("arrival")})
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            self._unread(event, f"the message is written in another form ({error!r})")
            return
        if arrival.at.tzinfo is None:
            self._unread(event, "the message's time names no zone")
            return
        self.arrivals.append(ArrivalView(arrival, event.recipient, data.text("raw"), event.run))

    def covered(self, event: Event, data: Data) -> None:
        since, until = data.time("since"), data.time("until")
        if since is None or until is None:
            self._unread(event, "it does not say from when to when")
        else:
            self.coverage.append(CoveredView(data.text("what"), since, until))

    def gap(self, event: Event, data: Data) -> None:
        since, until = data.time("since"), data.time("until")
        if since is None or until is None:
            self._unread(event, "it does not say from when to when")
        else:
            self.gaps.append(GapView(data.text("what"), since, until, data.text("why")))

    def probed(self, event: Event, data: Data) -> None:
        status = data.whole("status") if data.any("status") is not None else None
        words = {key: data.text(key) for key in ("url", "final", "title", "heading", "type", "why")}
        self.probes.append(ProbeView(status=status, at=event.at, **words))

    def rendered(self, event: Event, data: Data) -> None:
        maps = tuple(one for one in data.list("violations") if isinstance(one, Mapping))
        broken = tuple(str(one) for one in data.list("broken_pictures"))
        raw = data.text("raw")
        self.renders[raw] = RenderView(raw, maps, broken, data.whole("width"), data.map("pictures"))

    def clock_seen(self, event: Event, data: Data) -> None:
        real, site = data.time("real"), data.time("site")
        if real is None or site is None:
            self._unread(event, "it does not say what time it was")
        else:
            seen = ClockView(
                real, site, data.flag("turned"), data.time("until"), data.text("clock"), data.text("output"),
                data.text("busy"),
            )  # fmt: skip
            self.clock.append(seen)


def _selected(journey: _Journey, event: Event, data: Data) -> None:
    journey.selected = data


def _journey_started(journey: _Journey, event: Event, data: Data) -> None:
    journey.started = True
    journey.worker, journey.clock = data.text("worker"), data.text("clock")


def _journey_finished(journey: _Journey, event: Event, data: Data) -> None:
    journey.finished = data


def _superseded(journey: _Journey, event: Event, data: Data) -> None:
    journey.superseded_by = data.text("by") or "a later attempt"


def _cast(journey: _Journey, event: Event, data: Data) -> None:
    words = {key: data.text(key) for key in ("who", "name", "given", "family", "address", "locale", "zone")}
    journey.cast[words["who"]] = CastView(**words, details=data.map("details"))


def _step(journey: _Journey, event: Event, data: Data) -> None:
    journey.steps.append(
        StepView(
            index=data.whole("index"),
            keyword=data.text("keyword"),
            text=data.text("text"),
            line=data.whole("line"),
            status=data.text("status"),
            seconds=data.number("seconds"),
            began=data.time("began"),
            ended=data.time("ended"),
            who=data.text("who"),
            picture=data.text("picture"),
            address=data.text("address"),
            title=data.text("title"),
            console=data.list("console"),
            failed_requests=data.list("failed_requests"),
            fields=data.any("fields"),
            error=data.text("error"),
            page_text=data.text("page_text"),
            ride=data.map("ride"),
            acts=data.list("acts"),
        )
    )


def _moment(journey: _Journey, event: Event, data: Data) -> None:
    name = data.text("name")
    seen = MomentView(name, data.time("site_began"), data.time("site_ended"), data.text("zone"))
    journey.moments[name] = seen
    if seen.site_began != seen.site_ended:
        journey.acts[name] = (*journey.acts.get(name, ()), seen)


def _fact(journey: _Journey, event: Event, data: Data) -> None:
    name = data.text("name")
    seen = FactView(name, data.any("value"), data.text("kind"), data.text("where"), event.at, data.text("who"))
    journey.facts[name] = seen
    journey.noted.append(seen)


def _checked(journey: _Journey, event: Event, data: Data) -> None:
    findings = tuple(one for one in data.list("findings") if isinstance(one, Mapping))
    found = CheckedView(data.text("arrival"), event.recipient, data.text("kind"), data.text("name"), findings)
    journey.checked[found.arrival, found.recipient] = found


def _made(promise: _Promise, event: Event, data: Data) -> None:
    promise.made_at, promise.since = data.time("site_at"), data.time("site_since")
    promise.address = data.text("address")


def _withdrawn(promise: _Promise, event: Event, data: Data) -> None:
    promise.withdrawn = data.text("why") or "No reason was written down."


def _judged(promise: _Promise, event: Event, data: Data) -> None:
    said, why = data.text("verdict"), data.text("why")
    try:
        verdict = Verdict(said)
    except ValueError:
        verdict, why = Verdict.UNPROVEN, f'This version does not know the verdict "{said}". {why}'.strip()
    promise.history.append(
        JudgementView(
            verdict=verdict,
            why=why,
            arrivals=tuple(str(arrival) for arrival in data.list("arrivals")),
            site_at=data.time("site_at"),
            final=data.flag("final"),
            site_from=data.time("site_from"),
            site_by=data.time("site_by"),
            at=event.at,
        )
    )


def _with_flaky(journeys: list[JourneyView]) -> Iterator[JourneyView]:
    failed_at: dict[str, int] = {}  # a node's first attempt that did not pass
    for journey in journeys:
        if journey.status in ("failed", "unproven"):
            failed_at[journey.node] = min(journey.attempt, failed_at.get(journey.node, journey.attempt))
    for journey in journeys:
        earlier = failed_at.get(journey.node)
        again = earlier is not None and earlier < journey.attempt
        yield replace(journey, flaky=True) if again and journey.status == "passed" else journey


# What an arrival of an older version may lack, as `Arrival` itself has it.
_ARRIVAL: Mapping[str, Any] = {
    **dict.fromkeys(("subject", "sender", "message_id", "text", "html_text"), ""),
    **dict.fromkeys(("header_to", "headings", "links", "attachments", "faults"), ()),
    "channel": "email",
}
_OF_ANY_RUN: Mapping[str, Callable[[_Folding, Event, Data], None]] = {
    "arrived": _Folding.arrived,
    "covered": _Folding.covered,
    "gap": _Folding.gap,
    "clock": _Folding.clock_seen,
    "probed": _Folding.probed,
    "rendered": _Folding.rendered,
}
_OF_THE_RUN: Mapping[str, Callable[[_Folding, Event, Data], None]] = {
    "run_started": _Folding.run_started,
    "run_finished": _Folding.run_finished,
    "expected": _Folding.expected,
}
_OF_A_JOURNEY: Mapping[str, Callable[[_Journey, Event, Data], None]] = {
    "journey_selected": _selected,
    "journey_started": _journey_started,
    "journey_finished": _journey_finished,
    "superseded": _superseded,
    "cast": _cast,
    "step": _step,
    "moment": _moment,
    "fact": _fact,
    "checked": _checked,
}
_OF_A_PROMISE: Mapping[str, Callable[[_Promise, Event, Data], None]] = {
    "made": _made,
    "withdrawn": _withdrawn,
    "judged": _judged,
}
