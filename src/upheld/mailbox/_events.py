"""Mailpit's events: a WebSocket at `api/events` that sends `{"Type": "new", "Data": summary}` for each message."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

__all__ = ["Events"]


class Events:
    """Where the events are had; `subscribed` gives one that is connected."""

    def __init__(self, uri: str, headers: Mapping[str, str], *, direct: bool) -> None:
        self._uri = uri
        self._headers = headers
        self._direct = direct
        self._connection: ClientConnection | None = None
        self._open = contextlib.ExitStack()

    def subscribed(self) -> Events:
        """Return a connected copy. Raises `ConnectionError`."""
        events = Events(self._uri, self._headers, direct=self._direct)
        try:
            connecting = connect(
                self._uri,
                additional_headers=dict(self._headers),
                proxy=None if self._direct else True,
                open_timeout=5,
                close_timeout=1,
                max_size=2**22,
                max_queue=None,  # who reads slowly must not make Mailpit hang up
            )
            events._connection = events._open.enter_context(connecting)
        except (OSError, WebSocketException) as error:
            raise ConnectionError(str(error)) from error
        return events

    def next(self, timeout: float) -> Mapping[str, Any] | None:
        """Return the next new message's summary, None where none comes in time. Raises `ConnectionError`."""
        if self._connection is None:
            raise ConnectionError("not subscribed")
        try:
            event = json.loads(self._connection.recv(timeout))
        except TimeoutError:
            return None
        except (OSError, WebSocketException, ValueError) as error:
            raise ConnectionError(str(error)) from error
        data = event.get("Data") if isinstance(event, dict) and event.get("Type") == "new" else None
        return data if isinstance(data, dict) else None

    def close(self) -> None:
        """Hang up."""
        self._open.close()
