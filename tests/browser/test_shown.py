"""Questions about the page before her are answered by what a customer would see of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site, untimed
from upheld.browser import does_not_see, goes_back, is_asked_to_sign_in, is_at, is_refused, page_as_arrival, reloads
from upheld.browser.manner import Manner
from upheld.errors import StepFailed

HASTY = Manner(who="Ada", limit=0.6)


def test_what_is_not_there_or_goes_away_is_not_seen(her_page: Page) -> None:
    her_page.set_content(
        "<p hidden>Sold out</p><p id=w>Please wait</p><script>setTimeout(() => w.remove(), 250)</script>"
    )
    does_not_see(her_page, "Sold out", HASTY)
    does_not_see(her_page, "Please wait", Manner(who="Ada", limit=5))
    her_page.set_content("<p id=w></p><script>setTimeout(() => { w.textContent = 'Sold out' }, 100)</script>")
    with pytest.raises(StepFailed) as told:
        does_not_see(her_page, "Sold out", HASTY)
    assert untimed(told.value) == 'Ada sees "Sold out" at about:blank, which she should not. It stayed for N s.'


def test_where_she_is(her_page: Page, site: Site) -> None:
    site.pages["/in"] = "<script>setTimeout(() => history.pushState(0, '', '/members/?tab=1'), 200)</script>"
    her_page.goto(f"{site.url}/in")
    is_at(her_page, "/members", Manner(who="Ada", limit=5))
    is_at(her_page, "/members?tab=1", HASTY)
    with pytest.raises(StepFailed, match=r"Ada is not on /members\?tab=2: she is on /members/\. It looked"):
        is_at(her_page, "/members?tab=2", HASTY)


def test_whether_she_is_let_in(her_page: Page, site: Site) -> None:
    site.pages["/gone"] = (410, "<h1>This link has expired</h1>")
    site.pages["/login"] = "<form><h1>Sign in</h1><input type=email><button>Go on</button></form>"
    site.pages["/circle"] = (
        "<main><h1>Sign in</h1><form><input type=email><button>Send me a link</button></form></main>"
    )
    site.pages["/news"] = "<header><h2>Sign in</h2></header><form><input type=email><button>Subscribe</button></form>"
    site.pages["/join"] = "<form><h1>Join</h1><input type=email><input type=password autocomplete=new-password></form>"
    her_page.goto(f"{site.url}/gone")
    assert is_refused(her_page, HASTY) == "This link has expired"
    her_page.goto(f"{site.url}/login")
    is_asked_to_sign_in(her_page, HASTY)
    with pytest.raises(
        StepFailed, match='Ada was not refused: the site answered 200 at /login, and the page says "Sign in"'
    ):
        is_refused(her_page, HASTY)
    her_page.goto(f"{site.url}/circle")
    is_asked_to_sign_in(her_page, HASTY)
    for place in ("/join", "/news"):
        her_page.goto(f"{site.url}{place}")
        with pytest.raises(StepFailed, match=f"Ada is not asked to sign in at {place}"):
            is_asked_to_sign_in(her_page, HASTY)


def test_she_goes_back_and_loads_again(her_page: Page, site: Site) -> None:
    visits = iter(range(1, 9))
    site.pages["/a"] = lambda: f"<h1>Visit {next(visits)}</h1>"
    site.pages["/b"] = "<h1>Second</h1>"
    her_page.goto(f"{site.url}/a")
    her_page.goto(f"{site.url}/b")
    goes_back(her_page, HASTY)
    reloads(her_page, HASTY)
    assert her_page.inner_text("h1").startswith("Visit ")
    assert her_page.url == f"{site.url}/a"
    site.pages["/a"] = (500, "<h1>Oh no</h1>")
    with pytest.raises(StepFailed, match="Ada could not load the page again: the site answered 500"):
        reloads(her_page, HASTY)


def test_a_page_reaches_her_with_its_words_and_links(her_page: Page, site: Site) -> None:
    site.pages["/thanks"] = """<title>Thank you</title><h1>You are booked</h1><h2>Next</h2><h2 hidden>Secret</h2>
      <p>Order number: UP-1042</p><p hidden>Draft</p><a href="/book?t=1">Your  book</a><a hidden href=/x>No</a>
      <input readonly value=KEY-77><input value=typed>"""
    her_page.goto(f"{site.url}/thanks")
    page, again = page_as_arrival(her_page, "ada@mail.test"), page_as_arrival(her_page, "ada@mail.test")
    assert (page.channel, page.to, page.subject) == ("page", ("ada@mail.test",), "Thank you")
    assert page.headings == ("You are booked", "Next")
    assert [(link.words, link.url) for link in page.links] == [("Your book", f"{site.url}/book?t=1")]
    assert "Order number: UP-1042" in page.html_text
    assert "KEY-77" in page.html_text
    assert not any(word in page.html_text for word in ("Draft", "typed", "Secret"))
    assert page.id == again.id
