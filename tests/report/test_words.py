from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.report.nights import MAPS, kept_night, mixed_night
from tests.report.stage import Stage
from upheld.ledger import JourneyView, RunView
from upheld.maps import JourneyMap
from upheld.report import gate, summary
from upheld.report.advice import advice_for, suggestions_for, touchpoints_of_map
from upheld.report.harms import harm_of, harm_of_stop
from upheld.report.headline import again
from upheld.report.lede import lede
from upheld.report.model import Arrivals
from upheld.report.ride import ride_of
from upheld.report.since import Past


def test_what_the_terminal_says(snapshot: SnapshotAssertion) -> None:
    for run in (kept_night(), mixed_night(), Stage().view()):
        assert "\n".join(summary(run, gate(run))) == snapshot


def test_what_the_reader_learns_first(snapshot: SnapshotAssertion) -> None:
    for run in (kept_night(), mixed_night(), Stage().view(), Stage().view(interrupted=True)):
        told = [(one.look, one.said, one.harm, one.acts, one.link) for one in lede(run, MAPS)]
        assert "\n".join(" | ".join(filter(None, one)) for one in told) == snapshot


def test_the_first_line_names_what_is_not_upheld_or_not_yet_seen() -> None:
    stage = Stage()
    stage.journey("Walked").done()
    stage.journey("Booking").promise("receipt", verdict="broken")
    run = stage.view()
    said = "Not yet. One journey breaks its word: no receipt for Ada (features/event_registration.feature:19)."
    assert summary(run, gate(run))[0] == said
    stage = Stage()
    walk = stage.journey("Booking")
    walk.promise("reminder", "on the day before the event", verdict="open", due=(252000, 338400), final=False)
    walk.done()
    run = stage.view()
    assert summary(run, gate(run))[0] == "Go so far, not yet seen: reminder for Ada, by Tuesday 24 November."


def test_a_long_list_is_one_screen() -> None:
    stage = Stage()
    for number in range(40):
        stage.journey(f"Journey {number}").promise("receipt", verdict="broken")
    run = stage.view()
    lines = summary(run, gate(run))
    assert len(lines) < 20
    assert any("more" in line for line in lines)


def test_the_command_to_walk_again_is_one_that_a_shell_takes() -> None:
    stage = Stage()
    stage.journey("Paying", example="Ben-New York")
    run = stage.view()
    said = again(run, run.journeys[0])
    assert said == "upheld run 'features/event_registration.feature::test_paying[Ben-New York]' --seed 8127"


def walked(**options: object) -> JourneyView:
    stage = Stage()
    walk = stage.journey("Booking")
    walk.step("she opens the page", picture="a.png", **options)  # type: ignore[arg-type]
    walk.done()
    return stage.view().journeys[0]


def test_a_ride_is_told_from_what_was_measured() -> None:
    assert ride_of(walked()).word == "Yes"
    slow = ride_of(walked(seconds=5))
    assert (slow.word, slow.why) == ("Mostly", ("“she opens the page” took 5.0 s.",))
    assert ride_of(walked(seconds=12)).word == "No"
    assert ride_of(walked(failed=["GET /x 500"])).why == ("1 request of her pages failed.",)
    twice = [("Email", "ada@journeys.test"), ("Email again", "ADA@journeys.test"), ("Diet", "none"), ("Other", "none")]
    assert ride_of(walked(fields=twice)).why == ("Ada typed her email twice.",)


def test_what_was_not_measured_is_not_said() -> None:
    stage = Stage()
    stage.journey("Not walked", walked=False)
    unseen = stage.journey("Without pages")
    unseen.step("she waits")
    unseen.done()
    first, second = stage.view().journeys
    assert (ride_of(first).word, ride_of(first).facts) == ("Cannot tell", ())
    assert ride_of(second).why == ("Walked, but no page was seen on the way, so nothing was timed.",)


def test_advice_names_what_nobody_promised_and_tells_each_suggestion_once() -> None:
    run = mixed_night()
    first, second, *_ = run.journeys
    found = suggestions_for(run, run.journeys, MAPS, lambda raw: None)
    said = advice_for(first, Arrivals(run).unpromised(first), (), found)
    assert any("“Your friends are going too!”, which nobody promised" in one for one in said)
    assert any("no second way to the receipt" in one for one in said)
    assert advice_for(second, (), (), found) == []


def test_nothing_stands_out_where_all_is_well() -> None:
    run = kept_night()
    assert advice_for(run.journeys[1], (), (), suggestions_for(run, run.journeys, {}, lambda raw: None)) == []


def test_map_and_features_are_held_against_each_other() -> None:
    stage = Stage()
    stage.journey("Booking").promise("voucher", verdict="kept")
    stage.journey("Card is declined").promise("receipt", verdict="kept", silent=True)
    stage.journey("Giving away").promise("gift", verdict="kept")
    first, _second, third = (one.id for one in stage.view().journeys)
    assert touchpoints_of_map(MAPS["event_registration"], stage.view().journeys) == {
        first: [
            "The map names a confirmation, and no journey walked here promises it.",
            "The map names a reminder, and no journey walked here promises it.",
            "The voucher is not in the map: nobody owns it yet.",
        ],
        third: ["The gift is not in the map: nobody owns it yet."],
    }


def _harms() -> dict[str, JourneyMap]:
    receipt = {"harm": "She cannot claim the cost.", "harms": {"wrong": "She claims the wrong cost."}}
    data = {"name": "Booking", "stage": "share", "harm": "She cannot book.", "touchpoint": {"receipt": receipt}}
    return {"event_registration": JourneyMap.model_validate(data)}


@pytest.mark.parametrize(
    ("verdict", "harm"),
    [
        ("broken", "She cannot claim the cost."),
        ("late", "She cannot claim the cost."),
        ("wrong", "She claims the wrong cost."),  # of a value, as a feature asks for it
        ("repeated", "She gets the same more than once, and does not know which of them counts."),
        ("unwanted", "She was promised that it would not come: she believes the next promise less."),
        ("kept", ""),
        ("unproven", ""),
        ("open", ""),
    ],
)
def test_what_it_costs_her_goes_by_the_verdict(verdict: str, harm: str) -> None:
    stage = Stage()
    stage.journey("Booking").promise("receipt", verdict=verdict, final=verdict != "open")
    journey = stage.view().journeys[0]
    assert harm_of(journey.promises[0], journey, _harms()) == harm
    anyway = {"wrong": "What she holds is not what she was promised.", "repeated": harm, "unwanted": harm}
    assert harm_of(journey.promises[0], journey, {}) == anyway.get(verdict, "")


def test_a_stop_costs_her_the_journey_and_what_cannot_be_told_costs_nobody_anything() -> None:
    stage = Stage()
    for status in ("failed", "unproven"):
        walk = stage.journey(f"Booking, {status}")
        walk.step("she pays", status=status, error="The button is not there.")
        walk.done(status)
    failed, unproven = stage.view().journeys
    assert (harm_of_stop(failed, _harms()), harm_of_stop(unproven, _harms())) == ("She cannot book.", "")
    told = lede(stage.view(), _harms())
    assert [(one.look, one.said, one.harm) for one in told] == [
        ("no", "“Booking, failed”: The button is not there.", "She cannot book."),
        ("cannot tell", "“Booking, unproven” could not be walked past “she pays”: The button is not there.", ""),
    ]


@pytest.mark.parametrize(
    ("check", "severity", "harm"),
    [
        ("greeting", "fail", "She is called by another name, and doubts that the message is meant for her."),
        ("contradiction", "fail", "She claims the wrong cost."),
        ("a suite's own", "fail", "She claims the wrong cost."),
        ("greeting", "warn", "She claims the wrong cost."),
    ],
)
def test_what_a_check_found_costs_her_what_that_fault_costs(check: str, severity: str, harm: str) -> None:
    stage = Stage()
    walk = stage.journey("Booking")
    came = walk.mail("Your receipt")
    walk.promise("receipt", verdict="wrong", arrivals=[came])
    walk.finding(came, check, "It greets Ada as “Olivia”.", severity)
    walk.done()
    journey = stage.view().journeys[0]
    assert harm_of(journey.promises[0], journey, _harms()) == harm


def test_the_lede_says_what_was_wrong_how_late_it_was_and_who_did_get_it() -> None:
    stage = Stage()
    walk = stage.journey("Booking")
    walk.promise("receipt", verdict="wrong", arrivals=[came := walk.mail("Your receipt")])
    walk.finding(came, "contradiction", "The receipt's PDF says €108.00.", "fail")
    walk.promise("details", verdict="broken")
    walk.promise("details", verdict="kept", who="Ben")
    walk.promise("apology", verdict="late", due=(0, 60), came=172_860)
    walk.done()
    told = {one.said: one.more for one in lede(stage.view(), MAPS)}
    assert told["The receipt was not as promised for Ada."] == "The receipt's PDF says €108.00."
    assert told["The details never came for Ada."] == "It did come for Ben."
    assert told["The apology came up to 2 days too late for Ada."] == ""


def test_what_is_said_of_all_is_so_of_all() -> None:
    def night(number: int, ada: str, ben: str) -> RunView:
        stage = Stage(run=f"2026112{number}T010000Z-abcd")
        for who, verdict in (("Ada", ada), ("Ben", ben)):
            walk = stage.journey(f"{who} books", who=who)
            walk.promise("receipt", verdict=verdict)
            walk.done()
        return stage.view()

    past = Past([night(0, "kept", "broken")])
    (both, *_) = lede(night(1, "broken", "broken"), MAPS, past)
    assert (both.said, both.since) == ("The receipt never came for Ada and Ben in 2 journeys.", "")
    (one, *_) = lede(night(1, "broken", "kept"), MAPS, past)
    assert one.since.startswith("New: ")


def test_who_did_get_one_is_told_which_of_them_never_came() -> None:
    stage = Stage()
    walk = stage.journey("Booking")
    walk.promise("receipt", verdict="kept")
    walk.promise("receipt", verdict="broken", channel="text message")
    walk.done()
    (said, *_) = lede(stage.view(), MAPS)
    assert said.said == "The receipt (by text message, within 1 minute) never came for Ada."
    assert said.more == ""


def test_what_was_promised_before_a_stop_and_could_not_be_seen_is_not_what_was_not_reached() -> None:
    stage = Stage()
    walk = stage.journey("Booking")
    why = "Cannot tell whether Ada gets the receipt: the mailbox was away."
    walk.promise("receipt", verdict="unproven", why=why)
    walk.step("she cancels", status="failed", error="There is no button.")
    walk.promise("refund", verdict="unproven", made=False)
    walk.done("failed")
    said = [one.said for one in lede(stage.view(), MAPS) if one.look == "cannot tell"]
    assert said == [
        "We cannot tell about one promise: the mailbox was away.",
        "One more promise was not reached: the way to it was barred.",
    ]
