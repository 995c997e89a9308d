"""What the customer would see fails the step; what we could not look at is unproven."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.conftest import Site, launch
from upheld.browser.acts import follow, opens, press, sees
from upheld.browser.manner import Manner
from upheld.browser.trouble import notice_crashes, told
from upheld.errors import BrowserGone, RefusedHost, SiteUnreachable, StepFailed

ADA = Manner(who="Ada", limit=5.0)
DOWN = Manner(who="Ada", limit=1.0, probe=lambda: False)
UP = Manner(who="Ada", limit=1.0, probe=lambda: True)
URL = "http://127.0.0.1:9/pay"


@pytest.mark.parametrize(
    ("text", "manner", "kind", "words"),
    [
        (
            f"Page.goto: net::ERR_CONNECTION_REFUSED at {URL}\nCall log:\n  - navigating",
            DOWN,
            SiteUnreachable,
            (
                "Ada could not pay: the site at http://127.0.0.1:9 does not answer (ERR_CONNECTION_REFUSED), nor does "
                "it when asked again. Start the site, or say where it is with --site; `upheld doctor` looks."
            ),
        ),
        (
            f"Page.goto: net::ERR_CONNECTION_RESET at {URL}",
            UP,
            StepFailed,
            (
                "Ada could not pay: the connection to http://127.0.0.1:9/pay failed (ERR_CONNECTION_RESET), though the "
                "site answers when asked again. She would see the browser's error page."
            ),
        ),
        (
            f"net::ERR_NETWORK_CHANGED at {URL}",
            UP,
            SiteUnreachable,
            (
                "Ada could not pay: this machine's network went away (ERR_NETWORK_CHANGED). That says nothing about "
                "the site. Run it again."
            ),
        ),
        (
            "Page.goto: net::ERR_NAME_NOT_RESOLVED at https://bank.example/",
            UP,
            RefusedHost,
            (
                "Ada could not pay: bank.example is not in allow_hosts; nothing was opened. "
                "If this is your staging site, add it to [tool.upheld] in pyproject.toml."
            ),
        ),
        (
            "Page.goto: net::ERR_CERT_DATE_INVALID at https://localhost/",
            DOWN,
            StepFailed,
            "Ada could not pay: net::ERR_CERT_DATE_INVALID at https://localhost/.",
        ),
        (
            "Locator.click: Target page, context or browser has been closed",
            DOWN,
            BrowserGone,
            (
                "Ada could not pay: Target page, context or browser has been closed. That says nothing about the site. "
                "Run it again; `upheld doctor` tries the browser."
            ),
        ),
        (
            "Connection closed while reading from the driver",
            UP,
            BrowserGone,
            (
                "Ada could not pay: Connection closed while reading from the driver. That says nothing about the site. "
                "Run it again; `upheld doctor` tries the browser."
            ),
        ),
    ],
)
def test_what_an_error_means(text: str, manner: Manner, kind: type[Exception], words: str) -> None:
    error = told(text, "Ada could not pay", probe=manner.probe)
    assert type(error) is kind
    assert str(error) == words


def test_a_site_that_ended_is_unproven(her_page: Page, site: Site) -> None:
    site.pages["/"] = "<a href=/next>Next</a><form action=/pay><button>Pay now</button></form>"
    opens(her_page, site.url, ADA)
    site.end()
    with pytest.raises(SiteUnreachable) as told:
        press(her_page, "Pay now", ADA)
    assert str(told.value).startswith(
        f'Ada could not press "Pay now": the site at {site.url} does not answer (ERR_CONNECTION_REFUSED)'
    )
    with pytest.raises(SiteUnreachable):
        opens(her_page, site.url + "/next", ADA)
    with pytest.raises(SiteUnreachable):
        sees(her_page, "You are booked", Manner(who="Ada", limit=0.2))


def test_a_site_that_ends_while_it_is_asked_is_unproven(her_page: Page, site: Site) -> None:
    asked, ended = threading.Event(), threading.Event()

    def hang() -> str:
        asked.set()
        ended.wait(20)
        raise ConnectionAbortedError

    site.pages["/"] = "<form action=/pay><button>Pay now</button></form>"
    site.pages["/pay"] = hang
    opens(her_page, site.url, ADA)

    def end() -> None:
        asked.wait(20)
        site.end()
        ended.set()

    thread = threading.Thread(target=end)
    thread.start()
    with pytest.raises(SiteUnreachable):
        press(her_page, "Pay now", ADA)
    thread.join()


def test_a_page_that_cannot_reach_its_site_is_unproven(her_page: Page, site: Site) -> None:
    site.pages["/"] = "<button onclick=\"fetch('/api').then(() => document.body.append('booked'))\">Book</button>"
    opens(her_page, site.url, ADA)
    site.end()
    press(her_page, "Book", ADA)
    with pytest.raises(SiteUnreachable) as told:
        sees(her_page, "booked", DOWN)
    said = str(told.value)
    assert said.startswith('Ada does not see "booked": the site ')
    assert "does not answer" in said
    assert said.endswith("Start the site, or say where it is with --site; `upheld doctor` looks.")


def test_a_dropped_connection_of_a_site_that_answers_fails_the_step(her_page: Page, site: Site) -> None:
    def drop() -> str:
        raise ConnectionAbortedError

    site.pages["/"] = "<a href=/broken>Next</a>"
    site.pages["/broken"] = drop
    opens(her_page, site.url, ADA)
    with pytest.raises(StepFailed, match=r"ERR_EMPTY_RESPONSE\), though the site answers when asked again"):
        follow(her_page, "Next", UP)


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_the_site_fails_the_step(her_page: Page, site: Site, status: int) -> None:
    site.pages["/"] = "<form action=/pay><button>Pay now</button></form><a href=/pay>Pay later</a>"
    site.pages["/pay"] = (status, "<h1>Sorry, something went wrong</h1>")
    phrase = {500: "Internal Server Error", 503: "Service Unavailable"}[status]
    told_so = f'the site answered {status} {phrase} at /pay, and the page says "Sorry, something went wrong".'
    opens(her_page, site.url, ADA)
    with pytest.raises(StepFailed) as told:
        press(her_page, "Pay now", ADA)
    assert str(told.value) == f'Ada could not press "Pay now": {told_so}'
    opens(her_page, site.url, ADA)
    with pytest.raises(StepFailed, match='could not follow "Pay later": the site answered'):
        follow(her_page, "Pay later", ADA)
    with pytest.raises(StepFailed) as told:
        opens(her_page, site.url + "/pay", ADA)
    assert str(told.value) == f"Ada could not open /pay: {told_so}"


def test_a_page_that_is_not_found_is_hers_to_see(her_page: Page, site: Site) -> None:
    opens(her_page, site.url + "/gone", ADA)
    sees(her_page, "not found", ADA)


def test_a_slow_answer_is_waited_for(her_page: Page, site: Site) -> None:
    seen = threading.Event()

    def slow() -> str:
        # Longer than she looks for a button, and shorter than she waits for a page.
        seen.wait(1.5)
        return "<h1>Booked</h1>"

    site.pages["/"] = "<form action=/pay><button>Pay</button></form>"
    site.pages["/pay"] = slow
    opens(her_page, site.url, ADA)
    press(her_page, "Pay", Manner(who="Ada", limit=0.3))
    sees(her_page, "Booked", Manner(who="Ada", limit=0.3))


def test_an_answer_that_does_not_come_is_told(her_page: Page, site: Site) -> None:
    seen = threading.Event()
    site.pages["/"] = "<form action=/pay><button>Pay</button></form>"
    site.pages["/pay"] = site.pages["/other"] = lambda: "late" if seen.wait(20) else ""
    opens(her_page, site.url, ADA)
    hasty: dict[str, Any] = {"who": "Ada", "limit": 0.3, "page_limit": 0.3}
    try:
        with pytest.raises(StepFailed, match=r'could not press "Pay": the next page has not come for \d\.\d s\.'):
            press(her_page, "Pay", Manner(**hasty))
        with pytest.raises(StepFailed, match=r"could not open /pay: the site has not answered for \d\.\d s\."):
            opens(her_page, site.url + "/pay", Manner(**hasty))
        with pytest.raises(SiteUnreachable, match="nor does it to a probe"):
            opens(her_page, site.url + "/other", Manner(**hasty, probe=lambda: False))
    finally:
        seen.set()


def processes(browser: Browser, kind: str) -> list[int]:
    """Return the process ids of a browser that a test started."""
    session = browser.new_browser_cdp_session()
    return [
        int(process["id"])
        for process in session.send("SystemInfo.getProcessInfo")["processInfo"]
        if process["type"] == kind
    ]


def killed_in(seconds: float, pids: list[int]) -> threading.Timer:
    def kill() -> None:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    return threading.Timer(seconds, kill)


@pytest.mark.parametrize(
    "act",
    [
        lambda page: sees(page, "never shown", ADA),
        lambda page: press(page, "Never there", ADA),
        lambda page: opens(page, page.url + "hang", ADA),
    ],
    ids=["sees", "press", "opens"],
)
def test_a_browser_killed_in_mid_step_is_unproven(
    playwright_driver: Playwright, site: Site, act: Callable[[Page], None]
) -> None:
    ended = threading.Event()
    site.pages["/"] = "<h1>Shop</h1>"
    site.pages["/hang"] = lambda: "late" if ended.wait(20) else ""
    browser = launch(playwright_driver)
    try:
        page = browser.new_page()
        opens(page, site.url + "/", ADA)
        killer = killed_in(0.3, processes(browser, "browser"))
        killer.start()
        with pytest.raises(BrowserGone) as told:
            act(page)
        killer.join()
        assert ": the browser's process ended. That says nothing about the site." in str(told.value)
        with pytest.raises(BrowserGone, match='could not press "Pay": the browser\'s process ended'):
            press(page, "Pay", ADA)
    finally:
        ended.set()
        browser.close()


def test_a_page_that_crashes_is_unproven(playwright_driver: Playwright, site: Site) -> None:
    site.pages["/"] = "<h1>Shop</h1>"
    browser = launch(playwright_driver)
    try:
        context = browser.new_context()
        notice_crashes(context)
        page = context.new_page()
        opens(page, site.url, ADA)
        killer = killed_in(0.3, processes(browser, "renderer"))
        killer.start()
        with pytest.raises(BrowserGone) as told:
            sees(page, "never shown", ADA)
        killer.join()
        assert str(told.value) == (
            'Ada does not see "never shown": the page crashed in the browser. That says nothing about the site. '
            "Run it again; `upheld doctor` tries the browser."
        )
        # Playwright itself answers for a crashed page as if it were empty.
        with pytest.raises(BrowserGone):
            sees(page, "Shop", ADA)
    finally:
        browser.close()


def test_a_page_that_was_closed_is_told(her_page: Page) -> None:
    her_page.close()
    with pytest.raises(BrowserGone, match='does not see "Shop": the page was closed'):
        sees(her_page, "Shop", ADA)
