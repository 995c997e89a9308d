"""A tiny suite with a tiny site: pages are not needed to see how journeys are collected, driven and settled."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from upheld.ledger import RunView, fold, open_ledger

# What the suite under test does in the place of a site: it sends mail, by SMTP, as late and as often as it is told.
SUITE_CONFTEST = """
import os, smtplib, threading, time
from email.message import EmailMessage
from urllib.parse import urlsplit
from pytest_bdd import parsers, step
from upheld import CouldNotLook, StepFailed

def send(journey, to, subject, body, delay=0.0, times=1):
    where = urlsplit(journey.settings.mailbox)
    def deliver():
        time.sleep(delay)
        for _ in range(times):
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = "shop@shop.test", to, subject
            message["Message-ID"] = f"<{time.monotonic_ns()}@shop.test>"
            message.set_content(body)
            with smtplib.SMTP(where.hostname, int(os.environ.get("SHOP_SMTP_PORT") or where.port)) as smtp:
                smtp.send_message(message)
    threading.Thread(target=deliver).start()

SENDS = (
    r'the shop sends (?P<who>\\w+) "(?P<subject>[^"]+)"( saying "(?P<body>[^"]*)")?( after (?P<delay>[\\d.]+) s)?'
    r"( (?P<twice>twice))?"
)

@step(parsers.re(SENDS))
def sends(journey, who, subject, body, delay, twice):
    address = journey.actor(who).person.email
    send(journey, address, subject, body or "Hello", float(delay or 0), 2 if twice else 1)

@step(parsers.re(r"(?P<who>\\w+) walks on"))
def walks_on(journey, who):
    journey.actor(who)

@step("nothing can be seen")
def nothing_seen():
    raise CouldNotLook("the fog is too thick")

@step("the step fails")
def step_fails():
    raise StepFailed("Ada saw something else")

@step("the process dies")
def dies():
    os._exit(3)

@step("it fails the first time")
def fails_once(journey):
    if journey.attempt == 1:
        raise StepFailed("the first time it does not work")
"""


# Plugins that a suite does not need, and that take their time to start.
WITHOUT = [word for name in ("hypothesispytest", "faker", "syrupy", "anyio") for word in ("-p", f"no:{name}")]


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is the protocol's
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """A site that answers, and does nothing else."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Suite:
    """A suite in a folder of its own, run by pytest in a process of its own."""

    def __init__(self, pytester: pytest.Pytester, site: str) -> None:
        self.pytester = pytester
        self.root: Path = pytester.path
        pytester.makeconftest(SUITE_CONFTEST)
        self.write_settings(site=site, mailbox="embedded://127.0.0.1:0", patience="3s", quiet="0.3s")

    def write_settings(self, **settings: Any) -> None:
        """Write [tool.upheld]."""
        self.ledger = str(settings.get("ledger", ""))
        lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())
        (self.root / "pyproject.toml").write_text(f"[tool.pytest.ini_options]\n[tool.upheld]\n{lines}\n", "utf-8")

    def feature(self, text: str, name: str = "shop") -> str:
        """Write a feature and return its path."""
        file = self.root / "features" / f"{name}.feature"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"Feature: {name}\n{text}", "utf-8")
        return f"features/{name}.feature"

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> pytest.RunResult:
        """Run pytest and return what it said."""
        return self.pytester.runpytest_subprocess("-p", "no:cacheprovider", *WITHOUT, *arguments, timeout=60)

    def run_cached(self, *arguments: str) -> pytest.RunResult:
        """Run pytest with its cache, which `--lf` reads."""
        return self.pytester.runpytest_subprocess(*WITHOUT, *arguments, timeout=60)

    def view(self) -> RunView:
        """Return the last run as the ledger tells it."""
        ledger = open_ledger(self.ledger or f"sqlite:///{self.root / '.upheld' / 'ledger.db'}")
        try:
            return fold(ledger.events(run=ledger.last_run()))
        finally:
            ledger.close()

    def verdicts(self) -> dict[str, str]:
        """Return the verdicts of the last run by touchpoint and person, journeys that were superseded left out."""
        return {
            f"{view.promise.touchpoint} to {view.promise.who}": str(view.judgement.verdict if view.judgement else None)
            for journey in self.view().journeys
            if journey.superseded_by is None
            for view in journey.promises
        }


@pytest.fixture
def suite(pytester: pytest.Pytester, site: str) -> Suite:
    """A suite to write features into and to run."""
    return Suite(pytester, site)


@pytest.fixture
def scenario() -> Callable[..., str]:
    """Text of a scenario from its steps."""

    def text(name: str, *steps: str, tags: str = "") -> str:
        body = "\n".join(f"    {step}" for step in steps)
        return f"\n  {tags}\n  Scenario: {name}\n{body}\n"

    return text
