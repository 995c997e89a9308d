"""Journeys that turn the clock themselves: alone and after the sweep where all share it, like any other where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.plugin.conftest import Suite
from tests.plugin.shop import Shop, opened
from tests.plugin.test_turned_clock import STEPS

pytest_plugins = ["pytester"]

Scenario = Callable[..., str]

CLOCKS = {"shared": "{url}/test-clock", "each": "{url}/test-clock/{{customer}}"}


@pytest.fixture
def shop(suite: Suite, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """The suite's site is a shop with a clock, shared unless the test's parameter says otherwise."""
    clock = CLOCKS[getattr(request, "param", "shared")]
    with opened() as shop:
        suite.write_settings(
            site=shop.url,
            clock=clock.format(url=shop.url),
            mailbox="embedded://127.0.0.1:0",
            patience="1s",
            quiet="0.3s",
        )
        with (suite.root / "conftest.py").open("a", encoding="utf-8") as file:
            file.write(STEPS)
        yield shop


def traveller(scenario: Scenario, name: str, hours: float = 75) -> str:
    """She is reminded while she travels, goes on with it, and is promised more that comes after her journey.

    The event is in 4 days at 18:00, so that its reminder is in time between 54 and 90 hours from now.
    """
    return scenario(
        f"{name} travels",
        "Given the event takes place in 4 days at 18:00 in Europe/Berlin",
        f"And {name} walks on",
        f'And the shop plans {name} "Your reminder" in {hours} hours',
        f'And the shop plans {name} "Your receipt" in 130 hours',
        f"Then {name} is promised a receipt by email on the day before the event",
        "When it is 2 hours before the event",
        f"Then {name} receives a reminder by email before the event",
        "When 2 days have passed",
        f'And the shop sends {name} "Your invoice"',
        f"Then {name} is promised an invoice within 1 minute",
        tags="@travels",
    )


def stays(scenario: Scenario, name: str) -> str:
    return scenario(
        f"{name} stays",
        "Given the event takes place in 4 days at 18:00 in Europe/Berlin",
        f"And {name} walks on",
        f'And the shop plans {name} "Your reminder" in 75 hours',
        f"Then {name} is promised a reminder by email on the day before the event",
    )


EXPECTED = {
    "reminder to Ada": "kept",
    "receipt to Ada": "late",
    "invoice to Ada": "kept",
    "reminder to Ben": "kept",
    "receipt to Ben": "late",
    "invoice to Ben": "kept",
    "reminder to Cleo": "kept",
}


@pytest.mark.parametrize(
    ("shop", "arguments"),
    [("shared", ()), ("shared", ("-n", "2")), ("each", ()), ("each", ("-n", "2"))],
    indirect=["shop"],
    ids=["shared", "shared-n2", "each", "each-n2"],
)
def test_travellers(suite: Suite, scenario: Scenario, shop: Shop, arguments: tuple[str, ...]) -> None:
    suite.feature(traveller(scenario, "Ada") + stays(scenario, "Cleo") + traveller(scenario, "Ben"))
    result = suite.run(*arguments, "features")
    assert suite.verdicts() == EXPECTED, str(result.stdout)
    assert all(journey.status == "passed" for journey in suite.view().journeys)
    result.assert_outcomes(passed=3 + 5, failed=2)


def test_where_time_cannot_be_turned_it_is_unproven(suite: Suite, scenario: Scenario) -> None:
    suite.feature(
        scenario(
            "Ada travels",
            "Given the event takes place in 4 days at 18:00 in Europe/Berlin",
            "And Ada walks on",
            "When it is the day before the event",
            "Then Ada is promised a receipt within 1 minute",
            tags="@travels",
        )
    )
    result = suite.run("features")
    assert suite.verdicts() == {"receipt to Ada": "unproven"}
    assert "this site's clock cannot be turned" in str(result.stdout)
    result.assert_outcomes(errors=2)


def test_an_untagged_journey_that_travels_is_refused_with_its_line(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("Untagged", "Given Ada walks on", "When it is the day before the event"))
    result = suite.run("features")
    assert "features/shop.feature:6: " in str(result.stdout)
    assert "tag the scenario @travels" in str(result.stdout)


def test_a_moment_that_nobody_named_and_a_time_that_has_passed(suite: Suite, scenario: Scenario, shop: Shop) -> None:
    event = "Given the event takes place in 4 days at 18:00 in Europe/Berlin"
    suite.feature(
        scenario("Unnamed", event, "And Ada walks on", "When it is the day before the evnt", tags="@travels")
        + scenario("Passed", event, "And Ben walks on", "When it is 9 days before the event", tags="@travels")
    )
    said = str(suite.run("features").stdout)
    assert 'says when "the evnt" is. Did you mean "the event"?' in said
    assert "already, and never goes back" in said
    assert {one.scenario: one.status for one in suite.view().journeys} == {"Unnamed": "failed", "Passed": "unproven"}
