"""`upheld steps` and `upheld lint`: what a feature can say, and what is wrong with it, without a site or a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.conftest import WITHOUT

SHOP = """
from pytest_bdd import given, parsers

@given(parsers.parse('the {thing} costs {price}'))
def costs(thing, price):
    \"\"\"Something is for sale.\"\"\"

@given("she sees the shop's window")
def sees_window():
    \"\"\"`she sees the shop's window`: as nobody else says it.\"\"\"
"""
CLEAN = """@journey:shop
Feature: Shop
  Scenario Outline: Buying <what>
    Given the <what> costs 3 EUR
    And she sees the shop's window
    When Ada opens "/<what>"
    Then she is promised a receipt by email within 1 minute
    Examples:
      | what |
      | book |
      | mug  |
"""
FAULTY = """@journey:shop
Feature: Faults
  Scenario: One
    Given Ada opens "/"
    When she klicks "Buy"
    Then the order is in the database
  Scenario: Two
    Then Ada is promised a receipt
"""
MAP = """name = "Buying"
stage = "keep: deliver"
[touchpoint.confirmation]
usual = "within 1 minute"
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    for name, text in {
        "pyproject.toml": "[tool.pytest.ini_options]\n",
        "conftest.py": SHOP,
        "features/shop.feature": CLEAN,
        "journeys/shop/journey.toml": MAP,
        "tests/test_broken.py": "raise SystemExit('nobody should load this')",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def upheld(suite: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "upheld", *arguments],
        cwd=suite,
        env={
            **os.environ,
            "PYTEST_ADDOPTS": " ".join(("-p no:cacheprovider", *WITHOUT)),
            "UPHELD_BROWSER": "/nowhere",
        },
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_steps_are_listed_with_an_example_and_what_they_mean(suite: Path) -> None:
    listed = upheld(suite, "steps")
    assert listed.returncode == 0, listed.stderr
    assert "Pages: going from one to another, and what they show\n\n  Ada opens" in listed.stdout
    assert '  she sees "You are booked"\n      the page shows these words, now or in a moment.\n' in listed.stdout
    # A step of the suite's own is shown as its features say it.
    assert "conftest.py\n\n  Given the book costs 3 EUR\n      Something is for sale.\n" in listed.stdout


def test_steps_are_found_by_words_or_by_a_sentence(suite: Path) -> None:
    found = upheld(suite, "steps", "RECEIPT", "promised")
    assert found.stdout.count("\n  ") == 2
    assert "she is promised a receipt by email" in found.stdout
    none = upheld(suite, "steps", "promissed")
    assert none.returncode == 2
    assert none.stderr.startswith('No step speaks of "promissed". Did you mean "promised"')
    near = upheld(suite, "steps", "--for", 'she klicks "Buy"')
    assert near.stdout.startswith('"she klicks "Buy"" is no step. The nearest are:\n\n  she presses "Continue"\n')
    assert near.stdout.endswith("No promise to the customer is found in it.\n")
    exact = upheld(suite, "steps", "--for", "the mug costs 4 EUR")
    assert exact.stdout.startswith('"the mug costs 4 EUR" is understood by:\n\n  Given the book costs 3 EUR\n')


def test_a_sentence_said_to_the_customer_gets_the_step_that_checks_it(suite: Path) -> None:
    (suite / "journeys" / "lexicon.toml").write_text("[en]\npromise = ['\\bthe stork brings a receipt\\b']\n", "utf-8")
    told = upheld(suite, "steps", "--for", "We'll send you a reminder the day before. Bis bald!")
    assert told.returncode == 0, told.stderr
    assert told.stdout == (
        '"We\'ll send you a reminder the day before." promises a reminder to the customer. This checks it:\n\n'
        "  And she is promised a reminder by email on the day before the event\n\n"
    )
    own = upheld(suite, "steps", "--for", "The stork brings a receipt by post")
    assert "  And she is promised a receipt by email within 5 minutes\n      It says no time" in own.stdout
    assert "What comes by post cannot be caught" in own.stdout


def test_a_suite_without_a_finding_is_clean_and_may_have_notes(suite: Path) -> None:
    clean = upheld(suite, "lint")
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert clean.stdout == (
        'note: features/shop.feature:7: the map journeys/shop/journey.toml does not name [touchpoint."receipt"], '
        "so nobody knows what its absence costs her.\n"
        "note: journeys/shop/journey.toml: no feature promises the confirmation that it names.\n"
        "1 feature, 2 journeys: nothing below the waterline.\n"
    )


def test_findings_are_told_in_the_order_of_their_lines(suite: Path) -> None:
    (suite / "features" / "faulty.feature").write_text(FAULTY, "utf-8")
    found = upheld(suite, "lint", "features/faulty.feature")
    assert found.returncode == 1
    lines = found.stdout.splitlines()
    assert [line.split(": ")[0] for line in lines[:-1]] == [
        f"features/faulty.feature:{number}" for number in (5, 6, 6, 8)
    ]
    assert 'no step is called "she klicks "Buy"". The nearest is: she presses "Continue".' in lines[0]
    assert '"database": she sees no tables and rows' in lines[1]
    assert "until when is she promised the receipt?" in lines[3]
    assert lines[-1].endswith("4 findings.")


def test_what_cannot_be_looked_at_is_usage(suite: Path) -> None:
    assert upheld(suite, "lint", "features/none.feature").returncode == 2
    (suite / "conftest.py").write_text("import nothing_of_this_name", "utf-8")
    broken = upheld(suite, "lint")
    assert broken.returncode == 2
    assert "The suite cannot be read: " in broken.stderr
    assert "nothing_of_this_name" in broken.stderr
