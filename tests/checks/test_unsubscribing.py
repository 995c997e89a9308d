"""Marketing mail has a way to leave it, for who reads it and for her mail program."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from upheld.checks import Known, Touch
from upheld.checks.unsubscribing import Unsubscribing, leaves, ways_to_leave
from upheld.ledger import CastView
from upheld.mailbox.letter import Letter, open_letter
from upheld.maps import Touchpoint
from upheld.promises import Arrival, Link

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
ADA = CastView("Ada", "Ada Mendes", "Ada", "Mendes", "ada@journeys.test", "pt_PT", "Europe/Lisbon", {})
ONE = "List-Unsubscribe=One-Click"
HTTPS = "<https://shop.coop/u/abc>"
LINK = Link("Unsubscribe", "https://shop.coop/u/abc")


def found(
    header: str,
    post: str = ONE,
    links: tuple[Link, ...] = (LINK,),
    site: str = "https://shop.coop",
    marketing: bool = True,
) -> list[tuple[str, str]]:
    named = (("list-unsubscribe", header), ("list-unsubscribe-post", post))
    letter = Letter(headers=tuple((name, value) for name, value in named if value), links=links)
    touch = Touch(Arrival("m1", ("ada@journeys.test",), AT, links=links), "newsletter", None, AT, letter)
    known = Known(ADA, site=site, point=Touchpoint(marketing=marketing))
    return [(one.rule, str(one.severity or Unsubscribing.severity)) for one in Unsubscribing().look(touch, known)]


@pytest.mark.parametrize(
    ("header", "post", "wanted"),
    [
        (HTTPS, ONE, []),
        (f"<mailto:leave@shop.coop?subject=abc>, {HTTPS}", ONE, []),
        ("<https://shop.coop/u\r\n /abc>", "list-unsubscribe=one-click", []),
        ("", ONE, [("header", "fail")]),
        ("https://shop.coop/u/abc", ONE, [("malformed", "fail")]),
        ("<>", ONE, [("malformed", "fail")]),
        ("<shop.coop/u>", ONE, [("malformed", "fail")]),
        ("<mailto:>", ONE, [("malformed", "fail")]),
        ("<{{ unsubscribe_url }}>", ONE, [("malformed", "fail")]),
        ("<https://shop.coop/u/{{token}}>", ONE, [("malformed", "fail")]),
        ("<mailto:leave@shop.coop>", "", [("by mail", "warn")]),
        ("<http://shop.coop/u/abc>", ONE, [("http", "warn")]),
        (HTTPS, "", [("not one click", "warn")]),
        (HTTPS, "One-Click", [("not one click", "warn")]),
    ],
)
def test_the_header(header: str, post: str, wanted: list[tuple[str, str]]) -> None:
    assert found(header, post) == wanted
    assert found(header, post, marketing=False) == []


def test_a_site_by_http_has_ways_by_http() -> None:
    assert found("<http://127.0.0.1:8000/u/abc>", site="http://127.0.0.1:8000") == []


@pytest.mark.parametrize(
    ("words", "url", "is_one"),
    [
        ("Unsubscribe", "https://shop.coop/x", True),
        ("here", "https://shop.us5.list-manage.com/unsubscribe?u=1", True),
        ("Email preferences", "https://shop.coop/p", True),
        ("Stop these letters", "https://shop.coop/p", True),
        ("Vom Newsletter abmelden", "https://shop.coop/x", True),
        ("Newsletter abbestellen", "https://shop.coop/x", True),
        ("Se désabonner", "https://shop.coop/x", True),
        ("Je ne veux plus recevoir ces e-mails : me désinscrire", "https://shop.coop/x", True),
        ("Uitschrijven", "https://shop.coop/x", True),
        ("Darse de baja", "https://shop.coop/x", True),
        ("Cancelar la suscripción", "https://shop.coop/x", True),
        ("Unsubscribe", "mailto:leave@shop.coop", True),
        ("Unsubscribe", "#", False),
        ("Read on", "https://shop.coop/blog", False),
        ("Leave a review", "https://shop.coop/review", False),
        ("Stop by our shop", "https://shop.coop/visit", False),
        ("Update your profile", "https://shop.coop/me", False),
        ("Jetzt anmelden", "https://shop.coop/login", False),
    ],
)
def test_a_link_to_leave(words: str, url: str, is_one: bool) -> None:
    assert leaves(Link(words, url)) is is_one
    assert found(HTTPS, links=(Link("Read on", "https://shop.coop/"), Link(words, url))) == (
        [] if is_one else [("link", "fail")]
    )


def test_the_header_of_a_real_message_is_read() -> None:
    raw = (
        b"From: news@shop.coop\r\nSubject: News\r\nList-Unsubscribe: <mailto:leave@shop.coop?subject=leave>,\r\n"
        b"\t<https://shop.coop/u/abc?x=1&y=2>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nHello\r\n"
    )
    header = open_letter(raw).header("List-Unsubscribe")
    assert ways_to_leave(header) == ("mailto:leave@shop.coop?subject=leave", "https://shop.coop/u/abc?x=1&y=2")
