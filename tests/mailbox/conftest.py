from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.mailbox.servers import Server
from tests.needs import needs


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start mailboxes that end with the test."""
    servers: list[Server] = []

    def start(kind: str, *options: str, **places: str) -> Server:
        if kind == "mailpit":
            needs("mailpit")
        servers.append(Server(kind, tmp_path, *options, **places))
        return servers[-1].start()

    yield start
    for server in servers:
        server.close()
