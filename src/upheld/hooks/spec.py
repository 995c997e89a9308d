"""The hooks that this plugin offers to others."""

from __future__ import annotations

__all__ = ["pytest_upheld_progress"]


def pytest_upheld_progress(done: int, total: int, what: str) -> None:
    """Called while the sweep goes on: `done` of `total` promises are settled, and `what` is being waited for."""
