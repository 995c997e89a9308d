"""What a check is: it looks at one touchpoint, knows what the journey knows, and says what is wrong with it.

A check is pure. What has to be fetched (links) or shown in a browser (the message as it looks) is done beforehand by
`upheld.checks.probing` and `upheld.checks.rendering`, which write down what they saw; a check only reads it.
"""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from upheld.language import gettext as _
from upheld.ledger import CastView, FactView, StepView
from upheld.maps import JourneyMap, Touchpoint
from upheld.promises import Arrival, Promise
from upheld.promises.expectation import Knowledge

if TYPE_CHECKING:
    from upheld.mailbox.letter import Letter

__all__ = [
    "EVERYWHERE",
    "UNPROMISED",
    "Check",
    "Finding",
    "Known",
    "Place",
    "Probe",
    "Rendered",
    "Severity",
    "Strangers",
    "Touch",
]

UNPROMISED = "unpromised"
"""What stands as the check's name beside a message that answers no promise."""
EVERYWHERE = frozenset({"email", "text message", "page", "download", "PDF", "CSV", "calendar entry"})


class Severity(enum.StrEnum):
    """What a finding does: `fail` makes what was promised wrong, `warn` is told, and `off` is not looked for."""

    FAIL = "fail"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said, in words ("the page “Pay”", "the confirmation's calendar entry"), and what is said."""

    where: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has found wrong.

    `said` is a sentence that a business owner understands. `rule` tells kinds of fault of one check apart ("dead",
    "other environment"). `words` are those of the touchpoint that it is about, as they stand there, so that a report
    can mark them. `places` are, for a contradiction, the two places with their two values. `severity` is None where
    the check's own counts. `unsure` says why we could not look, and makes it no fault of the site's. `part` is the
    channel of the file that it is about, where that may be promised by itself ("PDF", "calendar entry", "CSV").
    """

    said: str
    rule: str = ""
    words: str = ""
    places: tuple[Place, ...] = ()
    severity: Severity | None = None
    unsure: str = ""
    part: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "said": self.said, "rule": self.rule, "words": self.words, "unsure": self.unsure, "part": self.part,
            "severity": str(self.severity) if self.severity else "",
            "places": [[place.where, place.value] for place in self.places],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """What a link gave when it was fetched once, soon after it arrived, without a browser.

    `status` is 0 where nothing answered, `final` where redirects led, `title` and `heading` those of the page, `type`
    its media type. `why` says why it was not fetched or did not answer: a link that may do something when it is
    followed is never fetched, and then `status` is None.
    """

    url: str
    status: int | None
    final: str = ""
    title: str = ""
    heading: str = ""
    type: str = ""
    why: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a browser showed of a message's HTML, with nothing loaded but what its own site and it itself bring.

    `violations` are axe-core's, as it gives them ({"id", "impact", "help", "nodes": [...]}). `broken_pictures` are the
    addresses of pictures that did not load. `width` is how wide it is on a phone of 390 px, in CSS px. `pictures` are
    paths, relative to the evidence, of how it looked: {"desktop": ..., "phone": ...}.
    """

    violations: tuple[Mapping[str, Any], ...] = ()
    broken_pictures: tuple[str, ...] = ()
    width: int = 0
    pictures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Touch:
    """One touchpoint as it reached one person.

    `arrival` is what her eyes see of it, `letter` the message taken apart (None for what is no email). `kind` is what
    it is: that of the promise it answers, else what it is recognised as, else "". `promise` is None where it answers
    none. `site_at` is when it came, in site time. A page's `arrival.subject` is its title.
    """

    arrival: Arrival
    kind: str
    promise: Promise | None
    site_at: datetime
    letter: Letter | None = None

    @property
    def name(self) -> str:
        """What a sentence calls it: "the receipt", “Your order” where nobody knows what it is, "the page “Pay”"."""
        if self.arrival.channel == "page":
            return _("the page “{title}”", title=self.arrival.subject)
        if self.kind:
            return _("the {kind}", kind=self.kind)
        return _("“{words}”", words=self.arrival.subject or _("a message without a subject"))

    @property
    def names(self) -> dict[str, str]:
        """Its name for a sentence that is translated: `{it}`, and `{It}` where a language begins with it."""
        return {"it": self.name, "It": self.name[:1].upper() + self.name[1:]}

    @property
    def text(self) -> str:
        """All that is read in it, without its attachments: subject, and the HTML part or else the plain one."""
        arrival = self.arrival
        return "\n".join(part for part in (arrival.subject, arrival.html_text or arrival.text) if part)


class Strangers(tuple[CastView, ...]):
    """People, found by their address (folded) and their phone's digits at the cost of one look."""

    @functools.cached_property
    def by_address(self) -> Mapping[str, CastView]:
        """Who has this address, folded."""
        return {one.address.casefold(): one for one in self if one.address}

    @functools.cached_property
    def by_phone(self) -> Mapping[str, CastView]:
        """Whose number has these digits; shorter ones than a number with its country's are left out."""
        found = {re.sub(r"\D", "", str(one.details.get("phone") or "")): one for one in self}
        return {digits: one for digits, one in found.items() if len(digits) > 8}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when a touchpoint is looked at.

    `person` is who it reached. `cast` are all of this journey, she among them; `strangers` everybody of the run.
    `noted` are all facts of the journey as they were taken down, oldest first, with the step's end as `at`.
    `knowledge` is what she knows by the journey's end. `before` are the journey's earlier touchpoints, oldest first.
    `point` is what the map says of this kind. `probes` are by address. `steps` are the journey's. `site` is the site's
    address, `allow_hosts` the settings'.
    """

    person: CastView
    cast: tuple[CastView, ...] = ()
    strangers: Strangers = field(default_factory=Strangers)
    knowledge: Knowledge = field(default_factory=Knowledge)
    noted: tuple[FactView, ...] = ()
    before: tuple[Touch, ...] = ()
    map: JourneyMap | None = None
    point: Touchpoint | None = None
    probes: Mapping[str, Probe] = field(default_factory=dict)
    rendered: Rendered | None = None
    steps: tuple[StepView, ...] = ()
    site: str = ""
    allow_hosts: tuple[str, ...] = ()


@runtime_checkable
class Check(Protocol):
    """What looks at one touchpoint. `name` is its name in `[tool.upheld.checks]`, `severity` what it does unless set.

    `channels` are those of the touchpoints that it is asked about.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    severity: ClassVar[Severity]
    channels: ClassVar[frozenset[str]]

    def look(self, touch: Touch, known: Known) -> Iterable[Finding]:
        """Yield what is wrong; nothing where all is well."""
        ...
