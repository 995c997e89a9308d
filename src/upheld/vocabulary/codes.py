"""One-time codes: the one that stands in a message, and the one that an authenticator app works out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from upheld.errors import StepFailed

if TYPE_CHECKING:
    import pyotp

    from upheld.promises import Arrival

__all__ = ["Authenticator", "code_in"]

# What a code is called in a message. The words around must not make another thing of it: a postcode, a voucher.
_CODE = (
    r"(?:(?:verification|confirmation|access|security|login|log-in|sign-in|one.time|bestätigungs|sicherheits|zugangs"
    r"|anmelde|einmal|verificatie|bevestigings)[ -]?)?(?:codes?|passcodes?|passwords?|passwort|kennwort|wachtwoord)"
    r"|c[óo]digos?|codice|pin|tan|otp|mot de passe|contraseña"
)
_WORD = re.compile(rf"(?<![\w-])(?:{_CODE})(?![\w])", re.IGNORECASE)
_OTHER = re.compile(
    r"(?:promo|discount|voucher|coupon|gift|rabatt|gutschein|referral|country|area|post|postal|zip|bar|qr|dial|dress"
    r"|sort|booking|order|source|reduction|réduction|cadeau|kortings|descuento)[ -]?code"
    r"|code (?:promo|postal|cadeau|of conduct|de réduction)|código (?:postal|de descuento|promocional)",
    re.IGNORECASE,
)
# A group of digits, or of two or three of equal length parted by a dash or a space. Neither an amount, a date, a time
# nor a part of a longer number, which have their own marks around them.
_DIGITS = re.compile(
    r"(?<![\w.,:/+#€$£%-])(?:[A-Z]{1,2}-)?"
    r"(?P<code>\d{4,8}|\d{3}[ -]\d{3}|\d{4}[ -]\d{4}|\d{2}[ -]\d{2}[ -]\d{2})"
    r"(?![\w%€$£]|[.,:/-]\d| ?(?:[€$£%]|[A-Z]{3}\b)|-[\dA-Za-z]| \d)"
)
_UNITS = re.compile(
    r"\s*(?:seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|years?|people|points?|sekunden|minuten|stunden|tage"
    r"|secondes|heures|jours|segundos|minutos|horas|días|euros?|dollars?|pounds?|characters|km|m²|kg|kb|mb)\b",
    re.IGNORECASE,
)
# What stands before a number that is no code.
_NUMBERED = re.compile(
    r"(?:order|booking|invoice|customer|account|member(?:ship)?|ticket|case|ref(?:erence)?|transaction|tracking|vat"
    r"|phone|tel|telephone|call|fax|mobile|hotline|ring|number|no|nr|n[°º]|#|bestell\w*|rechnung\w*|kunden\w*|telefon"
    r"|rufnummer|nummer|commande|facture|client|téléphone|pedido|factura|cliente|teléfono|card ending in|ending in)"
    r"[\s.:#]*(?:number|nummer|no|nr|id|is|lautet)?[\s.:#]*$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_INTRODUCED = re.compile(rf"(?:{_CODE})\W{{0,3}}(?:is|lautet|ist|est|es|:|=|→)?\W{{0,4}}$", re.IGNORECASE)
_CALLED_AFTER = re.compile(
    rf"\W{{0,3}}(?:is|ist|est|es|é)\s+(?:your|the|ihr|dein|votre|ton|tu|su|uw|je|seu|o|el|le)\s+(?:[\w'-]+\s+){{0,4}}"
    rf"(?:[\w-]*code|{_CODE})\b",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_LINES_NEAR = 2


def code_in(arrival: Arrival, who: str) -> str:
    """Return the one-time code that a message gives, its digits alone.

    It is a group of 4 to 8 digits, or one parted by a dash or a space, that the message calls a code, or that stands
    by itself near such words. A year, an amount, a time, a phone's or an order's number is none. Raises `StepFailed`
    where there is no code, and where several could be it.
    """
    named = f'"{arrival.subject}"' if arrival.subject else f'"{_short(arrival.text)}"'
    found: dict[str, tuple[int, str]] = {}
    titled = bool(_WORD.search(_OTHER.sub(" ", arrival.subject)))
    for text in (arrival.subject, arrival.text, arrival.html_text):
        for worth, words in _candidates(text, titled=titled):
            digits = re.sub(r"\D", "", words)
            if digits not in found or found[digits][0] < worth:
                found[digits] = (worth, words)
    best = max((worth for worth, _ in found.values()), default=0)
    codes = {digits: words for digits, (worth, words) in found.items() if worth == best}
    if not codes:
        raise StepFailed(f"{who} could not enter the code: {named} holds none. It says: {_short(_text(arrival))}")
    if len(codes) > 1:
        there = " and ".join(codes.values())
        raise StepFailed(
            f"{who} could not enter the code: {named} holds {there}, and it does not say which is the code."
        )
    return next(iter(codes))


def _candidates(text: str, *, titled: bool) -> Iterator[tuple[int, str]]:
    """Yield what may be a code, with how much speaks for it: 3 it is called so, 2 beside such words, 1 near them.

    `titled` says that the message's subject speaks of a code.
    """
    lines = [line.strip() for line in _URL.sub(" ", text).splitlines() if line.strip()]
    about = [bool(_WORD.search(_OTHER.sub(" ", line))) for line in lines]
    for number, line in enumerate(lines):
        for match in _DIGITS.finditer(line):
            before, after = line[: match.start()], line[match.end() :]
            called = bool(_INTRODUCED.search(_OTHER.sub("~", before)) or _CALLED_AFTER.match(after))
            alone = not re.search(r"\w", before + after)
            if _UNITS.match(after) or (_NUMBERED.search(before) and not called):
                continue
            if _YEAR.fullmatch(match["code"]) and not (called or alone):
                continue
            near = any(about[max(0, number - _LINES_NEAR) : number + _LINES_NEAR + 1])
            if called or (alone and (near or titled)):
                yield 3, match["code"]
            elif about[number]:
                yield 2, match["code"]
            elif near:
                yield 1, match["code"]


def _text(arrival: Arrival) -> str:
    return arrival.html_text or arrival.text


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 120 else f"{flat[:117]}..."


@dataclass
class Authenticator:
    """An app that was given a key, and works out a code from it and the time (RFC 6238).

    A code counts for one period and is never used twice within it, as a site must refuse it then.
    """

    totp: pyotp.TOTP
    margin: float = 2.0
    _used: int = field(default=-1, init=False)

    @classmethod
    def given(cls, key: str, who: str) -> Authenticator:
        """Return an app that was given an `otpauth://` link or a key in base32; raises `StepFailed` for any other."""
        import pyotp

        doing = f"{who} could not add the key to her authenticator app"
        try:
            given = pyotp.parse_uri(key) if key.startswith("otpauth:") else pyotp.TOTP(key)
            if not isinstance(given, pyotp.TOTP):
                raise StepFailed(f"{doing}: its codes do not go by the time.")
            given.at(0)
        except (ValueError, TypeError) as error:
            raise StepFailed(f"{doing}: it is no key ({error}).") from None
        return cls(given)

    def code(self, now: Callable[[], datetime], wait: Callable[[float], None]) -> str:
        """Return a code that was not used yet and counts for a moment still.

        `now` gives the site's time, by which the site judges; `wait` lets so many seconds pass.
        """
        period = self.totp.interval
        margin = min(self.margin, period / 10)
        while True:
            moment = now()
            step, into = divmod(moment.timestamp(), period)
            if int(step) > self._used and period - into > margin:
                self._used = int(step)
                return str(self.totp.at(moment))
            wait(timedelta(seconds=period - into).total_seconds() + 0.05)
