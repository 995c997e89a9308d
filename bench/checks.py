"""What the checks and the measuring of the ride cost: clean walks with and without them, by turns."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["checks"]

# Without checks nothing is looked at, fetched or shown for them, and no page is measured.
WITHOUT = {"UPHELD_CHECKS": "*=off", "UPHELD_UNPROMISED": "off"}
FEATURES = ("features/event_registration.feature", "features/digital_download.feature")


def checks(runs: int, walk: Callable[..., tuple[int, float, dict[str, Any], str]]) -> bool:
    """Walk with and without checks, `runs` times each, and print the ratio of the medians; at most 1.15 is right."""
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(runs):
        for looked in (True, False):
            os.environ.update({} if looked else WITHOUT)
            with tempfile.TemporaryDirectory() as folder:
                code, took, _results, said = walk(Path(folder), *FEATURES)
            for name in () if looked else WITHOUT:
                del os.environ[name]
            if code:
                print(f"a clean walk came to exit {code}:\n{said}")
                return False
            seconds[looked].append(took)
    with_, without = (statistics.median(seconds[looked]) for looked in (True, False))
    print(f"checks: {with_:.1f} s with, {without:.1f} s without, {with_ / without:.2f} times as long (of {runs} each)")
    return with_ / without <= 1.15
