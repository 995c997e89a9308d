"""What mail programs show, and who can read it: both ways."""

from __future__ import annotations

import pytest

from tests.checks.letters import ORDINARY, found, known, page, rows, touch
from upheld.checks import Rendered, Touch
from upheld.checks.clients import MailAccessibility, MailClients


def _with(body: str, style: str = "") -> Touch:
    return touch("Hello", html=page(body, head=f"<style>{style}</style>" if style else ""))


@pytest.mark.parametrize(
    ("one", "rules"),
    [
        (_with('<div style="display:flex">Hello</div>'), ["css-display-flex"]),
        (_with('<div style="DISPLAY : inline-grid">Hello</div>'), ["css-display-grid"]),
        (_with('<div style="position:absolute;top:0">Hello</div>'), ["css-position"]),
        (_with('<div style="background:#fff url(https://x.example/a.png)">Hello</div>'), ["css-background-image"]),
        (_with('<p class="a">Hello</p>', ".a{color:var(--ink)}"), ["css-variables"]),
        (_with('<p class="a">Hello</p>', '.a::before{content:"Paid"}'), ["css-pseudo-element"]),
        (_with("<form><input></form>"), ["html-form"]),
        (_with("<svg></svg>"), ["html-svg"]),
        (_with('<video src="a.mp4"></video>'), ["html-video"]),
        (_with('<script>alert("Hello")</script>'), ["html-script"]),
        (_with('<img src="data:image/png;base64,AAAA" alt="Code">'), ["image-base64"]),
        (touch("Hi", html=page("Hi", head='<link rel="stylesheet" href="https://x.example/a.css">')), ["html-link"]),
    ],
)
def test_what_somebody_will_not_see(one: Touch, rules: list[str]) -> None:
    assert [finding.rule for finding in found(MailClients(), one)] == rules


@pytest.mark.parametrize(
    "one",
    [
        _with('<table style="width:100%;max-width:34rem;margin:0 auto;position:relative;border-radius:4px"></table>'),
        _with('<p class="a">Hello</p>', "@media (max-width:600px){.a{display:flex}} .b{position:absolute}"),
        _with('<!--[if mso]><p>For Outlook</p><![endif]--><div style="display:flex">Hello</div>'),
        _with('<p class="a">Hello</p>', '.a:after{content:""} .a{position:static}'),
        _with('<script type="application/ld+json">{}</script>'),
        touch("Hi", html=page("Hi", head='<link rel="stylesheet" href="https://fonts.example.com/css?family=A">')),
        _with(rows(("Paid", "120.00 EUR"))),
        _with("<p", "{{{;;}} .a::{ @"),
    ],
)
def test_what_everybody_sees_or_what_is_for_those_who_have_it(one: Touch) -> None:
    assert not found(MailClients(), one)


def test_it_says_who_does_not_show_it() -> None:
    (one,) = found(MailClients(), _with('<div style="position:fixed">Hello</div>'))
    assert one.said == (
        "The receipt has something laid over something else (position), which Gmail and Outlook on Windows do not show."
    )


def test_ordinary_mail_uses_what_all_show() -> None:
    assert [one.arrival.subject for _, one in ORDINARY if found(MailClients(), one)] == []


@pytest.mark.parametrize(
    ("violation", "said"),
    [
        (
            {"id": "color-contrast", "impact": "serious", "help": "Elements must meet contrast", "count": 3,
             "nodes": [{"target": ["p:nth-child(2)"]}]},
            [
                (
                    "Not everybody can read the receipt: Some words can hardly be read: too little contrast "
                    "(“Pale words” and 2 more)."
                )
            ],
        ),
        ({"id": "link-name", "impact": "moderate", "help": "Links", "nodes": []}, []),
        ({"id": "html-has-lang", "impact": "serious", "help": "lang", "nodes": []}, []),
    ],
)  # fmt: skip
def test_what_not_everybody_can_read(violation: dict[str, object], said: list[str]) -> None:
    knows = known(rendered=Rendered(violations=(violation,)))
    assert [one.said for one in found(MailAccessibility(), touch(html=page("Hi", "Pale words")), knows)] == said
    assert not found(MailAccessibility(), touch("Hi"))
