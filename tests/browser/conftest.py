"""A real browser, one for each module, and tiny sites on loopback."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright

from tests.needs import needs
from upheld.browser.allow import launch_args
from upheld.browser.find import find_browser
from upheld.cast import Person

Answer = tuple[int, str] | tuple[int, str, Mapping[str, str]]


@dataclass
class Site:
    """A tiny site: `pages` answers by path; `asked` is what was asked for, `posted` what was sent."""

    url: str = ""
    pages: dict[str, str | Answer | Callable[[], str | Answer]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    server: http.server.ThreadingHTTPServer | None = None

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def end(self) -> None:
        """End the site as a process ends: nothing listens any more."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


def start(pages: Mapping[str, str | Answer | Callable[[], str | Answer]] | None = None) -> Site:
    site = Site(pages=dict(pages or {}))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            site.posted.append(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())
            self.do_GET()

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            site.asked.append(path)
            found = site.pages.get(path, (404, "<h1>Not found</h1>"))
            answer = found() if callable(found) else found
            status, body, *more = answer if isinstance(answer, tuple) else (200, answer)
            self.send_response(status)
            for name, value in {
                "Content-Type": "text/html; charset=utf-8",
                **site.headers,
                **(more or [{}])[0],
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            """A browser that goes away in the midst of an answer is no fault here."""

    site.server = Server(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{site.server.server_port}"
    threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return site


@pytest.fixture
def site() -> Iterator[Site]:
    site = start({"/favicon.ico": (204, "")})
    yield site
    site.end()


@pytest.fixture(scope="session")
def playwright_driver(request: pytest.FixtureRequest) -> Playwright:
    """Playwright's one driver of this process, which pytest-playwright keeps."""
    needs("browser")
    driver: Playwright = request.getfixturevalue("playwright")
    return driver


def launch(driver: Playwright) -> Browser:
    """Start a browser that is held to loopback."""
    found = find_browser(driver.chromium.executable_path)
    return driver.chromium.launch(**found.launch_options(*launch_args([])))


@pytest.fixture(scope="module")
def shared_browser(playwright_driver: Playwright) -> Iterator[Browser]:
    browser = launch(playwright_driver)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def kept_pages(shared_browser: Browser) -> list[Page]:
    """The page that the tests of a module hand on to each other, since a new one costs more than most tests."""
    return []


@pytest.fixture
def her_page(shared_browser: Browser, kept_pages: list[Page]) -> Page:
    """An empty page."""
    if kept_pages:
        # A page that was closed is of no more use; nor is one that the browser's own error page is still on its way to.
        try:
            kept_pages[-1].goto("about:blank")
        except Error:
            kept_pages.clear()
    if not kept_pages:
        kept_pages.append(shared_browser.new_context().new_page())
    return kept_pages[-1]


def untimed(error: BaseException) -> str:
    """Return an error's words with its seconds as "N s", since a busy machine takes its time."""
    return re.sub(r"\d+\.\d s", "N s", str(error))


@pytest.fixture
def ada() -> Person:
    return Person(
        who="Ada",
        given="Ada",
        family="Mendes",
        email="ada.t0@mail.test",
        phone="+14155550101",
        company="Vicente Lda.",
        street="Travessa de Branco, 2",
        postcode="9431-869",
        city="Lisbon",
        country="Portugal",
        locale="pt-PT",
        zone="Europe/Lisbon",
        details={"dietary needs": "vegetarian", "date of birth": "1989-02-14", "job title": "Team Lead"},
    )
