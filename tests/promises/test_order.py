"""Order between touchpoints: what was promised not before another, or before it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.promises.court import KNOWLEDGE, case, looked, mail, table, verdicts
from upheld.errors import FeatureError
from upheld.promises import Verdict
from upheld.promises.judge import Case, Seen
from upheld.promises.order import check_order, in_order


def ordered(cases: list[Case], *seen: Seen, now: float = 3600.0) -> dict[str, Verdict]:
    judged = verdicts(cases, seen, looked(now))
    came = {one.id: one.arrival.at for one in seen}
    return {id: found.verdict for id, found in in_order(cases, judged, came).items()}


def receipt(**rows: str) -> Case:
    return case("receipt", kind="receipt", expectation=table(**rows))


CONFIRMATION = case("confirmation", kind="confirmation")


@pytest.mark.parametrize(
    ("row", "receipt_at", "expected"),
    [
        ({"not_before": "the confirmation"}, 71, Verdict.KEPT),
        ({"not_before": "the confirmation"}, 61, Verdict.WRONG),
        ({"not_before": "the confirmation"}, 69.5, Verdict.KEPT),  # two mails that were sent together
        ({"before": "her confirmation"}, 71.5, Verdict.WRONG),
        ({"before": "the confirmation"}, 61, Verdict.KEPT),
        ({"not_before": "paying"}, 40, Verdict.WRONG),
        ({"not_before": "paying"}, 50, Verdict.KEPT),
        ({"before": "the event"}, 61, Verdict.KEPT),
    ],
)
def test_order(row: dict[str, str], receipt_at: float, expected: Verdict) -> None:
    seen = (mail(70, "Your booking is confirmed"), mail(receipt_at))
    found = ordered([receipt(**row), CONFIRMATION], *seen)
    assert found == {"receipt": expected, "confirmation": Verdict.KEPT}


def test_only_one_is_named_where_the_other_never_came() -> None:
    found = ordered([receipt(not_before="the confirmation"), CONFIRMATION], mail(61))
    assert found == {"receipt": Verdict.KEPT, "confirmation": Verdict.BROKEN}


def test_it_is_open_while_the_other_may_still_come() -> None:
    found = ordered([receipt(not_before="the confirmation"), CONFIRMATION], mail(61), now=70.0)
    assert found == {"receipt": Verdict.OPEN, "confirmation": Verdict.OPEN}


def test_after_one_turn_of_the_clock_a_crossed_order_says_nothing() -> None:
    first, second = mail(61), mail(61, "Your booking is confirmed")
    later = Seen(second.arrival, first.site_at)
    cases = [receipt(not_before="the confirmation"), CONFIRMATION]
    judged = verdicts(cases, [first, later], looked())
    came = {first.id: first.arrival.at, later.id: first.arrival.at + timedelta(seconds=4)}
    assert in_order(cases, judged, came)["receipt"].verdict is Verdict.UNPROVEN
    came[later.id] = first.arrival.at + timedelta(seconds=0.5)
    assert in_order(cases, judged, came)["receipt"].verdict is Verdict.KEPT


def test_what_is_not_known_is_named_with_its_line() -> None:
    one = receipt(not_before="the confirmaton")
    with pytest.raises(FeatureError, match=r'promised no "confirmaton".*Did you mean "confirmation"\?'):
        check_order(one.promise, [one.promise, CONFIRMATION.promise], KNOWLEDGE)
    check_order(receipt(before="the event").promise, [], KNOWLEDGE)


def test_what_comes_in_a_window_of_silence_answers_no_promise_of_another_day() -> None:
    """A reminder of the old date is unwanted, and no early reminder of the new one."""
    reminder = case("new", kind="reminder", window="on the day before the event")
    none = case("old", kind="reminder", window="for 10 minutes", least=0, most=0)
    found = verdicts([reminder, none], [mail(100, "Reminder")], looked(10 * 86400))
    assert {id: one.verdict for id, one in found.items()} == {"new": Verdict.BROKEN, "old": Verdict.UNWANTED}
