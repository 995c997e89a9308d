"""The page in a real browser: it stands alone, whatever the messages try, and everybody can read it."""

from __future__ import annotations

import functools
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
WIDTHS = (360, 768, 1440)


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

    watched: bool = False

    def watch(self) -> None:
        if not self.watched:
            self.page.on("console", lambda message: self.complaints.append(message.text))
            self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
            self.page.on("dialog", self._dismiss)
            self.page.on("request", lambda request: self.requests.append(request.url))
        self.watched = True

    def open(self, index: Path) -> None:
        self.watch()
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
def served(mixed: Path) -> Iterator[str]:
    """The address of the same report on a web server."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=mixed.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def journeys(index: Path, part: str = "") -> list[Path]:
    return sorted(index.parent.glob(f"journeys/*{part}*.html" if part else "journeys/*.html"))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mixed")
    return write_report(
        mixed_night(folder / "e"), evidence=folder / "e", out=folder / "report", maps=MAPS, earlier=[kept_night()]
    )


@everywhere
def test_it_stands_alone_and_everybody_can_read_it(opened: Watched, mixed: Path) -> None:
    for file in (mixed, *journeys(mixed, "paying-by-card"), *journeys(mixed, "cleo"), *journeys(mixed, "sign-in")):
        opened.open(file)
        wide = opened.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, file.name
        assert opened.complaints == []  # before axe, which makes some browsers complain of its own messages to frames
        found = Axe().run(opened.page)
        assert found.violations_count == 0, found.generate_report()
        opened.complaints.clear()
    assert opened.went_outside() == []
    assert len([url for url in opened.requests if url.endswith(".png")]) > 3


def test_it_works_from_a_server_as_well(opened: Watched, served: str, mixed: Path) -> None:
    opened.watch()
    opened.page.goto(served)
    assert "Not yet." in opened.page.locator("h1").inner_text()
    opened.page.get_by_role("link", name="receipt to Ada", exact=True).first.click()
    opened.page.wait_for_url("**/journeys/*.html#p-receipt-ada")
    opened.page.wait_for_load_state("networkidle")
    assert opened.page.evaluate("document.querySelector(':target').textContent.includes('None came')")
    assert opened.page.evaluate("getComputedStyle(document.querySelector('article')).borderLeftWidth") == "6px"
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith((served, "data:", "about:"))] == []


def test_journeys_are_found_and_filtered_and_the_address_says_so(opened: Watched, mixed: Path) -> None:
    opened.open(mixed)
    page, shown = opened.page, "main > article:not([hidden])"
    assert page.locator(shown).count() == 9
    page.keyboard.press("/")
    page.keyboard.type("attendee list")
    assert page.locator(shown).count() == 1
    assert page.locator("#found").inner_text() == "1 of 9 journeys"
    page.get_by_role("button", name="Show all").click()
    page.wait_for_function("document.querySelectorAll('main > article:not([hidden])').length === 9")
    page.get_by_label("Owner").select_option("Sam")
    assert page.locator(f"{shown} h3").all_inner_texts() == ["Signing in with a code"]
    page.get_by_label("Owner").select_option("")
    page.get_by_label("Verdict").select_option("broken")
    assert page.locator(f"{shown} h3").all_inner_texts() == ["Booking and paying by card"]
    assert page.url.endswith("#verdict=broken")
    # Whoever is sent this address sees the same.
    page.goto("about:blank")
    page.goto(f"{mixed.as_uri()}#verdict=broken&who=Ada")
    assert page.locator(f"{shown} h3").all_inner_texts() == ["Booking and paying by card"]
    assert opened.complaints == []


def test_it_is_walked_with_keys(opened: Watched, mixed: Path) -> None:
    opened.open(mixed)
    opened.page.keyboard.press("j")
    opened.page.keyboard.press("j")
    opened.page.keyboard.press("k")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_url("**/journeys/*paying-by-card*")
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_url("**#story")


def test_without_scripts_nothing_is_missing(browser: Browser, mixed: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(mixed.as_uri())
    assert page.locator("main > article:visible").count() == 9
    assert page.locator("form").is_hidden()
    context.close()


def test_it_prints_whole_and_without_what_only_a_screen_needs(opened: Watched, mixed: Path) -> None:
    opened.open(mixed)
    opened.page.emulate_media(media="print")
    assert opened.page.locator("form").is_hidden()
    opened.page.goto(journeys(mixed, "cleo")[0].as_uri())
    opened.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = false)")
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert opened.page.locator(".headers").first.bounding_box() is not None
    # Dark ink, whatever the screen was.
    assert opened.page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 42, 51)"


def test_cannot_tell_and_broken_differ_in_colour_and_shape(opened: Watched, mixed: Path) -> None:
    opened.open(mixed)
    look = """of => { const one = document.querySelector(of), style = getComputedStyle(one);
        return [style.borderLeftStyle, style.borderLeftColor, getComputedStyle(one.querySelector('dd .v')).color,
                one.querySelector('dd .v').textContent] }"""
    broken, unproven = (opened.page.evaluate(look, f"main > article.{one}") for one in ("no", "cannot-tell"))
    assert (broken[0], unproven[0]) == ("solid", "dashed")
    assert all(one != other for one, other in zip(broken, unproven, strict=True))


def test_everybody_can_read_a_good_night_and_an_empty_one(opened: Watched, tmp_path: Path) -> None:
    for number, run in enumerate((kept_night(tmp_path / "e"), Stage().view())):
        index = write_report(run, evidence=tmp_path / "e", out=tmp_path / f"r{number}", maps=MAPS)
        opened.open(index)
        assert opened.complaints == []  # before axe, which makes some browsers complain of its own messages to frames
        found = Axe().run(opened.page)
        assert found.violations_count == 0, found.generate_report()
        opened.complaints.clear()


def test_the_pictures_are_there(opened: Watched, mixed: Path) -> None:
    opened.open(*journeys(mixed, "paying-by-card"))
    assert opened.page.evaluate("document.images.length") > 2
    lost = "[...document.images].filter(one => !one.naturalWidth).map(one => one.src)"
    opened.page.wait_for_function("[...document.images].every(one => one.complete)")
    assert opened.page.evaluate(lost) == []


def test_the_folder_can_be_moved(opened: Watched, tmp_path: Path) -> None:
    write_report(mixed_night(tmp_path / "e"), evidence=tmp_path / "e", out=tmp_path / "report", maps=MAPS)
    moved = (tmp_path / "report").rename(tmp_path / "elsewhere")
    (tmp_path / "e").rename(tmp_path / "gone")
    opened.open(*journeys(moved / "index.html", "paying-by-card"))
    opened.page.wait_for_function("[...document.images].every(one => one.complete)")
    assert opened.page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")


def test_a_message_is_shown_as_it_looked(opened: Watched, mixed: Path) -> None:
    opened.open(*journeys(mixed, "paying-by-card"))
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
    (index,) = journeys(index)
    opened.open(index)
    opened.page.wait_for_function("document.querySelectorAll('iframe').length > 10")
    assert len(opened.page.frames) > 10
    assert opened.complaints == []
    assert opened.went_outside() == []
    assert opened.page.url == index.as_uri()
    assert sorted(one.name for one in (tmp_path / "report").iterdir()) == [
        "index.html", "journeys", "messages", "pictures", "results.json", "style.css",
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
