"""The demo business walked in a real browser: each defect is found by name, and nothing else is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import demo
from tests.mailbox.servers import Server
from tests.needs import needs

ROOT = Path(__file__).parents[2]

# Defects that do not hide each other are walked together, to save time; `make bench` walks each on its own.
GROUPS = (
    (
        "no_confirmation",
        "wrong_amount_on_receipt",
        "reminder_at_once",
        "payment_declined_silently",
        "incomplete_attendee_list",
    ),
    ("wrong_date_in_confirmation", "no_receipt", "reminder_after_event", "confirmation_after_decline"),
    ("duplicate_confirmation", "no_reminder"),
    ("confirmation_to_wrong_address",),
    ("no_calendar_entry",),
    ("slow_mail",),
)

Finding = tuple[str, str, str]


@dataclass
class Walked:
    """What `upheld demo` came to."""

    code: int
    said: str
    results: dict[str, Any]

    def found(self) -> set[Finding]:
        """Everything that was not as it should be: scenario, promise or step, and its verdict."""
        found: set[Finding] = set()
        for journey in self.results["journeys"]:
            name = journey["scenario"]
            found |= {(name, step["text"], "failed") for step in journey["steps"] if step["status"] != "passed"}
            found |= {
                (name, one["touchpoint"], one["verdict"]) for one in journey["promises"] if one["verdict"] != "kept"
            }
        return found


def walk(folder: Path, *arguments: str) -> Walked:
    """Run `upheld demo` with a folder of its own."""
    result = subprocess.run(
        [sys.executable, "-m", "upheld", "demo", "--patience", "3s", *arguments],
        cwd=ROOT,
        env={**os.environ, "UPHELD_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    report = folder / "report" / "results.json"
    assert report.is_file(), result.stdout + result.stderr
    return Walked(result.returncode, result.stdout + result.stderr, json.loads(report.read_text("utf-8")))


def expected(*names: str) -> set[Finding]:
    """What the table says of these defects."""
    table = demo.defects()
    return {(one.journey, one.promise or one.step, one.verdict) for name in names for one in table[name].expects}


def test_every_defect_is_in_one_group() -> None:
    assert sorted(name for group in GROUPS for name in group) == sorted(demo.defects())


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_defects_are_found_and_nothing_else(group: tuple[str, ...], tmp_path: Path) -> None:
    needs("browser")
    walked = walk(tmp_path, "--defects", ",".join(group))
    assert walked.found() == expected(*group), walked.said
    assert walked.code == 1
    if "confirmation_to_wrong_address" in group:
        assert "It went to bookings@journeys.test instead" in walked.said


def test_a_clean_site_is_go(tmp_path: Path) -> None:
    needs("browser")
    walked = walk(tmp_path, "-n", "2")
    assert walked.found() == set(), walked.said
    assert walked.code == 0
    assert walked.results["gate"] == "go"
    assert sum(walked.results["verdicts"].values()) == 13
    assert re.search(r"Report: \S+index\.html", walked.said)


@pytest.fixture
def mailpit(tmp_path: Path) -> Iterator[str]:
    """A real Mailpit, as the address of a mailbox."""
    needs("mailpit")
    server = Server("mailpit", tmp_path).start()
    yield f"{server.url}?smtp=127.0.0.1:{server.port}"
    server.close()


def test_the_same_with_mailpit(mailpit: str, tmp_path: Path) -> None:
    needs("browser")
    walked = walk(tmp_path, "--mailbox", mailpit, "--defects", "no_receipt")
    assert walked.found() == expected("no_receipt"), walked.said


def test_an_unknown_defect_is_named(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "upheld", "demo", "--defects", "no_recept"],
        cwd=ROOT, env={**os.environ, "UPHELD_FOLDER": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 2
    assert 'Did you mean "no_receipt"?' in result.stderr
