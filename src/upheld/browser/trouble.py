"""What Playwright's errors mean, in one place: did the customer see something wrong, or could we not look?

A page that answers 500 or shows the wrong thing is what the customer would see: `StepFailed`. Only a failed
connection together with a failed probe is `SiteUnreachable`, and a browser that is no more is `BrowserGone`: these
two say nothing about the site, and what depends on them is unproven.
"""

from __future__ import annotations

import contextlib
import re
import socket
import weakref
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Page

from upheld.browser.address import masked, where
from upheld.browser.allow import PORTS, allows, refusal
from upheld.errors import BrowserGone, RefusedHost, SiteUnreachable, StepFailed, UpheldError
from upheld.language import gettext as _

__all__ = ["Probe", "alive", "answers", "failed_connection", "notice_crashes", "told", "trouble"]

Probe = Callable[[], bool]
"""Says whether the site answers; it must not raise and must not take longer than some seconds."""

GONE = re.compile(r"has been closed|page crashed|target crashed|browser closed|connection closed|closed while", re.I)
CODE = re.compile(r"\b(?:net::(ERR_[A-Z0-9_]+)|(NS_ERROR_[A-Z_]+))")
# The connection failed, or broke off in the midst of an answer.
CONNECTION = re.compile(
    r"ERR_(CONNECTION_\w+|EMPTY_RESPONSE|TIMED_OUT|ADDRESS_\w+|NAME_NOT_RESOLVED|NAME_RESOLUTION_FAILED|SOCKET_\w+"
    r"|INCOMPLETE_CHUNKED_ENCODING|CONTENT_LENGTH_MISMATCH|HTTP2_\w+|PROXY_\w+|TUNNEL_\w+)"
    r"|NS_ERROR_(CONNECTION_REFUSED|NET_\w+|UNKNOWN_HOST)"
)
# This machine's own network went away; no probe can say anything of the site then.
OURS = re.compile(r"ERR_(NETWORK_CHANGED|INTERNET_DISCONNECTED|NETWORK_IO_SUSPENDED|INSUFFICIENT_RESOURCES)")

_crashed: weakref.WeakSet[Page] = weakref.WeakSet()


def notice_crashes(context: BrowserContext) -> None:
    """Remember which pages of this context crash: Playwright tells it once, and only to who waits just then."""

    def watch(page: Page) -> None:
        page.on("crash", _crashed.add)

    for page in context.pages:
        watch(page)
    context.on("page", watch)


@contextlib.contextmanager
def trouble(
    doing: str, *, page: Page | None = None, url: str = "", allow: Iterable[str] = (), probe: Probe | None = None
) -> Iterator[None]:
    """Turn what Playwright raises inside into an `UpheldError` that begins with `doing`; see `told`."""
    try:
        yield
    except Error as error:
        raise told(error, doing, page=page, url=url, allow=allow, probe=probe) from error


def told(
    error: BaseException | str,
    doing: str,
    *,
    page: Page | None = None,
    url: str = "",
    allow: Iterable[str] = (),
    probe: Probe | None = None,
) -> UpheldError:
    """Return what an error of Playwright, or the failure text of a request, means.

    `doing` is who could not do what ('Ada could not press "Pay now"'), `url` what was asked for, `allow` the
    allowed hosts. `probe` says whether the site answers; without one a connection to `url` is tried.
    """
    text = str(error)
    gone = _gone(page) or (_short(text) if GONE.search(text) else "")
    if gone:
        return BrowserGone(
            f"{doing}: {gone}. {_('That says nothing about the site.')} "
            + _("Run it again; `upheld doctor` tries the browser.")
        )
    code = next((match[1] or match[2] for match in [CODE.search(text)] if match), "")
    at = re.search(r" at (\S+://\S+)", text)
    asked = url or (at[1] if at else "")
    if asked and not allows(asked, allow) and (failed_connection(text) or "ERR_BLOCKED" in code):
        return RefusedHost(f"{doing}: {refusal(asked)}")
    if OURS.search(code):
        return SiteUnreachable(
            f"{doing}: this machine's network went away ({code}). That says nothing about the site. Run it again."
        )
    if failed_connection(text):
        if not (probe() if probe else bool(asked) and answers(asked)):
            return SiteUnreachable(
                f"{doing}: {_site(asked)} does not answer ({code or _short(text)}), nor does it when asked again. "
                "Start the site, or say where it is with --site; `upheld doctor` looks."
            )
        return StepFailed(
            f"{doing}: the connection to {masked(asked)} failed ({code or _short(text)}), though the site answers "
            "when asked again. She would see the browser's error page."
        )
    return StepFailed(f"{doing}: {_short(text)}." + (f" She was at {where(page.url)}." if page else ""))


def alive(page: Page, doing: str) -> None:
    """Raise `BrowserGone` where the page cannot be acted on any more."""
    reason = _gone(page)
    if reason:
        raise told(reason, doing, page=page)


def failed_connection(text: str) -> bool:
    """Return whether an error or a request's failure says that the connection failed."""
    return bool(CONNECTION.search(text)) or "Could not connect" in text


def answers(url: str, seconds: float = 2.0) -> bool:
    """Return whether anything accepts a connection at this address."""
    try:
        parts = urlsplit(url)
        target = (parts.hostname or "", parts.port or PORTS.get(parts.scheme, 80))
        with socket.create_connection(target, timeout=seconds):
            return True
    except (OSError, ValueError):
        return False


def _gone(page: Page | None) -> str:
    if page is None:
        return ""
    browser = page.context.browser
    if browser is not None and not browser.is_connected():
        return "the browser's process ended"
    if page in _crashed:
        return "the page crashed in the browser"
    return "the page was closed" if page.is_closed() else ""


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"the site at {parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else "the site"


def _short(text: str) -> str:
    first = text.strip().partition("\nCall log:")[0].partition("\n")[0]
    return re.sub(r"^[A-Z]\w+\.\w+: ", "", first).rstrip(".")
