"""The one interface of a clock: how time passes on the site."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

__all__ = ["Clock"]


class Clock(Protocol):
    """How time passes on the site. All methods may raise `ClockWouldNotTurn`."""

    url: str
    turnable: bool

    def now(self) -> datetime:
        """Return the site's time, UTC."""

    def turn(self, to: datetime) -> None:
        """Turn the site's time forward to this instant."""

    def idle(self) -> bool | None:
        """Return whether the site has done all that is due; `None` where it cannot say."""
