"""Drive, then sweep, in real pytest processes: every promise is a test report of its own, with and without workers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from tests.plugin.conftest import Suite

pytest_plugins = ["pytester"]

Scenario = Callable[..., str]

KEPT = (
    "Given Ada walks on",
    'When the shop sends Ada "Your receipt"',
    "Then Ada is promised a receipt within 2 seconds",
)


def write_all_verdicts(suite: Suite, scenario: Scenario) -> None:
    """A feature in which each verdict that needs no turned clock comes up once."""
    suite.feature(
        scenario("A receipt comes", *KEPT)
        + scenario("None comes", "Given Ben walks on", "Then Ben is promised a receipt within 1 second")
        + scenario(
            "It comes late",
            "Given Cleo walks on",
            'When the shop sends Cleo "Your receipt" after 2.6 s',
            "Then Cleo is promised a receipt within 1 second",
            "And Cleo is promised a reminder within 3 seconds",
        )
        + scenario(
            "It is wrong",
            "Given Dora walks on",
            'When the shop sends Dora "Your receipt" saying "You paid 210.00 EUR"',
            "Then Dora is promised a receipt within 2 seconds",
            "  | amount | 120.00 EUR |",
        )
        + scenario(
            "It comes twice",
            "Given Eve walks on",
            'When the shop sends Eve "Your receipt" twice',
            "Then Eve is promised a receipt within 1 second",
        )
        + scenario(
            "It should not come",
            "Given Fay walks on",
            'When the shop sends Fay "Your receipt"',
            "Then Fay is promised no receipt for 1 second",
        )
        + scenario("It is due later", "Given Gia walks on", "Then Gia is promised a receipt within 2 hours")
        + scenario(
            "We cannot look",
            "Given Hal walks on",
            "When nothing can be seen",
            "Then Hal is promised a receipt within 1 second",
        )
    )


EXPECTED = {
    "receipt to Ada": "kept",
    "receipt to Ben": "broken",
    "receipt to Cleo": "late",
    "reminder to Cleo": "broken",
    "receipt to Dora": "wrong",
    "receipt to Eve": "repeated",
    "no receipt to Fay": "unwanted",
    "receipt to Gia": "open",
    "receipt to Hal": "unproven",
}


@pytest.mark.parametrize(
    "arguments",
    [(), ("-n2",), ("-n2", "--dist=loadfile"), ("-n2", "--dist=worksteal")],
    ids=["serial", "n2", "loadfile", "worksteal"],
)
def test_each_verdict_is_a_report(suite: Suite, scenario: Scenario, arguments: tuple[str, ...]) -> None:
    write_all_verdicts(suite, scenario)
    result = suite.run("features", "--junitxml=junit.xml", *arguments)
    assert suite.verdicts() == EXPECTED
    # 8 drives, of which one could not look; 9 promises: 1 kept, 1 open, 1 unproven, 6 not upheld.
    result.assert_outcomes(passed=8, failed=6, errors=2, skipped=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    cases = {case.get("name", ""): case for case in ET.parse(suite.root / "junit.xml").iter("testcase")}
    broken = next(case for name, case in cases.items() if name.endswith("receipt to Ben"))
    unproven = next(case for name, case in cases.items() if name.endswith("receipt to Hal"))
    assert broken.find("failure") is not None
    assert "None came" in str(broken.find("failure").get("message", "")) + str(broken.find("failure").text)  # type: ignore[union-attr]
    assert unproven.find("failure") is None
    assert unproven.find("error") is not None


def test_the_drive_of_a_crashed_worker_is_an_error(suite: Suite, scenario: Scenario) -> None:
    suite.feature(
        scenario(
            "One dies", "Given Ben walks on", "When the process dies", "Then Ben is promised a receipt within 1 second"
        )
        + scenario("One lives", *KEPT)
    )
    result = suite.run("features", "-n2")
    assert suite.verdicts() == {"receipt to Ben": "unproven", "receipt to Ada": "kept"}
    result.assert_outcomes(passed=2, errors=2)


def test_waits_overlap(suite: Suite, scenario: Scenario) -> None:
    delay = 2.0
    suite.feature(
        "".join(
            scenario(
                f"Journey {name}",
                f"Given {name} walks on",
                f'When the shop sends {name} "Your receipt" after {delay} s',
                f"Then {name} is promised a receipt within 3 seconds",
            )
            for name in ("Ada", "Ben", "Cleo", "Dora", "Eve", "Fay")
        )
    )
    suite.run("features")
    view = suite.view()
    assert set(suite.verdicts().values()) == {"kept"}
    assert view.finished is not None
    last_step = max(step.ended for journey in view.journeys for step in journey.steps if step.ended)
    # One wait after the last drive and not six: the delay, the quiet period, and a last look on a busy machine.
    assert (view.finished - last_step).total_seconds() < 6 * delay / 2


def test_last_failed_walks_the_journey_whose_promise_failed(suite: Suite, scenario: Scenario) -> None:
    suite.feature(
        scenario("A receipt comes", *KEPT)
        + scenario("None comes", "Given Ben walks on", "Then Ben is promised a receipt within 1 second")
    )
    suite.run_cached("features")
    again = suite.run_cached("features", "--lf")
    assert suite.verdicts() == {"receipt to Ben": "broken"}
    again.assert_outcomes(passed=1, failed=1)


def test_the_node_id_of_a_promise_walks_its_journey(suite: Suite, scenario: Scenario) -> None:
    path = suite.feature(scenario("A receipt comes", *KEPT) + scenario("None comes", "Given Ben walks on"))
    result = suite.run(f"{path}::test_a_receipt_comes » receipt to Ada")
    result.assert_outcomes(passed=2)


def test_keyword_selects_and_what_was_not_selected_is_no_ones_concern(suite: Suite, scenario: Scenario) -> None:
    path = suite.feature(
        scenario("A receipt comes", *KEPT)
        + scenario("None comes", "Given Ben walks on", "Then Ben is promised a receipt within 1 second")
    )
    suite.run(path, "-k", "comes and receipt")
    assert suite.verdicts() == {"receipt to Ada": "kept"}


def test_exit_first_settles_what_was_promised_and_the_rest_is_unproven(suite: Suite, scenario: Scenario) -> None:
    suite.feature(
        scenario("A receipt comes", *KEPT)
        + scenario(
            "It stops", "Given Ben walks on", "When the step fails", "Then Ben is promised a receipt within 1 second"
        )
        + scenario("Never walked", "Given Cleo walks on", "Then Cleo is promised a receipt within 1 second")
    )
    result = suite.run("features", "-x")
    assert suite.verdicts() == {"receipt to Ada": "kept", "receipt to Ben": "unproven", "receipt to Cleo": "unproven"}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert [journey.status for journey in suite.view().journeys] == ["passed", "failed", "not run"]


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "n2"])
def test_exit_first_shows_one_promise_that_failed_and_writes_down_all(
    suite: Suite, scenario: Scenario, workers: tuple[str, ...]
) -> None:
    suite.feature(
        scenario("None for Ada", "Given Ada walks on", "Then Ada is promised a receipt within 1 second")
        + scenario("None for Ben", "Given Ben walks on", "Then Ben is promised a receipt within 1 second")
    )
    result = suite.run("features", "-x", *workers)
    result.assert_outcomes(passed=2, failed=1)
    assert set(suite.verdicts().values()) == {"broken"}


def test_a_rerun_is_a_new_attempt_with_a_new_address(suite: Suite, scenario: Scenario) -> None:
    suite.feature(
        scenario(
            "Flaky",
            "Given Ada walks on",
            'When the shop sends Ada "Your receipt"',
            "And it fails the first time",
            "Then Ada is promised a receipt within 2 seconds",
        )
    )
    result = suite.run("features", "--reruns", "2")
    first, second = suite.view().journeys
    assert first.superseded_by == second.id
    assert second.flaky
    assert first.cast[0].address != second.cast[0].address
    assert first.cast[0].family == second.cast[0].family
    assert suite.verdicts() == {"receipt to Ada": "kept"}
    assert result.ret == pytest.ExitCode.OK


def test_collect_only_opens_nothing(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("A receipt comes", *KEPT))
    result = suite.run("features", "--collect-only", "-q")
    result.stdout.fnmatch_lines(["features/shop.feature::test_a_receipt_comes"])
    assert not (suite.root / ".upheld").exists()


def test_an_unknown_step_names_its_place_and_the_nearest(suite: Suite, scenario: Scenario) -> None:
    suite.feature(
        scenario(
            "Misspelt",
            "Given Ada walks on",
            'When Ada folows "Register"',
            "Then Ada is promised a receipt within 1 second",
        )
    )
    result = suite.run("features")
    result.stdout.fnmatch_lines(
        ['*features/shop.feature:6: no step is called "Ada folows "Register"".*Did you mean*follows*']
    )
    assert suite.verdicts() == {"receipt to Ada": "unproven"}


def test_a_fault_in_a_promise_is_told_before_anything_is_driven(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("Vague", "Given Ada walks on", "Then Ada is promised a receipt soon"))
    result = suite.run("features")
    result.stdout.fnmatch_lines(["*features/shop.feature:6: *"])
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_host_that_is_not_allowed_is_refused(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("A receipt comes", *KEPT))
    result = suite.run("features", "--site", "https://www.example.com")
    result.stderr.fnmatch_lines(["*www.example.com is not in allow_hosts; nothing was opened.*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_a_session_without_features_is_left_alone(suite: Suite) -> None:
    suite.pytester.makepyfile("def test_plain(): pass")
    suite.run().assert_outcomes(passed=1)
    assert not (suite.root / ".upheld").exists()


def test_a_kind_that_is_nearly_a_known_one_is_told_at_once(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("Misspelt", "Given Ada walks on", "Then Ada is promised a confirmtion within 1 minute"))
    result = suite.run("features")
    result.stdout.fnmatch_lines(['*features/shop.feature:6: *"confirmtion". Did you mean "confirmation"?*'])
    assert not (suite.root / ".upheld").exists()
