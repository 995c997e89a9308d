"""Text messages and webhooks as touchpoints: tonight, with no capture, and across nights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.mailbox.servers import Server, eventually
from tests.plugin.conftest import Suite
from upheld.ledger import open_ledger

pytest_plugins = ["pytester"]

Scenario = Callable[..., str]

STEPS = """
import httpx

@step(parsers.re(r'the shop texts (?P<who>\\w+) "(?P<body>[^"]+)"'))
def texts(journey, who, body):
    base = journey.settings.capture.replace("capture://", "http://").partition("?")[0]
    form = {"To": journey.actor(who).person.phone, "From": "Shop", "Body": body}
    at = f"{base}/2010-04-01/Accounts/AC1/Messages.json"
    assert httpx.post(at, data=form, auth=("AC1", "token"), trust_env=False).status_code == 201

@step(parsers.re(r'the shop tells (?P<who>\\w+) of "(?P<event>[^"]+)"'))
def tells(journey, who, event):
    base = journey.settings.capture.replace("capture://", "http://").partition("?")[0]
    hook = f"{base}/hooks/{journey.actor(who).person.email}"
    assert httpx.post(hook, json={"type": event, "data": {"amount": "120.00"}}, trust_env=False).status_code == 204
"""


@pytest.fixture
def texting(suite: Suite) -> Suite:
    with (suite.root / "conftest.py").open("a", encoding="utf-8") as file:
        file.write(STEPS)
    return suite


def test_what_comes_by_text_message_and_webhook_is_judged_by_its_channel(
    texting: Suite, site: str, scenario: Scenario
) -> None:
    texting.write_settings(
        site=site, mailbox="embedded://127.0.0.1:0", capture="capture://127.0.0.1:0", patience="3s", quiet="0.3s"
    )
    texting.feature(
        scenario(
            "She is sent a code",
            "Given Ada walks on",
            'When the shop texts Ada "Your code is 4711"',
            "Then she receives a code by text message within 3 seconds",
        )
        + scenario(
            "He is sent it by mail",
            "Given Ben walks on",
            'When the shop sends Ben "Your code"',
            "Then he is promised a code by text message within 1 second",
        )
        + scenario(
            "The books are told",
            "Given Cleo walks on",
            'When the shop tells Cleo of "order.notice"',
            "Then she is promised an order notice by webhook within 2 seconds",
            "And she is promised no receipt by webhook for 1 second",
        )
    )
    result = texting.run("features", "-p", "xdist", "-n", "2")
    assert texting.verdicts() == {
        "code to Ada": "kept",
        "code to Ben": "broken",
        "order notice to Cleo": "kept",
        "no receipt to Cleo": "kept",
    }, str(result.stdout)
    phones = [person.details["phone"] for journey in texting.view().journeys for person in journey.cast]
    assert len(set(phones)) == 3


def test_with_no_capture_they_are_unproven_and_mail_is_not(texting: Suite, scenario: Scenario) -> None:
    texting.feature(
        scenario("She waits", "Given Ada walks on", "Then she receives a code by text message within 1 second")
        + scenario(
            "He does not",
            "Given Ben walks on",
            'When the shop sends Ben "Your receipt"',
            "Then he is promised a receipt within 2 seconds",
            "And he is promised a reminder by text message within 1 second",
        )
    )
    result = texting.run("features")
    assert texting.verdicts() == {
        "code to Ada": "unproven",
        "receipt to Ben": "kept",
        "reminder to Ben": "unproven",
    }
    assert 'no capture is set: where text messages and webhooks are caught is said by `capture = "capture://' in str(
        result.stdout
    )


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Server]:
    """A capture that stands on the machine between the nights."""
    server = Server("capture", tmp_path).start()
    yield server
    server.close()


def test_a_later_night_settles_a_text_message_that_came_between(
    texting: Suite, site: str, scenario: Scenario, daemon: Server
) -> None:
    store = daemon.folder / ".upheld" / "capture.db"
    texting.write_settings(
        site=site, mailbox="embedded://127.0.0.1:0", capture=f"{daemon.url}?store={store}", patience="0s", quiet="0.3s"
    )
    texting.feature(
        scenario(
            "Reminders", "Given Ada walks on", "Then she is promised a reminder by text message within 1 minute",
            "And Ben is promised a reminder by text message within 4 seconds",
        )
    )  # fmt: skip
    texting.run("features")
    assert texting.verdicts() == {"reminder to Ada": "open", "reminder to Ben": "open"}
    first = texting.view()
    phones = {person.who: str(person.details["phone"]) for person in first.journeys[0].cast}
    form = {"To": phones["Ada"], "From": "Shop", "Body": "A reminder: it is tomorrow"}
    at = f"http://127.0.0.1:{daemon.port}/2010-04-01/Accounts/AC1/Messages.json"
    assert httpx.post(at, data=form, auth=("AC1", "token"), trust_env=False).status_code == 201

    texting.feature(scenario("Another night", "Given Dan walks on", "Then he is promised a code within 1 second"))
    ledger = f"sqlite:///{texting.root / '.upheld' / 'ledger.db'}"

    def settled() -> bool:
        texting.run("features")
        with open_ledger(ledger) as opened:
            judged = [event for event in opened.events(run=first.id, kinds=("judged",)) if event.data["final"]]
        return len(judged) == 2

    eventually(settled, 60)
    with open_ledger(ledger) as opened:
        judged = {
            event.data["why"].partition("'")[0][:3]: event.data
            for event in opened.events(run=first.id, kinds=("judged",))
        }
    assert {who: data["verdict"] for who, data in judged.items()} == {"Ada": "kept", "Ben": "broken"}
