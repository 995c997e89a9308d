"""A site's test clock over HTTP: what it says is believed only where it makes sense."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from upheld.clock import HttpClock, RealClock, open_clock
from upheld.errors import ClockWouldNotTurn, ConfigError, RefusedHost

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Site:
    """A site that answers as it is told: `answers` by method, as (status, body)."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[tuple[str, Any]] = []
        self.url = ""


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            site.asked.append((self.command, json.loads(self.rfile.read(length)) if length else None))
            status, body = site.answers[self.command]
            text = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_PUT = do_GET  # noqa: N815  # the name is the protocol's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site.url = f"http://127.0.0.1:{server.server_address[1]}/test-clock"
        yield site
        server.shutdown()


def test_it_is_read_in_utc_whatever_the_offset(site: Site) -> None:
    site.answers["GET"] = (200, {"now": "2026-11-22T13:00:00+01:00", "idle": True})
    clock = HttpClock(site.url)
    assert clock.now() == NOON
    assert clock.now().utcoffset() == timedelta()
    assert clock.idle() is True


def test_it_is_turned_by_one_call(site: Site) -> None:
    site.answers["PUT"] = (200, {"now": "2026-11-22T12:00:00.2+00:00"})
    HttpClock(site.url).turn(NOON)
    assert site.asked == [("PUT", {"now": NOON.isoformat()})]


@pytest.mark.parametrize("body", [{"now": "2026-11-22T12:00:00Z"}, {"now": "2026-11-22T12:00:00Z", "idle": "soon"}])
def test_a_clock_that_cannot_say_whether_the_site_is_idle(site: Site, body: dict[str, str]) -> None:
    site.answers["GET"] = (200, body)
    assert HttpClock(site.url).idle() is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((403, {"error": "only with DEMO_TEST_CLOCK=1"}), "answered 403 to GET.*only with DEMO_TEST_CLOCK=1"),
        ((500, "<h1>Oh</h1>"), "answered 500"),
        ((200, "<h1>Shop</h1>"), "is no test clock"),
        ((200, ["now"]), "is no test clock"),
        ((200, {"now": 7}), "is no test clock"),
        ((200, {"now": "noon"}), "'noon', which is no time"),
        ((200, {"now": "2026-11-22T12:00:00"}), "without an offset"),
    ],
)
def test_what_is_no_clock_is_told(site: Site, answer: tuple[int, Any], said: str) -> None:
    site.answers["GET"] = answer
    with pytest.raises(ClockWouldNotTurn, match=said):
        HttpClock(site.url).now()


def test_a_clock_that_says_yes_and_stays_is_told(site: Site) -> None:
    site.answers["PUT"] = (200, {"now": "2026-11-22T11:00:00+00:00"})
    with pytest.raises(ClockWouldNotTurn, match=r"was turned to 2026-11-22T12:00:00\+00:00 and says 2026-11-22 11"):
        HttpClock(site.url).turn(NOON)


def test_a_clock_that_is_away_says_what_to_do() -> None:
    with pytest.raises(ClockWouldNotTurn, match=r"did not answer.*--clock real"):
        HttpClock("http://127.0.0.1:9/test-clock").now()


def test_the_real_clock_cannot_be_turned() -> None:
    clock = RealClock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert not clock.turnable
    with pytest.raises(ClockWouldNotTurn, match="--clock names one that can"):
        clock.turn(NOON)


def test_a_clock_is_opened_by_its_address() -> None:
    assert isinstance(open_clock("real"), RealClock)
    assert isinstance(open_clock("http://127.0.0.1:8000/test-clock"), HttpClock)
    with pytest.raises(RefusedHost, match=r"clock\.example\.org is not in allow_hosts"):
        open_clock("https://clock.example.org/now")
    with pytest.raises(ConfigError, match='"sundial" is no clock'):
        open_clock("sundial")
