"""Which arrival answers which promise: the best match over all of them, not first come, first served."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["assign"]


def assign(worth: Sequence[Sequence[float | None]]) -> dict[int, int]:
    """Return the pairing of rows with columns whose worth is greatest in all, as {row: column}.

    `worth[row][column]` is positive, or `None` where the two cannot be paired; a row or a column may stay alone.
    The Hungarian method with potentials (Kuhn 1955, Munkres 1957), cubic in the larger side.
    """
    rows = len(worth)
    columns = len(worth[0]) if rows else 0
    # One extra column per row stands for staying alone, at no worth; so each row always finds a column.
    cost = [[-(value or 0.0) if value is not None else 0.0 for value in line] + [0.0] * rows for line in worth]
    size = columns + rows
    row_potential = [0.0] * (rows + 1)
    column_potential = [0.0] * (size + 1)
    match = [0] * (size + 1)
    for row in range(1, rows + 1):
        match[0], column = row, 0
        least = [float("inf")] * (size + 1)
        way = [0] * (size + 1)
        used = [False] * (size + 1)
        while match[column]:
            used[column] = True
            current, delta, nearest = match[column], float("inf"), 0
            for other in range(1, size + 1):
                if used[other]:
                    continue
                reduced = cost[current - 1][other - 1] - row_potential[current] - column_potential[other]
                if reduced < least[other]:
                    least[other], way[other] = reduced, column
                if least[other] < delta:
                    delta, nearest = least[other], other
            for other in range(size + 1):
                if used[other]:
                    row_potential[match[other]] += delta
                    column_potential[other] -= delta
                else:
                    least[other] -= delta
            column = nearest
        while column:
            match[column], column = match[way[column]], way[column]
    pairs = {match[column] - 1: column - 1 for column in range(1, columns + 1) if match[column]}
    return {row: column for row, column in sorted(pairs.items()) if worth[row][column] is not None}
