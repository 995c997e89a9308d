"""What a walk of the demo found, in the forms of the table of defects; for the tests and the bench alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import demo

__all__ = ["TIMED", "Found", "found_in", "held_against"]

# How long a page takes says something about the machine as well.
TIMED = {"slowest_page_seconds", "slowest_step_seconds"}


@dataclass(frozen=True)
class Found:
    """One thing that was not as it should be: in which journey, by which of a defect's forms, and what it is."""

    journey: str
    form: str
    what: tuple[str, ...]
    checks: frozenset[str] = frozenset()

    def is_due_to(self, one: demo.Expected) -> bool:
        """Whether this is what a defect is expected to come to, or the finding behind it."""
        if one.journey not in ("", self.journey):
            return False
        if self.form == "run":
            return self.what[0] == one.run and self.what[1].startswith(one.subject)
        wanted = {
            "promise": (one.promise, one.verdict),
            "step": (one.step, one.verdict),
            "finding": (one.check, one.touchpoint or one.promise),
            "friction": (one.friction,),
        }
        if self.form == "unchecked":
            return bool(one.unchecked) and one.unchecked in self.what[0]
        return self.what == wanted[self.form] and (self.form != "promise" or {one.check} <= self.checks | {""})

    def meets(self, one: demo.Expected) -> bool:
        """Whether this is what a defect is expected to come to, in the same form."""
        return self.form == one.form and self.is_due_to(one)


def found_in(results: Mapping[str, Any]) -> set[Found]:
    """Return everything that was not as it should be, from `results.json`."""
    found = {Found("", "run", ("orphan", one["subject"])) for one in results["orphans"]}
    for journey in results["journeys"]:
        name = journey["scenario"]
        steps = [step["text"] for step in journey["steps"] if step["status"] != "passed"]
        found |= {Found(name, "step", (text, "failed")) for text in steps}
        found |= {
            Found(name, "promise", (one["touchpoint"], one["verdict"]), frozenset(one["checks"]))
            for one in journey["promises"]
            if one["verdict"] not in ("kept", "withdrawn")
        }
        found |= {
            Found(name, "finding", (one["check"], one["touchpoint"]))
            for one in journey["findings"]
            if not one["unsure"]
        }
        found |= {Found(name, "run", ("unpromised", one["subject"])) for one in journey["unpromised"]}
        found |= {Found(name, "friction", (one["measure"],)) for one in (journey["ride"] or {}).get("frictions", ())}
        found |= {Found(name, "unchecked", (one["sentence"],)) for one in journey["unchecked"]}
    return found


def held_against(results: Mapping[str, Any], defects: list[str]) -> tuple[set[str], set[Found]]:
    """Return what the table says of these defects and was not found, a sentence each, and what else was found.

    What is found somewhere, and the table does not say where, is found once at least; the rest in each journey that
    was walked. How long a page took is left out.
    """
    found = found_in(results)
    there = {journey["scenario"] for journey in results["journeys"]} | {""}
    expected = [(name, one) for name in defects for one in demo.defects()[name].expects if one.journey in there]
    met = {(name, one) for name, one in expected if any(each.meets(one) for each in found)}
    missed = {f"{name}: {one}" for name, one in expected if one.journey and (name, one) not in met}
    missed |= {f"{name}: nothing of it" for name in defects if name not in {each for each, _ in met}}
    rest = {each for each in found if not any(each.is_due_to(one) for _, one in expected)}
    return missed, {each for each in rest if not TIMED & set(each.what)}
