"""What could not be looked at is unproven, with the reason: never broken, and never kept."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.needs import needs
from tests.plugin.conftest import Suite

pytest_plugins = ["pytester"]

Scenario = Callable[..., str]

STEPS = """
import os, signal
from pytest_bdd import parsers, step

@step(parsers.re("the (?P<what>mailbox|site) is stopped"))
def is_stopped(what):
    os.kill(int(os.environ[f"{what.upper()}_PID"]), signal.SIGKILL)

@step("her browser is killed")
def browser_is_killed(journey, request):
    import psutil
    browsers = [child for child in psutil.Process().children(recursive=True) if "chrom" in child.name().lower()]
    for child in browsers:
        child.kill()
"""

SITE = (
    "import http.server, socketserver\n"
    "class Answers(http.server.BaseHTTPRequestHandler):\n"
    "    def do_GET(self):\n"
    "        self.send_response(200); self.send_header('Content-Type', 'text/html'); self.end_headers()\n"
    "        self.wfile.write(b'<html lang=en><title>Shop</title><h1>Shop</h1><a href=/next>Next</a></html>')\n"
    "    def log_message(self, *args): pass\n"
    "server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Answers)\n"
    "print(server.server_address[1], flush=True); server.serve_forever()\n"
)


def started(*command: str) -> tuple[subprocess.Popen[str], str]:
    """Start a process and return it with the first line that it says."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline()


@pytest.fixture
def stoppable(suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Suite]:
    """A suite whose site and mailbox are processes that its steps can kill."""
    with (suite.root / "conftest.py").open("a", encoding="utf-8") as file:
        file.write(STEPS)
    store = tmp_path / "mailbox.db"
    box, said = started(
        sys.executable, "-m", "upheld.mailbox.serve", "--port", "0", "--store", str(store), "--host", "127.0.0.1"
    )
    found = re.search(r":(\d+)", said)
    assert found, said
    site, port = started(sys.executable, "-c", SITE)
    monkeypatch.setenv("MAILBOX_PID", str(box.pid))
    monkeypatch.setenv("SITE_PID", str(site.pid))
    suite.write_settings(
        site=f"http://127.0.0.1:{port.strip()}",
        mailbox=f"embedded://127.0.0.1:{found[1]}?store={store}",
        patience="4s",
        quiet="0.3s",
    )
    yield suite
    for process in (box, site):
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


EARLY = (
    "Given Ada walks on",
    'When the shop sends Ada "Your receipt"',
    "Then she receives a receipt within 3 seconds",
)


def test_a_mailbox_that_stops(stoppable: Suite, scenario: Scenario) -> None:
    stoppable.feature(
        scenario("Before", *EARLY)
        + scenario("The mailbox goes", "Given Ben walks on", "When the mailbox is stopped")
        + scenario(
            "After",
            "Given Cleo walks on",
            "Then Cleo is promised a receipt within 2 seconds",
            "And Cleo is promised no reminder for 2 seconds",
        )
    )
    result = stoppable.run("features")
    assert stoppable.verdicts() == {
        "receipt to Ada": "kept",
        "receipt to Cleo": "unproven",
        "no reminder to Cleo": "unproven",
    }
    assert "mailbox" in str(result.stdout)
    result.assert_outcomes(passed=4, errors=2)


def test_a_customer_who_waits_for_a_message_while_the_mailbox_is_away(stoppable: Suite, scenario: Scenario) -> None:
    stoppable.feature(
        scenario(
            "She waits",
            "Given Ada walks on",
            "When the mailbox is stopped",
            "Then she receives a code within 3 seconds",
        )
    )
    result = stoppable.run("features")
    assert stoppable.verdicts() == {"code to Ada": "unproven"}
    result.assert_outcomes(errors=2, passed=0)


def test_a_site_that_stops(stoppable: Suite, scenario: Scenario) -> None:
    stoppable.feature(
        scenario("Before", *EARLY)
        + scenario(
            "The site goes",
            "Given Ben walks on",
            "When the site is stopped",
            "Then Ben is promised a receipt within 3 seconds",
        )
    )
    result = stoppable.run("features")
    assert stoppable.verdicts() == {"receipt to Ada": "kept", "receipt to Ben": "unproven"}
    assert "did not answer" in str(result.stdout)
    result.assert_outcomes(passed=3, errors=1)


def test_a_site_that_is_gone_when_she_wants_to_go_on(stoppable: Suite, scenario: Scenario) -> None:
    needs("browser")
    stoppable.feature(
        scenario(
            "It goes",
            'Given Ada opens "/"',
            "When the site is stopped",
            'And she follows "Next"',
            "Then she is promised a receipt within 1 second",
        )
    )
    result = stoppable.run("features")
    assert stoppable.verdicts() == {"receipt to Ada": "unproven"}
    assert [journey.status for journey in stoppable.view().journeys] == ["unproven"]
    result.assert_outcomes(errors=2)


def test_a_browser_that_is_killed_and_the_next_journey_gets_another(stoppable: Suite, scenario: Scenario) -> None:
    needs("browser")
    stoppable.feature(
        scenario(
            "It dies",
            'Given Ada opens "/"',
            "When her browser is killed",
            'And she follows "Next"',
            "Then she is promised a receipt within 1 second",
        )
        + scenario(
            "It lives",
            'Given Ben opens "/"',
            'When the shop sends Ben "Your receipt"',
            'And he follows "Next"',
            "Then he is promised a receipt within 2 seconds",
        )
    )
    stoppable.run("features")
    assert stoppable.verdicts() == {"receipt to Ada": "unproven", "receipt to Ben": "kept"}
    assert [journey.status for journey in stoppable.view().journeys] == ["unproven", "passed"]


def test_no_mail_ever_is_said_beside_broken(suite: Suite, scenario: Scenario) -> None:
    suite.feature(scenario("None comes", "Given Ben walks on", "Then Ben is promised a receipt within 1 second"))
    result = suite.run("features")
    assert suite.verdicts() == {"receipt to Ben": "broken"}
    assert "No mail of this site has ever reached this mailbox" in str(result.stdout)
