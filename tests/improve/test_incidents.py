"""A new incident is a feature that runs as it is: the way of a scenario, up to the promise that was not kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from upheld.errors import UsageError
from upheld.improve import new_incident

DAY = date(2026, 3, 2)
FEATURE = """@journey:shop @slow
Feature: Buying
  Background:
    Given Ada opens "/"

  Scenario Outline: Buying a <thing>
    When she presses "Buy <thing>"
    Then she is promised a confirmation within 1 minute
    And she is promised a receipt within 2 minutes
      | says | a \\| b |
    And she sees "Thank you"

    Examples:
      | thing |
      | book  |
      | film  |

  Scenario: Changing her mind
    When she presses "Cancel"
    Then she is promised no receipt for 10 seconds
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "shop.feature").write_text(FEATURE, "utf-8")
    return tmp_path


def test_it_walks_to_the_promise_and_no_further(suite: Path) -> None:
    path = new_incident(suite, "a receipt by email", "she paid, and none came.", today=DAY)
    assert path == suite / "features" / "incidents" / "2026-03-02-a-receipt-by-email.feature"
    assert path.read_text("utf-8") == (
        "@journey:shop @incident:2026-03-02-a-receipt-by-email\n"
        "Feature: Incident of 2 March 2026: a receipt by email\n"
        "  What the customer expected: a receipt by email.\n"
        "  What happened: she paid, and none came.\n"
        "  The fix: write here what was mended. The prevention: this feature.\n"
        "\n"
        "  Scenario: She expects a receipt by email\n"
        '    Given Ada opens "/"\n'
        '    When she presses "Buy book"\n'
        "    Then she is promised a receipt within 2 minutes\n"
        "      | says | a \\| b |\n"
    )


def test_a_scenario_can_be_named(suite: Path) -> None:
    path = new_incident(suite, "silence", "she was written to", like="Changing her mind", today=DAY)
    assert "she is promised no receipt for 10 seconds" in path.read_text("utf-8")
    with pytest.raises(UsageError, match=r'Did you mean "Changing her mind"\?'):
        new_incident(suite, "silence", "it was not", like="Changing his mind", today=DAY)


def test_what_nobody_promises_is_told_with_what_is_promised(suite: Path) -> None:
    with pytest.raises(UsageError, match=r'"a pony" names nothing that a feature promises \(confirmation, receipt\)'):
        new_incident(suite, "a pony", "none came", today=DAY)


def test_an_incident_is_not_written_over_another(suite: Path) -> None:
    new_incident(suite, "a receipt", "none came", today=DAY)
    with pytest.raises(UsageError, match="is there already"):
        new_incident(suite, "a receipt", "none came", today=DAY)
