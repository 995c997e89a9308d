"""Recognising: what kind of touchpoint a message looks like, by its subject and its headings.

To recognise is not to require: a receipt that states the wrong amount is still a receipt. The words come from
`recognisers.toml`; a journey's map can set its own for a touchpoint, and these then stand alone.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from upheld.errors import ConfigError
from upheld.promises.facts import fold
from upheld.promises.promise import Arrival

__all__ = ["Recogniser", "Recognisers", "is_sure", "standard"]

_SUBJECT, _HEADING, _WEAK = 4.0, 2.5, 2.0
# An arrival is a candidate for each kind that it resembles nearly as much as the one it resembles most.
_NEARLY = 0.75


def is_sure(score: float) -> bool:
    """True where the score is more than that of words which several kinds share ("your order")."""
    return score > _WEAK


@dataclass(frozen=True, slots=True)
class Recogniser:
    """How one kind is recognised: patterns (folded text, `re.search`) for a subject and for headings.

    `weak` patterns make it no more than likely. Where an `unlike` one stands in the subject it is another kind,
    whatever else is there ("your payment was declined" is no receipt). `own` is true where the suite's map set it.
    """

    kind: str
    subject: tuple[re.Pattern[str], ...] = ()
    heading: tuple[re.Pattern[str], ...] = ()
    weak: tuple[re.Pattern[str], ...] = ()
    unlike: tuple[re.Pattern[str], ...] = ()
    own: bool = False

    def score(self, arrival: Arrival) -> float:
        """Return how much the arrival looks like this kind; 0.0 is not at all."""
        # A text message has no subject: all that it says is read at a glance.
        subject = fold(arrival.subject or (arrival.text if arrival.channel == "text message" else ""))
        headings = [fold(heading) for heading in arrival.headings]
        if any(pattern.search(subject) for pattern in self.unlike):
            return 0.0
        if any(pattern.search(subject) for pattern in self.subject):
            return _SUBJECT
        told = [heading for heading in headings if not any(pattern.search(heading) for pattern in self.unlike)]
        if any(pattern.search(heading) for pattern in self.heading for heading in told):
            return _HEADING
        return _WEAK if any(pattern.search(subject) for pattern in self.weak) else 0.0

    @classmethod
    def from_map(cls, kind: str, subject: list[str], heading: list[str], *, where: str = "") -> Recogniser:
        """Return the recogniser that a journey's map sets; a faulty pattern raises `ConfigError`."""
        try:
            return cls(
                kind,
                tuple(re.compile(fold_pattern(pattern), re.IGNORECASE) for pattern in subject),
                tuple(re.compile(fold_pattern(pattern), re.IGNORECASE) for pattern in heading),
                own=True,
            )
        except re.error as error:
            raise ConfigError(f"{where}: the pattern {error.pattern!r} for {kind} cannot be read: {error}") from None


def fold_pattern(pattern: str) -> str:
    """Return the pattern as it can meet folded text, in which curly quotes and dashes are plain."""
    return pattern.replace("’", "'").replace("–", "-").replace("—", "-")


@dataclass(frozen=True, slots=True)
class Recognisers:
    """All recognisers that a journey uses, by kind."""

    by_kind: Mapping[str, Recogniser] = field(default_factory=dict)

    def with_own(self, *own: Recogniser) -> Recognisers:
        """Return these, with the suite's own in the place of the standard ones of the same kind."""
        return Recognisers({**self.by_kind, **{recogniser.kind: recogniser for recogniser in own}})

    def kinds(self, arrival: Arrival) -> dict[str, float]:
        """Return the kinds that this arrival may be, with their scores; empty where it resembles none."""
        if arrival.answers:
            return {arrival.answers: _SUBJECT}
        scores = {kind: recogniser.score(arrival) for kind, recogniser in self.by_kind.items()}
        best = max(scores.values(), default=0.0)
        return {kind: score for kind, score in scores.items() if score > 0 and score >= best * _NEARLY}

    def best(self, arrival: Arrival) -> str:
        """Return the kind that this arrival is likeliest to be, "" where it resembles none."""
        kinds = self.kinds(arrival)
        return max(kinds, key=lambda name: kinds[name], default="")

    def for_kind(self, kind: str) -> Recogniser:
        """Return the recogniser of a kind; one for a kind that nobody described looks for its own words."""
        known = self.by_kind.get(kind)
        if known is None:
            spaced = "[ -]?".join(re.escape(word) for word in re.split(r"[ -]", fold(kind)))
            words = re.compile(rf"\b{spaced}\b")
            return Recogniser(kind, subject=(words,), heading=(words,))
        return known

    def including(self, *kinds: str) -> Recognisers:
        """Return these, with one by its own words for each of these kinds that nobody described."""
        return Recognisers({**self.by_kind, **{kind: self.for_kind(kind) for kind in kinds}})


@functools.cache
def standard() -> Recognisers:
    """Return the recognisers that ship with us, in several languages."""
    data = tomllib.loads(files("upheld.promises").joinpath("recognisers.toml").read_text("utf-8"))

    def patterns(words: list[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(fold_pattern(word), re.IGNORECASE) for word in words)

    return Recognisers(
        {
            kind: Recogniser(
                kind,
                subject=patterns(said["strong"]),
                heading=patterns(said["strong"]),
                weak=patterns(said.get("weak", [])),
                unlike=patterns(said.get("unlike", [])),
            )
            for kind, said in data.items()
        }
    )
