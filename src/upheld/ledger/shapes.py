"""What readers of the ledger see: a run, its journeys and their promises, as plain values. Times are zone-aware.

What begins with `site` is in site time; everything else is in real time, UTC. `None` or "" is what was not written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from upheld.promises import Arrival, Promise, Verdict

__all__ = [
    "ArrivalView",
    "CastView",
    "CheckedView",
    "ClockView",
    "CoveredView",
    "FactView",
    "GapView",
    "JourneyView",
    "JudgementView",
    "MomentView",
    "ProbeView",
    "PromiseView",
    "RenderView",
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

    `busy` says why we gave up waiting for the site, "" where it had done all. `name` says whose clock, where the site
    has one for each customer. `output` is the path of
    what a command that turned it printed.
    """

    real: datetime
    site: datetime
    turned: bool
    until: datetime | None
    name: str = ""
    output: str = ""
    busy: str = ""


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

    @property
    def reached_at(self) -> tuple[str, ...]:
        """Where something reaches her: her address, and her phone where she has one."""
        return tuple(at for at in (self.address, str(self.details.get("phone") or "")) if at)


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it went: `status` is passed, failed or unproven, `picture` a path, `fields` as they were written.

    `page_text` is the path of what the page said, where the screen changed. `ride` is what was measured of it.
    `acts` are what was done in a browser, in order, each with who did it: plain JSON, without what is secret.
    """

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
    page_text: str = ""
    ride: Mapping[str, Any] = field(default_factory=dict)
    acts: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class MomentView:
    """A moment that windows are relative to, such as the payment; `zone` is an IANA name."""

    name: str
    site_began: datetime | None
    site_ended: datetime | None
    zone: str


@dataclass(frozen=True, slots=True)
class FactView:
    """Something she was shown or chose: `kind` is text, money, date or number, `where` she saw it, `at` when.

    `who` is she; "" where nobody had acted yet, so that it is true for all of the cast.
    """

    name: str
    value: Any
    kind: str
    where: str
    at: datetime | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class CheckedView:
    """What the checks found in one touchpoint: `arrival` is its id, `kind` what it is, `name` what it is called.

    A finding is plain JSON: it has the keys of `upheld.checks.Finding`, `check` (the name of who found it) and
    `promise`, the kind of the promise that the touchpoint answers ("" where it answers none).
    """

    arrival: str
    recipient: str
    kind: str
    name: str
    findings: tuple[Mapping[str, Any], ...]


class ProbeView(NamedTuple):
    """What a link gave when it was fetched; see `upheld.checks.Probe`."""

    url: str
    status: int | None
    final: str
    title: str
    heading: str
    type: str
    why: str
    at: datetime


class RenderView(NamedTuple):
    """What a browser showed of the message at the path `raw`; see `upheld.checks.Rendered`."""

    raw: str
    violations: tuple[Mapping[str, Any], ...]
    broken_pictures: tuple[str, ...]
    width: int
    pictures: Mapping[str, str]


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

    `moments` and `facts` are the last of each name; `acts` all moments that somebody did, such as paying twice, and
    `noted` all facts in their order. `checked` is what the checks found, the last of each touchpoint.

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
    noted: tuple[FactView, ...] = ()
    checked: tuple[CheckedView, ...] = ()


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
    probes: tuple[ProbeView, ...] = ()
    renders: tuple[RenderView, ...] = ()
