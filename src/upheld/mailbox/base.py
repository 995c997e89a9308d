"""The one interface of a mailbox: where captured messages are read.

Every implementation passes `tests/mailbox/test_contract.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from upheld.errors import MailboxUnreachable
from upheld.language import N_

__all__ = [
    "CAPTURE",
    "NO_CAPTURE",
    "Coverage",
    "Envelope",
    "Gap",
    "Mailbox",
    "Pulse",
    "Span",
    "StrangerThere",
    "gap_counts",
    "seen_by",
]

CAPTURE = "the text-message capture"
"""What the capture of text messages and webhooks is called in a sentence."""
NO_CAPTURE = N_(
    "no capture is set: where text messages and webhooks are caught is said by "
    '`capture = "capture://127.0.0.1:1080"` in [tool.upheld], and the site sends them there'
)
"""Why nothing can be said of text messages and webhooks where nobody catches them."""
_ELSEWHERE = {"text message": "capture", "webhook": "capture", "page": "", "download": ""}


def seen_by(channel: str) -> str:
    """Return which of the run's eyes sees what comes by this channel: `mailbox`, `capture`, or "" for the walk itself.

    What comes as a PDF, a CSV or a calendar entry may hang on a mail.
    """
    return _ELSEWHERE.get(channel, "mailbox")


def gap_counts(what: str, channel: str) -> bool:
    """True where a gap that the ledger tells of `what` means that nothing can have come by this channel.

    The site's counts for all, a lost canary's for what its mailbox sees. That a mailbox's stream broke off is told too
    (`mailbox`, `capture`), and does not count by itself: its coverage says what it could not have caught.
    """
    return (
        what in {"mailbox": ("site", "canary"), "capture": ("site", "capture canary"), "": ("site",)}[seen_by(channel)]
    )


class StrangerThere(MailboxUnreachable):
    """Something answers at the port, and it is no mailbox of ours."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A captured message, not yet read.

    `id` is unique within its mailbox, `at` is when the mailbox received it (its clock, UTC), `to` are the recipients,
    lower-cased, `cursor` is where to go on reading after it.
    """

    id: str
    at: datetime
    to: tuple[str, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """A sign of life in a stream: at `at` (our clock, UTC) everything up to then had been delivered."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of real time, UTC, both ends included."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which we could not look, and why."""

    since: datetime
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """When this mailbox could have caught a message (`spans`), and what is known about when not (`gaps`)."""

    spans: tuple[Span, ...]
    gaps: tuple[Gap, ...] = ()


class Mailbox(Protocol):
    """Where captured messages are read. All methods may raise `MailboxUnreachable`."""

    url: str

    @property
    def name(self) -> str:
        """Return what it is called in a sentence: `the mailbox`."""

    def ready(self) -> str:
        """Return one line on what answers there, such as `Mailpit v1.30.5, 12 messages`."""

    def cursor(self) -> str:
        """Return a cursor that stands after everything captured so far."""

    def since(self, cursor: str) -> list[Envelope]:
        """Return what was captured after the cursor ("" for all that is kept), oldest first.

        A message may be returned again by a later call; none is left out.
        """

    def stream(self, cursor: str, stop: threading.Event) -> Iterator[Envelope | Pulse]:
        """Yield what was captured after the cursor and then what arrives, and a pulse at least once a second.

        Ends when `stop` is set; raises `MailboxUnreachable` when the mailbox goes away. Nothing falls between
        the listing and the stream; a message may be yielded twice.
        """

    def raw(self, message_id: str) -> bytes:
        """Return the message as it was received. Raises `KeyError` where the mailbox no longer has it."""

    def coverage(self, since: datetime, until: datetime) -> Coverage:
        """Return when between the two moments a message would have been caught and kept for us to read."""

    def post(self, sender: str, recipient: str, subject: str, body: str) -> None:
        """Put a small text message into the mailbox, by the same door as the site where that is possible."""

    def close(self) -> None:
        """Let go of connections and of any process that this object started."""
