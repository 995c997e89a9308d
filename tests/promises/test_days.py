"""Days, weekdays and hours as texts say them, in whatever dress."""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as clock
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_time
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.promises.test_facts import DATE_LOCALES
from upheld.promises.facts import Fact, dates_in, names_weekday, times_in, zone_name


@pytest.mark.parametrize(
    ("text", "locale", "weekday"),
    [
        ("Wednesday 25 November", "en", 2),
        ("Wed, Nov 25", "en", 2),
        ("25 November (Wednesday)", "en", 2),
        ("Mittwoch, den 25. November 2026", "de", 2),
        ("Mi., 25.11.2026", "de", 2),
        ("mer. 25 nov. 2026", "fr", 2),
        ("le mercredi 25 novembre", "fr", 2),
        ("miércoles, 25 de noviembre", "es", 2),
        ("woensdag 25 november", "nl", 2),
        ("25 November. Wednesday is free", "en", None),
        ("Monday to Friday, 25 November", "en", None),
        ("Monday – Friday, 25 November", "en", None),
        ("Mo 25. November", "de", None),  # two letters are a weekday with their dot only
        ("so 25 November", "de", None),
        ("25 November", "en", None),
    ],
)
def test_the_weekday_beside_a_date(text: str, locale: str, weekday: int | None) -> None:
    (said,) = dates_in(text, locale)
    assert said.weekday == weekday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("25–27 November 2026", 25, 27),
        ("25 to 27 November", 25, 27),
        ("25. bis 27. November 2026", 25, 27),
        ("du 25 au 27 novembre 2026", 25, 27),
        ("25 November 2026", 25, 25),
    ],
)
def test_a_range_of_days_covers_each_of_them(text: str, first: int, last: int) -> None:
    said = next(dates_in(text, "fr" if "au" in text else "de"))
    covered = [number for number in range(1, 31) if said.covers(date(2026, 11, number))]
    assert covered == list(range(first, last + 1))
    assert not said.covers(date(2026, 10, 26))


@pytest.mark.parametrize(
    ("text", "near", "day"),
    [
        ("1 January", date(2026, 11, 22), date(2027, 1, 1)),
        ("24 December", date(2027, 1, 3), date(2026, 12, 24)),
        ("25 November 2031", date(2026, 11, 22), date(2031, 11, 25)),
        ("03/04/2027", date(2026, 11, 22), None),
        ("31 November 2026", date(2026, 11, 22), None),
        ("29 February", date(2026, 11, 22), None),
        ("29 February", date(2028, 1, 1), date(2028, 2, 29)),
    ],
)
def test_the_day_that_is_meant_is_the_nearest(text: str, near: date, day: date | None) -> None:
    assert next(dates_in(text)).near(near) == day


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("18:00", ["18:00"]),
        ("from 18:00 to 20:30", ["18:00", "20:30"]),
        ("18h30", ["18:30"]),
        ("à 18 h 30", ["18:30"]),
        ("18 Uhr", ["18:00"]),
        ("18.30 Uhr", ["18:30"]),
        ("6 pm", ["18:00"]),
        ("6:30 p.m.", ["18:30"]),
        ("6.30pm", ["18:30"]),
        ("12 am, 12 pm", ["00:00", "12:00"]),
        ("18:00:05", ["18:00"]),
        ("2026-11-25T18:00:00+01:00", ["18:00"]),
        ("18.30", []),  # an amount
        ("version 1.18.30", []),
        ("25.11.2026", []),
        ("13 pm", []),
        ("25:00", []),
        ("order 18:123", []),
        ("18 hundred", []),
    ],
)
def test_times_of_day(text: str, hours: list[str]) -> None:
    assert [f"{hour:%H:%M}" for hour in times_in(text)] == hours


@settings(max_examples=100)
@given(st.sampled_from(DATE_LOCALES), st.times(), st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo"]))
def test_a_time_in_the_dress_of_its_locale_is_read(locale: str, hour: clock, zone: str) -> None:
    there = datetime.combine(date(2026, 11, 25), hour, ZoneInfo(zone))
    text = format_time(there, "short", tzinfo=ZoneInfo(zone), locale=locale)
    if "." not in text:  # 18.30 alone may be an amount: it is a time beside its word only
        assert [one.strftime("%H:%M") for one in times_in(text)] == [f"{hour:%H:%M}"], text
    assert zone_name(there, locale)


def test_a_date_that_was_noted_has_its_zone_behind_it() -> None:
    noted = Fact.noted("the date", "2026-11-25T23:30:00+00:00[Europe/Berlin]", "date")
    assert noted == Fact("the date", "2026-11-25T23:30:00+00:00", "date", "Europe/Berlin")
    assert Fact.noted("the row", "a[1]", "text") == Fact("the row", "a[1]")


def test_a_text_that_names_a_weekday() -> None:
    assert names_weekday("see you on Tuesday", "de")
    assert names_weekday("bis Mittwoch!", "de")
    assert not names_weekday("le montant de mardi-gras", "de")
