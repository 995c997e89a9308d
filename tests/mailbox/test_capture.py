"""The capture: what a site sends through Twilio's own SDK and posts as webhooks is told as its receiver reads it."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.mailbox.servers import Listener, Server, eventually, free_port
from upheld.errors import UsageError
from upheld.mailbox import open_capture, open_mailbox
from upheld.mailbox.capture import CaptureMailbox
from upheld.mailbox.request import read_request
from upheld.promises import Arrival

ACCOUNT = "AC" + "0" * 32
Came = Callable[[], list[Arrival]]
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaptureMailbox]:
    with CaptureMailbox.start("capture://127.0.0.1:0", tmp_path_factory.mktemp("capture")) as capture:
        yield capture


@pytest.fixture
def came(capture: CaptureMailbox) -> Came:
    """Return what has come since the test began."""
    cursor = capture.cursor()
    return lambda: [read_request(capture.raw(one.id), id=one.id, to=one.to, at=one.at) for one in capture.since(cursor)]


def twilio(capture: CaptureMailbox) -> Client:
    client = Client(ACCOUNT, "a secret token")
    client.api.base_url = capture.base_url
    return client


def test_twilios_own_sdk_sends_a_text_message(capture: CaptureMailbox, came: Came) -> None:
    said = "Grüße, Ada: your code is 4711.\nSign in: https://shop.example.test/in?code=4711"
    sent = twilio(capture).messages.create(to="+1 (212) 555-0123", from_="Systems Day", body=said)
    assert (sent.status, sent.direction, sent.to, sent.from_) == (
        "queued",
        "outbound-api",
        "+12125550123",
        "Systems Day",
    )
    assert (sent.body, sent.num_segments, sent.error_code) == (said, "1", None)
    assert sent.sid is not None
    assert sent.sid.startswith("SM")
    assert sent.account_sid == ACCOUNT
    assert sent.date_created is not None
    assert abs((sent.date_created - datetime.now(UTC)).total_seconds()) < 60
    (arrival,) = came()
    assert (arrival.channel, arrival.to, arrival.text) == ("text message", ("+12125550123",), said)
    assert (arrival.subject, arrival.sender) == ("", "Systems Day")
    assert [(link.words, link.url) for link in arrival.links] == [("Sign in", "https://shop.example.test/in?code=4711")]
    assert b"secret" not in capture.raw(arrival.id)
    assert b"Authorization" not in capture.raw(arrival.id)


@pytest.mark.parametrize(
    ("fields", "code", "told"),
    [
        ({"to": "no number", "from_": "+12125550100", "body": "Hello"}, 21211, "Invalid 'To' Phone Number: no number"),
        ({"to": "030 1234567", "from_": "+12125550100", "body": "Hello"}, 21211, "030 1234567"),
        ({"to": "", "from_": "+12125550100", "body": "Hello"}, 21604, "'To'"),
        ({"to": "+12125550123", "body": "Hello"}, 21603, "'From'"),
        ({"to": "+12125550123", "from_": "a name that is too long", "body": "Hello"}, 21212, "From"),
        ({"to": "+12125550123", "from_": "Shop", "body": ""}, 21602, "body"),
        ({"to": "+12125550123", "from_": "Shop", "body": "x" * 1601}, 21617, "1600"),
    ],
)
def test_what_twilio_would_refuse_is_refused_in_its_words(
    capture: CaptureMailbox, came: Came, fields: dict[str, Any], code: int, told: str
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        twilio(capture).messages.create(**fields)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert told in str(refused.value)
    assert came() == []


def test_only_calls_that_twilio_would_take_are_taken(capture: CaptureMailbox, came: Came) -> None:
    at = f"{capture.base_url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    form = {"To": "+12125550123", "From": "Shop", "Body": "Hello"}
    with httpx.Client(trust_env=False) as http:
        nobody = http.post(at, data=form)
        assert (nobody.status_code, nobody.json()["code"]) == (401, 20003)
        assert nobody.headers["WWW-Authenticate"].startswith("Basic")
        assert http.post(at, data=form, auth=("", "token")).status_code == 401
        elsewhere = http.get(f"{capture.base_url}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", auth=("a", "b"))
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, 20404)
        heavy = http.post(at, data={**form, "Body": "x" * 2_000_000}, auth=("a", "b"))
        assert (heavy.status_code, heavy.json()["status"]) == (413, 413)
        for where, status in (("hooks/nobody", 404), ("hooks/a@b/c", 404), ("hooks/+12125550123", 404), ("else", 404)):
            refused = http.post(f"{capture.base_url}/{where}", json={})
            assert (refused.status_code, refused.json()["status"]) == (status, status)
        assert http.get(capture.hook_url("ada@example.test")).status_code == 405
    assert came() == []


WEBHOOK = {
    "type": "order.paid",
    "id": "evt_1",
    "data": {"amount": 120.5, "paid": True, "note": None, "lines": [{"name": "Seat"}, {"name": "Müsli"}]},
}
FLAT = (
    "type: order.paid\nid: evt_1\ndata.amount: 120.5\ndata.paid: true\ndata.note: \n"
    "data.lines.0.name: Seat\ndata.lines.1.name: Müsli"
)


@pytest.mark.parametrize(
    ("content", "kind", "subject", "text", "fault"),
    [
        (json.dumps(WEBHOOK), "application/json", "order.paid", FLAT, ""),
        (json.dumps(WEBHOOK, ensure_ascii=False), "application/ce+json; charset=utf-8", "order.paid", FLAT, ""),
        (json.dumps(WEBHOOK), None, "order.paid", FLAT, ""),
        ('{"event": "a", "price": 120.00, "n": 1, "n": 2}', "", "a", "event: a\nprice: 120.00\nn: 1\nn: 2", ""),
        ("topic=orders%2Fpaid&to=M%C3%BCller&to=", "application/x-www-form-urlencoded", "orders/paid",
         "topic: orders/paid\nto: Müller\nto: ", ""),
        ('[{"event": "delivered"}]', "application/json", "delivered", "0.event: delivered", ""),
        ('{"half": ', "application/json", "", '{"half": ', "the webhook is no JSON that can be read"),
        ("[" * 100_000, "application/json", "", "[" * 100_000, "the webhook is no JSON that can be read"),
        ("[" * 30 + "]" * 30, "application/json", "", ".".join("0" * 20) + ": [[[[[[[[[[]]]]]]]]]]", ""),
        ("Just words", "text/plain", "", "Just words", ""),
        ("", "application/json", "", "", "the webhook is no JSON that can be read"),
    ],
)  # fmt: skip
def test_a_webhook_is_told_as_lines(
    capture: CaptureMailbox, came: Came, content: str, kind: str | None, subject: str, text: str, fault: str
) -> None:
    headers = {"Content-Type": kind, "X-Signature": "a secret"} if kind else {}
    answer = httpx.post(capture.hook_url("Ada+x.token@Example.test"), content=content, headers=headers, trust_env=False)
    assert (answer.status_code, answer.content) == (204, b"")
    (arrival,) = came()
    assert (arrival.channel, arrival.to) == ("webhook", ("ada+x.token@example.test",))
    assert (arrival.subject, arrival.text) == (subject, text)
    assert len(arrival.faults) == (1 if fault else 0)
    assert all(one.startswith(fault) for one in arrival.faults)
    assert b"secret" not in capture.raw(arrival.id)


@pytest.mark.parametrize("event", ["order.notice_sent", "orderNoticeSent", "order/notice-sent"])
def test_an_events_name_is_read_in_words(event: str) -> None:
    raw = b"POST /hooks/a@b HTTP/1.1\r\n\r\n" + json.dumps({"type": event}).encode()
    arrival = read_request(raw, id="1", to=("a@b",), at=NOW)
    assert (arrival.subject, arrival.headings[0]) == (event, "order notice sent")


def test_a_form_with_a_file_is_read_with_it(capture: CaptureMailbox, came: Came) -> None:
    files = {"list": ("seats.csv", b"Ada;2\n", "text/csv")}
    hook = capture.hook_url("ada@example.test")
    assert httpx.post(hook, data={"event": "exported"}, files=files, trust_env=False).status_code == 204
    (arrival,) = came()
    assert (arrival.subject, arrival.text, arrival.faults) == ("exported", "event: exported", ())
    assert [(part.name, part.text.strip()) for part in arrival.attachments] == [("seats.csv", "Ada;2")]


@given(raw=st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(
    lambda body: b"POST /hooks/a@b HTTP/1.1\r\nContent-Type: application/json\r\n\r\n" + body
)))  # fmt: skip
def test_no_call_makes_it_raise(raw: bytes) -> None:
    assert read_request(raw, id="1", to=("a@b",), at=NOW).to_json()


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def test_both_doors_are_served_in_one_process(serve: Callable[..., Server], tmp_path: Path) -> None:
    port, store = free_port(), tmp_path / ".upheld/capture.db"
    server = serve("embedded", "--capture-port", str(port), "--capture-store", str(store))
    eventually(lambda: listens(port))
    server.send(b"Subject: by mail\r\n\r\nHello\r\n")
    with open_capture(f"capture://127.0.0.1:{port}", root=tmp_path, start=True) as capture:
        with Listener(capture) as listener:
            capture.post("shop@example.test", "ada@example.test", "by webhook", "Hello")
            listener.wait(lambda: listener.envelopes)
        assert "1 message" in capture.ready()
    (mail,) = server.mailbox().since("")
    assert b"by mail" in server.mailbox().raw(mail.id)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:1080", 'The capture cannot be at "http": an address looks like capture://127.0.0.1:1080'),
        ("capture://127.0.0.1", "names no port"),
        ("capture://127.0.0.1:{taken}", "is another web server"),
    ],
)
def test_an_address_that_cannot_be_used_says_so(
    url: str, told: str, serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve("mailpit") if "{" in url else None
    with pytest.raises(UsageError) as raised:
        open_capture(url.format(taken=server.http if server else 0), root=tmp_path, start=True)
    assert told in str(raised.value)
    with pytest.raises(UsageError, match="Say it beside the mailbox"):
        open_mailbox("capture://127.0.0.1:1080", root=tmp_path, start=True)
