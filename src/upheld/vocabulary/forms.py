"""Steps about forms: what she fills in, chooses and ticks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytest_bdd import step

from upheld.vocabulary.asking import known_to
from upheld.vocabulary.words import HER, WHO, standard

if TYPE_CHECKING:
    from upheld.drive import Journey

__all__: list[str] = []

LABEL = r'"(?P<label>[^"]+)"'


@step(standard(rf"{WHO} fills in the form"))
def fills_in(journey: Journey, who: str, datatable: Sequence[Sequence[str]] = ()) -> None:
    """`she fills in the form`: as this customer; a table `| dietary needs | vegan |` answers by label."""
    journey.actor(who).fills_in({row[0]: row[1] for row in datatable})


@step(standard(rf'{WHO} fills in {LABEL} with "(?P<text>[^"]*)"'))
def answers(journey: Journey, who: str, label: str, text: str) -> None:
    """`she fills in "Company" with "Mendes Lda"`: the field of these words, and no other."""
    journey.actor(who).answers(label, text)


@step(standard(rf'{WHO} fills in {LABEL} with (?P<fact>(?:the|{HER}) [^"]+)'))
def answers_with_fact(journey: Journey, who: str, label: str, fact: str) -> None:
    """`she fills in "Order number" with the order number`: with what was noted, or what is known of her."""
    actor = journey.actor(who)
    actor.answers(label, known_to(actor, journey, fact))


@step(standard(rf'{WHO} chooses "(?P<choice>[^"]+)"'))
def chooses(journey: Journey, who: str, choice: str) -> None:
    """`she chooses "Vegetarian"`: one of a list or of round buttons, where only one has such a choice."""
    journey.actor(who).chooses(choice)


@step(standard(rf'{WHO} chooses "(?P<choice>[^"]+)" (?:as|for|under|of) {LABEL}'))
def chooses_for(journey: Journey, who: str, choice: str, label: str) -> None:
    """`she chooses "Germany" as "Country"`: one of the list of these words."""
    journey.actor(who).chooses(choice, label)


@step(standard(rf"{WHO} ticks {LABEL}"))
def ticks(journey: Journey, who: str, label: str) -> None:
    """`she ticks "I accept the terms"`: the box of these words."""
    journey.actor(who).ticks(label)


@step(standard(rf"{WHO} unticks {LABEL}"))
def unticks(journey: Journey, who: str, label: str) -> None:
    """`she unticks "Send me news"`: takes the tick away."""
    journey.actor(who).ticks(label, on=False)
