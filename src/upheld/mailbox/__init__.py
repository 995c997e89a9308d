"""The mailbox: where captured messages are read. One interface, and an implementation for each place to look."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from upheld.errors import UsageError, did_you_mean
from upheld.mailbox.base import Coverage, Envelope, Gap, Mailbox, Pulse, Span
from upheld.mailbox.canary import Canary, is_canary

__all__ = [
    "SCHEMES",
    "Canary",
    "Coverage",
    "Envelope",
    "Gap",
    "Mailbox",
    "Pulse",
    "Span",
    "is_canary",
    "open_mailbox",
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
    known = ", ".join(f"{known}://" for known in SCHEMES)
    raise UsageError(
        f'There is no kind of mailbox called "{scheme or _bare(url)}"; known: {known}.'
        f"{did_you_mean(scheme or _bare(url), SCHEMES)} An address looks like embedded://127.0.0.1:1025"
    )


def _bare(url: str) -> str:
    """Return what stands in front of an address without a scheme, and never a password."""
    return (urlsplit(url).scheme or url).rpartition("@")[2][:60]
