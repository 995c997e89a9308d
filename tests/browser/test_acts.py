"""She finds things by their words, as people do, and says what she found instead."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site, untimed
from upheld.browser.acts import follow, opens, press, sees
from upheld.browser.manner import Manner
from upheld.browser.reading import read_labelled
from upheld.errors import StepFailed

ADA = Manner(who="Ada", limit=5.0)
HASTY = Manner(who="Ada", limit=0.5)


def show(page: Page, html: str) -> None:
    page.set_content(
        f"<html><body>{html}<script>addEventListener('click', (e) => document.title = e.target.id)</script>"
    )


@pytest.mark.parametrize(
    "html",
    [
        "<button id=yes type=button>Pay now</button>",
        "<button id=yes type=button>  PAY\n now </button>",
        "<input id=yes type=button value='Pay now'>",
        "<div id=yes role=button tabindex=0>Pay now</div>",
        "<button id=yes type=button aria-label='Pay now'>→</button>",
        "<a id=yes href='#'>Pay now</a>",
        "<button id=yes type=button>Pay now with card</button>",
        "<button type=button>Pay now or later</button><button id=yes type=button>Pay now</button>",
        "<button type=button style='display:none'>Pay now</button><button id=yes type=button>Pay now</button>",
        "<header><button>Pay now</button></header><main><button id=yes type=button>Pay now</button></main>",
        "<button>Pay now</button><dialog open><button id=yes type=button>Pay now</button></dialog>",
    ],
)
def test_she_presses_what_is_called_so(her_page: Page, html: str) -> None:
    show(her_page, html)
    assert press(her_page, "Pay now", ADA) is her_page
    assert her_page.title() == "yes"


def test_she_presses_what_comes_a_moment_later(her_page: Page) -> None:
    show(her_page, "<script>setTimeout(() => document.body.innerHTML += '<button id=yes>Pay</button>', 300)</script>")
    press(her_page, "Pay", ADA)
    assert her_page.title() == "yes"


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (
            "<button>Pay</button><button>Back</button><button style='visibility:hidden'>Secret</button>",
            'the page at about:blank has buttons "Pay", "Back". Did you mean "Pay"? It looked for N s.',
        ),
        ("<a href='#'>Elsewhere</a>", "the page at about:blank has no buttons. It looked for N s."),
        ("<button disabled>Pay noww</button>", "at about:blank it is there, but disabled. It tried for "),
        (
            "<button type=button>Pay noww</button><div class=veil style='position:fixed;inset:0'></div>",
            'at about:blank something lies over it: <div class="veil">. It tried for ',
        ),
        (
            "<h2>Seat</h2><button type=button>Pay noww</button><h2>Room</h2><button type=button>Pay noww</button>",
            (
                "the page at about:blank has 2 that are called so and lead to different things "
                '(under "Seat", under "Room"). Say more of its words in the feature.'
            ),
        ),
    ],
)
def test_what_she_cannot_press(her_page: Page, html: str, words: str) -> None:
    name = "Pay noww" if "noww" in html else "Pay now"
    show(her_page, html)
    with pytest.raises(StepFailed) as told:
        press(her_page, name, HASTY)
    assert untimed(told.value).startswith(f'Ada could not press "{name}": {words}')


def test_what_she_cannot_follow(her_page: Page) -> None:
    show(her_page, "<a href='#a'>Rooms</a><a href='#b'>Register</a><button>Search</button>")
    with pytest.raises(StepFailed) as told:
        follow(her_page, "Registre", HASTY)
    assert untimed(told.value) == (
        'Ada could not follow "Registre": the page at about:blank has links "Rooms", "Register". '
        'Did you mean "Register"? It looked for N s.'
    )


def test_two_links_to_one_page_are_one(her_page: Page, site: Site) -> None:
    site.pages["/"] = "<nav><a href=/other>Book</a></nav><a href=/book>Book</a><p><a href=/book>Book</a></p>"
    site.pages["/book"] = "<h1>Booking</h1>"
    opens(her_page, site.url, ADA)
    follow(her_page, "Book", ADA)
    assert her_page.url == site.url + "/book"


def test_a_link_that_opens_a_new_tab_takes_her_there(her_page: Page, site: Site) -> None:
    site.pages["/"] = "<a href=/terms target=_blank>Terms</a><a href=/broken target=_blank>Broken</a>"
    site.pages["/terms"] = "<h1>The terms</h1>"
    site.pages["/broken"] = (500, "<h1>Oh no</h1>")
    opens(her_page, site.url, ADA)
    there = follow(her_page, "Terms", ADA)
    assert there is not her_page
    sees(there, "The terms", ADA)
    with pytest.raises(StepFailed, match="the site answered 500"):
        follow(her_page, "Broken", ADA)


@pytest.mark.parametrize(
    ("status", "headers"), [(200, {"Content-Disposition": "attachment; filename=guests.csv"}), (204, {})]
)
def test_an_answer_that_is_no_page_leaves_her_where_she_is(
    her_page: Page, site: Site, status: int, headers: dict[str, str]
) -> None:
    site.pages["/"] = "<h1>Guests</h1><a href=/guests>Download</a><form action=/guests><button>Export</button></form>"
    site.pages["/guests"] = (status, "name\n")
    opens(her_page, site.url, ADA)
    site.headers = headers
    follow(her_page, "Download", Manner(who="Ada", limit=5, page_limit=5))
    press(her_page, "Export", Manner(who="Ada", limit=5, page_limit=5))
    sees(her_page, "Guests", ADA)


def test_she_sees_words_however_they_are_set(her_page: Page) -> None:
    show(her_page, "<p>You are <b>booked</b>,\n  Ada.</p><p hidden>Secret</p>")
    sees(her_page, "you are booked, Ada", HASTY)
    with pytest.raises(StepFailed):
        sees(her_page, "Secret", HASTY)


def test_she_sees_what_comes_a_moment_later(her_page: Page) -> None:
    show(her_page, "<script>setTimeout(() => document.body.append('You are booked'), 300)</script>")
    sees(her_page, "You are booked", ADA)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (
            "<h1>Payment</h1><p role=alert>Your card was declined</p><p>Much more</p>",
            'the page at /pay says "Payment", "Your card was declined". It looked for N s.',
        ),
        ("<p>You are bookd</p><h1>Done</h1>", 'the page at /pay says "You are bookd", "Done". It looked for N s.'),
        (
            (
                "<h1>Pay</h1><form><label>Card <input required></label><button>Pay</button></form>"
                "<script>document.forms[0].requestSubmit()</script>"
            ),
            'the page at /pay says "Card: Please fill out this field.", "Pay". It looked for N s.',
        ),
        ("<title>Shop</title>", "the page at /pay is empty (its title is 'Shop'). It looked for N s."),
    ],
)
def test_what_she_sees_instead(her_page: Page, site: Site, html: str, words: str) -> None:
    site.pages["/pay"] = html
    opens(her_page, site.url + "/pay?session=abc", ADA)
    with pytest.raises(StepFailed) as told:
        sees(her_page, "You are booked", HASTY)
    assert untimed(told.value) == f'Ada does not see "You are booked": {words}'


@pytest.mark.parametrize(
    "html",
    [
        "<p>Order number: UP-1042</p>",
        "<dl><dt>Order number</dt><dd>UP-1042</dd></dl>",
        "<table><tr><th>Order number</th><td>UP-1042</td></tr></table>",
        "<table><tr><th>Price</th><th>Order number</th></tr><tr><td>120</td><td>UP-1042</td></tr></table>",
        "<p><strong>Order number:</strong> <span>UP-1042</span></p>",
        "<p>Thank you. Your order number is UP-1042.</p>",
        "<label for=o>Order number</label><br><input id=o value=UP-1042 readonly>",
        "<script>setTimeout(() => document.body.append('Order number: UP-1042'), 200)</script>",
    ],
)
def test_she_reads_what_stands_beside_a_label(her_page: Page, html: str) -> None:
    show(her_page, html)
    assert read_labelled(her_page, "order number", ADA) == "UP-1042"


def test_a_label_that_is_not_there(her_page: Page) -> None:
    show(her_page, "<dl><dt>Booking number</dt><dd>7</dd></dl><p>Price: 120 EUR</p>")
    with pytest.raises(StepFailed) as told:
        read_labelled(her_page, "Bookin number", HASTY)
    assert untimed(told.value) == (
        'Ada could not read "Bookin number": the page at about:blank has labels "Booking number", "Price". '
        'Did you mean "Booking number"? It looked for N s.'
    )


def test_that_the_page_is_not_there_is_said_with_what_it_does_not_have(her_page: Page, site: Site) -> None:
    site.pages["/confirm"] = (404, "<h1>This page does not exist</h1>")
    opens(her_page, f"{site.url}/confirm")
    with pytest.raises(StepFailed) as failed:
        press(her_page, "Yes, this is me", HASTY)
    assert "the page at /confirm, which the site answered with 404, has no buttons." in str(failed.value)
