"""What a journey will do and promise, as read from its feature, and how it is written down before it is driven."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from upheld.ledger import NewEvent
from upheld.promises import Promise
from upheld.promises.reading import TRAVELS, StepText

__all__ = ["Plan", "journey_id", "planned"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scenario will do and promise, as read from its feature: `promises` by the index of their step."""

    node: str
    feature: str
    title: str
    scenario: str
    line: int
    tags: tuple[str, ...]
    steps: tuple[StepText, ...]
    promises: tuple[tuple[int, tuple[Promise, ...]], ...]
    journey: str

    @property
    def travels(self) -> bool:
        """True where the clock is turned inside of the journey."""
        return TRAVELS in self.tags


def journey_id(run: str, node: str, attempt: int) -> str:
    """Return the id of an attempt at a journey, the same in every process."""
    return f"{run}-{hashlib.sha256(node.encode()).hexdigest()[:8]}-{attempt}"


def planned(run: str, plan: Plan, attempt: int) -> list[NewEvent]:
    """Return the events that write down a journey and all it will promise, before anything is driven."""
    now, journey = datetime.now(UTC), journey_id(run, plan.node, attempt)
    data = {
        "node": plan.node,
        "feature": plan.feature,
        "title": plan.title,
        "scenario": plan.scenario,
        "line": plan.line,
        "tags": list(plan.tags),
        "attempt": attempt,
        "journey": plan.journey,
    }
    promises = [promise for _, promises in plan.promises for promise in promises]
    return [
        NewEvent("journey_selected", run, now, journey, key=f"selected:{journey}", data=data),
        *(
            NewEvent(
                "expected",
                run,
                now,
                journey,
                f"{journey}-p{ordinal}",
                key=f"expected:{journey}-p{ordinal}",
                data={"promise": promise.to_json(), "ordinal": ordinal},
            )
            for ordinal, promise in enumerate(promises, 1)
        ),
    ]
