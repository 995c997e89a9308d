"""Amounts beside labels, in whatever form and currency, held against what she was told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from upheld.checks._part import Part, Wrong, best
from upheld.checks.base import Known, Touch
from upheld.checks.labels import Labelled
from upheld.checks.noted import Held, locales_of
from upheld.promises.facts import Money, money_in, parse_money

__all__ = ["amount"]

_BARE = re.compile(
    r"(?<![\w.,€$£¥])(?<![€$£¥]\s)(?<![A-Z]{3}\s)\d{1,3}(?:[.,'’ \xa0\u202f]?\d{3})*[.,]\d{2}"
    r"(?![\w.,]?\d|\s?[€$£¥]|\s?[A-Z]{3}\b)"
)
_COUNTS = {2: "two|both|pair|zwei|beide|deux|twee|dos", 3: "three|drei|trois|drie|tres", 4: "four|vier|quatre|cuatro",
           5: "five|fünf|cinq|vijf|cinco", 6: "six|sechs|zes|seis"}  # fmt: skip


def amount(
    touch: Touch, known: Known, part: Part, every: Sequence[Held], values: Sequence[Labelled]
) -> Iterator[Wrong]:
    right = [parse_money(fact.value) for held in every for fact in held.right]
    if not right or any(_states(text, money, known) for text in (*_values(values), part.text) for money in right):
        return
    wrong: dict[Money, Labelled] = {}
    for said in values:
        read = _money(said, right[0].currency, known)
        if read is not None and read.amount > 0 and not any(_times(read, money, part.text, known) for money in right):
            wrong.setdefault(read, said)
    for money, said in list(wrong.items())[:1]:
        held = best(every, touch, known)
        # A deposit and a rest are two amounts of one thing; only where all labels agree is it surely said.
        yield Wrong(held, said, money.tell(), sure=len(wrong) == 1)


def _values(values: Iterable[Labelled]) -> Iterator[str]:
    return (said.value for said in values)


def _states(text: str, money: Money, known: Known) -> bool:
    if any(money in money_in(text, money.currency, locale) for locale in locales_of(known)):
        return True
    bare = (_plain_number(found[0]) for found in _BARE.finditer(text))
    return any(number == money.amount for number in bare)


def _money(said: Labelled, currency: str, known: Known) -> Money | None:
    """Return the amount that stands beside a label, in whichever currency; None where none does."""
    if not said.near and not re.match(r"[^\w\s]*\s?(?:[A-Z]{2,3}\$?|[€$£¥])?\s?-?\d", said.value):
        return None
    for locale in locales_of(known)[:2]:
        if found := money_in(said.value, currency, locale):
            return found[0]
    try:
        return parse_money(said.value)
    except ValueError:
        bare = _BARE.fullmatch(said.value.strip())
        number = _plain_number(bare[0]) if bare else None
        return Money(number, currency) if number is not None else None


def _plain_number(words: str) -> Decimal | None:
    found = money_in(f"{words} EUR", "EUR", "en")
    return found[-1].amount if found else None


def _times(read: Money, price: Money, text: str, known: Known) -> bool:
    """True where an amount is that of several pieces, and the text, or what she chose, says of how many."""
    if read.currency != price.currency or not price.amount:
        return False
    count = read.amount / price.amount
    if count != int(count) or not 2 <= count <= 100:
        return False
    words = rf"(?<![\w.,]){int(count)}(?![\w.,]\d|\w)" + (
        rf"|\b(?:{_COUNTS[int(count)]})\b" if count in _COUNTS else ""
    )
    chosen = any(str(view.value) == str(int(count)) for view in known.noted)
    return chosen or re.search(words, text, re.IGNORECASE) is not None
