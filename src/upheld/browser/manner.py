"""How a customer goes about her acts: what every act needs to know besides the page."""

from __future__ import annotations

import time
from dataclasses import dataclass

from upheld.browser.trouble import Probe
from upheld.language import gettext as _
from upheld.language import language

__all__ = ["Deadline", "Manner", "looked_for", "seconds"]


@dataclass(frozen=True, slots=True)
class Manner:
    """Who acts, how long she looks, and where she may go.

    `who` stands in messages. `limit` is how long she looks for a thing, `page_limit` how long she waits for a page,
    both in seconds. `allow` are the allowed hosts besides loopback. `probe` says whether the site answers.
    """

    who: str = "The customer"
    limit: float = 5.0
    page_limit: float = 30.0
    allow: tuple[str, ...] = ()
    probe: Probe | None = None


class Deadline:
    """What is left of a limit, by the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._until = self._began + seconds

    @property
    def left_ms(self) -> float:
        """Milliseconds left, never below 1, since Playwright takes 0 for ever."""
        return max(1.0, (self._until - time.monotonic()) * 1000)

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began


def seconds(spent: float) -> str:
    """Return so many seconds as a sentence says them: `5.0`."""
    from babel.numbers import format_decimal

    return str(format_decimal(spent, "0.0", locale=language()))


def looked_for(spent: float) -> str:
    """Return how long she looked, as a sentence."""
    return _("It looked for {time} s.", time=seconds(spent))
