"""Steps about promises: what she is promised, what she receives, and what she does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import parsers, step

from upheld.errors import StepFailed
from upheld.promises.facts import says
from upheld.promises.reading import PROMISE_STEP_PATTERN
from upheld.vocabulary.words import WHO

if TYPE_CHECKING:
    from upheld.drive import Journey

__all__: list[str] = []


@step(parsers.re(PROMISE_STEP_PATTERN))
def is_promised(journey: Journey) -> None:
    """`she is promised a receipt by email within 2 minutes of paying`; `she receives ...` waits for it here."""
    journey.make_promises()


@step(parsers.re(rf'{WHO} follows "(?P<words>[^"]+)" in it'))
def follows_in_it(journey: Journey, who: str, words: str) -> None:
    """`she follows "Confirm" in it`: the link of these words in what she has just received."""
    letter = journey.letter
    if letter is None:
        raise StepFailed(
            f'{who} could not follow "{words}" in it: she has received nothing. Say "she receives ..." before.'
        )
    link = next((link for link in letter.links if says(link.words, words)), None)
    if link is None:
        there = ", ".join(f'"{link.words}"' for link in letter.links) or "no link at all"
        raise StepFailed(f'{who} could not follow "{words}" in "{letter.subject}": it has {there}.')
    journey.actor(who).opens(link.url)
