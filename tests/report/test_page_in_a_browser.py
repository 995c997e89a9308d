"""The page in a real browser: it stands alone, whatever the messages try, and everybody can read it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page

from tests.browsers import browser_of
from tests.report.nights import MAPS, booked, kept_night, mixed_night
from tests.report.stage import Stage
from tests.report.test_letters import HOSTILE
from upheld.report import letters, write_report

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (360, 1440)


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with browser_of(request) as browser:
        yield browser


@dataclass
class Watched:
    """A page with what it complained of and what it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, index: Path) -> None:
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(index.as_uri())
        # What is folded or below the screen shall try as well.
        self.page.evaluate(
            "document.querySelectorAll('details').forEach(one => one.open = true);"
            "document.querySelectorAll('[loading]').forEach(one => one.loading = 'eager')"
        )
        self.page.wait_for_load_state("networkidle")

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append("a dialog")
        dialog.dismiss()

    def went_outside(self) -> list[str]:
        return [url for url in self.requests if not url.startswith(("file:", "data:", "about:"))]


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    width, scheme = getattr(request, "param", (1440, SCHEMES[0]))
    context = browser.new_context(viewport={"width": int(width), "height": 900}, color_scheme=scheme)
    yield Watched(context.new_page())
    context.close()


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """An address that nothing may ask, and what asked it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


everywhere = pytest.mark.parametrize(
    "opened", [(width, scheme) for width in WIDTHS for scheme in SCHEMES], indirect=True, ids=str
)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mixed")
    return write_report(mixed_night(folder / "e"), evidence=folder / "e", out=folder / "report", maps=MAPS)


@everywhere
def test_it_stands_alone(opened: Watched, mixed: Path) -> None:
    opened.open(mixed)
    assert opened.complaints == []
    assert opened.went_outside() == []
    assert len([url for url in opened.requests if url.endswith(".png")]) > 3
    assert opened.page.locator("h1").inner_text().startswith("Not yet.")
    wide = opened.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0


@everywhere
def test_everybody_can_read_it(opened: Watched, mixed: Path) -> None:
    opened.open(mixed)
    found = Axe().run(opened.page)
    assert found.violations_count == 0, found.generate_report()


def test_everybody_can_read_a_good_night_and_an_empty_one(opened: Watched, tmp_path: Path) -> None:
    for number, run in enumerate((kept_night(tmp_path / "e"), Stage().view())):
        index = write_report(run, evidence=tmp_path / "e", out=tmp_path / f"r{number}", maps=MAPS)
        opened.open(index)
        assert opened.complaints == []  # before axe, which makes some browsers complain of its own messages to frames
        found = Axe().run(opened.page)
        assert found.violations_count == 0, found.generate_report()
        opened.complaints.clear()


def test_the_pictures_are_there(opened: Watched, mixed: Path) -> None:
    opened.open(mixed)
    lost = "[...document.images].filter(one => !one.naturalWidth).map(one => one.src)"
    opened.page.wait_for_function("[...document.images].every(one => one.complete)")
    assert opened.page.evaluate(lost) == []


def test_the_folder_can_be_moved(opened: Watched, tmp_path: Path) -> None:
    write_report(mixed_night(tmp_path / "e"), evidence=tmp_path / "e", out=tmp_path / "report", maps=MAPS)
    moved = (tmp_path / "report").rename(tmp_path / "elsewhere")
    (tmp_path / "e").rename(tmp_path / "gone")
    opened.open(moved / "index.html")
    opened.page.wait_for_function("[...document.images].every(one => one.complete)")
    assert opened.page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")


def test_a_message_is_shown_as_it_looked(opened: Watched, mixed: Path) -> None:
    opened.open(mixed)
    frame = opened.page.frame_locator("iframe").first
    assert frame.locator("h1").inner_text() == "Your seat is booked"


def test_hostile_messages_run_nothing_and_load_nothing(opened: Watched, tmp_path: Path) -> None:
    stage = Stage(tmp_path / "e")
    walk = stage.journey("Booking")
    booked(walk)
    for number, html in enumerate(HOSTILE):
        came = walk.mail(f"Hostile {number} {html}", text=html, html=f"<p>Dear Ada</p>{html}", attach=[
            ("../../../etc/passwd", "text/plain", b"x"),
        ])  # fmt: skip
        walk.promise("receipt", verdict="wrong", why=html, arrivals=[came], came=1)
    walk.done()
    index = write_report(stage.view(), evidence=tmp_path / "e", out=tmp_path / "report", maps=MAPS)
    opened.open(index)
    opened.page.wait_for_function("document.querySelectorAll('iframe').length > 10")
    assert len(opened.page.frames) > 10
    assert opened.complaints == []
    assert opened.went_outside() == []
    assert opened.page.url == index.as_uri()
    assert sorted(one.name for one in (tmp_path / "report").iterdir()) == [
        "index.html", "messages", "pictures", "results.json",
    ]  # fmt: skip


def test_the_frame_alone_would_hold_a_message_that_nobody_cleaned(
    opened: Watched, tmp_path: Path, elsewhere: tuple[str, list[str]]
) -> None:
    """The sandbox and the policy are walls of their own: shown without nh3, hostile messages still do nothing."""
    url, asked = elsewhere
    hostile = [html.replace("https://evil.example", url) for html in HOSTILE]
    frames = "".join(f'<iframe sandbox srcdoc="{escape(letters.FRAME + html)}"></iframe>' for html in hostile)
    index = tmp_path / "index.html"
    index.write_text(f"<!doctype html><title>x</title>{frames}", "utf-8")
    opened.open(index)
    assert asked == []
    assert "a dialog" not in opened.complaints
    # Without the walls they do reach out, so there is something to be held.
    index.write_text(f"<!doctype html><title>x</title><p>{hostile[13]}</p>", "utf-8")
    opened.page.goto(index.as_uri())
    assert asked != []


def test_it_is_read_with_the_keyboard(opened: Watched, mixed: Path) -> None:
    opened.open(mixed)
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.textContent") == "To the journeys"
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_url("**#journeys")
