"""Amounts beside labels, in whatever form and currency, held against what she was told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from upheld.checks._part import Part, Wrong, best
from upheld.checks.base import Known, Touch
from upheld.checks.labels import Labelled
from upheld.checks.noted import Held, locales_of
from upheld.promises.facts import Money, fold, money_in, parse_money

__all__ = ["amount"]

_BARE = re.compile(
    r"(?<![\w.,€$£¥])(?<![€$£¥]\s)(?<![A-Z]{3}\s)\d{1,3}(?:[.,'’ \xa0\u202f]?\d{3})*[.,]\d{2}"
    r"(?![\w.,]?\d|\s?[€$£¥]|\s?[A-Z]{3}\b)"
)
_COUNTS = {2: "two|both|pair|zwei|beide|deux|twee|dos", 3: "three|drei|trois|drie|tres", 4: "four|vier|quatre|cuatro",
           5: "five|fünf|cinq|vijf|cinco", 6: "six|sechs|zes|seis"}  # fmt: skip

# What is paid in parts, given back, or paid for with something else: then an amount is not the whole price.
_PART = re.compile(
    r"\b(?:refund|deposit|down ?payment|instal?lment|part(?:ial)? payment|store credit|credit note|voucher"
    r"|gift ?card|balance due|remaining|(?:rest)?anzahlung|teilzahlung|teilbetrag|restbetrag|abschlag|rate \d|\d\. rate"
    r"|gutschein|geschenkkarte|gutschrift|erstattung|rückerstattung|stornorechnung|acompte|arrhes|versement|échéance"
    r"|carte[ -]cadeau|chèque[ -]cadeau|bon d'achat|avoir\b|rembours|aanbetaling|termijn|deelbetaling"
    r"|cadeau(?:bon|kaart)|tegoed|terugbetaling|creditnota|depósito|anticipo|señal\b|plazo|cuota|tarjeta regalo"
    r"|vale\b|reembolso|abono|devolución)"
    r"|\b\d{1,2} ?(?:of|von|sur|van|de) ?\d{1,2}\b(?![.,/]?\d)"
)
_PERIOD = re.compile(
    r"\b(?:annual|yearly|monthly|weekly|quarterly|(?:per|a|an|every|each|1|12) (?:months?|years?|weeks?|quarters?)"
    r"|jährlich|monatlich|jahres\w*|monats\w*|(?:pro|im|je) (?:jahr|monat)|annuel|mensuel|par (?:an|mois)"
    r"|jaarlijks|maandelijks|per (?:jaar|maand)|jaar\w*|maand\w*|anual|mensual|al (?:año|mes)|por (?:año|mes))"
    r"|/ ?(?:mo|month|yr|year|monat|jahr|mois|an|maand|jaar|mes|año)\b"
)
_TAX = re.compile(r"\b(?:vat|tax|gst|sales tax|mwst|ust|umsatzsteuer|mehrwertsteuer|steuer|tva|btw|iva)\b")
_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s?%")
_RATES = ("5", "5.5", "6", "7", "7.7", "8.1", "9", "10", "12", "19", "20", "21", "22", "23", "24", "25", "27")
_TERMS = re.compile(r"\b(?:policy|terms|conditions|bedingungen|politique|voorwaarden|política|condiciones)\b")
_SHORT = 48  # a line that is no sentence


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
        sure = len(wrong) == 1 and not any(_is_part(money, whole, said, touch, part, known) for whole in right)
        yield Wrong(held, said, money.tell(), sure=sure)


def _is_part(read: Money, price: Money, said: Labelled, touch: Touch, part: Part, known: Known) -> bool:
    """True where an amount may be a part of the price, or the price with something added, and rightly differ."""
    if read.currency != price.currency or not price.amount:
        return False
    spoken = fold(f"{touch.kind}\n{touch.arrival.subject}\n{_around(said, part.text)}")
    if touch.arrival.channel != "payment record" and _PART.search(spoken):
        return True
    whole = fold(f"{spoken}\n{part.text}")
    many = max(read.amount, price.amount) / min(read.amount, price.amount)
    if many >= 3 and _PERIOD.search(whole):
        return True
    if _TAX.search(whole):
        named = [rate.replace(",", ".") for rate in _PERCENT.findall(whole)]
        with_tax = {one.amount * (1 + Decimal(rate) / 100) for rate in named or _RATES for one in (read, price)}
        if any(abs(sum_ - one.amount) <= Decimal("0.01") for sum_ in with_tax for one in (read, price)):
            return True
    others = [one for locale in locales_of(known)[:2] for one in money_in(part.text, price.currency, locale)]
    return any(one != read and one.amount + read.amount == price.amount for one in others)


def _around(said: Labelled, text: str) -> str:
    """Return the lines about this amount, and those elsewhere that are a heading or a row and no sentence."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    at = next((number for number, line in enumerate(lines) if said.words and said.words in line), 0)
    short = (line for line in lines if len(line) <= _SHORT and not _TERMS.search(fold(line)))
    return "\n".join((*lines[max(0, at - 2) : at + 2], *short))


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
