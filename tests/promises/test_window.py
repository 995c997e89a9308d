"""Windows in words: what opens and closes when, wherever the event is and whatever the clocks there do that night."""

from __future__ import annotations

import json
import time as process_time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.errors import FeatureError
from upheld.promises import Moment, Window, parse_duration, parse_window
from upheld.promises.window import JOURNEY_START, PROMISE_STEP, Edge

ZERO = timedelta()


def when(text: str, zone: str = "UTC", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def resolved(words: str, event: datetime, zone: str, tolerance: timedelta = ZERO) -> tuple[str, str]:
    """The window's two edges on the wall clock of the event's zone."""
    moment = Moment.at("the event", event, zone)
    interval = parse_window(words).resolve(
        {"the event": moment, JOURNEY_START: Moment.at(JOURNEY_START, event)}, tolerance
    )
    there = ZoneInfo(zone)
    return tuple(f"{edge.astimezone(there):%Y-%m-%d %H:%M:%S}" for edge in (interval.opens, interval.closes))  # type: ignore[return-value]


@pytest.fixture(params=["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def anywhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine stands in some other time zone than the event."""
    monkeypatch.setenv("TZ", request.param)
    process_time.tzset()
    yield request.param
    monkeypatch.undo()
    process_time.tzset()


@pytest.mark.parametrize(
    ("words", "event", "zone", "opens", "closes"),
    [
        (
            "on the day before the event",
            "2026-11-26 18:00",
            "Europe/Berlin",
            "2026-11-25 00:00:00",
            "2026-11-25 23:59:59",
        ),
        ("the day before the event", "2026-11-26 00:30", "Europe/Berlin", "2026-11-25 00:00:00", "2026-11-25 23:59:59"),
        (
            "the calendar day before the event",
            "2026-11-26 23:30",
            "America/New_York",
            "2026-11-25 00:00:00",
            "2026-11-25 23:59:59",
        ),
        (
            "on the day after the event",
            "2026-12-31 18:00",
            "Asia/Kolkata",
            "2027-01-01 00:00:00",
            "2027-01-01 23:59:59",
        ),
        (
            "on the day of the event by 08:00",
            "2026-11-26 18:00",
            "Europe/Berlin",
            "2026-11-26 00:00:00",
            "2026-11-26 08:00:00",
        ),
        (
            "on the day of the event, by 8:00",
            "2026-11-26 18:00",
            "Europe/Berlin",
            "2026-11-26 00:00:00",
            "2026-11-26 08:00:00",
        ),
        (
            "on the day of the event by 24:00",
            "2026-11-26 18:00",
            "Europe/Berlin",
            "2026-11-26 00:00:00",
            "2026-11-26 23:59:59",
        ),
        ("1 day before the event", "2026-11-26 18:00", "Europe/Berlin", "2026-11-25 18:00:00", "2026-11-25 18:00:00"),
        (
            "between 2 days and 1 day before the event",
            "2026-11-26 18:00",
            "Europe/Berlin",
            "2026-11-24 18:00:00",
            "2026-11-25 18:00:00",
        ),
        (
            "between a week and a day before the event",
            "2026-11-26 18:00",
            "Europe/Berlin",
            "2026-11-19 18:00:00",
            "2026-11-25 18:00:00",
        ),
        (
            "between 1 hour and 2 hours after the event",
            "2026-11-26 18:00",
            "Europe/Berlin",
            "2026-11-26 19:00:00",
            "2026-11-26 20:00:00",
        ),
        (
            "after the event, within 3 days",
            "2026-11-26 18:00",
            "Europe/Berlin",
            "2026-11-26 18:00:00",
            "2026-11-29 18:00:00",
        ),
        (
            "within 3 days of the event",
            "2026-11-26 18:00",
            "Europe/Berlin",
            "2026-11-26 18:00:00",
            "2026-11-29 18:00:00",
        ),
        # month ends and leap days
        ("1 month before the event", "2026-03-31 18:00", "Europe/Berlin", "2026-02-28 18:00:00", "2026-02-28 18:00:00"),
        ("1 month before the event", "2028-03-31 18:00", "Europe/Berlin", "2028-02-29 18:00:00", "2028-02-29 18:00:00"),
        ("1 year before the event", "2028-02-29 18:00", "Europe/Berlin", "2027-02-28 18:00:00", "2027-02-28 18:00:00"),
        (
            "on the day before the event",
            "2028-03-01 09:00",
            "Europe/Berlin",
            "2028-02-29 00:00:00",
            "2028-02-29 23:59:59",
        ),
        # Berlin goes to summer time on 29 March 2026, and back on 25 October 2026
        ("1 day before the event", "2026-03-29 18:00", "Europe/Berlin", "2026-03-28 18:00:00", "2026-03-28 18:00:00"),
        (
            "24 hours before the event",
            "2026-03-29 18:00",
            "Europe/Berlin",
            "2026-03-28 17:00:00",
            "2026-03-28 17:00:00",
        ),
        ("1 day before the event", "2026-10-25 18:00", "Europe/Berlin", "2026-10-24 18:00:00", "2026-10-24 18:00:00"),
        (
            "24 hours before the event",
            "2026-10-25 18:00",
            "Europe/Berlin",
            "2026-10-24 19:00:00",
            "2026-10-24 19:00:00",
        ),
        (
            "on the day before the event",
            "2026-10-26 18:00",
            "Europe/Berlin",
            "2026-10-25 00:00:00",
            "2026-10-25 23:59:59",
        ),
        # days that begin at 01:00, or have the hour before midnight twice
        ("on the day of the event", "2026-04-24 18:00", "Africa/Cairo", "2026-04-24 01:00:00", "2026-04-24 23:59:59"),
        (
            "on the day of the event",
            "2018-02-17 18:00",
            "America/Sao_Paulo",
            "2018-02-17 00:00:00",
            "2018-02-17 23:59:59",
        ),
    ],
)
def test_windows_about_an_event(words: str, event: str, zone: str, opens: str, closes: str, anywhere: str) -> None:
    assert resolved(words, when(event, zone), zone) == (opens, closes), anywhere


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-03-29", "Europe/Berlin", 23),
        ("2026-10-25", "Europe/Berlin", 25),
        ("2026-11-01", "America/New_York", 25),
        ("2026-03-08", "America/New_York", 23),
        ("2018-02-17", "America/Sao_Paulo", 25),
        ("2026-10-04", "Australia/Lord_Howe", 23.5),
        ("2026-11-26", "Asia/Kathmandu", 24),
    ],
)
def test_a_calendar_day_is_as_long_as_it_is_there(day: str, zone: str, hours: float) -> None:
    moment = Moment.at("the event", when(f"{day} 12:00", zone), zone)
    interval = parse_window("on the day of the event").resolve({"the event": moment})
    assert interval.closes - interval.opens == timedelta(hours=hours) - timedelta(microseconds=1)


@pytest.mark.parametrize("fold", [0, 1])
def test_minutes_are_counted_as_they_pass_while_an_hour_comes_twice(fold: int) -> None:
    paid = when("2026-10-25 02:30", "Europe/Berlin", fold)
    interval = parse_window("within 2 minutes of paying").resolve(
        {"paying": Moment.at("paying", paid, "Europe/Berlin")}
    )
    assert interval.opens == paid.astimezone(UTC)
    assert interval.closes - interval.opens == timedelta(minutes=2)


def test_by_half_past_two_is_the_later_one_in_the_night_that_has_two() -> None:
    moment = Moment.at("the event", when("2026-10-25 18:00", "Europe/Berlin"), "Europe/Berlin")
    interval = parse_window("on the day of the event by 02:30").resolve({"the event": moment})
    assert interval.closes == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "tolerance", "early", "late"),
    [
        ("1 day before the event", timedelta(hours=2), timedelta(hours=-26), timedelta(hours=-22)),
        ("1 day before the event", ZERO, timedelta(hours=-24), timedelta(hours=-24)),
        ("1 hour after the event", timedelta(hours=2), timedelta(minutes=30), timedelta(minutes=90)),
        ("10 minutes before the event", timedelta(hours=2), timedelta(minutes=-15), timedelta(minutes=-5)),
    ],
)
def test_a_point_in_time_has_a_tolerance_of_at_most_half_its_distance(
    words: str, tolerance: timedelta, early: timedelta, late: timedelta
) -> None:
    event = when("2026-11-26 18:00", "Europe/Berlin")
    window = parse_window(words)
    interval = window.resolve({"the event": Moment.at("the event", event, "Europe/Berlin")}, tolerance)
    assert window.has_tolerance
    assert (interval.opens - event, interval.closes - event) == (early, late)


def test_within_opens_with_the_journey_and_closes_after_the_promise() -> None:
    start, made = when("2026-11-22 02:00"), when("2026-11-22 02:05")
    known = {
        JOURNEY_START: Moment.at(JOURNEY_START, start),
        PROMISE_STEP: Moment(PROMISE_STEP, made, made + timedelta(seconds=3)),
    }
    interval = parse_window("within 2 minutes").resolve(known)
    assert (interval.opens, interval.closes) == (start, made + timedelta(minutes=2, seconds=3))


@pytest.mark.parametrize(
    "words",
    ["within 2 minutes of paying", "within 2 minutes after paying", "after paying, within 2 minutes"],
)
def test_a_step_that_takes_a_while_makes_its_window_longer(words: str) -> None:
    began, ended = when("2026-11-22 02:00:00"), when("2026-11-22 02:00:08")
    interval = parse_window(words).resolve({"paying": Moment("paying", began, ended)})
    assert (interval.opens, interval.closes) == (began, ended + timedelta(minutes=2))


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("within 30 seconds", 30),
        ("within a minute", 60),
        ("within an hour", 3600),
        ("within 1.5 hours", 5400),
        ("within twelve minutes", 720),
        ("  Within   2  Minutes. ", 120),
        ("for 10 seconds", 10),
    ],
)
def test_durations_in_words(words: str, seconds: float) -> None:
    assert parse_window(words).closes == Edge(PROMISE_STEP, seconds=seconds)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "soon",
        "within",
        "within 2 min",
        "within minutes",
        "within -2 minutes",
        "2 minutes",
        "within 2 minutes 3 seconds",
        "3 days after",
        "before",
        "after",
        "between 1 day before the event",
        "between 2 and 1 days before the event",
        "between 2 days and 1 day",
        "by 08:00 on the day of the event",
        "on the day the event",
        "on the day before of the event",
        "on the day of the event by 25:00",
        "on the day of the event by 8",
        "1 day before the event by 08:00",
        "1 day before 2 days after the event",
        "before the event, after paying",
        "after paying within 3 days",
        "after the event, after",
        "within 2 minutes of paying, within 3 days",
        "within 1.5 days of paying",
        "between 1 day and 2 days before the event",
        "between 2 days and 1 day after the event",
        "within 101 years",
        "within 99999999999999 days of paying",
        "within " + "9" * 400 + " minutes",
        "within 2 minutes of paying by card",
        "on the 3rd of May",
        "tomorrow",
        "within 2 minutes\nof",
        "the day before within the event",
    ],
)
def test_what_says_no_window_is_refused_with_file_and_line(words: str) -> None:
    with pytest.raises(FeatureError) as raised:
        parse_window(words, file="features/booking.feature", line=21)
    assert str(raised.value).startswith("features/booking.feature:21: ")
    assert (raised.value.file, raised.value.line) == ("features/booking.feature", 21)


def test_a_refusal_says_how_to_say_it() -> None:
    with pytest.raises(
        FeatureError, match=r'"soon" says no window that is understood\. Say it like one of: within 2 min'
    ):
        parse_window("soon")
    with pytest.raises(FeatureError, match="ends before it begins; say the earlier one first"):
        parse_window("between 1 day and 2 days before the event")
    with pytest.raises(FeatureError, match="so say them in whole numbers"):
        parse_window("within 1.5 days of paying")


def test_an_unknown_moment_is_named() -> None:
    with pytest.raises(KeyError, match="the evnt"):
        parse_window("on the day before the evnt").resolve({})


FORMS = [
    "within 2 minutes",
    "within 1 hour of paying",
    "1 day before the event",
    "between 2 days and 1 day before the event",
    "on the day of the event by 08:00",
    "on the day before the event",
    "after the event, within 3 days",
    "for 10 seconds",
    "after cancelling",
    "before the event",
    "within 3 months of paying",
    "on the day after the event",
]


@pytest.mark.parametrize("words", FORMS)
@pytest.mark.parametrize("usual", ["", "within 2 minutes of paying", "on the day before the event"])
def test_through_json_and_back(words: str, usual: str) -> None:
    window = parse_window(words)
    if usual:
        window = window.silence(parse_window(usual))
    assert Window.from_json(json.loads(json.dumps(window.to_json()))) == window
    assert window.words == words


ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo", "America/St_Johns"]
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # the zone is given beside


@given(INSTANTS, ZONES, st.sampled_from(FORMS), st.integers(0, 600), st.integers(0, 7200))
def test_no_window_closes_before_it_opens(start: datetime, zone: str, words: str, length: int, tolerance: int) -> None:
    ended = start + timedelta(seconds=length)
    names = ("the event", "paying", "cancelling")
    known = {name: Moment(name, start, ended, zone) for name in names}
    known |= {
        JOURNEY_START: Moment.at(JOURNEY_START, start - timedelta(hours=1)),
        PROMISE_STEP: Moment.at(PROMISE_STEP, ended),
    }
    interval = parse_window(words).resolve(known, timedelta(seconds=tolerance))
    assert interval.opens <= interval.closes
    assert interval.opens.tzinfo is UTC
    assert interval.closes.tzinfo is UTC


@given(INSTANTS, ZONES)
def test_the_day_before_is_the_day_before_and_the_days_leave_no_hole(start: datetime, zone: str) -> None:
    known = {"the event": Moment.at("the event", start, zone)}
    before, on, after = (
        parse_window(f"on the day {which} the event").resolve(known) for which in ("before", "of", "after")
    )
    there = ZoneInfo(zone)
    assert on.opens <= start <= on.closes
    assert before.closes.astimezone(there).date() == start.astimezone(there).date() - timedelta(days=1)
    assert on.opens - before.closes == after.opens - on.closes == timedelta(microseconds=1)


@given(INSTANTS, ZONES, st.integers(1, 500), st.integers(0, 7200))
def test_a_greater_tolerance_never_narrows(start: datetime, zone: str, days: int, tolerance: int) -> None:
    known = {"the event": Moment.at("the event", start, zone)}
    window = parse_window(f"{days} days before the event")
    narrow, wide = (
        window.resolve(known, timedelta(seconds=tolerance)),
        window.resolve(known, timedelta(seconds=tolerance + 60)),
    )
    assert wide.opens <= narrow.opens <= narrow.closes <= wide.closes


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("90s", 90),
        ("2m", 120),
        ("1h", 3600),
        ("3d", 259_200),
        ("45", 45),
        ("1.5 h", 5400),
        ("2 minutes", 120),
        ("1 hour", 3600),
        ("3 days", 259_200),
        ("one week", 604_800),
    ],
)
def test_durations(words: str, length: float) -> None:
    assert parse_duration(words) == timedelta(seconds=length)


@pytest.mark.parametrize("words", ["", "soon", "2 months", "-3s", "1e400", "9" * 400, "2 lightyears", "101 years"])
def test_durations_that_are_none(words: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration|longer than"):
        parse_duration(words)


# Silence: watched for as long as the thing would have been allowed to take.


def silence(usual: str, *, paid: bool, words: str = "") -> tuple[timedelta, timedelta]:
    """From when to when, from the journey's start, she is not to get it."""
    start = when("2026-11-22 02:00")
    known = {
        JOURNEY_START: Moment.at(JOURNEY_START, start),
        PROMISE_STEP: Moment.at(PROMISE_STEP, start + timedelta(seconds=60)),
        "the event": Moment.at("the event", when("2026-11-26 18:00", "Europe/Berlin"), "Europe/Berlin"),
        "cancelling": Moment("cancelling", start + timedelta(seconds=40), start + timedelta(seconds=44)),
    }
    if paid:
        known["paying"] = Moment("paying", start + timedelta(seconds=28), start + timedelta(seconds=30))
    base = parse_window(words) if words else Window("", Edge(JOURNEY_START), Edge(PROMISE_STEP))
    interval = base.silence(parse_window(usual)).resolve(known)
    return interval.opens - start, interval.closes - start


EVENT_IN = when("2026-11-26 18:00", "Europe/Berlin") - when("2026-11-22 02:00")


@pytest.mark.parametrize(
    ("usual", "paid", "words", "opens", "closes"),
    [
        ("within 2 minutes", True, "", 0, 180),
        ("within 2 minutes of paying", True, "", 0, 180),
        # her card was declined: she never paid, and the receipt would count from there
        ("within 2 minutes of paying", False, "", 0, 180),
        ("within 3 days of paying", False, "", 0, 60 + 3 * 86_400),
        ("within 2 minutes of paying", True, "after cancelling", 44, 180),
        # what counts from the event is watched until then, however short it is
        ("after the event, within 2 hours", True, "", 0, EVENT_IN.total_seconds() + 7200),
        ("after the event, within 3 days", True, "after cancelling", 44, EVENT_IN.total_seconds() + 3 * 86_400),
    ],
)
def test_silence(usual: str, paid: bool, words: str, opens: float, closes: float) -> None:
    assert silence(usual, paid=paid, words=words) == (timedelta(seconds=opens), timedelta(seconds=closes))


def test_silence_about_a_day_ends_with_that_day() -> None:
    opens, closes = silence("on the day before the event", paid=True, words="after cancelling")
    assert opens == timedelta(seconds=44)
    assert closes == when("2026-11-26 00:00", "Europe/Berlin") - when("2026-11-22 02:00") - timedelta(microseconds=1)
