"""What readers of the ledger see: a run, its journeys and their promises, as plain values. Times are zone-aware.

What begins with `site` is in site time; everything else is in real time, UTC. `None` or "" is what was not written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from upheld.promises import Arrival, Promise, Verdict

__all__ = [
    "ArrivalView",
    "CastView",
    "ClockView",
    "CoveredView",
    "FactView",
    "GapView",
    "JourneyView",
    "JudgementView",
    "MomentView",
    "PromiseView",
    "RunView",
    "StepView",
]


@dataclass(frozen=True, slots=True)
class ArrivalView:
    """One message that reached one `recipient`; `raw` is the path of the stored message."""

    arrival: Arrival
    recipient: str
    raw: str
    run: str


class CoveredView(NamedTuple):
    """A stretch in which `what` (mailbox, capture, a walk) could be looked at."""

    what: str
    since: datetime
    until: datetime


class GapView(NamedTuple):
    """A stretch in which `what` could not be looked at, and why; see `upheld.mailbox.gap_counts`."""

    what: str
    since: datetime
    until: datetime
    why: str


class ClockView(NamedTuple):
    """At `real` the site's clock said `site`; `turned` where we had turned it. `until` is when that was seen last.

    `name` says whose clock, where the site has one for each customer. `output` is the path of
    what a command that turned it printed.
    """

    real: datetime
    site: datetime
    turned: bool
    until: datetime | None
    name: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class CastView:
    """One person of a journey, as she was cast."""

    who: str
    name: str
    given: str
    family: str
    address: str
    locale: str
    zone: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it went: `status` is passed, failed or unproven, `picture` a path, `fields` as they were written."""

    index: int
    keyword: str
    text: str
    line: int
    status: str
    seconds: float
    began: datetime | None
    ended: datetime | None
    who: str
    picture: str
    address: str
    title: str
    console: tuple[Any, ...]
    failed_requests: tuple[Any, ...]
    fields: Any
    error: str


@dataclass(frozen=True, slots=True)
class MomentView:
    """A moment that windows are relative to, such as the payment; `zone` is an IANA name."""

    name: str
    site_began: datetime | None
    site_ended: datetime | None
    zone: str


@dataclass(frozen=True, slots=True)
class FactView:
    """Something the customer was shown or chose: `kind` is text, money, date or number, `where` she saw it."""

    name: str
    value: Any
    kind: str
    where: str


@dataclass(frozen=True, slots=True)
class JudgementView:
    """A verdict as it was written at `at`; the window was `site_from` to `site_by`, `site_at` the first answer."""

    verdict: Verdict
    why: str
    arrivals: tuple[str, ...]
    site_at: datetime | None
    final: bool
    site_from: datetime | None
    site_by: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A promise and what became of it.

    `made_at` is `None` where it was expected and not reached; it is the step's end and `since` its begin, in site
    time. `withdrawn` says why, where it was. `judgement` is the last of the `history`.
    """

    id: str
    ordinal: int
    promise: Promise
    made_at: datetime | None
    since: datetime | None
    address: str
    withdrawn: str | None
    judgement: JudgementView | None
    history: tuple[JudgementView, ...]


@dataclass(frozen=True, slots=True)
class JourneyView:
    """One attempt at a journey: `id` is the attempt's, `journey` its map's name, `clock` the name of its own clock.

    `moments` are the last of each name; `acts` all of those that somebody did, such as paying twice.

    `status` is passed, failed, unproven or "not run". `flaky` is true where this attempt passed and an earlier one of
    the same node did not.
    """

    id: str
    node: str
    feature: str
    title: str
    scenario: str
    line: int
    tags: tuple[str, ...]
    attempt: int
    journey: str
    worker: str
    clock: str
    status: str
    error: str
    trace: str
    superseded_by: str | None
    cast: tuple[CastView, ...]
    steps: tuple[StepView, ...]
    moments: Mapping[str, MomentView]
    acts: Mapping[str, tuple[MomentView, ...]]
    facts: Mapping[str, FactView]
    promises: tuple[PromiseView, ...]
    flaky: bool


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as the ledger tells it; `info` is how it was started.

    `unread` names, in a sentence each, what this version could not read: nothing good may be concluded past it.
    """

    id: str
    started: datetime | None
    finished: datetime | None
    info: Mapping[str, Any]
    exit: int | None
    interrupted: bool
    journeys: tuple[JourneyView, ...]
    arrivals: tuple[ArrivalView, ...]
    coverage: tuple[CoveredView, ...]
    gaps: tuple[GapView, ...]
    clock: tuple[ClockView, ...]
    unread: tuple[str, ...]
