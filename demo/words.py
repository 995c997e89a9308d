"""What the shop says, in the customer's language, with dates, times and amounts as she writes them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import babel
from babel import dates, numbers

from demo.store import Event

__all__ = ["DIETS", "LANGUAGES", "Words", "choose_locale"]

LANGUAGES = ("en", "de")
DIETS = ("none", "vegetarian", "vegan", "gluten-free", "lactose-free", "halal", "kosher")


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
def _catalogue(language: str) -> dict[str, str]:
    path = Path(__file__).parent / "words" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


class Words:
    """The words for one locale, such as `en`, `en_GB` or `de_AT`. Event times are always in the event's zone."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self.language = locale.split("_")[0]
        self._words = _catalogue(self.language)

    def __call__(self, key: str, **values: object) -> str:
        """Return the sentence of this key, filled in. Raises `KeyError` for a key that is in no catalogue."""
        return self._words[key].format(**values)

    def money(self, amount: Decimal, currency: str) -> str:
        """Return an amount: `120.00 EUR`, `120,00 €`."""
        return numbers.format_currency(amount, currency, self("money_pattern"), locale=self.locale)

    def price(self, event: Event) -> str:
        """Return the price of a seat."""
        return self.money(event.price, event.currency)

    def date(self, moment: datetime) -> str:
        """Return the day in full, with its weekday, as the clocks of `moment`'s own zone have it."""
        return dates.format_date(moment, "full", locale=self.locale)

    def time(self, event: Event) -> str:
        """Return the time of day at which the event starts, with its zone: `18:00 CET (Europe/Berlin)`."""
        start = event.local_start
        clock = dates.format_time(start, "short", tzinfo=start.tzinfo, locale=self.locale)
        zone = dates.format_time(start, "z", tzinfo=start.tzinfo, locale=self.locale)
        if not zone.isalpha():  # in American English only American zones have names; "CET" says more than "+0100"
            zone = start.tzname() or zone
        return f"{clock} {zone} ({event.zone})".replace("\u202f", "\xa0")  # a space that every mail reader knows
