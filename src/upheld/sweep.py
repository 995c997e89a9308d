"""The sweep: one pass over all open promises that lets their windows close, turns the clock, and settles them.

Nothing here drives a browser. First every window that closes within the run's patience closes in real time, all side by
side; then the clock, where it can be turned, is turned forward once through the moments of what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from upheld.cases import case_of, timeline_of
from upheld.clock import Clock
from upheld.config import Settings
from upheld.errors import ClockWouldNotTurn, CouldNotLook
from upheld.ledger import JourneyView, JudgementView, Lease, Ledger, NewEvent, PromiseView, RunView, fold
from upheld.lookout import Lookout
from upheld.promises import Judgement, Promise, Verdict
from upheld.promises.judge import GRACE, Case, Seen, judge
from upheld.promises.recognise import Recognisers
from upheld.promises.timeline import ClockReading, Looked, Stretch, Timeline

__all__ = ["LEASE_SECONDS", "Settled", "Sweep"]

LEASE_SECONDS = 120.0
# Two readings of one clock differ by less than this, or somebody has moved it.
JUMP = timedelta(seconds=3)
# A kept promise is settled once its quiet period is over; a failed one cannot become better by waiting either.
_SETTLED = (Verdict.WRONG, Verdict.REPEATED, Verdict.UNWANTED, Verdict.LATE)
Progress = Callable[[int, int, str], None]


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

    `recognisers` gives those of a journey's map by the map's name. `progress` is told how many of how many promises are
    settled and what is being waited for.
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
        fence: Lease | None = None,
        progress: Progress = lambda settled, total, what: None,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._lookout = lookout
        self._recognisers = recognisers
        self._runs = runs
        self._fence = fence
        self._progress = progress
        self._blind = ""

    def settle(self) -> list[Settled]:
        """Return every promise that was open with its verdict, which is written down as well.

        Never raises for what could not be looked at: that makes promises `unproven`.
        """
        views = {run: fold(self._ledger.events(run=run)) for run in self._runs}
        docket = _Docket(views, self._settings.tolerance, self._clock.turnable)
        if not docket.entries:
            return []
        self._read_clock(docket)
        self._let_windows_close(docket)
        if self._clock.turnable:
            self._turn_through(docket)
        self._lookout.last_look()
        verdicts = self._judge(docket)
        settled = []
        for entry in docket.entries:
            before, found = entry.view.judgement, verdicts[entry.case.id]
            if before is not None and _stands(before, found):
                found = Judgement(before.verdict, before.why, before.arrivals, before.site_at)
            settled.append(Settled(entry.run, entry.journey, entry.view, entry.case, found))
        self._write(settled)
        return settled

    def _read_clock(self, docket: _Docket) -> None:
        """Read the site's clock, so that arrivals until now are told in its own time; a real one needs no reading."""
        if not self._clock.turnable:
            return
        try:
            before = datetime.now(UTC)
            site = self._clock.now()
            real = before + (datetime.now(UTC) - before) / 2
        except ClockWouldNotTurn as error:
            self._blind = self._blind or str(error)
            return
        docket.notice_jump(ClockReading(real, site))
        docket.read(ClockReading(real, site))
        data = {"real": real.isoformat(), "site": site.isoformat(), "turned": False, "until": None}
        self._append(NewEvent("clock", self._runs[-1], real, data=data))

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
        closes = docket.timeline.real_at(case.interval.closes)
        settles = closes + GRACE + timedelta(seconds=0.2)
        return settles if closes <= patience_ends and real < settles else None

    def _turn_through(self, docket: _Docket) -> None:
        """Turn the clock, forward only, through the moments of everything that is not yet settled."""
        self._let_mail_arrive()
        while not self._blind:
            verdicts = self._judge(docket)
            pending = [entry.case for entry in docket.entries if self._is_pending(verdicts[entry.case.id])]
            now = docket.timeline.site_at(datetime.now(UTC))
            moment = min((moment for case in pending for moment in self._moments(case, now)), default=None)
            done = len(docket.entries) - len(pending)
            self._progress(done, len(docket.entries), f"turning the clock to {moment:%d %B %H:%M}" if moment else "")
            if moment is None:
                return
            self._turn(docket, moment)

    def _let_mail_arrive(self) -> None:
        """Wait, where the clock can say so, until the site has sent all that was due before the first turn."""
        try:
            if self._clock.idle() is not None:
                self._let_site_work()
                self._lookout.caught_up()
        except CouldNotLook as error:
            self._blind = self._blind or str(error)

    def _is_pending(self, judgement: Judgement) -> bool:
        return judgement.verdict in (Verdict.OPEN, Verdict.BROKEN, Verdict.WRONG) or (
            judgement.verdict is Verdict.UNPROVEN and not judgement.final
        )

    def _moments(self, case: Case, site_now: datetime) -> Iterator[datetime]:
        """Yield the moments of a case that still lie ahead: just before it opens, its opening, its close, and after."""
        interval = case.interval
        if interval is None or case.withdrawn:
            return
        opening = (interval.opens - GRACE - timedelta(seconds=1), interval.opens)
        after = () if case.promise.silent else (interval.closes + self._settings.look_after,)
        for moment in (*opening, interval.closes, interval.closes + GRACE + timedelta(seconds=1), *after):
            if moment > site_now:
                yield moment

    def _turn(self, docket: _Docket, moment: datetime) -> None:
        self._read_clock(docket)
        real = datetime.now(UTC)
        data = {"real": real.isoformat(), "site": moment.isoformat(), "turned": True, "until": None}
        try:
            self._append(NewEvent("clock", self._runs[-1], real, data=data))
            docket.read(ClockReading(real, moment, turned=True))
            self._clock.turn(moment)
            self._let_site_work()
            until = self._lookout.caught_up()
        except CouldNotLook as error:
            self._blind = str(error)
            return
        docket.read(ClockReading(real, moment, turned=True, until=until))
        self._append(NewEvent("clock", self._runs[-1], until, data={**data, "until": until.isoformat()}))

    def _let_site_work(self) -> None:
        """Wait until the clock says that the site has done all that is due, or for as long as is configured."""
        limit = self._settings.site_works
        deadline = datetime.now(UTC) + limit
        while datetime.now(UTC) < deadline:
            if self._clock.idle():
                return
            self._lookout.pause(0.05)

    def _judge(self, docket: _Docket) -> dict[str, Judgement]:
        """Judge every case on what is known now; a person's promises by one channel are judged together."""
        if self._fence is not None and self._fence.until - datetime.now(UTC) < timedelta(seconds=LEASE_SECONDS / 2):
            self._fence.renew()
        real, timeline = datetime.now(UTC), docket.timeline
        looked = Looked(
            now=timeline.site_at(real),
            real_now=real,
            covered=[*self._lookout.covered(docket.since), *docket.covered],
            gaps=[*self._lookout.gaps(), *docket.gaps],
            reasons=self._lookout.reasons(),
            timeline=timeline,
            blind=self._blind,
        )
        elsewhere = [Seen(one, timeline.site_at(one.at)) for one in self._lookout.orphans(docket.addresses)]
        verdicts: dict[str, Judgement] = {}
        for (address, channel, name), cases in docket.people.items():
            seen = [
                Seen(arrival, timeline.site_at(arrival.at))
                for arrival in self._lookout.arrivals(address)
                if arrival.channel == channel
            ]
            verdicts |= judge(cases, seen, looked, self._recognisers(name), elsewhere)
        return self._with_doubt(verdicts)

    def _with_doubt(self, verdicts: dict[str, Judgement]) -> dict[str, Judgement]:
        """Beside every "broken" stands that no mail of this site was ever seen here, where that is so."""
        if self._lookout.ever_seen():
            return verdicts
        doubt = " No mail of this site has ever reached this mailbox: it is likelier that the site does not send here."
        return {
            case: Judgement(found.verdict, found.why + doubt, found.arrivals, found.site_at, found.final)
            if found.verdict is Verdict.BROKEN
            else found
            for case, found in verdicts.items()
        }

    def _write(self, settled: Sequence[Settled]) -> None:
        now = datetime.now(UTC)
        events = []
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


class _Docket:
    """The cases of all runs in this sweep, and the clock by which they are judged."""

    def __init__(self, views: Mapping[str, RunView], tolerance: timedelta, turnable: bool) -> None:
        present = list(views)[-1]
        self.entries = [
            _Entry(run, journey, view, case_of(journey, view, tolerance))
            for run, folded in views.items()
            for journey in folded.journeys
            if journey.superseded_by is None and (run == present or _has_open(journey))
            for view in journey.promises
        ]
        readings = sorted((one for view in views.values() for one in timeline_of(view).readings), key=lambda r: r.real)
        self._readings = {reading.real: reading for reading in readings} if turnable else {}
        earlier = [view for run, view in views.items() if run != present]
        self.covered = [
            Stretch(one.since, one.until) for view in earlier for one in view.coverage if one.what == "mailbox"
        ]
        self.gaps = [
            Stretch(one.since, one.until, one.why) for view in earlier for one in view.gaps if one.what != "mailbox"
        ]
        self.people: dict[tuple[str, str, str], list[Case]] = {}
        for entry in self.entries:
            key = (entry.case.address or entry.case.id, entry.case.promise.channel, entry.journey.journey)
            self.people.setdefault(key, []).append(entry.case)
        self.addresses = frozenset(
            person.address for view in views.values() for journey in view.journeys for person in journey.cast
        )
        self.since = min((view.started for view in views.values() if view.started), default=datetime.now(UTC))

    @property
    def timeline(self) -> Timeline:
        return Timeline(tuple(self._readings[real] for real in sorted(self._readings)))

    def notice_jump(self, reading: ClockReading) -> None:
        """Take note where somebody else has moved the clock: what came since the last reading has no known time."""
        before = self.timeline
        if not before.readings:
            return
        off = reading.site - before.site_at(reading.real)
        last = before.readings[-1]
        if abs(off) > JUMP and not (last.turned and last.until is None):
            between = f"{last.real:%H:%M:%S} and {reading.real:%H:%M:%S} UTC"
            why = f"the site's clock was moved by somebody else between {between}"
            self.gaps.append(Stretch(last.real, reading.real, why))

    def read(self, reading: ClockReading) -> None:
        """Take down what the site's clock shows; a later word on the same turn replaces the first."""
        self._readings[reading.real] = reading


def _has_open(journey: JourneyView) -> bool:
    return any(view.judgement is None or not view.judgement.final for view in journey.promises)


def _stands(before: JudgementView | None, found: Judgement) -> bool:
    """True where a final verdict stands: nothing has come since that it did not know.

    A later night may no longer be able to prove what an earlier one saw, and must not take it back for that.
    """
    return before is not None and before.final and set(before.arrivals) == set(found.arrivals)
