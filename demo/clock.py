"""The site's time: real time plus an offset that only grows. One clock for all, or one for each customer."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import has_request_context, request

from demo.store import ClockRow, Mail, Store

__all__ = ["HEADER", "Clocks", "GoesBack", "SiteClock"]

HEADER = "Test-Clock"
"""The request header that names the customer's clock, where each has one of her own."""


class GoesBack(Exception):
    """The clock was asked to go back."""


class SiteClock:
    """The time on this site, UTC. It ticks at the real rate; `turn` moves it forward."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset
        self._lock = threading.Lock()

    @property
    def offset(self) -> timedelta:
        """How far the site is ahead of real time."""
        return self._offset

    def now(self) -> datetime:
        """Return the site's time."""
        return datetime.now(UTC) + self._offset

    def turn(self, to: datetime) -> None:
        """Turn the clock forward to `to`, zone-aware. Raises `GoesBack` where that has passed."""
        with self._lock:
            now = self.now()
            if to < now:
                raise GoesBack(f"The clock stands at {now.isoformat()} and does not go back to {to.isoformat()}.")
            self._offset += to - now


class Clocks:
    """Every clock of the site, by name; "" is the one that all share, and the only one unless `per_customer`.

    What a customer does lives by the clock that her browser names in the header `Test-Clock`. A clock that nobody
    has turned shows real time. Offsets are kept, so a restart does not turn a clock back; a shop whose clock is
    real does not read them.
    """

    def __init__(self, store: Store, mode: str) -> None:
        self._store = store
        self.per_customer = mode == "customer"
        self._lock = threading.Lock()
        self._clocks = {"": SiteClock()}
        self._acting: contextvars.ContextVar[str | None] = contextvars.ContextVar("acting", default=None)
        if mode:
            with store.read() as session:
                for row in session.scalars(sa.select(ClockRow)):
                    self._clocks[row.name] = SiteClock(timedelta(seconds=row.offset_seconds))
                for name in session.scalars(sa.select(Mail.clock).distinct()):
                    self._clocks.setdefault(name, SiteClock())  # never turned, and someone lives by it

    def present(self) -> str:
        """Return the name of the clock by which whoever is acting here lives: a request, or the scheduler's work."""
        if (acting := self._acting.get()) is not None:
            return acting
        if self.per_customer and has_request_context():
            return request.headers.get(HEADER, "")[:200]
        return ""

    @contextmanager
    def acting(self, name: str) -> Iterator[None]:
        """Let this be the present clock in the block, on this thread."""
        token = self._acting.set(name)
        try:
            yield
        finally:
            self._acting.reset(token)

    def named(self, name: str) -> SiteClock:
        """Return the clock of this name, a new one where it is not known yet."""
        with self._lock:
            return self._clocks.setdefault(name if self.per_customer else "", SiteClock())

    def now(self, name: str | None = None) -> datetime:
        """Return the time on the clock of this name, or on the present one."""
        return self.named(self.present() if name is None else name).now()

    def names(self) -> list[str]:
        """Return the names of all clocks that anyone has looked at."""
        with self._lock:
            return list(self._clocks)

    def turn(self, name: str, to: datetime) -> None:
        """Turn one clock forward, and remember it. Raises `GoesBack`."""
        clock = self.named(name)
        clock.turn(to)
        with self._store.write() as writing:
            writing.merge(ClockRow(name=name, offset_seconds=clock.offset.total_seconds()))
