"""The SMTP side that both mailboxes share: asking who answers at a port, and posting a small message."""

from __future__ import annotations

import contextlib
import email.utils
import smtplib
import uuid
from email.message import EmailMessage

from upheld.errors import MailboxUnreachable
from upheld.mailbox.base import StrangerThere

__all__ = ["IDENTIFICATION", "identified", "letter", "submit"]

IDENTIFICATION = "X-UPHELD-MAILBOX"
"""The line in the EHLO answer that names the store behind the port."""
_OURSELVES = "localhost"  # said in EHLO; the default would ask the DNS for this machine's full name


def identified(host: str, port: int, *, timeout: float = 2.0) -> str:
    """Return the id of the store behind the port.

    Raises `StrangerThere` where something else answers or nothing is said, `MailboxUnreachable` where nobody does.
    """
    try:
        # Closed without a QUIT, whose answer a stranger may keep us waiting for.
        with contextlib.closing(smtplib.SMTP(host, port, local_hostname=_OURSELVES, timeout=timeout)) as smtp:
            smtp.ehlo()
            known = smtp.esmtp_features.get(IDENTIFICATION.lower(), "").strip()
            greeting = (smtp.ehlo_resp or b"").decode("utf-8", "replace").split("\n")[0]
    except ConnectionRefusedError as error:
        raise MailboxUnreachable(f"{host}:{port} refuses the connection") from error
    except (TimeoutError, smtplib.SMTPException) as error:
        raise StrangerThere(f"{host}:{port} accepts connections but says nothing that a mailbox would") from error
    except OSError as error:
        raise MailboxUnreachable(f"{host}:{port} cannot be reached: {error}") from error
    if not known:
        raise StrangerThere(f'{host}:{port} is another mail server, which calls itself "{greeting}"')
    return known


def letter(sender: str, recipient: str, subject: str, body: str) -> EmailMessage:
    """Return a small text message with its own Message-ID."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message["Date"] = email.utils.formatdate(usegmt=True)
    message["Message-ID"] = f"<{uuid.uuid4().hex}@upheld.invalid>"
    message.set_content(body)
    return message


def submit(host: str, port: int, message: EmailMessage, *, timeout: float = 5.0) -> None:
    """Hand the message to the server there. Raises `MailboxUnreachable`."""
    try:
        with smtplib.SMTP(host, port, local_hostname=_OURSELVES, timeout=timeout) as smtp:
            smtp.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise MailboxUnreachable(f"A message could not be posted to {host}:{port} by SMTP: {error}") from error
