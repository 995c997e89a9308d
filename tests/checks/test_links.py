"""What is found wrong with links, and what is not: each rule both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from upheld.checks import Check, Finding, Known, Probe, Severity, Touch
from upheld.checks._lost import is_lost
from upheld.checks.links import (
    CHECKS,
    DeadLink,
    DisguisedLink,
    EmptyLink,
    ForeignEnvironment,
    InsecureLink,
    OutsideLink,
)
from upheld.ledger import CastView, StepView
from upheld.mailbox.letter import Letter
from upheld.promises import Arrival, Link

SITE = "https://www.shop.coop"
AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
ADA = CastView("Ada", "Ada Mendes", "Ada", "Mendes", "ada@journeys.test", "pt_PT", "Europe/Lisbon", {})


def known(site: str = SITE, *, probes: Iterable[Probe] = (), allow: tuple[str, ...] = ()) -> Known:
    return Known(ADA, site=site, allow_hosts=allow, probes={probe.url: probe for probe in probes})


def mail(*links: tuple[str, str], channel: str = "email", html: str | None = None) -> Touch:
    """A receipt with these links, as (words, address)."""
    found = tuple(Link(words, url) for words, url in links)
    arrival = Arrival("m1", ("ada@journeys.test",), AT, subject="Your receipt", links=found, channel=channel)
    letter = None if html is None else Letter(html=html, links=found)
    return Touch(arrival, "receipt", None, AT, letter)


def found(check: Check, touch: Touch, about: Known) -> list[tuple[str, str]]:
    """What a check finds, as (rule, what it does)."""
    return [(one.rule, severity(check, one)) for one in check.look(touch, about)]


def severity(check: Check, finding: Finding) -> str:
    return "unsure" if finding.unsure else str(finding.severity or check.severity)


# Links that were fetched


@pytest.mark.parametrize(
    ("probe", "wanted"),
    [
        ({"status": 404}, ("dead", "fail")),
        ({"status": 410}, ("dead", "fail")),
        ({"status": 500}, ("dead", "fail")),
        ({"status": 503}, ("dead", "fail")),
        ({"status": 400}, ("refused", "warn")),
        ({"status": 200, "heading": "Page not found"}, ("error page", "warn")),
        ({"status": 200, "title": "404 Not Found | The Shop"}, ("error page", "warn")),
        ({"status": 0, "why": "the site did not answer (ConnectError)"}, ("no answer", "unsure")),
        # Who is not let in, who was not allowed to look, and a page as any other.
        ({"status": 401}, None),
        ({"status": 403}, None),
        ({"status": 429}, None),
        ({"status": 503, "title": "Just a moment..."}, None),
        ({"status": None, "why": "its address holds a secret"}, None),
        ({"status": 200, "title": "Your booking"}, None),
        ({"status": 200, "heading": "Something went wrong? Tell us"}, None),
    ],
)
def test_a_link_that_is_dead(probe: Mapping[str, Any], wanted: tuple[str, str] | None) -> None:
    url = f"{SITE}/orders/1042"
    about = known(probes=[Probe(url, **probe)])
    assert found(DeadLink(), mail(("Your booking", url)), about) == ([wanted] if wanted else [])


def test_a_dead_link_is_told_without_its_secret_and_by_its_words() -> None:
    url = f"{SITE}/orders/sHQ3J8mZk2VfT0bYw9LrXA"
    about = known(probes=[Probe(url, 404, url)])
    (finding,) = DeadLink().look(mail((url, url), ("Your booking", url)), about)
    assert finding.said == "“Your booking” in the receipt leads nowhere: the site answers 404 at /orders/***."
    assert finding.words == "Your booking"
    (bare,) = DeadLink().look(mail((url, url), channel="text message"), about)
    assert "sHQ3J8" not in bare.said


def test_what_is_dead_for_us_need_not_be_for_her_who_is_signed_in() -> None:
    url = f"{SITE}/account/orders"
    touch = mail(("My orders", url), channel="page")
    assert found(DeadLink(), touch, known(probes=[Probe(url, 404)])) == [("dead", "warn")]


def test_a_page_of_hers_alone_may_be_hidden_from_us_in_mail_too() -> None:
    url = f"{SITE}/bookings/4711"
    step = StepView(1, "When", "she books", 3, "passed", 1.0, AT, AT, "Ada", "", "/bookings/4711", "", (), (), (), "")
    signed = replace(step, text="she signs in", address="/")

    def dead(at: str, *steps: StepView) -> list[tuple[str, str]]:
        return found(DeadLink(), mail(("Your booking", at)), replace(known(probes=[Probe(at, 404)]), steps=steps))

    assert dead(url, step) == dead(url, signed) == [("dead", "warn")]
    # She has not been there either, or it was not there for her; and a page with a name is everybody's.
    assert dead(url, replace(step, address="/bookings/4712")) == [("dead", "fail")]
    assert dead(url, replace(step, title="Page not found"), replace(signed, who="Ben")) == [("dead", "fail")]
    assert dead(f"{SITE}/guide-2019", signed) == [("dead", "fail")]


def test_a_site_that_is_away_is_told_once() -> None:
    urls = [f"{SITE}/{number}" for number in range(3)]
    about = known(probes=[Probe(url, 0, why="the site did not answer") for url in urls])
    (finding,) = DeadLink().look(mail(*((url, url) for url in urls)), about)
    assert finding.said == "Whether any of 3 links of the receipt leads somewhere could not be seen."


@pytest.mark.parametrize(
    "said",
    ["404", "Error 404", "404 Not Found", "Page not found", "Page not found – The Shop",
     "The Shop | Seite nicht gefunden",
     "Oops! Something went wrong", "Diese Seite existiert nicht mehr.", "Hoppla, da ist etwas schiefgelaufen!",
     "Es ist ein Fehler aufgetreten", "Page introuvable", "Cette page n'existe plus", "Une erreur s'est produite",
     "Pagina niet gevonden", "Er is iets misgegaan", "Página no encontrada", "Algo salió mal", "Ha ocurrido un error",
     "500 Internal Server Error", "502 Bad Gateway", "404: This page could not be found."],
)  # fmt: skip
def test_an_error_page_speaks_so(said: str) -> None:
    assert is_lost(said)


@pytest.mark.parametrize(
    "said",
    ["", "Your booking", "404 ways to say thanks", "Lost and found", "How to fix “Page not found”",
     "Error-free invoices",
     "When something went wrong: our promise", "Fehler machen erlaubt", "Page 404 of the catalogue", "Systems Day",
     "Order 500", "Was tun, wenn etwas schiefgelaufen ist", "This link has expired", "Room 404 | Hotel"],
)  # fmt: skip
def test_other_pages_do_not(said: str) -> None:
    assert not is_lost(said)


# Other environments

LOCAL = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("site", "url", "wanted"),
    [
        (SITE, "http://localhost:3000/orders/1", "fail"),
        (SITE, "http://127.0.0.1/orders/1", "fail"),
        (SITE, "http://0.0.0.0:8000/", "fail"),
        (SITE, "http://[::1]:8000/", "fail"),
        (SITE, "http://192.168.1.20/orders/1", "fail"),
        (SITE, "http://10.0.0.5:8080/", "fail"),
        (SITE, "https://staging.shop.coop/orders/1", "fail"),
        (SITE, "https://dev.shop.coop/orders/1", "warn"),
        (SITE, "https://shop-staging.shop.coop/", "fail"),
        (SITE, "https://test2.shop.coop/", "warn"),
        (SITE, "https://shop.local/orders/1", "fail"),
        (SITE, "https://web.shop.internal/", "fail"),
        (SITE, "https://www.example.com/orders/1", "fail"),
        (SITE, "https://ab12.ngrok-free.app/orders/1", "fail"),
        (SITE, "https://demo.shop.coop/", "warn"),
        (LOCAL, "https://staging.demo.test/orders/1", "fail"),
        (LOCAL, "https://staging.shop.coop/orders/1", "fail"),
        (LOCAL, "https://example.com/", "fail"),
        (LOCAL, "http://shop.test:8000/orders/1", "warn"),
        ("https://staging.shop.coop", "https://dev.shop.coop/orders/1", "warn"),
        ("https://staging.shop.coop", "http://localhost:3000/", "fail"),
        ("http://10.0.0.5", "http://localhost:3000/", "fail"),
        (SITE, "https://beta.shop.coop/", "warn"),
        (SITE, "https://staging.agency.net/x", "warn"),
        # What is the site's own, or nobody's environment.
        (SITE, f"{SITE}/orders/1", ""),
        (SITE, "https://blog.shop.coop/", ""),
        (SITE, "https://www.test.de/artikel", ""),
        (SITE, "https://dev.to/ada", ""),
        (SITE, "https://sandbox.paypal.com/pay", ""),
        (SITE, "https://dev.mysql.com/doc", ""),
        (SITE, "https://www.test.co.uk/", ""),
        (SITE, "https://latest.shop.coop/", ""),
        (SITE, "https://stagecoach.shop.coop/", ""),
        (LOCAL, "http://localhost:3000/orders/1", ""),
        (LOCAL, "http://127.0.0.1:9100/pay/1", ""),
        (LOCAL, "https://www.systems-circle.coop/", ""),
        (LOCAL, "https://sandbox.paypal.com/pay", ""),
        ("https://staging.shop.coop", "https://staging.shop.coop/x", ""),
        ("https://staging.shop.coop", "https://assets.staging.shop.coop/x", ""),
        ("https://staging.shop.coop", "https://www.shop.coop/orders/1", "warn"),
        ("https://staging.shop.coop", "https://shop.coop/orders/1", "warn"),
        ("https://staging.shop.coop", "https://help.shop.coop/", ""),
        ("http://10.0.0.5", "http://10.0.0.6/x", ""),
        ("https://shop.test", "https://pay.shop.test/", ""),
        (SITE, "mailto:dev@staging.shop.coop", ""),
        (SITE, "/orders/1", ""),
    ],
)
def test_a_link_to_another_environment(site: str, url: str, wanted: str) -> None:
    expected = [("other environment", wanted)] if wanted else []
    assert found(ForeignEnvironment(), mail(("Your order", url)), known(site)) == expected


@pytest.mark.parametrize(("status", "wanted"), [(0, "fail"), (200, "warn"), (404, "warn"), (None, "warn")])
@pytest.mark.parametrize("host", ["test", "dev", "demo", "beta"])
def test_a_host_for_trying_out_is_surely_one_only_where_nothing_answers(host: str, status: int, wanted: str) -> None:
    url = f"https://{host}.shop.coop/placement"
    about = known(probes=[Probe(url, status, why="it did not answer")])
    assert found(ForeignEnvironment(), mail(("Your test", url)), about) == [("other environment", wanted)]


@pytest.mark.parametrize(("status", "wrong"), [(0, True), (200, False), (404, False), (None, False)])
def test_another_port_of_this_machine_where_nothing_answers(status: int | None, wrong: bool) -> None:
    url = "http://localhost:3000/orders/1"
    about = known(LOCAL, probes=[Probe(url, status, why="localhost did not answer")])
    expected = [("other environment", "fail")] if wrong else []
    assert found(ForeignEnvironment(), mail(("Your order", url)), about) == expected
    assert ("no answer", "unsure") not in found(DeadLink(), mail(("Your order", url)), about)


@pytest.mark.parametrize(
    ("sender", "url", "wanted"),
    [
        ("Books <orders@books.example>", "https://www.books.example/orders/1", ""),
        ("Books <orders@books.example>", "https://other.example/orders/1", "warn"),
        ("Books <orders@example.com>", "https://www.example.com/orders/1", "warn"),
        ("Books <orders@shop.coop>", "https://www.example.com/orders/1", "fail"),
        ("Books <orders@books.test>", "https://books.test/orders/1", "warn"),
        ("Books <orders@books.test>", "https://staging.books.test/orders/1", "fail"),
        ("Shop <orders@shop.coop>", "https://staging.shop.coop/orders/1", "fail"),
    ],
)
def test_who_writes_as_an_example_may_lead_to_one(sender: str, url: str, wanted: str) -> None:
    touch = mail(("Your order", url))
    touch = replace(touch, arrival=replace(touch.arrival, sender=sender))
    assert found(ForeignEnvironment(), touch, known()) == ([("other environment", wanted)] if wanted else [])


def test_an_environment_that_the_settings_name_belongs_to_the_site() -> None:
    touch = mail(("Your order", "https://pay.staging.shop.coop/1"), ("Pay", "http://localhost:3000/pay"))
    about = known(allow=("*.staging.shop.coop", "localhost"))
    assert found(ForeignEnvironment(), touch, about) == []


# Hosts of others


@pytest.mark.parametrize(
    "url",
    ["https://www.google.com/maps?q=Lisbon", "https://maps.app.goo.gl/x", "https://calendar.google.com/calendar/render",
     "https://outlook.live.com/calendar/0/deeplink", "https://pay.stripe.com/receipts/abc", "https://dashboard.stripe.com",
     "https://www.facebook.com/shop", "https://x.com/shop", "https://t.me/shop", "https://wa.me/351", "https://zoom.us/j/1",
     "https://apps.apple.com/app/id1", "https://play.google.com/store/apps", "https://www.eventbrite.co.uk/e/1",
     "https://shop.us5.list-manage.com/track/click?u=1", "https://u123.ct.sendgrid.net/ls/click", "https://www.dhl.de/x",
     "https://click.mail.agency.net/?qs=1", "https://email.agency.net/c/1", "mailto:office@agency.net", "tel:+351",
     "https://help.shop.coop/", "https://www.paypal.com/x", "https://t.co/x", "https://mailchi.mp/x", ""],
)  # fmt: skip
def test_where_ordinary_messages_lead_is_not_told(url: str) -> None:
    assert found(OutsideLink(), mail(("Look", url)), known()) == []


def test_hosts_of_others_are_told_together() -> None:
    touch = mail(("A", "https://agency.net/a"), ("B", "https://agency.net/b"), ("C", "https://bureau.net/"))
    about = known()
    (finding,) = OutsideLink().look(touch, about)
    assert severity(OutsideLink(), finding) == "warn"
    assert finding.said == "The receipt leads to agency.net and bureau.net, where nobody was allowed to look."
    assert found(OutsideLink(), touch, known(allow=("agency.net", "bureau.net"))) == []


# By http


@pytest.mark.parametrize(
    ("site", "url", "final", "wanted"),
    [
        (SITE, "http://www.shop.coop/x", None, "fail"),
        (SITE, "http://www.shop.coop/x", "http://www.shop.coop/x", "fail"),
        (SITE, "http://www.shop.coop/x", "https://www.shop.coop/x", "warn"),
        (SITE, "http://shop.coop/x", None, "warn"),
        (SITE, "https://www.shop.coop/x", None, ""),
        (SITE, "http://www.w3.org/", None, ""),
        (SITE, "http://maps.google.com/", None, ""),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/x", None, ""),
    ],
)
def test_a_link_by_http(site: str, url: str, final: str | None, wanted: str) -> None:
    about = known(site, probes=[Probe(url, 200, final)] if final else ())
    assert found(InsecureLink(), mail(("Your order", url)), about) == ([("http", wanted)] if wanted else [])


# Links that are written wrongly


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ('<a href="#">Track your order</a>', ("nowhere", "fail")),
        ('<a href="">Track your order</a>', ("nowhere", "fail")),
        ("<a href='javascript:void(0)'>Track</a>", ("nowhere", "fail")),
        ('<a href="http://">Track</a>', ("nowhere", "fail")),
        ('<a href="https:///orders">Track</a>', ("nowhere", "fail")),
        ('<a href="http://None/orders/1">Track</a>', ("nowhere", "fail")),
        ('<a href="https://undefined">Track</a>', ("nowhere", "fail")),
        ('<a href="https://www.shop.coop/orders/None">Track</a>', ("nowhere", "fail")),
        ('<a href="https://www.shop.coop/orders/undefined/x">Track</a>', ("nowhere", "fail")),
        ('<a href="None">Track</a>', ("nowhere", "fail")),
        ('<a href="mailto:">Write to us</a>', ("nowhere", "fail")),
        ('<a href="/orders/1">Track</a>', ("nowhere", "fail")),
        ('<a href="mailto:null">Write to us</a>', ("nowhere", "fail")),
        ('<a href="{{ url }}">Track</a>', ("unfilled", "fail")),
        ('<a href="https://www.shop.coop/orders/{{id}}">Track</a>', ("unfilled", "fail")),
        ('<a href="https://www.shop.coop/orders/%7B%7Bid%7D%7D">Track</a>', ("unfilled", "fail")),
        ('<a href="{% url order %}">Track</a>', ("unfilled", "fail")),
        ('<a href="<%= order_url %>">Track</a>', ("unfilled", "fail")),
        ('<a href="${orderUrl}">Track</a>', ("unfilled", "fail")),
        ('<a href="https://www.shop.coop/%s">Track</a>', ("unfilled", "fail")),
        ('<a href="https://www.shop.coop/orders/{order_id}">Track</a>', ("unfilled", "fail")),
        ('<a href="[order_link]">Track</a>', ("unfilled", "fail")),
        ('<a href="*|ORDER_URL|*">Track</a>', ("unfilled", "fail")),
        ('<a href="%%order_url%%">Track</a>', ("unfilled", "fail")),
        # In doubt.
        ('<a href="*|UNSUB|*">Unsubscribe</a>', ("unfilled", "warn")),
        ('<a href="%unsubscribe_url%">Unsubscribe</a>', ("unfilled", "warn")),
        ('<a href="https://www.shop.coop/*|ARCHIVE|*">In a browser</a>', ("unfilled", "warn")),
        ('<a href="#">12 March</a>', ("nowhere", "warn")),
        ('<a href="#"><img src="logo.png"></a>', ("nowhere", "warn")),
        ('<a href="https://agency.net/null">x</a>', ("nowhere", "warn")),
        ('<a href="www.shop.coop/orders">Track</a>', ("nowhere", "warn")),
        ('<a href="https://www.shop.coop/"><img src="logo.png"></a>', ("wordless", "warn")),
        # As it should be.
        ('<a href="https://www.shop.coop/orders/1">Track</a>', None),
        ('<a href="https://www.shop.coop/"><img src="logo.png" alt="The Shop"></a>', None),
        ('<a href="https://www.shop.coop/" title="Home"><img src="logo.png"></a>', None),
        ('<a href="#details">Details</a><h2 id="details">Details</h2>', None),
        ('<a name="top"></a><a id="x">12 March</a>', None),
        ('<a href="#"></a>', None),
        ('<a href="https://www.shop.coop/open.gif?id=1"></a>', None),
        ('<a href="#" style="color:inherit;pointer-events: none">12 March</a>', None),
        ('<div style="display:none"><a href="#">Hidden</a></div>', None),
        ('<!--[if mso]><a href="#">Outlook</a><![endif]-->', None),
        ('<base href="https://www.shop.coop/"><a href="/orders/1">Track</a>', None),
        ('<a href="mailto:office@shop.coop?subject=Order%201">Write</a><a href="tel:+351">Call</a>', None),
        ('<a href="https://www.shop.coop/list?filter[colour]=red&amp;a[]=1">Red</a>', None),
        ('<a href="https://www.shop.coop/a%20b?q=100%25&amp;utm_campaign=None">Sale</a>', None),
        ('<a href="https://x.net/?q=%7B%22a%22%3A1%7D">Look</a>', None),
        ('<a href="https://www.shop.coop/none-such/Nulls/undefined-behaviour">Read</a>', None),
        ('<a href="https://nil.agency.coop/">Nil</a>', None),
        ('<a href="https://u1.ct.sendgrid.net/ls/click?upn=u001.aB-2Bx%2Fy%3D_z">Track</a>', None),
        ('<a href="cid:ticket">Ticket</a><a href="webcal://shop.coop/a.ics">Add</a>', None),
        ('<a href="//cdn.shop.coop/x">Look</a>', None),
    ],
)
def test_a_link_that_is_written_wrongly(html: str, wanted: tuple[str, str] | None) -> None:
    touch = mail(html=f"<html><body>{html}</body></html>")
    assert found(EmptyLink(), touch, known()) == ([wanted] if wanted else [])


def test_a_text_message_can_have_an_unfilled_link_too() -> None:
    touch = mail(("https://www.shop.coop/{{id}}", "https://www.shop.coop/{{id}}"), channel="text message")
    assert found(EmptyLink(), touch, known()) == [("unfilled", "fail")]


# Words that are another address


@pytest.mark.parametrize(
    ("words", "url", "wrong"),
    [
        ("https://www.shop.coop/orders/1", "https://evil.net/x", True),
        ("www.shop.coop", "https://shop-coop.net/", True),
        ("https://www.shop.coop/orders/1", "https://www.shop.coop/orders/1?utm_source=m", False),
        ("www.shop.coop", "https://shop.coop/", False),
        ("https://www.shop.coop/x", "https://click.agency.net/?qs=1", False),
        ("https://www.shop.coop/x", "https://shop.us5.list-manage.com/track/click?u=1", False),
        ("http://localhost:8000/x", "http://127.0.0.1:8000/x", False),
        ("Your order", "https://evil.net/x", False),
        ("invoice.pdf", "https://www.shop.coop/i", False),
        ("office@shop.coop", "mailto:office@agency.net", False),
        ("https://www.shop.coop/x", "mailto:a@b.net", False),
        ("https://[broken", "https://shop.coop", False),
    ],
)
def test_words_that_are_another_address(words: str, url: str, wrong: bool) -> None:
    touch = mail((words, url))
    assert bool(found(DisguisedLink(), touch, known())) is wrong


# Messages as others send them

OTHERS = {
    "a payment's receipt": (
        ("View in browser", "https://dashboard.stripe.com/emails/receipts/invrc_1NabC/view"),
        ("Download invoice", "https://pay.stripe.com/invoice/acct_1x/live_YWNj/pdf?s=em"),
        ("support@shop.coop", "mailto:support@shop.coop"),
        ("https://www.shop.coop/terms", "https://www.shop.coop/terms"),
    ),
    "a ticket": (
        ("Add to Google", "https://calendar.google.com/calendar/render?action=TEMPLATE&text=Systems%20Day"),
        ("View map", "https://maps.google.com/maps?hl=en&q=Rua%20Augusta%201"),
        ("Go to my tickets", "https://www.eventbrite.co.uk/mytickets/123?utm_source=eventbrite&utm_medium=email"),
        ("Webcal", "webcal://www.eventbrite.co.uk/calendar.ics?eid=1"),
    ),
    "a newsletter": (
        ("Read on", "https://shop.us5.list-manage.com/track/click?u=ab12&id=cd34&e=ef56"),
        ("https://www.shop.coop/blog", "https://click.e.shop.coop/?qs=8f3a2b1c9d"),
        ("", "https://www.facebook.com/shop"),
        ("Unsubscribe", "https://shop.us5.list-manage.com/unsubscribe?u=ab12&id=cd34&e=ef56&c=gh78"),
    ),
    "a parcel": (("JJD0099", "https://www.dhl.de/de/privatkunden/pakete-empfangen.html?piececode=JJD0099"),),
}


@pytest.mark.parametrize("name", OTHERS)
def test_ordinary_messages_of_others_have_nothing_wrong(name: str) -> None:
    html = "".join(f'<a href="{url}">{words or "us"}</a>' for words, url in OTHERS[name])
    touch = mail(*OTHERS[name], html=html)
    about = known(probes=[Probe(url, None, why="outside") for _, url in OTHERS[name]])
    assert {check.name: found(check, touch, about) for check in CHECKS} == {check.name: [] for check in CHECKS}


def test_checks_have_names_of_their_own_and_say_what_they_are_about() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.about.endswith(".") and isinstance(check, Check) for check in CHECKS)
    assert {check.name for check in CHECKS if check.severity is Severity.WARN} == {"outside_link", "disguised_link"}
