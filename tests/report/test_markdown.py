from __future__ import annotations

import dataclasses
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from tests.report.nights import MAPS, booked, kept_night, many, mixed_night
from tests.report.stage import Stage
from upheld import language
from upheld.config import Settings
from upheld.ledger import RunView
from upheld.report import write_report
from upheld.report.markdown import markdown_of, plain, web_address
from upheld.report.readers import tell_others

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>fetch('https://evil.example')</script>",
    "![x](https://evil.example/pixel.png)",
    "[click](javascript:alert(1)) [a]: https://evil.example",
    "see https://evil.example/a?b=c and www.evil.example or mail root@evil.example mailto:a@b.cc xmpp:a@b.cc",
    "@octocat fixed #1 in owner/repo#2 and !3 by deadbeefcafe0123 :100:",
    "# heading",
    "1. one",
    "- [ ] a task",
    "> quote",
    "| a | b |\n|---|---|\n| c | d |",
    "```\ncode\n```",
    "~~gone~~ **bold** __bold__ `code` $math$ \\",
    "&lt;b&gt; &#60;b&#62; &amp;",
    "-->\n<!-- <b>",
    "\u202etxt.exe\u2066 \x00\x1b[31m",
]
KEYS = ["**", "`", "<", ">", "[", "](", "://", "www.", "@", "#1", "&", "\\", "|", "---", "1. ", "\n", "~~", ":a:"]


def shown(markdown: str) -> HTMLParser:
    """What GitHub makes of it, without taking anything out."""
    return HTMLParser(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))


def elements(page: HTMLParser) -> set[str]:
    assert page.body is not None
    return {one.tag for one in page.body.css("*") if one.tag and one.tag[0] not in "-!"}


def words(page: HTMLParser) -> str:
    assert page.body is not None
    return page.body.text()


@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from([*KEYS, *HOSTILE, "a", " "]), max_size=6).map("".join)))
def test_text_is_shown_letter_by_letter_and_becomes_nothing(text: str) -> None:
    said = plain(text, 10_000)
    page = shown(f"- x **y {said} y**  \n  {said} z")
    assert elements(page) <= {"body", "ul", "li", "strong", "br"}
    assert "href" not in str(page.html)
    letters = " ".join("".join(" " if one in "\n\r" else one for one in plain_of(text)).split())
    assert " ".join(words(page).split()) == " ".join(f"x y {letters} y {letters} z".split())


def plain_of(text: str) -> str:
    """What is left of a text where nothing is escaped: no control, no direction."""
    return "".join(" " if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp") else one for one in text)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_message_names_anybody_or_leads_anywhere(text: str) -> None:
    html = str(shown(f"- {plain(text)}").html)
    assert "@octocat" not in html
    assert "#1" not in html
    assert "://evil" not in html
    assert "www." not in html


def hostile_night() -> RunView:
    stage = Stage()
    for text in HOSTILE:
        walk = stage.journey(text, example=text, who=text)
        booked(walk)
        walk.promise(text, verdict="wrong", why=f"It says {text}")
        walk.step(text, status="failed", error=text)
        walk.done("failed", text)
    return stage.view()


def test_a_hostile_night_is_a_list_and_nothing_else() -> None:
    page = shown(markdown_of(hostile_night(), MAPS, address="https://pages.example.org/r/"))
    assert elements(page) <= {"body", "h2", "p", "ul", "li", "strong", "br", "code", "a"}
    links = [str(link.attributes["href"]) for link in page.css("a")]
    ours = re.compile(r"https://pages\.example\.org/r/(journeys/[a-z0-9-]+\.html(#[a-z0-9-]+)?)?")
    assert [link for link in links if not ours.fullmatch(link)] == []
    assert len(links) > 10


def test_a_mixed_night_says_who_was_let_down_by_what_and_who_acts() -> None:
    page = shown(markdown_of(mixed_night(), MAPS, address="https://pages.example.org/r/"))
    told = {item.css("strong")[0].text(): " ".join(item.text().split()) for item in page.css("li")}
    receipt = told["broken: receipt to Ada"]
    assert "None came." in receipt
    assert "“she is promised a receipt by email within 2 minutes of paying”" in receipt
    assert "What it costs her: She cannot claim the cost" in receipt
    assert "Who acts: Dana" in receipt
    assert "features/event_registration.feature:20" in receipt
    assert page.css("h2")[0].text() == "✕ Not yet. 5 of 9 journeys break their word."
    unwanted = told["unwanted: receipt to Ada"]
    assert "She was promised that it would not come" in unwanted
    assert "cannot claim the cost" not in unwanted


def test_each_line_leads_to_its_place_in_the_report(tmp_path: Path) -> None:
    run = mixed_night()
    write_report(run, evidence=tmp_path, out=tmp_path / "report", maps=MAPS)
    page = shown(markdown_of(run, MAPS, address="https://pages.example.org/r"))
    links = [str(link.attributes["href"]).removeprefix("https://pages.example.org/r/") for link in page.css("a")]
    places = [link.partition("#") for link in links if link]
    assert len(places) > 10
    for file, _, anchor in places:
        text = (tmp_path / "report" / file).read_text("utf-8")
        assert not anchor or f'id="{anchor}"' in text, (file, anchor)
    # The job's page has no such places.
    job = markdown_of(run, MAPS, job="https://github.example/o/r/actions/runs/1")
    assert re.findall(r"\]\((.*?)\)", job) == ["https://github.example/o/r/actions/runs/1"]


def test_since_when_and_why_the_attempt_before_failed_are_told(tmp_path: Path) -> None:
    run, out = mixed_night(), tmp_path / "report"
    before = dataclasses.replace(kept_night(), started=datetime(2026, 11, 20, 1, tzinfo=UTC))
    write_report(run, evidence=tmp_path, out=out, maps=MAPS, earlier=[before])
    tell_others(run, out=out, maps=MAPS, settings=Settings(root=tmp_path), environ={})
    summary = (out / "summary.md").read_text("utf-8")
    assert "Since when: New: on Friday 20 November it was kept." in summary
    assert "~ **“Booking for a friend”**" in summary.replace("\\~", "~")
    assert "Attempt 1 stopped at “she opens the page of the event”: It was slow." in summary


def test_in_german_nothing_of_ours_is_english(tmp_path: Path) -> None:
    """What the suite itself says stays as it is: its steps, its names, its maps, and what was judged in English."""
    run = mixed_night()
    theirs = {word for text in (str(run), str(MAPS)) for word in re.findall(r"[a-z]+", text.casefold())}
    with language.speaking("en"):
        english = shown(markdown_of(run, MAPS, address="https://pages.example.org/r/"))
    with language.speaking("de"):
        german = shown(markdown_of(run, MAPS, address="https://pages.example.org/r/"))

    def ours(page: HTMLParser) -> set[str]:
        return set(re.findall(r"[a-z]{4,}", words(page).casefold())) - theirs

    assert ours(english) & ours(german) <= {"upheld", "doctor", "seed", "tests"}
    assert "wer handelt" in words(german).casefold()


def test_the_longest_summary_fits_into_a_comment() -> None:
    """GitHub takes 65,536 characters; signs that must be written in another way grow most."""
    stage = Stage()
    for text in ("@#1" * 400, "[" * 900, "😀" * 900, "www.a@b://" * 90):
        for number in range(12):
            walk = stage.journey(f"{number}{text}", example=f"{number}{text}", who=f"{text[:200]}{number}")
            walk.promise(f"{number} {text}", verdict="broken", why=text)
            walk.promise(f"code {number} {text}", verdict="open", why=text, due=(0, 1), final=False)
            if number % 2:
                walk.step(text, status="failed", error=text)
            walk.done("failed" if number % 2 else "unproven", text)
    markdown = markdown_of(stage.view(), MAPS, address="https://pages.example.org/r/")
    assert 10_000 < len(markdown) < 65_536
    assert elements(shown(markdown)) <= {"body", "h2", "p", "ul", "li", "strong", "br", "code", "a"}


def test_cannot_tell_stands_apart_from_broken() -> None:
    markdown = markdown_of(mixed_night(), MAPS)
    bad, _, rest = markdown.partition("**Cannot tell")
    lost, _, still = rest.partition("**Not due yet**")
    assert "code to Dora" in lost
    assert "code to Dora" not in bad
    assert "Cancelling a seat" in lost
    assert "reminder to Ada" in still
    # What a failed step barred the way to is its consequence.
    assert "survey" not in markdown
    assert "✕" not in lost
    assert "?" not in bad.partition("\n")[2]


def test_a_good_night_is_two_lines() -> None:
    lines = [line for line in markdown_of(kept_night(), MAPS).splitlines() if line]
    assert lines[0] == "## ✓ Go. All 4 promises of the 2 journeys that were walked were kept."
    assert lines[1] == "2 journeys: 4 kept · run `20261121T010000Z-abcd`"
    assert len(lines) == 2


def test_a_bad_night_of_a_large_suite_is_short() -> None:
    stage = Stage()
    for number in range(200):
        walk = stage.journey(f"Journey {number}")
        walk.promise(f"receipt {number}", verdict="broken")
        walk.promise("code", verdict="unproven", why="x" * 5000)
        walk.done()
    markdown = markdown_of(stage.view(), MAPS)
    assert "- and 190 more" in markdown
    assert len(markdown) < 12_000


def test_the_same_to_several_people_is_told_once() -> None:
    stage = Stage()
    for who in ("Ada", "Ben", "Cleo"):
        walk = stage.journey("Booking", who=who)
        walk.promise("receipt", verdict="broken", why=f"{who} got none.")
        walk.done()
    (item,) = shown(markdown_of(stage.view(), MAPS)).css("li")
    told = " ".join(item.text().split())
    assert "broken: receipt to Ada, Ben and Cleo Ada got none. The same happened 2 times more." in told


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://pages.example.org/a b/", "https://pages.example.org/a%20b/"),
        ("https://pages.example.org/x) ![p](https://e.example/p", "https://pages.example.org/x%29%20!%5Bp%5D%28https://e.example/p"),
        ("javascript:alert(1)", ""),
        ("//pages.example.org", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_an_address_stays_within_its_link(address: str, link: str) -> None:
    assert web_address(address) == link


def test_a_large_good_night_is_quick() -> None:
    assert len(markdown_of(many(20, 3), MAPS)) < 400
