"""A lease: one holder at a time, for a time, with a number that grows with every holder."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, func, insert, select, type_coerce, update

from upheld.errors import LeaseLost, LedgerUnreachable, UsageError
from upheld.ledger.tables import UtcDateTime, leases

__all__ = ["Lease", "require"]

Writing = Callable[[], contextlib.AbstractContextManager[Connection]]


class Lease:
    """The right to do what only one may do at a time, such as to sweep; a context manager that gives it back.

    `fence` grows with every holder. `until` is when it ends, by the database's clock, UTC; `renew` moves that on.
    """

    def __init__(self, writing: Writing, name: str, seconds: float) -> None:
        self._writing = writing
        self._seconds = seconds
        self.name = name
        self.holder = f"process {os.getpid()} on {socket.gethostname()}"
        with writing() as connection:
            self.fence, self.until = self._take(connection)

    def renew(self) -> None:
        """Let the lease end `seconds` from now. Raises `LeaseLost` where somebody else has taken it meanwhile."""
        with self._writing() as connection:
            require(connection, self)
            self.until = _now(connection) + timedelta(seconds=self._seconds)
            self._write_until(connection)

    @contextlib.contextmanager
    def kept(self) -> Iterator[Self]:
        """Renew it in the background for as long as the block lasts, and give it back at its end.

        Where it is lost nevertheless, what is written under its fence is refused.
        """
        done = threading.Event()

        def keep() -> None:
            while not done.wait(self._seconds / 4):
                with contextlib.suppress(LedgerUnreachable, LeaseLost):
                    self.renew()

        threading.Thread(target=keep, name="upheld-lease", daemon=True).start()
        try:
            with self:
                yield self
        finally:
            done.set()

    def release(self) -> None:
        """Give the lease back; does nothing where somebody else has taken it meanwhile."""
        with self._writing() as connection:
            self.until = _now(connection)
            self._write_until(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # It ends by itself: that it cannot be given back must not hide what went wrong, nor undo what went well.
        with contextlib.suppress(LedgerUnreachable):
            self.release()

    def _take(self, connection: Connection) -> tuple[int, datetime]:
        held = connection.execute(select(leases).where(leases.c.name == self.name)).one_or_none()
        now = _now(connection)
        until = now + timedelta(seconds=self._seconds)
        if held is None:
            connection.execute(insert(leases).values(name=self.name, holder=self.holder, fence=1, until=until))
            return 1, until
        if held.until > now:
            raise UsageError(
                f'{self.holder} could not take the lease "{self.name}": {held.holder} holds it until '
                f"{held.until:%Y-%m-%d %H:%M:%S} UTC. Wait until then, or end that process."
            )
        fence: int = held.fence + 1
        connection.execute(
            update(leases).where(leases.c.name == self.name).values(holder=self.holder, fence=fence, until=until)
        )
        return fence, until

    def _write_until(self, connection: Connection) -> None:
        mine = (leases.c.name == self.name) & (leases.c.fence == self.fence)
        connection.execute(update(leases).where(mine).values(until=self.until))


def require(connection: Connection, lease: Lease) -> None:
    """Return if nobody has taken the lease since; raises `LeaseLost` otherwise."""
    held = connection.execute(select(leases).where(leases.c.name == lease.name)).one_or_none()
    if held is None or held.fence != lease.fence:
        now_held = f"{held.holder} has it now (number {held.fence})" if held else "it is gone from the ledger"
        raise LeaseLost(
            f'{lease.holder} had the lease "{lease.name}" (number {lease.fence}) until '
            f"{lease.until:%Y-%m-%d %H:%M:%S} UTC; {now_held}. Nothing was written; leave the rest to that one."
        )


def _now(connection: Connection) -> datetime:
    """Return the database's time: the machines that share a ledger need not agree on theirs."""
    if connection.dialect.name == "sqlite":
        clock = type_coerce(func.strftime("%Y-%m-%d %H:%M:%f000", "now"), UtcDateTime)
    else:
        clock = type_coerce(func.clock_timestamp(), UtcDateTime)  # now() is when the transaction began
    return connection.execute(select(clock)).scalar_one()
