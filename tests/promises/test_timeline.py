"""Site time and real time, and what may be said of when we looked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.promises.court import at, looked
from upheld.promises import Interval
from upheld.promises.timeline import ClockReading, Looked, Stretch, Timeline


def span(opens: float, closes: float) -> Interval:
    return Interval(at(opens), at(closes))


DAY = 86_400.0
# Read at 0; turned a day on at 100, with a pause until 105; turned three days on at 200, pause until 201.
TURNED = Timeline(
    (
        ClockReading(at(0), at(0)),
        ClockReading(at(100), at(DAY), turned=True, until=at(105)),
        ClockReading(at(200), at(3 * DAY), turned=True, until=at(201)),
    )
)


@pytest.mark.parametrize(
    ("real", "site"),
    [
        (-30, -30),
        (0, 0),
        (99, 99),
        (100, DAY),
        (103, DAY),
        (105, DAY),
        (106, DAY + 6),
        (199, DAY + 99),
        (200, 3 * DAY),
        (201, 3 * DAY),
        (300, 3 * DAY + 100),
    ],
)
def test_an_arrival_in_site_time(real: float, site: float) -> None:
    assert TURNED.site_at(at(real)) == at(site)


def test_without_readings_the_site_lives_in_our_time() -> None:
    assert Timeline().site_at(at(5)) == Timeline().real_at(at(5)) == at(5)
    assert Timeline().real_spans(span(0, 10), at(7)) == [(at(0), at(7))]
    assert Timeline().real_spans(span(8, 10), at(7)) == []


@pytest.mark.parametrize(
    ("opens", "closes", "spans"),
    [
        (10, 50, [(10, 50)]),
        (-20, 5, [(-20, 5)]),
        # the pause after a turn into the window belongs to it
        (DAY - 10, DAY + 1, [(100, 105)]),
        (DAY, DAY + 50, [(100, 150)]),
        # over two turns
        (50, 3 * DAY + 10, [(50, 105), (100, 200), (200, 210)]),
        # jumped over
        (1000, 2000, []),
        (2 * DAY, 2 * DAY + 60, []),
        # the clock stands at the window's last instant
        (DAY - 60, DAY, [(100, 105)]),
    ],
)
def test_a_window_in_real_time(opens: float, closes: float, spans: list[tuple[float, float]]) -> None:
    found = TURNED.real_spans(span(opens, closes), at(400))
    assert [found[0][0], found[-1][1]] if found else not spans
    assert [(since.timestamp(), until.timestamp()) for since, until in found][-1:] == [
        (at(since).timestamp(), at(until).timestamp()) for since, until in spans
    ][-1:]
    assert len(found) == len(spans)


def test_when_the_clock_will_stand_there_if_left_alone() -> None:
    assert TURNED.real_at(at(3 * DAY + 60)) == at(260)


READINGS = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 5000), st.integers(0, 10)), min_size=1, max_size=6)


def timeline(steps: list[tuple[int, int, int]]) -> Timeline:
    """A clock that is only ever turned forward: real seconds between turns, seconds jumped, pause."""
    readings = [ClockReading(at(0), at(0))]
    real, site = 0, 0
    for passed, jumped, pause in steps:
        real, site = real + passed, site + passed + jumped
        readings.append(ClockReading(at(real), at(site), turned=True, until=at(real + min(pause, passed))))
    return Timeline(tuple(readings))


@given(READINGS, st.integers(0, 400), st.integers(0, 8000), st.integers(0, 3000))
def test_an_arrival_in_the_window_came_while_we_say_the_window_was(
    steps: list[tuple[int, int, int]], real: int, opens: int, length: int
) -> None:
    clock, window = timeline(steps), span(opens, opens + length)
    spans = clock.real_spans(window, at(1000))
    inside = window.opens <= clock.site_at(at(real)) <= window.closes
    if inside:
        assert any(since <= at(real) <= until for since, until in spans)


@given(READINGS, st.integers(0, 400), st.integers(0, 400))
def test_site_time_passes_in_the_order_of_real_time(steps: list[tuple[int, int, int]], one: int, other: int) -> None:
    clock = timeline(steps)
    first, second = sorted((one, other))
    assert clock.site_at(at(first)) <= clock.site_at(at(second))


# When "broken" may be said


def test_all_of_the_window_was_looked_at() -> None:
    assert looked().gap(span(0, 120)) == ""


@pytest.mark.parametrize("hole", [(0, 10), (50, 60), (115, 125), (-10, 130), (60, 61)])
def test_a_hole_is_a_gap(hole: tuple[float, float]) -> None:
    assert "nobody looked at the mailbox from 22 November 02:0" in looked(holes=[hole]).gap(span(0, 120))


@pytest.mark.parametrize("hole", [(-5, 1), (119, 300), (-100, -1), (121, 130)])
def test_a_sliver_at_either_end_is_none(hole: tuple[float, float]) -> None:
    assert looked(holes=[hole], since=-200).gap(span(0, 120)) == ""


def test_slivers_do_not_add_up_to_coverage() -> None:
    crumbs = tuple(Stretch(at(second), at(second + 0.1)) for second in range(121))
    assert looked(covered=False).gap(span(0, 120))
    assert Looked(now=at(200), real_now=at(200), covered=crumbs).gap(span(0, 120))


def test_a_short_window_needs_eyes_as_well() -> None:
    for length in (0, 0.5, 1, 2, 3):
        assert looked(covered=False).gap(span(10, 10 + length)), length
        assert looked(holes=[(5, 30)]).gap(span(10, 10 + length)), length
        assert looked().gap(span(10, 10 + length)) == "", length


def test_several_runs_cover_it_together_in_any_order() -> None:
    pieces = (Stretch(at(60), at(200)), Stretch(at(-5), at(30)), Stretch(at(29), at(61)))
    assert Looked(now=at(300), real_now=at(300), covered=pieces).gap(span(0, 120)) == ""


def test_a_gap_weighs_more_than_coverage() -> None:
    away = Stretch(at(50), at(51), "the site was away")
    assert looked(gaps=(away,)).gap(span(0, 120)) == "the site was away"
    assert looked(gaps=(away,)).gap(span(60, 120)) == ""
    # a mailbox that looked on while the site was away has seen all there was
    assert looked(gaps=(away,)).away(span(0, 120)) == ""


def test_a_known_reason_is_told() -> None:
    reason = Stretch(at(50), at(60), "the mailbox refused the connection")
    assert looked(holes=[(50, 60)], reasons=(reason,)).gap(span(0, 120)) == "the mailbox refused the connection"


def test_a_window_that_was_turned_past_was_never_looked_at() -> None:
    assert "turned past" in looked(timeline=TURNED).gap(span(1000, 2000))
    assert looked(timeline=TURNED).span(span(1000, 2000)) is None
    assert looked(timeline=TURNED).gap(span(DAY, DAY + 50)) == ""


STRETCHES = st.lists(st.tuples(st.integers(-20, 150), st.integers(0, 80)), max_size=8)


@given(STRETCHES, STRETCHES, st.integers(0, 100), st.integers(0, 100))
def test_more_looking_never_makes_a_gap(
    some: list[tuple[int, int]], more: list[tuple[int, int]], opens: int, length: int
) -> None:
    def when(pieces: list[tuple[int, int]]) -> Looked:
        covered = tuple(Stretch(at(since), at(since + lasts)) for since, lasts in pieces)
        return Looked(now=at(400), real_now=at(400), covered=covered)

    window = span(opens, opens + length)
    if when(some).gap(window) == "":
        assert when([*some, *more]).gap(window) == ""


def test_it_is_told_in_utc() -> None:
    assert Timeline().site_at(datetime.fromisoformat("2026-11-22T03:00:00+01:00")).tzinfo is UTC
