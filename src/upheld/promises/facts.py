"""Facts as values: what a text says of names, amounts and dates, whatever the locale it is written in.

Texts are compared after folding what a reader does not see (case, kinds of spaces and quotes). Amounts are read by
price-parser and compared as `Decimal`; dates are read with the month names of the Unicode CLDR (by Babel).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_timezone_name
from babel.numbers import (
    format_currency,
    get_currency_name,
    get_currency_symbol,
    get_group_symbol,
    list_currencies,
)
from price_parser.parser import parse_number

from upheld.language import gettext as _
from upheld.language import language

__all__ = [
    "Fact",
    "Money",
    "SaidDate",
    "dates_in",
    "fold",
    "money_in",
    "names_weekday",
    "parse_money",
    "says",
    "times_in",
    "zone_name",
]

_SPACES = re.compile(r"\s+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-"})
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# Groups of two are Indian. All counts are bounded: a page of nothing but numbers must not be read for hours.
_NUMBER = (
    r"[-−]?\d{1,3}(?:[.,'’\u00a0\u202f ]\d{2,3}){0,6}[.,'’\u00a0\u202f ]\d{3}(?:[.,]\d{1,2})?(?!\d)"
    r"|[-−]?\d{1,24}(?:[.,]\d{1,2})?(?!\d)"
)
# Written without spaces between the words, so that a word has no edge that could be seen.
_RUNS_ON = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its ISO 4217 currency."""

    amount: Decimal
    currency: str

    def tell(self, locale: str = "") -> str:
        """Return it as a reader of this locale writes it; without one, in the language that is spoken."""
        locale = locale or language()
        try:
            return str(format_currency(self.amount, self.currency, locale=locale.replace("-", "_")))
        except (UnknownLocaleError, ValueError):
            return f"{self.amount} {self.currency}"


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A date as a text says it: `words` as they are compared, `year` None where it names none.

    `days` are (month, day), two of them where digits may be read both ways. `weekday` is the one that stands beside it
    (0 is Monday), `since` the day of the month that a range begins on which ends here ("25–27 November").
    """

    words: str
    days: frozenset[tuple[int, int]]
    year: int | None = None
    weekday: int | None = None
    since: int | None = None

    def tell(self) -> str:
        """Return it in the report's own language, or as it stands there where it can be read in two ways."""
        if self.year is None or len(self.days) != 1:
            return _('"{words}"', words=self.words)
        month, day = next(iter(self.days))
        try:
            return str(format_date(date(self.year, month, day), _("d MMMM y"), locale=language()))
        except ValueError:
            return _('"{words}"', words=self.words)

    def is_day(self, day: date) -> bool:
        """True where this can be read as that day (month and day, and the year where one is said)."""
        return (day.month, day.day) in self.days and self.year in (None, day.year)

    def covers(self, day: date) -> bool:
        """True where this is that day, or a range of days in one month that it lies in."""
        within = any(month == day.month and (self.since or last) <= day.day <= last for month, last in self.days)
        return within and self.year in (None, day.year)

    def near(self, day: date) -> date | None:
        """Return the day that is meant, in the year that is said or else the one nearest to `day`.

        None where it can be read in two ways, or is no day at all.
        """
        if len(self.days) != 1:
            return None
        month, number = next(iter(self.days))
        years = (self.year,) if self.year is not None else (day.year - 1, day.year, day.year + 1)
        found = [one for year in years if (one := _day(year, month, number))]
        return min(found, key=lambda one: abs(one - day), default=None)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a customer knows: its `value` as text, and its `kind`: text, number, money or date.

    A money's value is `120.00 EUR`; a date's is ISO 8601 with an offset, and `zone` names its time zone.
    """

    name: str
    value: str
    kind: str = "text"
    zone: str = "UTC"

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"name": self.name, "value": self.value, "kind": self.kind, "zone": self.zone}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Fact:
        """Return the fact that `to_json` wrote."""
        return cls(data["name"], data["value"], data.get("kind", "text"), data.get("zone", "UTC"))

    @classmethod
    def noted(cls, name: str, value: str, kind: str = "text") -> Fact:
        """Return the fact as it was taken down: a date is ISO 8601 with its zone's name behind it (RFC 9557)."""
        zoned = re.fullmatch(r"(?P<when>.+)\[(?P<zone>.+)\]", value) if kind == "date" else None
        return cls(name, zoned["when"], kind, zoned["zone"]) if zoned else cls(name, value, kind)

    def tell(self, locale: str = "") -> str:
        """Return the fact as a reader of this locale sees it; without one, in the language that is spoken."""
        locale = locale or language()
        if self.kind == "date":
            return str(format_date(self._day(), "EEEE d MMMM y" if locale == "en" else "full", locale=_locale(locale)))
        if self.kind == "money":
            return parse_money(self.value).tell(locale)
        return self.value

    def said_in(self, text: str, locale: str = "en") -> bool:
        """True where the text says this fact, in any of the forms that its kind has."""
        if self.kind == "date":
            return any(said.is_day(self._day()) for said in dates_in(text, locale))
        if self.kind == "money":
            money = parse_money(self.value)
            return money in money_in(text, money.currency, locale)
        return says(text, self.value)

    def instead(self, text: str, locale: str = "en") -> tuple[str, ...]:
        """Return what the text says in the place of this fact: other dates, or of other amounts the greatest.

        A receipt states net and tax besides; what its reader takes for the amount is the total.
        """
        if self.kind == "date":
            return tuple(dict.fromkeys(said.tell() for said in dates_in(text, locale)))
        if self.kind == "money":
            found = money_in(text, parse_money(self.value).currency, locale)
            return (max(found, key=lambda money: money.amount).tell(),) if found else ()
        return ()

    def _day(self) -> date:
        return datetime.fromisoformat(self.value).astimezone(ZoneInfo(self.zone)).date()


def fold(text: str) -> str:
    """Return the text as it is compared: without case, with plain quotes and dashes and single spaces."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_QUOTES)
    return _SPACES.sub(" ", plain).strip().casefold()


def says(text: str, phrase: str) -> bool:
    """True where the phrase stands in the text as whole words ("4711" is not in "47110")."""
    wanted = fold(phrase)
    if not wanted:
        return True
    before = r"(?<!\w)" if wanted[0].isalnum() and not _RUNS_ON.match(wanted[0]) else ""
    after = r"(?!\w)" if wanted[-1].isalnum() and not _RUNS_ON.match(wanted[-1]) else ""
    return re.search(before + re.escape(wanted) + after, fold(text)) is not None


def parse_money(words: str) -> Money:
    """Return the amount that a feature names: `120.00 EUR`, `EUR 120`, `120,00 €`.

    Raises `ValueError` where there is no number or no currency.
    """
    named = next((code for code in re.findall(r"\b[A-Z]{3}\b", words) if code in _currencies()), None)
    symbol = next((code for sign, code in _SIGNS.items() if sign in words), None)
    number = re.search(_NUMBER, words)
    code = named or symbol
    amount = _number(number[0]) if number else None
    if code is None or amount is None:
        raise ValueError(f'"{words}" is no amount; say it as "120.00 EUR"')
    return Money(amount, code)


def _number(words: str) -> Decimal | None:
    plain = re.sub(r"['’\s]", "", words.replace("−", "-"))  # Swiss thousands, which price-parser does not know
    number: Decimal | None = parse_number(plain)
    return number


_SIGNS = {"€": "EUR", "£": "GBP", "zł": "PLN", "¥": "JPY", "₹": "INR", "₺": "TRY", "₽": "RUB", "$": "USD"}
# What shops at home write, beside what the Unicode CLDR has; each is read only where this currency is asked for.
_AT_HOME = {
    "CHF": ("Fr.", "SFr.", "Franken", "francs"), "CZK": ("Kč",), "DKK": ("kr.", "kr"), "HUF": ("Ft",),
    "ISK": ("kr.", "kr"), "JPY": ("円", "¥"), "CNY": ("元", "¥"), "NOK": ("kr.", "kr"), "RON": ("lei",),
    "SEK": ("kr.", "kr"), "USD": ("US$", "$", "dollars", "dollar"), "AUD": ("A$", "AU$", "$"),
    "CAD": ("CA$", "C$", "$"), "NZD": ("NZ$", "$"), "GBP": ("pounds", "pound"), "SGD": ("S$", "$"),
    "HKD": ("HK$", "$"), "MXN": ("MX$", "$"), "BRL": ("R$",), "INR": ("Rs.", "Rs"), "EUR": ("Euro", "Euros"),
}  # fmt: skip


@functools.cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def money_in(text: str, currency: str, locale: str = "en") -> tuple[Money, ...]:
    """Return every amount in this currency that the text states, in order, read by value and not by form.

    A plain space between digits ("1 120,00 €") may part thousands or the cells of a row: where the locale parts
    thousands by a space it is read both ways, elsewhere only as what parts two numbers.
    """
    # Cells and lines are two things to a reader; the spaces that do not break belong to a number.
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text.translate(_HARD_SPACES))).replace("ʼ", "'")
    plain = re.sub(" {2,}", "  ", re.sub(r"[\t\n\r\f\v\u2028\u2029]", "  ", plain))
    plain = _SIGN_WITHIN.sub(r",\1€", plain)
    before, after = _money_patterns(currency, locale)
    found: list[tuple[int, Money]] = []
    for pattern in (before, after):
        for match in pattern.finditer(plain):
            minus = pattern is before and _MINUS.search(plain[max(match.start() - 2, 0) : match.start()])
            for words in _readings(match[1], locale, before=pattern is before):
                amount = _number(words.replace(_HARD, ""))
                if amount is not None:
                    found.append((match.start(1), Money(-amount if minus else amount, currency)))
    return tuple(dict.fromkeys(money for _, money in sorted(found, key=lambda one: one[0])))


_SIGN_WITHIN = re.compile(r"(?<=\d)€(\d\d)(?![\w.,€%])")  # 12€50
_MINUS = re.compile(r"(?<!\w)[-−]\Z")  # -€120.00
_HARD = "\ue000"  # stands for a space that does not break while the others are made plain
_HARD_SPACES = {0xA0: _HARD, 0x202F: _HARD, 0x2009: _HARD}


def _readings(words: str, locale: str, *, before: bool) -> tuple[str, ...]:
    """Return the numbers that digits parted by plain spaces may be; the one beside the currency is always one."""
    if " " not in words:
        return (words,)
    groups = words.split(" ")
    # The number that stands at the currency's sign: the first after it, or the last before it.
    beside = groups[0] if before else groups[-1]
    if re.match(r"0\d", beside):
        return (words,)  # "2 500 000 €": nobody writes "000" for a number of its own
    return (words, beside) if _parts_by_space(locale) else (beside,)


@functools.cache
def _parts_by_space(locale: str) -> bool:
    return str(get_group_symbol(_locale(locale))).isspace()


@functools.cache
def _money_patterns(currency: str, locale: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The sign before the number, and after it. Between two numbers it belongs to the one that it touches.

    Where it touches neither ("1 € 120,00", a row of a table) it is read both ways.
    """
    number = _NUMBER.replace("\u00a0\u202f", _HARD).replace(r"\u00a0\u202f", _HARD)
    sign = "|".join(re.escape(token) for token in _currency_tokens(currency, locale))
    gap, round_sum = f"[ {_HARD}]{{0,2}}", r"(?:[.,][-–—]{1,2})?"
    edge = r"(?![^\W\d_])"  # "120 EUROS" states another word than "120 EURO"
    touches = rf"(?:(?<!\d)(?:{sign}){gap}|(?:{sign})(?=[-−\d]))"
    touched = rf"(?:(?:{sign})|{gap}(?:{sign})(?!\d))"
    return (
        re.compile(rf"(?<![^\W\d_]){touches}({number}){round_sum}(?!\w)", re.IGNORECASE),
        re.compile(rf"(?<![\w.,])({number}){round_sum}{touched}{edge}", re.IGNORECASE),
    )


@functools.cache
def _currency_tokens(currency: str, locale: str) -> tuple[str, ...]:
    spoken = (Locale("en"), _locale(locale))
    names = {currency, *_AT_HOME.get(currency, ())}
    for one in spoken:
        names.add(get_currency_symbol(currency, one))
        names |= {get_currency_name(currency, count, one) for count in (1, 2, 5)}
    names |= {sign for sign, code in _SIGNS.items() if code == currency}
    return tuple(sorted(filter(None, map(fold, names)), key=lambda name: (-len(name), name)))


def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


# What is written beside the names that the Unicode CLDR has.
_MONTHS_TOO = {"de": {"mrz": 3}, "fr": {"fév": 2}, "es": {"setiembre": 9}}


@functools.cache
def _months(locale: str) -> dict[str, int]:
    """Month names by locale (and English), folded, wide and abbreviated."""
    names: dict[str, int] = {}
    for spoken in dict.fromkeys((Locale("en"), Locale(_locale(locale).language), _locale(locale))):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in spoken.months[context][width].items():
                    names.setdefault(fold(name).rstrip("."), number)
    names |= {"sept": 9, **_MONTHS_TOO.get(_locale(locale).language, {})}
    for name, number in list(names.items()):  # capitals are often written without accents: AOUT, DECEMBRE
        names.setdefault(
            "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign)), number
        )
    return {name: number for name, number in names.items() if not name.isdigit() and len(name) > 1}


@functools.cache
def _date_patterns(locale: str) -> tuple[re.Pattern[str], ...]:
    month = "|".join(sorted(map(re.escape, _months(locale)), key=len, reverse=True))
    year = r"(?P<year>\d{4})"
    hour = r"(?! ?(?:uhr|h|hrs?|heures?|horas?|ore|uur|[ap]\.?m|o'clock)\b)"  # "25 November 18 Uhr" says one day only
    return (
        re.compile(rf"(?<!\d){year}[-/.](?P<month>\d{{2}})[-/.](?P<day>\d{{2}})(?!\d)"),
        re.compile(
            r"(?<!\d)(?P<day>\d{1,2})(?:\.?[oa]|\.|st|nd|rd|th|er)?(?:[ /-]|(?: (?:of|de|den|di)) | d')?"
            rf"(?P<name>{month})\.?(?!\w)(?:[, -]{{0,2}}(?:of |de |del )?{year}(?!\d))?"
        ),
        re.compile(
            rf"(?<!\w)(?P<name>{month})\.? (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]){hour}"
            rf"(?:,? {year}(?!\d))?"
        ),
        re.compile(
            r"(?<![\d.,/-])(?P<one>\d{1,2})(?P<mark>[./-]) ?(?P<two>\d{1,2})(?P=mark) ?"
            r"(?P<year>\d{4}|\d{2})(?![\d:.,/-]?\d)"
        ),
        # Without a year: 25.11. with both its dots, and 25/11.
        re.compile(r"(?<![\d.,/])(?P<one>\d{1,2})(?P<mark>\.) ?(?P<two>\d{1,2})\.(?! ?\d{4}|\d)"),
        re.compile(r"(?<![\d.,/])(?P<one>\d{1,2})(?P<mark>/)(?P<two>\d{1,2})(?![\d/])"),
        re.compile(r"(?P<year>\d{4})[年년] ?(?P<month>\d{1,2})[月월] ?(?P<day>\d{1,2})[日일]"),
    )


def dates_in(text: str, locale: str = "en") -> Iterator[SaidDate]:
    """Yield every date that the text says, by month name in this locale or in English, ISO 8601, or in digits.

    Digits such as `03/04/2026` are read both ways round, as the reader may have to.
    """
    plain = fold(text)
    for pattern in _date_patterns(locale):
        for match in pattern.finditer(plain):
            said = match.groupdict()
            year = int(said["year"]) if said.get("year") else None
            if said.get("one"):
                one, two = int(said["one"]), int(said["two"])
                days = {(two, one), (one, two)} if said["mark"] != "." else {(two, one)}
                year = year + 2000 if year is not None and year < 100 else year
            elif said.get("name"):
                days = {(_months(locale)[said["name"]], int(said["day"]))}
            else:
                days = {(int(said["month"]), int(said["day"]))}
            possible = frozenset(day for day in days if 1 <= day[0] <= 12 and 1 <= day[1] <= 31)
            if possible:
                before, after = plain[max(match.start() - 30, 0) : match.start()], plain[match.end() : match.end() + 20]
                weekday = _weekday_beside(before, after, locale)
                since = _SINCE.search(before)
                yield SaidDate(match[0], possible, year, weekday, int(since[1]) if since else None)


# "25–27 November", "25. und 26.11.", "du 25 au 27 novembre": the day that comes before the last.
_SINCE = re.compile(
    r"(?<![\d.,:/])(\d{1,2})(?:\.|st|nd|rd|th|er)? ?(?:-|/|&|to|bis|und|and|au|et|en|t/m|tot|al|a|y|e) ?\Z"
)
_RANGE = re.compile(r"(?:-|/|&|\b(?:to|till|until|through|bis|und|and|or|oder|au|a|al|et|ou|en|of|tot|t/m|y|o|e)) ?\Z")


@functools.cache
def _weekdays(locale: str) -> dict[str, int]:
    """Weekdays by their names, folded; what has two letters is one only with a dot behind it ("So.")."""
    names: dict[str, int] = {}
    for spoken in dict.fromkeys((Locale(_locale(locale).language), Locale("en"))):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated", "short"):
                for number, name in spoken.days[context][width].items():
                    bare = fold(name).rstrip(".")
                    if len(bare) > 1:
                        names.setdefault(bare if len(bare) > 2 else f"{bare}.", number)
    return names


@functools.cache
def _weekday_patterns(locale: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(sorted(map(re.escape, _weekdays(locale)), key=len, reverse=True))
    return (
        re.compile(rf"(?<!\w)(?P<name>{names})\.?,? ?(?:the |den |dem |der |le |el |il |de )?\Z"),
        re.compile(rf" ?\((?P<name>{names})\.?\)"),
    )


@functools.lru_cache(4096)  # a table of days has the same words beside each
def _weekday_beside(before: str, after: str, locale: str) -> int | None:
    """Return the weekday that a date is said to be; a range ("Monday to Friday, 27 November") says none of it."""
    pattern_before, pattern_after = _weekday_patterns(locale)
    found = pattern_before.search(before)
    if found and _RANGE.search(before[: found.start()]):
        return None
    found = found or pattern_after.match(after)
    return _weekdays(locale)[found["name"]] if found else None


def names_weekday(text: str, locale: str = "en") -> bool:
    """True where the text has the name of a weekday in this locale or in English."""
    return _any_weekday(locale).search(fold(text)) is not None


@functools.cache
def _any_weekday(locale: str) -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _weekdays(locale)), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{names})(?!\w)")


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_HALVES = r"a\.?m\.?|p\.?m\.?"
_TIME = re.compile(
    rf"(?<![\d:.,/+-])(?:(?P<hour>[01]?\d|2[0-4])(?::| ?h ?|\.)(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])(?!\.\d)"
    rf" ?(?P<half>{_HALVES})?"
    rf"|(?P<hour2>[01]?\d|2[0-4]) ?(?:(?P<half2>{_HALVES})|uhr|h|heures?|uur|o'clock|horas)(?!\w))"
)


def zone_name(when: datetime, locale: str = "en") -> str:
    """Return what readers of this locale call the time zone of this moment for short: `CET`, `MEZ`."""
    return str(get_timezone_name(when, width="short", locale=_locale(locale)))


def times_in(text: str) -> Iterator[time]:
    """Yield every time of day that the text says: `18:00`, `18h30`, `18 Uhr`, `6 pm`, `18.00` only beside "Uhr"."""
    plain = fold(text)
    for match in _TIME.finditer(plain):
        dotted = match["hour"] and plain[match.end("hour")] == "."
        if dotted and not re.match(r" ?(?:uhr|h\b|uur)", plain[match.end() :]) and not match["half"]:
            continue  # an amount, a date or a version
        hour, half = int(match["hour"] or match["hour2"]), (match["half"] or match["half2"] or "")[:1]
        if half and not 1 <= hour <= 12:
            continue
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour % 24
        yield time(hour, int(match["minute"] or 0))
