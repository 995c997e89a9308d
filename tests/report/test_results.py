from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from tests.report.nights import MAPS, kept_night, mixed_night
from tests.report.stage import Stage
from upheld.report import results, write_report
from upheld.report.files import Files
from upheld.report.insight import insights_of

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "results.schema.json").read_text("utf-8"))


def faults(data: Any) -> list[str]:
    checker = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(data)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("view", [kept_night(), mixed_night(), Stage().view(), Stage().view(finished=False)])
def test_results_are_as_the_schema_says(view: Any) -> None:
    assert faults(json.loads(json.dumps(results(view)))) == []


def test_the_schema_is_not_content_with_anything() -> None:
    data = results(kept_night())
    data["gate"] = "maybe"
    data["journeys"][0]["promises"][0]["verdict"] = "passed"
    assert len(faults(data)) == 2


def test_results_of_a_mixed_night(snapshot: SnapshotAssertion) -> None:
    assert json.dumps(results(mixed_night()), indent=1, ensure_ascii=False) == snapshot


def test_what_is_written_is_what_is_said_and_its_paths_lead_somewhere(tmp_path: Path) -> None:
    run = kept_night(tmp_path / "evidence")
    index = write_report(run, evidence=tmp_path / "evidence", out=tmp_path / "report", maps=MAPS)
    data = json.loads((index.parent / "results.json").read_text("utf-8"))
    insights = insights_of(run, read=Files(tmp_path / "evidence", index.parent).raw, maps=MAPS)
    assert data == json.loads(json.dumps(results(run, insights=insights)))
    assert faults(data) == []
    paths = [step["picture"] for journey in data["journeys"] for step in journey["steps"]]
    paths += [promise["message"] for journey in data["journeys"] for promise in journey["promises"]]
    there = [path for path in paths if path]
    assert len(there) > 5
    assert [path for path in there if not (index.parent / path).is_file()] == []


def test_what_is_not_in_the_evidence_is_not_linked(tmp_path: Path) -> None:
    run = kept_night()
    index = write_report(run, evidence=tmp_path / "nothing", out=tmp_path / "report", maps=MAPS)
    data = json.loads((index.parent / "results.json").read_text("utf-8"))
    assert {step["picture"] for journey in data["journeys"] for step in journey["steps"]} == {None}
    assert faults(data) == []


def test_addresses_carry_no_password() -> None:
    stage = Stage()
    run = stage.view()
    run.info.update(mailbox="mailpit+http://ann:s3cret@127.0.0.1:8025/?key=s3cret", site="https://u:s3cret@example.org")  # type: ignore[attr-defined]  # the builder's own dict
    data = results(run)["run"]
    assert (data["mailbox"], data["site"]) == ("mailpit+http://127.0.0.1:8025/", "https://example.org")
