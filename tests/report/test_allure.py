from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from allure_commons import model2
from allure_commons.types import Severity

from tests.report.nights import MAPS, kept_night, mixed_night
from upheld.config import Settings
from upheld.report import allure, write_report
from upheld.report.readers import tell_others

KINDS: dict[str, type] = {
    "steps": model2.TestStepResult, "attachments": model2.Attachment, "labels": model2.Label, "links": model2.Link,
}  # fmt: skip


@pytest.fixture
def results(tmp_path: Path) -> dict[str, dict[str, Any]]:
    return written(tmp_path)


def written(folder: Path, *, url: str = "", good: bool = False) -> dict[str, dict[str, Any]]:
    run = (kept_night if good else mixed_night)(folder / "evidence")
    write_report(run, evidence=folder / "evidence", out=folder / "report", maps=MAPS)
    settings = Settings(root=folder, report_url=url)
    tell_others(run, out=folder / "report", maps=MAPS, settings=settings, environ={})
    files = (folder / "report" / "allure-results").glob("*-result.json")
    every = sorted((json.loads(file.read_text("utf-8")) for file in files), key=lambda data: data["start"])
    return {data["name"]: data for data in every}  # of several tries the last


def conforms(data: dict[str, Any], kind: type) -> None:
    """Raise `TypeError` where Allure's own model has no such field."""
    kind(**data)
    for name, part in KINDS.items():
        for one in data.get(name, ()):
            conforms(one, part)
    if "statusDetails" in data:
        model2.StatusDetails(**data["statusDetails"])


def test_results_are_of_allures_own_form(results: dict[str, dict[str, Any]]) -> None:
    assert len(results) == 9
    for one in results.values():
        conforms(one, model2.TestResult)
        assert one["start"] <= one["stop"]
        severity = next(label["value"] for label in one["labels"] if label["name"] == "severity")
        assert severity in {known.value for known in Severity}
    assert len({one["historyId"] for one in results.values()}) == 9
    assert len({one["testCaseId"] for one in results.values()}) == 9


def test_what_is_broken_has_failed_and_what_nobody_saw_is_broken(results: dict[str, dict[str, Any]]) -> None:
    statuses = {name: one["status"] for name, one in results.items()}
    assert statuses["Booking and paying by card"] == "failed"
    assert statuses["Signing in with a code"] == "broken"
    assert statuses["Cancelling a seat"] == "broken"
    assert statuses["Booking for a friend"] == "passed"
    assert results["Booking for a friend"]["statusDetails"]["flaky"] is True
    steps = {step["name"]: step["status"] for step in results["Booking and paying by card"]["steps"]}
    assert steps["receipt to Ada, within 2 minutes of paying: broken"] == "failed"
    assert steps["reminder to Ada, on the day before the event: open"] == "skipped"
    labels = {(label["name"], label["value"]) for label in results["Booking and paying by card"]["labels"]}
    assert labels >= {("owner", "Dana"), ("epic", "keep: welcome"), ("story", "Booking and paying by card")}
    assert ("severity", "critical") in labels


def test_an_earlier_try_says_why_it_did_not_pass(results: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    files = (tmp_path / "report" / "allure-results").glob("*-result.json")
    flaky = results["Booking for a friend"]
    every = [json.loads(file.read_text("utf-8")) for file in files]
    first, last = sorted(
        (one for one in every if one["historyId"] == flaky["historyId"]), key=lambda one: int(one["start"])
    )
    conforms(first, model2.TestResult)
    assert (first["status"], last["status"]) == ("failed", "passed")
    assert first["statusDetails"]["message"] == "It was slow."
    assert first["start"] < last["start"]
    assert [step["status"] for step in first["steps"]] == ["failed"]


def test_what_is_attached_lies_beside_the_results(results: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    folder = tmp_path / "report" / "allure-results"
    attached = [one for data in results.values() for step in data["steps"] for one in step.get("attachments", ())]
    assert {one["type"] for one in attached} >= {"text/plain"}
    assert any(one["type"].startswith("image/") for one in attached)
    assert [one["source"] for one in attached if not (folder / one["source"]).is_file()] == []


def test_results_of_an_earlier_report_are_replaced_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    written(tmp_path)
    theirs = tmp_path / "report" / "allure-results" / "environment.properties"
    theirs.write_text("stage=staging", "utf-8")
    assert set(written(tmp_path, good=True)) == {"Booking and paying by card", "The card is declined"}
    assert theirs.is_file()


def test_a_journey_links_to_its_page_and_is_the_same_from_night_to_night(tmp_path: Path) -> None:
    first = written(tmp_path / "a", url="https://pages.example.org/{run}/")["Booking and paying by card"]
    second = written(tmp_path / "b", good=True)["Booking and paying by card"]
    assert first["historyId"] == second["historyId"]
    link = first["links"][0]["url"]
    assert link.startswith("https://pages.example.org/20261121T010000Z-abcd/journeys/")
    assert (tmp_path / "a" / "report" / "journeys" / link.rpartition("/")[2]).is_file()
    assert second["links"] == []


def test_without_allure_nothing_is_written_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allure, "find_spec", lambda name: None)
    assert written(tmp_path) == {}
    assert not (tmp_path / "report" / "allure-results").exists()
