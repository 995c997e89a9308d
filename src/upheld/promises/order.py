"""Order between touchpoints: `| not before | the confirmation |`, judged once it is known when each of them came."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from upheld.errors import FeatureError, did_you_mean
from upheld.language import gettext as _
from upheld.promises import telling
from upheld.promises.expectation import ORDER_KEYS, Knowledge
from upheld.promises.judge import GRACE, Case
from upheld.promises.promise import Judgement, Promise, Row, Verdict
from upheld.promises.window import Moment

__all__ = ["check_order", "in_order"]

_ARTICLE = re.compile(r"^(?:the|her|his|their) ", re.IGNORECASE)
_CAME = (Verdict.KEPT, Verdict.LATE, Verdict.WRONG, Verdict.REPEATED)


def check_order(promise: Promise, promises: Sequence[Promise], knowledge: Knowledge) -> None:
    """Raise `FeatureError` where a row of order names neither a touchpoint promised to her nor a known moment."""
    kinds = [other.kind for other in promises if other.who == promise.who and not other.silent]
    for row in promise.expectation.rows:
        if row.key in ORDER_KEYS and _kind(row) not in kinds and _moment(row, knowledge) is None:
            known = [*kinds, *knowledge.moments]
            raise FeatureError(
                f'"{row.key} {row.value}": {promise.who} is promised no "{_kind(row)}", and no step says when it is.'
                f"{did_you_mean(_kind(row), known)} Known: {', '.join(known)}.",
                file=promise.file,
                line=row.line,
            )


def in_order(
    cases: Sequence[Case], verdicts: Mapping[str, Judgement], came: Mapping[str, datetime]
) -> dict[str, Judgement]:
    """Return the verdicts of one journey's promises, with those changed that came out of order.

    `came` is the real time of every arrival by its id. What comes after one turn of the clock has one site time; there
    the site does what was due in its own order, which is not that in which a customer would have got it. Only what was
    kept is looked at, since one reason to be let down is enough. Sub-second swaps are no order: two mails that were
    sent together overtake each other.
    """
    changed = dict(verdicts)
    for case in cases:
        found = verdicts[case.id]
        for row in case.promise.expectation.rows:
            if row.key in ORDER_KEYS and found.verdict is Verdict.KEPT and changed[case.id].verdict is Verdict.KEPT:
                changed[case.id] = _judged(case, row, found, cases, verdicts, came)
    return changed


def _judged(
    case: Case,
    row: Row,
    found: Judgement,
    cases: Sequence[Case],
    verdicts: Mapping[str, Judgement],
    came: Mapping[str, datetime],
) -> Judgement:
    promise, first = case.promise, row.key == "not before"
    others = [
        other
        for other in cases
        if other.promise.kind == _kind(row) and other.promise.who == promise.who and not other.promise.silent
    ]
    if not others:
        return _against_moment(case, row, found, first)
    arrived = [other for other in others if verdicts[other.id].arrivals and verdicts[other.id].verdict in _CAME]
    if arrived:
        pairs = [(found, verdicts[other.id]) if first else (verdicts[other.id], found) for other in arrived]
        if all(_ahead(one, other) for one, other in pairs):
            return _out_of_order(promise, row, found)
        if all(_ahead(one, other) or _crossed(one, other, came) for one, other in pairs):
            reason = _("it came in one turn of the clock with {other}, and their order says nothing", other=row.value)
            return replace(found, verdict=Verdict.UNPROVEN, why=telling.unproven(promise, reason))
        return found
    awaited = [verdicts[other.id].verdict for other in others]
    if not first or not {Verdict.OPEN, Verdict.UNPROVEN} & set(awaited):
        return found  # it came before what is still to come, or that never came, which is told there
    if Verdict.OPEN in awaited:
        return replace(found, verdict=Verdict.OPEN, why=telling.order_open(promise, row.value), final=False)
    why = telling.unproven(promise, _("it came, but not whether {other} came first", other=row.value))
    return replace(found, verdict=Verdict.UNPROVEN, why=why)


def _against_moment(case: Case, row: Row, found: Judgement, first: bool) -> Judgement:
    moment = _moment(row, case.knowledge)
    if moment is None or found.site_at is None:
        why = telling.unproven(case.promise, _('no step of this journey says when "{moment}" is', moment=row.value))
        return replace(found, verdict=Verdict.UNPROVEN, why=why)
    wrong = found.site_at < moment.began - GRACE if first else found.site_at > moment.ended + GRACE
    return _out_of_order(case.promise, row, found) if wrong else found


def _ahead(one: Judgement, other: Judgement) -> bool:
    """True where the one surely came before the other."""
    return one.site_at is not None and other.site_at is not None and one.site_at < other.site_at - GRACE


def _crossed(one: Judgement, other: Judgement, came: Mapping[str, datetime]) -> bool:
    """True where both came in one turn's pause, the one before the other: a site that catches up has no order."""
    if one.site_at is None or one.site_at != other.site_at:
        return False
    mine, theirs = (min((came[id] for id in it.arrivals if id in came), default=None) for it in (one, other))
    return mine is not None and theirs is not None and mine < theirs - GRACE


def _out_of_order(promise: Promise, row: Row, found: Judgement) -> Judgement:
    return replace(found, verdict=Verdict.WRONG, why=telling.out_of_order(promise, row.key, row.value))


def _kind(row: Row) -> str:
    return _ARTICLE.sub("", row.value.strip()).casefold()


def _moment(row: Row, knowledge: Knowledge) -> Moment | None:
    name = row.value.strip().casefold()
    return knowledge.moments.get(name) or knowledge.moments.get(_ARTICLE.sub("", name))
