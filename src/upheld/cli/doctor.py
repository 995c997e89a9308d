"""`upheld doctor`: whether everything that a run needs is there, a line for each, with the next thing to do."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upheld.config import Settings, find_root, load_settings
from upheld.errors import UpheldError, UsageError

if TYPE_CHECKING:
    from upheld.mailbox import Mailbox

__all__ = ["examine"]


def examine(**options: Any) -> int:
    """Look at site, browser, mailbox, clock and ledger; return 0 where all is well, else 3 or 2."""
    settings = load_settings(find_root(Path.cwd())).with_options(**options)
    looks: dict[str, Callable[[Settings], str]] = {
        "site": _site, "browser": _browser, "mailbox": _mailbox, "capture": _capture, "clock": _clock,
        "ledger": _ledger,
    }  # fmt: skip
    worst = 0
    for name, look in looks.items():
        try:
            print(f"✓ {name:8} {look(settings)}")
        except UpheldError as error:
            print(f"✕ {name:8} {error}")
            worst = max(worst, 2 if isinstance(error, UsageError) else 3)
    return worst


def _site(settings: Settings) -> str:
    import httpx

    from upheld.browser import check
    from upheld.errors import SiteUnreachable

    if not settings.site:
        raise UsageError('no site is named: say --site URL, or site = "..." in [tool.upheld] in pyproject.toml')
    check(settings.site, settings.allow_hosts)
    try:
        answer = httpx.get(settings.site, timeout=10.0, trust_env=False)
    except httpx.TransportError as error:
        raise SiteUnreachable(
            f"{settings.site} does not answer ({type(error).__name__}). Start it, or name another with --site"
        ) from error
    took = answer.elapsed.total_seconds()
    return f"{settings.site} answers {answer.status_code} in {took:.2f} s"


def _browser(settings: Settings) -> str:
    from playwright.sync_api import Error, sync_playwright

    from upheld.browser import find_browser, launch_args
    from upheld.errors import BrowserGone

    found = find_browser()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(**found.launch_options(*launch_args(settings.allow_hosts)))
        except Error as error:
            reason = str(error).strip().splitlines()[0]
            raise BrowserGone(f"{found.where} does not start: {reason}. `playwright install --with-deps chromium` "
                              "gets one with all that it needs") from error  # fmt: skip
        version = browser.version
        browser.close()
    return f"{found.where}, version {version}"


def _mailbox(settings: Settings) -> str:
    from upheld.mailbox import open_mailbox

    with contextlib.closing(open_mailbox(settings.mailbox, root=settings.root, start=True)) as mailbox:
        return _round(mailbox, settings.mail_domain)


def _capture(settings: Settings) -> str:
    from upheld.mailbox import open_capture

    if not settings.capture:
        return 'none is set: promises by text message or webhook stay unproven (capture = "capture://127.0.0.1:1080")'
    with contextlib.closing(open_capture(settings.capture, root=settings.root, start=True)) as capture:
        return _round(capture, settings.mail_domain)


def _round(mailbox: Mailbox, domain: str) -> str:
    """Send a message round; return how that went."""
    from upheld.errors import MailboxUnreachable
    from upheld.mailbox import Canary

    ready, cursor = mailbox.ready(), mailbox.cursor()
    canary = Canary(mailbox, domain=domain)
    sent = datetime.now(UTC)
    address = canary.send()
    for _ in range(100):
        if any(canary.seen(envelope) and address in envelope.to for envelope in mailbox.since(cursor)):
            return f"{ready}; a message went round in {(datetime.now(UTC) - sent).total_seconds():.1f} s"
        canary.wait(address, 0.1)
    raise MailboxUnreachable(f"{ready}, but a message posted to {mailbox.url} did not come within 10 s")


def _clock(settings: Settings) -> str:
    from upheld.clock import open_clock

    clock = open_clock(settings.clock, settings.allow_hosts)
    if not clock.turnable:
        return f"real: promises beyond {settings.patience.total_seconds():.0f} s stay open for a later run"
    return f"{settings.clock} says {clock.now():%d %B %Y %H:%M:%S} UTC, and can be turned"


def _ledger(settings: Settings) -> str:
    from upheld.ledger import open_ledger

    with contextlib.closing(open_ledger(settings.ledger_url, migrate=True)) as ledger:
        runs = len(ledger.runs())
        return f"{ledger.url}, {runs} run{'' if runs == 1 else 's'}"
