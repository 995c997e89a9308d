"""The values of the domain: what was promised, what arrived, what became of it. Immutable, no I/O."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from upheld.promises.window import Window

__all__ = [
    "Arrival",
    "Attachment",
    "Expectation",
    "Judgement",
    "Link",
    "Promise",
    "Row",
    "Verdict",
]


_BY = {"page": "on the page", **{what: f"as a {what}" for what in ("download", "PDF", "CSV", "calendar entry")}}


class Verdict(enum.StrEnum):
    """What became of a promise."""

    KEPT = "kept"
    LATE = "late"
    BROKEN = "broken"
    WRONG = "wrong"
    REPEATED = "repeated"
    UNWANTED = "unwanted"
    OPEN = "open"
    UNPROVEN = "unproven"
    WITHDRAWN = "withdrawn"

    @property
    def upheld(self) -> bool:
        """True where the promise was kept or rightly taken back."""
        return self in (Verdict.KEPT, Verdict.WITHDRAWN)

    @property
    def failed(self) -> bool:
        """True where the customer was let down; neither `open` nor `unproven` is that."""
        return self in (Verdict.LATE, Verdict.BROKEN, Verdict.WRONG, Verdict.REPEATED, Verdict.UNWANTED)


@dataclass(frozen=True, slots=True)
class Link:
    """A link as the reader sees it: its `words` and the `url` behind them (`<a href>` only, or bare in text)."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """What hangs on a message.

    `name` is hostile input and never becomes a path. `type` is the media type, lower-cased. `text` is what a
    reader can read in it (PDF text, the calendar entry's fields, CSV), "" where it cannot be read; then
    `fault` says why. `starts` are the starts of a calendar entry's events, zone-aware.
    """

    name: str
    type: str
    size: int
    text: str = ""
    fault: str = ""
    starts: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message that reached one mailbox.

    `id` is unique within its mailbox. `to` are the envelope's recipients, lower-cased. `at` is when the mailbox
    received it, in real time, UTC. `text` is the plain part, `html_text` what a reader sees of the HTML part, each
    "" where there is none. `headings` are its first headings. `faults` say what could not be read (RFC 5322, 2045).
    `answers` is the kind that it is, where whoever caught it knows that (a page that was looked at for something).
    """

    id: str
    to: tuple[str, ...]
    at: datetime
    subject: str = ""
    sender: str = ""
    header_to: tuple[str, ...] = ()
    message_id: str = ""
    text: str = ""
    html_text: str = ""
    headings: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    faults: tuple[str, ...] = ()
    channel: str = "email"
    answers: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON: datetimes as ISO 8601 strings, tuples as lists."""
        return {
            "id": self.id,
            "to": list(self.to),
            "at": self.at.isoformat(),
            "subject": self.subject,
            "sender": self.sender,
            "header_to": list(self.header_to),
            "message_id": self.message_id,
            "text": self.text,
            "html_text": self.html_text,
            "headings": list(self.headings),
            "links": [[link.words, link.url] for link in self.links],
            "attachments": [
                {
                    "name": part.name,
                    "type": part.type,
                    "size": part.size,
                    "text": part.text,
                    "fault": part.fault,
                    "starts": [start.isoformat() for start in part.starts],
                }
                for part in self.attachments
            ],
            "faults": list(self.faults),
            "channel": self.channel,
            "answers": self.answers,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Arrival:
        """Return the arrival that `to_json` wrote."""
        return cls(
            id=data["id"],
            to=tuple(data["to"]),
            at=datetime.fromisoformat(data["at"]),
            subject=data["subject"],
            sender=data["sender"],
            header_to=tuple(data["header_to"]),
            message_id=data["message_id"],
            text=data["text"],
            html_text=data["html_text"],
            headings=tuple(data["headings"]),
            links=tuple(Link(words, url) for words, url in data["links"]),
            attachments=tuple(
                Attachment(
                    name=part["name"],
                    type=part["type"],
                    size=part["size"],
                    text=part["text"],
                    fault=part["fault"],
                    starts=tuple(datetime.fromisoformat(start) for start in part["starts"]),
                )
                for part in data["attachments"]
            ),
            faults=tuple(data["faults"]),
            channel=data["channel"],
            answers=data.get("answers", ""),
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a promise's table: `key` (`says`, `amount`, …), its `value` as written, and its line."""

    key: str
    value: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the touchpoint must say, show, carry and link to, as the feature's table says it."""

    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """A touchpoint that one person was told to expect.

    `who` is the cast member, `kind` the touchpoint's noun ("receipt"), `words` the step as it stands in the
    feature. `least` and `most` bound how many may come (`most` 0: it was promised *not* to come; `None`: any
    number). `usual` is how long silence is watched where the step does not say. `waits` is true for "receives".
    """

    who: str
    kind: str
    channel: str
    window: Window
    words: str = ""
    least: int = 1
    most: int | None = 1
    waits: bool = False
    expectation: Expectation = field(default_factory=Expectation)
    file: str = ""
    line: int = 0

    @property
    def silent(self) -> bool:
        """True where the promise is that nothing comes."""
        return self.most == 0

    @property
    def by(self) -> str:
        """The channel in words: `by email`, `on the page`."""
        return _BY.get(self.channel, f"by {self.channel}")

    @property
    def touchpoint(self) -> str:
        """The touchpoint in words: `receipt`, or `no receipt`."""
        return f"no {self.kind}" if self.silent else self.kind

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "who": self.who,
            "kind": self.kind,
            "channel": self.channel,
            "window": self.window.to_json(),
            "words": self.words,
            "least": self.least,
            "most": self.most,
            "waits": self.waits,
            "rows": [[row.key, row.value, row.line] for row in self.expectation.rows],
            "file": self.file,
            "line": self.line,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Promise:
        """Return the promise that `to_json` wrote."""
        return cls(
            who=data["who"],
            kind=data["kind"],
            channel=data["channel"],
            window=Window.from_json(data["window"]),
            words=data["words"],
            least=data["least"],
            most=data["most"],
            waits=data["waits"],
            expectation=Expectation(tuple(Row(*row) for row in data["rows"])),
            file=data["file"],
            line=data["line"],
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason.

    `why` is a sentence for a business owner. `arrivals` are the ids of what answered. `site_at` is when the first
    answer arrived in site time. `final` is false where a later look can still change it.
    """

    verdict: Verdict
    why: str
    arrivals: tuple[str, ...] = ()
    site_at: datetime | None = None
    final: bool = True
