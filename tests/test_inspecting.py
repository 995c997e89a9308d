"""What the inspection makes of findings: whose promise becomes wrong, what stands alone, and what nobody promised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from upheld import inspecting
from upheld.cases import case_of
from upheld.checks import Check, Finding, Known, Severity, Touch
from upheld.config import Settings
from upheld.inspecting import Inspector
from upheld.ledger import Event, RunView, fold
from upheld.promises import Arrival, Judgement, Promise, Verdict
from upheld.promises.promise import Attachment, Link
from upheld.promises.window import parse_window
from upheld.report.model import alone, gate, makes_sense
from upheld.sweep import Settled

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADA = "ada.1@journeys.test"


class Marked:
    """Finds what a test has written into a subject or a page: [fail], [warn], [unsure], [calendar]."""

    name: ClassVar[str] = "marked"
    about: ClassVar[str] = "For these tests."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = frozenset({"email", "page"})

    def look(self, touch: Touch, known: Known) -> Iterable[Finding]:
        said = f"{touch.name} says {known.person.who}."
        if "[fail]" in touch.text:
            yield Finding(said)
        if "[warn]" in touch.text:
            yield Finding(said, severity=Severity.WARN)
        if "[unsure]" in touch.text:
            yield Finding(said, unsure="Nobody answered.")
        if "[raise]" in touch.text:
            raise ZeroDivisionError("this check")
        if "[ben]" in touch.text and known.person.who == "Ben":
            yield Finding(said)
        if "[link]" in touch.text and any(one.status == 404 for one in known.probes.values()):
            yield Finding(said)
        if "[calendar]" in touch.text:
            yield Finding(said, part="calendar entry")


@pytest.fixture(autouse=True)
def one_check(monkeypatch: pytest.MonkeyPatch) -> None:
    check: Check = Marked()
    monkeypatch.setattr(inspecting, "all_checks", lambda: (check,))
    monkeypatch.setattr(inspecting, "severities", lambda said: {"marked": Severity(said.get("marked", "fail"))})


class Told:
    """A run as a test tells it: one journey of Ada's."""

    def __init__(self, folder: Path) -> None:
        self.events: list[Event] = []
        self.folder = folder
        self.add("run_started")
        self.add("journey_selected", node="f.feature::t", feature="f.feature", scenario="Booking", line=3)
        self.add("journey_started")
        self.add("cast", who="Ada", name="Ada King", given="Ada", address=ADA, locale="en", zone="UTC", details={})

    def add(self, event: str, /, promise: str = "", recipient: str = "", **data: Any) -> None:
        number = len(self.events)
        self.events.append(Event(number, event, "r", NOW, "j", promise, recipient, data))

    def promised(self, kind: str, channel: str = "email", most: int | None = 1) -> str:
        id = f"p{len(self.events)}"
        promise = Promise("Ada", kind, channel, parse_window("within 1 minute"), most=most)
        data = {"ordinal": 1, "promise": promise.to_json()}
        self.events.append(Event(len(self.events), "expected", "r", NOW, "j", id, "", data))
        self.add("made", promise=id, site_at=NOW.isoformat(), site_since=NOW.isoformat(), address=ADA)
        return id

    def came(self, id: str, subject: str, also: str = "", **more: Any) -> None:
        arrival = Arrival(id, (ADA,), NOW + timedelta(seconds=1), subject=subject, **more)
        for recipient in filter(None, (ADA, also)):
            self.add("arrived", recipient=recipient, arrival=arrival.to_json(), raw="", size=1)

    def page(self, title: str, text: str) -> None:
        name = f"{len(self.events)}.txt"
        (self.folder / name).write_text(text, "utf-8")
        self.add(
            "step",
            index=1,
            text="she pays",
            page_text=name,
            status="passed",
            who="Ada",
            title=title,
            ended=NOW.isoformat(),
        )

    def walked(self) -> None:
        self.add("journey_finished", status="passed")

    def view(self) -> RunView:
        return fold(self.events)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def inspected(
    told: Told, verdicts: Mapping[str, tuple[Verdict, tuple[str, ...]]], **settings: Any
) -> tuple[dict[str, Judgement], RunView]:
    """Inspect what was judged so, and return the verdicts by promise, and the run as it stands in the ledger then."""
    told.walked()
    view = told.view()
    journey = view.journeys[0]
    settled = [
        Settled(
            "r", journey, one, case_of(journey, one, timedelta()),
            Judgement(verdicts[one.id][0], "It came.", verdicts[one.id][1], NOW),
        )
        for one in journey.promises
    ]  # fmt: skip
    result, events = Inspector(Settings(**settings), {}, told.folder).inspect(settled, [view])
    for one in result:
        found = one.judgement
        told.add("judged", promise=one.view.id, verdict=str(found.verdict), why=found.why,
                 arrivals=list(found.arrivals), final=True)  # fmt: skip
    for event in events:
        told.add(event.kind, recipient=event.recipient, **event.data)
    return {one.view.id: one.judgement for one in result}, told.view()


def test_what_fails_a_check_is_no_kept_promise(told: Told) -> None:
    promise, other = told.promised("receipt"), told.promised("confirmation")
    told.came("m1", "Your receipt [fail]")
    told.came("m2", "Your confirmation [warn]")
    verdicts, view = inspected(told, {promise: (Verdict.KEPT, ("m1",)), other: (Verdict.KEPT, ("m2",))})
    assert verdicts[promise].verdict is Verdict.WRONG
    assert verdicts[promise].why == "Ada's receipt is not as it should be: the receipt says Ada."
    assert verdicts[other].verdict is Verdict.KEPT
    assert alone(view.journeys[0]) == []  # told by its promise


@pytest.mark.parametrize("verdict", [Verdict.LATE, Verdict.REPEATED, Verdict.UNPROVEN, Verdict.OPEN])
def test_no_other_verdict_is_changed(told: Told, verdict: Verdict) -> None:
    promise = told.promised("receipt")
    told.came("m1", "Your receipt [fail]")
    verdicts, _ = inspected(told, {promise: (verdict, ("m1",))})
    assert verdicts[promise].verdict is verdict


def test_what_could_not_be_looked_at_fails_nothing(told: Told) -> None:
    promise = told.promised("receipt")
    told.came("m1", "Your receipt [unsure]")
    verdicts, view = inspected(told, {promise: (Verdict.KEPT, ("m1",))})
    assert verdicts[promise].verdict is Verdict.KEPT
    assert makes_sense(view.journeys[0]) == "yes"


def test_a_check_that_fails_itself_costs_nobody_a_verdict(told: Told) -> None:
    promise = told.promised("receipt")
    told.came("m1", "Your receipt [raise]")
    verdicts, view = inspected(told, {promise: (Verdict.KEPT, ("m1",))})
    assert verdicts[promise].verdict is Verdict.KEPT
    (found,) = view.journeys[0].checked[0].findings
    assert found["unsure"] == "The check failed itself (ZeroDivisionError: this check)."


def test_a_copy_to_somebody_else_answers_nothing_of_hers(told: Told) -> None:
    promise = told.promised("receipt")
    told.add("cast", who="Ben", name="Ben Doe", given="Ben", address="ben.1@journeys.test", locale="en", zone="UTC")
    told.came("m1", "Your receipt [ben]", also="ben.1@journeys.test")
    verdicts, view = inspected(told, {promise: (Verdict.KEPT, ("m1",))}, unpromised="fail")
    assert verdicts[promise].verdict is Verdict.KEPT
    assert [(one.recipient, one.findings[0]["check"]) for one in view.journeys[0].checked] == [
        ("ben.1@journeys.test", "marked"),
    ]


@pytest.mark.parametrize(
    ("tried", "verdict"), [([(5, 404)], "wrong"), ([(-5, 404), (5, 200)], "kept"), ([(-5, 404)], "wrong")]
)
def test_a_link_is_held_by_what_it_gave_after_the_message_came(
    told: Told, tried: list[tuple[int, int]], verdict: str
) -> None:
    """On a later night what it gave is in that night's run."""
    promise = told.promised("receipt")
    told.came("m1", "Your receipt [link]", links=(Link("Open", "https://shop.test/x"),))
    for seconds, status in tried:
        at = NOW + timedelta(seconds=1 + seconds)
        data = {"url": "https://shop.test/x", "status": status}
        told.events.append(Event(len(told.events), "probed", "r2", at, "", "", "", data))
    verdicts, _ = inspected(told, {promise: (Verdict.KEPT, ("m1",))})
    assert verdicts[promise].verdict == verdict


def test_settings_take_a_checks_weight(told: Told) -> None:
    promise = told.promised("receipt")
    told.came("m1", "Your receipt [fail]")
    verdicts, _ = inspected(told, {promise: (Verdict.KEPT, ("m1",))}, checks={"marked": "warn"})
    assert verdicts[promise].verdict is Verdict.KEPT


def test_a_files_fault_is_that_of_the_promise_about_the_file(told: Told) -> None:
    entry, letter = told.promised("calendar entry", "calendar entry"), told.promised("confirmation")
    told.came("m1", "Your confirmation [calendar]", attachments=(Attachment("a.ics", "text/calendar", 10),))
    verdicts, _ = inspected(told, {entry: (Verdict.KEPT, ("m1 file 1",)), letter: (Verdict.KEPT, ("m1",))})
    assert (verdicts[entry].verdict, verdicts[letter].verdict) == (Verdict.WRONG, Verdict.KEPT)


def test_a_letters_fault_is_not_that_of_its_file(told: Told) -> None:
    entry, letter = told.promised("calendar entry", "calendar entry"), told.promised("confirmation")
    told.came("m1", "Your confirmation [fail]", attachments=(Attachment("a.ics", "text/calendar", 10),))
    verdicts, _ = inspected(told, {entry: (Verdict.KEPT, ("m1 file 1",)), letter: (Verdict.KEPT, ("m1",))})
    assert (verdicts[entry].verdict, verdicts[letter].verdict) == (Verdict.KEPT, Verdict.WRONG)


def test_a_page_that_fails_is_no_journey_that_makes_sense(told: Told) -> None:
    promise = told.promised("receipt")
    told.page("Pay", "Dear customer [fail]")
    told.came("m1", "Your receipt")
    verdicts, view = inspected(told, {promise: (Verdict.KEPT, ("m1",))})
    assert verdicts[promise].verdict is Verdict.KEPT
    assert [(one.check, one.touchpoint) for one in alone(view.journeys[0])] == [("marked", "the page “Pay”")]
    assert gate(view).word == "no-go"


@pytest.mark.parametrize(("unpromised", "sense", "named"), [("warn", "yes", 1), ("fail", "no", 1), ("off", "yes", 0)])
def test_what_nobody_promised(told: Told, unpromised: str, sense: str, named: int) -> None:
    promise = told.promised("receipt")
    told.came("m1", "Your receipt")
    told.came("m2", "Our summer sale")
    _, view = inspected(told, {promise: (Verdict.KEPT, ("m1",))}, unpromised=unpromised)
    found = [one for checked in view.journeys[0].checked for one in checked.findings]
    assert [one["check"] for one in found] == ["unpromised"] * named
    assert makes_sense(view.journeys[0]) == sense


@pytest.mark.parametrize("verdict", [Verdict.OPEN, Verdict.UNPROVEN, Verdict.WITHDRAWN])
def test_what_may_still_answer_a_promise_is_not_unpromised(told: Told, verdict: Verdict) -> None:
    promise = told.promised("receipt")
    told.came("m1", "Your receipt")
    _, view = inspected(told, {promise: (verdict, ())}, unpromised="fail")
    assert view.journeys[0].checked == ()


@pytest.mark.parametrize(("days", "named"), [(0, 1), (30, 0)])
def test_what_comes_in_a_time_that_was_turned_to_for_others_is_theirs(told: Told, days: int, named: int) -> None:
    promise = told.promised("receipt")
    told.add(
        "moment", name="the start of the journey", site_began=NOW.isoformat(), site_ended=NOW.isoformat(), zone="UTC"
    )
    told.add("clock", real=NOW.isoformat(), site=(NOW + timedelta(days=days)).isoformat(), turned=bool(days))
    told.came("m1", "Our summer sale")
    _, view = inspected(told, {promise: (Verdict.KEPT, ())})
    assert len(view.journeys[0].checked) == named


def test_what_is_known_is_not_written_twice(told: Told) -> None:
    promise = told.promised("receipt")
    told.came("m1", "Your receipt [fail]")
    _, view = inspected(told, {promise: (Verdict.KEPT, ("m1",))})
    _, events = Inspector(Settings(), {}, told.folder).inspect([], [view])
    assert events == []
