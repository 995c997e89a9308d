"""Judging: which verdict a promise gets, and the sentence that says why.

All promises made to one person by one channel are judged together with all that reached her, since which arrival
answers which promise is decided over all of them. Nothing here is decided in doubt: what cannot be told is `unproven`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from upheld.language import gettext as _
from upheld.promises import telling
from upheld.promises.assign import assign
from upheld.promises.expectation import Knowledge, shortfalls
from upheld.promises.facts import fold, says
from upheld.promises.promise import Arrival, Judgement, Promise, Verdict
from upheld.promises.recognise import Recognisers, is_sure
from upheld.promises.timeline import Looked
from upheld.promises.window import Interval

__all__ = ["ANY_KIND", "GRACE", "Case", "Seen", "judge"]

# Clocks of two processes and the transit of a message: what is this little late is in time.
GRACE = timedelta(seconds=1)
# What is of a promise's kind and comes much later is about something else (next month's receipt), unless it is the same
# message again.
LATER = timedelta(days=2)
# What she looks at or fetches herself: that she does so twice is no repetition of ours.
FETCHED = ("page", "download")
ANY_KIND = frozenset({"mail", "email", "e-mail", "message"})
# How the reader of messages says that it met one of its own limits, which says nothing of the message.
_UNREAD = re.compile(r"\b(?:only .+ (?:was|were)|(?:was|were) not|could not be) read\b|over our limit")


@dataclass(frozen=True, slots=True)
class Case:
    """One promise on trial.

    `interval` is its window in site time, `None` where it cannot be resolved; then `trouble` says why. `trouble`
    without an interval also tells why the journey never came to the promise. `made_site` is when it was made.
    """

    id: str
    promise: Promise
    address: str = ""
    interval: Interval | None = None
    made_site: datetime | None = None
    trouble: str = ""
    withdrawn: str = ""
    knowledge: Knowledge = field(default_factory=Knowledge)
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Seen:
    """An arrival with the site time at which it came."""

    arrival: Arrival
    site_at: datetime

    @property
    def id(self) -> str:
        """The arrival's id."""
        return self.arrival.id


def judge(
    cases: Sequence[Case],
    seen: Sequence[Seen],
    looked: Looked,
    recognisers: Recognisers,
    elsewhere: Sequence[Seen] = (),
) -> dict[str, Judgement]:
    """Return a judgement for every case, by its id.

    `cases` are promises to one address, `seen` all that came to it, `elsewhere` what came to no one of the cast.
    """
    verdicts: dict[str, Judgement] = {}
    live = []
    for case in cases:
        if case.withdrawn:
            verdicts[case.id] = Judgement(Verdict.WITHDRAWN, telling.withdrawn(case.promise, case.withdrawn))
        elif case.interval is None:
            verdicts[case.id] = Judgement(Verdict.UNPROVEN, telling.unproven(case.promise, case.trouble))
        else:
            live.append(case)
    known = recognisers.including(*(case.promise.kind for case in cases if case.promise.kind not in ANY_KIND))
    arrivals, twins = _once(sorted(seen, key=lambda one: (one.site_at, one.id)), looked)
    kinds = {one.id: known.kinds(one.arrival) for one in (*arrivals, *twins)}
    silences = [case for case in live if case.promise.silent]
    answers, left = _match([case for case in live if not case.promise.silent], arrivals, kinds, silences)
    taken = {one.id for ones in answers.values() for one in ones}
    sight = _Sight(cases, arrivals, twins, left, kinds, looked, known, elsewhere)
    for case in live:
        if case.promise.silent:
            verdicts[case.id] = _judge_silence(case, taken, sight)
        else:
            surplus = _surplus(case, live, answers, sight)
            verdicts[case.id] = _judge_arrival(case, answers[case.id], surplus, sight)
    return verdicts


@dataclass(frozen=True, slots=True)
class _Sight:
    """All that a judge has before him: the promises, what came (`left` answered none of them), and when we looked."""

    cases: Sequence[Case]
    arrivals: Sequence[Seen]
    twins: Sequence[Seen]
    left: Sequence[Seen]
    kinds: Mapping[str, Mapping[str, float]]
    looked: Looked
    known: Recognisers
    elsewhere: Sequence[Seen]

    def is_over(self, interval: Interval) -> bool:
        """True where what belongs into this window would be here by now."""
        return self.looked.now >= interval.closes + GRACE


def _once(seen: Sequence[Seen], looked: Looked) -> tuple[list[Seen], list[Seen]]:
    """Return what came, and apart from it what was delivered twice through our own doing.

    A mailbox that goes away while it takes a message makes the sender try again: the same Message-ID, with a gap of
    ours in between, is one message. A gap of the site's is not: what it then sends again, the customer gets twice.
    """
    first: dict[tuple[str, ...], Seen] = {}
    kept, twins = [], []
    for one in seen:
        same = (one.arrival.message_id, one.arrival.subject, one.arrival.text, one.arrival.html_text)
        twin = first.setdefault(same, one)
        if twin is not one and same[0] and looked.away(Interval(twin.site_at, one.site_at)):
            twins.append(one)
        else:
            kept.append(one)
    return kept, twins


def _match(
    cases: Sequence[Case],
    arrivals: Sequence[Seen],
    kinds: Mapping[str, Mapping[str, float]],
    silences: Sequence[Case],
) -> tuple[dict[str, list[Seen]], list[Seen]]:
    """Return what answers each case, and what answers none."""
    came = list(enumerate(arrivals))
    slots = [case for case in cases for _ in range(_places(case.promise, len(arrivals)))]
    worth = [
        [
            None
            if _is_forbidden(case, one, silences)
            else _worth(case, one, kinds[one.id], _turn(place, len(slots), order, len(arrivals)))
            for order, one in came
        ]
        for place, case in enumerate(slots)
    ]
    pairs = assign(worth)
    answers: dict[str, list[Seen]] = {case.id: [] for case in cases}
    for slot, column in pairs.items():
        answers[slots[slot].id].append(arrivals[column])
    for found in answers.values():
        found.sort(key=lambda one: one.site_at)
    used = set(pairs.values())
    return answers, [one for index, one in enumerate(arrivals) if index not in used]


def _is_forbidden(case: Case, one: Seen, silences: Sequence[Case]) -> bool:
    """True where it came when its kind was promised not to, and outside of this case's own window: no answer to it."""
    if case.interval is None or case.interval.opens - GRACE <= one.site_at <= case.interval.closes + GRACE:
        return False
    return any(other.promise.kind == case.promise.kind and _during(other, one) for other in silences)


def _places(promise: Promise, arrivals: int) -> int:
    return promise.most if promise.most is not None else max(promise.least, arrivals)


def _turn(place: int, places: int, order: int, count: int) -> float:
    """Of equals the first to come answers, and what comes after it is the surplus; the promise made first goes first.

    Where two equal promises are both answered, the first is by what came first; so nothing that is none of theirs can
    change which of them was.
    """
    return (count - order) / (count + 1) - 0.01 * place / places + 0.001 * place / places * order / count


def _worth(case: Case, one: Seen, kinds: Mapping[str, float], turn: float) -> float | None:
    """How well this arrival answers this promise: first that it does at all, then that it is right, then in time."""
    score = kinds.get(case.promise.kind)
    if score is None or case.interval is None:
        return None
    right = not shortfalls(case.promise.expectation, one.arrival, case.knowledge)
    in_time = case.interval.opens - GRACE <= one.site_at <= case.interval.closes + GRACE
    return 1000.0 + 100.0 * right + 40.0 * in_time + 4.0 * score + turn


def _surplus(case: Case, cases: Sequence[Case], answers: Mapping[str, Sequence[Seen]], sight: _Sight) -> list[Seen]:
    """Return what came beyond the promised number and is surely this case's touchpoint, most of all."""
    promise = case.promise
    if promise.most is None or len(answers[case.id]) < promise.most:
        return []
    same = [other for other in cases if other.promise.kind == promise.kind and not other.promise.silent]
    if same and same[-1].id != case.id:
        return []  # of several promises of one kind the last one carries the surplus
    silent = [other for other in cases if other.promise.silent and other.promise.kind == promise.kind]
    subjects = {fold(one.arrival.subject) for one in answers[case.id]}
    words = {_words(one) for one in answers[case.id]}
    surplus = []
    for one in sight.left:
        if one.arrival.channel in FETCHED:
            continue
        if case.interval is not None and one.site_at > case.interval.closes + LATER and _words(one) not in words:
            continue
        kinds = sight.kinds[one.id]
        best = max(kinds.values(), default=0.0)
        forbidden = any(_during(other, one) for other in silent)
        # "Your order has shipped" shares words with a confirmation, and is not a second one.
        surely = is_sure(best) or fold(one.arrival.subject) in subjects
        if best and kinds.get(promise.kind) == best and surely and not forbidden:
            surplus.append(one)
    # A promise that was taken back or never reached still explains a message of its kind: it is no surplus of another.
    aside = [
        other.promise
        for other in sight.cases
        if other.promise.kind == promise.kind and not other.promise.silent and other not in cases
    ]
    if any(other.most is None for other in aside):
        return []
    return surplus[sum(other.most or 0 for other in aside) :]


def _words(one: Seen) -> tuple[str, str]:
    """All that a message says, however it is spaced."""
    return fold(one.arrival.subject), " ".join(fold(one.arrival.html_text or one.arrival.text).split())


def _during(case: Case, one: Seen) -> bool:
    return case.interval is not None and case.interval.opens <= one.site_at <= case.interval.closes + GRACE


def _judge_silence(case: Case, taken: set[str], sight: _Sight) -> Judgement:
    interval, promise, kinds = case.interval, case.promise, sight.kinds
    assert interval is not None  # noqa: S101  # judge() has set the others aside
    during = [one for one in sight.arrivals if _during(case, one) and one.id not in taken]
    if promise.kind in ANY_KIND:
        unwanted, strange = during, []
    else:
        unwanted = [one for one in during if is_sure(kinds[one.id].get(promise.kind, 0.0))]
        own = sight.known.for_kind(promise.kind).own
        strange = [] if own else [one for one in during if not kinds[one.id] or promise.kind in kinds[one.id]]
    if unwanted and (moved := sight.looked.moved(unwanted[0].arrival.at)):
        return Judgement(Verdict.UNPROVEN, telling.unproven(promise, moved), _ids(unwanted))
    if unwanted:
        first = unwanted[0]
        why = telling.unwanted(promise, first.arrival, first.site_at, case.zone)
        return Judgement(Verdict.UNWANTED, why, _ids(unwanted), first.site_at)
    if not sight.is_over(interval):
        return _not_yet(case, interval, sight.looked)
    if strange:
        reason = telling.strange(promise, strange[0].arrival)
        return Judgement(Verdict.UNPROVEN, telling.unproven(promise, reason), _ids(strange))
    if gap := sight.looked.gap(interval):
        return Judgement(Verdict.UNPROVEN, telling.unproven(promise, gap))
    span, turned = sight.looked.span(interval), sight.looked.turned(interval)
    return Judgement(Verdict.KEPT, telling.silent(promise, span, case.zone, turned=turned))


def _judge_arrival(case: Case, answers: Sequence[Seen], surplus: Sequence[Seen], sight: _Sight) -> Judgement:
    interval, promise, looked = case.interval, case.promise, sight.looked
    assert interval is not None  # noqa: S101  # judge() has set the others aside
    if promise.most is None:
        # "At least one": what came beside its window is more than was promised, and no harm.
        timely = [one for one in answers if interval.opens - GRACE <= one.site_at <= interval.closes + GRACE]
        answers = timely if len(timely) >= max(promise.least, 1) else answers
    if len(answers) < promise.least:
        return _missing(case, interval, answers, sight)
    if not answers:
        return _none_owed(case, interval, sight)
    for one in answers:
        faults = shortfalls(promise.expectation, one.arrival, case.knowledge)
        early = one.site_at < interval.opens - GRACE
        if (early or one.site_at > interval.closes + GRACE) and (moved := looked.moved(one.arrival.at)):
            return Judgement(Verdict.UNPROVEN, telling.unproven(promise, moved), _ids(answers), one.site_at)
        unread = (*one.arrival.faults, *(part.fault for part in one.arrival.attachments))
        if faults and any(_UNREAD.search(fault) for fault in unread):
            reason = telling.unread(one.arrival)
            return Judgement(Verdict.UNPROVEN, telling.unproven(promise, reason), _ids(answers), one.site_at)
        unsure = (faults or early) and not is_sure(sight.kinds[one.id][promise.kind])
        if unsure and (early or not sight.is_over(interval) or looked.gap(interval)):
            # It may be something else altogether, and the thing itself still to come, or missed by us.
            return _missing(case, interval, [other for other in answers if other is not one], sight, instead=one)
        if faults:
            why = telling.wrong(promise, faults)
            return Judgement(Verdict.WRONG, why, _ids([*answers, *surplus]), one.site_at)
        if early:
            why = telling.too_early(
                promise, one.site_at, interval, case.zone, turned=looked.timeline.was_turned_to(one.site_at)
            )
            return Judgement(Verdict.WRONG, why, _ids([*answers, *surplus]), one.site_at)
    if surplus:
        times = [one.site_at for one in (*answers, *surplus)]
        why = telling.repeated(promise, times)
        return Judgement(Verdict.REPEATED, why, _ids([*answers, *surplus]), answers[0].site_at)
    last = answers[-1]
    turned = looked.timeline.was_turned_to(last.site_at)
    if last.site_at > interval.closes + GRACE:
        if gap := looked.gap(interval):
            reason = telling.late_in_a_gap(last.site_at, case.zone, gap)
            return Judgement(Verdict.UNPROVEN, telling.unproven(promise, reason), _ids(answers), last.site_at)
        why = telling.late(promise, last.site_at, interval, case.zone, turned=turned)
        return Judgement(Verdict.LATE, why, _ids(answers), last.site_at)
    why = telling.kept(promise, last.site_at, case.made_site, case.zone, turned=turned)
    return Judgement(Verdict.KEPT, why, _ids(answers), last.site_at)


def _none_owed(case: Case, interval: Interval, sight: _Sight) -> Judgement:
    """Judge "at most one" where none came: nothing was owed, but there may have been more than we saw."""
    if not sight.is_over(interval):
        return _not_yet(case, interval, sight.looked)
    if gap := sight.looked.gap(interval):
        return Judgement(Verdict.UNPROVEN, telling.unproven(case.promise, gap))
    return Judgement(Verdict.KEPT, telling.none_owed(case.promise))


def _missing(
    case: Case, interval: Interval, answers: Sequence[Seen], sight: _Sight, *, instead: Seen | None = None
) -> Judgement:
    """Judge what was not answered often enough; `instead` is what resembles it, and was not it."""
    promise, looked = case.promise, sight.looked
    if not sight.is_over(interval):
        return _not_yet(case, interval, looked)
    strange = [*([instead] if instead else []), *(one for one in sight.left if not sight.kinds[one.id])]
    if perhaps := _perhaps(case, interval, sight):
        reason = telling.strange(promise, perhaps[0].arrival)
        return Judgement(Verdict.UNPROVEN, telling.unproven(promise, reason), _ids(perhaps), perhaps[0].site_at)
    if any(promise.kind in sight.kinds[twin.id] for twin in sight.twins):
        return Judgement(Verdict.UNPROVEN, telling.unproven(promise, _(telling.TWIN)), _ids(answers))
    if gap := looked.gap(interval):
        return Judgement(Verdict.UNPROVEN, telling.unproven(promise, gap), _ids(answers))
    astray = [
        one
        for one in sight.elsewhere
        if promise.kind in sight.known.kinds(one.arrival)
        and one.site_at >= interval.opens - GRACE
        and _is_hers(case, one)
    ]
    why = telling.broken(
        promise,
        len(answers),
        looked.span(interval),
        case.zone,
        astray=astray[0].arrival if astray else None,
        strange=strange[0].arrival if strange else None,
        turned=looked.turned(interval),
    )
    return Judgement(Verdict.BROKEN, why, _ids(answers))


def _perhaps(case: Case, interval: Interval, sight: _Sight) -> list[Seen]:
    """Return what answers no promise, does not look like this one's touchpoint, and yet may be it.

    That is an unrecognised message that lacks nothing, and one of a kind that nobody promised which says all that this
    promise's table asks ("Your invoice", where a receipt is promised). With a recogniser of the suite's own there is
    no doubt.
    """
    promise = case.promise
    if sight.known.for_kind(promise.kind).own:
        return []
    promised = {other.promise.kind for other in sight.cases}
    return [
        one
        for one in (*sight.left, *sight.twins)
        if one.site_at >= interval.opens - GRACE
        and (not sight.kinds[one.id] or (promise.expectation.rows and not promised & set(sight.kinds[one.id])))
        and not shortfalls(promise.expectation, one.arrival, case.knowledge)
    ]


def _is_hers(case: Case, one: Seen) -> bool:
    """A message to a stranger is hers where it names her order, her whole name or her address."""
    text = " ".join((one.arrival.subject, one.arrival.html_text, one.arrival.text))
    marks = [case.address]
    for name in ("the order number", "her full name", "her name"):
        fact = case.knowledge.facts.get(name)
        if fact is not None and (name != "her name" or " " in fact.value):
            marks.append(fact.value)
    return any(says(text, mark) for mark in marks if mark)


def _not_yet(case: Case, interval: Interval, looked: Looked) -> Judgement:
    if looked.blind:
        return Judgement(Verdict.UNPROVEN, telling.unproven(case.promise, looked.blind), final=False)
    return Judgement(Verdict.OPEN, telling.still_open(case.promise, interval, case.zone), final=False)


def _ids(seen: Sequence[Seen]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.id for one in seen))
