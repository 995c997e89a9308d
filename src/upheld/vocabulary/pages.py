"""Steps about pages: going from one to another, and what they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytest_bdd import step

from upheld.vocabulary import asking
from upheld.vocabulary.words import FACT, WHO, standard

if TYPE_CHECKING:
    from upheld.drive import Journey

__all__: list[str] = []


@step(standard(rf'{WHO} opens "(?P<where>[^"]+)"'))
def opens(journey: Journey, who: str, where: str) -> None:
    """`Ada opens "/events"`: a path of the site, or a whole address on an allowed host."""
    journey.actor(who).opens(where)


@step(standard(rf"{WHO} opens the page that (?P<other>\w[\w-]*) is on"))
def opens_page_of(journey: Journey, who: str, other: str) -> None:
    """`Ben opens the page that Ada is on`: the same address in his own browser, to see whether it lets him in."""
    where = journey.actor(other).page.url
    journey.actor(who).opens(where)


@step(standard(rf'{WHO} follows "(?P<words>[^"]+)"'))
def follows(journey: Journey, who: str, words: str) -> None:
    """`she follows "Register"`: the link of these words."""
    journey.actor(who).follows(words)


@step(standard(rf'{WHO} presses "(?P<words>[^"]+)"'))
def presses(journey: Journey, who: str, words: str) -> None:
    """`she presses "Continue"`: the button of these words."""
    journey.actor(who).presses(words)


@step(standard(rf"{WHO} goes back"))
def goes_back(journey: Journey, who: str) -> None:
    """`she goes back`: to the page before, by the browser's own button."""
    journey.actor(who).goes_back()


@step(standard(rf"{WHO} loads the page again"))
def reloads(journey: Journey, who: str) -> None:
    """`she loads the page again`: by the browser's own button."""
    journey.actor(who).reloads()


@step(standard(rf'{WHO} sees "(?P<words>[^"]+)"'))
def sees(journey: Journey, who: str, words: str) -> None:
    """`she sees "You are booked"`: the page shows these words, now or in a moment."""
    journey.actor(who).sees(words)


@step(standard(rf"{WHO} sees {FACT}"))
def sees_fact(journey: Journey, who: str, fact: str) -> None:
    """`she sees the order number`: the page shows what was noted, in whatever form her language writes it."""
    asking.sees_fact(journey.actor(who), journey, fact)


@step(standard(rf"{WHO} sees:?"))
def sees_table(journey: Journey, who: str, datatable: Sequence[Sequence[str]]) -> None:
    """`she sees` with a table: `| Seats | 2 |` is what stands beside these words, `| Thank you |` are words."""
    asking.sees_answers(journey.actor(who), journey, datatable)


@step(standard(rf'{WHO} does not see "(?P<words>[^"]+)"'))
def does_not_see(journey: Journey, who: str, words: str) -> None:
    """`she does not see "Sold out"`: the page has come, and does not show these words."""
    journey.actor(who).does_not_see(words)


@step(standard(rf"{WHO} does not see {FACT}"))
def does_not_see_fact(journey: Journey, who: str, fact: str) -> None:
    """`Ben does not see her email`: the page has come, and does not show what was noted or is known of her."""
    asking.does_not_see_fact(journey.actor(who), journey, fact)


@step(standard(rf'{WHO} is on "(?P<path>[^"]+)"'))
def is_on(journey: Journey, who: str, path: str) -> None:
    """`she is on "/members"`: she has come to this path of the site, now or in a moment."""
    journey.actor(who).is_on(path)


@step(standard(rf"{WHO} (?:is|are) refused"))
def is_refused(journey: Journey, who: str) -> None:
    """`Ben is refused`: the site refused the page that was asked for last (an answer of 400 to 499)."""
    journey.actor(who).is_refused()


@step(standard(rf'{WHO} (?:is|are) refused with "(?P<words>[^"]+)"'))
def is_refused_with(journey: Journey, who: str, words: str) -> None:
    """`she is refused with "This link has expired"`: and the page says so."""
    journey.actor(who).is_refused()
    journey.actor(who).sees(words)


@step(standard(rf"{WHO} (?:is|are) asked to sign in"))
def is_asked_to_sign_in(journey: Journey, who: str) -> None:
    """`Ben is asked to sign in`: the page wants a password, or an address to sign in with."""
    journey.actor(who).is_asked_to_sign_in()


@step(standard(rf"{WHO} notes {FACT}"))
def notes(journey: Journey, who: str, fact: str) -> None:
    """`she notes the order number`: what stands beside these words on the page, to be held against what comes."""
    actor = journey.actor(who)
    journey.notes.take_beside(fact, actor.reads(fact.split(" ", 1)[1]), where=actor.title())
