"""What is kept of each step: where she was, what she saw, what the page complained of. Evidence never fails a step."""

from __future__ import annotations

import base64
import contextlib
import itertools
import time
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Error, Page, Request, Response, WebError

from upheld.browser.accessibility import MOST_PICTURES, Accessibility
from upheld.browser.address import masked
from upheld.browser.allow import allows
from upheld.browser.measuring import Measuring
from upheld.browser.scripts import script
from upheld.browser.traces import drop_trace, keep_trace, start_trace
from upheld.keeping import keep

__all__ = ["Evidence", "StepEvidence"]

QUALITY = 70
# Milliseconds after which a page that is busy with itself is left without a picture.
PATIENCE = 2000
# Of a page that goes on for ever, as much is kept as anybody reads; in bytes of UTF-8.
MOST_TEXT = 200_000
# A page that complains without end must not fill the ledger.
MOST = 50
LONGEST = 500


@dataclass(frozen=True, slots=True)
class StepEvidence:
    """What was noted since the step before.

    `address` is masked. `console` are errors of the console and of scripts, `failed_requests` sentences such as
    "GET https://… 404". `picture` is the path, relative to the evidence's folder, of the picture that shows the
    screen as the step left it, "" where there is none. `page_text` is that of what the page says (UTF-8), "" where it
    says what it said at the step before. `seconds` is the time since the step before. `ride` is what was measured; see
    docs/ride.md. `acts` are what was done in the browser, in order, with what was typed, unless that is secret.
    """

    address: str
    title: str
    console: tuple[str, ...]
    failed_requests: tuple[str, ...]
    picture: str
    seconds: float
    page_text: str = ""
    ride: Mapping[str, Any] = field(default_factory=dict)
    acts: tuple[Mapping[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        lists = {"console": list(self.console), "failed_requests": list(self.failed_requests)}
        return {**asdict(self), **lists, "ride": dict(self.ride), "acts": [dict(one) for one in self.acts]}


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at a page: the screen's fingerprint, and the stored picture and text; "" for what could not be had.

    `kind` is its kind of page, `still` whether all has come, `ride` what the page's own measuring says.
    """

    print: str = ""
    title: str = ""
    picture: str = ""
    text: str = ""
    kind: str = ""
    still: bool = False
    ride: Mapping[str, Any] | None = None


class Evidence:
    """Collects the evidence of one person in one journey.

    `folder` is where pictures and traces go, shared by all journeys: pictures are named by their content, so equal
    ones are stored once. `name` (the journey's id) stands in the trace's name. `allow` are the allowed hosts
    besides loopback, so that what was refused is said to be so. `trace` is whether a trace is recorded. With the name
    of a `run` each kind of page in it is looked at for accessibility, once.
    """

    _numbers = itertools.count(1)

    def __init__(
        self, folder: Path, name: str = "", *, allow: Iterable[str] = (), trace: bool = True, run: str = ""
    ) -> None:
        self.folder = folder
        self.name = name
        self._allow = tuple(allow)
        self._trace = trace
        self._measuring = Measuring()
        self._accessibility = Accessibility(folder, run) if run else None
        self._context: BrowserContext | None = None
        self._recording = False
        self._kept: str | None = None
        self._console: list[str] = []
        self._failed: list[str] = []
        self._since = time.monotonic()
        self._sessions: weakref.WeakKeyDictionary[Page, CDPSession] = weakref.WeakKeyDictionary()
        self._said: weakref.WeakKeyDictionary[Page, str] = weakref.WeakKeyDictionary()
        self._last: weakref.WeakKeyDictionary[Page, _Look] = weakref.WeakKeyDictionary()

    def attach(self, context: BrowserContext) -> None:
        """Listen to all pages of a context, now and later, and begin its trace."""
        self._context = context
        self._measuring.attach(context)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failed)
        self._recording = self._trace and start_trace(context, self.name)

    def does(self, what: str, where: str = "") -> None:
        """Note what she did with her browser itself, beside what she does on its pages."""
        self._measuring.does(what, where)

    def step(self, page: Page) -> StepEvidence:
        """Return what was noted since the last call, with a picture of the page as it is now."""
        look = self._look(page)
        console, failed = tuple(dict.fromkeys(self._console)), tuple(dict.fromkeys(self._failed))
        now = time.monotonic()
        seconds = round(now - self._since, 3)
        ride, acts = self._ride(page, look), self._measuring.acts()
        seen = StepEvidence(masked(page.url), look.title, console, failed, look.picture, seconds, look.text, ride, acts)
        self._console, self._failed, self._since = [], [], now
        return seen

    def picture(self, page: Page) -> str | None:
        """Return the path, relative to the folder, of a picture that shows the page as it is now.

        A new one (JPEG) is taken only where the screen has changed since the last one of this page. None where no
        picture could be taken, whatever the reason.
        """
        return self._look(page).picture or None

    def _look(self, page: Page) -> _Look:
        before = self._last.get(page)
        known = before.print if before else ""
        try:
            saw = page.wait_for_function(script("look"), arg=known, timeout=PATIENCE).json_value()
        except Error:
            return _Look()
        if before and saw["print"] == known:
            return replace(before, title=saw["title"], text="", still=saw["still"], ride=saw["ride"])
        text = picture = ""
        with contextlib.suppress(OSError):
            content = str(saw["text"] or "").encode("utf-8", "replace")[:MOST_TEXT].decode("utf-8", "ignore").encode()
            text = self._store(content, "txt")
            # A screen that only scrolls or is typed into says what it said before.
            told, self._said[page] = self._said.get(page), text
            text = "" if told == text else text
        with contextlib.suppress(Error, OSError):
            picture = self._store(self._shoot(page), "jpg")
        kind = self._accessibility.kind_of(page.url, saw["shape"]) if self._accessibility and saw["shape"] else ""
        look = _Look(saw["print"], saw["title"], picture, text, kind, saw["still"], saw["ride"])
        # Without a picture it is looked at anew next time.
        if picture:
            self._last[page] = look
        return look

    def _ride(self, page: Page, look: _Look) -> dict[str, Any]:
        began = time.perf_counter()
        found = self._measuring.step(look.ride)
        if look.kind and look.ride:
            found["kind"] = look.kind
            if look.still and (violations := self._violations(page, look.kind)) is not None:
                # How long it took stands beside it, since it is the one thing here that does take long.
                took = round(time.perf_counter() - began, 3)
                found["accessibility"] = {"violations": violations, "seconds": took}
        return found

    def _violations(self, page: Page, kind: str) -> list[dict[str, Any]] | None:
        looker = self._accessibility
        try:
            session = self._session(page)
            if looker is None or not looker.is_new(kind):
                return None
            violations = looker.look(session)
            for one in violations:
                box = one.pop("box")
                if sum("picture" in other for other in violations) < MOST_PICTURES:
                    picture = looker.picture(session, box, QUALITY)
                    one |= {"picture": self._store(picture, "jpg")} if picture else {}
        except (Error, OSError):
            return None
        return violations

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
            answer = self._session(page).send("Page.captureScreenshot", {"format": "jpeg", "quality": QUALITY})
            return base64.b64decode(answer["data"])
        except Error:
            return page.screenshot(type="jpeg", quality=QUALITY, timeout=PATIENCE)

    def _session(self, page: Page) -> CDPSession:
        session = self._sessions.get(page)
        if session is None:
            session = self._sessions[page] = page.context.new_cdp_session(page)
        return session

    def _store(self, content: bytes, kind: str) -> str:
        return keep(self.folder, content, f".{kind}")

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
