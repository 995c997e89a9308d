"""What readers see is folded from any events: whole runs, broken-off ones, and those that another version wrote."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.telling import NOON, later
from upheld.ledger import (
    KINDS,
    CastView,
    ClockView,
    CoveredView,
    Event,
    GapView,
    JourneyView,
    MomentView,
    NewEvent,
    RunView,
    fold,
    open_ledger,
)
from upheld.promises import Arrival, Expectation, Promise, Row, Verdict, parse_window

RECEIPT = Promise(
    who="Ada",
    kind="receipt",
    channel="email",
    window=parse_window("within 2 minutes"),
    words="she is promised a receipt by email within 2 minutes",
    expectation=Expectation((Row("amount", "120.00 EUR", 22),)),
    file="features/booking.feature",
    line=21,
)
ARRIVAL = Arrival(id="m1", to=("ada@mail.test",), at=NOON, subject="Your receipt")
ADA = {"who": "Ada", "name": "Ada Vale", "given": "Ada", "family": "Vale", "locale": "pt_PT", "zone": "Europe/Lisbon"}


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def said(kind: str, data: dict[str, Any], journey: str = "", promise: str = "", run: str = "r1") -> NewEvent:
    return NewEvent(kind, run, NOON, journey=journey, promise=promise, data=data)


def selected(journey: str, attempt: int = 1, node: str = "f.feature::booking") -> NewEvent:
    data = {"node": node, "feature": "f.feature", "title": "Booking", "scenario": "By card", "line": 9}
    return said("journey_selected", {**data, "tags": ["smoke"], "attempt": attempt, "journey": "booking"}, journey)


def expected(promise: str, journey: str = "j1") -> NewEvent:
    return said("expected", {"promise": RECEIPT.to_json(), "ordinal": 1}, journey, promise)


def judged(promise: str, verdict: str, **more: Any) -> NewEvent:
    return said("judged", {"verdict": verdict, "why": f"It is {verdict}.", "arrivals": ["m1"], **more}, "j1", promise)


STEP = {"index": 0, "keyword": "When", "text": "she pays", "line": 12, "status": "passed", "seconds": 1.5}
A_RUN = [
    said("run_started", {"site": "http://127.0.0.1:8000", "seed": 7}),
    said("clock", {"real": later(0), "site": later(60), "turned": True, "until": later(9)}),
    selected("j1"),
    selected("j2", node="f.feature::declined"),
    expected("p1"),
    expected("p2"),
    said("journey_started", {"worker": "gw0"}, "j1"),
    said("cast", {**ADA, "address": "ada.x1@mail.test", "details": {"company": "Vale Lda"}}, "j1"),
    said("step", {**STEP, "began": later(1), "ended": later(2), "console": ["a"], "fields": [{"a": 1}]}, "j1"),
    said("moment", {"name": "paying", "site_began": later(1), "site_ended": later(2), "zone": "UTC"}, "j1"),
    said("moment", {"name": "paying", "site_began": later(3), "site_ended": later(4), "zone": "UTC"}, "j1"),
    said("fact", {"name": "order", "value": "A-1", "kind": "text", "where": "/done"}, "j1"),
    said("made", {"site_at": later(64), "site_since": later(63), "address": "ada.x1@mail.test"}, "j1", "p1"),
    said("journey_finished", {"status": "passed", "error": "", "trace": "t.zip"}, "j1"),
    said("arrived", {"arrival": ARRIVAL.to_json(), "raw": "mail/m1.eml", "size": 900}),
    said("covered", {"what": "mailbox", "since": later(0), "until": later(90)}),
    said("gap", {"what": "canary", "since": later(5), "until": later(6), "why": "None came."}),
    said("canary", {"sent": later(0), "seen": later(1), "skew_seconds": 0.1}),
    judged("p1", "open", final=False),
    judged("p1", "kept", final=True, site_at=later(65), site_from=later(64), site_by=later(184)),
    said("withdrawn", {"why": "She cancelled."}, "j1", "p2"),
    said("run_finished", {"exit": 0, "interrupted": False}),
]


def as_written(events: list[NewEvent]) -> list[Event]:
    return [
        Event(seq, e.kind, e.run, e.at, e.journey, e.promise, e.recipient, json.loads(json.dumps(e.data)))
        for seq, e in enumerate(events, 1)
    ]


def folded(*events: NewEvent, run: str | None = None) -> RunView:
    return fold(as_written(list(events)), run=run)


def journeys(*events: NewEvent) -> dict[str, JourneyView]:
    return {journey.id: journey for journey in folded(said("run_started", {}), *events).journeys}


def test_a_whole_run(sqlite_url: str) -> None:
    with open_ledger(sqlite_url, migrate=True) as ledger:
        ledger.append(*A_RUN)
        run = fold(ledger.events(run="r1"))
    assert (run.id, run.started, run.finished, run.exit, run.interrupted) == ("r1", NOON, NOON, 0, False)
    assert run.info == {"site": "http://127.0.0.1:8000", "seed": 7}
    assert run.unread == ()
    assert run.clock == (ClockView(at(0), at(60), True, at(9)),)
    assert run.coverage == (CoveredView("mailbox", at(0), at(90)),)
    assert run.gaps == (GapView("canary", at(5), at(6), "None came."),)
    (arrival,) = run.arrivals
    assert (arrival.arrival, arrival.raw, arrival.run) == (ARRIVAL, "mail/m1.eml", "r1")

    booking, declined = run.journeys
    assert (declined.id, declined.node, declined.status) == ("j2", "f.feature::declined", "not run")
    assert (booking.status, booking.worker, booking.trace, booking.attempt) == ("passed", "gw0", "t.zip", 1)
    assert (booking.journey, booking.tags, booking.line, booking.flaky) == ("booking", ("smoke",), 9, False)
    assert booking.cast == (CastView(**ADA, address="ada.x1@mail.test", details={"company": "Vale Lda"}),)
    assert booking.moments == {"paying": MomentView("paying", at(3), at(4), "UTC")}
    (fact,) = booking.noted
    assert (booking.facts, fact.value, fact.where) == ({"order": fact}, "A-1", "/done")
    (step,) = booking.steps
    assert (step.text, step.status, step.seconds, step.began, step.ended) == ("she pays", "passed", 1.5, at(1), at(2))
    assert (step.console, step.failed_requests, step.fields, step.picture) == (("a",), (), [{"a": 1}], "")

    kept, withdrawn = booking.promises
    assert (kept.promise, kept.ordinal, kept.made_at, kept.since) == (RECEIPT, 1, at(64), at(63))
    assert [one.verdict for one in kept.history] == [Verdict.OPEN, Verdict.KEPT]
    assert kept.judgement is kept.history[-1]
    assert (kept.judgement.site_at, kept.judgement.site_from, kept.judgement.site_by) == (at(65), at(64), at(184))
    assert (kept.judgement.final, kept.history[0].final, kept.judgement.at) == (True, False, NOON)
    assert (withdrawn.withdrawn, withdrawn.judgement, withdrawn.made_at) == ("She cancelled.", None, None)


def test_a_journey_that_did_not_end_is_unproven() -> None:
    found = journeys(selected("j1"), said("journey_started", {"worker": "gw1"}, "j1"), selected("j2"))
    assert (found["j1"].status, found["j1"].error) == ("unproven", "It was started and never finished.")
    assert found["j2"].status == "not run"


def finished(journey: str, status: str) -> NewEvent:
    return said("journey_finished", {"status": status}, journey)


def test_a_journey_that_passed_only_later_is_flaky() -> None:
    again = [
        *(selected("a1"), finished("a1", "failed"), selected("a2", 2), finished("a2", "passed")),
        said("superseded", {"by": "a2"}, "a1"),
        *(selected("b2", 2, "b"), finished("b2", "failed"), selected("b1", 1, "b"), finished("b1", "passed")),
        *(selected("c1", 1, "c"), selected("c2", 2, "c"), finished("c2", "passed")),
    ]
    found = journeys(*again)
    assert [name for name, journey in found.items() if journey.flaky] == ["a2"]
    assert (found["a1"].superseded_by, found["a2"].superseded_by) == ("a2", None)


def test_what_a_newer_version_calls_a_result_is_unproven() -> None:
    run = folded(
        said("run_started", {}), selected("j1"), expected("p1"), finished("j1", "sublime"), judged("p1", "sublime")
    )
    (journey,) = run.journeys
    assert (journey.status, '"sublime"' in journey.error) == ("unproven", True)
    judgement = journey.promises[0].judgement
    assert judgement is not None
    assert judgement.verdict is Verdict.UNPROVEN
    assert judgement.why == 'This version does not know the verdict "sublime". It is sublime.'
    assert not judgement.final, "what does not say that it is final is not"


def test_an_older_promise_lacks_what_came_later_and_a_strange_one_is_named() -> None:
    old = RECEIPT.to_json()
    for key in ("words", "least", "most", "waits", "rows", "file", "line"):
        del old[key]
    strange = {**RECEIPT.to_json(), "window": "tomorrow, maybe"}
    run = folded(
        said("expected", {"promise": old}, "j1", "p1"),
        said("expected", {"promise": strange}, "j1", "p2"),
        judged("p2", "kept"),
        judged("p3", "kept"),
        judged("p3", "kept"),
        said("expected", {"promise": old}, "", "p4"),
        said("arrived", {"arrival": {"id": "m1"}}),
        said("gap", {"what": "site", "since": "yesterday"}),
        said("covered", {"what": "site", "since": later(0), "until": "2026-03-02T12:00:00"}),
        said("clock", {"real": later(0)}),
        said("step", STEP),
    )
    (journey,) = run.journeys
    assert [promise.promise.kind for promise in journey.promises] == ["receipt"]
    assert [line.partition(" could not be read: ")[0] for line in run.unread] == [
        "Event 2 (expected)",
        "Event 4 (judged)",
        "Event 6 (expected)",
        "Event 7 (arrived)",
        "Event 8 (gap)",
        "Event 9 (covered)",
        "Event 10 (clock)",
        "Event 11 (step)",
    ]
    assert run.unread[1].endswith('the promise "p3" was never expected.')


def test_of_several_runs_one_is_folded_with_what_was_seen_by_all() -> None:
    seen = {"what": "mailbox", "since": later(0), "until": later(9)}
    events = [
        said("covered", seen, run="r0"),
        said("run_started", {"seed": 1}),
        selected("j1"),
        said("run_started", {"seed": 2}, run="r2"),
        said("journey_selected", {}, "j2", run="r2"),
        said("covered", seen, run="r2"),
    ]
    run, other = folded(*events), folded(*events, run="r2")
    assert (run.id, run.info, [journey.id for journey in run.journeys]) == ("r1", {"seed": 1}, ["j1"])
    assert (other.id, other.info, [journey.id for journey in other.journeys]) == ("r2", {"seed": 2}, ["j2"])
    assert len(run.coverage) == len(other.coverage) == 2
    assert fold([]).id == ""


NAMES = sorted({word.strip() for keys in KINDS.values() for word in keys.replace("(", ",").split(",")})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
DATA = st.dictionaries(
    st.sampled_from(NAMES) | st.text(max_size=3),
    JSON | st.just(RECEIPT.to_json()) | st.just(ARRIVAL.to_json()) | st.just(later(3)),
    max_size=6,
)
ANY = st.builds(
    said,
    st.sampled_from([*KINDS, "hologram"]),
    DATA,
    journey=st.sampled_from(["", "j1", "j9"]),
    promise=st.sampled_from(["", "p1", "p9"]),
    run=st.sampled_from(["r1", "r2"]),
)


@given(st.lists(ANY | st.sampled_from(A_RUN), max_size=15))
def test_any_events_fold(events: list[NewEvent]) -> None:
    run = folded(*events)
    assert {journey.status for journey in run.journeys} <= {"passed", "failed", "unproven", "not run"}
    promises = [promise.id for journey in run.journeys for promise in journey.promises]
    assert len(promises) == len(set(promises))


@given(st.integers(0, len(A_RUN)))
def test_any_part_of_a_run_folds_and_keeps_every_promise_in_sight(count: int) -> None:
    run = folded(*A_RUN[:count])
    assert run.unread == ()
    shown = {promise.id for journey in run.journeys for promise in journey.promises}
    assert shown == {event.promise for event in A_RUN[:count] if event.kind == "expected"}
    assert (run.finished is not None) == (count == len(A_RUN))


@given(st.permutations(A_RUN))
def test_the_order_of_writing_is_no_trap(events: list[NewEvent]) -> None:
    run = folded(*events)
    assert {journey.id for journey in run.journeys} == {"j1", "j2"}
    assert len(run.journeys[0].promises) + len(run.journeys[1].promises) == 2
