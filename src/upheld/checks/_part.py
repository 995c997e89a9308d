"""A text that is held against facts, and what stands there in the place of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from upheld.checks.base import Known, Touch
from upheld.checks.labels import Labelled, labelled
from upheld.checks.noted import Held, is_about
from upheld.promises.facts import Fact, fold

__all__ = ["Part", "Wrong", "best", "was_beside"]


@dataclass(frozen=True, slots=True)
class Part:
    """The text of a touchpoint, or of a file that came with it: `name` is what it is called in a sentence."""

    name: str
    text: str
    channel: str
    said: tuple[Labelled, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What stands in the place of a fact: `sure` is false where it may be meant of something else.

    `right` is how what should be there is told, where that is not the whole fact.
    """

    held: Held
    said: Labelled
    shown: str
    sure: bool = True
    right: str = ""
    rule: str = ""


def was_beside(said: Labelled, fact: Fact, known: Known) -> bool:
    """True where an earlier touchpoint said this fact beside the same label: then it is what that label means here."""
    return any(
        fold(one.label) == fold(said.label) and fact.said_in(one.value)
        for touch in known.before
        for one in labelled(touch.text)
        if one.topic == said.topic
    )


def best(every: Sequence[Held], touch: Touch, known: Known) -> Held:
    return next((held for held in every if is_about(touch, known, held)), every[0])
