"""What the other processes of the tests do; light to import, since each of them starts anew."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection as Pipe
from typing import Any

import sqlalchemy

from tests.ledger.telling import told
from upheld.ledger import open_ledger


def migrate(url: str) -> list[str]:
    with open_ledger(url, migrate=True) as ledger:
        return ledger.runs()


def write(url: str, writer: int, count: int) -> None:
    """Append so many pairs: one of this writer's own, and one that every writer tries to write."""
    with open_ledger(url) as ledger:
        for number in range(count):
            ledger.append(
                told("step", run=f"writer {writer}", index=number),
                told("canary", run="all", key=f"canary {number}", skew_seconds=writer),
            )


def write_but_never_commit(url: str, pipe: Pipe) -> None:
    with open_ledger(url) as ledger:

        @sqlalchemy.event.listens_for(sqlalchemy.Engine, "commit")
        def about_to_commit(_connection: Any) -> None:
            pipe.send(os.getpid())
            pipe.recv()  # nothing is ever sent: we are killed here

        ledger.append(*(told("step", run="killed", index=number) for number in range(500)))
