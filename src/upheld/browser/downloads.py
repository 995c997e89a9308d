"""Downloading as a customer does: she follows a link, and a file comes, or the site says why not."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Download, Error, Page, Response

from upheld.browser.acts import press
from upheld.browser.address import where
from upheld.browser.allow import check
from upheld.browser.manner import Deadline, Manner
from upheld.browser.scripts import script
from upheld.browser.trouble import alive, told, trouble
from upheld.errors import BrowserGone, CouldNotLook, StepFailed

__all__ = ["Downloaded", "Refused", "download", "try_download"]

# Milliseconds between looks whether the file has come.
PAUSE = 20


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that came: its `name`, its media `type` as the site says it ("" where it does not), and its bytes."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """A page that came in the place of a file: its `status`, where it is, and what it `says` first."""

    status: int
    at: str
    says: str
    offers: bool = False

    def told(self) -> str:
        """Return it as the end of a sentence."""
        says = f', and the page says "{self.says}"' if self.says else ""
        return f"the site answered {self.status} at {self.at}{says}"


def download(page: Page, words: str = "", manner: Manner | None = None, *, url: str = "") -> Downloaded:
    """Follow the link of these words, or one from elsewhere by its `url`, and return the file that comes.

    Without words it is the one link of the page that says it downloads. A link is used once and never asked for in
    any other way, since it may count for one time. Raises `StepFailed` where no file comes, with what came instead.
    """
    manner = manner or Manner()
    doing = f"{manner.who} could not download " + (f'"{words}"' if words else "it")
    came = try_download(page, words, manner, url=url)
    if isinstance(came, Refused):
        raise StepFailed(f"{doing}: no file came; {came.told()}.")
    return came


def try_download(page: Page, words: str = "", manner: Manner | None = None, *, url: str = "") -> Downloaded | Refused:
    """Return the file that a link brings, or the page that came in its place; see `download`.

    A page that answers 500 or above, or a connection that fails, is raised as for any page.
    """
    manner = manner or Manner()
    doing = f"{manner.who} could not download " + (f'"{words}"' if words else "it")
    alive(page, doing)
    before = page.url
    with _hearing(page) as heard:
        try:
            at = _go(page, url, doing, manner) if url else press(page, words or _only_link(page, doing), manner)
        except BrowserGone:
            # A tab that was opened for a file closes by itself as soon as the file begins to come.
            if not heard.files or page.is_closed():
                raise
            at = page
        heard.await_file(page, manner)
        if heard.files:
            return _finished(heard, page, doing, manner)
        if (inline := heard.inline()) is not None:
            file = _shown(inline, doing, page, manner)
            with contextlib.suppress(Error):
                # The browser shows this file by itself; she goes on where she was.
                at.close() if at is not page else page.goto(before, wait_until="domcontentloaded")
            return file
    with trouble(doing, page=at, allow=manner.allow, probe=manner.probe):
        said: dict[str, list[str]] = at.locator("html").evaluate(script("said"), timeout=2000)
        offers = bool(at.evaluate(script("loads")))
    came = Refused(heard.status, where(at.url), next(iter(said["marked"] or said["lines"]), ""), offers)
    if came.status >= 500:
        raise StepFailed(f"{doing}: {came.told()}.")
    return came


class _Heard:
    """What the browser tells while a link is followed: files that begin to come, and answers of the site."""

    def __init__(self) -> None:
        self.files: list[Download] = []
        self.answers: list[Response] = []

    @property
    def status(self) -> int:
        """The status of the last page that came; 200 where none did, since she is still where she was."""
        return self.answers[-1].status if self.answers else 200

    def inline(self) -> Response | None:
        """Return the last answer where it is a file that the browser shows by itself."""
        last = self.answers[-1] if self.answers else None
        kind = last.headers.get("content-type", "") if last is not None else ""
        return last if last is not None and last.ok and kind and not _is_page(kind) else None

    def await_file(self, page: Page, manner: Manner) -> None:
        """Wait until a file comes, or it is clear that none will."""
        deadline = Deadline(manner.limit)
        while not self.files and deadline.left_ms > 1:
            if self.answers and (self.status >= 400 or (self.inline() and deadline.spent > 0.3)):
                return
            page.wait_for_timeout(PAUSE)


@contextlib.contextmanager
def _hearing(page: Page) -> Iterator[_Heard]:
    heard = _Heard()
    pages: list[Page] = []

    def on_download(file: Download) -> None:
        heard.files.append(file)

    def listen(one: Page) -> None:
        pages.append(one)
        one.on("download", on_download)

    def on_response(response: Response) -> None:
        # The browser's own viewer of a file comes by addresses of its own, and frames are no page.
        page_came = response.request.is_navigation_request() and response.url.startswith("http")
        if page_came and not 300 <= response.status < 400 and _is_whole(response):
            heard.answers.append(response)

    # Playwright types `on` by literal names only.
    context: Any = page.context
    listen(page)
    session = _as_files(page)
    context.on("page", listen)
    context.on("response", on_response)
    try:
        yield heard
    finally:
        context.remove_listener("page", listen)
        context.remove_listener("response", on_response)
        for one in pages:
            one.remove_listener("download", on_download)
        if session is not None:
            with contextlib.suppress(Error):
                session.detach()


def _as_files(page: Page) -> CDPSession | None:
    """Have Chromium save what it would show by itself: its viewer gives away neither a PDF nor that it has one.

    It is asked for once all the same: only the answer's heading is changed on its way to the page.
    """
    with contextlib.suppress(Error):
        # A new tab would show it before anybody could listen.
        page.evaluate("document.querySelectorAll('a[target]').forEach((link) => link.removeAttribute('target'))")
        session = page.context.new_cdp_session(page)

        def on_paused(event: dict[str, Any]) -> None:
            headings = event.get("responseHeaders", [])
            said = {one["name"].lower(): one["value"] for one in headings}
            shown = event.get("responseStatusCode") == 200 and not _is_page(said.get("content-type", "text/html"))
            with contextlib.suppress(Error):
                if shown and not said.get("content-disposition", "").lower().startswith("attachment"):
                    saved = {"name": "Content-Disposition", "value": _attachment(said.get("content-disposition", ""))}
                    kept = [one for one in headings if one["name"].lower() != "content-disposition"]
                    options = {"responseCode": 200, "responseHeaders": [*kept, saved]}
                    session.send("Fetch.continueResponse", {"requestId": event["requestId"], **options})
                else:
                    session.send("Fetch.continueRequest", {"requestId": event["requestId"]})

        session.on("Fetch.requestPaused", on_paused)
        session.send("Fetch.enable", {"patterns": [{"requestStage": "Response", "resourceType": "Document"}]})
        return session
    return None


def _attachment(disposition: str) -> str:
    """Return the heading `inline; filename=...` as one of a file to be saved, with the name that it has."""
    _, semicolon, names = disposition.partition(";")
    return f"attachment{semicolon}{names}"


def _is_whole(response: Response) -> bool:
    try:
        return response.frame.parent_frame is None
    except Error:  # a frame that is gone, or of a tab that is not there yet
        return True


def _go(page: Page, url: str, doing: str, manner: Manner) -> Page:
    check(url, manner.allow)
    try:
        page.goto(url, wait_until="domcontentloaded", timeout=manner.page_limit * 1000)
    except Error as error:
        if "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
            raise told(error, doing, page=page, url=url, allow=manner.allow, probe=manner.probe) from error
    return page


def _only_link(page: Page, doing: str) -> str:
    with trouble(doing, page=page):
        names: list[str] = page.evaluate(script("loads"))
    if len(names) != 1:
        there = ", ".join(f'"{name}"' for name in names) or "no link that says it downloads"
        raise StepFailed(f'{doing}: the page at {where(page.url)} has {there}. Say which: downloads "...".')
    return names[0]


def _finished(heard: _Heard, page: Page, doing: str, manner: Manner) -> Downloaded:
    file = heard.files[-1]
    with trouble(doing, page=page, url=file.url, allow=manner.allow, probe=manner.probe):
        if failure := file.failure():
            raise told(failure, doing, page=page, url=file.url, allow=manner.allow, probe=manner.probe)
        content = Path(file.path()).read_bytes()
    kinds = (answer.headers.get("content-type", "") for answer in reversed(heard.answers) if answer.url == file.url)
    return Downloaded(file.suggested_filename, next(kinds, ""), content)


def _shown(answer: Response, doing: str, page: Page, manner: Manner) -> Downloaded:
    with trouble(doing, page=page, allow=manner.allow, probe=manner.probe):
        content = answer.body()
    if "pdf" in answer.headers.get("content-type", "") and not content.startswith(b"%PDF"):
        raise CouldNotLook(f"{doing}: this browser shows the PDF by itself, and does not give it away.")
    name = answer.url.partition("?")[0].rstrip("/").rpartition("/")[2]
    return Downloaded(name, answer.headers.get("content-type", ""), content)


def _is_page(kind: str) -> bool:
    return kind.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
