"""One question of a page is answered by its words, whatever its kind; and a code goes where the page asks for it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site, untimed
from upheld.browser import answer_field, authenticator_keys, choose, enter_code, tick
from upheld.browser.manner import Manner
from upheld.cast import Person
from upheld.errors import StepFailed

HASTY = Manner(who="Ada", limit=0.5)

ORDER = """
<form><label>Company <input name=a></label><label>Company number <input name=b></label>
  <label>Country <select name=c><option value="">-</option><option value=DE>Germany</option>
    <option value=PT>Portugal</option></select></label>
  <label>Country of birth <select name=d><option>Germany</option><option>Portugal</option></select></label>
  <fieldset><legend>Meal</legend><label><input type=radio name=e value=1> Non-vegetarian</label>
    <label><input type=radio name=e value=2> Vegetarian</label></fieldset>
  <label><input type=checkbox name=f checked> Send me news</label>
</form><form><label>Voucher <input name=g></label></form>"""


def test_she_answers_one_question_and_leaves_the_others(her_page: Page, ada: Person) -> None:
    her_page.set_content(ORDER)
    answer_field(her_page, ada, "Company", "Mendes", HASTY)
    answer_field(her_page, ada, "voucher", "SPRING", HASTY)
    answer_field(her_page, ada, "Country", "Portugal", HASTY)
    choose(her_page, ada, "Vegetarian", manner=HASTY)
    choose(her_page, ada, "Portugal", "Country of birth", HASTY)
    tick(her_page, ada, "Send me news", on=False, manner=HASTY)
    left = her_page.evaluate("[...document.forms].map((f) => new URLSearchParams(new FormData(f)).toString())")
    assert left == ["a=Mendes&b=&c=PT&d=Portugal&e=2", "g=SPRING"]


def test_she_waits_for_what_is_still_being_drawn(her_page: Page, ada: Person) -> None:
    her_page.set_content(
        "<body><script>setTimeout(() => document.body.innerHTML = `<input placeholder=Seat>`, 300)</script>"
    )
    assert answer_field(her_page, ada, "Seat", "12", Manner(who="Ada", limit=5)).value == "12"


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (
            lambda page, ada: answer_field(page, ada, "Compny", "x", HASTY),
            (
                'Ada could not fill in "Compny" at about:blank: the page has "Company", "Company number", "Country", '
                '"Country of birth", "Meal", "Send me news", "Voucher". Did you mean "Company"? It looked for N s.'
            ),
        ),
        (
            lambda page, ada: choose(page, ada, "Germany", manner=HASTY),
            (
                'Ada could not choose "Germany" at about:blank: it could be "Country" or "Country of birth". '
                "Say in the feature which."
            ),
        ),
        (
            lambda page, ada: choose(page, ada, "Vegan", "Meal", HASTY),
            (
                'Ada could not choose "Vegan" as "Meal" at about:blank: "Meal" has no choice "Vegan". It has '
                '"Non-vegetarian", "Vegetarian".'
            ),
        ),
        (
            lambda page, ada: tick(page, ada, "Terms", manner=HASTY),
            'Ada could not tick "Terms" at about:blank: the page has',
        ),
    ],
)  # fmt: skip
def test_what_she_cannot_answer(her_page: Page, ada: Person, act: object, told: str) -> None:
    her_page.set_content(ORDER)
    with pytest.raises(StepFailed) as error:
        act(her_page, ada)  # type: ignore[operator]  # a lambda of the table above
    assert untimed(error.value).startswith(told)


BOXES = "".join(f"<input maxlength=1 aria-label='Digit {number}'>" for number in range(1, 7))
PASSES_ON = """<script>document.querySelectorAll('input').forEach((box) => box.addEventListener('input', () =>
  box.nextElementSibling?.focus()))</script>"""


@pytest.mark.parametrize(
    "html",
    [
        "<label>Email <input></label><label>Something <input autocomplete='one-time-code'></label>",
        "<label>Postcode <input></label><label>Promo code <input></label><label>Security code <input></label>",
        "<label>Bestätigungscode <input></label><label>Land <input></label>",
        "<label>PIN <input type=tel></label><label>Password <input type=password></label>",
        "<label>What we sent you <input inputmode=numeric></label>",
        f"<form>{BOXES}</form>",
        f"<form>{BOXES}</form>{PASSES_ON}",
        f"<form><input autocomplete=one-time-code maxlength=6>{BOXES.partition('>')[2]}</form>",
    ],
)  # fmt: skip
def test_the_code_goes_where_it_is_asked_for(her_page: Page, ada: Person, html: str) -> None:
    her_page.set_content(html)
    assert enter_code(her_page, ada, "482913", HASTY).secret
    assert her_page.evaluate("[...document.querySelectorAll('input')].map((field) => field.value).join('')") == "482913"


def test_a_form_that_sends_itself_with_the_last_digit(her_page: Page, site: Site, ada: Person) -> None:
    sends = "<script>document.querySelectorAll('input')[5].oninput = () => document.forms[0].submit()</script>"
    site.pages["/code"] = f"<form action=/in>{BOXES}</form>{PASSES_ON}{sends}"
    site.pages["/in"] = "<h1>Welcome</h1>"
    her_page.goto(f"{site.url}/code")
    enter_code(her_page, ada, "482913", HASTY)
    assert her_page.url.startswith(f"{site.url}/in")


def test_where_no_code_is_asked_for(her_page: Page, ada: Person) -> None:
    her_page.set_content("<label>Email <input></label><label>Discount code <input></label>")
    with pytest.raises(StepFailed) as told:
        enter_code(her_page, ada, "482913", HASTY)
    assert untimed(told.value) == (
        'Ada could not enter the code at about:blank: no field asks for one. The page has "Email", "Discount code". '
        "It looked for N s."
    )


URI = "otpauth://totp/Shop:ada?secret=GEZDGNBVGY3TQOJQ&amp;issuer=Shop"
KEY = "GEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("html", "keys"),
    [
        (f"<a href='{URI}'>Add to app</a><code>{KEY}</code>", [URI.replace("&amp;", "&")]),
        (f"<img alt='QR' data-link='{URI}'>", [URI.replace("&amp;", "&")]),
        (f"<img src='/qr?data=otpauth%3A%2F%2Ftotp%2FShop%3Fsecret%3D{KEY}' alt=''>", [f"otpauth://totp/Shop?secret={KEY}"]),
        ("<p>Or type this key: <code>GEZD GNBV GY3T QOJQ</code></p>", [KEY]),
        ("<p>Your key: gezd-gnbv-gy3t-qojq</p>", [KEY]),
        (f"<label>Key <input readonly value={KEY}></label>", [KEY]),
    ],
)  # fmt: skip
def test_the_key_for_an_authenticator_app(her_page: Page, html: str, keys: list[str]) -> None:
    her_page.set_content(f"<p>Congratulations everybody</p><p>internationalization</p><h2>ABCDEFGHIJKLMNOPQ</h2>{html}")
    assert authenticator_keys(her_page, HASTY) == keys


def test_a_page_without_a_key(her_page: Page) -> None:
    her_page.set_content("<p>Congratulations, responsibilities and ABCDEFGHIJKLMNOP</p>")
    with pytest.raises(StepFailed, match="shows neither a key nor an otpauth link"):
        authenticator_keys(her_page, HASTY)
