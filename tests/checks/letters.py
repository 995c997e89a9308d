"""Messages for the tests of checks, made by hand, and everything that is known beside them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from upheld.checks import Check, Finding, Known, Severity, Strangers, Touch
from upheld.ledger import CastView
from upheld.mailbox.letter import open_letter
from upheld.mailbox.message import read
from upheld.promises import Arrival, Attachment

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SITE = "https://tickets.example"


def person(who: str = "Ada", family: str = "Lovelace", token: str = "k3j2", **more: Any) -> CastView:
    """One of the cast; `more` are fields of `CastView`, and what is none of them is a detail."""
    fields = {key: more.pop(key) for key in ("locale", "zone", "address") if key in more}
    whole = {"locale": "en-GB", "zone": "Europe/London", "address": f"{who.lower()}.{token}@journeys.test", **fields}
    return CastView(who, f"{who} {family}", who, family, details=more, **whole)


def raw_message(
    text: str = "", *, html: str = "", subject: str = "Your order", headers: Iterable[tuple[str, str]] = ()
) -> bytes:
    """An email of these parts as it is sent."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    for name, value in headers:
        message[name] = value
    if text or not html:
        message.set_content(text)
    if html and text:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    return message.as_bytes()


def touch(text: str = "", *, html: str = "", subject: str = "Your order", kind: str = "receipt", **more: Any) -> Touch:
    """An email with these parts, read as those that arrive are; `more` are fields of the arrival or the letter."""
    if more.get("channel", "email") != "email":
        arrival = Arrival("1", ("ada.k3j2@journeys.test",), NOW, subject=subject, text=text, **more)
        return Touch(arrival, "", None, NOW)
    raw = raw_message(text, html=html, subject=subject, headers=more.pop("headers", ()))
    letter = open_letter(raw)
    letter = replace(letter, pictures=tuple(more.pop("pictures", letter.pictures)), size=more.pop("size", letter.size))
    arrival = read(raw, id="1", to=["ada.k3j2@journeys.test"], at=NOW)
    return Touch(replace(arrival, **more), kind, None, NOW, letter)


def known(**more: Any) -> Known:
    """What is known; she is Ada unless `person` says otherwise."""
    her = more.pop("person", person())
    strangers = Strangers(more.pop("strangers", ()))
    return Known(person=her, cast=(her, *more.pop("others", ())), strangers=strangers, site=SITE, **more)


def found(check: Check, one: Touch, knows: Known | None = None) -> list[Finding]:
    """What a check finds, each with the severity that it has."""
    default = check.severity
    return [replace(finding, severity=finding.severity or default) for finding in check.look(one, knows or known())]


def failing(check: Check, one: Touch, knows: Known | None = None) -> list[str]:
    """The sentences of what fails."""
    return [one.said for one in found(check, one, knows) if one.severity is Severity.FAIL and not one.unsure]


def rows(*cells: tuple[str, str]) -> str:
    """A table as receipts have it."""
    return "<table>" + "".join(f"<tr><td>{one}</td>\t<td>{two}</td></tr>" for one, two in cells) + "</table>"


def page(*lines: str, head: str = "") -> str:
    """An HTML message of these lines."""
    return f"<html><head>{head}</head><body>" + "".join(f"<p>{line}</p>" for line in lines) + "</body></html>"


def _ordinary() -> Iterator[tuple[str, Touch]]:
    for mail in tomllib.loads(Path(__file__).with_name("ordinary.toml").read_text("utf-8"))["mail"]:
        locale, subject, text = mail["locale"], mail["subject"], mail["text"]
        for kind in ("receipt", "newsletter"):
            yield locale, touch(text, subject=subject, kind=kind)
        lines = [line.replace("<", "&lt;") for line in text.split("\n")]
        if "`" not in text:
            yield locale, touch(text, html=page(*lines), subject=subject)
            yield locale, touch(text, subject=subject, channel="page")
    samples = "in the lesson you will see <code>{{ name }}</code> and <code>${name}</code>", "<pre>Hi %s</pre>"
    yield "en-GB", touch(html=page("Hello Ada,", *samples))
    yield (
        "en-GB",
        touch(
            html=page("Hi Ada,", '<a href="https://track.example/c?ref=null&utm_term=undefined&q=100%25">Shop</a>'),
            attachments=(Attachment("a.csv", "text/csv", 9, "name,needs\nAda,None\nBen,null-safe"),),
        ),
    )


ORDINARY = tuple(_ordinary())
"""Ordinary mail of other makes, as (locale, message): as plain text, as HTML with its text, and as a page."""
