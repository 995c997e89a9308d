"""The shop as a real child process, and a real mail server that keeps what it is sent."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from aiosmtpd.controller import Controller
from bs4 import BeautifulSoup

from demo.bank import Bank

GOOD_CARD, DECLINED_CARD = "4242 4242 4242 4242", "4000000000000002"


_open: list[httpx.Client] = []


def client(url: str, language: str = "en-GB") -> httpx.Client:
    """Return a client with cookies of its own, until the end of the test."""
    web = httpx.Client(
        base_url=url,
        follow_redirects=True,
        timeout=20,
        trust_env=False,
        verify=False,  # there is no HTTPS here, and to read all certificates takes longer than a test
        headers={"Accept-Language": language},
    )
    _open.append(web)
    return web


def close_clients() -> None:
    while _open:
        _open.pop().close()


class Door(BaseHTTPRequestHandler):
    """Takes what is posted; what the server's `refusals` counts down from is refused first."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        server: Any = self.server
        server.posted.append((self.path, dict(self.headers), body))
        server.refusals -= 1
        self.send_response(503 if server.refusals >= 0 else 201)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"sid": "SM1", "status": "queued"}')

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Sink:
    """A mail server on a free port; `mails` are (recipient, message) in the order they came."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self._came = threading.Condition()
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.port = door.getsockname()[1]
        self._controller: Controller | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        message = message_from_bytes(envelope.content, policy=policy.default)
        with self._came:
            self.mails.extend((recipient, message) for recipient in envelope.rcpt_tos)
            self._came.notify_all()
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
        self._controller = None

    def of(self, recipient: str) -> list[EmailMessage]:
        return [message for to, message in self.mails if to == recipient]

    def wait_for(self, recipient: str, count: int, seconds: float = 8) -> list[EmailMessage]:
        with self._came:
            assert self._came.wait_for(lambda: len(self.of(recipient)) >= count, seconds), (
                f"{count} mails to {recipient} within {seconds} s; seen: {[m['Subject'] for m in self.of(recipient)]}"
            )
        return self.of(recipient)


class Customer:
    """A customer with a browser of her own, without the browser."""

    def __init__(
        self, url: str, email: str, language: str = "en-GB", name: str = "Ada Lovelace", clock: str = ""
    ) -> None:
        self.email = email
        self.web = client(url, language)
        self.web.headers["Test-Clock"] = clock
        given, family = name.split()
        self.details = {"given_name": given, "family_name": family, "email": email, "company": "Łódź & Söhne GmbH"}
        self.details |= {"diet": "vegan", "consent": "yes"}

    def register(self, slug: str = "systems-day") -> httpx.Response:
        return self.web.post(f"/events/{slug}/register", data=self.details)

    def pay(self, checkout: httpx.Response, number: str = GOOD_CARD) -> httpx.Response:
        card = {"name": "Ada Lovelace", "number": number, "expiry": "08/49", "code": "123"}
        return self.web.post(checkout.url.path, data=card)

    def book(self, slug: str = "systems-day") -> BeautifulSoup:
        return soup(self.pay(self.register(slug)))


class Clock:
    """The shop's test clock, or a customer's own."""

    def __init__(self, url: str, name: str = "") -> None:
        self._web = client(url)
        self._place = f"/test-clock/{name}" if name else "/test-clock"

    def now(self) -> datetime:
        return datetime.fromisoformat(self._web.get(self._place).json()["now"])

    def idle(self) -> bool:
        return bool(self._web.get(self._place).json()["idle"])

    def turn(self, to: datetime) -> httpx.Response:
        return self._web.put(self._place, json={"now": to.isoformat()})

    def turn_and_settle(self, to: datetime) -> None:
        answer = self.turn(to)
        assert answer.status_code == 200, answer.text
        until(self.idle)


def until(happened: Callable[[], bool], seconds: float = 8) -> None:
    """Wait until it happened, looking often; there is nothing over HTTP that would tell us by itself."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not happened():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        pause.wait(0.01)


def soup(response: httpx.Response) -> BeautifulSoup:
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "html.parser")


def facts(page: BeautifulSoup) -> dict[str, str]:
    return {dt.get_text(strip=True): dt.find_next("dd").get_text(" ", strip=True) for dt in page.find_all("dt")}  # type: ignore[union-attr]


def organiser(url: str) -> httpx.Client:
    web = client(url)
    answer = web.post("/organiser/login", data={"user": "organiser", "password": "organiser"})
    assert answer.status_code == 200
    return web


def put_event(url: str, slug: str, at: datetime, **changes: str) -> httpx.Response:
    data = {"title": "Systems Day", "start": at.isoformat(), "zone": "Europe/Berlin", "venue": "Town Hall"}
    data |= {"price": "120.00", "currency": "EUR"} | changes
    return client(url).put(f"/api/events/{slug}", json=data, auth=("organiser", "organiser"))


def paid_at(bank: Bank, stories: str = "") -> dict[str, str]:
    """The settings of a shop that has no bank of its own, and tells these stories, or all."""
    return {"STRIPE_API_BASE": bank.url, "STRIPE_API_KEY": bank.key, "DEMO_STORIES": stories}


@contextmanager
def running_sink() -> Iterator[Sink]:
    sink = Sink()
    sink.start()
    try:
        yield sink
    finally:
        sink.stop()


@contextmanager
def running_door() -> Iterator[Any]:
    """A web server that keeps what is posted to it, as (path, headers, body), and refuses the first `refusals`."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.posted, server.refusals, server.url = [], 0, f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
