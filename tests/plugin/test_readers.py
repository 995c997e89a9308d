"""What other readers are told of a run is the same however many processes walked it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from junitparser import xunit2

from tests.plugin.conftest import Suite

pytest_plugins = ["pytester"]

MAP = """
name = "Buying"
stage = "keep: deliver"
owner = "Dana"
[touchpoint.receipt]
harm = "She cannot claim the cost."
"""
URL = "https://pages.example.org/{run}/"


def write_suite(suite: Suite, scenario: Callable[..., str]) -> None:
    journey = suite.root / "journeys" / "buying" / "journey.toml"
    journey.parent.mkdir(parents=True)
    journey.write_text(MAP, "utf-8")
    tag = "@journey:buying"
    sent = 'When the shop sends Ada "Your receipt" after 0.3 s'
    kept = ("Given Ada walks on", sent, "Then Ada is promised a receipt within 2 seconds")
    broken = ("Given Ben walks on", "Then Ben is promised a receipt within 1 second")
    later = ("Given Gia walks on", "Then Gia is promised a receipt within 2 hours")
    unseen = ("Given Hal walks on", "When nothing can be seen", "Then Hal is promised a code within 1 second")
    stopped = ("Given Ida walks on", "When the step fails", "Then Ida is promised a code within 1 second")
    suite.feature(
        scenario("A receipt comes", *kept, tags=tag)
        + scenario("None comes", *broken, tags=tag)
        + scenario("It is due later", *later)
        + scenario("We cannot look", *unseen)
        + scenario("It stops", *stopped)
    )


def told(suite: Suite, *arguments: str) -> dict[str, Any]:
    """All that others read of a run, without what belongs to this one run: its times, tokens and names."""
    suite.run("features", "--junitxml=junit.xml", f"--report-url={URL}", "--history=nights", *arguments)
    report, run = suite.root / ".upheld" / "report", suite.view().id
    allure = sorted(
        (file.read_text("utf-8") for file in (report / "allure-results").glob("*-result.json")),
        key=lambda text: str(json.loads(text)["fullName"]),
    )
    cases = sorted(
        (case.classname, case.name, properties(case), outcome(case))
        for cases in xunit2.JUnitXml.fromfile(str(suite.root / "junit.xml"))
        for case in cases
        if isinstance(case, xunit2.TestCase)
    )
    night = json.loads((suite.root / "nights" / run / "night.json").read_text("utf-8"))
    results = json.loads((report / "results.json").read_text("utf-8"))
    everything = {
        "results": {one["node"]: _of_journey(one) for one in results["journeys"]},
        "summary": (report / "summary.md").read_text("utf-8"),
        "cucumber": [json.loads(line) for line in (report / "cucumber.ndjson").read_text("utf-8").splitlines()],
        "allure": [json.loads(text) for text in allure],
        "junit": cases,
        "night": night,
    }
    return dict(json.loads(_timeless(json.dumps(everything, ensure_ascii=False), run)))


def _of_journey(journey: dict[str, Any]) -> Any:
    told = ("example", "owner", "stage", "makes_sense", "since", "page", "again", "people", "incidents")
    promises = [
        {name: one[name] for name in ("touchpoint", "to", "verdict", "why", "harm", "said_at", "page")}
        for one in journey["promises"]
    ]
    return [{name: journey[name] for name in told}, promises]


def properties(case: xunit2.TestCase) -> list[tuple[str, str]]:
    found = case.properties()  # type: ignore[no-untyped-call]  # the library's types leave it out
    return sorted((one.name, one.value) for one in found)


def outcome(case: xunit2.TestCase) -> str:
    return ", ".join(type(result).__name__ for result in case.result) or "Passed"


def _timeless(text: str, run: str) -> str:
    text = text.replace(run, "RUN")
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID", text)
    text = re.sub(r'"(seconds|nanos|start|stop)": \d+', r'"\1": 0', text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", "TIME", text)
    text = re.sub(r"\d\d\\*:\d\d\\*:\d\d", "TIME", text)
    text = re.sub(r"\d+(\.\d+)? s\b", "SECONDS", text)
    text = re.sub(r"--seed \d+", "--seed SEED", text)
    return re.sub(r"[0-9a-f]{32}|m?[0-9a-f]{8,}\.eml", "FILE", text)


@pytest.fixture
def alone_and_by_two(suite: Suite, scenario: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(suite.root / "step.md"))
    (suite.root / "step.md").write_text("What an earlier step said.\n", "utf-8")
    write_suite(suite, scenario)
    alone = told(suite)
    # Else the second run would go on with what the first left open.
    (suite.root / ".upheld").rename(suite.root / "first")
    return alone, told(suite, "-n2")


def test_others_are_told_the_same_by_one_process_and_by_two(
    alone_and_by_two: tuple[dict[str, Any], dict[str, Any]], suite: Suite
) -> None:
    alone, by_two = alone_and_by_two
    for reader in alone:
        assert alone[reader] == by_two[reader], reader

    junit = {name: (classname, dict(properties), result) for classname, name, properties, result in alone["junit"]}
    assert {name: result for name, (_, _, result) in junit.items()} == {
        "test_a_receipt_comes": "Passed",
        "test_a_receipt_comes » receipt to Ada": "Passed",
        "test_none_comes": "Passed",
        "test_none_comes » receipt to Ben": "Failure",
        "test_it_is_due_later": "Passed",
        "test_it_is_due_later » receipt to Gia": "Skipped",
        "test_we_cannot_look": "Error",
        "test_we_cannot_look » code to Hal": "Error",
        "test_it_stops": "Failure",
        "test_it_stops » code to Ida": "Error",
    }
    classname, properties, _result = junit["test_none_comes » receipt to Ben"]
    assert classname == "features.shop.feature"
    assert properties.items() >= {
        "verdict": "broken", "journey": "None comes", "customer": "Ben", "owner": "Dana", "stage": "keep: deliver",
        "window": "within 1 second", "due": "TIME", "harm": "She cannot claim the cost.",
    }.items()  # fmt: skip

    night = alone["night"]
    assert set(night["answers"].values()) == {"yes", "no", "so far", "cannot tell"}
    assert [one["status"] for one in alone["allure"]] == ["passed", "passed", "failed", "failed", "broken"]
    nights = [one for one in (suite.root / "nights").iterdir() if one.is_dir()]
    assert len(nights) == 2
    page = (suite.root / "nights" / "index.html").read_text("utf-8")
    assert [one.name for one in nights if f'href="{one.name}/index.html"' not in page] == []

    step = (suite.root / "step.md").read_text("utf-8")
    assert step.startswith("What an earlier step said.\n## ✕ Not yet.")
    assert step.count("**[broken: receipt to Ben](") == 2
    assert "Who acts: Dana" in step
    assert f"](https://pages.example.org/{suite.view().id}/)" in step


def test_a_history_that_cannot_be_written_stops_no_run(suite: Suite, scenario: Callable[..., str]) -> None:
    Path(suite.root, "nights").write_text("a file and no folder", "utf-8")
    suite.feature(scenario("It is due later", "Given Gia walks on", "Then Gia is promised a receipt within 2 hours"))
    result = suite.run("features", "--history=nights")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["The night could not be kept in */nights: *"])


def test_the_nights_are_told_from_the_ledger_alone(suite: Suite, scenario: Callable[..., str]) -> None:
    suite.feature(scenario("It stops", "Given Ida walks on", "When the step fails"))
    for _night in range(2):
        suite.run("features")
    told = suite.pytester.run(sys.executable, "-m", "upheld", "report", "--nights", timeout=60)
    told.stdout.fnmatch_lines(["Nights: *nights.html"])
    page = suite.root / ".upheld" / "report" / "nights.html"
    text = page.read_text("utf-8")
    assert "on the last 2 nights that it was walked" in text
    # Only the last night has a report to lead to.
    links = [part.partition('"')[0] for part in text.split('href="')[1:]]
    leading = [link for link in links if link.endswith(".html")]
    assert len(leading) == 2
    assert [link for link in leading if not (page.parent / link).is_file()] == []
    # A new run does not leave the page of other nights behind.
    suite.run("features")
    assert not page.exists()
