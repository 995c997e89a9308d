"""The post between site and mailbox drops, delays, doubles, re-addresses and garbles: the verdicts are right."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.mailbox.servers import free_port
from tests.plugin.conftest import Suite
from upheld.mailbox import open_mailbox

pytest_plugins = ["pytester"]

Scenario = Callable[..., str]


class Post:
    """A proxy that treats the mail of each person in a way of her own, by her name."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's
        content = envelope.original_content or b""
        for to in envelope.rcpt_tos:
            getattr(self, to.partition(".")[0])(to, content)
        return "250 OK"

    def deliver(self, to: str, content: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self._port) as smtp:
            smtp.sendmail("shop@shop.test", [to], content)

    def plain(self, to: str, content: bytes) -> None:
        self.deliver(to, content)

    def dropped(self, to: str, content: bytes) -> None:
        """Nothing reaches her."""

    def delayed(self, to: str, content: bytes) -> None:
        threading.Timer(3.0, self.deliver, (to, content)).start()

    def doubled(self, to: str, content: bytes) -> None:
        self.deliver(to, content)
        self.deliver(to, content)

    def astray(self, to: str, content: bytes) -> None:
        self.deliver("someone-else@journeys.test", content)

    def garbled(self, to: str, content: bytes) -> None:
        message = BytesParser(policy=default).parsebytes(content)
        assert isinstance(message, EmailMessage)
        message.set_content("".join(chr(33 + (ord(letter) * 7) % 90) for letter in message.get_content()))
        self.deliver(to, message.as_bytes())

    def mangled(self, to: str, content: bytes) -> None:
        self.deliver(to, bytes(33 + (byte * 7) % 90 for byte in content))


@pytest.fixture
def post(suite: Suite, site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The shop's mail goes through the proxy."""
    mailbox = open_mailbox(f"embedded://127.0.0.1:0?store={tmp_path / 'box.db'}", root=tmp_path, start=True)
    port = int(mailbox.url.split(":")[2].split("?")[0])
    proxy = Controller(Post(port), hostname="127.0.0.1", port=free_port())
    proxy.start()
    monkeypatch.setenv("SHOP_SMTP_PORT", str(proxy.port))
    suite.write_settings(site=site, mailbox=mailbox.url, patience="6s", quiet="0.3s")
    yield
    proxy.stop()
    mailbox.close()


def test_what_the_post_does_is_told(suite: Suite, scenario: Scenario, post: None) -> None:
    names = ("Plain", "Dropped", "Delayed", "Doubled", "Astray", "Garbled", "Mangled")
    suite.feature(
        "".join(
            scenario(
                f"Journey of {name}",
                f"Given {name} walks on",
                f'When the shop sends {name} "Your receipt" saying "{name} paid 120.00 EUR"',
                f"Then {name} is promised a receipt within 2 seconds",
                "  | amount | 120.00 EUR |",
            )
            for name in names
        )
    )
    result = suite.run("features")
    assert suite.verdicts() == {
        "receipt to Plain": "kept",
        "receipt to Dropped": "broken",
        "receipt to Delayed": "late",
        "receipt to Doubled": "repeated",
        "receipt to Astray": "broken",
        "receipt to Garbled": "wrong",
        "receipt to Mangled": "broken",
    }
    said = str(result.stdout)
    assert "someone-else@journeys.test" not in said.split("Journey of Dropped")[0]
