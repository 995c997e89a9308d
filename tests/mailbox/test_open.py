"""One door to every mailbox: what it takes, what it refuses, and that it keeps secrets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mailbox.servers import free_port
from upheld.errors import MailboxUnreachable, UsageError
from upheld.mailbox import open_mailbox


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mailpitt+http://127.0.0.1:8025", 'https://. Did you mean "mailpit+http"?'),
        ("embeded://127.0.0.1:1025", 'known: embedded://, mailpit+http://, mailpit+https://. Did you mean "embedded"?'),
        ("127.0.0.1:1025", "An address looks like embedded://127.0.0.1:1025"),
        ("", "An address looks like embedded://127.0.0.1:1025"),
        ("embedded://127.0.0.1", "names no port"),
        ("embedded://:1025", "names no host"),
        ("embedded://127.0.0.1:99999", "Port out of range"),
        ("embedded://127.0.0.1:1025?stor=x", '"stor", which is not known; known: store. Did you mean "store"?'),
        ("mailpit+http://127.0.0.1:8025?smtp=1025", 'has smtp="1025"; it looks like ?smtp=127.0.0.1:1025'),
    ],
)
def test_an_address_that_cannot_be_used_says_what_would(url: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        open_mailbox(url, root=tmp_path, start=True)
    assert told in str(raised.value)


@pytest.mark.parametrize("url", ["mailpit+http://ada:hush%21@127.0.0.1:{}/box", "mailpit+https://ada:hush%21@[::1]:{}"])
def test_a_password_is_never_shown(url: str, tmp_path: Path) -> None:
    mailbox = open_mailbox(url.format(free_port()), root=tmp_path, start=True)
    with pytest.raises(MailboxUnreachable) as raised:
        mailbox.ready()
    mailbox.close()
    assert "ada:***@" in mailbox.url
    for shown in (mailbox.url, repr(mailbox), str(raised.value), repr(raised.value.__cause__)):
        assert "hush" not in shown


@pytest.mark.parametrize("url", ["ada:hush@host", "nothing://ada:hush@host:1", "mailpit+http://ada:hush@host:x"])
def test_an_address_that_is_refused_shows_no_password_either(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        open_mailbox(url, root=tmp_path, start=False)
    assert "hush" not in str(raised.value)


def test_nothing_heavy_is_loaded_until_a_mailbox_is_opened() -> None:
    code = "import sys, upheld.mailbox; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"httpx", "websockets", "sqlalchemy", "aiosmtpd", "bs4", "pypdf", "icalendar", "smtplib"}
