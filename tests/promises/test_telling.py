"""The sentences, as a business owner reads them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.promises.court import EVENT, at, case, looked, mail, table, verdict, verdicts
from upheld.promises import telling
from upheld.promises.judge import Case, Seen
from upheld.promises.telling import duration
from upheld.promises.timeline import Looked, Stretch
from upheld.promises.window import Interval

PAID = "within 2 minutes of paying"
DAY_BEFORE = "on the day before the event"
EVENT_AT = (EVENT - at(0)).total_seconds()
RIGHT = table(amount="120.00 EUR", attached="a PDF that says the same")
AWAY = looked(gaps=(Stretch(at(90), at(270), "the mailbox did not answer from 02:01:30 to 02:04:30 UTC"),))

SCENES: dict[str, tuple[Case, list[Seen], Looked]] = {
    "kept": (case(window=PAID, made=50), [mail(51.4)], looked()),
    "kept, before she was told": (case(window="within 1 minute"), [mail(59)], looked()),
    "kept, days later": (
        case(kind="reminder", window=DAY_BEFORE),
        [mail(EVENT_AT - 30 * 3600, "Reminder")],
        looked(EVENT_AT),
    ),
    "kept, at most one and none": (case(kind="reminder", window=PAID, least=0, most=1), [], looked()),
    "kept silence": (case(window=PAID, least=0, most=0), [], looked()),
    "kept silence without words": (case(kind="invoice", window="for 10 seconds", least=0, most=0), [], looked()),
    "late": (case(window=PAID), [mail(210)], looked()),
    "late, by minutes": (case(window=PAID), [mail(320)], looked()),
    "broken": (case(window=PAID), [], looked()),
    "broken, an invoice": (case(kind="invoice", window=PAID), [], looked()),
    "broken, one of two": (case(kind="reminder", window=PAID, least=2, most=2), [mail(70, "Reminder")], looked()),
    "broken, none of two": (case(kind="copy", window=PAID, least=2, most=2), [], looked()),
    "broken, at least two": (case(kind="class", window=PAID, least=2, most=None), [], looked()),
    "broken over days": (case(kind="reminder", window=DAY_BEFORE), [], looked(EVENT_AT)),
    "broken, something else came": (
        case(window=PAID, expectation=RIGHT),
        [mail(60, "Five things to do this weekend")],
        looked(),
    ),
    "broken by the organiser's notice": (case(window=PAID, kind="notice", who="the organiser"), [], looked()),
    "wrong": (case(window=PAID, expectation=RIGHT), [mail(60, text="You paid €210.00")], looked()),
    "wrong, too early": (case(kind="reminder", window=DAY_BEFORE), [mail(70, "Reminder")], looked(EVENT_AT)),
    "repeated": (case(window=PAID), [mail(60, id="1"), mail(63, id="2")], looked()),
    "repeated, three of two": (
        case(window=PAID, least=2, most=2),
        [mail(60, id="1"), mail(63, id="2"), mail(69, id="3")],
        looked(),
    ),
    "unwanted": (case(window="after cancelling, within 3 days", least=0, most=0), [mail(60)], looked()),
    "unwanted, without a subject": (case(kind="mail", window=PAID, least=0, most=0), [mail(60, "")], looked()),
    "open": (case(kind="reminder", window=DAY_BEFORE), [], looked()),
    "open silence": (case(kind="reminder", window=DAY_BEFORE, least=0, most=0), [], looked()),
    "unproven, away": (case(window=PAID), [], AWAY),
    "unproven, nobody looked": (case(window=PAID), [], looked(covered=False)),
    "unproven silence": (case(window=PAID, least=0, most=0), [], AWAY),
    "unproven, late while we were away": (case(window=PAID), [mail(280)], AWAY),
    "unproven, it may be it": (case(kind="invoice", window=PAID), [mail(60, "All done")], looked()),
    "unproven, too large": (
        case(window=PAID, expectation=RIGHT),
        [mail(60, faults=("the message has 31457280 bytes; only its headers were read",))],
        looked(),
    ),
    "unproven, twins": (
        case(window="within 2 minutes", least=2, most=2),
        [mail(60, id="1", message_id="<1@x>"), mail(90, id="2", message_id="<1@x>")],
        looked(holes=[(65, 80)]),
    ),
    "unproven, not reached": (
        case(interval=None, trouble='not reached: the journey stopped at "she pays 120.00 EUR by card"'),
        [],
        looked(),
    ),
    "withdrawn": (case(kind="reminder", withdrawn="she cancelled her booking"), [], looked()),
}


def test_what_is_said(snapshot: SnapshotAssertion) -> None:
    told = {
        name: (found := verdicts([one], seen, when)["p1"]).verdict + ": " + found.why
        for name, (one, seen, when) in SCENES.items()
    }
    assert told == snapshot


def test_where_it_went_is_said(snapshot: SnapshotAssertion) -> None:
    stray = mail(60, "Your receipt", to=("ada@example.con",), text="Dear Ada Silva")
    assert verdict(case(window=PAID), elsewhere=[stray]).why == snapshot


@pytest.mark.parametrize("name", [name for name in SCENES if not name.startswith("kept")])
def test_every_reason_names_her_and_what_it_was(name: str) -> None:
    one, seen, when = SCENES[name]
    why = verdict(one, *seen, when=when).why
    assert one.promise.who.lower() in why.lower()
    assert one.promise.kind[:-1] in why
    assert why.endswith(".")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (1.44, "1.4 s"),
        (9.94, "9.9 s"),
        (3.0, "3 s"),
        (9.97, "10 s"),
        (48.2, "48 s"),
        (89.6, "90 s"),
        (90, "1 min 30 s"),
        (120, "2 minutes"),
        (125, "2 min 5 s"),
        (119.6, "2 minutes"),
        (150, "2 min 30 s"),
        (3600, "60 minutes"),
        (7200, "2 hours"),
        (86_400 * 3, "3 days"),
        (86_400 * 400, "13 months"),
    ],
)
def test_lengths_of_time(seconds: float, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


def test_a_subject_without_end_is_cut() -> None:
    why = verdict(case(window=PAID, least=0, most=0), mail(60, "Your receipt " * 100)).why
    assert len(why) < 300
    assert '..."' in why


def test_how_late_something_was_that_came_after_a_turn_is_said() -> None:
    came = telling.late(case(window=PAID).promise, at(60 + 2 * 86_400), Interval(at(0), at(60)), "UTC", turned=True)
    assert came.startswith("Ada's receipt came up to 2 days too late: it was promised within 2 minutes of paying, by ")
    assert came.endswith(", to which the clock was turned.")


def test_a_window_that_was_turned_over_in_a_moment_was_not_looked_at_for_no_time() -> None:
    promise = case(window=PAID).promise
    assert telling.broken(promise, 0, (at(0), at(0.3)), "UTC", turned=True).endswith(
        " We looked without a gap, while the site's clock was turned to the end of the window."
    )
    assert "from 02:00:00 to 02:00:04 (UTC)" in telling.broken(promise, 0, (at(0), at(4)), "UTC", turned=True)


@pytest.mark.parametrize(
    ("kind", "many"), [("details", True), ("address", False), ("request to name her delegates", False)]
)
def test_of_several_words_the_first_says_whether_they_are_many(kind: str, many: bool) -> None:
    said = telling.kept(case(kind=kind, window=PAID).promise, at(5), at(0), "UTC")
    assert ("they were promised" in said) is many


def test_how_early_something_was_that_came_with_a_turn_is_not_known() -> None:
    promise, interval = case(kind="reminder", window=DAY_BEFORE).promise, Interval(at(60), at(120))
    said = telling.too_early(promise, at(58), interval, "UTC", turned=True)
    assert said.startswith("Ada's reminder came too early: it was there by ")
    assert "2 s" not in said
    assert "2 s too early" in telling.too_early(promise, at(58), interval, "UTC")
