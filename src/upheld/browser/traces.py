"""Playwright's traces: recorded for every journey, kept until the verdict, and then only where one is of use.

A promise can fail long after its drive has passed, so a trace is written for every journey and thinned afterwards.
It is recorded without its film strip: for a sign-up of four pages this made the walk 3 to 15 % longer and 25 kB
large, with the strip 24 to 34 % and 1.7 MB; what each screen looked like is in the evidence's pictures anyway.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import BrowserContext, Error

__all__ = ["drop_trace", "keep_trace", "start_trace", "thin_traces"]


def start_trace(context: BrowserContext, title: str = "", *, screenshots: bool = False) -> bool:
    """Begin to record; return False where somebody records already (`--tracing`) or it cannot be recorded."""
    try:
        context.tracing.start(title=title or None, snapshots=True, screenshots=screenshots)
    except Error:
        return False
    return True


def keep_trace(context: BrowserContext, path: Path) -> Path | None:
    """End the recording and write it to `path`; return None where the browser is gone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        context.tracing.stop(path=path)
    except Error:
        path.unlink(missing_ok=True)
        return None
    return path


def drop_trace(context: BrowserContext) -> None:
    """End the recording and write nothing."""
    with contextlib.suppress(Error):
        context.tracing.stop()


def thin_traces(folder: Path, keep: Iterable[str]) -> list[Path]:
    """Delete the traces in the folder but those of these names, and return what was deleted.

    Call it after the verdicts, with the traces of the journeys that are not upheld or still open.
    """
    kept = set(keep)
    gone = [path for path in sorted(folder.glob("*.trace.zip")) if path.name not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone
