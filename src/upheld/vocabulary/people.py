"""Steps about people: who they are, where they live, what they use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytest_bdd import step

from upheld.vocabulary.words import WHO, standard

if TYPE_CHECKING:
    from upheld.drive import Journey

__all__: list[str] = []


@step(standard(rf"{WHO} lives? in (?P<place>[^\"]+)"))
def lives_in(journey: Journey, who: str, place: str) -> None:
    """`Ada lives in Lisbon`: she has the language and the time zone of that city or country."""
    journey.lives_in(who, place)


@step(standard(rf"{WHO} is known as"))
def is_known_as(journey: Journey, who: str, datatable: Sequence[Sequence[str]]) -> None:
    """`Ada is known as` with a table, `| dietary needs | vegan |`: what she says of herself when she is asked."""
    journey.cast.told(journey.actor(who).who, {row[0]: row[1] for row in datatable})


@step(standard(rf"{WHO} uses an? (?P<device>phone|small phone|tablet|computer)"))
def uses(journey: Journey, who: str, device: str) -> None:
    """`Ada uses a phone`: a touch screen of 390 by 844; also `a small phone`, `a tablet`; else a computer."""
    journey.actor(who).uses(device)
