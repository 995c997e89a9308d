"""Without a turnable clock: one night drives and leaves promises open, and a later one settles them from the ledger."""

from __future__ import annotations

import contextlib
import json
import re
import smtplib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.plugin.conftest import Suite
from tests.postgres import postgres_cluster
from upheld.mailbox import Mailbox, open_mailbox

__all__ = ["postgres_cluster"]

pytest_plugins = ["pytester"]

Scenario = Callable[..., str]
WINDOW = 12


class Daemon:
    """`upheld mailbox serve`, as it stands on a machine between the nights."""

    def __init__(self, store: Path) -> None:
        self.store, self.port = store, 0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Serve, on the port of before where there was one."""
        command = ("-m", "upheld", "mailbox", "serve", "--port", str(self.port), "--store", str(self.store))
        self._process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        found = re.search(r":(\d+)", self._process.stdout.readline())
        assert found
        self.port = int(found[1])

    def stop(self) -> None:
        """End it, as a machine that goes down does."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.terminate()
        self._process.wait(10)
        self._process.stdout.close()

    @property
    def url(self) -> str:
        """Where it is read."""
        return f"embedded://127.0.0.1:{self.port}?store={self.store}"

    def opened(self) -> contextlib.closing[Mailbox]:
        """The mailbox, to wait for what arrives."""
        return contextlib.closing(open_mailbox(self.url, root=self.store.parent, start=False))


@pytest.fixture
def daemon(suite: Suite, site: str, tmp_path: Path) -> Iterator[Daemon]:
    """A mailbox that stays between the nights."""
    daemon = Daemon(tmp_path / "mailbox.db")
    daemon.start()
    suite.write_settings(site=site, mailbox=daemon.url, patience="0.5s", quiet="0.3s")
    yield daemon
    daemon.stop()


def first_night(suite: Suite, scenario: Scenario) -> datetime:
    """Drive, and leave both promises open; return when their windows close."""
    suite.feature(
        scenario("It comes", "Given Ada walks on", f"Then Ada is promised a reminder within {WINDOW} seconds")
        + scenario("It does not", "Given Ben walks on", f"Then Ben is promised a reminder within {WINDOW} seconds")
    )
    suite.run("features")
    assert suite.verdicts() == {"reminder to Ada": "open", "reminder to Ben": "open"}
    closes = [
        view.judgement.site_by for journey in suite.view().journeys for view in journey.promises if view.judgement
    ]
    return max(when for when in closes if when)


def send(suite: Suite, daemon: Daemon, who: str) -> None:
    """Let the reminder reach her between the nights."""
    people = {person.who: person.address for journey in suite.view().journeys for person in journey.cast}
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@shop.test", people[who], "Your reminder"
    message.set_content("Tomorrow!")
    with smtplib.SMTP("127.0.0.1", daemon.port) as smtp:
        smtp.send_message(message)


def wait_until(when: datetime) -> None:
    """Real time is what this test is about: a window has to close before it is judged."""
    threading.Event().wait(max((when - datetime.now(UTC)).total_seconds() + 1.5, 0))


def settle(suite: Suite) -> subprocess.CompletedProcess[str]:
    """Run `upheld settle` in a process of its own."""
    command = [sys.executable, "-m", "upheld", "settle"]
    return subprocess.run(command, cwd=suite.root, capture_output=True, text=True, timeout=60, check=False)


BOOKS = """
@step(parsers.re(r"(?P<who>\\w+) books"))
def books(journey, who):
    with journey.moment("booking"):
        journey.actor(who)
"""


@pytest.mark.parametrize("ledger", ["sqlite", "postgres"])
def test_four_nights(
    suite: Suite, scenario: Scenario, daemon: Daemon, site: str, ledger: str, request: pytest.FixtureRequest
) -> None:
    """Night 1 drives; on night 2 the mailbox is away; on night 3 a reminder comes; night 4 judges what did not."""
    if ledger == "postgres":
        url = request.getfixturevalue("postgres_cluster").new_database()
        suite.write_settings(site=site, mailbox=daemon.url, ledger=url, patience="0.5s", quiet="0.3s")
    with (suite.root / "conftest.py").open("a", encoding="utf-8") as file:
        file.write(BOOKS)
    promised = {
        "Ada": "a reminder within 32 seconds of booking",
        "Ben": "a reminder between 23 seconds and 32 seconds after booking",
        "Cleo": "a reminder within 32 seconds of booking",
    }
    suite.feature(
        "".join(scenario(who, f"Given {who} books", f"Then {who} is promised {what}") for who, what in promised.items())
    )
    suite.run("features")
    assert set(suite.verdicts().values()) == {"open"}
    nights = [view.judgement for journey in suite.view().journeys for view in journey.promises]
    opens = max(night.site_from for night in nights if night and night.site_from)
    closes = max(night.site_by for night in nights if night and night.site_by)

    daemon.stop()
    wait_until(datetime.now(UTC) + timedelta(seconds=2))
    daemon.start()
    settle(suite)
    assert set(suite.verdicts().values()) == {"open"}
    assert datetime.now(UTC) < opens, "the machine is too slow for this test: the mailbox was away in Ben's window too"

    send(suite, daemon, "Ada")
    settle(suite)
    assert suite.verdicts() == {"reminder to Ada": "kept", "reminder to Ben": "open", "reminder to Cleo": "open"}

    wait_until(closes)
    result = settle(suite)
    assert suite.verdicts() == {"reminder to Ada": "kept", "reminder to Ben": "broken", "reminder to Cleo": "unproven"}
    assert result.returncode == 1, result.stderr
    again = settle(suite)
    assert again.returncode == 0
    assert "Nothing is open" in again.stdout


def test_a_later_run_settles_as_well(suite: Suite, scenario: Scenario, daemon: Daemon) -> None:
    closes = first_night(suite, scenario)
    wait_until(closes)
    suite.feature(scenario("Another", "Given Cleo walks on", "Then Cleo is promised no code for 0.4 seconds"))
    result = suite.run("features")
    result.assert_outcomes(passed=2, failed=2)
    results = json.loads((suite.root / ".upheld" / "report" / "results.json").read_text("utf-8"))
    assert results["gate"] == "no-go"
    assert results["verdicts"]["broken"] == 2


def test_a_duplicate_of_a_later_night_turns_the_verdict(suite: Suite, scenario: Scenario, daemon: Daemon) -> None:
    suite.feature(
        scenario(
            "Ada",
            "Given Ada walks on",
            'When the shop sends Ada "Your receipt"',
            "Then Ada is promised a receipt within 1 second",
            f"And Ada is promised a reminder within {WINDOW} seconds",
        )
    )
    suite.run("features")
    assert suite.verdicts() == {"receipt to Ada": "kept", "reminder to Ada": "open"}
    people = {person.who: person.address for journey in suite.view().journeys for person in journey.cast}
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@shop.test", people["Ada"], "Your receipt"
    message.set_content("Hello")
    with smtplib.SMTP("127.0.0.1", daemon.port) as smtp:
        smtp.send_message(message)
    settle(suite)
    assert suite.verdicts()["receipt to Ada"] == "repeated"


def test_what_a_killed_run_left_behind_is_no_news_of_the_next(suite: Suite, scenario: Scenario, daemon: Daemon) -> None:
    suite.feature(
        scenario(
            "It is killed",
            "Given Ada walks on",
            "When the process dies",
            "Then Ada is promised a receipt within 1 second",
        )
    )
    suite.run("features")
    suite.feature(scenario("It lives", "Given Ben walks on", "Then Ben is promised no receipt for 0.4 seconds"))
    result = suite.run("features")
    result.assert_outcomes(passed=2)
    assert settle(suite).stdout.startswith("Nothing is open")
