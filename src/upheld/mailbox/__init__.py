"""The mailbox: where captured messages are read. One interface, and an implementation for each place to look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from upheld.errors import UsageError, did_you_mean
from upheld.mailbox.base import CAPTURE, Coverage, Envelope, Gap, Mailbox, Pulse, Span, gap_counts, seen_by
from upheld.mailbox.canary import Canary, is_canary

if TYPE_CHECKING:
    from upheld.mailbox.capture import CaptureMailbox

__all__ = [
    "CAPTURE",
    "SCHEMES",
    "Canary",
    "Coverage",
    "Envelope",
    "Gap",
    "Mailbox",
    "Pulse",
    "Span",
    "gap_counts",
    "is_canary",
    "open_capture",
    "open_mailbox",
    "seen_by",
]

SCHEMES = ("embedded", "mailpit+http", "mailpit+https")
"""The beginnings that a mailbox address can have."""


def open_mailbox(url: str, *, root: Path, start: bool) -> Mailbox:
    """Return the mailbox at the address; `root` is the folder of the suite, where a relative store lies.

    With `start`, as the controller of a run calls it, the embedded mailbox is started where nobody serves it yet, and
    ends with this process; without, as its workers call it, one is only attached to. Raises `UsageError` for an
    address that cannot be used, `MailboxUnreachable` where nobody serves.
    """
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    # What each needs is imported where it is used: HTTP, WebSockets and SQL are slow to load.
    if scheme == "embedded":
        from upheld.mailbox.embedded import EmbeddedMailbox

        return EmbeddedMailbox.start(url, root) if start else EmbeddedMailbox.attach(url, root)
    if scheme in SCHEMES:
        from upheld.mailbox.mailpit import MailpitMailbox

        return MailpitMailbox(url)
    if scheme == "capture":
        raise UsageError(f'A capture takes no mail. Say it beside the mailbox: `capture = "{url}"` or --capture {url}')
    known = ", ".join(f"{known}://" for known in SCHEMES)
    raise UsageError(
        f'There is no kind of mailbox called "{scheme or _bare(url)}"; known: {known}.'
        f"{did_you_mean(scheme or _bare(url), SCHEMES)} An address looks like embedded://127.0.0.1:1025"
    )


def open_capture(url: str, *, root: Path, start: bool) -> CaptureMailbox:
    """Return the capture of text messages and webhooks at the address; `root` and `start` are as in `open_mailbox`.

    Raises `UsageError` for an address that cannot be used, `MailboxUnreachable` where nobody serves.
    """
    from upheld.mailbox.capture import CaptureMailbox

    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if scheme != CaptureMailbox.scheme:
        raise UsageError(
            f'The capture cannot be at "{_bare(url)}": an address looks like {CaptureMailbox.example}, and port 0 '
            "takes a free one."
        )
    return CaptureMailbox.start(url, root) if start else CaptureMailbox.attach(url, root)


def _bare(url: str) -> str:
    """Return what stands in front of an address without a scheme, and never a password."""
    return (urlsplit(url).scheme or url).rpartition("@")[2][:60]
