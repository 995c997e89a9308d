"""Evidence of each step is kept, costs little, shows no secret and never fails a step."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import Site
from upheld.browser.acts import opens, press
from upheld.browser.address import masked, where
from upheld.browser.evidence import Evidence
from upheld.browser.traces import start_trace, thin_traces


@pytest.fixture
def her_context(shared_browser: Browser) -> Iterator[BrowserContext]:
    context = shared_browser.new_context()
    yield context
    context.close()


@pytest.fixture
def evidence(her_context: BrowserContext, tmp_path: Path) -> Evidence:
    evidence = Evidence(tmp_path / "evidence", "run-1", trace=False)
    evidence.attach(her_context)
    return evidence


@pytest.fixture
def her_page(her_context: BrowserContext, evidence: Evidence) -> Page:
    return her_context.new_page()


def pictures(evidence: Evidence) -> list[str]:
    return sorted(path.name for path in evidence.folder.glob("*"))


def test_what_is_noted_of_a_step(her_page: Page, evidence: Evidence, site: Site) -> None:
    site.pages["/pay"] = """<title>Payment</title><h1>Payment</h1><img src=/missing.png>
      <script>console.error('the till is jammed'); setTimeout(() => { throw new Error('no till') }, 0);
      Promise.allSettled([fetch('https://fonts.example/a.woff'), fetch('/api?token=s3cret', {method: 'POST'})])
        .then(() => document.title = 'Done')</script>"""
    site.pages["/api"] = (503, "")
    opens(her_page, site.url + "/pay?session=abc")
    her_page.wait_for_function("document.title === 'Done' && [...document.images].every((image) => image.complete)")
    seen = evidence.step(her_page)
    assert (seen.address, seen.title) == (site.url + "/pay?session=***", "Done")
    assert seen.console[0] == "the till is jammed"
    assert seen.console[1] == "Uncaught Error: no till"
    assert [line for line in seen.console if "fonts.example" not in line] == list(seen.console[:2])
    assert sorted(seen.failed_requests) == [
        f"GET {site.url}/missing.png 404",
        "GET https://fonts.example/a.woff refused by allow_hosts",
        f"POST {site.url}/api?token=*** 503",
    ]
    assert 0 < seen.seconds < 30
    assert seen.to_json()["picture"] == seen.picture
    again = evidence.step(her_page)
    assert (again.console, again.failed_requests) == ((), ())


def test_a_picture_only_where_the_screen_has_changed(her_page: Page, evidence: Evidence) -> None:
    her_page.set_content("<h1>Shop</h1><input><button onclick=\"this.innerText = 'Pressed'\">Press</button>")
    first = evidence.picture(her_page)
    assert first is not None
    assert (evidence.folder / first).read_bytes().startswith(b"\xff\xd8\xff")
    taken = (evidence.folder / first).stat().st_mtime_ns
    assert evidence.picture(her_page) == first
    press(her_page, "Press")
    second = evidence.picture(her_page)
    her_page.locator("input").fill("Ada")
    third = evidence.picture(her_page)
    assert len({first, second, third}) == 3
    assert (evidence.folder / first).stat().st_mtime_ns == taken


def test_equal_pictures_are_stored_once(her_context: BrowserContext, her_page: Page, evidence: Evidence) -> None:
    other = her_context.new_page()
    for one in (her_page, other):
        one.set_content("<h1>Shop</h1>")
    assert evidence.picture(her_page) == evidence.picture(other)
    assert len([name for name in pictures(evidence) if name.endswith(".jpg")]) == 1


def test_what_the_page_says_is_kept_once_where_it_changes(her_page: Page, evidence: Evidence) -> None:
    her_page.set_content("<title>Shop</title><h1>Größe &amp; Preis</h1><i hidden>no</i><input readonly value=KEY-1>")
    first, again = evidence.step(her_page).page_text, evidence.step(her_page).page_text
    assert again == ""
    assert (evidence.folder / first).read_text("utf-8").split() == ["Größe", "&", "Preis", "KEY-1"]
    her_page.locator("input").evaluate("(field) => { field.readOnly = false; field.value = 'hers' }")
    assert "hers" not in (evidence.folder / evidence.step(her_page).page_text).read_text("utf-8")
    her_page.locator("input").fill("hers as well")
    assert evidence.step(her_page).page_text == ""
    her_page.set_content(f"<p>{'ü' * 300_000}")
    assert (evidence.folder / evidence.step(her_page).page_text).stat().st_size <= 200_000


def test_no_picture_is_no_failure(her_page: Page, evidence: Evidence) -> None:
    her_page.set_content("<h1>Shop</h1>")
    her_page.evaluate("setTimeout(() => { const end = Date.now() + 4000; while (Date.now() < end); }, 0)")
    assert evidence.picture(her_page) is None
    her_page.close()
    seen = evidence.step(her_page)
    assert (seen.picture, seen.title) == ("", "")


def test_a_folder_that_cannot_be_written_is_no_failure(her_page: Page, evidence: Evidence) -> None:
    evidence.folder.parent.mkdir(exist_ok=True)
    evidence.folder.write_text("a file")
    her_page.set_content("<h1>Shop</h1>")
    assert evidence.step(her_page).picture == ""


def test_a_trace_is_kept_until_the_verdict(her_context: BrowserContext, tmp_path: Path) -> None:
    names = []
    for _ in range(2):
        evidence = Evidence(tmp_path, "run-1")
        evidence.attach(her_context)
        her_context.new_page().set_content("<h1>Shop</h1>")
        name = evidence.keep_trace()
        assert name is not None
        assert zipfile.is_zipfile(tmp_path / name)
        assert evidence.keep_trace() == name
        names.append(name)
    assert [path.name for path in thin_traces(tmp_path, [names[1]])] == [names[0]]
    assert [path.name for path in tmp_path.iterdir()] == [names[1]]


def test_a_trace_that_is_dropped_or_lost_leaves_nothing(shared_browser: Browser, tmp_path: Path) -> None:
    context = shared_browser.new_context()
    dropped, lost = Evidence(tmp_path, "dropped"), Evidence(tmp_path, "lost")
    dropped.attach(context)
    dropped.drop_trace()
    lost.attach(context)
    context.close()
    assert lost.keep_trace() is None
    assert list(tmp_path.iterdir()) == []


def test_a_trace_that_somebody_else_records_is_left_to_him(her_context: BrowserContext, tmp_path: Path) -> None:
    her_context.tracing.start(snapshots=True)
    evidence = Evidence(tmp_path, "run-1")
    evidence.attach(her_context)
    assert not start_trace(her_context)
    assert evidence.keep_trace() is None
    her_context.tracing.stop(path=tmp_path / "his.zip")
    assert (tmp_path / "his.zip").exists()


@pytest.mark.parametrize(
    ("url", "shown", "place"),
    [
        ("https://shop.example/pay?id=7&token=abc", "https://shop.example/pay?id=7&token=***", "/pay"),
        ("https://ada:pw@shop.example/", "https://shop.example/", "/"),
        (
            "https://shop.example/reset/9f8a7b6c5d4e3f2a1b0c9d8e7f/now",
            "https://shop.example/reset/***/now",
            "/reset/***/now",
        ),
        (
            "https://shop.example/a/systems-day-in-lisbon-2026",
            "https://shop.example/a/systems-day-in-lisbon-2026",
            None,
        ),
        ("https://shop.example/_soejRZCljl_on-rOpTOg", "https://shop.example/***", "/***"),
        ("https://shop.example/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "https://shop.example/***", "/***"),
        ("https://shop.example/a#access_token=abc", "https://shop.example/a#***", "/a"),
        ("https://shop.example/a#top", "https://shop.example/a#top", "/a"),
        ("about:blank", "about:blank", "about:blank"),
    ],
)
def test_an_address_shows_no_secret(url: str, shown: str, place: str | None) -> None:
    assert masked(url) == shown
    assert where(url) == (place or "/a/systems-day-in-lisbon-2026")
