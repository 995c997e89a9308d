"""Nothing but the allowed hosts is asked for anything: neither by us, nor by a page."""

from __future__ import annotations

import contextlib
import socket
import sys

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser.conftest import Site
from upheld.browser.acts import follow, opens
from upheld.browser.allow import allows, check, launch_args, resolver_rules
from upheld.browser.find import find_browser
from upheld.browser.manner import Manner
from upheld.errors import ConfigError, RefusedHost, SiteUnreachable, UsageError

HOSTS = ["staging.example.com", "*.shop.example:8443", "192.0.2.5:8080", "[2001:db8:0::1]:8000", "bücher.example"]


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/",
        "http://127.0.0.1:1/",
        "http://[::1]:5000/",
        "http://demo.localhost/",
        "https://staging.example.com/path",
        "HTTPS://Staging.Example.COM.:443/",
        "https://a.shop.example:8443/",
        "http://192.0.2.5:8080/",
        "http://[2001:db8::1]:8000/",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/",
        "about:blank",
        "data:text/html,hello",
    ],
)
def test_an_allowed_address(url: str) -> None:
    assert allows(url, HOSTS)
    check(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://staging.example.com.evil.example/",
        "https://evil.example/staging.example.com",
        "https://staging.example.com@evil.example/",
        "https://shop.example:8443/",
        "https://a.shop.example/",
        "http://192.0.2.5/",
        "http://127.0.0.2/",
        "http://2130706433/",
        "http://localhost.evil.example/",
        "file:///etc/passwd",
        "ftp://localhost/",
        "javascript:alert(1)",
        "http://[::1/",
        "http://localhost:port/",
    ],
)
def test_a_refused_address(url: str) -> None:
    assert not allows(url, HOSTS)
    with pytest.raises(RefusedHost):
        check(url, HOSTS)


def test_a_refusal_in_words() -> None:
    with pytest.raises(RefusedHost) as told:
        check("https://www.example.com/pay?token=s3cret", [])
    assert str(told.value) == (
        "www.example.com is not in allow_hosts; nothing was opened. "
        "If this is your staging site, add it to [tool.upheld] in pyproject.toml."
    )


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (
            "https://staging.example.com/",
            'allow_hosts has "https://staging.example.com/", which is an address or a range. Write the host: "stag',
        ),
        ("a host", 'allow_hosts has "a host", which is no host. Write it like "staging.example.com"'),
        ("*", 'allow_hosts has "*", which is no host.'),
        ("host:port", 'allow_hosts has "host:port", which is no host.'),
        ("host , MAP * evil", 'allow_hosts has "host , MAP * evil", which is no host.'),
    ],
)
def test_an_entry_that_is_no_host_is_told(written: str, words: str) -> None:
    with pytest.raises(ConfigError) as told:
        resolver_rules([written])
    assert str(told.value).startswith(words)


def test_the_rules_for_chromium() -> None:
    assert resolver_rules(["*.shop.example:8443", "2001:DB8::1"]) == (
        "MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE *.localhost , EXCLUDE 127.0.0.1 , EXCLUDE ::1 , EXCLUDE [::1] , "
        "EXCLUDE *.shop.example , EXCLUDE 2001:db8::1 , EXCLUDE [2001:db8::1]"
    )


def test_other_browsers_cannot_be_held() -> None:
    with pytest.raises(UsageError) as told:
        launch_args([], "firefox")
    assert str(told.value) == (
        "Only Chromium can be held to allow_hosts so far, and --browser firefox was asked for. "
        "Leave it out, or use --browser chromium."
    )


@pytest.mark.parametrize("host", ["shop.example", "192.0.2.1", "127.0.0.2", "[2001:db8::1]"])
def test_the_browser_itself_asks_no_other_host(her_page: Page, site: Site, host: str) -> None:
    # Asked past our own check, with a door open at the same port on this machine.
    site.pages["/"] = f"<a href='http://{host}:{site.port}/taken'>Out</a>"
    opens(her_page, site.url)
    with pytest.raises(RefusedHost) as told:
        follow(her_page, "Out", Manner(who="Ada"))
    assert str(told.value).startswith(f'Ada could not follow "Out": {host.strip("[]")} is not in allow_hosts;')
    assert "/taken" not in site.asked


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no address on loopback but 127.0.0.1")
def test_no_packet_leaves_for_another_host(her_page: Page, site: Site) -> None:
    # 127.0.0.2 is this machine under an address that is not allowed: a listener there would see any attempt.
    with socket.create_server(("127.0.0.2", 0)) as listener:
        port = listener.getsockname()[1]
        site.pages["/"] = (
            f"<h1>Shop</h1><img src='http://127.0.0.2:{port}/a.png'><link rel=preconnect href='http://127.0.0.2:{port}'>"
            f"<script>fetch('http://127.0.0.2:{port}/', {{mode: 'no-cors'}}).catch(() => document.title = 'refused');"
            f"new WebSocket('ws://127.0.0.2:{port}/')</script>"
        )
        opens(her_page, site.url)
        her_page.wait_for_function("document.title === 'refused'")
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_redirect_to_another_host_is_refused_by_its_name(her_page: Page, site: Site) -> None:
    site.pages["/pay"] = (302, "")
    site.headers = {"Location": "https://bank.example/"}
    with pytest.raises(RefusedHost) as told:
        opens(her_page, site.url + "/pay", Manner(who="Ada"))
    assert str(told.value).startswith("Ada could not open /pay: bank.example is not in allow_hosts;")


def test_our_own_check_comes_before_any_request(her_page: Page) -> None:
    asked: list[str] = []
    her_page.on("request", lambda request: asked.append(request.url))
    with pytest.raises(RefusedHost):
        opens(her_page, "https://www.example.com/")
    assert asked == []


@pytest.mark.parametrize(("rule", "asked"), [("", False), (" , EXCLUDE *.localhost", True)])
def test_chromium_takes_wildcards(playwright_driver: Playwright, site: Site, rule: str, asked: bool) -> None:
    # Names below localhost need no name server, so this is the one wildcard that can be tried on any machine.
    site.pages["/"] = "<h1>Shop</h1>"
    found = find_browser(playwright_driver.chromium.executable_path)
    browser = playwright_driver.chromium.launch(
        **found.launch_options(f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost{rule}", "--no-proxy-server")
    )
    try:
        page = browser.new_page()
        with contextlib.nullcontext() if asked else pytest.raises(SiteUnreachable):
            opens(page, f"http://shop.localhost:{site.port}/", Manner(probe=lambda: False))
        assert ("/" in site.asked) is asked
    finally:
        browser.close()
