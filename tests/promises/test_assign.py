"""The pairing of greatest worth, held against trying out every one."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.promises.assign import assign

WORTH = st.integers(0, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.none() | st.integers(1, 30).map(float), min_size=columns, max_size=columns), max_size=4
    )
)


def by_brute_force(worth: list[list[float | None]]) -> float:
    columns = len(worth[0]) if worth else 0
    choices: list[int | None] = [*range(columns), *([None] * len(worth))]
    best = 0.0
    for chosen in itertools.permutations(choices, len(worth)):
        values = [worth[row][column] for row, column in enumerate(chosen) if column is not None]
        if None not in values:
            best = max(best, sum(value or 0.0 for value in values))
    return best


@given(WORTH)
def test_no_other_pairing_is_worth_more(worth: list[list[float | None]]) -> None:
    pairs = assign(worth)
    values = [worth[row][column] for row, column in pairs.items()]
    assert None not in values
    assert len(set(pairs.values())) == len(pairs)
    assert sum(value or 0.0 for value in values) == pytest.approx(by_brute_force(worth))


@pytest.mark.parametrize(
    ("worth", "pairs"),
    [
        ([], {}),
        ([[]], {}),
        ([[None]], {}),
        ([[1.0]], {0: 0}),
        ([[None, None], [5.0, None]], {1: 0}),
        # first come, first served would leave the second row without
        ([[5.0, 4.0], [5.0, None]], {0: 1, 1: 0}),
    ],
)
def test_pairings(worth: list[list[float | None]], pairs: dict[int, int]) -> None:
    assert assign(worth) == pairs


def test_a_large_night_is_paired_in_time() -> None:
    worth: list[list[float | None]] = [
        [float((row * 7 + column * 13) % 50 + 1) for column in range(60)] for row in range(60)
    ]
    assert len(assign(worth)) == 60
