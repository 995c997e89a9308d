"""Text messages leave as Twilio takes them and webhooks as JSON, each once, and a story's fault stays its own."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs

import pytest
from flask import Blueprint

from demo.channels import ACCOUNT, NUMBER, Channels
from demo.clock import Clocks
from demo.letters import Hook, Letter, Text
from demo.outbox import Outbox
from demo.payments import Cashier
from demo.settings import Settings
from demo.shop import Shop
from demo.store import Mail, Store
from tests.demo.stage import Sink, until


class Tale:
    """A story whose work fails where it is told to, and that writes by every channel."""

    name = "tale"

    def __init__(self) -> None:
        self.due: datetime | None = None
        self.worked: list[str] = []

    def pages(self) -> Blueprint:
        raise NotImplementedError

    def work(self, clock: str, now: datetime) -> None:
        self.worked.append(clock)
        self.due = None

    def next_due(self, clock: str) -> datetime | None:
        return self.due

    def compose(self, mail: Mail, now: datetime) -> Letter | Text | Hook:
        if mail.channel == "text":
            return Text(f"Hello {mail.data['name']}")
        if mail.channel == "webhook":
            return Hook("booking.made", {"order": mail.ref})
        return Letter("Subject", "Heading", ["One.", "Two."], links=[("Here", "http://x.test/")], name="Ada Lovelace")


@contextmanager
def running(tmp_path: Path, *stories: Tale, **environ: str) -> Iterator[tuple[Shop, Outbox]]:
    settings = Settings.read({"DEMO_DATABASE": str(tmp_path / "x.db"), **environ})
    store = Store(settings.database)
    shop = Shop(settings, store, Clocks(store, "customer"), Cashier("", ""))
    shop.stories.extend(stories)
    channels = Channels(settings)
    outbox = Outbox(shop, channels)
    outbox.start()
    try:
        yield shop, outbox
    finally:
        outbox.stop(5)
        channels.close()
        store.close()


def test_a_text_message_leaves_by_twilios_sdk_and_a_webhook_as_json(tmp_path: Path, door: Any) -> None:
    url = door.url
    with running(tmp_path, Tale(), DEMO_SMS_URL=f"{url}/sms", DEMO_SMS_TOKEN="tok") as (shop, outbox):
        with shop.store.write() as writing:
            for _ in range(2):  # written once, however often it is put
                shop.put(
                    writing, story="tale", kind="free", ref=7, recipient="+491234", channel="text", data={"name": "A"}
                )
        shop.wake()
        until(lambda: outbox.idle(""))
        ((path, headers, body),) = door.posted
        assert path == f"/sms/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        assert headers["Authorization"] == f"Basic {base64.b64encode(f'{ACCOUNT}:tok'.encode()).decode()}"
        assert parse_qs(body) == {"To": ["+491234"], "From": [NUMBER], "Body": ["Hello A"]}

        door.refusals, door.posted[:] = 1, []
        with shop.store.write() as writing:
            shop.put(writing, story="tale", kind="made", ref=7, recipient=f"{url}/hook?to=ada", channel="webhook")
        shop.wake()
        until(lambda: len(door.posted) == 2)
        first, second = [json.loads(body) for _, _, body in door.posted]
        assert (first["id"], first["type"], first["data"]) == (second["id"], "booking.made", {"order": 7})
        assert abs(datetime.fromisoformat(second["created"]) - datetime.now(UTC)) < timedelta(seconds=9)
        assert {path for path, _, _ in door.posted} == {"/hook?to=ada"}
        until(lambda: outbox.idle(""))


def test_where_nobody_takes_text_messages_none_is_owed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with running(tmp_path, Tale(), DEMO_SMS_URL="") as (shop, outbox):
        with shop.store.write() as writing:
            shop.put(writing, story="tale", kind="free", ref=7, recipient="+49", channel="text", data={"name": "A"})
        shop.wake()
        until(lambda: outbox.idle(""))
    assert "DEMO_SMS_URL" in caplog.text


def test_a_letter_is_the_same_in_text_and_html_and_due_on_its_own_clock(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, Tale(), DEMO_SMTP_PORT=str(sink.port)) as (shop, outbox):
        moment = shop.now() + timedelta(days=2)
        with shop.store.write() as writing:
            shop.put(writing, story="tale", kind="x", ref=1, recipient="a@letters.test", clock="a", due=moment)
            shop.put(writing, story="tale", kind="x", ref=1, recipient="b@letters.test", clock="b", due=moment)
        shop.clocks.turn("a", moment)
        shop.wake()
        (mail,) = sink.wait_for("a@letters.test", 1)
        until(lambda: outbox.idle("a") and outbox.idle("b"))
        assert not sink.of("b@letters.test")
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()  # type: ignore[union-attr]
        assert all(said in text for said in ("Hello Ada,", "One.", "Two.", "Here", "http://x.test/"))


def test_a_story_that_fails_holds_up_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Tale):
        name = "broken"

        def work(self, clock: str, now: datetime) -> None:
            raise RuntimeError("no")

    broken, good = Broken(), Tale()
    with running(tmp_path, broken, good) as (shop, outbox):
        broken.due = good.due = shop.now()
        shop.wake()
        until(lambda: good.worked == [""])
        until(lambda: "the scheduler of broken failed" in caplog.text)
        assert not outbox.idle("")


def test_what_a_story_puts_into_the_outbox_while_somebody_asks_is_not_overlooked(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    clocks = Clocks(store, "shared")

    def written_meanwhile(_clock: str) -> datetime | None:
        """The scheduler's work ends just now: nothing is due any more, and the mail is due from this moment on."""
        with store.write() as session:
            session.add(
                Mail(key="1", story="members", kind="notice", ref=1, recipient="ada@x.test", due=clocks.now(""))
            )
        return None

    story = SimpleNamespace(name="members", next_due=written_meanwhile)
    shop = SimpleNamespace(store=store, clocks=clocks, stories=[story], when_woken=lambda _wake: None)
    outbox = Outbox(cast(Any, shop), cast(Any, None))
    assert not outbox.idle("")
    with store.write() as session:
        session.query(Mail).update({Mail.sent_at: datetime.now(UTC)})
    story.next_due = lambda _clock: None
    assert outbox.idle("")
