"""The command line: the interface that others rely on, with its exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.plugin.conftest import WITHOUT, Suite, scenario, site, suite
from tests.postgres import Cluster, postgres_cluster
from upheld.ledger import fold, open_ledger

pytest_plugins = ["pytester"]

__all__ = ["postgres_cluster", "scenario", "site", "suite"]

Scenario = Callable[..., str]
KEPT = (
    "Given Ada walks on",
    'When the shop sends Ada "Your receipt"',
    "Then Ada is promised a receipt within 2 seconds",
)


def upheld(suite: Suite, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the suite's folder."""
    return subprocess.run(
        [sys.executable, "-m", "upheld", *arguments],
        cwd=suite.root,
        env={**os.environ, "PYTEST_ADDOPTS": " ".join(("-p no:cacheprovider", *WITHOUT))},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_kept_is_go(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("A receipt comes", *KEPT))
    result = upheld(suite, "run")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.startswith("Go")
    assert "Report: .upheld/report/index.html" in result.stdout
    gate = upheld(suite, "gate")
    assert (gate.returncode, gate.stdout.splitlines()[0]) == (0, result.stdout.splitlines()[0])


def test_open_is_go_so_far_and_says_what_is_not_yet_seen(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("It is due later", "Given Gia walks on", "Then Gia is promised a receipt within 2 hours"))
    result = upheld(suite, "run", "features/shop.feature", "-n", "2")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "so far" in result.stdout
    assert "receipt" in result.stdout


def test_broken_is_no_go_and_names_it(suite: Suite, scenario: Scenario) -> None:
    suite.feature(
        scenario("A receipt comes", *KEPT)
        + scenario("None comes", "Given Ben walks on", "Then Ben is promised a receipt within 1 second")
    )
    result = upheld(suite, "run")
    assert result.returncode == 1
    assert "None came" in result.stdout
    assert "features/shop.feature:" in result.stdout
    assert upheld(suite, "gate").returncode == 1
    kept = upheld(suite, "run", "-k", "comes and receipt")
    assert kept.returncode == 0


def test_unproven_is_cannot_tell(suite: Suite, scenario: Scenario) -> None:
    suite.feature(
        scenario("A receipt comes", *KEPT)
        + scenario(
            "Fog", "Given Hal walks on", "When nothing can be seen", "Then Hal is promised a receipt within 1 second"
        )
    )
    result = upheld(suite, "run")
    assert result.returncode == 3, result.stdout + result.stderr
    assert "the fog is too thick" in result.stdout
    assert json.loads((suite.root / ".upheld/report/results.json").read_text())["gate"] == "cannot tell"


def test_a_failed_step_is_no_go(suite: Suite, scenario: Scenario) -> None:
    suite.feature(
        scenario(
            "It stops", "Given Ada walks on", "When the step fails", "Then Ada is promised a receipt within 1 second"
        )
    )
    result = upheld(suite, "run")
    assert result.returncode == 1
    assert "Ada saw something else" in result.stdout


def test_a_failed_step_is_no_go_also_where_nothing_was_promised(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("It stops", "Given Ada walks on", "When the step fails"))
    result = upheld(suite, "run")
    assert (result.returncode, "No promise was made" in result.stderr) == (1, False)


def test_a_suite_below_another_project_has_its_own_settings(suite: Suite, scenario: Scenario) -> None:
    """Its pyproject.toml has no section of pytest's, so pytest by itself takes the project further out for its root."""
    inner = suite.root / "inner"
    suite.root = inner
    inner.mkdir()
    suite.write_settings(site="http://127.0.0.1:9", mailbox="embedded://127.0.0.1:0", patience="0.2s", quiet="0.1s")
    settings = inner / "pyproject.toml"
    settings.write_text(settings.read_text("utf-8").replace("[tool.pytest.ini_options]\n", ""), "utf-8")
    suite.feature(scenario("It waits", "Given Ada lives in Lisbon", "Then Ada is promised no receipt for 0.2 seconds"))
    assert "http://127.0.0.1:9" in upheld(suite, "run").stdout
    assert (inner / ".upheld" / "report" / "index.html").is_file()
    assert not (inner.parent / ".upheld").exists()


@pytest.mark.parametrize(
    ("steps", "arguments", "said"),
    [
        (("Given Ada walks on",), (), "No promise was made"),
        (KEPT, ("-k", "nothing_of_the_kind"), "No journey was walked"),
        (KEPT, ("--site", "https://www.example.com"), "www.example.com is not in allow_hosts; nothing was opened"),
        (KEPT, ("--mailbox", "mailpit+http://127.0.0.1:9"), "Mailpit"),
        (KEPT, ("--patience", "soon"), "is no duration"),
        (("Given Ada walks on", "Then Ada is promised a receipt soon"), (), "features/shop.feature:6"),
    ],
    ids=["no promise", "deselected", "refused host", "no mailbox", "bad option", "bad promise"],
)
def test_what_cannot_run_is_never_green(
    suite: Suite, scenario: Scenario, steps: tuple[str, ...], arguments: tuple[str, ...], said: str
) -> None:
    suite.feature(scenario("A journey", *steps))
    result = upheld(suite, "run", *arguments)
    assert result.returncode == 2, result.stdout + result.stderr
    assert said in result.stdout + result.stderr


def test_what_stands_behind_the_dashes_goes_to_pytest(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("A receipt comes", *KEPT) + scenario("Another", *KEPT))
    result = upheld(suite, "run", "--", "-v", "-k", "another")
    assert "test_another PASSED" in result.stdout
    assert "1 deselected" in result.stdout


def test_a_seed_repeats_the_person_and_never_her_address(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("A receipt comes", *KEPT))
    people = []
    for seed in ("7", "7", "8"):
        upheld(suite, "run", "--seed", seed)
        people.append(suite.view().journeys[0].cast[0])
    first, same, other = people
    assert (first.name, first.details["company"]) == (same.name, same.details["company"])
    assert first.name != other.name
    assert len({person.address for person in people}) == 3


def test_doctor_names_what_is_wrong_and_the_next_thing_to_do(suite: Suite) -> None:
    result = upheld(suite, "doctor")
    lines = {line[2:10].strip(): line for line in result.stdout.splitlines()}
    assert set(lines) == {"site", "browser", "mailbox", "capture", "clock", "ledger"}
    assert "promises by text message or webhook stay unproven" in lines["capture"]
    assert lines["site"].startswith("✓")
    assert "a message went round in" in lines["mailbox"]
    caught = upheld(suite, "doctor", "--capture", "capture://127.0.0.1:0").stdout
    assert re.search(r"✓ capture .*a message went round in", caught)
    away = upheld(suite, "doctor", "--site", "http://127.0.0.1:9", "--clock", "http://127.0.0.1:9/test-clock")
    assert away.returncode == 3
    assert "✕ site" in away.stdout
    assert "✕ clock" in away.stdout


def test_an_incident_leaves_a_feature_that_runs_as_it_is(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("A receipt comes", *KEPT))
    result = upheld(suite, "incident", "new", "a receipt by email", "she paid, and none came")
    assert result.returncode == 0, result.stderr
    path = result.stdout.split()[0]
    assert path.startswith("features/incidents/")
    again = upheld(suite, "run", path)
    assert again.returncode == 0, again.stdout + again.stderr
    unknown = upheld(suite, "incident", "new", "a pony", "she paid, and none came")
    assert unknown.returncode == 2
    assert "receipt" in unknown.stderr


def test_a_report_of_no_run_says_what_to_do(suite: Suite) -> None:
    result = upheld(suite, "gate")
    assert result.returncode == 2
    assert "upheld run" in result.stderr


def test_a_fault_in_a_step_of_the_suite_is_told_with_its_traceback(suite: Suite, scenario: Scenario) -> None:
    with (suite.root / "conftest.py").open("a", encoding="utf-8") as file:
        file.write("\n@step('the step is faulty')\ndef faulty():\n    {}['no such key']\n")
    suite.feature(
        scenario(
            "Faulty", "Given Ada walks on", "When the step is faulty", "Then Ada is promised a receipt within 1 second"
        )
    )
    result = upheld(suite, "run")
    assert result.returncode == 1
    assert "KeyError: 'no such key'" in result.stderr
    assert "def faulty" in result.stderr


def test_a_ledger_in_postgresql_serves_workers_and_the_gate(
    suite: Suite, scenario: Scenario, postgres_cluster: Cluster
) -> None:
    url = postgres_cluster.new_database()
    suite.feature(
        scenario("A receipt comes", *KEPT)
        + scenario("None comes", "Given Ben walks on", "Then Ben is promised a receipt within 1 second")
    )
    result = upheld(suite, "run", "--ledger", url, "-n", "2")
    assert result.returncode == 1, result.stdout + result.stderr
    ledger = open_ledger(url)
    view = fold(ledger.events(run=ledger.last_run()))
    ledger.close()
    verdicts = {
        one.promise.who: str(one.judgement and one.judgement.verdict) for j in view.journeys for one in j.promises
    }
    assert verdicts == {"Ada": "kept", "Ben": "broken"}
    assert upheld(suite, "gate", "--ledger", url).returncode == 1
    assert not (suite.root / ".upheld/ledger.db").exists()
