"""Short ways to say what happened, for the tests of the ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from upheld.ledger import NewEvent

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


def told(
    kind: str, *, run: str = "r1", journey: str = "", promise: str = "", key: str | None = None, **data: Any
) -> NewEvent:
    return NewEvent(kind, run, NOON, journey=journey, promise=promise, key=key, data=data)


def later(seconds: float) -> str:
    return (NOON + timedelta(seconds=seconds)).isoformat()


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Look again and again, for so many seconds at most; there is no event to wait on in another process's database."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s: {what}"
        pause.wait(0.01)
