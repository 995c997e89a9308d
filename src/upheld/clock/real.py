"""Time passes on the site as it passes here."""

from __future__ import annotations

from datetime import UTC, datetime

from upheld.errors import ClockWouldNotTurn

__all__ = ["RealClock"]


class RealClock:
    """The real clock: it cannot be turned, so promises beyond a run's patience stay open for a later run."""

    url = "real"
    turnable = False
    each = False

    def of(self, customer: str) -> RealClock:
        """Return itself: there is one real time."""
        return self

    def now(self) -> datetime:
        """Return the real time, UTC."""
        return datetime.now(UTC)

    def turn(self, to: datetime) -> str:
        """Refuse: real time cannot be turned."""
        raise ClockWouldNotTurn(f"a real clock cannot be turned to {to:%d %B %Y %H:%M}; --clock names one that can")

    def idle(self) -> bool | None:
        """Return `None`: real time does not say what the site has done."""
        return None
