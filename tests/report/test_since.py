"""What is new since the last run, since when something is so, and what is getting worse."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.report.nights import MAPS
from tests.report.stage import BEGAN, Stage
from upheld.ledger import RunView
from upheld.report import write_report
from upheld.report.since import Past, is_same_site


def night(
    days_ago: int, verdict: str, *, came: float = 1, scenario: str = "Booking", status: str = "passed"
) -> RunView:
    stage = Stage(run=f"run-{days_ago}")
    stage._events.clear()
    stage.now = BEGAN - timedelta(days=days_ago)
    stage.write("run_started", site="https://staging.example.org")
    walk = stage.journey(scenario)
    failed = verdict not in ("kept", "late", "wrong", "repeated")
    walk.promise("receipt", verdict=verdict, came=None if failed else came)
    walk.done(status)
    run = stage.view(finished=False)
    assert run.started == BEGAN - timedelta(days=days_ago)
    return run


def told(tonight: RunView, *earlier: RunView) -> str:
    (journey,) = tonight.journeys
    (slug,) = (slug for slug in Past([tonight]).nights[0].answers)
    view = journey.promises[0]
    since = Past(earlier).of_promise(slug, "p-receipt-ada", view.judgement.verdict, "UTC") if view.judgement else None
    return since.said if since else ""


def test_since_when_something_is_broken() -> None:
    broken = night(0, "broken")
    assert told(broken) == ""
    assert told(broken, night(1, "kept")) == "New: on Friday 20 November it was kept."
    assert told(broken, night(1, "late"), night(2, "broken"), night(3, "kept")) == (
        "So since Thursday 19 November, 3 runs in a row; on Wednesday 18 November it was kept."
    )
    assert (
        told(broken, night(1, "broken"), night(2, "wrong"))
        == "So since Thursday 19 November at least, 3 runs in a row."
    )
    assert told(night(0, "kept"), night(1, "broken")) == ""


def test_a_run_that_could_not_tell_says_nothing_of_what_is_broken() -> None:
    assert told(night(0, "broken"), night(1, "unproven"), night(2, "open"), night(3, "kept")) == (
        "New: on Wednesday 18 November it was kept."
    )
    assert told(night(0, "unproven"), night(1, "unproven"), night(2, "broken")) == (
        "So since Friday 20 November, 2 runs in a row; on Thursday 19 November it was broken."
    )


def test_a_run_that_did_not_walk_it_says_nothing() -> None:
    elsewhere = night(1, "kept", scenario="Another")
    assert told(night(0, "broken"), elsewhere) == "Seen for the first time: no earlier run says anything of it."


def since_section(tmp_path: Path, tonight: RunView, *earlier: RunView) -> str:
    index = write_report(tonight, evidence=tmp_path, out=tmp_path / "report", maps=MAPS, earlier=earlier)
    section = BeautifulSoup(index.read_text("utf-8"), "html.parser").select_one("section.since")
    return " ".join(section.get_text(" ").split()) if section else ""


def test_the_front_page_says_what_is_new_mended_and_worse(tmp_path: Path) -> None:
    assert since_section(tmp_path, night(0, "broken")) == ""
    assert since_section(tmp_path, night(0, "broken"), night(1, "kept")) == (
        "Since the last run New receipt to Ada in “Booking”: broken. New: on Friday 20 November it was kept."
    )
    assert "Mended receipt to Ada in “Booking”: it was broken before, and is kept again." in since_section(
        tmp_path, night(0, "kept"), night(1, "unproven"), night(2, "broken")
    )
    assert since_section(tmp_path, night(0, "broken"), night(1, "broken")) == (
        "Since the last run Nothing became better or worse since Friday 20 November."
    )
    stopped = since_section(tmp_path, night(0, "kept", status="failed"), night(1, "kept"))
    assert "New “Booking” no longer makes sense. New since Friday 20 November." in stopped
    other = since_section(tmp_path, night(0, "kept", scenario="Another"), night(1, "kept"))
    assert "One journey of the run before was not walked this time." in other
    assert "One journey was walked for the first time." in other


def test_what_comes_later_and_later_is_said_before_it_is_too_late(tmp_path: Path) -> None:
    usual = [night(day, "kept", came=came) for day, came in ((1, 6), (2, 11), (3, 8))]
    assert "Getting worse Ada’s receipt is slower: 48 s, usually 6 s to 11 s, of 60 s promised." in since_section(
        tmp_path, night(0, "kept", came=48), *usual
    )
    assert "slower" not in since_section(tmp_path, night(0, "kept", came=14), *usual)
    assert "slower" not in since_section(tmp_path, night(0, "kept", came=48), *usual[:2])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://staging.example.org", "https://staging.example.org", True),
        ("https://staging.example.org", "https://www.example.org", False),
        ("http://127.0.0.1:41007", "http://localhost:39111", True),
        ("http://127.0.0.1:41007", "https://staging.example.org", False),
        ("http://[", "http://127.0.0.1:1", False),
        (None, "http://127.0.0.1:1", False),
    ],
)
def test_a_site_of_ones_own_machine_is_the_same_by_whatever_port(one: object, other: object, same: bool) -> None:
    assert is_same_site(one, other) is same
