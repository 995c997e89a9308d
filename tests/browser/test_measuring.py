"""The ride is measured as the browser knows it: each case is a page with one thing wrong, and one with nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site
from upheld.browser.acts import opens, press
from upheld.browser.evidence import Evidence
from upheld.browser.forms import fill_in
from upheld.cast import Person

HEAD = "<!doctype html><html lang=en><title>Shop</title><main><h1>Shop</h1>"
FORM = """<form method=post action=/send><p>{said}</p>
  <label>Your name * <input name=name value="{name}" required></label>
  <label>Email <input type=email name=email value="{email}"></label>
  <label>Password <input type=password name=pw></label>
  <label>Note <input name=note></label><button>Send</button></form>
  <footer><form action=/news><label>News to <input name=to></label><button>Go</button></form></footer>"""


@pytest.fixture
def evidence(shared_browser: Browser, tmp_path: Path) -> Iterator[Evidence]:
    evidence = Evidence(tmp_path / "evidence", "run-1", trace=False, run="run")
    context = shared_browser.new_context()
    evidence.attach(context)
    context.new_page()
    yield evidence
    context.close()


@pytest.fixture
def walk(evidence: Evidence, site: Site) -> Callable[[str], dict[str, Any]]:
    """Open a path and return what was measured of it."""

    def measured(path: str) -> dict[str, Any]:
        opens(page_of(evidence), site.url + path)
        page_of(evidence).wait_for_load_state("load")
        return dict(evidence.step(page_of(evidence)).ride)

    return measured


def page_of(evidence: Evidence) -> Page:
    assert evidence._context is not None
    return evidence._context.pages[-1]


def test_a_page_that_is_as_it_should_be(walk: Callable[[str], dict[str, Any]], site: Site) -> None:
    site.pages["/"] = HEAD + "<p>All is well.</p><a href=/more>More</a></main>"
    ride = walk("/")
    (document,) = ride.pop("documents")
    assert 0 < document["first"] <= document["ready"] <= document["loaded"] < 5
    assert 0 < document["largest"] < 5
    assert (document["address"], document["status"]) == (site.url + "/", 200)
    assert {"shift", "asked", "login", "redirects", "frame"}.isdisjoint(document)
    assert ride.pop("kind")
    assert ride.pop("on") == document["id"]
    assert ride.pop("accessibility")["violations"] == []
    assert ride == {"pages": 1, "status": 200, "ways": 2}


def test_a_page_that_lets_her_wait_shifts_redirects_and_leads_nowhere(
    walk: Callable[[str], dict[str, Any]], evidence: Evidence, site: Site
) -> None:
    gate = 0.4

    def slow() -> str:
        threading.Event().wait(gate)  # the site's own slowness, which is what is measured
        return HEAD + "<p>Wait for it.</p>"

    site.pages |= {
        "/slow": slow,
        "/a": (302, "", {"Location": "/b"}),
        "/b": (302, "", {"Location": "/shifts"}),
        "/shifts": HEAD + "<div id=late></div><p style='height:300px'>Read me.</p>",
        "/gone": (404, "<html lang=en><title>Gone</title><header><a href=/>Home</a></header><h1>Gone</h1>"),
    }
    ride = walk("/slow")
    assert gate <= ride["documents"][0]["first"] <= ride["documents"][0]["largest"]
    assert ride["ways"] == 0
    walk("/a")
    page_of(evidence).evaluate(
        "() => new Promise((seen) => { new PerformanceObserver(seen).observe({ type: 'layout-shift' });"
        "late.style.height = '200px'; })"
    )
    ride = dict(evidence.step(page_of(evidence)).ride)
    assert ride["documents"][0]["shift"] > 0.05
    assert ride["documents"][0]["redirects"] == 2
    ride = walk("/a")
    assert (ride["redirects"], ride["chain"], ride["pages"]) == (2, 2, 1)
    ride = walk("/gone")
    assert (ride["status"], ride["ways"]) == (404, 1)


def test_pages_clicks_and_fields(
    walk: Callable[[str], dict[str, Any]], evidence: Evidence, site: Site, ada: Person
) -> None:
    """Pages on the way count, as do those a page draws itself; a form that she leaves alone asks her nothing."""
    site.pages |= {
        "/form": HEAD + FORM.format(said="", name="", email=""),
        "/send": HEAD + "<script>location.replace('/thanks')</script>",
        "/thanks": HEAD + "<button onclick=\"history.pushState({}, '', '/done')\">Done</button>",
    }
    asked = walk("/form")["documents"][0]
    assert "asked" not in asked
    page = page_of(evidence)
    fill_in(page, ada, {"Password": "s3cret"})
    press(page, "Send")
    page.get_by_role("button", name="Done").wait_for()
    ride = evidence.step(page).to_json()["ride"]
    form = next(one for one in ride["documents"] if one["address"].endswith("/form"))
    assert (form["asked"], form["required"], form["filled"]) == (4, 1, 3)
    assert (ride["clicks"], ride["pages"]) == (1, 2)
    assert "cleared" not in ride
    press(page, "Done")
    ride = evidence.step(page).to_json()["ride"]
    assert (ride["clicks"], ride["pages"]) == (1, 1)


@pytest.mark.parametrize(
    ("answer", "cleared"),
    [
        ((422, FORM.format(said="Something is wrong", name="Ada", email="")), ["Email"]),
        ((200, FORM.format(said="<b class=error>No such address</b>", name="", email="")), ["Your name", "Email"]),
        ((422, FORM.format(said="Something is wrong", name="Ada", email="a@b.test")), None),
        ((200, FORM.format(said="Thank you. Anybody else?", name="", email="")), None),
        ((422, "<p role=alert>Sold out</p>" + FORM.partition("<footer>")[2]), None),
    ],
    ids=["one is lost", "all are lost", "kept", "for the next one", "another form"],
)
def test_a_form_that_comes_back_cleared(
    walk: Callable[[str], dict[str, Any]],
    evidence: Evidence,
    site: Site,
    ada: Person,
    answer: tuple[int, str],
    cleared: list[str] | None,
) -> None:
    """She has filled name and email; what is missing of them is said, and no password, which no site gives back."""
    site.pages |= {"/form": HEAD + FORM.format(said="", name="", email=""), "/send": (answer[0], HEAD + answer[1])}
    walk("/form")
    page = page_of(evidence)
    fill_in(page, ada, {"Password": "s3cret"})
    press(page, "Send")
    assert evidence.step(page).ride.get("cleared") == cleared


def test_a_form_that_clears_itself_without_a_new_page(
    walk: Callable[[str], dict[str, Any]], evidence: Evidence, site: Site, ada: Person
) -> None:
    site.pages["/form"] = HEAD + FORM.format(said="", name="", email="") + (
        "<script>document.forms[0].onsubmit = (event) => { event.preventDefault(); document.forms[0].reset();"
        "document.querySelector('h1').insertAdjacentHTML('afterend', '<p role=alert>Try again</p>') }</script>"
    )  # fmt: skip
    walk("/form")
    page = page_of(evidence)
    fill_in(page, ada)
    press(page, "Send")
    assert evidence.step(page).ride["cleared"] == ["Your name", "Email"]
    assert "cleared" not in evidence.step(page).ride


def test_accessibility_is_looked_at_once_for_each_kind_of_page(
    walk: Callable[[str], dict[str, Any]], evidence: Evidence, site: Site, tmp_path: Path
) -> None:
    page = HEAD + "<p style='color:#bbb;background:#fff'>Hardly read</p><input name=q><p style='margin-top:3000px'>End"
    site.pages |= {"/order/1": page, "/order/2": page.replace("End", "Other"), "/other": page + "<img src=x>"}
    site.headers = {"Content-Security-Policy": "script-src 'self'; require-trusted-types-for 'script'"}
    earlier = evidence.folder / "looked-at" / "earlier"
    earlier.mkdir(parents=True)
    os.utime(earlier, (0, 0))
    found = walk("/order/1")["accessibility"]["violations"]
    assert [one.name for one in earlier.parent.iterdir()] == ["run"]
    assert {one["id"] for one in found} == {"color-contrast", "label"}
    assert found[0] | {"picture": ""} == {
        "id": "label", "impact": "critical", "help": "Form elements must have labels", "count": 1, "picture": "",
        "nodes": [{"target": ["input"]}],
    }  # fmt: skip
    for one in found:
        assert (evidence.folder / one["picture"]).read_bytes().startswith(b"\xff\xd8\xff")
    assert page_of(evidence).evaluate("typeof axe") == "undefined"
    ride = walk("/order/2")
    assert ride["kind"]
    assert "accessibility" not in ride
    assert "accessibility" in walk("/other")
    other = Evidence(tmp_path / "evidence", "run-2", trace=False, run="run")
    assert other.step(page_of(evidence)).ride.get("accessibility") is None


def test_measuring_never_fails_a_step(evidence: Evidence, site: Site) -> None:
    site.pages["/"] = (
        HEAD + "<script>console.debug('upheld.ride', '{\"id\": 1}'); console.debug('upheld.ride', 'x')</script>"
    )
    page = page_of(evidence)
    opens(page, site.url + "/")
    assert evidence.step(page).ride["pages"] == 1
    page.goto("about:blank")
    assert "documents" not in evidence.step(page).ride
    page.close()
    assert evidence.step(page).ride.get("ways") is None


def test_what_she_does_is_written_down_as_somebody_else_would_do_it(evidence: Evidence, site: Site) -> None:
    site.pages["/"] = HEAD + '<a href="/order?token=k3j2x9">Order <b>now</b></a></main>'
    site.pages["/order"] = HEAD + (
        "<form action=/pay><label>First name * <input name=given></label><label>Card number <input name=n></label>"
        "<label>Code <input autocomplete=one-time-code></label><label>Password <input type=password></label>"
        "<label>Postcode <input name=zip></label><label>Ticket <select><option>One<option>Two</select></label>"
        "<fieldset><legend>Delegate 1</legend><label>Email <input name=mail></label></fieldset>"
        "<label><input type=checkbox name=ok> I agree</label><button>Pay</button></form></main>"
    )
    site.pages["/pay"] = HEAD + "</main>"
    page = page_of(evidence)
    opens(page, site.url)
    evidence.does("open", site.url + "/?token=s3cr3t")
    press(page, "Order now")
    for label, value in (
        ("First name", "Adda"), ("First name", "Ada"), ("Card number", "4242"), ("Code", "123456"),
        ("Password", "s3cr3t"), ("Postcode", "1000"), ("Email", "ben@x.test"),
    ):  # fmt: skip
        page.get_by_label(label, exact=label == "Code").fill(value)
    page.get_by_label("Ticket").select_option("Two")
    page.get_by_label("I agree").check()
    page.evaluate("document.querySelector('h1').click()")
    press(page, "Pay")
    acts = evidence.step(page).acts
    assert [(one["does"], one["words"], one["value"]) for one in acts] == [
        ("open", site.url + "/?token=***", ""),
        ("follow", "Order now", ""),
        ("type", "First name", "Ada"),
        ("hide", "Card number", ""),
        ("hide", "Code", ""),
        ("hide", "Password", ""),
        ("type", "Postcode", "1000"),
        ("type", "Delegate 1: Email", "ben@x.test"),
        ("choose", "Ticket", "Two"),
        ("tick", "I agree", ""),
        ("press", "Pay", ""),
    ]
    assert evidence.step(page).acts == ()


SECRET_FIELDS = (
    "<label>Kennwort wiederholen <input></label>", "<label>Kartennummer <input></label>",
    "<fieldset><legend>Credit card</legend><label>Number <input></label></fieldset>",
    "<fieldset><legend>Credit card</legend><label>Valid until <input></label></fieldset>",
    "<label>Gültig bis <input></label>", "<label>Bestätigungscode <input></label>", "<label>TAN <input></label>",
    "<label>Einmalpasswort <input></label>", "<label>Enter what we sent you <input name=sms_code></label>",
    "<label>Yours <input name=userPin></label>", "<label>Numéro de carte <input></label>",
    "<label>Account number <input></label>", '<label>3 digits <input placeholder="CVC"></label>',
    "<label>First <input maxlength=1></label>", "<label>What came <input inputmode=numeric></label>",
)  # fmt: skip


def test_no_secret_leaves_its_field_whatever_the_field_is_called(evidence: Evidence, site: Site) -> None:
    site.pages["/"] = HEAD + f"<form>{''.join(SECRET_FIELDS)}<label>Anything <input id=any></label></form></main>"
    page = page_of(evidence)
    opens(page, site.url)
    evidence.step(page)
    for number, box in enumerate(page.locator("input").all()):
        box.fill("7" if box.get_attribute("maxlength") else f"81{number:02d}77")
    page.locator("#any").fill("4242 4242 4242 4242")
    acts = evidence.step(page).acts
    assert len(acts) >= len(SECRET_FIELDS)
    assert {(one["does"], one["value"]) for one in acts} - {("type", "811577")} == {("hide", "")}


def test_a_password_that_is_shown_on_demand_stays_one(evidence: Evidence, site: Site) -> None:
    site.pages["/"] = HEAD + (
        "<form><label>New one <input type=password></label><label>Year <input inputmode=numeric></label>"
        "<button type=button onclick=\"document.querySelector('input').type='text'\">Show</button></form>"
        '<a href="/in">https://x.test/reset?token=Zx81kk</a></main>'
    )
    site.pages["/in"] = HEAD + "</main>"
    page = page_of(evidence)
    opens(page, site.url)
    evidence.step(page)
    page.get_by_role("button").click()
    page.get_by_label("New one").press_sequentially("Hunter2!")
    page.get_by_label("Year").fill("2026")
    page.get_by_role("link").click()
    acts = evidence.step(page).acts
    assert [(one["does"], one["words"], one["value"]) for one in acts] == [
        ("press", "Show", ""), ("hide", "New one", ""), ("type", "Year", "2026"), ("follow", "https://x.test/…", ""),
    ]  # fmt: skip
