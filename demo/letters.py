"""What a story composes: a letter, a text message or a webhook; and how a letter becomes a mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from demo.store import Mail
from demo.words import Words

__all__ = ["SENDER", "Attachment", "Hook", "Letter", "Text", "written"]

SENDER = Address("Systems Day Office", addr_spec="office@demo.test")
ANSWERS = Address("Systems Day Office", addr_spec="hello@demo.test")
"""Where a person reads what customers answer."""
LOGO = Path(__file__).parent / "static" / "logo.png"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter; `type` as in `application/pdf`, `parameters` such as a calendar's method."""

    name: str
    content: bytes
    type: str = "application/pdf"
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """An email in the words of `locale`, which the shop renders as plain text and as HTML that says the same.

    `name` is the recipient's full name, and `calls` what the greeting calls her (her first name unless said).
    `facts` are labels and values, `links` words and addresses; the first is shown as a button. `leave` is the address
    at which she can have no more letters of this kind; what she must be told has none.
    """

    subject: str
    heading: str
    lead: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    links: Sequence[tuple[str, str]] = ()
    attachments: Sequence[Attachment] = ()
    name: str = ""
    locale: str = "en"
    calls: str = ""
    leave: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text message."""

    body: str


@dataclass(frozen=True, slots=True)
class Hook:
    """What a webhook tells: that this `event` happened (`booking.made`), and its data."""

    event: str
    data: dict[str, Any]


def written(letter: Letter, mail: Mail, now: datetime) -> EmailMessage:
    """Return the letter as the mail that leaves at `now`, in site time. The same each time, but for its date."""
    words = Words(letter.locale)
    page = {"words": words, "letter": letter, "calls": letter.calls or letter.name.partition(" ")[0]}
    message = EmailMessage()
    message["Subject"] = letter.subject
    message["From"] = SENDER
    message["Reply-To"] = ANSWERS
    message["To"] = Address(letter.name, addr_spec=mail.recipient)
    message["Date"] = format_datetime(now.astimezone(UTC))
    message["Message-ID"] = mail.message_id
    message["Content-Language"] = words.language
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies, please
    if letter.leave:
        message["List-Unsubscribe"] = f"<{letter.leave}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(_templates().get_template("letter.txt").render(page))
    message.add_alternative(_templates().get_template("letter.html").render(page), subtype="html")
    shown = message.get_body(("html",))
    if isinstance(shown, EmailMessage):  # it has just been added
        shown.add_related(_logo(), "image", "png", cid="<logo@demo.test>", filename="logo.png", disposition="inline")
    for one in letter.attachments:
        main, _, sub = one.type.partition("/")
        parameters = dict(one.parameters)
        message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name, params=parameters)
    return message


@cache
def _logo() -> bytes:
    return LOGO.read_bytes()


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates" / "mail"),
        autoescape=jinja2.select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
