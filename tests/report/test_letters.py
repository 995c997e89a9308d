from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from upheld.mailbox.message import read
from upheld.report.letters import Letter, masked, read_letter, size

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<form action="https://evil.example"><input name=q></form>',
    '<iframe src="https://evil.example"></iframe>',
    '<svg onload=alert(1)><animate href="https://evil.example"/></svg>',
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    '<link rel=stylesheet href="https://evil.example/x.css">',
    '<base href="https://evil.example/">',
    "<style>@import url(https://evil.example/x.css)</style>",
    '<p style="background:url(https://evil.example/x.png)">x</p>',
    '<p style="background-image:u\\72l(https://evil.example/x.png)">x</p>',
    '<img src="https://evil.example/pixel.png" srcset="https://evil.example/2.png">',
    '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    '<object data="https://evil.example"></object><embed src="https://evil.example">',
    '<body background="https://evil.example/x.png" onload="alert(1)">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '</body></html><script>alert(1)</script>"><script>alert(2)</script>',
]


def letter(html: str = "", text: str = "Plain.") -> Letter:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "ada@journeys.test", "Hello"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    raw = message.as_bytes()
    return read_letter(read(raw, id="1", to=["ada@journeys.test"], at=NOW), raw)


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_of_a_hostile_message_runs_or_loads(html: str) -> None:
    body = letter(f"<p>Dear Ada</p>{html}").page.partition("<body>")[2].lower()
    assert "dear ada" in body
    words = (
        "<script",
        "onerror",
        "onload",
        "javascript:",
        "<meta",
        "<form",
        "<iframe",
        "<svg",
        "<link",
        "<base",
        "url(",
        "srcset",
        "data:image/svg",
        "<object",
        "<embed",
        'src="http',
        "@import",
        "<style",
    )
    assert [word for word in words if word in body] == []


def test_the_frame_has_a_policy_of_its_own_before_anything_of_the_message() -> None:
    page = letter("<p>Hello</p>").page
    assert page.index("default-src 'none'") < page.index("Hello")


def test_a_picture_of_the_message_is_shown_and_one_from_elsewhere_is_counted() -> None:
    shown = letter('<img src="data:image/png;base64,iVBORw0KGgo="><img src="https://x.example/p.png" alt="map">')
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in shown.page
    assert 'alt="map"' in shown.page
    assert shown.left_out == 1


def test_of_a_link_only_words_and_host_are_told() -> None:
    shown = letter(
        '<p>Go to <a href="https://x.example/join?token=abc123">Join us</a> or https://x.example/t/abc123</p>'
    )
    assert ("Join us", "x.example") in shown.links
    assert "abc123" not in shown.page + repr(shown.links)
    assert "abc123" not in letter(text="Sign in: https://x.example/login/abc123").text


def test_a_message_without_html_is_told_by_its_text() -> None:
    shown = letter(text="Dear Ada <b>not bold</b>")
    assert (shown.page, shown.text) == ("", "Dear Ada <b>not bold</b>")


def test_a_message_that_is_no_longer_kept_is_told_by_what_was_read() -> None:
    arrival = read(b"Subject: Hello\n\nDear Ada", id="1", to=["ada@journeys.test"], at=NOW)
    assert read_letter(arrival, None).text == "Dear Ada"


def test_a_page_too_large_for_the_report_is_told_by_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upheld.report.letters.LARGEST", 100)
    shown = letter("<p>Dear Ada</p>" * 20, text="Short.")
    assert (shown.page, shown.text) == ("", "Short.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://x.example", "https://x.example"),
        ("see https://x.example/ now", "see https://x.example/ now"),
        ("https://u:p@x.example/a?b=c#d", "https://x.example/…"),
        ("http://[broken/a", "http://an address that cannot be read/…"),
    ],
)
def test_addresses_are_cut_to_their_host(text: str, said: str) -> None:
    assert masked(text) == said


def test_sizes_are_said() -> None:
    assert [size(one) for one in (812, 14_200, 1_230_000)] == ["812 bytes", "14 kB", "1.2 MB"]
