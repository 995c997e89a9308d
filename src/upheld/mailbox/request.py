"""Reads what the capture took, as its receiver does: a text message, or a webhook. Never raises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from upheld.mailbox._attached import read_attachment
from upheld.mailbox._charsets import decoded
from upheld.mailbox._limits import LIMITS, Faults, clean, tried
from upheld.mailbox._parts import Leaf, leaves, parse
from upheld.mailbox._prose import bare_links, first_lines
from upheld.promises.promise import Arrival, Attachment, Link

__all__ = ["read_request"]

EVENT_NAMES = ("type", "event", "topic")
"""Where a webhook says what it is about, the first that is there."""
FIELDS = 1000
LINES = 2000
DEPTH = 20
LINKS = 500


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its names in order, also where one stands twice."""


def read_request(raw: bytes, *, id: str, to: Sequence[str], at: datetime) -> Arrival:
    """Return the message as its receiver sees it.

    `raw` is what the capture kept of the call, `id`, `to` and `at` (zone-aware) are the envelope's. A text message's
    text is its body, without a subject. A webhook's is its JSON or form as lines of `key: value`, a nested key as
    `order.items.0.name`; its subject is its event's name, its first heading the same in words. Never raises: what
    cannot be read stands in `faults`.
    """
    faults = Faults()
    recipients = tuple(clean(address).lower() for address in to)
    text_message = not raw.startswith(b"POST /hooks/")
    subject, sender, text = "", "", ""
    more: list[Link] = []
    attachments: list[Attachment] = []
    try:
        head, _, body = raw.partition(b"\r\n\r\n")
        message = parse(head.partition(b"\r\n")[2] + b"\r\n\r\n", faults)
        if text_message:
            form = dict(reversed(_form(body, message, faults)))
            sender, text = form.get("From", ""), form.get("Body", "")
            more = [Link(url, url) for name, url in _form(body, message, faults) if name == "MediaUrl"]
        else:
            pairs = _said(body, message, faults, attachments)
            told = dict(reversed(pairs))
            names = (*EVENT_NAMES, *(f"0.{name}" for name in EVENT_NAMES))  # some post several events at once
            subject = next((told[name] for name in names if told.get(name)), "")
            text = "\n".join(f"{name}: {value}" if name else value for name, value in pairs)
    except Exception as error:  # what a site posts is hostile input; that it could not be read is told, not raised
        faults.add(f"the message could not be read ({type(error).__name__}: {error})")
    text = clean(text)[: LIMITS.body]
    return Arrival(
        id=id,
        to=recipients,
        at=at,
        subject=clean(subject)[:200],
        sender=clean(sender)[:200],
        text=text,
        headings=(*([_in_words(subject)] if subject else []), *first_lines(text)),
        links=tuple([*bare_links(text), *more][:LINKS]),
        attachments=tuple(attachments),
        faults=tuple(faults.said),
        channel="text message" if text_message else "webhook",
    )


def _in_words(event: str) -> str:
    """Return an event's name as a person says it: `order.notice_sent` and `orderNoticeSent` are "order notice sent"."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", clean(event)[:200])
    return " ".join(re.split(r"[\W_]+", apart)).strip().lower()


def _said(body: bytes, message: Message, faults: Faults, attachments: list[Attachment]) -> list[tuple[str, str]]:
    """Return what a webhook says as names and values; what is neither JSON nor a form has one value without a name."""
    kind = tried(message.get_content_type, "")
    if kind == "application/x-www-form-urlencoded":
        return _form(body, message, faults)
    if kind.startswith("multipart/"):
        whole = parse(f"Content-Type: {message['content-type']}\r\n\r\n".encode("ascii", "replace") + body, faults)
        return _multipart(whole, faults, attachments)
    charset = tried(lambda: message.get_content_charset("") or "", "")
    text = decoded(Leaf(kind, body, charset, "", "", "", False), faults)
    if kind == "application/json" or kind.endswith("+json") or text.lstrip()[:1] in ("{", "["):
        try:
            # Numbers as they are written: 120.00 is no 120.0.
            value = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_Pairs)
        except (ValueError, RecursionError) as error:
            faults.add(f"the webhook is no JSON that can be read ({type(error).__name__}: {error})")
        else:
            lines = []
            for line in _flat(value, "", 0):
                lines.append(line)
                if len(lines) >= LINES:
                    faults.add(f"only the first {LINES} values of the webhook were read")
                    break
            return lines
    return [("", text)]


def _flat(value: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, list) and depth < DEPTH:
        for key, part in value if isinstance(value, _Pairs) else enumerate(value):
            yield from _flat(part, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    else:
        yield name, "" if value is None else str(value)


def _form(body: bytes, message: Message, faults: Faults) -> list[tuple[str, str]]:
    charset = tried(lambda: message.get_content_charset("") or "", "") or "utf-8"
    text = body.decode("ascii", "replace")
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS, encoding=charset, errors="replace")
    except (ValueError, LookupError) as error:
        faults.add(f"the form could not be read ({error})")
        return [("", text)]


def _multipart(message: Message, faults: Faults, attachments: list[Attachment]) -> list[tuple[str, str]]:
    """Return a form's fields (RFC 7578), and put its files among the attachments."""
    fields = []
    parts = message.get_payload()
    for part in parts if isinstance(parts, list) else []:
        leaf = next(leaves(part, faults), None) if isinstance(part, Message) else None
        if leaf is not None and leaf.name:
            attachments.append(read_attachment(leaf))
        elif leaf is not None and isinstance(part, Message):
            fields.append((_name_of(part), decoded(leaf, faults)))
        if len(fields) + len(attachments) >= LIMITS.parts:
            faults.add(f"only the first {LIMITS.parts} fields of the form were read")
            break
    return fields


def _name_of(part: Message) -> str:
    return clean(tried(lambda: str(part.get_param("name", "", "content-disposition")), ""))[:200]
