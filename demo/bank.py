"""localstripe, a stateful local Stripe, as a child of the shop: `python -m demo.bank` prints its port and serves."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from demo.lifeline import when_parent_ends
from demo.quickly import importing

__all__ = ["Bank"]


class Bank:
    """A localstripe of our own on a free loopback port, empty at first, and gone when we are."""

    key = "sk_test_localstripe"

    def __init__(self) -> None:
        # Its standard input is its lifeline: only we hold the other end, so it ends with us, however we end.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "demo.bank"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parent.parent,
        )
        self._url = ""

    @property
    def url(self) -> str:
        """Where it answers; waits until it does. Raises `RuntimeError` where it could not start."""
        if not self._url:
            port = self._process.stdout.readline().strip() if self._process.stdout else ""
            if not port:
                raise RuntimeError("localstripe ended before it had begun; its own words stand above.")
            self._url = f"http://127.0.0.1:{port}"
        return self._url

    @property
    def pid(self) -> int:
        """The process id of localstripe."""
        return self._process.pid

    def __enter__(self) -> Bank:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()


def main() -> None:
    """Serve localstripe on loopback only. Its own command listens on every address of the machine."""
    with importing():
        from aiohttp import web
        from localstripe.server import app, store

    # It would otherwise write all it knows to one file in /tmp after each request, shared by all that run.
    store.dump_to_disk = lambda: None
    door = socket.create_server(("127.0.0.1", 0))
    when_parent_ends(lambda: os._exit(0))
    print(door.getsockname()[1], flush=True)
    web.run_app(app, sock=door, access_log=None, print=None)


if __name__ == "__main__":
    main()
