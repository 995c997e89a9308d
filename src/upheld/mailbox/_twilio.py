"""Text messages in Twilio's REST form: what `POST .../Messages.json` takes, and what it answers.

The form, the message resource and the errors are those of Twilio's own documentation, "Message resource" and "Error
and warning dictionary" (https://www.twilio.com/docs/messaging/api/message-resource, .../docs/api/errors).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

__all__ = ["Refused", "TextMessage", "e164", "refusal", "resource", "taken"]

LONGEST = 1600
_VERSION = "2010-04-01"
_SENDER = re.compile(r"\+?[0-9]{3,15}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}")  # a number, a short code, or a name
# Letters of one septet in GSM 03.38; with any other letter a segment holds 70, or 67 where there are several.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")


class Refused(Exception):
    """What Twilio would refuse: its HTTP `status`, and the `code` of its dictionary."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message as it was accepted; `to` is in E.164 form."""

    account: str
    to: str
    sender: str
    service: str
    body: str
    media: tuple[str, ...]


def e164(number: str) -> str:
    """Return the number as `+` and digits (ITU-T E.164), or "" where it is none; what stands between digits is cut."""
    bare = re.sub(r"[\s().\-/\u2010-\u2015]", "", number)
    found = re.fullmatch(r"\+?([1-9][0-9]{6,14})", bare, re.ASCII)
    # Without its plus a number must be long enough to carry a country's code, or it may be anyone's.
    return f"+{found[1]}" if found and (bare.startswith("+") or len(found[1]) >= 11) else ""


def taken(account: str, form: Mapping[str, Sequence[str]]) -> TextMessage:
    """Return the message that the form asks to be sent. Raises `Refused`."""

    def said(name: str) -> str:
        return (form.get(name) or [""])[0]

    to, sender, service, body = said("To").strip(), said("From").strip(), said("MessagingServiceSid"), said("Body")
    media = tuple(form.get("MediaUrl") or ())
    if not to:
        raise Refused(400, 21604, "A 'To' phone number is required.")
    number = e164(to)
    if not number:
        raise Refused(400, 21211, f"Invalid 'To' Phone Number: {to[:60]}")
    if not sender and not service:
        raise Refused(400, 21603, "A 'From' phone number is required.")
    if sender and not _SENDER.fullmatch(e164(sender) or sender):
        raise Refused(400, 21212, f"Invalid From Number (caller ID): {sender[:60]}")
    if e164(sender) == number:
        raise Refused(400, 21266, f"'To' and 'From' number cannot be the same: {number}")
    if not body and not media:
        raise Refused(400, 21602, "Message body is required.")
    if len(body) > LONGEST:
        raise Refused(400, 21617, f"The concatenated message body exceeds the {LONGEST} character limit.")
    return TextMessage(account, number, e164(sender) or sender, service, body, media)


def resource(message: TextMessage) -> dict[str, Any]:
    """Return the message resource with which Twilio answers 201: queued, not yet sent, without a price."""
    sid = f"{'MM' if message.media else 'SM'}{secrets.token_hex(16)}"
    uri = f"/{_VERSION}/Accounts/{message.account}/Messages/{sid}"
    now = format_datetime(datetime.now(UTC))
    return {
        "account_sid": message.account,
        "api_version": _VERSION,
        "body": message.body,
        "date_created": now,
        "date_sent": None,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": message.sender or None,
        "messaging_service_sid": message.service or None,
        "num_media": str(len(message.media)),
        "num_segments": str(0 if message.service else _segments(message.body)),
        "price": None,
        "price_unit": None,
        "sid": sid,
        "status": "accepted" if message.service else "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def refusal(refused: Refused) -> dict[str, Any]:
    """Return the error as Twilio writes it."""
    more = f"https://www.twilio.com/docs/errors/{refused.code}"
    return {"code": refused.code, "message": str(refused), "more_info": more, "status": refused.status}


def _segments(body: str) -> int:
    plain = all(letter in _GSM or letter in _GSM_TWICE for letter in body)
    length = len(body) + sum(letter in _GSM_TWICE for letter in body) if plain else len(body.encode("utf-16-le")) // 2
    single, several = (160, 153) if plain else (70, 67)
    return 1 if length <= single else -(-length // several)
