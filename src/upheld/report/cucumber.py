"""The run as Cucumber messages, for every reader of Cucumber's reports: an envelope of JSON in each line.

Written from the ledger, so it is whole however many processes walked. Steps are those that were walked; each promise is
a hook that runs after its journey, which is what settling is. https://github.com/cucumber/messages, version 34.
"""

from __future__ import annotations

import json
import platform
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest
from typing import Any

from upheld.ledger import JourneyView, PromiseView, RunView, StepView
from upheld.promises import Verdict
from upheld.report.letters import masked
from upheld.report.model import (
    Arrivals,
    alone,
    earlier_attempts,
    journeys_of,
    makes_sense,
    name_of,
    names_of,
    verdict_of,
    why_of,
)
from upheld.report.results import Place

__all__ = ["STATUSES", "messages_of"]

PROTOCOL = "34.2.0"
STATUSES = {
    verdict: "PASSED" if verdict.upheld else "FAILED" if verdict.failed
    else "PENDING" if verdict is Verdict.UNPROVEN else "SKIPPED"
    for verdict in Verdict
}  # fmt: skip
"""What a verdict is in Cucumber's words: unproven is PENDING and open is SKIPPED, neither of them passed or failed."""

_STEP = {"passed": "PASSED", "failed": "FAILED", "unproven": "PENDING"}
_TYPES = {"Given": "Context", "When": "Action", "Then": "Outcome", "And": "Conjunction", "But": "Conjunction"}
_NOTHING = {"seconds": 0, "nanos": 0}
_PICTURES = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp", "avif": "avif"}

Envelope = dict[str, Any]


def messages_of(run: RunView, *, picture: Place, message: Place) -> Iterator[str]:
    """Yield the lines; `picture` and `message` give where one lies, relative to the file, None where it is not kept."""
    for envelope in _Messages(run, picture, message).all():
        yield json.dumps(envelope, separators=(",", ":"))


class _Messages:
    def __init__(self, run: RunView, picture: Place, message: Place) -> None:
        self._run, self._picture, self._message = run, picture, message
        self._arrivals, self._ids = Arrivals(run), 0
        # The order of the features, so that the file is the same however many processes walked.
        self._journeys = sorted(journeys_of(run), key=lambda one: (one.feature, one.line, one.node))
        self._examples = names_of(self._journeys)

    def all(self) -> Iterator[Envelope]:
        yield {"meta": self._meta()}
        walks = [_Walk(one, self._title(one), self._next) for one in self._journeys]
        by_feature: dict[str, list[_Walk]] = defaultdict(list)
        for walk in walks:
            by_feature[walk.journey.feature].append(walk)
        for feature, found in by_feature.items():
            yield {"gherkinDocument": _document(feature, found)}
            yield from ({"pickle": walk.pickle()} for walk in found)
        began = _timestamp(self._run.started)
        yield {"testRunStarted": {"timestamp": began, "id": "run"}}
        for walk in walks:
            yield from ({"hook": hook} for hook in walk.hooks())
        for walk in walks:
            yield {"testCase": walk.case()}
        for walk in walks:
            for attempt in earlier_attempts(self._run, walk.journey):
                yield from self._tried(walk, attempt)
            yield from self._walked(walk)
        success = all(makes_sense(one) in ("yes", "so far") for one in self._journeys) and not self._run.unread
        ended = _timestamp(self._run.finished or self._run.started)
        yield {"testRunFinished": {"success": success, "timestamp": ended, "testRunStartedId": "run"}}

    def _walked(self, walk: _Walk) -> Iterator[Envelope]:
        journey, id = walk.journey, f"{walk.id}-walk"
        now = next((step.began for step in journey.steps if step.began), self._run.started)
        started = {"id": id, "testCaseId": f"{walk.id}-case", "timestamp": _timestamp(now)}
        yield {"testCaseStarted": {**started, "attempt": max(0, journey.attempt - 1)}}
        for one in walk.parts:
            here, now = {"testCaseStartedId": id, "testStepId": one.id}, one.began or now
            yield {"testStepStarted": {**here, "timestamp": _timestamp(now)}}
            for place, type_, name in self._evidence(one):
                told = {"body": "", "contentEncoding": "IDENTITY", "mediaType": type_, "fileName": name, "url": place}
                yield {"attachment": {**told, **here}}
            now = now + timedelta(seconds=one.seconds) if now else None
            result: dict[str, Any] = {"duration": _duration(one.seconds), "status": one.status}
            if one.why and one.status not in ("PASSED", "UNKNOWN"):
                result["message"] = masked(one.why)
                if one.status == "FAILED":
                    result["exception"] = {"type": one.type, "message": result["message"]}
            yield {"testStepFinished": {**here, "testStepResult": result, "timestamp": _timestamp(now)}}
        yield {
            "testCaseFinished": {"testCaseStartedId": id, "timestamp": _timestamp(now), "willBeRetried": False},
        }

    def _tried(self, walk: _Walk, attempt: JourneyView) -> Iterator[Envelope]:
        """An earlier attempt, which ended before anything was settled: its steps stand for those of the last one."""
        id = f"{walk.id}-walk-{attempt.attempt}"
        now = next((step.began for step in attempt.steps if step.began), self._run.started)
        started = {"id": id, "testCaseId": f"{walk.id}-case", "timestamp": _timestamp(now)}
        yield {"testCaseStarted": {**started, "attempt": max(0, attempt.attempt - 1)}}
        for one, step in zip_longest(walk.parts, attempt.steps[: len(walk.steps)]):
            here, now = {"testCaseStartedId": id, "testStepId": one.id}, (step.began if step else None) or now
            yield {"testStepStarted": {**here, "timestamp": _timestamp(now)}}
            seconds, status = (step.seconds, _STEP.get(step.status, "UNKNOWN")) if step else (0.0, "SKIPPED")
            now = now + timedelta(seconds=seconds) if now else None
            result: dict[str, Any] = {"duration": _duration(seconds), "status": status}
            if step and status != "PASSED":
                result["message"] = masked(step.error or attempt.error)
            yield {"testStepFinished": {**here, "testStepResult": result, "timestamp": _timestamp(now)}}
        yield {"testCaseFinished": {"testCaseStartedId": id, "timestamp": _timestamp(now), "willBeRetried": True}}

    def _evidence(self, one: _Part) -> Iterator[tuple[str, str, str]]:
        if one.picture and (place := self._picture(one.picture)):
            kind = _PICTURES.get(place.rpartition(".")[2].lower())
            if kind:
                yield place, f"image/{kind}", place.rpartition("/")[2]
        for arrival in self._arrivals.answering(one.view) if one.view else ():
            if arrival.raw and (place := self._message(arrival.raw)):
                yield place, "message/rfc822", place.rpartition("/")[2]

    def _meta(self) -> dict[str, Any]:
        version = str(self._run.info.get("version") or "")
        return {
            "protocolVersion": PROTOCOL,
            "implementation": {"name": "upheld", **({"version": version} if version else {})},
            "runtime": {"name": platform.python_implementation(), "version": platform.python_version()},
            "os": {"name": platform.system() or "unknown"},
            "cpu": {"name": platform.machine() or "unknown"},
        }

    def _title(self, journey: JourneyView) -> str:
        example = self._examples[journey.id]
        return f"{name_of(journey)} ({example})" if example else name_of(journey)

    def _next(self) -> str:
        self._ids += 1
        return str(self._ids)


class _Part:
    """One step of a test case: a step of the journey, a promise, or what a check found."""

    def __init__(self, id: str, name: str, status: str, line: int) -> None:
        self.id, self.name, self.status, self.line = id, name, status, max(1, line)
        self.keyword, self.why, self.type = "", "", ""
        self.began: datetime | None = None
        self.seconds, self.picture = 0.0, ""
        self.view: PromiseView | None = None


class _Walk:
    """A journey as a scenario, a pickle and a test case."""

    def __init__(self, journey: JourneyView, title: str, next_id: Any) -> None:
        self.journey, self.title, self.id = journey, title, next_id()
        self._next = next_id
        self._tags = [(next_id(), f"@{tag}") for tag in journey.tags]
        self.steps = [self._step(step, before) for before, step in pairwise((None, *journey.steps)) if step]
        walked = {part.line for part in self.steps}
        for view in journey.promises:
            # Of what was never reached, the ledger knows what would have been promised there.
            if view.made_at is None and view.promise.words and view.promise.line not in walked:
                skipped = _Part(next_id(), view.promise.words, "SKIPPED", view.promise.line)
                skipped.keyword = "*"
                self.steps.append(skipped)
        self.promises = [*self._told()]

    @property
    def parts(self) -> Sequence[_Part]:
        return [*self.steps, *self.promises]

    def scenario(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "location": _location(self.journey.line),
            "tags": [{"id": id, "name": name, "location": _location(self.journey.line)} for id, name in self._tags],
            "keyword": "Scenario",
            "name": self.title,
            "description": "",
            "steps": [
                {
                    "id": f"{one.id}-step",
                    "location": _location(one.line),
                    "keyword": f"{one.keyword} ",
                    "keywordType": _TYPES.get(one.keyword, "Unknown"),
                    "text": one.name,
                }
                for one in self.steps
            ],
            "examples": [],
        }

    def pickle(self) -> dict[str, Any]:
        return {
            "id": f"{self.id}-pickle",
            "uri": self.journey.feature,
            "location": _location(self.journey.line),
            "astNodeIds": [self.id],
            "name": self.title,
            "language": "en",
            "steps": [
                {"id": f"{one.id}-pickled", "astNodeIds": [f"{one.id}-step"], "text": one.name} for one in self.steps
            ],
            "tags": [{"name": name, "astNodeId": id} for id, name in self._tags],
        }

    def hooks(self) -> Iterator[dict[str, Any]]:
        for one in self.promises:
            file = one.view.promise.file if one.view and one.view.promise.file else self.journey.feature
            where = {"uri": file, "location": _location(one.line)}
            yield {"id": f"{one.id}-hook", "name": one.name, "type": "AFTER_TEST_CASE", "sourceReference": where}

    def case(self) -> dict[str, Any]:
        steps = [
            {"id": one.id, "pickleStepId": f"{one.id}-pickled", "stepDefinitionIds": [], "stepMatchArgumentsLists": []}
            for one in self.steps
        ]
        hooks = [{"id": one.id, "hookId": f"{one.id}-hook"} for one in self.promises]
        id, pickle = f"{self.id}-case", f"{self.id}-pickle"
        return {"id": id, "pickleId": pickle, "testSteps": [*steps, *hooks], "testRunStartedId": "run"}

    def _step(self, step: StepView, before: StepView | None) -> _Part:
        part = _Part(self._next(), step.text, _STEP.get(step.status, "UNKNOWN"), step.line)
        part.keyword, part.why, part.type = step.keyword.strip() or "*", step.error, "step"
        part.began, part.seconds = step.began, step.seconds
        # A screen is shown with the step that led to it, and not with each that stayed there.
        part.picture = step.picture if before is None or before.picture != step.picture else ""
        return part

    def _told(self) -> Iterator[_Part]:
        journey = self.journey
        if journey.status not in ("passed", "failed"):
            # Without a step that says so, a journey that nobody walked to its end would look as if it had passed.
            part = _Part(self._next(), "the journey is walked to its end", "PENDING", journey.line)
            part.why = journey.error or "It was not walked, so nothing is known of it."
            yield part
        for view in journey.promises:
            words = view.promise.window.words
            title = f"{view.promise.touchpoint} to {view.promise.who}{f', {words}' if words else ''}"
            part = _Part(self._next(), title, STATUSES[verdict_of(view)], view.promise.line)
            part.why, part.type, part.view = why_of(view), str(verdict_of(view)), view
            yield part
        for found in alone(journey):
            title = f"{found.check}: {found.touchpoint} to {found.to}"
            part = _Part(self._next(), title, "FAILED", journey.line)
            part.why, part.type = found.said, found.check
            yield part


def _document(feature: str, walks: Sequence[_Walk]) -> dict[str, Any]:
    return {
        "uri": feature,
        "feature": {
            "location": _location(1),
            "tags": [],
            "language": "en",
            "keyword": "Feature",
            "name": walks[0].journey.title or feature,
            "description": "",
            "children": [{"scenario": walk.scenario()} for walk in walks],
        },
        "comments": [],
    }


def _location(line: int) -> dict[str, int]:
    return {"line": max(1, line)}


def _timestamp(when: datetime | None) -> dict[str, int]:
    if when is None:
        return _NOTHING
    return {"seconds": int(when.timestamp() // 1), "nanos": when.microsecond * 1000}


def _duration(seconds: float) -> dict[str, int]:
    whole = int(seconds)
    return {"seconds": whole, "nanos": int((seconds - whole) * 1_000_000_000)}
