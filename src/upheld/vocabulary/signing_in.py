"""Steps about signing in: one-time codes, an authenticator app, closing the browser, another device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import step

from upheld.vocabulary.codes import code_in
from upheld.vocabulary.letters import letter_of, link_in, only_link_in
from upheld.vocabulary.words import HER, WHO, standard

if TYPE_CHECKING:
    from upheld.drive import Journey

__all__: list[str] = []


@step(standard(rf"{WHO} enters the code"))
def enters_code(journey: Journey, who: str) -> None:
    """`she enters the code`: the one in what was received last by email or text message, where a page asks for it."""
    actor = journey.actor(who)
    actor.enters_code(code_in(letter_of(journey, actor.who, "enter the code"), actor.who))


@step(standard(rf'{WHO} enters the code "(?P<code>[^"]+)"'))
def enters_this_code(journey: Journey, who: str, code: str) -> None:
    """`she enters the code "000000"`: these very characters, such as a wrong code."""
    journey.actor(who).enters_code(code)


@step(standard(rf"{WHO} adds the key to {HER} authenticator app"))
def adds_key(journey: Journey, who: str) -> None:
    """`she adds the key to her authenticator app`: the key that the page shows, as a link or to be typed."""
    journey.actor(who).adds_key()


@step(standard(rf"{WHO} enters the code from {HER} authenticator app"))
def enters_app_code(journey: Journey, who: str) -> None:
    """`she enters the code from her authenticator app`: by the site's time; a code that was used is waited out."""
    actor = journey.actor(who)
    actor.enters_code(actor.app_code())


@step(standard(rf"{WHO} closes {HER} browser"))
def closes_browser(journey: Journey, who: str) -> None:
    """`she closes her browser`: it keeps her cookies and what sites have stored for when she comes back."""
    journey.actor(who).closes_browser()


@step(standard(rf'{WHO} comes back to "(?P<where>[^"]+)"'))
def comes_back(journey: Journey, who: str, where: str) -> None:
    """`she comes back to "/members"`: in a browser that was closed meanwhile, with what it has kept."""
    journey.actor(who).comes_back(where)


@step(standard(rf'{WHO} opens "(?P<where>[^"]+)" on another device'))
def opens_elsewhere(journey: Journey, who: str, where: str) -> None:
    """`she opens "/members" on another device`: one that knows nothing of her; she stays there until she goes back."""
    actor = journey.actor(who)
    actor.takes_another_device()
    actor.opens(where)


@step(standard(rf'{WHO} follows "(?P<words>[^"]+)" in it on another device'))
def follows_elsewhere(journey: Journey, who: str, words: str) -> None:
    """`she follows "Sign in" in it on another device`: as one who reads her mail on the phone."""
    actor, doing = journey.actor(who), f'follow "{words}"'
    link = link_in(letter_of(journey, actor.who, doing), words, actor.who, doing)
    actor.takes_another_device()
    actor.opens(link.url)


@step(standard(rf"{WHO} follows the link in it on another device"))
def follows_the_link_elsewhere(journey: Journey, who: str) -> None:
    """`she follows the link in it on another device`: the one link that it is about."""
    actor, doing = journey.actor(who), "follow the link"
    link = only_link_in(letter_of(journey, actor.who, doing), actor.who, doing)
    actor.takes_another_device()
    actor.opens(link.url)


@step(standard(rf"{WHO} goes back to {HER} own device"))
def returns_to_own_device(journey: Journey, who: str) -> None:
    """`she goes back to her own device`: where she was before she took another."""
    journey.actor(who).returns_to_own_device()
