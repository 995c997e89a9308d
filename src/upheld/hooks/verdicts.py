"""A promise as a test report of its own: what pytest, JUnit and every other reader of reports see of a verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import pytest

from upheld.hooks.keys import UNPROVEN
from upheld.ledger import RunView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.report.junit import properties_of
from upheld.report.model import alone, journeys_of, name_of
from upheld.report.plain import plain_line
from upheld.sweep import Settled

__all__ = ["reports_of", "reports_of_findings"]

_SEPARATOR = " » "


def reports_of(
    settled: Iterable[Settled], view: RunView, maps: Mapping[str, JourneyMap]
) -> Iterator[tuple[str, list[pytest.TestReport]]]:
    """Yield the node id of each promise with its reports, in order; `view` is the run with its verdicts."""
    names: Counter[str] = Counter()
    judged = {promise.id: promise for journey in view.journeys for promise in journey.promises}
    for one in settled:
        name = f"{one.journey.node}{_SEPARATOR}{one.promise.touchpoint} to {one.promise.who}"
        names[name] += 1
        node = name if names[name] == 1 else f"{name} ({names[name]})"
        # A promise of an earlier run is not in this one's view; what it was due by is left out.
        now = judged.get(one.view.id, one.view)
        properties = properties_of(view, one.journey, now, maps, str(one.judgement.verdict))
        yield node, [_report(node, one, properties), _teardown(node, one.promise.line, properties)]


def reports_of_findings(view: RunView, maps: Mapping[str, JourneyMap]) -> Iterator[tuple[str, list[pytest.TestReport]]]:
    """Yield what checks found wrong beside the promises, such as on a page: a failed report each."""
    names: Counter[str] = Counter()
    for journey in journeys_of(view):
        for found in alone(journey):
            name = f"{journey.node}{_SEPARATOR}{found.check}: {found.touchpoint} to {found.to}"
            names[name] += 1
            node = name if names[name] == 1 else f"{name} ({names[name]})"
            properties: list[tuple[str, object]] = [("check", found.check), ("journey", name_of(journey))]
            if (known := maps.get(journey.journey)) and known.owner:
                properties.append(("owner", known.owner))
            told = f"{found.check}: {plain_line(found.said)}\n{journey.feature}:{journey.line}"
            yield (
                node,
                [
                    _made(node, journey.line, "failed", "call", told, properties),
                    _teardown(node, journey.line, properties),
                ],
            )


def _report(node: str, one: Settled, properties: list[tuple[str, object]]) -> pytest.TestReport:
    verdict, why = one.judgement.verdict, plain_line(one.judgement.why)
    told = f"{verdict}: {why}\n{one.promise.file}:{one.promise.line}: {one.promise.words}"
    outcome, when, longrepr = "failed", "call", told
    if verdict.upheld:
        outcome, longrepr = "passed", None  # type: ignore[assignment]
    elif verdict is Verdict.OPEN:
        outcome, longrepr = "skipped", (one.promise.file, one.promise.line, f"Skipped: {why}")  # type: ignore[assignment]
    elif verdict is Verdict.UNPROVEN:
        # An error and not a failure: JUnit and the terminal tell them apart by the phase.
        when = "setup"
        properties = [*properties, (UNPROVEN, why)]
    return _made(node, one.promise.line, outcome, when, longrepr, properties)


def _teardown(node: str, line: int, properties: list[tuple[str, object]]) -> pytest.TestReport:
    # JUnit XML takes a case's properties from its last report.
    return _made(node, line, "passed", "teardown", None, properties)


def _made(
    node: str, line: int, outcome: str, when: str, longrepr: object, properties: list[tuple[str, object]]
) -> pytest.TestReport:
    now = time.time()
    file, _, name = node.partition("::")
    return pytest.TestReport(
        nodeid=node,
        location=(file, line - 1, name),
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
