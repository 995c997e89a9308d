"""What holds of every court day, whatever was promised, whatever came and whenever we looked."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.promises.court import at, case, looked, mail, table, verdicts
from upheld.promises import Judgement, Verdict
from upheld.promises.judge import Case, Seen
from upheld.promises.timeline import Looked, Stretch

NOW = 400.0
SURE = {
    "confirmation": "Booking confirmed",
    "receipt": "Your receipt",
    "reminder": "Reminder: Systems Day",
    "code": "Your code",
}
SUBJECTS = [
    *SURE.values(),
    "A word about your order",
    "Thank you",
    "News",
    "",
    "Booking confirmation and receipt",
    "Your payment was declined",
]
WINDOWS = ["within 2 minutes", "within 2 minutes of paying", "after cancelling, within 3 minutes", "for 90 seconds"]
SAYS = ["", "Hall 3"]
COUNTS = st.sampled_from([(1, 1), (1, 1), (1, 1), (0, 0), (2, 2), (0, 1), (1, None)])


@st.composite
def promised(draw: st.DrawFn) -> list[Case]:
    cases = []
    for number in range(draw(st.integers(1, 4))):
        least, most = draw(COUNTS)
        said = draw(st.sampled_from(SAYS))
        one = case(
            f"p{number}",
            made=60.0,
            kind=draw(st.sampled_from(list(SURE))),
            window=draw(st.sampled_from(WINDOWS)),
            least=least,
            most=most,
            expectation=table(says=said) if said and most != 0 else table(),
        )
        if draw(st.integers(0, 9)) == 0:
            one = replace(one, withdrawn="she cancelled")
        cases.append(one)
    return cases


@st.composite
def messages(draw: st.DrawFn) -> list[Seen]:
    return [
        mail(
            draw(st.integers(0, 380)),
            draw(st.sampled_from(SUBJECTS)),
            f"m{number}",
            text=draw(st.sampled_from(["Hall 3", "Hall 4"])),
            message_id=draw(st.sampled_from(["", "", "<1@x>", "<2@x>"])),
        )
        for number in range(draw(st.integers(0, 5)))
    ]


STRETCHES = st.lists(st.tuples(st.integers(-10, 380), st.integers(1, 300)), max_size=4)
GAPS = st.lists(st.tuples(st.integers(0, 380), st.integers(0, 30)), max_size=1)


def sight(stretches: list[tuple[int, int]], gaps: list[tuple[int, int]], now: float = NOW) -> Looked:
    return Looked(
        now=at(now),
        real_now=at(now),
        covered=tuple(Stretch(at(since), at(since + lasts)) for since, lasts in stretches),
        gaps=tuple(Stretch(at(since), at(since + lasts), "away") for since, lasts in gaps),
    )


def said(found: dict[str, Judgement]) -> dict[str, Verdict]:
    return {key: one.verdict for key, one in found.items()}


@settings(max_examples=200)
@given(promised(), messages(), STRETCHES, GAPS, st.randoms(use_true_random=False))
def test_the_order_in_which_mail_is_listed_changes_nothing(
    cases: list[Case], seen: list[Seen], stretches: list[tuple[int, int]], gaps: list[tuple[int, int]], chance: object
) -> None:
    shuffled = list(seen)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis' own Random
    when = sight(stretches, gaps)
    assert verdicts(cases, seen, when) == verdicts(cases, shuffled, when)


@settings(max_examples=300)
@given(promised(), messages(), STRETCHES, STRETCHES, GAPS)
def test_to_have_looked_less_never_breaks_a_promise(
    cases: list[Case],
    seen: list[Seen],
    some: list[tuple[int, int]],
    more: list[tuple[int, int]],
    gaps: list[tuple[int, int]],
) -> None:
    much, little = (
        said(verdicts(cases, seen, sight([*some, *more], []))),
        said(verdicts(cases, seen, sight(some, gaps))),
    )
    for key, verdict in little.items():
        if verdict is Verdict.BROKEN:
            assert much[key] is Verdict.BROKEN
        if verdict is Verdict.LATE:
            assert much[key] in (Verdict.LATE, Verdict.REPEATED)


@settings(max_examples=300)
@given(promised(), messages(), STRETCHES, STRETCHES)
def test_to_have_looked_more_never_turns_kept_into_broken(
    cases: list[Case], seen: list[Seen], some: list[tuple[int, int]], more: list[tuple[int, int]]
) -> None:
    little, much = said(verdicts(cases, seen, sight(some, []))), said(verdicts(cases, seen, sight([*some, *more], [])))
    for key, verdict in little.items():
        if verdict is Verdict.KEPT:
            # more eyes may show that what came twice did so without our doing
            assert much[key] in (Verdict.KEPT, Verdict.REPEATED, Verdict.UNWANTED)


@given(promised())
def test_without_an_arrival_and_without_eyes_nothing_is_kept_or_broken(cases: list[Case]) -> None:
    for verdict in said(verdicts(cases, [], looked(NOW, covered=False))).values():
        assert verdict in (Verdict.UNPROVEN, Verdict.WITHDRAWN, Verdict.OPEN)


@settings(max_examples=300)
@given(st.sampled_from(list(SURE)), st.sampled_from(WINDOWS[:3]), messages(), STRETCHES, GAPS, st.integers(0, 120))
def test_what_satisfies_all_in_its_window_is_never_broken_late_or_wrong(
    kind: str,
    window: str,
    others: list[Seen],
    stretches: list[tuple[int, int]],
    gaps: list[tuple[int, int]],
    seconds: int,
) -> None:
    one = case("p", kind=kind, window=window, expectation=table(says="Hall 3"))
    assert one.interval is not None
    moment = (one.interval.opens - at(0)).total_seconds() + seconds
    right = mail(moment, SURE[kind], "right", text="Hall 3")
    found = said(verdicts([one], [right, *others], sight(stretches, gaps)))["p"]
    assert found in (Verdict.KEPT, Verdict.REPEATED)
    if not any(kind_of(other) in (kind, "both") for other in others):
        assert found is Verdict.KEPT


def kind_of(one: Seen) -> str:
    subject = one.arrival.subject
    if subject == "Booking confirmation and receipt":
        return "both"
    return next((kind for kind, words in SURE.items() if words == subject), "")


@settings(max_examples=300)
@given(
    promised(), messages(), STRETCHES, st.integers(0, 380), st.sampled_from(["News", "", "Jazz tonight", "Neuigkeiten"])
)
def test_an_unrelated_message_never_takes_a_kept_promise_away(
    cases: list[Case], seen: list[Seen], stretches: list[tuple[int, int]], seconds: int, subject: str
) -> None:
    when = sight(stretches, [])
    before = said(verdicts(cases, seen, when))
    after = said(verdicts(cases, [*seen, mail(seconds, subject, "unrelated")], when))
    for one in cases:
        if before[one.id] is Verdict.KEPT:
            # in a window of silence it may be the very thing, and that nobody can tell
            assert after[one.id] is Verdict.KEPT or (one.promise.silent and after[one.id] is Verdict.UNPROVEN)
        if before[one.id] is not Verdict.BROKEN:
            assert after[one.id] is not Verdict.BROKEN


@settings(max_examples=200)
@given(promised(), messages(), st.integers(60, 400))
def test_nothing_is_broken_or_silent_before_its_window_has_closed(
    cases: list[Case], seen: list[Seen], now: int
) -> None:
    come = [one for one in seen if one.site_at <= at(now)]
    found = said(verdicts(cases, come, looked(now)))
    for one in cases:
        verdict = found[one.id]
        assert one.interval is not None
        if at(now) < one.interval.closes and not one.withdrawn:
            assert verdict is not Verdict.BROKEN
            assert verdict is not Verdict.LATE
            assert not (one.promise.silent and verdict is Verdict.KEPT)


@settings(max_examples=200)
@given(promised(), messages(), STRETCHES, GAPS)
def test_each_case_is_judged_once_and_says_why(
    cases: list[Case], seen: list[Seen], stretches: list[tuple[int, int]], gaps: list[tuple[int, int]]
) -> None:
    found = verdicts(cases, seen, sight(stretches, gaps))
    assert set(found) == {one.id for one in cases}
    for judged in found.values():
        assert judged.why.endswith((".", '."'))
        assert "  " not in judged.why
        assert set(judged.arrivals) <= {one.id for one in seen}
        assert judged.final is (judged.verdict is not Verdict.OPEN)


@settings(max_examples=100)
@given(promised(), messages(), STRETCHES)
def test_no_message_is_taken_for_two_promises(
    cases: list[Case], seen: list[Seen], stretches: list[tuple[int, int]]
) -> None:
    found = verdicts(cases, seen, sight(stretches, []))
    kept = [arrival for judged in found.values() if judged.verdict is Verdict.KEPT for arrival in judged.arrivals]
    assert len(kept) == len(set(kept))
