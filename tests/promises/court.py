"""What the tests of the domain have in common: a day in November, people, messages, and a court to judge them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from upheld.promises import Arrival, Expectation, Interval, Judgement, Moment, Promise, Row, Verdict, parse_window
from upheld.promises.expectation import Knowledge
from upheld.promises.facts import Fact
from upheld.promises.judge import Case, Seen, judge
from upheld.promises.recognise import Recognisers, standard
from upheld.promises.timeline import Looked, Stretch
from upheld.promises.window import JOURNEY_START, PROMISE_STEP

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
EVENT = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
ADA = "ada.1@example.test"

FACTS = {
    fact.name: fact
    for fact in (
        Fact("the date of the event", "2026-11-26T18:00:00+01:00", "date", "Europe/Berlin"),
        Fact("the place of the event", "Hall 3"),
        Fact("the order number", "4711"),
        Fact("the price of the event", "120.00 EUR", "money"),
        Fact("the fee of the event", "nothing at all"),
        Fact("her name", "Ada Silva"),
        Fact("her full name", "Ada Silva"),
        Fact("her company", "Silva & Filhos"),
    )
}


def at(seconds: float) -> datetime:
    """So many seconds after the journey's start."""
    return START + timedelta(seconds=seconds)


def moments(made: float = 60.0, paid: float | None = 50.0) -> dict[str, Moment]:
    known = {
        JOURNEY_START: Moment.at(JOURNEY_START, START),
        PROMISE_STEP: Moment.at(PROMISE_STEP, at(made)),
        "the event": Moment.at("the event", EVENT, "Europe/Berlin"),
        "cancelling": Moment("cancelling", at(40), at(44)),
    }
    if paid is not None:
        known["paying"] = Moment("paying", at(paid - 2), at(paid))
    return known


KNOWLEDGE = Knowledge(FACTS, moments(), "Ada", "en")


def promise(kind: str = "receipt", window: str = "within 2 minutes", **fields: Any) -> Promise:
    base = Promise(who="Ada", kind=kind, channel="email", window=parse_window(window))
    return replace(base, **fields)


def table(**rows: str) -> Expectation:
    return Expectation(tuple(Row(key.replace("_", " "), value, 7) for key, value in rows.items()))


def case(id: str = "p1", made: float = 60.0, **fields: Any) -> Case:
    """A promise of Ada's on trial, made at `made` seconds; the fields of a Promise or of a Case, by name."""
    of_case = {name: fields.pop(name) for name in ("interval", "trouble", "withdrawn", "knowledge") if name in fields}
    made_of = promise(**fields)
    interval: Interval | None = made_of.window.resolve(moments(made))
    known = Case(id=id, promise=made_of, address=ADA, interval=interval, made_site=at(made), knowledge=KNOWLEDGE)
    return replace(known, **of_case)


def mail(seconds: float, subject: str = "Your receipt", id: str = "", **fields: Any) -> Seen:
    arrival = Arrival(id=id or f"m{seconds}-{subject}", to=(ADA,), at=at(seconds), subject=subject)
    return Seen(replace(arrival, **fields), at(seconds))


def looked(
    now: float = 3600.0,
    since: float = -10.0,
    *,
    holes: Sequence[tuple[float, float]] = (),
    covered: bool = True,
    **fields: Any,
) -> Looked:
    """We looked from `since` until `now`, but for the holes."""
    stretches = []
    begin = since
    for hole in sorted(holes):
        stretches.append(Stretch(at(begin), at(hole[0])))
        begin = hole[1]
    stretches.append(Stretch(at(begin), at(now)))
    base = Looked(now=at(now), real_now=at(now), covered=tuple(stretches) if covered else ())
    return replace(base, **fields)


def verdicts(
    cases: Sequence[Case],
    seen: Sequence[Seen] = (),
    when: Looked | None = None,
    elsewhere: Sequence[Seen] = (),
    recognisers: Recognisers | None = None,
) -> dict[str, Judgement]:
    return judge(cases, seen, when or looked(), recognisers or standard(), elsewhere)


def verdict(one: Case, *seen: Seen, when: Looked | None = None, elsewhere: Sequence[Seen] = ()) -> Judgement:
    return verdicts([one], seen, when, elsewhere)[one.id]


def came(*seen: Seen, when: Looked | None = None, elsewhere: tuple[Seen, ...] = (), **promised: Any) -> Verdict:
    return verdict(case(**promised), *seen, when=when, elsewhere=elsewhere).verdict
