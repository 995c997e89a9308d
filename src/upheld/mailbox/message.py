"""Reads a message as its receiver does: what it says, shows, carries and links to. Never raises."""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Sequence
from datetime import datetime
from email.message import Message
from urllib.parse import unquote

from upheld.mailbox import _html
from upheld.mailbox._attached import read_attachment
from upheld.mailbox._parts import Faults, Leaf, addresses, clean, decoded, header, leaves, parse, tried
from upheld.mailbox._prose import bare_links, first_lines
from upheld.promises.promise import Arrival, Attachment, Link

__all__ = ["inline_html", "read", "read_file"]

HEADINGS = 10
LINKS = 500
PICTURES = 20 * 1024 * 1024
_CID = re.compile(r"cid:([^\"'\s<>)]+)", re.IGNORECASE)


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
        pages = [_page(leaf, faults) for leaf in found if leaf.type == "text/html" and not _is_file(leaf, set())]
    except Exception:
        return None
    if not pages:
        return None
    pictures = {leaf.cid: leaf for leaf in found if leaf.cid and leaf.type.startswith("image/")}
    budget = PICTURES

    def shown(match: re.Match[str]) -> str:
        nonlocal budget
        leaf = pictures.get(_unquoted(match.group(1)))
        if leaf is None or len(leaf.data) > budget:
            return match.group(0)
        budget -= len(leaf.data)
        return f"data:{leaf.type};base64,{base64.b64encode(leaf.data).decode('ascii')}"

    return _CID.sub(shown, "\n".join(pages))


def _read(raw: bytes, id: str, to: tuple[str, ...], at: datetime, faults: Faults) -> Arrival:
    message = parse(raw, faults)
    if not raw.strip():
        faults.add("the message is empty")
    found = list(leaves(message, faults))
    pages = [_page(leaf, faults) for leaf in found if leaf.type == "text/html" and not _is_file(leaf, set())]
    shown = {_unquoted(cid) for page in pages for cid in _CID.findall(page)}
    texts: list[str] = []
    attachments: list[Attachment] = []
    for leaf in found:
        if _is_file(leaf, shown):
            attachments.append(read_attachment(leaf))
        elif leaf.type == "text/plain":
            texts.append(decoded(leaf, faults))
    text = "\n\n".join(part.strip("\n") for part in texts).strip()
    views = [view for page in pages if (view := _view(page, faults))]
    html_text = "\n".join(view.text for view in views)
    links = [Link(words, clean(url)) for view in views for words, url in view.links]
    known = {link.url for link in links}
    links += [link for link in bare_links(text) if link.url not in known]
    if len(links) > LINKS:
        faults.add(f"the message has {len(links)} links; only the first {LINKS} were read")
    headings = [heading for view in views for heading in view.headings] or first_lines(html_text or text)
    return Arrival(
        id=id,
        to=to,
        at=at,
        subject=header(message, "subject", faults),
        sender=header(message, "from", faults),
        header_to=_named(message, faults),
        message_id=header(message, "message-id", faults),
        text=text,
        html_text=html_text,
        headings=tuple(headings[:HEADINGS]),
        links=tuple(links[:LINKS]),
        attachments=tuple(attachments),
        faults=tuple(faults.said),
    )


def _named(message: Message, faults: Faults) -> tuple[str, ...]:
    """Return the addresses in To and Cc."""
    return tuple(dict.fromkeys((*addresses(message, "to", faults), *addresses(message, "cc", faults))))


def _is_file(leaf: Leaf, shown: set[str]) -> bool:
    """True where a reader finds the part among the attachments, and not in the text or as a picture in it."""
    if leaf.cid and leaf.cid in shown:
        return False
    if leaf.type in ("text/plain", "text/html"):
        return leaf.disposition == "attachment" or bool(leaf.name and leaf.disposition != "inline")
    picture = leaf.type.startswith("image/") and leaf.related
    return leaf.disposition == "attachment" or not picture


def _page(leaf: Leaf, faults: Faults) -> str:
    return decoded(leaf, faults, declared=_html.declared_charset(leaf.data))


def _view(page: str, faults: Faults) -> _html.Seen | None:
    try:
        return _html.seen(page)
    except Exception as error:  # the parser gave up; so would some readers
        faults.add(f"the HTML could not be read ({type(error).__name__})")
        return None


def _unquoted(cid: str) -> str:
    return tried(lambda: unquote(cid), cid)
