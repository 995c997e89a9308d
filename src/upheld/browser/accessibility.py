"""Can everybody use the page? axe-core says what is wrong with it, once for each kind of page in a run.

It works in a world of its own beside the page's, so that neither sees the other's scripts.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import importlib.resources
import json
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Error

from upheld.browser.scripts import script

__all__ = ["Accessibility", "axe_source"]

WORLD = "upheld"
# Milliseconds after which a page is left: most take a tenth of a second.
PATIENCE = 3000
# Pictures of one kind of page; each takes some 50 ms.
MOST_PICTURES = 3
# Seconds after which no run goes on.
OF_NO_USE = 2 * 24 * 3600
PADDING = 8
# An element may be as large as the page, and then its picture shows nothing.
LARGEST = 1600


@functools.cache
def axe_source() -> str:
    """Return the source of axe-core."""
    return (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


class Accessibility:
    """Looks at each kind of page once in a run; `folder` is the evidence's, where workers tell each other of it.

    `run` names the run. A kind of page is an address without its numbers, and what the page is built of.
    """

    def __init__(self, folder: Path, run: str) -> None:
        self._folder = folder / "looked-at" / re.sub(r"[^\w-]", "_", run)
        self._known: set[str] = set()

    def kind_of(self, url: str, shape: str) -> str:
        """Return the name of this kind of page."""
        parts = urlsplit(url)
        path = "/".join("*" if re.search(r"\d|^.{20,}$", part) else part for part in parts.path.split("/"))
        return hashlib.sha256(f"{parts.netloc}{path}|{shape}".encode()).hexdigest()[:16]

    def is_new(self, kind: str) -> bool:
        """Return whether nobody in this run has looked at this kind of page; then it counts as looked at."""
        if kind in self._known:
            return False
        self._known.add(kind)
        try:
            if not self._folder.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                self._tidy()
            (self._folder / kind).touch(exist_ok=False)
        except OSError:  # somebody else was here before
            return False
        return True

    def _tidy(self) -> None:
        """Delete what earlier runs noted: it is of use only while they run."""
        for other in self._folder.parent.iterdir():
            with contextlib.suppress(OSError):
                if time.time() - other.stat().st_mtime > OF_NO_USE:
                    shutil.rmtree(other, ignore_errors=True)

    def look(self, session: CDPSession) -> list[dict[str, Any]]:
        """Return axe-core's violations, the worst first: id, impact, help, count, nodes and box, in CSS px of the page.

        Raises Playwright's `Error` where the page cannot be looked at.
        """
        frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": WORLD})["executionContextId"]
        _evaluate(session, world, f"{axe_source()};0")
        return list(_evaluate(session, world, f"({script('axe')})({PATIENCE}).then(JSON.stringify)"))

    def picture(self, session: CDPSession, box: Mapping[str, float] | None, quality: int) -> bytes | None:
        """Return a picture (JPEG) of what lies in the box, with a little around it; None where it shows nothing."""
        if not box or max(box["width"], box["height"]) > LARGEST:
            return None
        clip = {
            "x": max(0, box["x"] - PADDING),
            "y": max(0, box["y"] - PADDING),
            "width": box["width"] + 2 * PADDING,
            "height": box["height"] + 2 * PADDING,
            "scale": 1,
        }
        asked = {"format": "jpeg", "quality": quality, "clip": clip, "captureBeyondViewport": True}
        with contextlib.suppress(Error):
            return base64.b64decode(session.send("Page.captureScreenshot", asked)["data"])
        return None


def _evaluate(session: CDPSession, world: int, expression: str) -> Any:
    answer = session.send(
        "Runtime.evaluate",
        {
            "expression": expression,
            "contextId": world,
            "awaitPromise": True,
            "returnByValue": True,
            "timeout": PATIENCE,
        },
    )
    if "exceptionDetails" in answer:
        raise Error(str(answer["exceptionDetails"].get("text", "the script failed")))
    value = answer["result"].get("value")
    return json.loads(value) if isinstance(value, str) else value
