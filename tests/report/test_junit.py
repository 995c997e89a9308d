from __future__ import annotations

from tests.report.nights import MAPS, mixed_night
from tests.report.stage import Stage
from upheld.report.junit import properties_of
from upheld.report.model import journeys_of


def test_a_promise_of_its_own_says_whose_it_is_what_it_costs_and_how_to_walk_it_again() -> None:
    run = mixed_night()
    journey = run.journeys[0]
    receipt = next(one for one in journey.promises if one.promise.kind == "receipt")
    found = dict(properties_of(run, journey, receipt, MAPS))
    assert found["verdict"] == "broken"
    assert (found["owner"], found["stage"]) == ("Dana", "keep: welcome")
    assert str(found["harm"]).startswith("She cannot claim the cost")
    assert found["again"] == f"upheld run {journey.node} --seed 8127"
    assert found["said_at"] == "features/event_registration.feature:20"
    assert not {"flaky", "incident", "arrived"} & found.keys()


def test_a_flaky_journey_says_why_its_earlier_attempt_stopped() -> None:
    run = mixed_night()
    flaky = next(one for one in journeys_of(run) if one.flaky)
    found = dict(properties_of(run, flaky, flaky.promises[0], MAPS))
    assert found["flaky"] == "Attempt 1 stopped at “she opens the page of the event”: It was slow."


def test_a_property_is_one_line_and_xml_can_hold_it() -> None:
    stage = Stage()
    walk = stage.journey("Booking\x00\n\x1b[31m", tags=["incident:2026-03-02-no-receipt"])
    walk.promise("receipt", verdict="broken")
    walk.done()
    run = stage.view()
    found = dict(properties_of(run, run.journeys[0], run.journeys[0].promises[0], {}))
    assert found["incident"] == "2026-03-02-no-receipt"
    assert found["journey"] == "Booking\ufffd \ufffd[31m"
