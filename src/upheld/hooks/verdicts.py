"""A promise as a test report of its own: what pytest, JUnit and every other reader of reports see of a verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from upheld.hooks.keys import UNPROVEN
from upheld.promises import Verdict
from upheld.sweep import Settled

__all__ = ["reports_of"]

_SEPARATOR = " » "


def reports_of(settled: Iterable[Settled]) -> Iterator[tuple[str, list[pytest.TestReport]]]:
    """Yield the node id of each promise with its reports, in order."""
    names: Counter[str] = Counter()
    for one in settled:
        name = f"{one.journey.node}{_SEPARATOR}{one.promise.touchpoint} to {one.promise.who}"
        names[name] += 1
        node = name if names[name] == 1 else f"{name} ({names[name]})"
        yield node, [_report(node, one), _teardown(node, one)]


def _report(node: str, one: Settled) -> pytest.TestReport:
    verdict, why = one.judgement.verdict, one.judgement.why
    told = f"{verdict}: {why}\n{one.promise.file}:{one.promise.line}: {one.promise.words}"
    outcome, when, longrepr = "failed", "call", told
    properties: list[tuple[str, object]] = [("verdict", str(verdict))]
    if verdict.upheld:
        outcome, longrepr = "passed", None  # type: ignore[assignment]
    elif verdict is Verdict.OPEN:
        outcome, longrepr = "skipped", (one.promise.file, one.promise.line, f"Skipped: {why}")  # type: ignore[assignment]
    elif verdict is Verdict.UNPROVEN:
        # An error and not a failure: JUnit and the terminal tell them apart by the phase.
        when = "setup"
        properties.append((UNPROVEN, why))
    return _made(node, one, outcome, when, longrepr, properties)


def _teardown(node: str, one: Settled) -> pytest.TestReport:
    return _made(node, one, "passed", "teardown", None, [])


def _made(
    node: str, one: Settled, outcome: str, when: str, longrepr: object, properties: list[tuple[str, object]]
) -> pytest.TestReport:
    now = time.time()
    file, _, name = node.partition("::")
    return pytest.TestReport(
        nodeid=node,
        location=(file, one.promise.line - 1, name),
        keywords={},
        outcome=outcome,  # type: ignore[arg-type]  # one of pytest's three words
        longrepr=longrepr,  # type: ignore[arg-type]
        when=when,  # type: ignore[arg-type]  # one of pytest's three phases
        sections=(),
        duration=0.0,
        start=now,
        stop=now,
        user_properties=properties,
    )
