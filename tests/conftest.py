"""What all tests share: with several workers the longest begin first, so that nobody waits for the last of them."""

from __future__ import annotations

import os

import pytest


def pytest_configure() -> None:
    """What the runs under test come to is not shown with the job that tests them."""
    os.environ.pop("GITHUB_STEP_SUMMARY", None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each worker its share of the walks of the demo, and begin with them.

    `--dist worksteal` gives each worker a stretch of the list, all of the same length; the walks would all be in one.
    A walk keeps a processor busy, and most other tests wait: half of the workers begin with walks, the others without.
    """
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    long = [item for item in items if "tests/journeys/" in item.nodeid]
    if workers == 1 or not long:
        return
    short = [item for item in items if item not in set(long)]
    size = len(items) // workers + 1
    walkers = (workers + 1) // 2
    shares = [long[worker::walkers] if worker < walkers else [] for worker in range(workers)]
    items[:] = []
    for share in shares:
        rest = size - len(share)
        items += [*share, *short[:rest]]
        short = short[rest:]
    items += short
