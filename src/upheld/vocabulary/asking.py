"""Questions that the standard steps ask about facts: whether her page shows what was noted or is known of her."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from upheld.errors import FeatureError, StepFailed, did_you_mean
from upheld.promises.facts import Fact, says

if TYPE_CHECKING:
    from upheld.actor import Actor
    from upheld.drive import Journey
    from upheld.promises import Arrival

__all__ = ["can_read", "does_not_see_fact", "known_to", "sees_answers", "sees_fact"]

# Milliseconds between looks at a page that is still being drawn.
PAUSE = 100


def known_to(actor: Actor, journey: Journey, phrase: str) -> str:
    """Return what she knows by these words: a fact that was noted, or something of herself, such as "her password"."""
    if phrase in ("her password", "his password", "their password"):
        return actor.person.password
    return _fact(actor, journey, phrase).value


def sees_fact(actor: Actor, journey: Journey, phrase: str) -> None:
    """Wait until her page shows this fact; raises `StepFailed` with what it says instead."""
    fact, locale = _fact(actor, journey, phrase), actor.person.locale
    deadline = time.monotonic() + actor.manner.limit
    while not fact.said_in(text := actor.text(), locale):
        if time.monotonic() > deadline:
            instead = " and ".join(fact.instead(text, locale))
            says_ = f"says {instead} instead" if instead else "does not say that"
            raise StepFailed(f"{actor.who} does not see {phrase}, {fact.tell()}: the page {says_}.")
        actor.page.wait_for_timeout(PAUSE)


def does_not_see_fact(actor: Actor, journey: Journey, phrase: str) -> None:
    """Look that her page, once it has come whole, does not show this fact."""
    fact = _fact(actor, journey, phrase)
    if fact.kind == "text":
        actor.does_not_see(fact.value)
    with journey.looking(actor, f"could not look for {phrase}"):
        actor.page.wait_for_load_state("load")
    if fact.said_in(actor.text(), actor.person.locale):
        raise StepFailed(f"{actor.who} sees {phrase}, {fact.tell()}, which she should not.")


def sees_answers(actor: Actor, journey: Journey, rows: Sequence[Sequence[str]]) -> None:
    """Look that her page shows each row: `label | answer` beside each other, or words alone.

    An answer is words, or a fact such as "the order number". Raises `StepFailed` for the first row that it does not.
    """
    for row in rows:
        if len(row) not in (1, 2):
            raise FeatureError(f"a row has a label and what stands beside it, or words alone; here: {' | '.join(row)}")
        if len(row) == 1:
            actor.sees(row[0])
            continue
        label, wanted = row
        shown, locale = actor.reads(label), actor.person.locale
        known = journey.knowledge(actor.who).find(wanted)
        if not (known.said_in(shown, locale) if known else says(shown, wanted.strip('"'))):
            meant = f"{wanted}, {known.tell()}" if known else f'"{wanted}"'
            raise StepFailed(f'{actor.who} sees "{shown}" beside "{label}", and not {meant}.')


def can_read(actor: Actor, arrival: Arrival) -> None:
    """Look that what reached her says something, and that each file that came with it opens."""
    named = f'"{arrival.subject}"' if arrival.subject else f"the {arrival.channel}"
    for part in arrival.attachments:
        if part.fault:
            raise StepFailed(f"{actor.who} could not open {part.name or part.type} of {named}: {part.fault}.")
    if not any((arrival.text.strip(), arrival.html_text.strip(), arrival.attachments)):
        raise StepFailed(f"{actor.who} opened {named}, and it is empty.")


def _fact(actor: Actor, journey: Journey, phrase: str) -> Fact:
    knowledge = journey.knowledge(actor.who)
    found = knowledge.find(phrase)
    if found is None:
        near = did_you_mean(phrase.casefold(), knowledge.facts)
        known = ", ".join(sorted(knowledge.facts))
        raise FeatureError(f'nothing in this journey is known as "{phrase}".{near} Known: {known}.')
    return found
