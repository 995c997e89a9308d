"""Reads a message as its receiver does: what it says, shows, carries and links to. Never raises."""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Sequence
from datetime import datetime
from email.message import Message

from upheld.mailbox._attached import read_attachment
from upheld.mailbox._headers import addresses, header
from upheld.mailbox._limits import Faults, clean, tried
from upheld.mailbox._opened import CID, opened, pages, unquoted
from upheld.mailbox._parts import Leaf, leaves, parse
from upheld.mailbox._prose import first_lines
from upheld.promises.promise import Arrival, Attachment

__all__ = ["inline_html", "read", "read_file"]

HEADINGS = 10
PICTURES = 20 * 1024 * 1024


def read(raw: bytes, *, id: str, to: Sequence[str], at: datetime) -> Arrival:
    """Return the message as its receiver sees it.

    `id`, `to` (the envelope's recipients) and `at` (zone-aware) come from the mailbox. Never raises: what cannot be
    read stands in `faults`.
    """
    faults = Faults()
    recipients = tuple(clean(address).lower() for address in to)
    try:
        return _read(raw, id, recipients, at, faults)
    except Exception as error:  # a message is hostile input; that it could not be read is told, not raised
        faults.add(f"the message could not be read ({type(error).__name__}: {error})")
        return Arrival(id=id, to=recipients, at=at, faults=tuple(faults.said))


def read_file(name: str, media_type: str, content: bytes) -> Attachment:
    """Return a file that was had by itself, such as a download, read as an attachment is.

    `media_type` may carry parameters (`text/csv; charset=utf-8`) or be "" where the name must say it. Never raises.
    """
    head = Message()
    head["Content-Type"] = re.sub(r"[\r\n]+", " ", media_type)[:1000]
    kind = tried(head.get_content_type, "") if "/" in media_type else ""
    if kind in ("", "application/octet-stream", "binary/octet-stream"):
        kind = mimetypes.guess_type(clean(name))[0] or "application/octet-stream"
    charset = clean(tried(lambda: head.get_content_charset("") or "", ""))
    method = clean(tried(lambda: str(head.get_param("method") or ""), ""))
    return read_attachment(Leaf(kind, content, charset, clean(name)[:200], "attachment", "", False, method))


def inline_html(raw: bytes) -> str | None:
    """Return the HTML part with its own pictures (`cid:`) put in as `data:` URIs, or None where there is no HTML.

    It is not made safe here: whoever shows it must do that. Never raises.
    """
    faults = Faults()
    try:
        found = list(leaves(parse(raw, faults), faults))
        sources = pages(found, faults)
    except Exception:
        return None
    if not sources:
        return None
    pictures = {leaf.cid: leaf for leaf in found if leaf.cid and leaf.type.startswith("image/")}
    budget = PICTURES

    def shown(match: re.Match[str]) -> str:
        nonlocal budget
        leaf = pictures.get(unquoted(match.group(1)))
        if leaf is None or len(leaf.data) > budget:
            return match.group(0)
        budget -= len(leaf.data)
        return f"data:{leaf.type};base64,{base64.b64encode(leaf.data).decode('ascii')}"

    return CID.sub(shown, "\n".join(sources))


def _read(raw: bytes, id: str, to: tuple[str, ...], at: datetime, faults: Faults) -> Arrival:
    letter = opened(raw, faults)
    message = letter.message
    headings = [heading for view in letter.views for heading in view.headings]
    return Arrival(
        id=id,
        to=to,
        at=at,
        subject=header(message, "subject", faults),
        sender=header(message, "from", faults),
        header_to=_named(message, faults),
        message_id=header(message, "message-id", faults),
        text=letter.text,
        html_text=letter.html_text,
        headings=tuple((headings or first_lines(letter.html_text or letter.text))[:HEADINGS]),
        links=letter.links,
        attachments=tuple(map(read_attachment, letter.files)),
        faults=tuple(faults.said),
    )


def _named(message: Message, faults: Faults) -> tuple[str, ...]:
    """Return the addresses in To and Cc."""
    return tuple(dict.fromkeys((*addresses(message, "to", faults), *addresses(message, "cc", faults))))
