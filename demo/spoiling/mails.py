"""Defects of the mail itself: its headers and parts, and what leaves with it that nobody was promised."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage

from demo.letters import Letter, written
from demo.settings import Settings
from demo.spoiling.letters import spoiled_letter
from demo.store import Mail

__all__ = ["MAILS", "MORE", "outgoing"]

Act = Callable[[EmailMessage], None]
SERIES = ("members welcome", "members letter_1", "members letter_2", "members letter_3")
# As a page builder writes it that keeps every style it ever knew: more than the 102 KB after which mail is cut.
STYLES = (
    "<style>" + "".join(f".block-{n}-column{{padding:0 {n % 9}px;line-height:1.5}}\n" for n in range(2600)) + "</style>"
)
FORM = (
    '<div style="display:flex;position:absolute"><form action="https://demo.test/rate" method="post">'
    '<label>How was it? <input name="stars" type="number"></label> <button>Send</button></form></div>'
)


def outgoing(letter: Letter, mail: Mail, now: datetime, settings: Settings) -> list[tuple[EmailMessage, str]]:
    """Return what leaves for this letter, and to whom; where nothing is wrong that is one mail, to her."""
    spoiled = spoiled_letter(letter, mail, settings)
    message = written(spoiled, mail, now)
    leaving = [(message, mail.recipient)]
    name = f"{mail.story} {mail.kind}"
    for defect in sorted(settings.defects & MAILS.keys()):
        whose, act = MAILS[defect]
        if name in whose:
            act(message)
    for defect in sorted(settings.defects & MORE.keys()):
        whose_more, more = MORE[defect]
        if name == whose_more:
            leaving.append(more(letter, mail, now))
    return leaving


def _part(message: EmailMessage, kind: str) -> EmailMessage:
    part = message.get_body((kind,))
    if not isinstance(part, EmailMessage):
        raise TypeError(f"a letter of ours without a part {kind}")
    return part


def _html(change: Callable[[str], str]) -> Act:
    def act(message: EmailMessage) -> None:
        part = _part(message, "html")
        part.set_content(change(part.get_content()), subtype="html")

    return act


def _before(mark: str, more: str) -> Act:
    return _html(lambda html: html.replace(mark, f"{more}{mark}", 1))


def _header(name: str, value: str | Address) -> Act:
    def act(message: EmailMessage) -> None:
        del message[name]
        message[name] = value

    return act


def _no_leaving(message: EmailMessage) -> None:
    del message["List-Unsubscribe"]
    del message["List-Unsubscribe-Post"]


def _only_html(message: EmailMessage) -> None:
    for part in message.walk():
        if part.get_content_type() == "multipart/alternative":
            part.set_payload([one for one in part.iter_parts() if one.get_content_type() != "text/plain"])


def _nothing(message: EmailMessage) -> None:
    _part(message, "plain").set_content("\n")
    _html(lambda _: "<!doctype html><html><body></body></html>")(message)
    _no_logo(message)


def _no_logo(message: EmailMessage) -> None:
    for part in message.walk():
        if part.get_content_type() == "multipart/related":
            part.set_payload([one for one in part.iter_parts() if one.get_content_maintype() != "image"])


def _old_price_in_text(message: EmailMessage) -> None:
    """Let the plain part state another price than the one that is shown."""
    part = _part(message, "plain")
    cheaper = re.sub(r"(\d+)(\.\d\d EUR)", lambda found: f"{int(found[1]) - 8}{found[2]}", str(part.get_content()))
    part.set_content(cheaper)


def _banner(html: str) -> str:
    origin = re.search(r'href="(https?://[^/"]+)', html)
    source = f"{origin[1] if origin else ''}/static/banner-spring.png"
    return html.replace("<h1", f'<p><img src="{source}" alt="A room with chairs" width="480"></p>\n<h1', 1)


def _copy(subject: str) -> Callable[[Letter, Mail, datetime], tuple[EmailMessage, str]]:
    """The same once more, under another subject."""

    def more(letter: Letter, mail: Mail, now: datetime) -> tuple[EmailMessage, str]:
        message = written(replace(letter, subject=subject), mail, now)
        _header("Message-ID", mail.message_id.replace("<", "<again."))(message)
        return message, mail.recipient

    return more


def _to_old_address(letter: Letter, mail: Mail, now: datetime) -> tuple[EmailMessage, str]:
    """A copy to an address that the customer database still had of her."""
    old = f"old.{mail.recipient}"
    moved = copy.copy(mail)
    message = written(letter, moved, now)
    _header("To", Address(letter.name, addr_spec=old))(message)
    _header("Message-ID", mail.message_id.replace("<", "<old."))(message)
    return message, old


def _promotion(letter: Letter, mail: Mail, now: datetime) -> tuple[EmailMessage, str]:
    offer = Letter(
        subject="Only until Sunday: half off all templates",
        heading="Half off all templates",
        lead=["Since you like to read, you will like to work with what you read. Have a look round our shelf."],
        links=letter.links[:1],
        name=letter.name,
        calls=letter.calls,
        locale=letter.locale,
    )
    message = written(offer, mail, now)
    _header("Message-ID", mail.message_id.replace("<", "<offer."))(message)
    return message, mail.recipient


MAILS: Mapping[str, tuple[tuple[str, ...], Act]] = {
    "sent_by_root": (("members farewell",), _header("From", Address("root", addr_spec="root@localhost"))),
    "sent_by_staging": (
        ("members apology",),
        _header("From", Address("Systems Day Office (Staging)", addr_spec="office@demo.test")),
    ),
    "answers_go_nowhere": (
        ("members last_nudge",),
        _header("Reply-To", Address("Do not reply", addr_spec="noreply@demo.test")),
    ),
    "no_way_to_unsubscribe": (SERIES, _no_leaving),
    "no_text_part": (("events reminder",), _only_html),
    "old_price_in_text_part": (("events offer",), _old_price_in_text),
    "letter_with_nothing_in_it": (("members letter_1",), _nothing),
    "letter_too_long_to_show": (
        ("courses completion",),
        _before("</head>", STYLES),
    ),
    "letter_needs_a_browser": (
        ("courses thanks",),
        _before("</div>\n</body>", FORM),
    ),
    "letter_too_pale": (("members notice",), _html(lambda html: html.replace("color:#1d2421", "color:#cfc9bb"))),
    "logo_without_words": (("events cancellation",), _html(lambda html: re.sub(r' alt="[^"]*"', "", html))),
    "logo_not_enclosed": (("events refund",), _no_logo),
    "picture_nowhere": (("courses request",), _html(_banner)),
}
"""What each of these defects does to which kinds of mail, each as story and kind."""

MORE: Mapping[str, tuple[str, Callable[[Letter, Mail, datetime], tuple[EmailMessage, str]]]] = {
    "same_letter_other_subject": ("downloads download", _copy("Promises Kept is waiting for you")),
    "copy_to_old_address": ("events confirmation", _to_old_address),
    "promotion_nobody_asked_for": ("downloads receipt", _promotion),
}
"""What leaves with which kind of mail, as story and kind, that should not."""
