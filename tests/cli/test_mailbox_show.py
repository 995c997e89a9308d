"""`upheld mailbox show`: whoever walks by hand reads what was caught for her."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mailbox.servers import sent
from upheld.cli.mailbox import show
from upheld.errors import UsageError
from upheld.mailbox._store import Writer

SMS = (
    b"POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
    b"To=%2B441134960187&From=Demo&Body=Your+code+is+123456%1B%5B31m"
)
HOOK = (
    b"POST /hooks/organiser@journeys.test HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
    b'{"type": "booking.made", "data": {"order": 4711}}'
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    writer = Writer(tmp_path / "capture.db")
    writer.sit("127.0.0.1:1080")
    writer.store("", ["ada@example.test"], sent("The oldest of them"))
    writer.store("", ["organiser@journeys.test"], HOOK)
    writer.store("", ["+441134960187"], SMS)
    writer.store("", ["canary.a3aa811c.6@journeys.test"], HOOK)
    writer.close()
    return tmp_path / "capture.db"


def test_the_newest_are_told_with_channel_recipient_and_words(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show(store, 2, "") == 0
    hook, sms = capsys.readouterr().out.strip().split("\n\n")
    assert "  webhook to organiser@journeys.test\n    booking.made\n" in hook
    assert "    data.order: 4711" in hook
    assert "  text message to +441134960187\n    Your code is 123456 [31m" in sms
    show(store, 9, "")
    assert "email to ada@example.test\n    The oldest of them\n    Hello." in capsys.readouterr().out


def test_only_hers_are_told_where_she_is_named(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show(store, 5, "44113")
    found = capsys.readouterr().out
    assert "123456" in found
    assert "webhook" not in found
    show(store, 5, "nobody")
    assert f"Nothing to nobody is kept in {store}." in capsys.readouterr().out


def test_a_store_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing has been caught there yet"):
        show(tmp_path / "capture.db", 5, "")
    assert not list(tmp_path.iterdir())
