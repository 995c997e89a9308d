"""Can we enhance this experience? Rules that suggest what a thoughtful colleague would, each with reason and evidence.

A rule looks at one journey as it went. Over all journeys of a run each suggestion is made once, naming them, and only
the few that are worth most. A suite adds its own rules by the entry point `upheld.suggestions`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, runtime_checkable

from babel.lists import format_list

from upheld.added import with_added
from upheld.cases import customer_of
from upheld.language import gettext as _
from upheld.language import language
from upheld.ledger import JourneyView, MomentView, PromiseView, RunView
from upheld.mailbox.letter import Letter
from upheld.maps import JourneyMap, Touchpoint
from upheld.promises import Arrival
from upheld.promises.window import JOURNEY_START
from upheld.report.model import name_of

__all__ = ["GROUP", "MOST", "Came", "Hint", "Rule", "Suggestion", "Walked", "all_rules", "suggest", "walked_of"]

GROUP = "upheld.suggestions"
"""The entry point's group; what it names is a rule, or a class that makes one without arguments."""
MOST = 5
"""As many as somebody does something about."""


@dataclass(frozen=True, slots=True)
class Came:
    """A touchpoint that was promised to the customer and reached her: `site_at` is when, in the site's time.

    `letter` is it taken apart, where it is an email that was kept.
    """

    kind: str
    view: PromiseView
    arrival: Arrival
    letter: Letter | None
    site_at: datetime

    @property
    def text(self) -> str:
        """All that can be read in it: subject, body, and what its attachments say."""
        arrival = self.arrival
        files = (file.text for file in arrival.attachments)
        return "\n".join(part for part in (arrival.subject, arrival.html_text, arrival.text, *files) if part)

    @property
    def told(self) -> str:
        """What the evidence calls it."""
        if self.arrival.subject:
            return _("the {kind} “{subject}”", kind=self.kind, subject=self.arrival.subject)
        return _("the {kind}", kind=self.kind)


@dataclass(frozen=True, slots=True)
class Walked:
    """One journey as a rule sees it: what the customer was promised and got, oldest first, and what the map says.

    `appointments` are what takes place at a time of its own, such as "the event".
    """

    journey: JourneyView
    came: tuple[Came, ...]
    map: JourneyMap | None
    appointments: tuple[MomentView, ...]

    @property
    def her(self) -> str:
        """Whose journey it is."""
        person = customer_of(self.journey)
        return person.who if person else _("She")

    def point(self, kind: str) -> Touchpoint | None:
        """Return what the map says of a kind of touchpoint."""
        return self.map.touchpoint.get(kind) if self.map else None


@dataclass(frozen=True, slots=True)
class Hint:
    """What a rule has seen in one journey; all hints of one rule are one suggestion.

    `{what}` in `said` stands for all that they are about ("receipt", "refund notice"), each once.
    """

    said: str
    evidence: str
    what: str = ""


@runtime_checkable
class Rule(Protocol):
    """What looks at a journey and suggests something. `rank` says how much it is worth: 1 is most."""

    name: ClassVar[str]
    reason: ClassVar[str]
    rank: ClassVar[int]

    def look(self, walked: Walked) -> Iterable[Hint]:
        """Yield what could be better; nothing where it cannot be told."""
        ...


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion of a run: `said` in a sentence, the `reason` behind it, and the `evidence`, a line each.

    `journeys` are the ids of those it was seen in, in the run's order, and `names` what they are called, each once.
    `told` is what is said with one journey, by its id: only of what that journey is the first to have, and of how many
    others the same goes.
    """

    rule: str
    said: str
    reason: str
    journeys: tuple[str, ...]
    evidence: tuple[str, ...]
    names: tuple[str, ...] = ()
    told: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "rule": self.rule, "said": self.said, "reason": self.reason,
            "journeys": list(self.journeys), "names": list(self.names), "evidence": list(self.evidence),
        }  # fmt: skip


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule, by name. Raises `ConfigError` where one that somebody added is none, or takes a name twice."""
    from upheld.improve.rules import RULES

    found = with_added(RULES, GROUP, Rule, "suggestion", "name, reason, rank and look()")
    return tuple(sorted(found.values(), key=lambda rule: (rule.rank, rule.name)))


def suggest(
    run: RunView,
    journeys: Sequence[JourneyView],
    letters: Mapping[str, Letter],
    maps: Mapping[str, JourneyMap],
    rules: Sequence[Rule] | None = None,
) -> list[Suggestion]:
    """Return what could be better over all these journeys of a run, what is worth most first, at most `MOST`.

    `letters` are the messages taken apart, by the arrival's id; a rule that needs one and has none says nothing.
    """
    found: dict[Rule, list[tuple[JourneyView, Hint]]] = {}
    arrivals = {one.arrival.id: one.arrival for one in run.arrivals}
    for journey in journeys:
        walked = walked_of(run, journey, letters, maps.get(journey.journey), arrivals)
        for rule in all_rules() if rules is None else rules:
            for hint in rule.look(walked):
                found.setdefault(rule, []).append((journey, hint))
    # Of two that are worth the same, what more journeys have in common.
    ranked = sorted(found.items(), key=lambda one: (one[0].rank, -len({journey.id for journey, _ in one[1]})))
    return [
        Suggestion(
            rule=rule.name,
            said=hints[0][1].said.replace("{what}", _listed([hint.what for _, hint in hints])),
            reason=_(rule.reason),
            journeys=tuple(dict.fromkeys(journey.id for journey, _ in hints)),
            evidence=tuple(dict.fromkeys(f"{hint.evidence} ({journey.feature})" for journey, hint in hints))[:MOST],
            names=tuple(dict.fromkeys(name_of(journey) for journey, _ in hints)),
            told=_told(hints),
        )
        for rule, hints in ranked[:MOST]
    ]


def _told(hints: Sequence[tuple[JourneyView, Hint]]) -> dict[str, tuple[str, int]]:
    """What is said with each journey that is the first to have something of what a suggestion is about."""
    having: dict[str, dict[str, None]] = {}
    for journey, hint in hints:
        having.setdefault(hint.what, {})[journey.id] = None
    firsts: dict[str, list[str]] = {}
    for what, ids in having.items():
        firsts.setdefault(next(iter(ids)), []).append(what)
    said = {journey.id: hint.said for journey, hint in reversed(hints)}
    return {
        first: (said[first].replace("{what}", _listed(whats)), len({id for what in whats for id in having[what]}) - 1)
        for first, whats in firsts.items()
    }


def _listed(things: Iterable[str]) -> str:
    return str(format_list(list(dict.fromkeys(things)), "or", locale=language()))


def walked_of(
    run: RunView,
    journey: JourneyView,
    letters: Mapping[str, Letter],
    journey_map: JourneyMap | None,
    arrivals: Mapping[str, Arrival] | None = None,
) -> Walked:
    """Return a journey as a rule sees it; `arrivals` are the run's by their ids, for who asks for many journeys."""
    person = customer_of(journey)
    by_id = {one.arrival.id: one.arrival for one in run.arrivals} if arrivals is None else arrivals

    def came() -> Iterator[Came]:
        for view in journey.promises:
            found = view.judgement
            if (
                person is None
                or view.promise.who != person.who
                or view.promise.silent
                or not found
                or not found.site_at
            ):
                continue
            for one in found.arrivals[:1]:
                if one in by_id:
                    yield Came(view.promise.kind, view, by_id[one], letters.get(one), found.site_at)

    appointments = tuple(
        one
        for one in journey.moments.values()
        if one.name != JOURNEY_START and one.site_began is not None and one.site_began == one.site_ended
    )
    return Walked(journey, tuple(sorted(came(), key=lambda one: one.site_at)), journey_map, appointments)
