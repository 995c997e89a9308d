"""Points in time: where a journey's clock is turned to."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.promises.test_window import INSTANTS, ZONES, when
from upheld.errors import FeatureError
from upheld.promises import Moment, parse_window
from upheld.promises.window import parse_point


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("the day before the event", "2026-03-28 12:00"),
        ("the day of the event at 08:30", "2026-03-29 08:30"),
        ("the day after the event", "2026-03-30 12:00"),
        ("2 hours before the event", "2026-03-29 00:30"),
        ("1 day before the event", "2026-03-28 03:30"),
        ("3 days after the event", "2026-04-01 03:30"),
    ],
)
def test_points_in_time(words: str, expected: str) -> None:
    """Berlin goes to summer time at 02:00 on the day of the event, which begins at 03:30."""
    start = Moment.at("the event", when("2026-03-29 03:30", "Europe/Berlin"), "Europe/Berlin")
    found = parse_point(words).resolve(start, closing=False, tolerance=timedelta(hours=2))
    assert found.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%d %H:%M") == expected


@pytest.mark.parametrize("words", ["tomorrow", "the event", "within 2 minutes", "the day before 4", "2 days"])
def test_what_is_no_point_in_time_is_refused(words: str) -> None:
    with pytest.raises(FeatureError, match=r"features/a.feature:7: .*no point in time"):
        parse_point(words, file="features/a.feature", line=7)


@given(INSTANTS, ZONES, st.sampled_from(["before", "of", "after"]))
def test_a_point_on_a_day_lies_in_that_day(start: datetime, zone: str, side: str) -> None:
    known = Moment.at("the event", start, zone)
    day = parse_window(f"on the day {side} the event").resolve({"the event": known})
    noon = parse_point(f"the day {side} the event").resolve(known, closing=False, tolerance=timedelta())
    assert day.opens < noon < day.closes
