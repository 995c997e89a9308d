"""The run as results for Allure: a test for each journey, with its steps and its promises as steps.

Allure says *broken* of a test that could not do its work, and *failed* of what it tests. So a promise that is
`unproven` is broken there, and one that is `broken` has failed. https://allurereport.org/docs/how-it-works-test-result-file/
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from upheld.ledger import JourneyView, PromiseView, RunView, StepView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.report.headline import stopped_at
from upheld.report.letters import masked
from upheld.report.links import page_of, slugs_of
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

__all__ = ["FOLDER", "STATUSES", "is_wanted", "write_results"]

FOLDER = "allure-results"
STATUSES = {
    verdict: "passed" if verdict.upheld else "failed" if verdict.failed
    else "broken" if verdict is Verdict.UNPROVEN else "skipped"
    for verdict in Verdict
}  # fmt: skip
"""What a verdict is in Allure's words."""

_STEP = {"passed": "passed", "failed": "failed", "unproven": "broken"}
_ANSWER = {"no": "failed", "cannot tell": "broken", "so far": "passed", "yes": "passed"}
_SEVERE = {Verdict.BROKEN, Verdict.WRONG, Verdict.UNWANTED}
_TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "avif": "image/avif",
    "txt": "text/plain",
}  # fmt: skip


def is_wanted() -> bool:
    """Return whether Allure is installed here: by allure-pytest, or the commons of its integrations."""
    return find_spec("allure_commons") is not None


def write_results(
    run: RunView, maps: Mapping[str, JourneyMap], report: Path, *, picture: Place, message: Place, address: str = ""
) -> Path:
    """Write the results into the report's folder, in the place of those of an earlier report; return their folder.

    `picture` and `message` give where one lies in the report, None where it is not kept. `address` is where the
    report can be read.
    """
    out = report / FOLDER
    out.mkdir(parents=True, exist_ok=True)
    writer = _Results(run, maps, report, out, picture, message, address)
    kept = {*writer.write(), *writer.attached}
    for file in out.iterdir():
        if file.name not in kept and file.name.endswith(("-result.json", *(f"-attachment.{one}" for one in _TYPES))):
            file.unlink(missing_ok=True)
    return out


class _Results:
    def __init__(
        self,
        run: RunView,
        maps: Mapping[str, JourneyMap],
        report: Path,
        out: Path,
        picture: Place,
        message: Place,
        address: str,
    ) -> None:
        self._run, self._maps, self._report, self._out = run, maps, report, out
        self._picture, self._message, self._address = picture, message, address
        self._arrivals = Arrivals(run)
        self.attached: set[str] = set()

    def write(self) -> Iterator[str]:
        """Write a file for each journey and yield its name."""
        journeys = journeys_of(self._run)
        examples, slugs = names_of(journeys), slugs_of(journeys)
        every = [(attempt, one) for one in journeys for attempt in (*earlier_attempts(self._run, one), one)]
        for journey, last in every:
            result = self._result(journey, examples[last.id], slugs[last.id])
            if journey is not last:
                # The same test that began before is an earlier try of it; what it promised is told by the last one.
                result |= self._tried(journey)
            name = f"{result['uuid']}-result.json"
            part = self._out / f"{name}.part"
            part.write_text(json.dumps(result), "utf-8")
            part.replace(self._out / name)
            yield name

    def _result(self, journey: JourneyView, example: str, slug: str) -> dict[str, Any]:
        answer = makes_sense(journey)
        began = next((step.began for step in journey.steps if step.began), self._run.started)
        ended = max((step.ended for step in journey.steps if step.ended), default=began)
        links = []
        if self._address:
            url = f"{self._address.rstrip('/')}/{page_of(slug)}"
            links = [{"type": "link", "name": "The journey in the report", "url": url}]
        return {
            "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._run.id} {journey.id}")),
            # The same from night to night, so that Allure finds the journey's history.
            "historyId": _digest(journey.node),
            "testCaseId": _digest(journey.node),
            "fullName": journey.node,
            "name": f"{name_of(journey)} ({example})" if example else name_of(journey),
            "titlePath": [journey.feature],
            "status": _ANSWER[answer],
            "statusDetails": {"message": _told(journey), "flaky": journey.flaky},
            "stage": "finished" if journey.status in ("passed", "failed") else "interrupted",
            "start": _milliseconds(began),
            "stop": _milliseconds(ended),
            "labels": [{"name": name, "value": value} for name, value in self._labels(journey) if value],
            "links": links,
            "steps": [
                *(self._step(step, before) for before, step in pairwise((None, *journey.steps)) if step),
                *(self._promise(view, ended) for view in journey.promises),
                *(_item(f"{found.check}: {found.touchpoint} to {found.to}", "failed", found.said, ended)
                  for found in alone(journey)),
            ],
        }  # fmt: skip

    def _tried(self, attempt: JourneyView) -> dict[str, Any]:
        """What an earlier attempt has otherwise: it ended as its walk did, and nothing of it was judged."""
        return {
            "status": _STEP.get(attempt.status, "broken"),
            "statusDetails": {"message": masked(stopped_at(attempt)[2])},
            "steps": [self._step(step, before) for before, step in pairwise((None, *attempt.steps)) if step],
        }

    def _labels(self, journey: JourneyView) -> Iterator[tuple[str, str]]:
        known = self._maps.get(journey.journey)
        yield from (("framework", "upheld"), ("suite", journey.feature))
        yield from (("feature", journey.title), ("story", journey.scenario), ("severity", _severity(journey)))
        if known:
            yield from (("epic", known.stage), ("owner", known.owner))
        yield from (("tag", tag) for tag in journey.tags)

    def _step(self, step: StepView, before: StepView | None) -> dict[str, Any]:
        began, status = step.began, _STEP.get(step.status, "broken")
        ended = began + timedelta(seconds=step.seconds) if began else None
        item = _item(f"{step.keyword} {step.text}".strip(), status, step.error, began, ended)
        # A screen is shown with the step that led to it, and not with each that stayed there.
        picture = step.picture if before is None or before.picture != step.picture else ""
        return item | {"attachments": [*self._attached(step.title or "What was seen", self._picture, picture)]}

    def _promise(self, view: PromiseView, at: datetime | None) -> dict[str, Any]:
        verdict, words = verdict_of(view), view.promise.window.words
        title = f"{view.promise.touchpoint} to {view.promise.who}{f', {words}' if words else ''}: {verdict}"
        item = _item(title, STATUSES[verdict], why_of(view), at)
        return item | {
            "attachments": [
                attachment
                for one in self._arrivals.answering(view)
                for attachment in self._attached("The message as it was received", self._message, one.raw)
            ]
        }

    def _attached(self, name: str, place_of: Place, path: str) -> Iterator[dict[str, str]]:
        """Copy a file of the report beside the results, once, and yield what refers to it."""
        place = place_of(path) if path else None
        type_ = _TYPES.get(place.rpartition(".")[2].lower()) if place else None
        if place is None or type_ is None:
            return
        source = f"{_digest(place)}-attachment.{place.rpartition('.')[2].lower()}"
        if source not in self.attached:
            try:
                shutil.copyfile(self._report / place, self._out / source)
            except FileNotFoundError:  # thinned out meanwhile
                return
            self.attached.add(source)
        yield {"name": name, "source": source, "type": type_}


def _item(name: str, status: str, said: str, began: datetime | None, ended: datetime | None = None) -> dict[str, Any]:
    start = _milliseconds(began)
    stop = _milliseconds(ended or began)
    details = {"statusDetails": {"message": masked(said)}} if said else {}
    return {"name": masked(name), "status": status, "stage": "finished", "start": start, "stop": stop, **details}


def _told(journey: JourneyView) -> str:
    """Return what the journey came to: what is not upheld or not known, a line each."""
    said = [journey.error] if journey.status != "passed" and journey.error else []
    if journey.status == "not run":
        said = ["It was not walked, so nothing is known of it."]
    said += [why_of(view) for view in journey.promises if not verdict_of(view).upheld]
    said += [found.said for found in alone(journey)]
    return masked("\n".join(dict.fromkeys(said)))


def _severity(journey: JourneyView) -> str:
    verdicts = {verdict_of(view) for view in journey.promises}
    if journey.status == "failed" or verdicts & _SEVERE:
        return "critical"
    return "normal" if makes_sense(journey) in ("no", "cannot tell") else "minor"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _milliseconds(when: datetime | None) -> int:
    return int(when.timestamp() * 1000) if when else 0
