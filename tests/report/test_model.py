from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.report.nights import kept_night, many, mixed_night
from tests.report.stage import Stage
from upheld.ledger import RunView
from upheld.report import gate, makes_sense
from upheld.report.model import Arrivals, alone, journeys_of, names_of, verdict_of, why_of


def a_run(verdicts: Sequence[str], *, status: str = "passed", walked: bool = True, unread: bool = False) -> RunView:
    stage = Stage()
    walk = stage.journey("Booking", walked=walked)
    for verdict in verdicts:
        walk.promise("receipt", verdict=verdict)
    if walked and status != "crashed":
        walk.done(status)
    if unread:
        stage.write("judged", walk.id, "a promise of the future", verdict="kept")
    return stage.view()


@pytest.mark.parametrize(
    ("verdicts", "answer", "word", "code"),
    [
        ([], "yes", "cannot tell", 3),
        (["kept"], "yes", "go", 0),
        (["kept", "withdrawn"], "yes", "go", 0),
        (["kept", "open"], "so far", "go", 0),
        (["kept", "late"], "no", "no-go", 1),
        (["broken", "unproven"], "no", "no-go", 1),
        (["wrong", "open"], "no", "no-go", 1),
        (["repeated"], "no", "no-go", 1),
        (["unwanted"], "no", "no-go", 1),
        (["unproven", "kept"], "cannot tell", "cannot tell", 3),
        (["unproven", "open"], "cannot tell", "cannot tell", 3),
        ([""], "cannot tell", "cannot tell", 3),
    ],
)
def test_what_becomes_of_promises_decides(verdicts: list[str], answer: str, word: str, code: int) -> None:
    run = a_run(verdicts)
    assert makes_sense(run.journeys[0]) == answer
    assert (gate(run).word, gate(run).exit_code) == (word, code)


@pytest.mark.parametrize(
    ("status", "walked", "answer", "code"),
    [
        ("failed", True, "no", 1),
        ("unproven", True, "cannot tell", 3),
        ("crashed", True, "cannot tell", 3),
        ("passed", False, "cannot tell", 3),
        ("of a later version", True, "cannot tell", 3),
    ],
)
def test_a_journey_that_was_not_walked_to_its_end_is_never_a_go(
    status: str, walked: bool, answer: str, code: int
) -> None:
    run = a_run(["kept"], status=status, walked=walked)
    assert makes_sense(run.journeys[0]) == answer
    assert gate(run).exit_code == code


def test_nothing_good_is_concluded_past_what_could_not_be_read() -> None:
    assert gate(a_run(["kept"], unread=True)).word == "cannot tell"
    assert gate(a_run(["broken"], unread=True)).word == "no-go"


def test_a_run_without_journeys_tells_nothing() -> None:
    assert gate(Stage().view()).word == "cannot tell"


def test_an_earlier_attempt_does_not_count() -> None:
    run = mixed_night()
    counted = [journey for journey in journeys_of(run) if journey.scenario == "Booking for a friend"]
    assert [(journey.attempt, journey.flaky, makes_sense(journey)) for journey in counted] == [(2, True, "yes")]


def test_the_sentence_says_how_many() -> None:
    assert gate(kept_night()).sentence == "Go. All 4 promises of the 2 journeys that were walked were kept."
    assert gate(mixed_night()).sentence == "Not yet. 5 of 9 journeys break their word."
    assert gate(a_run(["kept"], status="failed")).sentence == "Not yet. The journey fails its customer."
    assert gate(a_run(["open"])).sentence == "So far, so good: one promise is not due yet."


def test_a_promise_that_nobody_judged_is_unproven_and_says_why() -> None:
    stage = Stage()
    walk = stage.journey("Booking")
    walk.promise("receipt", made=False)
    walk.promise("reminder")
    walk.promise("refund", withdrawn="she cancelled")
    receipt, reminder, refund = stage.view().journeys[0].promises
    assert (verdict_of(receipt), verdict_of(reminder), verdict_of(refund)) == ("unproven", "unproven", "withdrawn")
    assert why_of(receipt) == "Cannot tell whether Ada gets the receipt: the journey did not come this far."
    assert "`upheld settle`" in why_of(reminder)
    assert why_of(refund) == "Ada's refund was withdrawn: she cancelled."


def test_what_nobody_promised_and_what_reached_nobody() -> None:
    stage = Stage()
    ada, ben = stage.journey("Booking"), stage.journey("Booking", who="Ben")
    answer = ada.mail("Your receipt")
    ada.promise("receipt", verdict="kept", arrivals=[answer], came=1)
    extra = ada.mail("Buy more")
    ada.finding(extra, "unpromised")
    lost = ada.mail("To somebody else", to="stranger@example.org")
    ben.mail("Your receipt")
    run = stage.view()
    arrivals = Arrivals(run)
    assert [one.arrival.id for one in arrivals.unpromised(run.journeys[0])] == [extra]
    assert arrivals.unpromised(run.journeys[1]) == []
    assert [one.arrival.id for one in arrivals.orphans(run)] == [lost]


def test_what_fails_beside_the_promises_is_no_go() -> None:
    stage = Stage()
    walk = stage.journey("Booking")
    walk.promise("receipt", verdict="kept", arrivals=[walk.mail("Your receipt")], came=1)
    walk.finding("page 1", "placeholder", "It says {{name}}.", "fail")
    walk.finding("page 2", "dead_link", "It leads nowhere.", "fail", unsure="The site did not answer.")
    run = stage.view()
    assert gate(run).word == "no-go"
    assert [found.check for found in alone(run.journeys[0])] == ["placeholder"]


def test_the_examples_of_an_outline_are_told_apart() -> None:
    journeys = journeys_of(mixed_night())
    names = names_of(journeys)
    told = [names[journey.id] for journey in journeys if journey.scenario == "Booking in her own language"]
    assert told == ["Ben in New York", "Cleo in Berlin"]
    stage = Stage()
    for example in ("Ada-card", "Ada-invoice"):
        stage.journey("Paying", example=example)
    twins = journeys_of(stage.view())
    assert [names_of(twins)[journey.id] for journey in twins] == ["Ada · card", "Ada · invoice"]


def test_the_rules_take_each_arrival_once() -> None:
    run = many(20, 3)
    arrivals = Arrivals(run)
    assert [len(arrivals.unpromised(journey)) for journey in run.journeys] == [0] * 20


def test_what_cannot_be_told_is_counted() -> None:
    stage = Stage()
    walk = stage.journey("Booking")
    for verdict in ("kept", "unproven", "kept"):
        walk.promise("receipt", verdict=verdict)
    walk.done()
    unseen = "Cannot tell. Nothing is known to be broken, but one of 3 promises could not be seen."
    assert gate(stage.view()).sentence == unseen
    stage = Stage()
    stage.journey("Booking").done("unproven")
    stage.journey("Cancelling").done()
    cut = "Cannot tell. Nothing is known to be broken, but one of 2 journeys could not be walked to its end."
    assert gate(stage.view()).sentence == cut
    unread = "Cannot tell. Nothing is known to be broken, but not everything that came could be read."
    assert gate(a_run(["kept"], unread=True)).sentence == unread
