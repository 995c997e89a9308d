"""The site offers a test clock in two calls: `GET` reads it, `PUT` turns it (docs/test-clock.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from upheld.errors import ClockWouldNotTurn

__all__ = ["HttpClock"]


# Where this stands in the address, the site has a clock for each customer, and it is her clock's name.
CUSTOMER = "{customer}"


class HttpClock:
    """A site's test clock, read and turned over HTTP; its host is held to `allow_hosts` by whoever opens it."""

    turnable = True

    def __init__(self, url: str, *, timeout: float = 10.0, client: httpx.Client | None = None) -> None:
        self.url = url
        self.each = CUSTOMER in url
        self._client = client or httpx.Client(timeout=timeout, trust_env=False)

    def of(self, customer: str) -> HttpClock:
        """Return the clock of this customer, where the address has a place for her name; else itself."""
        if not self.each or not customer:
            return self
        return HttpClock(self.url.replace(CUSTOMER, quote(customer, safe="")), client=self._client)

    def now(self) -> datetime:
        """Return the site's time, UTC."""
        return self._time(self._ask("GET"))

    def turn(self, to: datetime) -> str:
        """Turn the site's time forward; raises `ClockWouldNotTurn` where it does not stand there afterwards."""
        answer = self._time(self._ask("PUT", {"now": to.astimezone(UTC).isoformat()}))
        if answer < to:
            raise ClockWouldNotTurn(f"the clock at {self.url} was turned to {to.isoformat()} and says {answer}")
        return ""

    def idle(self) -> bool | None:
        """Return whether the site says that it has done all that is due, `None` where it does not say."""
        said = self._ask("GET").get("idle")
        return said if isinstance(said, bool) else None

    def _ask(self, method: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = self._client.request(method, self.url, json=body)
        except httpx.TransportError as error:
            said = f"the clock at {self.url} did not answer ({type(error).__name__}: {error})"
            raise ClockWouldNotTurn(
                f"{said}. Start the site with its test clock switched on, or use --clock real"
            ) from error
        if answer.status_code != httpx.codes.OK:
            said = " ".join(answer.text.split())[:200]
            raise ClockWouldNotTurn(f"the clock at {self.url} answered {answer.status_code} to {method}: {said}")
        try:
            data = answer.json()
        except ValueError:
            data = None
        if not isinstance(data, dict) or not isinstance(data.get("now"), str):
            raise ClockWouldNotTurn(f'what answers at {self.url} is no test clock: it should say {{"now": ...}}')
        return data

    def _time(self, data: dict[str, Any]) -> datetime:
        try:
            said = datetime.fromisoformat(data["now"])
        except ValueError:
            raise ClockWouldNotTurn(f"the clock at {self.url} says {data['now']!r}, which is no time") from None
        if said.tzinfo is None:
            raise ClockWouldNotTurn(f"the clock at {self.url} says {data['now']!r}, without an offset from UTC")
        return said.astimezone(UTC)
