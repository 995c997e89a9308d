"""What is kept of each step: where she was, what she saw, what the page complained of. Evidence never fails a step."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import itertools
import time
import weakref
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Error, Page, Request, Response, WebError

from upheld.browser.address import masked
from upheld.browser.allow import allows
from upheld.browser.scripts import script
from upheld.browser.traces import drop_trace, keep_trace, start_trace

__all__ = ["Evidence", "StepEvidence"]

QUALITY = 70
# Milliseconds after which a page that is busy with itself is left without a picture.
PATIENCE = 2000
# A page that complains without end must not fill the ledger.
MOST = 50
LONGEST = 500


@dataclass(frozen=True, slots=True)
class StepEvidence:
    """What was noted since the step before.

    `address` is masked. `console` are errors of the console and of scripts, `failed_requests` sentences such as
    "GET https://… 404". `picture` is the path, relative to the evidence's folder, of the picture that shows the
    screen as the step left it, "" where there is none. `seconds` is the time since the step before.
    """

    address: str
    title: str
    console: tuple[str, ...]
    failed_requests: tuple[str, ...]
    picture: str
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {**asdict(self), "console": list(self.console), "failed_requests": list(self.failed_requests)}


class Evidence:
    """Collects the evidence of one person in one journey.

    `folder` is where pictures and traces go, shared by all journeys: pictures are named by their content, so equal
    ones are stored once. `name` (the journey's id) stands in the trace's name. `allow` are the allowed hosts
    besides loopback, so that what was refused is said to be so. `trace` is whether a trace is recorded.
    """

    _numbers = itertools.count(1)

    def __init__(self, folder: Path, name: str = "", *, allow: Iterable[str] = (), trace: bool = True) -> None:
        self.folder = folder
        self.name = name
        self._allow = tuple(allow)
        self._trace = trace
        self._context: BrowserContext | None = None
        self._recording = False
        self._kept: str | None = None
        self._console: list[str] = []
        self._failed: list[str] = []
        self._since = time.monotonic()
        self._sessions: weakref.WeakKeyDictionary[Page, CDPSession] = weakref.WeakKeyDictionary()
        self._last: weakref.WeakKeyDictionary[Page, tuple[str, str]] = weakref.WeakKeyDictionary()

    def attach(self, context: BrowserContext) -> None:
        """Listen to all pages of a context, now and later, and begin its trace."""
        self._context = context
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failed)
        self._recording = self._trace and start_trace(context, self.name)

    def step(self, page: Page) -> StepEvidence:
        """Return what was noted since the last call, with a picture of the page as it is now."""
        picture = self.picture(page) or ""
        title = ""
        with contextlib.suppress(Error):
            # The title comes with the wait that the fingerprint made sure of; a gone page has none.
            title = page.title() if picture else ""
        console, failed = tuple(dict.fromkeys(self._console)), tuple(dict.fromkeys(self._failed))
        now = time.monotonic()
        seen = StepEvidence(masked(page.url), title, console, failed, picture, round(now - self._since, 3))
        self._console, self._failed, self._since = [], [], now
        return seen

    def picture(self, page: Page) -> str | None:
        """Return the path, relative to the folder, of a picture that shows the page as it is now.

        A new one (JPEG) is taken only where the screen has changed since the last one of this page. None where no
        picture could be taken, whatever the reason.
        """
        try:
            print_ = str(page.wait_for_function(script("fingerprint"), timeout=PATIENCE).json_value())
            before = self._last.get(page)
            if before and before[0] == print_:
                return before[1]
            content = self._shoot(page)
            name = hashlib.sha256(content).hexdigest()[:20] + ".jpg"
            self._store(name, content)
        except (Error, OSError):
            return None
        self._last[page] = (print_, name)
        return name

    def keep_trace(self) -> str | None:
        """End the trace, write it, and return its path relative to the folder; None where none was recorded.

        Asked again, it returns the same: somebody may close her browser before the journey ends.
        Every journey's trace is kept until the verdict; then `thin_traces` deletes those of no use.
        """
        if not self._recording or self._context is None:
            return self._kept
        self._recording = False
        path = self.folder / f"{self.name or 'journey'}-{next(self._numbers)}.trace.zip"
        kept = keep_trace(self._context, path)
        self._kept = kept.name if kept else None
        return self._kept

    def drop_trace(self) -> None:
        """End the trace and write nothing."""
        if self._recording and self._context is not None:
            self._recording = False
            drop_trace(self._context)

    def _shoot(self, page: Page) -> bytes:
        # Chromium's own capture takes a fifth less than Playwright's, which other browsers have to make do with.
        try:
            session = self._sessions.get(page)
            if session is None:
                session = self._sessions[page] = page.context.new_cdp_session(page)
            answer = session.send("Page.captureScreenshot", {"format": "jpeg", "quality": QUALITY})
            return base64.b64decode(answer["data"])
        except Error:
            return page.screenshot(type="jpeg", quality=QUALITY, timeout=PATIENCE)

    def _store(self, name: str, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if (self.folder / name).exists():
            return
        # Another worker may store the same picture at this moment; what is there is always whole.
        part = self.folder / f"{name}.{id(self)}-{next(self._numbers)}.part"
        part.write_bytes(content)
        part.replace(self.folder / name)

    def _on_console(self, message: ConsoleMessage) -> None:
        # What Chromium says of a failed request stands in `failed_requests` already, with its address.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._note(self._console, message.text)

    def _on_error(self, error: WebError) -> None:
        self._note(self._console, f"Uncaught {error.error.name}: {error.error.message}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and not response.url.endswith("/favicon.ico"):
            self._note(self._failed, f"{response.request.method} {masked(response.url)} {response.status}")

    def _on_failed(self, request: Request) -> None:
        failure = request.failure or "failed"
        # A request that the page itself gave up, by going on to the next, is none that failed.
        if "ERR_ABORTED" in failure or "NS_BINDING_ABORTED" in failure:
            return
        if not allows(request.url, self._allow):
            failure = "refused by allow_hosts"
        self._note(self._failed, f"{request.method} {masked(request.url)} {failure}")

    @staticmethod
    def _note(where: list[str], text: str) -> None:
        if len(where) < MOST:
            where.append(" ".join(text.split())[:LONGEST])
