"""The demo business: a small shop with four stories, whose defects can be switched on by name.

defects()      what can be switched on, and what must come of it (`defects/*.toml`, one file for each story)
demo.shop      what every story is given, and what a story gives in return
demo.process   the shop as a child process, for tests and for `upheld demo`
demo.turn      its test clock turned from a command line
python -m demo the shop itself, configured by environment (`settings.py`)
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["STORIES", "Defect", "Expected", "defects"]

STORIES = ("events", "downloads", "courses", "members")
"""The packages of `demo` that each tell a story, in the order in which the shop shows them."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What `upheld` must find: in which `journey`, which `promise` or else which `step`, and its `verdict`."""

    journey: str
    verdict: str
    promise: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong with the shop: `what`, in a sentence, and what must come of it; `story` has it."""

    name: str
    what: str
    expects: tuple[Expected, ...]
    story: str = ""


@cache
def defects() -> dict[str, Defect]:
    """Return every defect that can be switched on, by name, story by story in the order of their files."""
    found: dict[str, Defect] = {}
    for story in STORIES:
        path = Path(__file__).parent / "defects" / f"{story}.toml"
        if not path.is_file():
            continue
        for name, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if name in found:
                raise ValueError(f"{path.name} has a defect {name}, and {found[name].story}.toml has one of that name.")
            expects = tuple(Expected(**expected) for expected in row["expects"])
            found[name] = Defect(name, row["what"], expects, story)
    return found
