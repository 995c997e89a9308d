"""The one interface of a clock: how time passes on the site."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, Self

__all__ = ["Clock"]


class Clock(Protocol):
    """How time passes on the site. All methods may raise `ClockWouldNotTurn`.

    `turnable` says whether it can be turned at all, `each` whether the site has a clock for each customer.
    """

    url: str
    turnable: bool
    each: bool

    def of(self, customer: str) -> Self:
        """Return the clock of this customer (the name by which the site knows it); itself where all share one."""

    def now(self) -> datetime:
        """Return the site's time, UTC."""

    def turn(self, to: datetime) -> str:
        """Turn the site's time forward to this instant; return what was said on the way, for the evidence."""

    def idle(self) -> bool | None:
        """Return whether the site has done all that is due; `None` where it cannot say."""
