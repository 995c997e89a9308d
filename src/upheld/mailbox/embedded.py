"""The embedded mailbox: a process of our own that takes mail at a port, and the file in which it keeps it.

embedded://HOST:PORT[?store=PATH]
"""

from __future__ import annotations

from pathlib import Path

from upheld.mailbox._smtp import identified, letter, submit
from upheld.mailbox._stored import StoredMailbox

__all__ = ["DEFAULT_STORE", "EmbeddedMailbox"]

DEFAULT_STORE = Path(".upheld/mailbox.db")


class EmbeddedMailbox(StoredMailbox):
    """A reader of the embedded mailbox, and the holder of its process where it started it."""

    name = "the mailbox"
    what = "embedded mailbox"
    scheme = "embedded"
    door = "mail"
    example = "embedded://127.0.0.1:1025"
    default_store = DEFAULT_STORE

    @classmethod
    def identified(cls, host: str, port: int, *, timeout: float = 2.0) -> str:
        """Return the id of the store behind the port, which it says in its answer to EHLO."""
        return identified(host, port, timeout=timeout)

    def post(self, sender: str, recipient: str, subject: str, body: str) -> None:
        """Post a small text message through the port, as the site does."""
        submit(self._host, self._port, letter(sender, recipient, subject, body))
