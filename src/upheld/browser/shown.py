"""Questions about the page that she has before her: what it says, where it is, whether it lets her in."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error, Page
from playwright.sync_api import TimeoutError as TookTooLong

from upheld.browser.address import where
from upheld.browser.manner import Deadline, Manner, looked_for, seconds
from upheld.browser.scripts import script
from upheld.browser.trouble import alive, trouble
from upheld.browser.walking import Walking
from upheld.errors import CouldNotLook, StepFailed
from upheld.language import gettext as _
from upheld.promises.promise import Arrival, Link

__all__ = ["does_not_see", "is_asked_to_sign_in", "is_at", "is_refused", "page_as_arrival"]

# Milliseconds between looks, and for how long what is not there must stay away.
PAUSE, AWAY = 50, 250
HEADINGS, LINKS = 10, 500


def page_as_arrival(page: Page, who_address: str) -> Arrival:
    """Return the page as what has reached the person of this address: `on the page` is held against it.

    Its subject is the title, its headings are h1 to h3, its text is what can be seen, its links have whole addresses.
    The same page gives the same `id`. Raises what `trouble` says where the page cannot be read.
    """
    with trouble("the page could not be read", page=page):
        read: dict[str, Any] = page.evaluate(script("page"))
    content = repr((page.url, read)).encode()
    return Arrival(
        id=f"page-{hashlib.sha256(content).hexdigest()[:20]}",
        to=(who_address,),
        at=datetime.now(UTC),
        subject=str(read["title"]),
        html_text=str(read["text"]),
        headings=tuple(read["headings"][:HEADINGS]),
        links=tuple(Link(words or url, url) for words, url in read["links"][:LINKS]),
        channel="page",
    )


def does_not_see(page: Page, words: str, manner: Manner | None = None) -> None:
    """Look that the page does not show these words: once it has come whole, and not for a moment after.

    What is still going away is waited for. Raises `StepFailed` where it stays.
    """
    manner = manner or Manner()
    doing = _('{who} sees "{words}"', who=manner.who, words=words)
    alive(page, doing)
    deadline = Deadline(manner.limit)
    shown = page.get_by_text(words).filter(visible=True)
    with trouble(doing, page=page, allow=manner.allow, probe=manner.probe):
        page.wait_for_load_state("load", timeout=max(deadline.left_ms, manner.page_limit * 1000))
        away = Deadline(AWAY / 1000)
        while away.left_ms > 1 and deadline.left_ms > 1:
            if shown.count():
                away = Deadline(AWAY / 1000)
            page.wait_for_timeout(PAUSE)
        if not shown.count():
            return
    said = {"doing": doing, "at": where(page.url), "time": seconds(deadline.spent)}
    raise StepFailed(_("{doing} at {at}, which she should not. It stayed for {time} s.", **said))


def is_at(page: Page, path: str, manner: Manner | None = None) -> None:
    """Wait until she is at this path of the site; a query counts only where `path` has one.

    Raises `StepFailed` with where she is instead.
    """
    manner = manner or Manner()
    doing = _("{who} is not on {path}", who=manner.who, path=path)
    alive(page, doing)
    deadline = Deadline(manner.limit)
    with Walking(page, doing, manner) as walking:
        try:
            page.wait_for_url(lambda url: _same(url, path), timeout=deadline.left_ms, wait_until="domcontentloaded")
        except TookTooLong as error:
            said = _("{doing}: she is on {at}.", doing=doing, at=where(page.url))
            raise StepFailed(f"{said} {looked_for(deadline.spent)}") from error
        except Error as error:
            raise walking.failure(error) from error


def is_refused(page: Page, manner: Manner | None = None) -> str:
    """Look that the site refused her the page that she asked for (400 to 499), and return what it says.

    Raises `StepFailed` where it let her in, and `CouldNotLook` where this browser does not tell a page's status.
    """
    manner = manner or Manner()
    doing = _("{who} was not refused", who=manner.who)
    alive(page, doing)
    with trouble(doing, page=page, allow=manner.allow, probe=manner.probe):
        page.wait_for_load_state("domcontentloaded", timeout=manner.page_limit * 1000)
        # https://www.w3.org/TR/resource-timing-2/#dom-performanceresourcetiming-responsestatus
        status = page.evaluate("() => performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0")
        said: dict[str, list[str]] = page.locator("html").evaluate(script("said"), timeout=2000)
    says = next(iter(said["marked"] or said["lines"]), "")
    if not status:
        raise CouldNotLook(f"{doing}: this browser does not tell what status the page at {where(page.url)} came with.")
    if not 400 <= status < 500:
        told = _("{doing}: the site answered {status} at {at}", doing=doing, status=status, at=where(page.url))
        raise StepFailed(told + _(', and the page says "{words}".', words=says))
    return says


def is_asked_to_sign_in(page: Page, manner: Manner | None = None) -> None:
    """Wait until the page asks her for a password that she has already; raises `StepFailed` where it does not."""
    manner = manner or Manner()
    doing = _("{who} is not asked to sign in", who=manner.who)
    alive(page, doing)
    deadline = Deadline(manner.limit)
    with trouble(doing, page=page, allow=manner.allow, probe=manner.probe):
        while deadline.left_ms > 1:
            if page.evaluate(script("signin")):
                return
            page.wait_for_timeout(PAUSE)
    raise StepFailed(_("{doing} at {at}.", doing=doing, at=where(page.url)) + f" {looked_for(deadline.spent)}")


def _same(url: str, path: str) -> bool:
    there = urlsplit(url)
    if "://" in path:
        return url.rstrip("/") == path.rstrip("/")
    wanted = urlsplit(path)
    same = (there.path.rstrip("/") or "/") == (wanted.path.rstrip("/") or "/")
    return same and (not wanted.query or there.query == wanted.query)
