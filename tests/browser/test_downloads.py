"""A link is used once: a file comes, or the page says why not, and the two are never mixed up."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Answer, Site
from upheld.browser import Refused, download, opens, try_download
from upheld.browser.manner import Manner
from upheld.errors import StepFailed

ADA = Manner(who="Ada", limit=2.0)
FILE: Answer = (
    200,
    "seat,name\n1,Ada\n",
    {"Content-Type": "text/csv", "Content-Disposition": 'attachment; filename="a.csv"'},
)
PAGES: dict[str, str | Answer] = {
    "/": """<main><a href=/file>Workbook</a> <a href=/file target=_blank>In a new tab</a> <a href=/plain>As it is</a>
      <a href=/pdf target=_blank>A document</a>
      <a href=/late>By a page</a> <a href="/gone">Old link</a> <a href=/login>Members only</a> <a href=/down>Broken</a>
      <a download=b.csv href="data:text/csv,x">From the page itself</a></main>""",
    "/file": FILE,
    "/plain": (200, "Dear Ada,", {"Content-Type": "text/plain; charset=utf-8"}),
    "/pdf": (200, "%PDF-1 none", {"Content-Type": "application/pdf", "Content-Disposition": "inline; filename=a.pdf"}),
    "/late": "<h1>It begins in a moment</h1><script>setTimeout(() => location = '/file', 200)</script>",
    "/gone": (410, "<h1>This link has expired</h1>"),
    "/login": "<h1>Please sign in</h1><form><input type=password></form>",
    "/down": (500, "<h1>Oh no</h1>"),
    "/one": "<nav><a href=/>Home</a></nav><a href=/file>Download your book</a>",
}  # fmt: skip


@pytest.fixture
def shop(site: Site, her_page: Page) -> Site:
    site.pages.update(PAGES)
    her_page.goto(site.url)
    return site


@pytest.mark.parametrize(
    ("words", "name", "kind", "content"),
    [
        ("Workbook", "a.csv", "text/csv", b"seat,name\n1,Ada\n"),
        ("In a new tab", "a.csv", "text/csv", b"seat,name\n1,Ada\n"),
        ("As it is", "plain.txt", "text/plain; charset=utf-8", b"Dear Ada,"),
        ("A document", "a.pdf", "application/pdf", b"%PDF-1 none"),
        ("By a page", "a.csv", "text/csv", b"seat,name\n1,Ada\n"),
        ("From the page itself", "b.csv", "", b"x"),
    ],
)
def test_a_file_comes(shop: Site, her_page: Page, words: str, name: str, kind: str, content: bytes) -> None:
    came = download(her_page, words, ADA)
    assert (came.name, came.type, came.content) == (name, kind, content)
    asked = [path for path in shop.asked if path in ("/file", "/plain", "/pdf")]
    assert len(asked) == (0 if name == "b.csv" else 1)  # never asked for a second time
    assert not her_page.is_closed()


def test_a_link_from_a_letter_and_the_only_one_of_a_page(shop: Site, her_page: Page) -> None:
    assert download(her_page, "Book", ADA, url=f"{shop.url}/file").name == "a.csv"
    her_page.goto(f"{shop.url}/one")
    assert download(her_page, manner=ADA).name == "a.csv"
    her_page.goto(f"{shop.url}/login")
    with pytest.raises(StepFailed, match=r"has no link that says it downloads. Say which"):
        download(her_page, manner=ADA)


def test_a_refusal_is_no_file(shop: Site, her_page: Page) -> None:
    assert try_download(her_page, "Old link", ADA) == Refused(410, "/gone", "This link has expired")
    her_page.goto(shop.url)
    assert try_download(her_page, "Members only", ADA) == Refused(200, "/login", "Please sign in")
    with pytest.raises(StepFailed) as told:
        download(her_page, "Old link", ADA, url=f"{shop.url}/gone")
    assert str(told.value) == (
        'Ada could not download "Old link": no file came; the site answered 410 at /gone, and the page says '
        '"This link has expired".'
    )


def test_an_error_of_the_site_is_no_refusal(shop: Site, her_page: Page) -> None:
    with pytest.raises(StepFailed, match="the site answered 500 Internal Server Error at /down"):
        try_download(her_page, "Broken", ADA)
    with pytest.raises(StepFailed, match="the site answered 500"):
        try_download(her_page, "Broken", ADA, url=f"{shop.url}/down")


def test_a_file_is_no_page(shop: Site, her_page: Page) -> None:
    with pytest.raises(StepFailed, match=r'it is a file and no page. Say: downloads "..." in it'):
        opens(her_page, f"{shop.url}/file", ADA)
