"""Steps about promises: what she is promised, and what she receives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import parsers, step

from upheld.promises.reading import PROMISE_STEP_PATTERN

if TYPE_CHECKING:
    from upheld.drive import Journey

__all__: list[str] = []


@step(parsers.re(PROMISE_STEP_PATTERN))
def is_promised(journey: Journey) -> None:
    """`she is promised a receipt by email within 2 minutes of paying`; `she receives ...` waits for it here."""
    journey.make_promises()
