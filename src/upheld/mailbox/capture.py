"""The capture: a process of our own that takes text messages and webhooks by HTTP, and the file where it keeps them.

    capture://HOST:PORT[?store=PATH]

Text messages come as sites send them through Twilio, webhooks at `/hooks/<address>`: see `_http`.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from upheld.errors import MailboxUnreachable
from upheld.mailbox import _address
from upheld.mailbox._stored import StoredMailbox
from upheld.mailbox.base import CAPTURE, StrangerThere

__all__ = ["DEFAULT_STORE", "CaptureMailbox"]

DEFAULT_STORE = Path(".upheld/capture.db")
_IDENTIFICATION = "X-Upheld-Capture"  # as in `_http`, whose import would load a server


class CaptureMailbox(StoredMailbox):
    """A reader of the capture, and the holder of its process where it started it."""

    name = CAPTURE
    what = "capture of text messages and webhooks"
    scheme = "capture"
    door = "capture"
    example = "capture://127.0.0.1:1080"
    default_store = DEFAULT_STORE

    @property
    def base_url(self) -> str:
        """The address that stands in the place of https://api.twilio.com."""
        return f"http://{_address.hostport(self._host, self._port)}"

    def hook_url(self, address: str) -> str:
        """Return where webhooks for this address are posted."""
        return f"{self.base_url}/hooks/{quote(address, safe='@+')}"

    @classmethod
    def identified(cls, host: str, port: int, *, timeout: float = 2.0) -> str:
        """Return the id of the store behind the port, which it says in every answer."""
        import httpx

        place = _address.hostport(host, port)
        try:
            answer = httpx.get(f"http://{place}/", timeout=timeout, trust_env=False)
        except httpx.ConnectError as error:
            raise MailboxUnreachable(f"{place} refuses the connection ({error})") from error
        except httpx.HTTPError as error:
            raise StrangerThere(f"{place} accepts connections but says nothing that a capture would") from error
        known = str(answer.headers.get(_IDENTIFICATION, ""))
        if not known:
            raise StrangerThere(f"{place} is another web server, which answers {answer.status_code}")
        return known

    def post(self, sender: str, recipient: str, subject: str, body: str) -> None:
        """Post a small webhook through the port, as the site does."""
        import httpx

        said = {"type": subject, "from": sender, "text": body}
        try:
            answer = httpx.post(self.hook_url(recipient), json=said, timeout=5.0, trust_env=False)
        except httpx.HTTPError as error:
            raise MailboxUnreachable(f"A message could not be posted to {self.url}: {error}") from error
        if answer.is_error:
            raise MailboxUnreachable(f"A message could not be posted to {self.url}: it answered {answer.status_code}")
