"""What a letter's links must do once and no more: leaving with one click, and a link that has been used."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from upheld.errors import StepFailed

if TYPE_CHECKING:
    from upheld.actor import Actor
    from upheld.drive import Journey
    from upheld.promises import Arrival

__all__ = ["is_refused_again", "says_spent", "unsubscribe"]

# Seconds in which a file that must not come would begin to.
WAIT = 1.0
# A link, a code or an invitation that is spent, as pages say it in English, German, French, Dutch and Spanish, without
# accents. Each sentence must speak of such a thing, and not of what would be if ("If the link has expired, ...").
_THING = re.compile(
    r"\b(?:links?|codes?|tokens?|invitation|invite|voucher|ticket|url|request|offer|it|this|einladung|gutschein|anfrage"
    r"|angebot|dieser?|er|lien|jeton|offre|demande|il|elle|uitnodiging|aanbod|verzoek|deze|hij|enlace|vinculo|codigo"
    r"|invitacion|oferta|solicitud|este)\b"
)
_IF = re.compile(
    r"\W*(?:if|once|when|whenever|in case|should|after|until|unless|before|wenn|falls|sobald|sollte|nachdem|bevor|si\b"
    r"|s'il|lorsqu|quand|une fois|des que|apres|als|zodra|indien|wanneer|nadat|cuando|una vez|en caso|despues)"
)
_SPENT = re.compile(
    r"\b(?:expired\b|has been used|already (?:been )?(?:used|redeemed|claimed|opened|confirmed|verified|activated)"
    r"|used already|used before|no longer (?:be )?(?:valid|active|available|works?|working|used|usable)"
    r"|(?:not|doesn't|does not) (?:valid|work) any ?more|(?:is not|isn't|not a) valid|invalid"
    r"|abgelaufen|(?:bereits|schon) (?:einmal )?(?:verwendet|benutzt|genutzt|eingelost|verbraucht|bestatigt|geoffnet)"
    r"|wurde (?:verwendet|benutzt|eingelost)|nicht mehr (?:gultig|verfugbar)|ungultig|gilt nicht mehr"
    r"|funktioniert nicht mehr|ist nicht gultig"
    r"|(?:a|est) (?:deja )?expiree?|(?:deja|a) (?:ete )?(?:utilisee?|servi|confirmee?|validee?)"
    r"|n'est (?:plus|pas) (?:valide|valable|active?|disponible)|ne fonctionne plus|invalide"
    r"|verlopen|(?:al|reeds) (?:een keer |eerder )?(?:gebruikt|bevestigd)|is gebruikt"
    r"|niet (?:meer|langer) (?:geldig|actief)|ongeldig|werkt niet meer|is niet geldig"
    r"|(?:ha|esta) (?:caducad|expirad|vencid)[oa]"
    r"|ya (?:se )?(?:ha )?(?:sido |fue )?(?:utiliz|us|canje|confirm)(?:ad[oa]|o)"
    r"|ya no (?:es valid[oa]|funciona|esta disponible)|no es valid[oa]|no valid[oa]|invalid[oa])"
)


def unsubscribe(journey: Journey, actor: Actor, letter: Arrival) -> None:
    """Leave a letter as her mail program does for her: one POST to the address in its header (RFC 8058, section 3.2).

    It goes without her browser, and so without what that has kept. Raises `StepFailed` where the letter has no such
    header, and where the site does not take it.
    """
    from upheld.browser.address import masked
    from upheld.checks.following import is_web
    from upheld.checks.unsubscribing import ONE_CLICK, ways_to_leave
    from upheld.mailbox.letter import open_letter

    doing = f'{actor.who} could not unsubscribe from "{letter.subject}" with one click'
    opened = open_letter(journey.reaching.raw_of(letter))
    ways = [way for way in ways_to_leave(opened.header("list-unsubscribe")) if is_web(way)]
    if not ways:
        raise StepFailed(f"{doing}: it has no List-Unsubscribe header with an address of the web.")
    if "".join(opened.header("list-unsubscribe-post").split()).lower() != ONE_CLICK.lower():
        raise StepFailed(f'{doing}: its List-Unsubscribe-Post header does not say "{ONE_CLICK}".')
    with journey.moment("unsubscribing"):
        sent = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = journey.request("POST", ways[0], content=ONE_CLICK, headers=sent)
        except StepFailed as error:
            raise StepFailed(f"{doing}: {str(error).replace(ways[0], masked(ways[0]))}") from error
        # Who has sent it may not lead on, since a POST that is led on often becomes a GET, and is lost (section 3.1).
        if not answer.is_success:
            raise StepFailed(f"{doing}: the site answered {answer.status_code}, and a mail program goes no further.")


def is_refused_again(actor: Actor, url: str, words: str, told: str = "") -> None:
    """Look that a link which she has used is refused to whoever follows it now, in a browser that knows nothing of her.

    It is where the site answers 400 to 499, or its page says so in its own words; `told` are words that must stand
    there. Raises `StepFailed` where it works once more.
    """
    from upheld.browser import Refused, try_download
    from upheld.promises.facts import says

    doing = f"{actor.who} could use {words} again, which she should not"
    actor.takes_another_device()
    try:
        came = try_download(actor.page, "", replace(actor.manner, limit=WAIT), url=url)
        if not isinstance(came, Refused):
            raise StepFailed(f"{doing}: {came.name} came.")
        text = actor.text()
    finally:
        actor.returns_to_own_device()
    refused = (came.status >= 400 and came.status != 429) or (says_spent(text) and not came.offers)
    if not refused:
        raise StepFailed(f"{doing}: {came.told()}.")
    if told and not says(text, told):
        raise StepFailed(f'{actor.who} was refused {words}, and not told "{told}": {came.told()}.')


def says_spent(text: str) -> bool:
    """Return whether a page says that a link has been used, has expired or is not valid."""
    from upheld.checks.following import plain

    sentences = (plain(one) for one in re.split(r"[.!?\n]+", text))
    return any(_SPENT.search(one) and _THING.search(one) and not _IF.match(one) for one in sentences)
