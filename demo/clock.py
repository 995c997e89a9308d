"""The site's time: real time plus an offset that only grows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

__all__ = ["GoesBack", "SiteClock"]


class GoesBack(Exception):
    """The clock was asked to go back."""


class SiteClock:
    """The time on this site, UTC. It ticks at the real rate; `turn` moves it forward."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset
        self._lock = threading.Lock()

    @property
    def offset(self) -> timedelta:
        """How far the site is ahead of real time."""
        return self._offset

    def now(self) -> datetime:
        """Return the site's time."""
        return datetime.now(UTC) + self._offset

    def turn(self, to: datetime) -> None:
        """Turn the clock forward to `to`, zone-aware. Raises `GoesBack` where that has passed."""
        with self._lock:
            now = self.now()
            if to < now:
                raise GoesBack(f"The clock stands at {now.isoformat()} and does not go back to {to.isoformat()}.")
            self._offset += to - now
