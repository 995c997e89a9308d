"""The site's time as a journey knows it: read when it begins, and turned where a step says "it is the day before"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from upheld.clock import Clock
from upheld.config import Settings
from upheld.errors import ClockWouldNotTurn, CouldNotLook, FeatureError, LeaseLost, did_you_mean
from upheld.language import gettext as _
from upheld.ledger import Lease, Ledger
from upheld.promises.judge import Case
from upheld.promises.reading import StepText
from upheld.promises.window import JOURNEY_START, NOW, Edge, Moment
from upheld.turning import Turner, moments_of

__all__ = ["SiteTime"]


class SiteTime:
    """The clock by which one journey lives; `name` says which, where the site has one for each customer.

    `fence` is the right to turn a clock that all share: it is given to a journey that walks alone.
    """

    def __init__(
        self, clock: Clock, ledger: Ledger, settings: Settings, run: str, *, name: str, fence: Lease | None
    ) -> None:
        self.name = name
        self._clock, self._settings, self._fence = clock, settings, fence
        self._turner = Turner(ledger, settings, clock, run, fence=fence)
        self._offset = timedelta()

    @property
    def offset(self) -> timedelta:
        """How far the site is ahead of real time."""
        return self._offset

    def now(self) -> datetime:
        """Return the site's time, UTC."""
        return datetime.now(UTC) + self._offset

    def read(self) -> None:
        """Read the clock; one of the journey's own is written down, the shared one by whoever controls the run.

        Raises `ClockWouldNotTurn` where it does not answer.
        """
        if self.name:
            reading = self._turner.read(self.name)
            self._offset = reading.site - reading.real
        elif self._clock.turnable:
            self._offset = self._clock.now() - datetime.now(UTC)

    def travel(
        self, step: StepText, to: Edge, moments: Mapping[str, Moment], cases: Callable[[], Sequence[Case]]
    ) -> None:
        """Turn the clock to the point that this step names, through the moments of what was promised until then.

        Raises `ClockWouldNotTurn` where it cannot be turned, or not by this journey, and where the point has passed;
        `FeatureError` where no step said when its moment is.
        """
        if not self._clock.turnable:
            raise ClockWouldNotTurn(
                _('"{step}": this site\'s clock cannot be turned, so that could not be walked', step=step.text)
            )
        if not self.name and self._fence is None:
            raise ClockWouldNotTurn(
                _(
                    '"{step}": all share this site\'s clock, and others walk by it too; this one has to walk alone',
                    step=step.text,
                )
            )
        target = self._target(step, to, moments)
        while (now := self.now()) < target:
            self._keep_the_right()
            ahead = (moment for case in cases() for moment in moments_of(case, now, self._settings.look_after))
            stop = min([*(moment for moment in ahead if moment < target), target])
            for _name, reading in self._turner.turn({self.name: stop}):
                if isinstance(reading, CouldNotLook):
                    raise reading
                self._offset = reading.site - reading.real

    def _keep_the_right(self) -> None:
        """Go on only while nobody else may turn the clock."""
        try:
            if self._fence is not None:
                self._fence.renew()
        except LeaseLost as error:
            raise ClockWouldNotTurn(
                _("somebody else turns this site's clock meanwhile: {error}", error=error)
            ) from error

    def _target(self, step: StepText, to: Edge, moments: Mapping[str, Moment]) -> datetime:
        """Return the instant that is meant; where a day is meant and its hour has passed, the present."""
        now, moment = self.now(), moments.get(to.moment)
        if moment is None:
            known = ", ".join(name for name in moments if name not in (JOURNEY_START, NOW)) or "none"
            near = did_you_mean(to.moment, moments)
            said = f'no step of this journey says when "{to.moment}" is.{near} Known: {known}.'
            raise FeatureError(said, file=step.file, line=step.line)
        zone = ZoneInfo(moment.zone)
        target = to.resolve(moment, closing=False, tolerance=timedelta())
        same_day = target.astimezone(zone).date() == now.astimezone(zone).date()
        if target < now and not (to.clock and same_day):
            stands = f"{now.astimezone(zone):%d %B %H:%M} ({moment.zone})"
            said = _(
                '"{step}": the site\'s clock stands at {when} already, and never goes back', step=step.text, when=stands
            )
            raise ClockWouldNotTurn(said)
        return max(target, now)
