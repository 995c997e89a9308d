"""The demo business: a small shop that sells a seat at a paid event, and whose defects can be switched on by name.

defects()      what can be switched on, and what must come of it (`defects.toml`)
demo.process   the shop as a child process, for tests and for `upheld demo`
python -m demo the shop itself, configured by environment (`settings.py`)
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Defect", "Expected", "defects"]


@dataclass(frozen=True, slots=True)
class Expected:
    """What `upheld` must find: in which `journey`, which `promise` or else which `step`, and its `verdict`."""

    journey: str
    verdict: str
    promise: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong with the shop: `what`, in a sentence, and what must come of it."""

    name: str
    what: str
    expects: tuple[Expected, ...]


@cache
def defects() -> dict[str, Defect]:
    """Return every defect that can be switched on, by name, in the order of `defects.toml`."""
    table = tomllib.loads(Path(__file__).with_name("defects.toml").read_text(encoding="utf-8"))
    return {
        name: Defect(name, row["what"], tuple(Expected(**expected) for expected in row["expects"]))
        for name, row in table.items()
    }
