"""A shop with clocks that can be turned: it answers, keeps an agenda of mail in site time, and sends what is due.

All share the clock at `/test-clock`; a customer who names one of her own (the header `Test-Clock`) lives by that at
`/test-clock/<name>`.
"""

from __future__ import annotations

import http.server
import json
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

__all__ = ["Shop", "opened"]


@dataclass
class Shop:
    """The shop's books. `broken_after` turns its clock fails, where that is not None."""

    url: str = ""
    offsets: dict[str, timedelta] = field(default_factory=dict)
    agenda: list[tuple[datetime, str, int, str, str, str]] = field(default_factory=list)
    turns: list[datetime] = field(default_factory=list)
    broken_after: int | None = None
    guard: threading.RLock = field(default_factory=threading.RLock)

    def now(self, clock: str = "") -> datetime:
        """The shop's time, by this clock."""
        return datetime.now(UTC) + self.offsets.get(clock, timedelta())

    def send_due(self) -> None:
        """Send all that is due by the shop's own time."""
        with self.guard:
            due = [one for one in self.agenda if one[0] <= self.now(one[1])]
            for one in due:
                self.agenda.remove(one)
                _, _, port, to, subject, body = one
                message = EmailMessage()
                message["From"], message["To"], message["Subject"] = "shop@shop.test", to, subject
                message.set_content(body)
                with smtplib.SMTP("127.0.0.1", port) as smtp:
                    smtp.send_message(message)


def _handler(shop: Shop) -> type[http.server.BaseHTTPRequestHandler]:
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the protocol's
            if self.path.startswith("/test-clock"):
                shop.send_due()
                self.say(200, {"now": shop.now(self.clock()).isoformat(), "idle": True})
            else:
                self.say(200, {})

        def do_PUT(self) -> None:
            wanted = datetime.fromisoformat(self.body()["now"])
            if shop.broken_after is not None and len(shop.turns) >= shop.broken_after:
                self.say(500, {"error": "the clock is stuck"})
                return
            if wanted < shop.now(self.clock()):
                self.say(409, {"error": "the clock never goes back"})
                return
            shop.turns.append(wanted)
            shop.offsets[self.clock()] = wanted - datetime.now(UTC)
            shop.send_due()
            self.say(200, {"now": shop.now(self.clock()).isoformat(), "idle": True})

        def do_POST(self) -> None:
            data = self.body()
            clock = self.headers.get("Test-Clock", "")
            due = shop.now(clock) + timedelta(seconds=data["after"])
            shop.agenda.append((due, clock, data["port"], data["to"], data["subject"], data["body"]))
            shop.send_due()
            self.say(200, {})

        def clock(self) -> str:
            return self.path.removeprefix("/test-clock").strip("/")

        def body(self) -> dict[str, Any]:
            return dict(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def say(self, status: int, data: dict[str, object]) -> None:
            text = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Answers


@contextmanager
def opened() -> Iterator[Shop]:
    """A shop that is open."""
    shop = Shop()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(shop)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        shop.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield shop
        server.shutdown()
