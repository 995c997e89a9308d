from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cucumber_messages import Envelope, message_converter

from tests.report.nights import MAPS, kept_night, mixed_night
from tests.report.stage import Stage
from upheld.config import Settings
from upheld.ledger import RunView
from upheld.report import write_report
from upheld.report.cucumber import messages_of
from upheld.report.readers import tell_others


def told(run: RunView) -> list[dict[str, Any]]:
    return [json.loads(line) for line in messages_of(run, picture=lambda path: path, message=lambda path: path)]


def of(envelopes: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [envelope[kind] for envelope in envelopes if kind in envelope]


def outcomes(run: RunView) -> dict[str, list[tuple[str, str]]]:
    """Each scenario's steps and promises with their status, found as a reader finds them: by following ids."""
    envelopes = told(run)
    pickles = {one["id"]: one for one in of(envelopes, "pickle")}
    texts = {step["id"]: step["text"] for pickle in pickles.values() for step in pickle["steps"]}
    texts |= {hook["id"]: hook["name"] for hook in of(envelopes, "hook")}
    cases = {one["id"]: one for one in of(envelopes, "testCase")}
    walks = {one["id"]: cases[one["testCaseId"]] for one in of(envelopes, "testCaseStarted")}
    found: dict[str, list[tuple[str, str]]] = {}
    for one in of(envelopes, "testStepFinished"):
        case = walks[one["testCaseStartedId"]]
        step = next(step for step in case["testSteps"] if step["id"] == one["testStepId"])
        text = texts[step.get("pickleStepId") or step["hookId"]]
        found.setdefault(pickles[case["pickleId"]]["name"], []).append((text, one["testStepResult"]["status"]))
    return found


@pytest.mark.parametrize(
    "run", [kept_night(), mixed_night(), Stage().view(finished=False)], ids=["kept", "mixed", "none"]
)
def test_every_line_is_a_message_of_the_published_form(run: RunView) -> None:
    for envelope in told(run):
        assert len(envelope) == 1
        read = message_converter.from_dict(envelope, Envelope)
        assert message_converter.to_dict(read) == envelope


def test_every_id_is_there_once_and_whatever_is_referred_to_was_said_before() -> None:
    seen: Counter[str] = Counter()
    for envelope in told(mixed_night()):
        (body,) = envelope.values()
        for key, value in walked(body):
            if key == "id":
                seen[value] += 1
            elif key.endswith("Id") and key != "id":
                assert seen[value], f"{key} {value} comes before what it means"
            elif key == "astNodeIds":
                assert all(seen[one] for one in value)
    assert set(seen.values()) == {1}


def walked(data: Any) -> list[tuple[str, Any]]:
    if isinstance(data, list):
        return [pair for one in data for pair in walked(one)]
    if isinstance(data, dict):
        # Ids of the thing itself first: its parts may refer to it.
        pairs = sorted(data.items(), key=lambda pair: pair[0] != "id")
        return [found for key, value in pairs for found in ((key, value), *walked(value))]
    return []


def test_a_promise_has_its_own_outcome_and_cannot_tell_is_neither_passed_nor_failed() -> None:
    found = outcomes(mixed_night())
    assert found["Booking and paying by card"][-3:] == [
        ("confirmation to Ada, within 1 minute", "PASSED"),
        ("receipt to Ada, within 2 minutes of paying", "FAILED"),
        ("reminder to Ada, on the day before the event", "SKIPPED"),
    ]
    assert found["Signing in with a code"][-1] == ("code to Dora, within 1 minute", "PENDING")
    assert found["The card is declined"][-1] == ("no receipt to Ada, for 10 seconds", "FAILED")
    # Nobody walked it: nothing of it may look as if it had passed.
    assert {status for _text, status in found["Cancelling a seat"]} == {"SKIPPED", "PENDING"}
    assert ("the organiser finds her in the attendee list", "FAILED") in found["The organiser's list"]
    assert ("she is promised a survey by email after the event, within 3 days", "SKIPPED") in found[
        "The organiser's list"
    ]
    assert found["Booking for a friend"][-1][1] == "PASSED"


def test_an_earlier_attempt_is_told_with_why_it_did_not_pass() -> None:
    envelopes = told(mixed_night())
    started = of(envelopes, "testCaseStarted")
    (again,) = (one for one in started if one["attempt"] == 1)
    first, _again = (one for one in started if one["testCaseId"] == again["testCaseId"])
    finished = of(envelopes, "testStepFinished")
    results = [one["testStepResult"] for one in finished if one["testCaseStartedId"] == first["id"]]
    assert [one["status"] for one in results] == ["FAILED", "SKIPPED"]
    assert results[0]["message"] == "It was slow."
    ends = {one["testCaseStartedId"]: one["willBeRetried"] for one in of(envelopes, "testCaseFinished")}
    assert (ends[first["id"]], ends[again["id"]]) == (True, False)


def test_a_run_that_cannot_tell_is_no_success() -> None:
    assert of(told(kept_night()), "testRunFinished")[0]["success"] is True
    stage = Stage()
    walk = stage.journey("Nobody looked")
    walk.promise("receipt", verdict="unproven")
    walk.done()
    assert of(told(stage.view()), "testRunFinished")[0]["success"] is False


def test_pictures_and_messages_are_those_of_the_report(tmp_path: Path) -> None:
    evidence, out = tmp_path / "evidence", tmp_path / "report"
    run = mixed_night(evidence)
    write_report(run, evidence=evidence, out=out, maps=MAPS)
    tell_others(run, out=out, maps=MAPS, settings=Settings(root=tmp_path), environ={})
    envelopes = [json.loads(line) for line in (out / "cucumber.ndjson").read_text("utf-8").splitlines()]
    attached = of(envelopes, "attachment")
    assert {one["mediaType"] for one in attached} >= {"message/rfc822"}
    assert any(one["mediaType"].startswith("image/") for one in attached)
    assert [one["url"] for one in attached if not (out / one["url"]).is_file()] == []


def test_what_lets_its_reader_in_is_left_out() -> None:
    stage = Stage()
    walk = stage.journey("A link")
    walk.promise("link", verdict="wrong", why="It leads to https://shop.example/in?token=s3cr3t-t0ken")
    walk.done()
    assert "s3cr3t" not in json.dumps(told(stage.view()))
