"""Importing much at once, at the start of a process."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

__all__ = ["importing"]


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Import in here without Python's search for garbage, of which imports leave none: a third of their time."""
    gc.disable()
    yield
    gc.freeze()  # nor is any of it looked through later
    gc.enable()
