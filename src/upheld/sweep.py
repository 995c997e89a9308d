"""The sweep: one pass over all open promises that lets their windows close, turns the clock, and settles them.

Nothing here drives a browser. First every window that closes within the run's patience closes in real time, all side by
side; then the clock, where it can be turned, is turned forward once through the moments of what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from upheld.cases import case_of, timelines_of
from upheld.clock import Clock
from upheld.config import Settings
from upheld.errors import CouldNotLook
from upheld.language import N_
from upheld.language import gettext as _
from upheld.ledger import JourneyView, JudgementView, Lease, Ledger, NewEvent, PromiseView, RunView, fold
from upheld.lookout import Lookout
from upheld.mailbox.base import gap_counts, seen_by
from upheld.promises import Judgement, Promise, Verdict
from upheld.promises.documents import reaching_by, whole
from upheld.promises.expectation import ORDER_KEYS
from upheld.promises.judge import GRACE, Case, Seen, judge
from upheld.promises.order import in_order
from upheld.promises.reading import TRAVELS
from upheld.promises.recognise import Recognisers
from upheld.promises.timeline import ClockReading, Looked, Stretch, Timeline
from upheld.turning import Turner, moments_of

__all__ = ["LEASE_SECONDS", "Inspect", "Settled", "Sweep"]

LEASE_SECONDS = 120.0
# What is taken from a run that is not judged: when it looked, and what it saw of the clock.
_LOOKED = ("covered", "gap", "clock")
# Two readings of one clock differ by less than this, or somebody has moved it.
JUMP = timedelta(seconds=3)
_DOUBTS = {
    "mailbox": N_(
        "No mail of this site has ever reached this mailbox: it is likelier that the site does not send here."
    ),
    "capture": N_(
        "Nothing of this site has ever reached this capture: it is likelier that the site does not send here."
    ),
}
# What she sees with her own eyes while she walks, and no mailbox catches.
WALKED = ("page", "download")
# A kept promise is settled once its quiet period is over; a failed one cannot become better by waiting either.
_JUST_NOW = timedelta(seconds=10)
_SETTLED = (Verdict.WRONG, Verdict.REPEATED, Verdict.UNWANTED, Verdict.LATE)
Progress = Callable[[int, int, str], None]
Inspect = Callable[["Sequence[Settled]"], "tuple[list[Settled], list[NewEvent]]"]
"""Looks at what was settled before it is written down, and gives it back with what it found."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A promise with its verdict, and the journey that it belongs to."""

    run: str
    journey: JourneyView
    view: PromiseView
    case: Case
    judgement: Judgement

    @property
    def promise(self) -> Promise:
        """The promise."""
        return self.view.promise


class Sweep:
    """One pass over the open promises of `runs`, the present one last.

    `between` are runs that are not judged, and that looked at this site meanwhile. `recognisers` gives those of a
    journey's map by the map's name. `progress` is told how many of how many promises are settled and what is being
    waited for. `inspect` looks at what answers promises. `before_travellers` leaves out the journeys that walk after
    this sweep.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        clock: Clock,
        lookout: Lookout,
        recognisers: Callable[[str], Recognisers],
        *,
        runs: Sequence[str],
        between: Sequence[str] = (),
        fence: Lease | None = None,
        progress: Progress = lambda settled, total, what: None,
        before_travellers: bool = False,
        inspect: Inspect | None = None,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._turnable = clock.turnable
        self._lookout = lookout
        self._recognisers = recognisers
        self._runs, self._between = runs, between
        self._fence = fence
        self._progress = progress
        self._turner = Turner(
            ledger, settings, clock, runs[-1], fence=fence, caught_up=lookout.caught_up, pause=lookout.pause
        )
        self._met: dict[int, int] = {}  # how much had reached each bench when it was judged last
        self._before_travellers = before_travellers
        self._inspect = inspect
        self._blind: dict[str, str] = {}  # why a clock will be turned no more, by the clock's name

    def settle(self) -> list[Settled]:
        """Return every promise that was open with its verdict, which is written down as well.

        Never raises for what could not be looked at: that makes promises `unproven`.
        """
        views = {run: self._selected(fold(self._ledger.events(run=run))) for run in self._runs}
        between = [fold(self._ledger.events(run=run, kinds=_LOOKED), run=run) for run in self._between]
        docket = _Docket(views, between, self._settings.tolerance, turnable=self._turnable, each=self._turner.each)
        settled = self._settle(docket) if docket.entries else []
        noted: list[NewEvent] = []
        if self._inspect is not None:
            settled, noted = self._inspect(settled)
        self._write(settled, noted)
        return settled

    def _settle(self, docket: _Docket) -> list[Settled]:
        self._read_clocks(docket)
        self._let_windows_close(docket)
        if self._turnable:
            self._turn_through(docket)
        self._lookout.last_look()
        verdicts = self._judge(docket)
        settled = []
        for entry in docket.entries:
            before, found = entry.view.judgement, verdicts[entry.case.id]
            found = replace(found, arrivals=tuple(dict.fromkeys(whole(one) for one in found.arrivals)))
            if before is not None and _stands(before, found):
                found = Judgement(before.verdict, before.why, before.arrivals, before.site_at)
            settled.append(Settled(entry.run, entry.journey, entry.view, entry.case, found))
        return settled

    def _selected(self, run: RunView) -> RunView:
        if not self._before_travellers or run.id != self._runs[-1]:
            return run
        later = [one for one in run.journeys if TRAVELS in one.tags and one.status == "not run"]
        return replace(run, journeys=tuple(one for one in run.journeys if one not in later))

    def _read_clocks(self, docket: _Docket) -> None:
        """Read the site's clocks, so that arrivals until now are told in its own time; a real one needs no reading."""
        if not self._turnable:
            return
        for name in docket.clocks:
            try:
                docket.take(name, self._turner.read(name))
            except CouldNotLook as error:
                self._blind.setdefault(name, str(error))

    def _let_windows_close(self, docket: _Docket) -> None:
        """Wait, for all windows at once, until every one that closes within the patience has closed."""
        patience_ends = datetime.now(UTC) + self._settings.patience
        while True:
            real = datetime.now(UTC)
            verdicts = self._judge(docket)
            due = [
                until
                for entry in docket.entries
                if (until := self._waits_until(docket, entry.case, verdicts[entry.case.id], real, patience_ends))
            ]
            done = sum(verdicts[entry.case.id].verdict is not Verdict.OPEN for entry in docket.entries)
            self._progress(done, len(docket.entries), "waiting for windows to close" if due else "")
            if not due:
                return
            self._lookout.wait_for_arrival(until=min(due))

    def _waits_until(
        self, docket: _Docket, case: Case, judgement: Judgement, real: datetime, patience_ends: datetime
    ) -> datetime | None:
        """Return until when (real time) this case is worth waiting for, or None where it is not."""
        if case.interval is None or case.withdrawn:
            return None
        if (judgement.verdict is Verdict.KEPT and not case.promise.silent) or judgement.verdict in _SETTLED:
            quiet_ends = self._lookout.last_arrival(case.address) + self._settings.quiet
            return quiet_ends if quiet_ends > real else None
        closes = docket.timeline(docket.clock_of(case.id)).real_at(case.interval.closes)
        settles = closes + GRACE + timedelta(seconds=0.2)
        return settles if closes <= patience_ends and real < settles else None

    def _turn_through(self, docket: _Docket) -> None:
        """Turn each clock, forward only, through the moments of everything that is not yet settled.

        Where each customer has one, all are turned side by side: a round costs what the slowest needs.
        """
        self._let_mail_arrive(docket)
        verdicts = self._judge(docket)
        while True:
            pending = [entry.case for entry in docket.entries if self._is_pending(verdicts[entry.case.id])]
            real = datetime.now(UTC)
            now = {name: docket.timeline(name).site_at(real) for name in docket.clocks if name not in self._blind}
            ahead: dict[str, datetime] = {}  # each case's next moment
            moments: dict[str, datetime] = {}  # each clock's
            for case in pending:
                if (name := docket.clock_of(case.id)) in now:
                    coming = min(moments_of(case, now[name], self._settings.look_after), default=None)
                    if coming is not None:
                        ahead[case.id], moments[name] = coming, min(coming, moments.get(name, coming))
            done = len(docket.entries) - len(pending)
            to = f"turning the clock to {min(moments.values()):%d %B %H:%M}" if moments else ""
            self._progress(done, len(docket.entries), to)
            if not moments:
                return
            self._turn(docket, moments)
            # What has not come to its next moment is as it was; all of it is judged once more after the last look.
            met = {id for id, coming in ahead.items() if coming <= moments[docket.clock_of(id)]}
            verdicts |= self._judge(docket, only=met)

    def _let_mail_arrive(self, docket: _Docket) -> None:
        """Wait, where the clock can say so, until the site has sent all that was due before the first turn."""
        for name in docket.clocks:
            try:
                if self._turner.can_say_idle(name):
                    self._turner.let_site_work(name)
                    self._lookout.caught_up()
            except CouldNotLook as error:
                self._blind.setdefault(name, str(error))

    def _is_pending(self, judgement: Judgement) -> bool:
        return judgement.verdict in (Verdict.OPEN, Verdict.BROKEN, Verdict.WRONG) or (
            judgement.verdict is Verdict.UNPROVEN and not judgement.final
        )

    def _turn(self, docket: _Docket, moments: Mapping[str, datetime]) -> None:
        for name, reading in self._turner.turn(moments):
            if isinstance(reading, CouldNotLook):
                self._blind[name] = str(reading)
            else:
                docket.take(name, reading)

    def _judge(self, docket: _Docket, only: set[str] | None = None) -> dict[str, Judgement]:
        """Judge every case on what is known now; a person's promises by one channel are judged together.

        With `only`, that is those of these ids, what has to be judged with them, and whomever something has reached.
        """
        if self._fence is not None and self._fence.until - datetime.now(UTC) < timedelta(seconds=LEASE_SECONDS / 2):
            self._fence.renew()
        real = datetime.now(UTC)
        looked: dict[tuple[str, str, str], Looked] = {}
        verdicts: dict[str, Judgement] = {}
        came: dict[str, datetime] = {}
        orphans = self._lookout.orphans(docket.addresses)
        elsewhere: dict[tuple[str, str], list[Seen]] = {}
        for number, bench in enumerate(docket.benches):
            arrivals = self._lookout.arrivals(bench.address)
            before, self._met[number] = self._met.get(number), len(arrivals)
            if only is not None and before == len(arrivals) and only.isdisjoint(case.id for case in bench.cases):
                continue
            timeline = docket.timeline(bench.clock)
            ground = (bench.clock, bench.channel, bench.walk if bench.channel in WALKED else "")
            if ground not in looked:
                looked[ground] = self._looked(docket, bench, real)
            if ground[:2] not in elsewhere:
                lost = reaching_by(bench.channel, orphans)
                elsewhere[ground[:2]] = [Seen(one, timeline.site_at(one.at)) for one in lost]
            seen = [Seen(one, timeline.site_at(one.at)) for one in reaching_by(bench.channel, arrivals)]
            came |= {one.id: one.arrival.at for one in seen}
            known = self._recognisers(bench.journey)
            verdicts |= judge(bench.cases, seen, looked[ground], known, elsewhere[ground[:2]])
        for cases in docket.ordered:
            if all(case.id in verdicts for case in cases):
                verdicts |= in_order(cases, verdicts, came)
        return self._with_doubt(docket, verdicts)

    def _looked(self, docket: _Docket, bench: _Bench, real: datetime) -> Looked:
        timeline, channel = docket.timeline(bench.clock), bench.channel
        covered = docket.walks.get(bench.walk, [])
        if channel not in WALKED:
            covered = [*self._lookout.covered(docket.since, channel), *docket.covered(channel)]
        reasons, blind = self._lookout.reasons(channel), self._blind.get(bench.clock, "")
        if blind:
            # A site whose mail nobody takes is at work for ever: that is the cause, and its clock only the consequence.
            blind = next((one.why for one in reversed(reasons) if real - one.until < _JUST_NOW), blind)
        return Looked(
            now=timeline.site_at(real),
            real_now=real,
            covered=covered,
            gaps=[
                *self._lookout.gaps(channel),
                *docket.gaps(channel),
                *docket.jumps.get(bench.clock, ()),
                *timeline.unfinished(real),
            ],
            reasons=reasons,
            timeline=timeline,
            jumps=docket.jumps.get(bench.clock, ()),
            blind=blind,
        )

    def _with_doubt(self, docket: _Docket, verdicts: dict[str, Judgement]) -> dict[str, Judgement]:
        """Beside every "broken" stands that nothing of this site was ever seen where it should have come, if so."""
        channels = {case.id: case.promise.channel for bench in docket.benches for case in bench.cases}

        def doubted(case: str, found: Judgement) -> Judgement:
            doubt = _DOUBTS.get(seen_by(channels[case]), "")
            if found.verdict is not Verdict.BROKEN or not doubt or self._lookout.ever_seen(channels[case]):
                return found
            return Judgement(found.verdict, f"{found.why} {_(doubt)}", found.arrivals, found.site_at, found.final)

        return {case: doubted(case, found) for case, found in verdicts.items()}

    def _write(self, settled: Sequence[Settled], noted: Sequence[NewEvent]) -> None:
        now = datetime.now(UTC)
        events = [*noted]
        for one in settled:
            before, found = one.view.judgement, one.judgement
            if before is not None and (before.verdict, before.why, before.final) == (
                found.verdict,
                found.why,
                found.final,
            ):
                continue
            interval = one.case.interval
            data = {
                "verdict": str(found.verdict),
                "why": found.why,
                "arrivals": list(found.arrivals),
                "site_at": found.site_at.isoformat() if found.site_at else None,
                "final": found.final,
                "site_from": interval.opens.isoformat() if interval else None,
                "site_by": interval.closes.isoformat() if interval else None,
            }
            events.append(NewEvent("judged", one.run, now, one.journey.id, one.view.id, data=data))
        self._append(*events)

    def _append(self, *events: NewEvent) -> None:
        self._ledger.append(*events, fence=self._fence)


@dataclass(frozen=True, slots=True)
class _Entry:
    run: str
    journey: JourneyView
    view: PromiseView
    case: Case


@dataclass(frozen=True, slots=True)
class _Bench:
    """What is judged together: the promises to one address by one channel, in journeys of one map and one clock."""

    address: str
    channel: str
    journey: str
    clock: str
    walk: str
    cases: list[Case]


class _Docket:
    """The cases of all runs in this sweep, and the clocks by which they are judged."""

    def __init__(
        self,
        views: Mapping[str, RunView],
        between: Sequence[RunView],
        tolerance: timedelta,
        *,
        turnable: bool,
        each: bool,
    ) -> None:
        present = list(views)[-1]
        self.entries = [
            _Entry(run, journey, view, case_of(journey, view, tolerance))
            for run, folded in views.items()
            for journey in folded.journeys
            if journey.superseded_by is None and (run == present or _has_open(journey))
            for view in journey.promises
        ]
        self._readings: dict[str, dict[datetime, ClockReading]] = {}
        self.jumps: dict[str, list[Stretch]] = {}
        seen = [
            (one.real, name, one)
            for view in (*views.values(), *between)
            if turnable
            for name, timeline in timelines_of(view).items()
            for one in timeline.readings
        ]
        for _real, name, reading in sorted(seen, key=lambda one: one[0]):
            self.take(name, reading)
        self._earlier = [*(view for run, view in views.items() if run != present), *between]
        self.walks: dict[str, list[Stretch]] = {}
        for one in (one for view in views.values() for one in view.coverage if one.what.startswith("walk:")):
            self.walks.setdefault(one.what.removeprefix("walk:"), []).append(Stretch(one.since, one.until))
        self._clock_of = {entry.case.id: entry.journey.clock if each else "" for entry in self.entries}
        # A journey that was never begun has no clock of its own yet, and nothing on it to be turned to.
        self.clocks = tuple(name for name in dict.fromkeys(self._clock_of.values()) if name or not each)
        benches: dict[tuple[str, str, str, str], _Bench] = {}
        for entry in self.entries:
            case, journey = entry.case, entry.journey
            key = (case.address or case.id, case.promise.channel, journey.journey, self.clock_of(case.id))
            benches.setdefault(key, _Bench(case.address, *key[1:], journey.id, [])).cases.append(case)
        self.benches = tuple(benches.values())
        self.ordered = [cases for cases in self._by_journey() if any(map(_has_order, cases))]
        people = [person for view in views.values() for journey in view.journeys for person in journey.cast]
        phones = (str(person.details.get("phone", "")) for person in people)
        self.addresses = frozenset((*(person.address for person in people), *phones))
        self.since = min((view.started for view in views.values() if view.started), default=datetime.now(UTC))

    def covered(self, channel: str) -> list[Stretch]:
        """Return when earlier runs would have seen what comes by this channel."""
        what = seen_by(channel)
        return [Stretch(one.since, one.until) for view in self._earlier for one in view.coverage if one.what == what]

    def gaps(self, channel: str) -> list[Stretch]:
        """Return when, as earlier runs saw it, nothing can have come: the site was away, a canary was lost."""
        return [
            Stretch(one.since, one.until, one.why)
            for view in self._earlier
            for one in view.gaps
            if gap_counts(one.what, channel)
        ]

    def timeline(self, name: str) -> Timeline:
        """Return the readings of one clock."""
        readings = self._readings.get(name, {})
        return Timeline(tuple(readings[real] for real in sorted(readings)))

    def clock_of(self, case_id: str) -> str:
        """Return the name of the clock by which this case is judged."""
        return self._clock_of[case_id]

    def take(self, name: str, reading: ClockReading) -> None:
        """Take down what a clock shows; a later word on the same turn replaces the first."""
        if not reading.turned:
            self._notice_jump(name, reading)
        self._readings.setdefault(name, {})[reading.real] = reading

    def _notice_jump(self, name: str, reading: ClockReading) -> None:
        """Take note where somebody else has moved the clock: what came since the last reading has no known time."""
        before = self.timeline(name)
        if not before.readings:
            return
        off = reading.site - before.site_at(reading.real)
        last = before.readings[-1]
        if abs(off) > JUMP and not (last.turned and last.until is None):
            between = _("{one} and {other} UTC", one=f"{last.real:%H:%M:%S}", other=f"{reading.real:%H:%M:%S}")
            why = _("the site's clock was moved by somebody else between {times}", times=between)
            self.jumps.setdefault(name, []).append(Stretch(last.real, reading.real, why))

    def _by_journey(self) -> Iterable[list[Case]]:
        found: dict[str, list[Case]] = {}
        for entry in self.entries:
            found.setdefault(entry.journey.id, []).append(entry.case)
        return found.values()


def _has_order(case: Case) -> bool:
    return any(row.key in ORDER_KEYS for row in case.promise.expectation.rows)


def _has_open(journey: JourneyView) -> bool:
    return any(view.judgement is None or not view.judgement.final for view in journey.promises)


def _stands(before: JudgementView | None, found: Judgement) -> bool:
    """True where a final verdict stands: nothing has come since that it did not know.

    A later night may no longer be able to prove what an earlier one saw, and must not take it back for that.
    """
    return before is not None and before.final and set(before.arrivals) == set(found.arrivals)
