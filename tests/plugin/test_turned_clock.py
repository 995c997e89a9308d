"""One clock turned once for all journeys: too early, in time, late and never are told apart."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.plugin.conftest import Suite
from tests.plugin.shop import Shop, opened

pytest_plugins = ["pytester"]

Scenario = Callable[..., str]

STEPS = """
import httpx
from urllib.parse import urlsplit

@step(parsers.re(r'the shop plans (?P<who>\\w+) "(?P<subject>[^"]+)" in (?P<hours>[\\d.]+) hours'))
def plans(journey, who, subject, hours):
    port = urlsplit(journey.settings.mailbox).port
    to = journey.actor(who).person.email
    journey.request("POST", "/plan", json={"port": port, "to": to, "subject": subject, "body": "Hello",
                                           "after": float(hours) * 3600})
"""


@pytest.fixture
def shop(suite: Suite) -> Iterator[Shop]:
    """The suite's site is a shop with a clock."""
    with opened() as shop:
        suite.write_settings(
            site=shop.url,
            clock=f"{shop.url}/test-clock",
            mailbox="embedded://127.0.0.1:0",
            patience="0.5s",
            quiet="0.3s",
        )
        with (suite.root / "conftest.py").open("a", encoding="utf-8") as file:
            file.write(STEPS)
        yield shop


def journey(scenario: Scenario, name: str, hours: float | None, promise: str) -> str:
    """A journey of someone whose shop plans her reminder in so many hours; the event is in 4 days at 18:00."""
    plan = [f'And the shop plans {name} "Your reminder" in {hours} hours'] if hours is not None else []
    return scenario(
        f"Journey of {name}",
        "Given the event takes place in 4 days at 18:00 in Europe/Berlin",
        f"And {name} walks on",
        *plan,
        f"Then {name} is promised {promise}",
    )


def test_each_moment_is_told_apart(suite: Suite, scenario: Scenario, shop: Shop) -> None:
    between = "a reminder between 4 days and 2 days before the event"
    suite.feature(
        journey(scenario, "Ada", 40, between)
        + journey(scenario, "Ben", 0.0, "a reminder between 2 days and 1 day before the event")
        + journey(scenario, "Cleo", 85, "a reminder between 3 days and 2 days before the event")
        + journey(scenario, "Dora", None, between)
        + journey(scenario, "Eve", 40, "no reminder by email before the event")
        + journey(scenario, "Fay", None, "no reminder by email before the event")
    )
    suite.run("features")
    assert suite.verdicts() == {
        "reminder to Ada": "kept",
        "reminder to Ben": "wrong",
        "reminder to Cleo": "late",
        "reminder to Dora": "broken",
        "no reminder to Eve": "unwanted",
        "no reminder to Fay": "kept",
    }
    assert all(earlier < later for earlier, later in itertools.pairwise(shop.turns))


def test_the_number_of_turns_grows_with_moments_and_not_with_promises(
    suite: Suite, scenario: Scenario, shop: Shop
) -> None:
    same = "a reminder on the day before the event"
    suite.feature("".join(journey(scenario, name, None, same) for name in ("Ada", "Ben", "Cleo", "Dora", "Eve", "Fay")))
    suite.run("features")
    assert set(suite.verdicts().values()) == {"broken"}
    # Before it opens, its opening, its close, after that, and the look for what is late: the same for all six.
    # On a busy machine two of them come by themselves, and need no turn.
    assert 3 <= len(shop.turns) <= 5


def test_a_clock_that_would_not_turn_is_unproven(suite: Suite, scenario: Scenario, shop: Shop) -> None:
    shop.broken_after = 0
    suite.feature(
        journey(scenario, "Ada", None, "a reminder on the day before the event")
        + journey(scenario, "Ben", 0.0, "a reminder within 1 hour")
    )
    result = suite.run("features")
    assert suite.verdicts() == {"reminder to Ada": "unproven", "reminder to Ben": "kept"}
    assert "the clock is stuck" in str(result.stdout)


def test_a_clock_that_stops_turning_on_the_way(suite: Suite, scenario: Scenario, shop: Shop) -> None:
    shop.broken_after = 1  # the opening may come by itself on a busy machine, the close never
    suite.feature(journey(scenario, "Ada", None, "a reminder on the day before the event"))
    suite.run("features")
    assert suite.verdicts() == {"reminder to Ada": "unproven"}


def test_a_duplicate_that_comes_later_is_seen_by_the_last_look(suite: Suite, scenario: Scenario, shop: Shop) -> None:
    suite.feature(
        scenario(
            "Twice",
            "Given the event takes place in 4 days at 18:00 in Europe/Berlin",
            "And Ada walks on",
            'And the shop plans Ada "Your receipt" in 0.0 hours',
            'And the shop plans Ada "Your receipt" in 10 hours',
            "Then Ada is promised a receipt within 1 minute",
            "And Ada is promised no reminder by email before the event",
        )
    )
    suite.run("features")
    assert suite.verdicts() == {"receipt to Ada": "repeated", "no reminder to Ada": "kept"}


MAP = """
name = "Shop"
stage = "keep: welcome"

[touchpoint.reminder]
usual = "on the day before the event"
withdrawn_by = "cancelling"
"""
CANCELS = """
@step(parsers.re(r"(?P<who>\\w+) cancels"))
def cancels(journey, who):
    with journey.moment("cancelling"):
        journey.actor(who)
"""


def test_cancelling_withdraws_what_it_makes_pointless_and_silence_follows(
    suite: Suite, scenario: Scenario, shop: Shop
) -> None:
    folder = suite.root / "journeys" / "shop"
    folder.mkdir(parents=True)
    (folder / "journey.toml").write_text(MAP, "utf-8")
    with (suite.root / "conftest.py").open("a", encoding="utf-8") as file:
        file.write(CANCELS)

    def cancelling(who: str, *more: str) -> str:
        return scenario(
            f"{who} cancels",
            "Given the event takes place in 4 days at 18:00 in Europe/Berlin",
            f"And {who} walks on",
            f"Then {who} is promised a reminder by email",
            *more,
            f"When {who} cancels",
            f"Then {who} is promised no reminder after cancelling",
            tags="@journey:shop",
        )

    suite.feature(cancelling("Ada") + cancelling("Ben", 'And the shop plans Ben "Your reminder" in 75 hours'))
    result = suite.run("features")
    assert suite.verdicts() == {
        "reminder to Ada": "withdrawn",
        "no reminder to Ada": "kept",
        "reminder to Ben": "withdrawn",
        "no reminder to Ben": "unwanted",
    }
    result.assert_outcomes(passed=5, failed=1)
    pages = [file.read_text("utf-8") for file in (suite.root / ".upheld" / "report" / "journeys").glob("*.html")]
    assert len(pages) == 2
    assert all("reminder was withdrawn: after cancelling it is pointless." in page for page in pages)
