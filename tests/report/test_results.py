from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from tests.report.nights import MAPS, kept_night, mixed_night
from tests.report.stage import Stage
from upheld.config import Settings
from upheld.report import results, write_report
from upheld.report.files import Files
from upheld.report.headline import earlier_in_words
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
    assert data == json.loads(json.dumps(results(run, insights=insights, maps=MAPS)))
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


def test_what_is_not_upheld_says_whose_it_is_what_it_costs_where_it_stands_and_since_when(tmp_path: Path) -> None:
    run = mixed_night(tmp_path / "evidence")
    before = dataclasses.replace(kept_night(), started=datetime(2026, 11, 20, 1, tzinfo=UTC))
    out = tmp_path / "report"
    write_report(run, evidence=tmp_path / "evidence", out=out, maps=MAPS, earlier=[before])
    data = json.loads((out / "results.json").read_text("utf-8"))
    assert data["sentence"] == "Not yet. 5 of 9 journeys break their word."
    assert data["lede"][0]["said"] == "The receipt never came for Ada."
    assert data["lede"][0]["page"] == data["journeys"][0]["promises"][1]["page"]
    first = data["journeys"][0]
    assert (first["owner"], first["stage"], first["people"]) == ("Dana", "keep: welcome", ["Ada"])
    assert first["again"] == f"upheld run {first['node']} --seed 8127"
    receipt = next(one for one in first["promises"] if one["kind"] == "receipt")
    assert receipt["harm"].startswith("She cannot claim the cost")
    assert receipt["said"] == "she is promised a receipt by email within 2 minutes of paying"
    assert receipt["since"] == {"new": True, "known": True, "said": "New: on Friday 20 November it was kept."}
    # What is upheld, and what is not missing, costs her nothing that the map tells.
    assert {one["verdict"]: one["harm"] for one in first["promises"] if one is not receipt} == {
        "kept": None,
        "open": None,
    }
    rows = [one["example"] for one in data["journeys"] if one["scenario"] == "Booking in her own language"]
    assert rows == ["Ben in New York", "Cleo in Berlin"]
    for journey in data["journeys"]:
        page = (out / journey["page"]).read_text("utf-8")
        for promise in journey["promises"]:
            file, _, anchor = promise["page"].partition("#")
            assert file == journey["page"]
            assert f'id="{anchor}"' in page


def test_a_flaky_journey_says_why_the_attempt_before_did_not_pass() -> None:
    (flaky,) = (one for one in results(mixed_night())["journeys"] if one["flaky"])
    assert flaky["earlier_attempts"] == [
        {
            "attempt": 1,
            "status": "failed",
            "step": "she opens the page of the event",
            "said_at": "features/event_registration.feature:91",
            "error": "It was slow.",
            "picture": "pictures/event.png",
        }
    ]
    told = earlier_in_words(mixed_night(), next(one for one in mixed_night().journeys if one.id == flaky["id"]))
    assert told == ["Attempt 1 stopped at “she opens the page of the event”: It was slow."]


def test_sentences_are_in_the_language_of_the_report_and_words_stay(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, language="de")
    write_report(mixed_night(), evidence=tmp_path, out=tmp_path / "report", maps=MAPS, settings=settings)
    data = json.loads((tmp_path / "report" / "results.json").read_text("utf-8"))
    assert faults(data) == []
    assert (data["language"], data["gate"]) == ("de", "no-go")
    assert "Noch nicht" in data["sentence"]
