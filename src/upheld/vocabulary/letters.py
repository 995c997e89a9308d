"""Steps about what has reached her: following a link in it, opening it, downloading a file, leaving it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pytest_bdd import step

from upheld.errors import StepFailed
from upheld.promises.facts import fold, says
from upheld.vocabulary.asking import can_read
from upheld.vocabulary.leaving import is_refused_again, unsubscribe
from upheld.vocabulary.words import WHO, standard

if TYPE_CHECKING:
    from upheld.drive import Journey
    from upheld.promises import Arrival, Link

__all__ = ["letter_of", "link_in", "only_link_in"]

# What stands in the foot of every letter, and is never what it is about.
_FOOT = re.compile(
    r"unsubscribe|preferences|privacy|imprint|terms|contact|help|support|view (it |this )?in (your )?browser|facebook"
    r"|twitter|linkedin|instagram|youtube|abmelden|abbestellen|datenschutz|impressum|agb|se desabonner|desinscri"
    r"|confidentialite|darse de baja|privacidad|uitschrijven|privacy"
)


def letter_of(journey: Journey, who: str, doing: str) -> Arrival:
    """Return what she received last; raises `StepFailed` where nothing has reached her."""
    letter = journey.letter_of(who)
    if letter is None:
        raise StepFailed(f'{who} could not {doing}: she has received nothing. Say "she receives ..." before.')
    return letter


def link_in(letter: Arrival, words: str, who: str, doing: str) -> Link:
    """Return the link of these words in a letter, the whole words before a part; raises `StepFailed` for none."""
    exact = (link for link in letter.links if fold(link.words) == fold(words))
    loose = (link for link in letter.links if says(link.words, words))
    link = next(exact, None) or next(loose, None)
    if link is None:
        raise StepFailed(f'{who} could not {doing} in "{letter.subject}": it has {_there(letter)}.')
    return link


def only_link_in(letter: Arrival, who: str, doing: str) -> Link:
    """Return the one link that a letter is about; raises `StepFailed` where it has none, or several."""
    links = {link.url: link for link in reversed(letter.links) if link.url.startswith("http")}
    about = [link for link in links.values() if not _FOOT.search(fold(link.words)) and urlsplit(link.url).path != "/"]
    found = about or list(links.values())
    if len(found) != 1:
        named = letter.subject or " ".join(letter.text.split())[:80]
        there = f"it has {_there(letter)}"
        raise StepFailed(f'{who} could not {doing} in "{named}": {there}. Say which: follows "..." in it.')
    return found[0]


def _there(letter: Arrival) -> str:
    return ", ".join(f'"{link.words}"' for link in letter.links) or "no link at all"


@step(standard(rf'{WHO} follows "(?P<words>[^"]+)" in it'))
def follows_in_it(journey: Journey, who: str, words: str) -> None:
    """`she follows "Confirm" in it`: the link of these words in what was received last."""
    actor, doing = journey.actor(who), f'follow "{words}"'
    actor.opens(link_in(letter_of(journey, actor.who, doing), words, actor.who, doing).url)


@step(standard(rf"{WHO} follows the link in it"))
def follows_the_link(journey: Journey, who: str) -> None:
    """`she follows the link in it`: the one link that it is about, as in a text message or a link to sign in."""
    actor, doing = journey.actor(who), "follow the link"
    actor.opens(only_link_in(letter_of(journey, actor.who, doing), actor.who, doing).url)


@step(standard(rf"{WHO} opens it"))
def opens_it(journey: Journey, who: str) -> None:
    """`she opens it`: what was received or downloaded last can be read, and so can each file that came with it."""
    actor = journey.actor(who)
    had = [one for one in (actor.last_file, journey.letter_of(actor.who)) if one is not None]
    can_read(actor, max(had, key=lambda one: one.at, default=None) or letter_of(journey, actor.who, "open it"))


@step(standard(rf'{WHO} downloads "(?P<words>[^"]+)"'))
def downloads(journey: Journey, who: str, words: str) -> None:
    """`she downloads "Workbook"`: follows the link of these words, and a file must come, which reaches her so."""
    journey.actor(who).receives_file(words)


@step(standard(rf"{WHO} downloads it"))
def downloads_it(journey: Journey, who: str) -> None:
    """`she downloads it`: by the one link of her page that says it downloads."""
    journey.actor(who).receives_file()


@step(standard(rf'{WHO} downloads "(?P<words>[^"]+)" in it'))
def downloads_in_it(journey: Journey, who: str, words: str) -> None:
    """`she downloads "Your book" in it`: by the link of these words in what was received last."""
    actor, doing = journey.actor(who), f'download "{words}"'
    actor.receives_file(words, link_in(letter_of(journey, actor.who, doing), words, actor.who, doing).url)


@step(standard(rf'{WHO} cannot download "(?P<words>[^"]+)"'))
def cannot_download(journey: Journey, who: str, words: str) -> None:
    """`she cannot download "Workbook"`: the link is there, and brings no file but a page that says why not."""
    journey.actor(who).cannot_download(words)


@step(standard(rf'{WHO} cannot download "(?P<words>[^"]+)" in it'))
def cannot_download_in_it(journey: Journey, who: str, words: str) -> None:
    """`she cannot download "Your book" in it`: the same, by a link in what was received last."""
    actor, doing = journey.actor(who), f'download "{words}"'
    actor.cannot_download(words, link_in(letter_of(journey, actor.who, doing), words, actor.who, doing).url)


@step(standard(rf'{WHO} cannot use (?:the link|"(?P<words>[^"]+)") in it again(?:, and is told "(?P<told>[^"]+)")?'))
def cannot_use_again(journey: Journey, who: str, words: str | None, told: str | None) -> None:
    """`she cannot use the link in it again`: it was for once, and whoever follows it now is refused."""
    actor, doing = journey.actor(who), f'use "{words}"' if words else "use the link"
    letter = letter_of(journey, actor.who, doing)
    link = link_in(letter, words, actor.who, doing) if words else only_link_in(letter, actor.who, doing)
    is_refused_again(actor, link.url, f'"{link.words}"', told or "")


@step(standard(rf"{WHO} unsubscribes with one click from (?:it|the (?P<kind>[^\"]+))"))
def unsubscribes(journey: Journey, who: str, kind: str | None) -> None:
    """`she unsubscribes with one click from it`: as her mail program does; the moment is called `unsubscribing`.

    `from the newsletter` means the last one that has reached her.
    """
    actor, doing = journey.actor(who), "unsubscribe with one click"
    letter = journey.reaching.last_of(kind, actor) if kind else letter_of(journey, actor.who, doing)
    unsubscribe(journey, actor, letter)
