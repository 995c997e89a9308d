"""Steps about pages: open, follow, press, fill in, see and note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytest_bdd import parsers, step

from upheld.vocabulary.words import WHO

if TYPE_CHECKING:
    from upheld.drive import Journey

__all__: list[str] = []


@step(parsers.re(rf'{WHO} opens "(?P<where>[^"]+)"'))
def opens(journey: Journey, who: str, where: str) -> None:
    """`Ada opens "/events"`: a path of the site, or a whole address on an allowed host."""
    journey.actor(who).opens(where)


@step(parsers.re(rf'{WHO} follows "(?P<words>[^"]+)"'))
def follows(journey: Journey, who: str, words: str) -> None:
    """`she follows "Register"`: the link of these words."""
    journey.actor(who).follows(words)


@step(parsers.re(rf'{WHO} presses "(?P<words>[^"]+)"'))
def presses(journey: Journey, who: str, words: str) -> None:
    """`she presses "Continue"`: the button of these words."""
    journey.actor(who).presses(words)


@step(parsers.re(rf'{WHO} sees "(?P<words>[^"]+)"'))
def sees(journey: Journey, who: str, words: str) -> None:
    """`she sees "You are booked"`: the page shows these words, now or in a moment."""
    journey.actor(who).sees(words)


@step(parsers.re(rf"{WHO} fills in the form"))
def fills_in(journey: Journey, who: str, datatable: Sequence[Sequence[str]] = ()) -> None:
    """`she fills in the form`: as this customer; a table `| dietary needs | vegan |` answers by label."""
    journey.actor(who).fills_in({row[0]: row[1] for row in datatable})


@step(parsers.re(rf"{WHO} notes (?P<fact>(?:the|her|his|their) .+)"))
def notes(journey: Journey, who: str, fact: str) -> None:
    """`she notes the order number`: what stands beside these words on the page, to be held against what comes."""
    actor = journey.actor(who)
    journey.note(fact, actor.reads(fact.split(" ", 1)[1]), where=actor.page.url)
