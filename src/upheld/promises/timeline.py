"""Site time and real time, and when we looked: what turns an instant of the one into an instant of the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from babel.dates import format_datetime

from upheld.language import gettext as _
from upheld.language import language
from upheld.promises.window import Interval

__all__ = ["ClockReading", "Looked", "Stretch", "Timeline"]


# Heartbeats and canaries come a second apart; that much at either end is no gap.
_SLIVER = timedelta(seconds=1.5)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The site's clock showed `site` at the real time `real`.

    `turned` is true where we had just turned it there. Until `until` (real time) we then waited for the site to do
    what was due; what arrives in that pause counts as sent at `site`, since its transit is not the site's delay.
    `busy` says why where the site was still at work when we gave up: what had not come may have been on its way.
    """

    real: datetime
    site: datetime
    turned: bool = False
    until: datetime | None = None
    busy: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The readings of one clock, oldest first; between turns it ticks at the real rate. No reading: site is real."""

    readings: tuple[ClockReading, ...] = ()

    def site_at(self, real: datetime) -> datetime:
        """Return the site time at this real time, UTC."""
        reading = self._reading_at(real)
        if reading is None:
            return real.astimezone(UTC)
        if reading.turned and reading.until is not None and reading.real <= real <= reading.until:
            return reading.site.astimezone(UTC)
        return (reading.site + (real - reading.real)).astimezone(UTC)

    def real_spans(self, interval: Interval, until: datetime) -> list[tuple[datetime, datetime]]:
        """Return the stretches of real time, up to `until`, in which the site's clock stood in this interval.

        What a turn jumped over has no real time of its own; the pause after a turn into the interval belongs to it.
        """
        if not self.readings:
            return _within([(interval.opens, interval.closes)], until)
        spans = []
        for index, reading in enumerate(self.readings):
            first = index == 0
            start = reading.real
            end = self.readings[index + 1].real if index + 1 < len(self.readings) else until
            site_start, site_end = reading.site, reading.site + (end - start)
            if first and interval.opens < site_start:
                start, site_start = start - (site_start - interval.opens), interval.opens
            opens, closes = max(interval.opens, site_start), min(interval.closes, site_end)
            if opens <= closes:
                span_end = start + (closes - site_start)
                if reading.turned and reading.until is not None:
                    span_end = max(span_end, min(reading.until, end))
                spans.append((start + (opens - site_start), span_end))
        return _within(spans, until)

    def unfinished(self, until: datetime) -> list[Stretch]:
        """Return when the site was still at work as far as we know, up to `until`: nothing then proves an absence."""
        found = []
        for index, reading in enumerate(self.readings):
            if reading.busy:
                later = (one.real for one in self.readings[index + 1 :] if one.turned)
                found.append(Stretch(reading.real, next(later, until), reading.busy))
        return found

    def was_turned_to(self, site: datetime) -> bool:
        """True where the clock was turned to this very time: what came in the pause after it is known by when only."""
        return any(reading.turned and reading.site == site for reading in self.readings)

    def real_at(self, site: datetime) -> datetime:
        """Return the real time at which the clock, left alone from its last reading on, will stand at `site`."""
        if not self.readings:
            return site
        last = self.readings[-1]
        return last.real + (site - last.site)

    def _reading_at(self, real: datetime) -> ClockReading | None:
        before = [reading for reading in self.readings if reading.real <= real]
        if before:
            return before[-1]
        return self.readings[0] if self.readings else None


def _within(spans: Iterable[tuple[datetime, datetime]], until: datetime) -> list[tuple[datetime, datetime]]:
    return [(start, min(end, until)) for start, end in spans if start <= until]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of real time and what is to be said of it: `why` we could not look, or "" where we could."""

    since: datetime
    until: datetime
    why: str = ""


def _nobody_looked(since: datetime, end: datetime) -> str:
    pattern = _("d MMMM HH:mm:ss")
    began = format_datetime(since, pattern, locale=language())
    ended = f"{end:%H:%M:%S}" if since.date() == end.date() else format_datetime(end, pattern, locale=language())
    return _("nobody looked at the mailbox from {began} to {ended} UTC", began=began, ended=ended)


@dataclass(frozen=True, slots=True)
class Looked:
    """When we looked, and up to which site time (`now`): the ground on which `broken` may be said.

    `covered` are stretches in which an arrival would have been seen. `gaps` are those in which none can have come
    (the site was away, a canary was lost), with the reason: a gap weighs more than coverage. `reasons` say why there is
    no coverage where there is none. `real_now` is the real time of the last look. `blind` is why nothing can be said of
    windows that close after `now` although they should have been settled (a clock that would not turn), or "". `jumps`
    are the stretches in which somebody else moved the clock: what came in one has no site time that is known.
    """

    now: datetime
    real_now: datetime
    covered: Sequence[Stretch] = ()
    gaps: Sequence[Stretch] = ()
    reasons: Sequence[Stretch] = ()
    timeline: Timeline = field(default_factory=Timeline)
    blind: str = ""
    jumps: Sequence[Stretch] = ()
    _spans: dict[Interval, list[tuple[datetime, datetime]]] = field(default_factory=dict, compare=False, repr=False)

    def gap(self, interval: Interval) -> str:
        """Return why not all of this interval was covered, or "" where it was."""
        spans = self._real_spans(interval)
        if not spans:
            # The site was never in this window, so it had no time to keep the promise in.
            return _("the site's clock never stood in its window: it was turned past it")
        for start, end in spans:
            for gap in self.gaps:
                if gap.since <= end and gap.until >= start:
                    return gap.why
        return self.away(interval, sliver=_SLIVER)

    def away(self, interval: Interval, *, sliver: timedelta = timedelta()) -> str:
        """Return why we did not look all through this interval, or "" where we did; at its ends a `sliver` may lack."""
        for start, end in self._real_spans(interval):
            allowed = min(sliver, (end - start) / 4)
            reached, met = start + allowed, False
            for stretch in sorted(self.covered, key=lambda stretch: stretch.since):
                met = met or (stretch.since <= end and stretch.until >= start)
                if stretch.since <= reached:
                    reached = max(reached, stretch.until)
            if not met or reached + allowed < end:
                since = reached if met else start
                known = [one.why for one in self.reasons if one.since <= end and one.until >= since]
                return known[0] if known else _nobody_looked(since, end)
        return ""

    def moved(self, real: datetime) -> str:
        """Return why the site time of what came at this real time is not known, or "" where it is."""
        return next((jump.why for jump in self.jumps if jump.since <= real <= jump.until), "")

    def _real_spans(self, interval: Interval) -> list[tuple[datetime, datetime]]:
        """The stretches of real time of this interval, worked out once: many promises share a window."""
        if interval not in self._spans:
            self._spans[interval] = self.timeline.real_spans(interval, self.real_now)
        return self._spans[interval]

    def turned(self, interval: Interval) -> bool:
        """True where the clock was turned over a part of this interval: it took less real time than it is long."""
        span = self.span(interval)
        return span is not None and (interval.closes - interval.opens) - (span[1] - span[0]) > timedelta(seconds=2)

    def span(self, interval: Interval) -> tuple[datetime, datetime] | None:
        """Return the real time from the first to the last look at this interval, or None where there was none."""
        spans = self._real_spans(interval)
        return (spans[0][0], spans[-1][1]) if spans else None
