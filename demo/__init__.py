"""The demo business: a small shop with four stories, whose defects can be switched on by name.

defects()      what can be switched on, and what must come of it (`defects/*.toml`)
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
FILES = (*STORIES, "letters", "pages")
"""The files of defects: those of a story, and those of what is sent and shown, whatever the story."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing that `upheld` must find, in one of the forms that `defects/events.toml` describes.

    `journey` is a scenario's name; where it is empty, whichever journey meets it. `verdict` is that of a `promise`, or
    "failed" for a `step`; `check` names the check that must have found it. `touchpoint` is a kind, or a page's title.
    `friction` names what is measured, `unchecked` words of the sentence that nobody checks. `run` is "unpromised" or
    "orphan", with how the `subject` of what came begins.
    """

    journey: str = ""
    verdict: str = ""
    promise: str = ""
    step: str = ""
    check: str = ""
    touchpoint: str = ""
    friction: str = ""
    unchecked: str = ""
    run: str = ""
    subject: str = ""

    @property
    def form(self) -> str:
        """Which of the forms it is."""
        forms = {"promise": self.promise, "step": self.step, "finding": self.touchpoint, "friction": self.friction}
        forms |= {"unchecked": self.unchecked, "run": self.run}
        return next(name for name, said in forms.items() if said)

    @property
    def said(self) -> str:
        """What must be found, as a table says it."""
        by = f" (`{self.check}`)" if self.check else ""
        return {
            "promise": f"{self.promise}: {self.verdict}{by}",
            "step": f'the step "{self.step}" fails',
            "finding": f"{self.touchpoint}: `{self.check}`",
            "friction": f"the ride: `{self.friction}`",
            "unchecked": f'said, and checked by nobody: "{self.unchecked}"',
            "run": f'{self.run}: "{self.subject}"',
        }[self.form]


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong with the shop: `what`, in a sentence, and what must come of it.

    `story` is where it can be seen, `file` where it is described.
    """

    name: str
    what: str
    expects: tuple[Expected, ...]
    story: str
    file: str


@cache
def defects() -> dict[str, Defect]:
    """Return every defect that can be switched on, by name, in the order of their files."""
    found: dict[str, Defect] = {}
    for file in FILES:
        path = Path(__file__).parent / "defects" / f"{file}.toml"
        for name, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if name in found:
                raise ValueError(f"{path.name} has a defect {name}, and {found[name].file}.toml has one of that name.")
            expects = tuple(Expected(**one) for one in row["expects"])
            found[name] = Defect(name, row["what"], expects, row.get("story", file), file)
    return found
