"""What the pages show of one journey and of one of its promises: worked out already, only to be laid out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from upheld.ledger import JourneyView, PromiseView
from upheld.promises import Verdict
from upheld.report.model import Answer, alone, reason_of
from upheld.report.ride import Ride
from upheld.report.since import Since
from upheld.report.story import Notice

__all__ = ["Card", "Evidence", "PromiseCard"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A message that answered a promise, for whoever mends it: `file` is it as it was received."""

    subject: str
    when: str
    file: str | None
    headers: tuple[tuple[str, str], ...]
    excerpts: Sequence[Markup]


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """A promise as its page shows it; what is empty is not shown.

    `contradictions` are where something was said, and what. `incidents` are those after which
    it is promised, here or by another journey of its map. `instead` are the subjects of what else reached her.
    """

    view: PromiseView
    verdict: Verdict
    anchor: str
    why: str
    window: str
    came: str
    harm: str
    second_line: str
    said_at: str
    since: Since | None
    before: str
    incidents: tuple[str, ...]
    contradictions: tuple[tuple[str, str], ...]
    evidence: tuple[Evidence, ...]
    instead: tuple[str, ...]
    reached: bool

    @property
    def what(self) -> str:
        """What it is about: what came although it was promised not to is called by its name."""
        promise = self.view.promise
        return promise.kind if self.verdict is Verdict.UNWANTED else promise.touchpoint

    @property
    def troubled(self) -> bool:
        """Whether it was not upheld, or nobody can tell; what a stopped journey did not reach is told with its stop."""
        return self.verdict.failed or (self.verdict is Verdict.UNPROVEN and self.reached)


@dataclass(frozen=True, slots=True)
class Card:
    """A journey as the pages show it: `page` is its own, `unchecked` what is said and not checked."""

    journey: JourneyView
    slug: str
    page: str
    name: str
    example: str
    answer: Answer
    sense: str
    stage: str
    owner: str
    people: tuple[str, ...]
    tags: tuple[str, ...]
    incidents: tuple[str, ...]
    stopped: tuple[str, int, str]
    harm: str
    earlier_attempts: tuple[str, ...]
    promises: tuple[PromiseCard, ...]
    ride: Ride
    advice: tuple[str, ...]
    notices: tuple[Notice, ...]
    unchecked: tuple[tuple[str, str, str], ...]
    since: Since | None
    zone: str
    again: str
    trace: str
    stopped_requests: tuple[str, ...]
    earlier: str

    @property
    def failed(self) -> int:
        """How much on the way failed that is no promise: the step that it stopped at, and what checks found."""
        return (self.journey.status == "failed") + len(alone(self.journey))

    @property
    def barred(self) -> int:
        """How many promises were not reached because the site stopped the journey."""
        unseen = [one for one in self.promises if one.verdict is Verdict.UNPROVEN and not one.reached]
        return len(unseen) if self.journey.status == "failed" else 0

    @property
    def boxes(self) -> list[list[PromiseCard]]:
        """The troubles for the front page: what happened alike to several people is one box."""
        found: dict[tuple[Verdict, str], list[PromiseCard]] = defaultdict(list)
        for one in self.troubles:
            # What could not be seen for one reason is one thing, whatever was promised.
            unseen = one.verdict is Verdict.UNPROVEN
            found[one.verdict, reason_of(one.view) if unseen else one.view.promise.touchpoint].append(one)
        return list(found.values())

    @property
    def troubles(self) -> list[PromiseCard]:
        """What was not upheld, and after it what cannot be told."""
        return sorted((one for one in self.promises if one.troubled), key=lambda one: not one.verdict.failed)

    @property
    def title(self) -> str:
        """Its name, with what tells it apart from others of the same scenario."""
        return f"{self.name} · {self.example}" if self.example else self.name
