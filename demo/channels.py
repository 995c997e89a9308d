"""How a message leaves: mail by SMTP, text messages as Twilio takes them, webhooks as JSON."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cached_property
from typing import TYPE_CHECKING

import httpx

from demo.letters import SENDER, Hook, Letter, Text
from demo.settings import Settings
from demo.spoiling import outgoing
from demo.store import Mail

if TYPE_CHECKING:
    from twilio.rest import Client

__all__ = ["Channels"]

log = logging.getLogger("demo")
PATIENCE = 10.0  # seconds
ACCOUNT = "AC" + "0" * 32
NUMBER = "+15005550006"  # Twilio's own number for tests (its docs, "Test credentials")


class Channels:
    """Delivers what a story has composed, or raises; whoever calls tries again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def deliver(self, composed: Letter | Text | Hook, mail: Mail, now: datetime) -> None:
        """Deliver one message by the channel that its kind of words goes by."""
        if isinstance(composed, Letter):
            for message, recipient in outgoing(composed, mail, now, self._settings):
                self._send(message, recipient)
        elif isinstance(composed, Text):
            self._text(composed, mail.recipient)
        else:
            self._call(composed, mail, now)

    def close(self) -> None:
        """Let go of what is kept open between two webhooks."""
        if "_web" in self.__dict__:
            self._web.close()

    @cached_property
    def _web(self) -> httpx.Client:
        return httpx.Client(timeout=PATIENCE, trust_env=False)

    def _send(self, message: EmailMessage, recipient: str) -> None:
        place = self._settings.smtp_host, self._settings.smtp_port
        # A fixed name for EHLO: the usual one asks the name server who we are, which can take seconds.
        server = smtplib.SMTP(*place, local_hostname="demo.test", timeout=PATIENCE)
        try:
            server.send_message(message, SENDER.addr_spec, [recipient])
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()  # it has the mail; how we part is no reason to send it again
        finally:
            server.close()

    @cached_property
    def _twilio(self) -> Client:
        from twilio.rest import Client  # with the first text message; most shops send none

        client = Client(ACCOUNT, self._settings.sms_token)
        client.api.base_url = self._settings.sms_url
        return client

    def _text(self, text: Text, number: str) -> None:
        if not self._settings.sms_url:
            log.warning("no text message was sent to %s: DEMO_SMS_URL names nobody who would take it", number)
            return
        self._twilio.messages.create(to=number, from_=NUMBER, body=text.body)

    def _call(self, hook: Hook, mail: Mail, now: datetime) -> None:
        # The same id at each try, so that whoever listens can tell a second try from a second event.
        name = f"evt_{hashlib.sha256(mail.message_id.encode()).hexdigest()[:24]}"
        body = {"id": name, "type": hook.event, "created": now.astimezone(UTC).isoformat(), "data": hook.data}
        self._web.post(mail.recipient, json=body).raise_for_status()
