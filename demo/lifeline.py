"""A child that never outlives its parent: it watches a pipe that only the parent holds open."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

__all__ = ["when_parent_ends"]


def when_parent_ends(act: Callable[[], None]) -> None:
    """Call `act` once standard input closes, which it does when the parent ends, also when that is killed.

    A pipe rather than Linux's PR_SET_PDEATHSIG: that fires when the *thread* which started us ends, and exists on
    one system only. `os.read` rather than `sys.stdin`, whose lock a waiting thread would hold at our own exit.
    """

    def wait() -> None:
        while os.read(0, 1024):
            pass
        act()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
