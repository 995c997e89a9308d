"""From the ledger to the court: the promises of a run as cases, the arrivals as seen, and when we looked."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from upheld.language import gettext as _
from upheld.ledger import CastView, JourneyView, MomentView, PromiseView, RunView
from upheld.promises.expectation import Knowledge
from upheld.promises.facts import Fact
from upheld.promises.judge import Case
from upheld.promises.timeline import ClockReading, Timeline
from upheld.promises.window import JOURNEY_START, PROMISE_STEP, Interval, Moment

__all__ = ["case_of", "customer_of", "facts_of_person", "knowledge_of", "timelines_of", "write_date", "zone_of"]


def write_date(when: datetime, zone: str) -> str:
    """Return a date as it stands in a fact: ISO 8601 with its time zone's name behind it (RFC 9557)."""
    return f"{when.isoformat()}[{zone}]"


def timelines_of(run: RunView) -> dict[str, Timeline]:
    """Return the readings of the run's clocks, by the clock's name ("" for the one that all share).

    The last word on a turn (which knows its pause) replaces the first.
    """
    by_name: dict[str, dict[datetime, ClockReading]] = {}
    for one in run.clock:
        by_name.setdefault(one.name, {})[one.real] = ClockReading(one.real, one.site, one.turned, one.until, one.busy)
    return {name: Timeline(tuple(seen[real] for real in sorted(seen))) for name, seen in by_name.items()}


def facts_of_person(person: CastView) -> Iterable[Fact]:
    """Yield what a customer knows of herself, as features name it: "her name", "her company"."""
    known = {
        "her name": person.name,
        "her full name": person.name,
        "her first name": person.given,
        "her last name": person.family,
        "her email": person.address,
        "her email address": person.address,
        "her address": person.address,
    }
    known |= {f"her {name}": str(value) for name, value in person.details.items() if value}
    for name, value in known.items():
        yield Fact(name, value)


def knowledge_of(journey: JourneyView, who: str, promise: PromiseView | None = None) -> Knowledge:
    """Return what is known to one person of a journey, and when its moments were."""
    facts = {name.casefold(): Fact.noted(fact.name, str(fact.value), fact.kind) for name, fact in journey.facts.items()}
    person = next((person for person in journey.cast if person.who == who), None)
    if person is not None:
        facts |= {fact.name: fact for fact in facts_of_person(person)}
    made = promise.made_at if promise is not None else None
    meant = {name: _meant(moment, journey.acts.get(name, ()), made) for name, moment in journey.moments.items()}
    moments = {
        name.casefold(): Moment(name, moment.site_began, moment.site_ended, moment.zone)
        for name, moment in meant.items()
        if moment.site_began is not None and moment.site_ended is not None
    }
    if promise is not None and promise.made_at is not None:
        moments[PROMISE_STEP] = Moment(PROMISE_STEP, promise.since or promise.made_at, promise.made_at)
    return Knowledge(facts, moments, person.given if person else who, person.locale if person else "en")


def _meant(moment: MomentView, acts: Sequence[MomentView], made: datetime | None) -> MomentView:
    """Return which paying a promise means where she paid twice: the last before it was made, else the first after.

    What is not done by anybody, such as an event that was moved, is where it was put last.
    """
    if made is None or len(acts) < 2 or moment not in acts:
        return moment
    before = [act for act in acts if act.site_ended is not None and act.site_ended <= made]
    return before[-1] if before else acts[0]


def case_of(journey: JourneyView, view: PromiseView, tolerance: timedelta) -> Case:
    """Return one promise of a journey as a case: its window resolved, or why it cannot be."""
    knowledge = knowledge_of(journey, view.promise.who, view)
    interval: Interval | None = None
    trouble = ""
    if view.made_at is None:
        trouble = _not_reached(journey)
    else:
        try:
            interval = view.promise.window.resolve(knowledge.moments, tolerance)
        except KeyError as missing:
            known = ", ".join(name for name in knowledge.moments if name not in (JOURNEY_START, PROMISE_STEP))
            trouble = _(
                'no step of this journey says when "{moment}" is (known: {known})',
                moment=missing.args[0], known=known or _("no moment"),
            )  # fmt: skip
    return Case(
        id=view.id,
        promise=view.promise,
        address=view.address,
        interval=interval,
        made_site=_since(view, knowledge.moments),
        trouble=trouble,
        withdrawn=view.withdrawn or "",
        knowledge=knowledge,
        zone=zone_of(journey),
    )


def _since(view: PromiseView, moments: Mapping[str, Moment]) -> datetime | None:
    """What "came after 1.4 s" counts from: the moment that the window is about, else the promise itself."""
    anchor = moments.get(view.promise.window.closes.moment)
    return anchor.ended if anchor is not None else view.made_at


def customer_of(journey: JourneyView) -> CastView | None:
    """Return whose journey it is: the first who was named; a role, such as "the organiser", only sets the stage."""
    named = (person for person in journey.cast if not person.who.startswith("the "))
    return next(named, journey.cast[0] if journey.cast else None)


def zone_of(journey: JourneyView) -> str:
    """Return the one time zone in which all of a journey is told: that of its event, else the customer's own, else UTC.

    What somebody did, such as paying, was in her own zone; when an event takes place is not said by anybody's act.
    """
    customer = customer_of(journey)
    own = customer.zone if customer else ""
    of_acts = {JOURNEY_START, *journey.acts}
    events = [one.zone for name, one in journey.moments.items() if name not in of_acts and one.zone != "UTC"]
    return next((zone for zone in (*events, own) if zone and _is_known(zone)), "UTC")


@functools.cache
def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _not_reached(journey: JourneyView) -> str:
    if journey.status == "not run":
        return _("not reached: this journey was not walked")
    stopped = next((step for step in journey.steps if step.status != "passed"), None)
    if stopped is not None:
        reason = f" ({stopped.error.splitlines()[0]})" if stopped.error and stopped.status == "unproven" else ""
        return _('not reached: the journey stopped at "{step}"', step=stopped.text) + reason
    if journey.error:
        return _("not reached: {why}", why=journey.error.splitlines()[0])
    return _("not reached: what walked this journey died on the way")
