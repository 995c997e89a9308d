"""What the shop says, in the customer's language, with dates, times and amounts as she writes them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import babel
from babel import dates, numbers

__all__ = ["LANGUAGES", "Words", "choose_locale"]

LANGUAGES = ("en", "de")


def choose_locale(wanted: Iterable[str]) -> str:
    """Return the first locale of an Accept-Language list (RFC 9110, 12.5.4) that we speak, else `en`."""
    for tag in wanted:
        language = tag.replace("_", "-").split("-")[0].lower()
        if language in LANGUAGES:
            try:
                return str(babel.Locale.parse(tag, sep="-"))
            except (ValueError, babel.UnknownLocaleError):
                return language
    return "en"


@cache
def catalogue(story: str, language: str) -> dict[str, str]:
    """Return the words of a story in one language, or the shop's own where `story` is ""; empty where it has none."""
    path = Path(__file__).parent / story / "words" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


@cache
def _merged(story: str, language: str) -> dict[str, str]:
    merged: dict[str, str] = {}
    for spoken in dict.fromkeys(("en", language)):  # what is not said in her language is said in English
        merged |= catalogue("", spoken)
        merged |= catalogue(story, spoken) if story else {}
    return merged


class Words:
    """The words of a `story`, and the shop's own, for one locale such as `en`, `en_GB` or `de_AT`."""

    def __init__(self, locale: str, story: str = "") -> None:
        self.locale = locale
        self.language = locale.split("_")[0]
        self._words = _merged(story, self.language)

    def __call__(self, key: str, **values: object) -> str:
        """Return the sentence of this key, filled in. Raises `KeyError` for a key that is in no catalogue."""
        return self._words[key].format(**values)

    def money(self, amount: Decimal, currency: str) -> str:
        """Return an amount: `120.00 EUR`, `120,00 €`."""
        return numbers.format_currency(amount, currency, self("money_pattern"), locale=self.locale)

    def date(self, moment: datetime) -> str:
        """Return the day in full, with its weekday, as the clocks of `moment`'s own zone have it."""
        return dates.format_date(moment, "full", locale=self.locale)

    def time(self, moment: datetime) -> str:
        """Return the time of day on the clocks of `moment`'s own zone, with that: `18:00 CET (Europe/Berlin)`."""
        if not isinstance(moment.tzinfo, ZoneInfo):
            raise TypeError(f"{moment} has no zone with a name, so nobody could say whose time it is.")
        clock = dates.format_time(moment, "short", tzinfo=moment.tzinfo, locale=self.locale)
        zone = dates.format_time(moment, "z", tzinfo=moment.tzinfo, locale=self.locale)
        if not zone.isalpha():  # in American English only American zones have names; "CET" says more than "+0100"
            zone = moment.tzname() or zone
        return f"{clock} {zone} ({moment.tzinfo.key})".replace("\u202f", "\xa0")  # a space that every mail reader knows
