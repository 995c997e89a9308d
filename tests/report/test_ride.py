"""A ride is told from what was measured: what grated, worst first, against limits, budgets and earlier nights."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.report.stage import Stage, Walk
from upheld.errors import ConfigError
from upheld.ledger import JourneyView, RunView
from upheld.report.measured import MEASURES, accessibility_of, budgets_of, measures_of, medians
from upheld.report.ride import ride_of

LABEL = {
    "id": "label",
    "impact": "critical",
    "help": "Form elements must have labels",
    "count": 2,
    "picture": "box.jpg",
}


def document(number: int = 1, **measured: Any) -> dict[str, Any]:
    return {"id": f"d{number}", "address": f"https://shop.example/{number}", "status": 200, "largest": 0.4, **measured}


def step(
    walk: Walk, text: str = "she opens the page", *, seconds: float = 0.4, title: str = "Shop", **ride: Any
) -> None:
    """Write down a step that was measured; it shows one page unless said otherwise."""
    options = ride.pop("options", {})
    measured = {"documents": [document()], "pages": 1, "status": 200, "ways": 2, "on": "d1", **ride}
    walk.step(text, picture="a.png", seconds=seconds, title=title, ride=measured, **options)


def journey(*steps: dict[str, Any], status: str = "passed") -> JourneyView:
    stage = Stage()
    walk = stage.journey("Booking")
    for one in steps:
        step(walk, **one)
    walk.done(status)
    return stage.view().journeys[0]


def test_a_good_ride_has_no_friction_and_says_what_it_took() -> None:
    first = {"documents": [document(asked=6, required=4, filled=3)], "clicks": 3}
    ride = ride_of(journey(first, {"documents": [document(2)], "seconds": 1.5}))
    assert (ride.word, ride.why, ride.frictions) == ("Yes", (), ())
    assert ride.facts == (
        "2 pages", "3 clicks", "3 of 6 fields filled in",
        "1.9 s in all, at the pace of a machine", "0.8 s of it waiting for pages",
        "longest step 1.5 s (“she opens the page”)",
    )  # fmt: skip
    assert ride.to_json()["measures"]["wait_seconds"] == 0.8


CASES = {
    "slow": ({"documents": [document(largest=3.2)]}, "Mostly", "Ada waited 3.2 s for the page “Shop”."),
    "far too slow": ({"documents": [document(largest=11)]}, "No", "Ada waited 11.0 s for the page “Shop”."),
    "no paint": ({"documents": [document(largest=None, ready=5)]}, "Mostly", "Ada waited 5.0 s for the page “Shop”."),
    "shifting": ({"documents": [document(shift=0.3)]}, "Mostly", "The page “Shop” moved under her eyes as it came up."),
    "steady": ({"documents": [document(shift=0.1)]}, "Yes", None),
    "sent on": ({"chain": 4}, "Mostly", "Ada was sent on 4 times before the page “Shop” came."),
    "sent on once": ({"chain": 1}, "Yes", None),
    "cleared": ({"cleared": ["Email"]}, "No", "After a mistake Ada had to fill in “Email” again."),
    "much cleared": (
        {"cleared": ["A", "B", "C", "D", "E"]}, "No",
        "After a mistake Ada had to fill in “A”, “B”, “C” and 2 more again.",
    ),
    "leads nowhere": ({"ways": 0}, "No", "It ends on a page without any link or button: the page “Shop”."),
    "error": ({"status": 500}, "No", "It ends on an error page (500): the page “Shop”."),
    "refused and lost": ({"status": 410, "ways": 1}, "No", "It ends on an error page (410): the page “Shop”."),
    "refused and led on": ({"status": 410}, "Yes", None),
    "barrier": (
        {"kind": "k", "accessibility": {"violations": [LABEL]}}, "Mostly",
        "A field does not say what it asks for to those who have the page read to them: the page “Shop”.",
    ),
    "small barrier": ({"kind": "k", "accessibility": {"violations": [{**LABEL, "impact": "minor"}]}}, "Yes", None),
    "failed": ({"options": {"failed": ["GET https://s.example/a 404"]}}, "Mostly", "1 request of her pages failed."),
    "told what is wrong": (
        {"options": {"failed": ["POST https://shop.example/1?a=b 422"]}, "documents": [document(status=422)]},
        "Yes", None,
    ),
    "slow step": ({"seconds": 12}, "No", "“she opens the page” took 12.0 s."),
}  # fmt: skip


@pytest.mark.parametrize(("measured", "word", "said"), CASES.values(), ids=CASES)
def test_what_grates(measured: dict[str, Any], word: str, said: str | None) -> None:
    ride = ride_of(journey(measured))
    assert (ride.word, ride.why) == (word, (said,) if said else ())
    for one in ride.frictions:
        assert (one.step, one.line) == ("she opens the page", 9)
        assert one.picture == ("box.jpg" if one.measure == "accessibility" else "a.png")
        assert one.reason


def test_the_worst_comes_first() -> None:
    ride = ride_of(journey({"chain": 9, "cleared": ["Email"], "documents": [document(largest=5)]}))
    assert [one.measure for one in ride.frictions] == ["cleared_fields", "slowest_page_seconds", "redirects"]


def test_a_step_that_waits_for_a_letter_is_no_slow_page() -> None:
    waits = {"text": "she receives a code", "seconds": 30, "documents": [], "pages": 0}
    assert ride_of(journey({}, waits)).word == "Yes"


def test_who_signs_in_is_not_asked_twice() -> None:
    email: dict[str, Any] = {"options": {"fields": [("Email", "ada@journeys.test")]}}
    asked: dict[str, Any] = {**email, "documents": [document(asked=3)]}
    assert ride_of(journey(asked, asked)).why == ("Ada typed her email twice.",)
    assert ride_of(journey(asked, {**email, "documents": [document(2, asked=2, login=True)]})).word == "Yes"
    assert ride_of(journey(asked, {**email, "documents": [document(2, asked=1)]})).word == "Yes"


def test_where_the_customer_was_on_no_page_another_rode() -> None:
    stage = Stage()
    walk = stage.journey("Waiting list")
    for who, seconds in (("the organiser", 20), ("Ben", 6), ("Ben", 1)):
        step(walk, seconds=seconds, options={"who": who})
    walk.done()
    assert ride_of(stage.view().journeys[0]).why == ("“she opens the page” took 6.0 s.",)


def test_a_form_that_comes_back_asks_nothing_new() -> None:
    form = {"asked": 5, "required": 3, "filled": 3, "address": "https://shop.example/form"}
    found = measures_of(
        journey({"documents": [document(1, **form)]}, {"documents": [document(2, **form), document(3)]})
    )
    assert (found["fields"], found["required_fields"]) == (5, 3)
    assert found["wait_seconds"] == pytest.approx(1.2)


def test_a_barrier_is_one_for_all_who_come_by() -> None:
    stage = Stage()
    looked: dict[str, Any] = {"accessibility": {"violations": [LABEL]}}
    for name, found in (("First", looked), ("Second", {})):
        walk = stage.journey(name)
        step(walk, kind="k", **found)
        walk.done()
    run = stage.view()
    assert [ride_of(one, seen=accessibility_of(run)).word for one in run.journeys] == ["Mostly", "Mostly"]
    assert ride_of(run.journeys[1]).word == "Yes"


def test_a_budget_takes_the_place_of_the_limit() -> None:
    slow = journey({"documents": [document(largest=3.2)], "clicks": 7})
    assert ride_of(slow, budgets_of({"slowest_page_seconds": 4})).word == "Yes"
    ride = ride_of(slow, budgets_of({"slowest_page_seconds": 4, "clicks": 5, "pages": 1}))
    assert ride.why == ("It takes 7 clicks; the budget is 5.",)
    assert (ride.frictions[0].value, ride.frictions[0].limit) == (7, 5)


@pytest.mark.parametrize(
    ("said", "told"),
    [({"clics": 5}, 'nothing is called "clics". Did you mean "clicks"?'), ({"clicks": -1}, "from 0 upward")],
)
def test_a_budget_that_nobody_knows(said: dict[str, float], told: str) -> None:
    with pytest.raises(ConfigError, match=r"tool\.upheld\.budgets") as caught:
        budgets_of(said)
    assert told in str(caught.value)


def night(number: int, *, largest: float = 0.5, clicks: int = 3, status: str = "passed") -> RunView:
    stage = Stage(run=f"run-{number}")
    walk = stage.journey("Booking")
    step(walk, documents=[document(largest=largest)], clicks=clicks)
    walk.done(status)
    view = stage.view()
    started = datetime(2026, 11, 1, 2, tzinfo=UTC) + timedelta(days=number)
    return type(view)(**{name: getattr(view, name) for name in view.__dataclass_fields__} | {"started": started})


def test_a_regression_is_said_against_the_last_seven_nights() -> None:
    old = [night(number, largest=30, clicks=1) for number in range(5)]
    nights = [
        *old,
        *(night(number, largest=0.4 + number % 2 / 10) for number in range(5, 12)),
        night(11, status="failed"),
    ]
    before = medians(nights)[nights[0].journeys[0].node]
    assert (before["nights"], before["clicks"]) == (7, 3)
    assert before["wait_seconds"] == pytest.approx(0.5)
    budget = {"slowest_page_seconds": 20.0}
    slow = night(12, largest=9.5, clicks=6).journeys[0]
    assert ride_of(slow, budget, before).why == (
        "It takes 3 more clicks than on the last seven nights.",
        "It takes 9.0 s longer than on the last seven nights.",
    )
    assert ride_of(night(12, largest=1.0, clicks=4).journeys[0], None, before).word == "Yes"
    assert medians(nights[:2]) == {}


def test_what_follows_paying_is_told_in_the_sites_time() -> None:
    stage = Stage()
    walk = stage.journey("Booking")
    step(walk)
    walk.moment("paying", stage.now, "UTC")
    for kind, after in (("receipt", 60), ("confirmation", 180), ("reminder", 180 + 7200)):
        came = walk.mail(kind, after=after)
        walk.promise(kind, verdict="kept", arrivals=[came], came=after)
    walk.done()
    found = stage.view().journeys[0]
    measures = measures_of(found)
    assert (measures["minutes_to_confirmation"], measures["silence_hours"]) == (3, 2)
    assert "longest silence 2 hours between the confirmation and the reminder" in ride_of(found).facts
    assert ride_of(found, {"minutes_to_confirmation": 2.0}).why == (
        "It takes 3 minutes from paying to the confirmation; the budget is 2.",
    )


def test_what_comes_while_she_still_pays_answers_it() -> None:
    stage = Stage()
    walk = stage.journey("Booking")
    step(walk)
    began, ended = stage.now, stage.now + timedelta(seconds=5)
    stage.write(
        "moment", walk.id, name="paying", site_began=began.isoformat(), site_ended=ended.isoformat(), zone="UTC"
    )
    for kind, after in (("receipt", 1), ("reminder", 7201)):
        came = walk.mail(kind, after=after)
        walk.promise(kind, verdict="kept", arrivals=[came], came=after)
    walk.done()
    assert "longest silence 2 hours between the receipt and the reminder" in ride_of(stage.view().journeys[0]).facts


@pytest.mark.parametrize("name", MEASURES)
def test_the_docs_say_what_each_measure_is(name: str) -> None:
    one = MEASURES[name]
    limit = "" if one.limit is None else f"{one.limit:g}"
    page = (Path(__file__).parents[2] / "docs" / "ride.md").read_text("utf-8")
    assert f"| `{name}` | {one.about} | {limit} | {'yes' if one.grown else ''} |" in page
