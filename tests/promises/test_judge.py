"""The nine verdicts, each with its borders. A false "broken" and a false "kept" are the worst that can happen here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.promises.court import EVENT, at, came, case, looked, mail, table, verdict, verdicts
from upheld.promises import Verdict
from upheld.promises.judge import Case, Seen
from upheld.promises.recognise import Recogniser, standard
from upheld.promises.timeline import ClockReading, Looked, Stretch, Timeline

PAID = "within 2 minutes of paying"  # paying is from 48 to 50, so the window is from 48 to 170
DAY = 86_400.0
EVENT_AT = (EVENT - at(0)).total_seconds()
DAY_BEFORE = (EVENT_AT - 18 * 3600 - DAY, EVENT_AT - 18 * 3600)  # in Berlin: from 00:00 to 24:00


# In time, early, late


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (46.9, Verdict.WRONG),
        (47, Verdict.KEPT),
        (48, Verdict.KEPT),
        (50, Verdict.KEPT),
        (170, Verdict.KEPT),
        (171, Verdict.KEPT),
        (171.1, Verdict.LATE),
        (0, Verdict.WRONG),
        (3000, Verdict.LATE),
    ],
)
def test_the_borders_of_a_window(seconds: float, expected: Verdict) -> None:
    assert came(mail(seconds), window=PAID) is expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (60, Verdict.OPEN),
        (169.9, Verdict.OPEN),
        (170, Verdict.OPEN),
        (170.9, Verdict.OPEN),
        (171, Verdict.BROKEN),
        (4000, Verdict.BROKEN),
    ],
)
def test_nothing_came(now: float, expected: Verdict) -> None:
    found = verdict(case(window=PAID), when=looked(now))
    assert found.verdict is expected
    assert found.final is (expected is Verdict.BROKEN)
    assert found.arrivals == ()


def test_a_message_may_overtake_the_step_that_promises_it() -> None:
    assert came(mail(3), window="within 2 minutes", made=60) is Verdict.KEPT


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (70.0, Verdict.WRONG),
        (DAY_BEFORE[0] - 2, Verdict.WRONG),
        (DAY_BEFORE[0], Verdict.KEPT),
        (DAY_BEFORE[0] + 3600, Verdict.KEPT),
        (DAY_BEFORE[1] - 1, Verdict.KEPT),
        (DAY_BEFORE[1] + 2, Verdict.LATE),
        (EVENT_AT + 60, Verdict.LATE),
    ],
)
def test_a_reminder_on_the_day_before(seconds: float, expected: Verdict) -> None:
    when = looked(EVENT_AT + DAY)
    assert (
        came(mail(seconds, "Reminder: Systems Day"), when=when, kind="reminder", window="on the day before the event")
        is expected
    )


def test_kept_is_kept_however_little_we_looked() -> None:
    assert came(mail(70), when=looked(covered=False)) is Verdict.KEPT
    assert came(mail(70), when=looked(61)) is Verdict.KEPT


# Away


@pytest.mark.parametrize(
    "when",
    [
        looked(covered=False),
        looked(holes=[(100, 110)]),
        looked(since=100),
        looked(gaps=(Stretch(at(90), at(91), "the site at x did not answer"),)),
        looked(gaps=(Stretch(at(-100), at(3000), "a canary was lost"),)),
    ],
    ids=["never", "a hole", "too late", "the site away", "a canary lost"],
)
def test_while_we_were_away_nothing_is_broken_late_or_silent(when: Looked) -> None:
    assert came(when=when, window=PAID) is Verdict.UNPROVEN
    assert came(mail(400), when=when, window=PAID) is Verdict.UNPROVEN
    assert came(when=when, most=0, least=0, window=PAID) is Verdict.UNPROVEN
    assert came(when=when, least=0, most=1, window=PAID) is Verdict.UNPROVEN
    assert came(mail(70), when=when, window=PAID) is Verdict.KEPT
    assert came(mail(70), when=when, most=0, least=0, window=PAID) is Verdict.UNWANTED


def test_the_reason_for_not_looking_is_told() -> None:
    why = verdict(case(window=PAID), when=looked(gaps=(Stretch(at(90), at(91), "the site did not answer"),))).why
    assert why == "Cannot tell whether Ada gets the receipt: the site did not answer."


def test_a_gap_beside_the_window_takes_nothing_away() -> None:
    away = (Stretch(at(300), at(400), "the site was away"),)
    assert came(when=looked(gaps=away), window=PAID) is Verdict.BROKEN
    assert came(mail(420), when=looked(gaps=away), window=PAID) is Verdict.LATE


@pytest.mark.parametrize("silent", [False, True])
def test_a_clock_that_would_not_turn(silent: bool) -> None:
    when = looked(200, blind="the clock at x would not turn")
    bounds: dict[str, Any] = {"least": 0, "most": 0} if silent else {}
    found = verdict(case(kind="reminder", window="on the day before the event", **bounds), when=when)
    assert (found.verdict, found.final) == (Verdict.UNPROVEN, False)
    assert "the clock at x would not turn" in found.why
    # what has closed by then is judged all the same
    assert came(when=when, window=PAID) is Verdict.BROKEN


def test_a_window_that_was_turned_past_proves_nothing() -> None:
    jump = Timeline((ClockReading(at(0), at(0)), ClockReading(at(100), at(2 * EVENT_AT), turned=True, until=at(101))))
    when = Looked(now=at(2 * EVENT_AT), real_now=at(200), covered=(Stretch(at(-5), at(200)),), timeline=jump)
    reminder: dict[str, Any] = {"kind": "reminder", "window": "on the day before the event"}
    assert came(when=when, **reminder) is Verdict.UNPROVEN
    assert came(when=when, least=0, most=0, **reminder) is Verdict.UNPROVEN
    late = mail(2 * EVENT_AT, "Reminder: Systems Day")
    assert came(late, when=when, **reminder) is Verdict.UNPROVEN


def test_mail_that_travels_while_the_clock_waits_is_in_time() -> None:
    opens = DAY_BEFORE[0]
    turned = Timeline((ClockReading(at(0), at(0)), ClockReading(at(100), at(opens), turned=True, until=at(140))))
    when = Looked(now=at(opens + 100), real_now=at(200), covered=(Stretch(at(-5), at(200)),), timeline=turned)
    arrival = mail(139, "Reminder: Systems Day").arrival
    found = verdict(
        case(kind="reminder", window="on the day before the event"),
        Seen(arrival, turned.site_at(arrival.at)),
        when=when,
    )
    assert (found.verdict, found.site_at) == (Verdict.KEPT, at(opens))


# Not on trial


def test_withdrawn_and_not_reached() -> None:
    found = verdicts(
        [case("a", withdrawn="she cancelled"), case("b", interval=None, trouble="not reached: the journey stopped")],
        when=looked(covered=False),
    )
    assert found["a"].verdict is Verdict.WITHDRAWN
    assert found["a"].why == "Ada's receipt was withdrawn: she cancelled."
    assert found["b"].verdict is Verdict.UNPROVEN
    assert found["b"].why == "Cannot tell whether Ada gets the receipt: not reached: the journey stopped."


@pytest.mark.parametrize("aside", [{"withdrawn": "she cancelled"}, {"interval": None, "trouble": "not reached"}])
def test_what_was_taken_back_or_never_reached_explains_a_message_of_its_kind(aside: dict[str, Any]) -> None:
    code: dict[str, Any] = {"kind": "code", "window": "within 2 minutes"}
    cases = [case("a", **code), case("b", **code, **aside)]
    two = [mail(70, "Your code"), mail(90, "Your code", "m2")]
    assert verdicts(cases, two)["a"].verdict is Verdict.KEPT
    assert verdicts(cases, [*two, mail(95, "Your code", "m3")])["a"].verdict is Verdict.REPEATED


# The wrong thing


def test_the_wrong_thing_came() -> None:
    found = verdict(case(expectation=table(amount="120.00 EUR")), mail(70, text="You paid €210.00"))
    assert (found.verdict, found.final) == (Verdict.WRONG, True)
    assert found.why == "Ada's receipt says €210.00 instead of €120.00."


def test_the_right_one_of_two_answers_and_the_other_is_too_many() -> None:
    wrong, right = mail(70, text="€210.00", id="w"), mail(80, text="€120.00", id="r")
    found = verdict(case(expectation=table(amount="120.00 EUR")), wrong, right)
    assert (found.verdict, found.arrivals) == (Verdict.REPEATED, ("r", "w"))


def test_what_only_resembles_it_a_little_decides_nothing_before_the_window_closes() -> None:
    promised: dict[str, Any] = {"kind": "confirmation", "window": PAID, "expectation": table(says="Hall 3")}
    maybe = mail(60, "A word about your order", text="We are packing it")
    assert came(maybe, when=looked(100), **promised) is Verdict.OPEN
    assert came(maybe, mail(120, "Booking confirmed", text="Hall 3"), **promised) is Verdict.KEPT
    assert came(maybe, **promised) is Verdict.WRONG
    assert came(maybe, when=looked(holes=[(80, 90)]), **promised) is Verdict.UNPROVEN


def test_what_only_resembles_it_a_little_is_not_it_days_too_early() -> None:
    promised: dict[str, Any] = {"kind": "thank-you", "window": "after the event, within 3 days"}
    polite, right = mail(60, "Thank you, Ada"), mail(EVENT_AT + 3600, "Thank you for joining us")
    assert came(polite, when=looked(100), **promised) is Verdict.OPEN
    after = looked(EVENT_AT + 4 * DAY)
    assert came(polite, right, when=after, **promised) is Verdict.KEPT
    found = verdict(case(**promised), polite, when=after)
    assert found.verdict is Verdict.BROKEN
    assert 'What came instead is not it: "Thank you, Ada".' in found.why


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("the message has 30000000 bytes; only its headers were read", Verdict.UNPROVEN),
        ("a part of type text/html has 9 bytes; only the first 8 were read", Verdict.UNPROVEN),
        ("the message has more than 100 parts; the rest was not read", Verdict.UNPROVEN),
        ("the message could not be read (ValueError: x)", Verdict.UNPROVEN),
        ("a part of type text/html could not be decoded", Verdict.WRONG),
        ("a part of type text/html says it is utf-8, and is not", Verdict.WRONG),
        ("the message is empty", Verdict.WRONG),
    ],
)
def test_what_we_could_not_read_whole_is_not_held_against_the_site(fault: str, expected: Verdict) -> None:
    assert came(mail(70, faults=(fault,)), expectation=table(says="Hall 3")) is expected
    assert came(mail(70, text="Hall 3", faults=(fault,)), expectation=table(says="Hall 3")) is Verdict.KEPT


# Too many


def test_a_duplicate() -> None:
    found = verdict(case(), mail(70, id="a"), mail(73, id="b"))
    assert (found.verdict, found.arrivals, found.site_at) == (Verdict.REPEATED, ("a", "b"), at(70))
    assert found.why == "Ada was sent the receipt twice, 3 s apart; it was promised once."
    # a second one that comes after the window is one too many as well
    assert came(mail(70, id="a"), mail(3000, id="b")) is Verdict.REPEATED


def test_the_same_message_across_our_own_gap_is_one() -> None:
    twins = (mail(70, id="a", message_id="<1@x>"), mail(90, id="b", message_id="<1@x>"))
    assert came(*twins) is Verdict.REPEATED
    assert came(*twins, when=looked(holes=[(71, 80)])) is Verdict.KEPT
    # a gap that is not between them, or one of the site's, excuses nothing
    assert came(*twins, when=looked(holes=[(100, 110)])) is Verdict.REPEATED
    assert came(*twins, when=looked(since=69)) is Verdict.REPEATED
    assert came(*twins, when=looked(gaps=(Stretch(at(75), at(80), "the site was away"),))) is Verdict.REPEATED
    # another Message-ID is another message, as is another text; and none says nothing
    texts = (mail(70, id="a", message_id="<1@x>", text="1"), mail(90, id="b", message_id="<1@x>", text="2"))
    assert came(*texts, when=looked(holes=[(71, 80)])) is Verdict.REPEATED
    others = (mail(70, id="a", message_id="<1@x>"), mail(90, id="b", message_id="<2@x>"))
    assert came(*others, when=looked(holes=[(71, 80)])) is Verdict.REPEATED
    assert came(mail(70, id="a"), mail(90, id="b"), when=looked(holes=[(71, 80)])) is Verdict.REPEATED


def test_twins_that_may_have_been_two_break_nothing() -> None:
    twins = (mail(20, id="a", message_id="<1@x>"), mail(40, id="b", message_id="<1@x>"))
    two: dict[str, Any] = {"least": 2, "most": 2, "window": "within 2 minutes"}
    assert came(*twins, **two) is Verdict.KEPT
    assert came(*twins, when=looked(holes=[(21, 30)]), **two) is Verdict.UNPROVEN


def test_a_surplus_belongs_to_the_kind_that_it_is() -> None:
    cases = [case("c", kind="confirmation"), case("r", kind="receipt")]
    mails = [mail(70, "Booking confirmed", "1"), mail(71, "Your receipt", "2"), mail(72, "Your receipt", "3")]
    found = verdicts(cases, mails)
    assert (found["c"].verdict, found["r"].verdict) == (Verdict.KEPT, Verdict.REPEATED)


@pytest.mark.parametrize(
    "subject",
    [
        "Your order has shipped",
        "A word about your booking",
        "Cancellation confirmed",
        "Your refund is confirmed",
        "News from us",
        "",
    ],
)
def test_other_mail_is_not_a_second_confirmation(subject: str) -> None:
    assert came(mail(70, "Booking confirmed"), mail(90, subject, "other"), kind="confirmation") is Verdict.KEPT


def test_the_very_same_subject_is_a_second_one_however_weak_it_is() -> None:
    twice = (mail(70, "A word about your booking", "1"), mail(75, "A word about your booking", "2"))
    assert came(*twice, kind="confirmation") is Verdict.REPEATED


@pytest.mark.parametrize(
    ("count", "bounds", "expected"),
    [
        (0, (1, 1), Verdict.BROKEN),
        (1, (1, 1), Verdict.KEPT),
        (2, (1, 1), Verdict.REPEATED),
        (1, (2, 2), Verdict.BROKEN),
        (2, (2, 2), Verdict.KEPT),
        (3, (2, 2), Verdict.REPEATED),
        (0, (0, 1), Verdict.KEPT),
        (1, (0, 1), Verdict.KEPT),
        (2, (0, 1), Verdict.REPEATED),
        (0, (1, None), Verdict.BROKEN),
        (1, (1, None), Verdict.KEPT),
        (5, (1, None), Verdict.KEPT),
        (1, (2, None), Verdict.BROKEN),
        (0, (0, 0), Verdict.KEPT),
        (1, (0, 0), Verdict.UNWANTED),
    ],
)
def test_how_many(count: int, bounds: tuple[int, int | None], expected: Verdict) -> None:
    mails = [mail(70 + number, id=f"m{number}") for number in range(count)]
    assert came(*mails, least=bounds[0], most=bounds[1]) is expected


def test_at_least_one_is_not_late_for_one_more() -> None:
    promised: dict[str, Any] = {"least": 1, "most": None, "window": PAID}
    assert came(mail(70, id="1"), mail(3000, id="2"), **promised) is Verdict.KEPT
    assert came(mail(3, id="0"), mail(70, id="1"), **promised) is Verdict.KEPT
    assert came(mail(3000, id="2"), **promised) is Verdict.LATE


# Two promises of one kind


def test_two_promises_of_one_kind_are_told_apart_by_what_they_say() -> None:
    cases = [case("a", expectation=table(says="Hall 3")), case("b", expectation=table(says="Hall 4"))]
    found = verdicts(cases, [mail(70, id="4", text="Hall 4"), mail(71, id="3", text="Hall 3")])
    assert {key: (one.verdict, one.arrivals) for key, one in found.items()} == {
        "a": (Verdict.KEPT, ("3",)),
        "b": (Verdict.KEPT, ("4",)),
    }


def test_two_promises_of_one_kind_are_told_apart_by_when_they_are_due() -> None:
    cases = [
        case("soon", kind="reminder", window=PAID),
        case("then", kind="reminder", window="on the day before the event"),
    ]
    first, second = mail(60, "Reminder", "1"), mail(DAY_BEFORE[0] + 60, "Reminder", "2")
    after = looked(EVENT_AT)
    assert {one.verdict for one in verdicts(cases, [second, first], after).values()} == {Verdict.KEPT}
    lonely = verdicts(cases, [second], after)
    assert (lonely["soon"].verdict, lonely["then"].verdict) == (Verdict.BROKEN, Verdict.KEPT)
    early = verdicts(cases, [first], looked(200))
    assert (early["soon"].verdict, early["then"].verdict) == (Verdict.KEPT, Verdict.OPEN)


def test_one_surplus_is_told_once() -> None:
    cases = [case("a"), case("b")]
    found = verdicts(cases, [mail(70 + number, id=str(number)) for number in range(3)])
    assert sorted(one.verdict for one in found.values()) == [Verdict.KEPT, Verdict.REPEATED]


def test_one_message_answers_one_promise() -> None:
    cases = [case("c", kind="confirmation"), case("r", kind="receipt")]
    found = verdicts(cases, [mail(70, "Booking confirmation and receipt")])
    assert sorted(one.verdict for one in found.values()) == [Verdict.BROKEN, Verdict.KEPT]


# Messages that nobody recognises


def test_a_message_that_may_be_it_makes_it_unproven() -> None:
    promised: dict[str, Any] = {"window": PAID, "expectation": table(amount="120.00 EUR")}
    found = verdict(case(**promised), mail(60, "All done", text="You paid €120.00"))
    assert found.verdict is Verdict.UNPROVEN
    assert '"All done"' in found.why
    assert 'set `recognise` for [touchpoint."receipt"]' in found.why


def test_a_message_that_cannot_be_it_is_named() -> None:
    promised: dict[str, Any] = {"window": PAID, "expectation": table(amount="120.00 EUR")}
    found = verdict(case(**promised), mail(60, "All done", text="Bye"))
    assert found.verdict is Verdict.BROKEN
    assert 'What came instead is not it: "All done".' in found.why
    assert came(mail(20, "All done", text="You paid €120.00"), **promised) is Verdict.BROKEN


def test_a_kind_that_nobody_promised_and_says_it_all_may_be_it() -> None:
    promised: dict[str, Any] = {"window": PAID, "expectation": table(amount="120.00 EUR")}
    invoice = mail(60, "Your invoice", text="You paid €120.00")
    assert came(invoice, **promised) is Verdict.UNPROVEN
    # where an invoice was promised too, the message is that
    both = [case("r", **promised), case("i", kind="invoice", window=PAID)]
    found = verdicts(both, [invoice])
    assert (found["r"].verdict, found["i"].verdict) == (Verdict.BROKEN, Verdict.KEPT)
    # and a table that asks nothing is no likeness
    assert came(mail(60, "Welcome"), kind="confirmation", window=PAID) is Verdict.BROKEN


def test_with_a_recogniser_of_the_suites_own_there_is_no_doubt() -> None:
    own = standard().with_own(Recogniser.from_map("receipt", ["^paid"], []))
    assert verdicts([case(window=PAID)], [mail(60, "All done")], recognisers=own)["p1"].verdict is Verdict.BROKEN
    assert verdicts([case(window=PAID)], [mail(60, "Paid: 120")], recognisers=own)["p1"].verdict is Verdict.KEPT
    silent = [case(least=0, most=0, window=PAID)]
    assert verdicts(silent, [mail(60, "All done")], recognisers=own)["p1"].verdict is Verdict.KEPT


# Astray


def astray(seconds: float = 60, subject: str = "Your receipt", text: str = "Dear Ada Silva") -> Seen:
    return mail(seconds, subject, "astray", to=("someone@else.test",), text=text)


def test_a_message_that_went_astray_is_named_with_where_it_went() -> None:
    found = verdict(case(window=PAID), elsewhere=[astray()])
    assert found.verdict is Verdict.BROKEN
    assert 'It went to someone@else.test instead: "Your receipt".' in found.why


@pytest.mark.parametrize(
    "other",
    [
        astray(text="Dear Ben Mara"),
        astray(text="Order 47110"),
        astray(subject="Your invoice"),
        astray(20),
        astray(text="Dear Ada Silvano"),
    ],
    ids=["another customer's", "another order", "another kind", "before she paid", "a longer name"],
)
def test_a_message_of_somebody_else_is_not_hers(other: Seen) -> None:
    found = verdict(case(window=PAID), elsewhere=[other])
    assert found.verdict is Verdict.BROKEN
    assert "It went to" not in found.why


def test_what_went_astray_never_answers_for_what_came() -> None:
    assert came(mail(70), elsewhere=(astray(),), window=PAID) is Verdict.KEPT
    assert came(elsewhere=(astray(),), when=looked(holes=[(80, 90)]), window=PAID) is Verdict.UNPROVEN


# Odd input


def test_odd_messages_break_no_court() -> None:
    odd = [
        mail(60, "", "1"),
        mail(60, "", "2", to=()),
        mail(60, "\x00\u202e" * 50, "3"),
        mail(60, "R" * 20_000, "4", text="9" * 20_000),
        mail(60, "32 December 9999", "5", html_text="€" + "9" * 5000, headings=("",) * 100),
        mail(60, "Your receipt", "6", message_id=" "),
    ]
    cases: list[Case] = [
        case("a", expectation=table(amount="120.00 EUR", says="the date of the event", calls="her by name")),
        case("b", kind="c++ (course)"),
        case("c", kind="", least=0, most=0),
        case("d", least=0, most=0),
        case("e", least=3, most=None),
    ]
    assert set(verdicts(cases, odd, elsewhere=odd)) == {"a", "b", "c", "d", "e"}
    assert verdicts([], odd) == {}


def test_next_months_receipt_is_no_duplicate_and_the_same_message_again_is_one() -> None:
    month = 30 * 86400
    first = mail(70, text="Order 4711")
    other, same = mail(70 + month, text="Order 4722"), mail(80 + month, text="Order  4711")
    when = looked(2 * month)
    assert came(first, other, when=when) is Verdict.KEPT
    assert came(first, same, when=when) is Verdict.REPEATED
    assert came(first, mail(90, text="Order 4722"), when=when) is Verdict.REPEATED


@pytest.mark.parametrize(
    ("busy", "came_after", "expected"),
    [
        ("", (), Verdict.BROKEN),
        ("the site was still at work", (), Verdict.UNPROVEN),
        ("the site was still at work", (3.0,), Verdict.KEPT),  # while we waited for the site
        ("the site was still at work", (9.0,), Verdict.UNPROVEN),  # late by as much as we waited, and no more
        ("", (9.0,), Verdict.LATE),
    ],
)
def test_a_site_that_was_still_at_work_is_not_late_by_our_own_doing(
    busy: str, came_after: tuple[float, ...], expected: Verdict
) -> None:
    """The clock was turned to the very end of the window, and six seconds later nobody waited any longer."""
    one = case(kind="reminder", window="on the day before the event")
    assert one.interval is not None
    turned = ClockReading(at(100), one.interval.closes, turned=True, until=at(106), busy=busy)
    timeline = Timeline((ClockReading(at(0), at(0)), turned))
    real = at(120)
    when = Looked(
        now=timeline.site_at(real),
        real_now=real,
        covered=(Stretch(at(-5), real),),
        gaps=tuple(timeline.unfinished(real)),
        timeline=timeline,
    )
    letters = [mail(100 + after, "Reminder").arrival for after in came_after]
    seen = [Seen(letter, timeline.site_at(letter.at)) for letter in letters]
    found = verdict(one, *seen, when=when)
    assert found.verdict is expected
    assert expected is not Verdict.UNPROVEN or busy in found.why
