"""Turning: moves the site's clock forward to a moment and writes down what it shows, before and after.

The one place that moves a clock; the sweep and a travelling journey both ask here. Where the site has a clock for each
customer, `name` says whose; where all share one it is "".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from upheld.clock import Clock
from upheld.config import Settings
from upheld.errors import ClockWouldNotTurn, CouldNotLook, StillAtWork
from upheld.language import gettext as _
from upheld.ledger import Lease, Ledger, NewEvent
from upheld.promises.judge import GRACE, Case
from upheld.promises.telling import duration
from upheld.promises.timeline import ClockReading

__all__ = ["Turner", "moments_of"]

_POLL = 0.05
# What a clock is asked to be turned to, but comes to by itself before the call is made, however busy the machine.
_NEAR = timedelta(seconds=0.5)
_TICKS = 5
# So many times as long as others a site may take that says that it is at work.
_BUSY = 3


def moments_of(case: Case, after: datetime, look_after: timedelta) -> Iterator[datetime]:
    """Yield the moments of a case, in site time, that still lie after this one.

    Just before its window opens, its opening, its close, just after that, and `look_after` later. So too early, in
    time, late and never are told apart.
    """
    interval = case.interval
    if interval is None or case.withdrawn:
        return
    late = () if case.promise.silent else (interval.closes + look_after,)
    second = timedelta(seconds=1)
    for moment in (
        interval.opens - GRACE - second, interval.opens, interval.closes, interval.closes + GRACE + second, *late
    ):  # fmt: skip
        if moment > after:
            yield moment


class Turner:
    """Reads and turns the clock of a run; `caught_up` returns once all that was sent until now has been read.

    All methods raise `CouldNotLook` where the clock does not answer or does not turn.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        clock: Clock,
        run: str,
        *,
        fence: Lease | None = None,
        caught_up: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ledger, self._settings, self._clock, self._run = ledger, settings, clock, run
        self._fence, self._caught_up, self._pause = fence, caught_up, pause

    @property
    def each(self) -> bool:
        """True where the site has a clock for each customer."""
        return self._clock.each

    def read(self, name: str) -> ClockReading:
        """Return what the clock shows now, and write it down."""
        before = datetime.now(UTC)
        site = self._clock.of(name).now()
        reading = ClockReading(before + (datetime.now(UTC) - before) / 2, site)
        self._write(name, reading)
        return reading

    def turn(self, moments: Mapping[str, datetime]) -> Iterator[tuple[str, ClockReading | CouldNotLook]]:
        """Turn each clock to its moment, side by side; yield each reading as soon as it is known, before and after.

        A later reading of the same real time replaces the first: it knows until when the site then worked. A clock that
        does not answer or turn is yielded with its error, and holds up no other.
        """
        begun: dict[str, ClockReading] = {}
        for name, moment in moments.items():
            try:
                reading = self.read(name)
                yield name, reading
                if moment - reading.site < _NEAR:
                    # Sooner than a call could say so it stands there by itself, and no clock can be turned back.
                    reading = self._let_tick(name, reading, moment)
                    yield name, reading
                if reading.site >= moment:
                    continue
                turned = ClockReading(datetime.now(UTC), moment, turned=True)
                # Before it is done: a clock that was turned by somebody who then died is still known to have been.
                self._write(name, turned)
                yield name, turned
                if output := self._turned(name, moment):
                    self._write(name, turned, output)
                begun[name] = turned
            except CouldNotLook as error:
                yield name, error
        busy: dict[str, CouldNotLook] = {}
        for name in list(begun):
            try:
                self.let_site_work(name)
            except StillAtWork as error:
                busy[name] = error
            except CouldNotLook as error:
                del begun[name]
                yield name, error
        try:
            until = self._caught_up()
        except CouldNotLook as error:
            for name in begun:
                yield name, error
            return
        for name, reading in begun.items():
            # What came while we waited is not late, and what did not come may still have been on its way.
            done = ClockReading(reading.real, reading.site, turned=True, until=until, busy=str(busy.get(name, "")))
            self._write(name, done)
            yield name, done
            if name in busy:
                yield name, busy[name]

    def _turned(self, name: str, moment: datetime) -> str:
        """Turn one clock; return where what was said on the way is kept, "" where nothing was."""
        try:
            return self._keep(self._clock.of(name).turn(moment))
        except ClockWouldNotTurn as error:
            if kept := self._keep(error.output):
                raise ClockWouldNotTurn(f"{error} (all that it printed: {kept})", output=error.output) from error
            raise

    def _keep(self, output: str) -> str:
        """Keep what a command printed with the evidence; return its path below that folder."""
        if not output:
            return ""
        name = f"clock/{self._run}-{datetime.now(UTC):%H%M%S%f}.txt"
        file = self._settings.path / "evidence" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(output, "utf-8")
        return name

    def _let_tick(self, name: str, reading: ClockReading, moment: datetime) -> ClockReading:
        """Return what the clock shows once it has come to this moment by itself, or where it seems not to tick."""
        for _tick in range(_TICKS):
            if reading.site >= moment:
                break
            self._pause((moment - reading.site).total_seconds() + 0.01)
            reading = self.read(name)
        return reading

    def let_site_work(self, name: str) -> None:
        """Wait until the clock says that the site has done all that is due, or for as long as is configured.

        One that says that it has not is given more time. Raises `StillAtWork` where it says so even then: turned
        on now, what is on its way would be late by our own doing.
        """
        limit, clock, began = self._settings.site_works, self._clock.of(name), time.monotonic()
        while not (idle := clock.idle()):
            waited = timedelta(seconds=time.monotonic() - began)
            if idle is None and waited >= limit:
                return
            if waited >= _BUSY * max(limit, timedelta(seconds=_POLL)):
                raise StillAtWork(
                    _(
                        "the site said for {time} that it was still at work, so its clock was not turned on",
                        time=duration(waited),
                    )
                )
            self._pause(_POLL)

    def can_say_idle(self, name: str) -> bool:
        """True where the clock tells whether the site has done all that is due."""
        return self._clock.of(name).idle() is not None

    def _write(self, name: str, reading: ClockReading, output: str = "") -> None:
        data = {
            "clock": name,
            "real": reading.real.isoformat(),
            "site": reading.site.isoformat(),
            "turned": reading.turned,
            "until": reading.until.isoformat() if reading.until else None,
            "output": output,
            "busy": reading.busy,
        }
        at = reading.until or reading.real
        self._ledger.append(NewEvent("clock", self._run, at, data=data), fence=self._fence)
