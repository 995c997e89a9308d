"""Showing mail in a browser, as its reader's program does: no script runs, and nothing loads but its own pictures.

It runs in the controlling process beside the lookout, in a thread with a browser of its own, and writes down what was
seen. Messages of one shape (the same template with other words) are shown once. Checks read it from there.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import queue
import re
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from selectolax.lexbor import LexborHTMLParser

from upheld.browser.allow import allows, launch_args
from upheld.checks.following import does_something
from upheld.errors import LedgerUnreachable, UsageError
from upheld.keeping import keep
from upheld.ledger import Ledger, NewEvent
from upheld.mailbox.message import inline_html

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

__all__ = ["Renderer", "safe_and_shape"]

DESKTOP, PHONE = 700, 390
HEIGHT, TALLEST = 900, 2400
QUALITY = 60
# Milliseconds for a message with all its pictures, and seconds for all that is left when a run ends.
PATIENCE = 4000
LIMIT = 30.0
# A run with more shapes than this sends what no template made; the first say enough.
MOST = 80
# Of so many that look like one before, pictures are taken all the same: their words are their own.
PICTURED = 120
LARGEST = 1_500_000
# So often a browser is started anew; then it is the machine that shows nothing.
FAILURES = 3
# No script, frame, form, style sheet or type from anywhere; of pictures, only those of hosts that may be asked.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: {hosts}"
_NEVER = "script, noscript, template, iframe, frame, object, embed, base, link, audio, video, meta[http-equiv], portal"
_WORDED = frozenset(("a", "button", "h1", "h2", "h3", "h4", "h5", "h6", "title", "th", "label"))
_VIOLATIONS = 20


@dataclass(frozen=True, slots=True)
class _Letter:
    raw: str
    content: bytes


class Renderer:
    """Shows HTML messages in a browser of its own and writes `rendered` into the ledger. Never raises.

    A context manager. `evidence` is where pictures go, named by their content. `site` is the site's address and
    `allow_hosts` the settings': pictures are loaded from there and from nowhere else. The browser is started with the
    first HTML message; where there is none on this machine, nothing is shown and nothing is written.
    """

    def __init__(
        self, ledger: Ledger, run: str, *, evidence: Path, site: str = "", allow_hosts: Iterable[str] = ()
    ) -> None:
        self._ledger, self._run, self._evidence = ledger, run, evidence
        self._site, self._allow = site, tuple(allow_hosts)
        self._queue: queue.Queue[_Letter | None] = queue.Queue()
        self._taken: set[str] = set()
        self._left = 0
        self._changed = threading.Condition()
        self._gone = False
        self._thread: threading.Thread | None = None
        self.seconds = 0.0
        """How long the browser has been at work, without its start."""

    def __enter__(self) -> Self:
        """Begin; what an earlier process of this run has shown is not shown again."""
        with contextlib.suppress(LedgerUnreachable):
            shown = self._ledger.events(run=self._run, kinds=("rendered",))
            self._taken.update(str(event.data["raw"]) for event in shown)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._gone = True
            self._queue.put(None)
            self._thread.join(PATIENCE / 1000 * 3)

    def take(self, raw_path: str, raw_bytes: bytes) -> None:
        """Show this message as soon as may be; returns at once. `raw_path` is where it is kept, below the evidence."""
        with self._changed:
            html = b"html" in raw_bytes[:LARGEST].lower()
            if not html or not raw_path or raw_path in self._taken or self._gone:
                return
            self._taken.add(raw_path)
            self._left += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="upheld-renderer", daemon=True)
                self._thread.start()
        self._queue.put(_Letter(raw_path, raw_bytes))

    def finish(self, limit: float = LIMIT) -> bool:
        """Wait until all that was taken was shown, for `limit` seconds at most; return whether it was."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._left, limit)

    # In the thread

    def _work(self) -> None:
        shapes, failures, pictured = dict[str, dict[str, Any]](), 0, 0
        # Once nothing can be shown any more, what is left is taken from the queue all the same: somebody waits for it.
        with contextlib.suppress(Exception), contextlib.ExitStack() as stack:
            screen: _Screen | None = None
            while (letter := self._queue.get()) is not None:
                try:
                    page = self._page_of(letter)
                    if page is None:
                        continue
                    markup, shape = page
                    began = time.monotonic()
                    if shape not in shapes and len(shapes) < MOST and not self._gone:
                        screen = screen or stack.enter_context(_screen(self._site, self._allow))
                        shapes[shape] = screen.show(markup, self._evidence)
                        self._write(letter.raw, shapes[shape])
                    elif shape in shapes:
                        # What was found in the first holds for all; a picture of it would show another's words.
                        pictures: Mapping[str, str] = {}
                        if screen is not None and pictured < PICTURED and not self._gone:
                            pictured += 1
                            with contextlib.suppress(Exception):  # the first was shown; only its picture is lost
                                pictures = screen.pictures(markup, self._evidence)
                        self._write(letter.raw, {**shapes[shape], "pictures": pictures})
                    self.seconds += time.monotonic() - began
                except UsageError:
                    self._gone = True  # no browser on this machine
                except Exception:  # noqa: BLE001 - a message is hostile input; what cannot be shown was not looked at
                    screen, failures = None, failures + 1
                    self._gone = self._gone or failures >= FAILURES
                finally:
                    self._done()

    @staticmethod
    def _page_of(letter: _Letter) -> tuple[str, str] | None:
        html = inline_html(letter.content)
        return safe_and_shape(html) if html and len(html) <= 4 * LARGEST else None

    def _write(self, raw: str, seen: Mapping[str, Any]) -> None:
        with contextlib.suppress(LedgerUnreachable):
            key = f"rendered:{self._run}:{raw}"
            self._ledger.append(NewEvent("rendered", self._run, datetime.now(UTC), key=key, data={"raw": raw, **seen}))

    def _done(self) -> None:
        with self._changed:
            self._left -= 1
            self._changed.notify_all()


class _Screen:
    """A browser's window in which messages are shown one after the other."""

    def __init__(self, page: Page, session: CDPSession, desk: _Desk, site: str, allow: tuple[str, ...]) -> None:
        self._page, self._session, self._desk, self._site, self._allow = page, session, desk, site, allow

    def show(self, markup: str, evidence: Path) -> dict[str, Any]:
        """Return what is seen of a message, as the event's data without `raw`. May raise what Playwright does."""
        from playwright.sync_api import Error

        from upheld.browser.accessibility import Accessibility
        from upheld.browser.scripts import script

        self._open(markup)
        broken = [str(src) for src in self._page.evaluate(script("mail")) if self._may_load(str(src))]
        violations: list[dict[str, Any]] = []
        with contextlib.suppress(Error):
            violations = Accessibility(evidence, "").look(self._session)[:_VIOLATIONS]
        pictures = {"desktop": self._shoot(evidence, DESKTOP)}
        self._page.set_viewport_size({"width": PHONE, "height": HEIGHT})
        width = int(self._page.evaluate("() => document.documentElement.scrollWidth"))
        pictures["phone"] = self._shoot(evidence, PHONE)
        return {"violations": violations, "broken_pictures": broken, "width": width, "pictures": pictures}

    def pictures(self, markup: str, evidence: Path) -> dict[str, str]:
        """Return pictures of a message, as `show` takes them. May raise what Playwright does."""
        self._open(markup)
        desktop = self._shoot(evidence, DESKTOP)
        self._page.set_viewport_size({"width": PHONE, "height": HEIGHT})
        return {"desktop": desktop, "phone": self._shoot(evidence, PHONE)}

    def _open(self, markup: str) -> None:
        from playwright.sync_api import Error

        self._desk.markup = markup
        self._page.context.clear_cookies()  # what one customer's picture leaves must not go along with another's
        self._page.set_viewport_size({"width": DESKTOP, "height": HEIGHT})
        with contextlib.suppress(Error):  # a picture that takes its time is waited for no longer
            self._page.goto(self._desk.address, wait_until="load", timeout=PATIENCE)

    def _may_load(self, src: str) -> bool:
        """A picture that was not asked for has not failed to come; one without a host comes nowhere, but here."""
        if not re.match(r"https?:|//", src, re.IGNORECASE):
            return not src.lower().startswith("cid:")
        return _is_asked(src if ":" in src.partition("/")[0] else f"http:{src}", self._site, self._allow)

    def _shoot(self, evidence: Path, width: int) -> str:
        tall = int(self._page.evaluate("() => document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": width, "height": max(100, min(tall, TALLEST)), "scale": 1}
        asked = {"format": "jpeg", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
        content = base64.b64decode(self._session.send("Page.captureScreenshot", asked)["data"])
        return keep(evidence, content, ".jpg")


class _Desk(ThreadingHTTPServer):
    """Hands the browser the message. Only a page from this machine may have pictures of a site on this machine.

    https://wicg.github.io/local-network-access/
    """

    daemon_threads = True

    def __init__(self, policy: str) -> None:
        self.policy, self.markup = policy, ""
        super().__init__(("127.0.0.1", 0), _Hand)
        self.path = f"/{secrets.token_urlsafe(16)}"
        self.address = f"http://127.0.0.1:{self.server_port}{self.path}"


class _Hand(BaseHTTPRequestHandler):
    server: _Desk

    def do_GET(self) -> None:
        """Answer with the message where its address was asked for, which nobody else knows."""
        found = self.path == self.server.path
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        if found:
            self.wfile.write(self.server.markup.encode("utf-8", "replace"))

    def log_message(self, *about: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def _screen(site: str, allow: tuple[str, ...]) -> Iterator[_Screen]:
    """Start a browser. Raises `UsageError` where there is none."""
    from playwright.sync_api import sync_playwright

    from upheld.browser.find import find_browser

    options = find_browser().launch_options(*launch_args(allow))
    desk = _Desk(_POLICY.format(hosts=_sources(site, allow)))
    server = threading.Thread(target=desk.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    with desk, contextlib.ExitStack() as stack:
        server.start()
        stack.callback(desk.shutdown)
        playwright = stack.enter_context(sync_playwright())
        browser = stack.enter_context(playwright.chromium.launch(**options))
        # Addresses of pictures are the customer's own; nothing else of her goes along.
        context = browser.new_context(viewport={"width": DESKTOP, "height": HEIGHT}, service_workers="block")
        page = context.new_page()
        yield _Screen(page, context.new_cdp_session(page), desk, site, allow)


def safe_and_shape(html: str) -> tuple[str, str]:
    """Return the message without what a mail program leaves out, and a name for its shape.

    Two messages have one shape where they differ in words only: then they look alike.
    """
    tree = LexborHTMLParser(html)
    for node in tree.css(_NEVER):
        node.decompose()
    for node in tree.css("img"):
        if _tells_the_site(node.attributes):
            node.decompose()
    shape = hashlib.sha256()
    for node in tree.css("*"):
        attributes = node.attributes
        told = [node.tag or "", *sorted(attributes)]
        told += [attributes.get(name) or "" for name in ("class", "style", "lang")]
        if node.tag == "img":
            told += [attributes.get("src") or "", str(bool(attributes.get("alt")))]
        elif node.tag == "style":
            told.append(node.text())
        elif node.tag in _WORDED:
            told.append(str(bool(node.text().strip())))
        shape.update("\0".join(told).encode("utf-8", "replace") + b"\1")
    return tree.html or "", shape.hexdigest()[:20]


def _tells_the_site(attributes: Mapping[str, str | None]) -> bool:
    """True for a picture that nobody sees, or whose address may do something: loading it says that she has read it."""
    if any((attributes.get(side) or "").strip().rstrip("px") in ("0", "1", "2") for side in ("width", "height")):
        return True
    src = attributes.get("src") or ""
    return src.startswith(("http:", "https:")) and bool(does_something(src))


def _is_asked(url: str, site: str, allow: tuple[str, ...]) -> bool:
    """True where a picture may be asked for: loopback is this machine's, and asked only where the site is there."""
    if allows(url, ()) and not allows(site, ()):
        return False
    return allows(url, allow)


def _sources(site: str, allow: tuple[str, ...]) -> str:
    """Return the allowed hosts as a content security policy writes them (CSP level 3, source lists)."""
    hosts = list(allow)
    if allows(site, ()):
        hosts += ["localhost:*", "*.localhost:*", "127.0.0.1:*", "[::1]:*"]
    return " ".join(f"http://{host} https://{host}" for host in hosts)
