"""Which step of a walk is which step of the feature, and where else the way to a page is told step by step."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from upheld.improve.chapters import Told
from upheld.improve.nights import Walked
from upheld.ledger import StepView

__all__ = ["OPENS", "by_step", "ways_in"]

OPENS = re.compile(r".*\bopens (?!it\b)")
"""A step that opens a page by its address."""


def by_step(told: Told, walked: Walked | None) -> dict[int, StepView]:
    """Pair the feature's steps, as they are now, with those that were walked; a step that is new has none."""
    if walked is None:
        return {}
    now, then = [step.text for step in told.steps], walked.journey.steps
    pairs: dict[int, StepView] = {}
    blocks = difflib.SequenceMatcher(None, now, [step.text for step in then], autojunk=False).get_matching_blocks()
    for block in blocks:
        for offset in range(block.size):
            pairs[block.a + offset] = then[block.b + offset]
    return pairs


def ways_in(told: Sequence[Told], walks: Mapping[str, Walked]) -> dict[str, tuple[str, str, int, int]]:
    """Return, for each step that leaps to a page, where the way there is told step by step.

    By `key#index`: the other scenario's key and name, and its first and last step to do. A page is told by its kind,
    which the ride's measuring writes down for each.
    """
    ways: dict[str, tuple[str, str, int, int]] = {}
    for one in told:
        leap = _first_screen(one, walks)
        if leap is None or OPENS.match(one.steps[leap[0]].text):
            continue
        for other in told:
            began = _first_screen(other, walks)
            if other.key == one.key or began is None or not OPENS.match(other.steps[began[0]].text):
                continue
            views = by_step(other, walks.get(other.key))
            last = next((at for at, view in sorted(views.items()) if view.ride.get("kind") == leap[1]), None)
            if last is not None and last > began[0]:
                ways[f"{one.key}#{leap[0]}"] = (other.key, other.name, began[0] + 1, last + 1)
                break
    return ways


def _first_screen(told: Told, walks: Mapping[str, Walked]) -> tuple[int, object] | None:
    views = sorted(by_step(told, walks.get(told.key)).items())
    return next(((at, view.ride["kind"]) for at, view in views if view.picture and view.ride.get("kind")), None)
