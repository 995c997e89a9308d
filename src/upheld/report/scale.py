"""A time scale that is readable from seconds to weeks: every stretch is as wide as its logarithm."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from babel.dates import format_timedelta

from upheld.language import language

__all__ = ["Scale"]

LONG = timedelta(hours=12)


class Scale:
    """Where an instant stands between `left` and `right`; only instants that it was made of can be asked for."""

    def __init__(self, instants: Iterable[datetime], left: float, width: float) -> None:
        self._instants = sorted(set(instants))
        widths = [_width(after - before) for before, after in itertools.pairwise(self._instants)]
        natural = sum(widths)
        # A short journey is not stretched without measure; a long one may need more than there is, and scrolls.
        factor = min(max(1.0, width / natural), 6.0) if natural else 1.0
        self._at = dict(
            zip(self._instants, itertools.accumulate([left, *(one * factor for one in widths)]), strict=True)
            if self._instants
            else ()
        )
        self.right = max(left + width, left + natural * factor)

    def x(self, when: datetime) -> float:
        """Return where an instant stands."""
        return self._at[when]

    def long_stretches(self) -> list[tuple[float, str]]:
        """Return the middle of each stretch of half a day and more, and how long it is: `3 days`."""
        return [
            ((self._at[before] + self._at[after]) / 2, _words(after - before))
            for before, after in itertools.pairwise(self._instants)
            if after - before >= LONG
        ]


def _width(stretch: timedelta) -> float:
    return 5 + 20 * math.log10(1 + stretch.total_seconds() / 0.5)


def _words(stretch: timedelta) -> str:
    return str(format_timedelta(stretch, threshold=1.5, locale=language()))
