"""Facts as values: the same amount and the same day in every dress, and no other."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_currency
from hypothesis import given, settings
from hypothesis import strategies as st

from upheld.promises.facts import (
    Fact,
    Money,
    SaidDate,
    dates_in,
    fold,
    money_in,
    parse_money,
    says,
    times_in,
)

LOCALES = [
    "en_GB",
    "en_US",
    "en_IN",
    "de_DE",
    "de_CH",
    "de_AT",
    "fr_FR",
    "fr_CH",
    "es_ES",
    "es_MX",
    "pt_PT",
    "pt_BR",
    "it_IT",
    "nl_NL",
    "sv_SE",
    "da_DK",
    "nb_NO",
    "pl_PL",
    "cs_CZ",
    "ja_JP",
]
DATE_LOCALES = [locale for locale in LOCALES if locale not in ("ja_JP",)]
CURRENCIES = ["EUR", "USD", "GBP", "CHF", "SEK", "DKK", "NOK", "PLN", "CZK", "CAD", "AUD", "INR", "BRL"]

# Amounts


@settings(max_examples=300)
@given(st.sampled_from(LOCALES), st.sampled_from(CURRENCIES), st.integers(1, 999_999_999))
def test_an_amount_in_the_dress_of_its_locale_is_read_by_value(locale: str, currency: str, cents: int) -> None:
    amount = Decimal(cents) / 100
    text = f"Summe / Total: {format_currency(amount, currency, locale=locale)} (2 Tickets)"
    right = Fact("the amount", f"{amount} {currency}", "money")
    assert right.said_in(text, locale), text
    for other in (amount * 10, amount + 1, amount + Decimal("0.01"), -amount):
        assert not Fact("the amount", f"{other:f} {currency}", "money").said_in(text, locale), (text, other)


@settings(max_examples=100)
@given(st.sampled_from(LOCALES), st.integers(1, 999_999))
def test_an_amount_in_another_currency_is_another_amount(locale: str, cents: int) -> None:
    amount = Decimal(cents) / 100
    text = format_currency(amount, "EUR", locale=locale)
    assert not Fact("the amount", f"{amount} GBP", "money").said_in(text, locale)


@pytest.mark.parametrize(
    ("text", "currency", "locale"),
    [
        ("120.00 EUR", "EUR", "en"),
        ("EUR 120.00", "EUR", "en"),
        ("EUR120", "EUR", "en"),
        ("€120", "EUR", "en"),
        ("€ 120,-", "EUR", "nl"),
        ("120,- €", "EUR", "de"),
        ("120,-- Euro", "EUR", "de"),
        ("120,00 Euro", "EUR", "de"),
        ("120 euros", "EUR", "fr"),
        ("120,00 €", "EUR", "fr"),
        ("120 €", "EUR", "es"),
        ("120,00€.", "EUR", "pt"),
        ("Total:120€", "EUR", "en"),
        ("Betrag\n120,00\n€", "EUR", "de"),
        ("120\u202f€", "EUR", "fr"),
        ("€\xa0120,00", "EUR", "nl"),
        ("120 eur", "EUR", "de"),
        ("£120", "GBP", "en"),
        ("120 pounds", "GBP", "en"),
        ("120 British pounds", "GBP", "en"),
        ("US$120.00", "USD", "en"),
        ("$120", "USD", "en"),
        ("120 dollars", "USD", "en"),
        ("$120.00 CAD", "CAD", "en"),
        ("CA$120.00", "CAD", "en"),
        ("A$120", "AUD", "en"),
        ("kr 120", "NOK", "nb"),
        ("120 kr", "DKK", "da"),
        ("120 kr.", "DKK", "da"),
        ("120 kr", "SEK", "en"),
        ("120 Kč", "CZK", "cs"),
        ("120 zł", "PLN", "pl"),
        ("Fr. 120.-", "CHF", "de-CH"),
        ("CHF 120.–", "CHF", "de-CH"),
        ("120,00 CHF", "CHF", "fr"),
        ("¥120", "JPY", "en"),
        ("120円", "JPY", "ja"),
        ("￥120", "JPY", "ja"),
        ("R$ 120,00", "BRL", "pt-BR"),
        ("₹120.00", "INR", "en-IN"),
        ("(120.00 EUR)", "EUR", "en"),
        ("=120.00 EUR", "EUR", "en"),
        ("EUR 120.00/month", "EUR", "en"),
        ("120.00 EUR, paid", "EUR", "en"),
        ("- €120.00", "EUR", "en"),
        # the columns of a row: one ticket at 120, and not 1120
        ("Systems Day 1 120,00 €", "EUR", "de"),
        ("Systems Day\t1\t120.00 EUR", "EUR", "en"),
        ("Seats 2 €120 2 drinks", "EUR", "en"),
        ("Systems Day\t1\t€120.00", "EUR", "en"),
        ("Systems Day 1 € 120,00", "EUR", "nl"),
        ("120,00€ 2 Plätze", "EUR", "de"),
        ("Place 1 120,00 €", "EUR", "fr"),
        ("Place\n1\n120,00 €", "EUR", "fr"),
        ("Nr. 12 345 120,00 €", "EUR", "de"),
    ],
)
def test_120_in_the_dresses_that_shops_give_it(text: str, currency: str, locale: str) -> None:
    assert Money(Decimal(120), currency) in money_in(text, currency, locale)


@pytest.mark.parametrize(
    ("text", "amount", "currency", "locale"),
    [
        ("1.200,00 €", "1200", "EUR", "de"),
        ("1.200 €", "1200", "EUR", "de"),
        ("1,200.00 EUR", "1200", "EUR", "en"),
        ("1'200.50 CHF", "1200.50", "CHF", "de-CH"),
        ("1’200.50 CHF", "1200.50", "CHF", "de-CH"),
        ("1 200,50 €", "1200.50", "EUR", "fr"),
        ("1\xa0200,50 €", "1200.50", "EUR", "en"),
        ("1\u202f200,50 €", "1200.50", "EUR", "de"),
        ("₹1,20,000.00", "120000", "INR", "en-IN"),
        ("1.234.567,89 €", "1234567.89", "EUR", "de"),
        ("0,99 €", "0.99", "EUR", "de"),
        ("−120,00 €", "-120", "EUR", "de"),
        ("-€120.00", "-120", "EUR", "en"),
        ("12€50 TTC", "12.50", "EUR", "fr"),
        ("2 500 000 €", "2500000", "EUR", "fr"),
    ],
)
def test_thousands_and_signs(text: str, amount: str, currency: str, locale: str) -> None:
    assert Money(Decimal(amount), currency) in money_in(text, currency, locale)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EUR",
        "120",
        "1120,00 €",
        "120,50 €",
        "€1,120.00",
        "12000 €",
        "1.120,00 €",
        "€ 12",
        "120 Eurocents",
        "2120 EUR",
        "x120 EUR",
        "120.001 EUR",
        "120 USD",
        "$120",
        "\xa01\xa0120,00 €",
    ],
)
def test_what_is_not_120_euros(text: str) -> None:
    assert not Fact("the amount", "120.00 EUR", "money").said_in(text, "de")


@pytest.mark.parametrize("words", ["", "free", "120", "EUR", "VAT 12", "120.00 QQQ", "one hundred EUR"])
def test_what_is_no_amount_is_refused_with_how_to_say_it(words: str) -> None:
    with pytest.raises(ValueError, match=r'is no amount; say it as "120\.00 EUR"'):
        parse_money(words)


@pytest.mark.parametrize(
    ("words", "amount", "currency"),
    [
        ("120.00 EUR", "120", "EUR"),
        ("EUR 120", "120", "EUR"),
        ("120,00 €", "120", "EUR"),
        ("£5", "5", "GBP"),
        ("1,234.50 USD", "1234.50", "USD"),
        ("incl. VAT 120.00 EUR", "120", "EUR"),
        ("-3 CHF", "-3", "CHF"),
    ],
)
def test_amounts_as_features_say_them(words: str, amount: str, currency: str) -> None:
    assert parse_money(words) == Money(Decimal(amount), currency)


def test_an_amount_is_told_as_its_reader_writes_it() -> None:
    assert Money(Decimal(120), "EUR").tell("en") == "€120.00"
    assert fold(Money(Decimal(120), "EUR").tell("de-DE")) == "120,00 €"
    assert Money(Decimal(120), "EUR").tell("xx-nowhere") == "120 EUR"
    assert Fact("the amount", "120.00 EUR", "money").instead("You paid €210.00, and €210.00.", "en") == ("€210.00",)


# Dates

DAYS = st.dates(date(2020, 1, 1), date(2049, 12, 31))


def day_fact(day: date, zone: str = "UTC") -> Fact:
    return Fact("the date of the event", f"{day.isoformat()}T12:00:00+00:00", "date", zone)


@settings(max_examples=300)
@given(st.sampled_from(DATE_LOCALES), st.sampled_from(["full", "long", "medium"]), DAYS)
def test_a_date_in_the_dress_of_its_locale_is_read(locale: str, width: str, day: date) -> None:
    text = f"{format_date(day, width, locale=locale)}"
    assert day_fact(day).said_in(text, locale), text
    for other in (day + timedelta(days=1), day - timedelta(days=1), day + timedelta(days=31)):
        spelled = width != "medium" or not text.replace(" ", "").replace("/", "").replace("-", "").isdigit()
        if spelled and (other.month, other.day) != (day.day, day.month):
            assert not day_fact(other).said_in(text, locale), (text, other)


@given(DAYS)
def test_digits_are_read_as_their_reader_may(day: date) -> None:
    for text in (
        f"{day:%d/%m/%Y}",
        f"{day:%m/%d/%Y}",
        f"{day:%d.%m.%Y}",
        f"{day:%Y-%m-%d}",
        f"{day:%d.%m.}",
        f"{day:%d/%m}",
        f"{day:%d-%m-%y}",
    ):
        assert day_fact(day).said_in(f"On {text} at 18:00", "en"), text
    assert not day_fact(day.replace(year=day.year + 400)).said_in(f"{day:%d/%m/%Y}")


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("Wednesday 25 November 2026", "en"),
        ("Wed, Nov 25th", "en"),
        ("November 25, 2026 at 6 pm", "en"),
        ("25th of November, 2026", "en"),
        ("Nov. 25", "en"),
        ("25-Nov-2026", "en"),
        ("November the 25th", "en"),
        ("2026-11-25T18:00:00+01:00", "en"),
        ("2026/11/25", "en"),
        ("Mittwoch, 25. November 2026, 18 Uhr", "de"),
        ("Mi., 25. Nov.", "de"),
        ("am 25.11. um 18 Uhr", "de"),
        ("25.11.26", "de"),
        ("25. 11. 2026", "de"),
        ("mercredi 25 novembre 2026 à 18 h", "fr"),
        ("25 nov. 2026", "fr"),
        ("25/11 à 18h", "fr"),
        ("miércoles, 25 de noviembre de 2026", "es"),
        ("25.º de noviembre del 2026", "es"),
        ("25/nov/2026", "es"),
        ("25 nov 2026", "es"),
        ("quarta-feira, 25 de novembro de 2026", "pt"),
        ("mercoledì 25 novembre", "it"),
        ("woensdag 25 november 2026", "nl"),
        ("onsdag den 25. november 2026", "da"),
        ("25 listopada 2026", "pl"),
        ("25. listopadu 2026", "cs"),
        ("2026年11月25日", "ja"),
        ("NOVEMBER 25", "en"),
        ("25\xa0November\u202f2026", "de"),
        ("November 25", "xx-nowhere"),
    ],
)
def test_a_day_in_the_dresses_that_mails_give_it(text: str, locale: str) -> None:
    assert day_fact(date(2026, 11, 25)).said_in(text, locale)


@pytest.mark.parametrize(
    ("text", "locale", "month", "day"),
    [("14 AOUT 2026", "fr", 8, 14), ("14 fév.", "fr", 2, 14), ("14 Mrz 2026", "de", 3, 14),
     ("1º de setiembre", "es", 9, 1), ("3 DECEMBRE", "fr", 12, 3)],
)  # fmt: skip
def test_months_as_they_are_written_beside_the_books(text: str, locale: str, month: int, day: int) -> None:
    assert day_fact(date(2026, month, day)).said_in(text, locale)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24 November 2026",
        "25 November 2025",
        "25 December 2026",
        "125 November",
        "November 251",
        "Order 25.11.2026.4",
        "25.11.2027",
        "32 December 9999",
        "00/00/0000",
        "25 Novembers",
        "tomorrow",
        "2026-11-251",
        "November 2026",
    ],
)
def test_what_is_another_day_or_none(text: str) -> None:
    assert not day_fact(date(2026, 11, 25)).said_in(text, "en")


def test_an_hour_is_no_day() -> None:
    assert not day_fact(date(2026, 11, 18)).said_in("am 25. November 18 Uhr", "de")
    assert not day_fact(date(2026, 11, 18)).said_in("25 November 18:00", "en")
    assert not day_fact(date(2026, 11, 6)).said_in("25 November 6 pm", "en")


def test_the_day_is_that_of_the_events_own_zone() -> None:
    late = Fact("the date", "2026-11-25T23:30:00+00:00", "date", "Europe/Berlin")
    assert late.said_in("26 November")
    assert not late.said_in("25 November")
    assert late.tell("de") == "Donnerstag, 26. November 2026"


@pytest.mark.parametrize(
    "text", ["31.12.0001", "1 January 0001", "31 December 9999", "9999-12-31", "99/99/9999", "0000-00-00", "31/12/00"]
)
def test_absurd_dates_do_no_harm(text: str) -> None:
    assert all(isinstance(said, SaidDate) for said in dates_in(text))
    assert not day_fact(date(2026, 11, 25)).said_in(text)


def test_what_stands_in_the_place_of_a_date() -> None:
    assert day_fact(date(2026, 11, 25)).instead("On 24 November 2026, or 24 November 2026") == ("24 November 2026",)


# Words


@pytest.mark.parametrize(
    ("text", "phrase", "there"),
    [
        ("Order 4711.", "4711", True),
        ("Order 47110", "4711", False),
        ("Order #4711", "#4711", True),
        ("X4711", "4711", False),
        ("Welcome to SYSTEMS  day", "Systems Day", True),
        ("Systems\nDay", "Systems Day", True),
        ("Systems Days", "Systems Day", False),
        ("it’s “Hall 3”", 'it\'s "Hall 3"', True),
        ("Stra\u00adße", "straße", True),
        ("STRASSE", "Straße", True),
        ("", "x", False),
        ("x", "", True),
        ("Cafe\u0301", "Café", True),
        ("東京で会いましょう", "東京", True),
        ("서울에서", "서울", True),
        ("a\u200bb", "ab", True),
        ("(Ada)", "Ada", True),
        ("Adam", "Ada", False),
        ("C++ course", "C++", True),
        ("100 % (sure)", "(sure)", True),
        ("Hall 3–4", "Hall 3-4", True),
    ],
)
def test_words_are_whole_and_their_dress_does_not_matter(text: str, phrase: str, there: bool) -> None:
    assert says(text, phrase) is there


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_can_be_read(text: str, phrase: str) -> None:
    assert says(phrase, phrase) or not fold(phrase)
    says(text, phrase)
    list(dates_in(text, "de"))
    money_in(text, "EUR", "fr")


@given(st.integers(0, 10**9), st.text(alphabet="0123456789", min_size=1, max_size=3))
def test_a_number_is_not_in_a_longer_one(number: int, more: str) -> None:
    assert not says(f"Order {number}{more}", str(number))
    assert not says(f"Order {more}{number}", str(number))


def test_facts_through_json() -> None:
    fact = Fact("the date", "2026-11-25T23:30:00+00:00", "date", "Europe/Berlin")
    assert Fact.from_json(fact.to_json()) == fact
    assert Fact.from_json({"name": "x", "value": "y"}) == Fact("x", "y")


# A page of a million letters, made to hurt

MEGABYTE = 1_000_000
HOSTILE = {
    "groups of digits": "111 " * (MEGABYTE // 4),
    "one number": "9" * MEGABYTE,
    "dots": "1.1." * (MEGABYTE // 4),
    "commas": "111," * (MEGABYTE // 4),
    "spaces": " " * MEGABYTE,
    "lines": "\n" * MEGABYTE,
    "hard spaces": "\xa0" * MEGABYTE,
    "days": "25 " * (MEGABYTE // 3),
    "months": "nov " * (MEGABYTE // 4),
    "currencies": "EUR " * (MEGABYTE // 4),
    "signs": "€" * MEGABYTE,
    "minuses": "-" * MEGABYTE,
    "slashes": "1/1/" * (MEGABYTE // 4),
    "quotes": '"' * MEGABYTE,
    "a sentence": "Systems Day Systems " * (MEGABYTE // 20),
    "hyphens of print": "\u00ad" * MEGABYTE,
}
READERS: list[Callable[[str], object]] = [
    lambda text: money_in(text, "EUR", "fr"),
    lambda text: list(dates_in(text, "de")),
    lambda text: list(times_in(text)),
    lambda text: says(text, "Systems Day Systems Days"),
    lambda text: says(text, text[:500]),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_is_read_in_seconds(name: str) -> None:
    # The bound is far above what it takes, and far below what anything quadratic would.
    began = time.process_time()
    for reads in READERS:
        reads(HOSTILE[name])
    assert time.process_time() - began < 15


def test_a_naive_date_is_taken_in_the_machines_zone_never_lost() -> None:
    assert isinstance(Fact("x", datetime(2026, 11, 25, 12).isoformat(), "date").tell(), str)  # noqa: DTZ001  # on purpose
