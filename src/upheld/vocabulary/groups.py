"""Steps about groups of people: who "the delegates" are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import parsers, step

from upheld.promises.reading import GROUP_PATTERN, names_in

if TYPE_CHECKING:
    from upheld.drive import Journey

__all__: list[str] = []


@step(parsers.re(GROUP_PATTERN))
def are(journey: Journey, names: str) -> None:
    """`the delegates are Ben, Cleo and Dan`: from now on "the delegates are each promised ..." means each of them."""
    for name in names_in(names):
        journey.actor(name)
