"""What a report for strangers shows of pages that let their reader in: nobody can mask what stands in a picture."""

from __future__ import annotations

import hashlib
import html
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fpdf import FPDF

from tests.report.nights import MAPS
from tests.report.stage import Stage, Walk
from upheld.config import Settings
from upheld.report import write_report
from upheld.report.masking import Mask
from upheld.report.readers import tell_others

TOKEN = "q7Zk2vB9xW4m"
CALENDAR = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20261121T010000Z
DTSTART:20261125T170000Z
SUMMARY:Systems Day
URL:https://shop.example/join/
 {TOKEN}
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()

SECRET = {
    "sign-in link": "Follow https://shop.example/in?token=abc123def to sign in",
    "token in a path": "https://shop.example/in/k3j2x9q8",
    "token of a message": f"Your ticket {TOKEN} is here",
    "card number": "Paid with 4242 4242 4242 4242",
    "card number in one piece": "Card: 5555555555554444",
    "API key": "Your key\nsk_live_51H8aKzQpLmN0pRs",
    "API key, named": "api key: 12ab-99zz",
    "password": "Your password is hunter22",
    "password, in German": "Kennwort: sommer-wiese",
    "session cookie": "Set-Cookie: sid=8f3k2j1h",
    "one-time code": "Your code is\n482 913",
}
PLAIN = {
    "a booking": "You are booked. Order 4711, 120.00 EUR, 25 November 2026, 18:00. Seat 12 of 1000.",
    "an address": "We wrote to ada.f35a8e8f7d@journeys.test. Read https://shop.example/events/systems-day-2026",
    "a form": "Card number\nPassword\nPostcode\n10115 Berlin\nDiscount code",
    "a phone": "Call +49 30 901820 or 030 90 18 20, tax number 12/345/67890",
    "a reference": "Invoice 2026-000123, IBAN DE02 1203 0000 0000 2020 51",
}


def _walked(evidence: Path, name: str, says: str) -> Walk:
    walk = Stage(evidence).journey("Booking")
    # Named as evidence is: by its content, which is another for each page.
    walk.step("she opens it", picture=f"{hashlib.sha256(name.encode()).hexdigest()[:20]}.png", says=says)
    return walk


def _published(walk: Walk, tmp_path: Path) -> tuple[Path, list[str]]:
    walk.done()
    run, out, evidence = walk.stage.view(), tmp_path / "report", tmp_path / ".upheld" / "evidence"
    write_report(run, evidence=evidence, out=out, maps={}, publish=True)
    tell_others(run, out=out, maps={}, settings=Settings(root=tmp_path, publish=True), environ={})
    return out, sorted(one.name for one in out.rglob("*.*") if one.suffix in (".png", ".webp", ".jpg"))


@pytest.mark.parametrize("name", SECRET)
def test_a_picture_of_a_secret_is_left_out_and_the_page_says_so(name: str, tmp_path: Path) -> None:
    walk = _walked(tmp_path / ".upheld" / "evidence", name, SECRET[name])
    walk.mail("Your ticket", f"https://shop.example/t/{TOKEN}")
    walk.step("she scrolls", picture="b.png")  # says what the page said before
    out, pictures = _published(walk, tmp_path)
    assert pictures == []
    page = html.unescape(next((out / "journeys").iterdir()).read_text("utf-8"))
    assert page.count("The picture is left out: it shows a private link, a code") == 2
    assert {step["picture"] for step in json.loads((out / "results.json").read_text())["journeys"][0]["steps"]} == {
        None
    }


@pytest.mark.parametrize("name", PLAIN)
def test_a_picture_of_anything_else_is_shown(name: str, tmp_path: Path) -> None:
    out, pictures = _published(_walked(tmp_path / ".upheld" / "evidence", name, PLAIN[name]), tmp_path)
    assert len([one for one in pictures if (out / "pictures" / one).is_file()]) == 1
    assert "is left out" not in next((out / "journeys").iterdir()).read_text("utf-8")


def test_what_she_typed_stands_in_the_picture_though_the_page_does_not_say_it(tmp_path: Path) -> None:
    walk = _walked(tmp_path / ".upheld" / "evidence", "a", "Pay")
    walk.step("she types her card", picture="b.png", fields=[("Card", "4242424242424242")])
    walk.step("she goes on", picture="c.png", says="Thank you")
    _out, pictures = _published(walk, tmp_path)
    assert "b.png" not in pictures
    assert "c.png" in pictures


def test_a_picture_that_nobody_read_is_left_out(tmp_path: Path) -> None:
    walk = Stage(tmp_path / ".upheld" / "evidence").journey("Booking")
    walk.step("she opens it", picture="a.png")
    assert _published(walk, tmp_path)[1] == []


def test_a_picture_of_what_bars_people_on_such_a_page_is_left_out_as_well(tmp_path: Path) -> None:
    evidence = tmp_path / ".upheld" / "evidence"
    walk = Stage(evidence).journey("Booking")
    barrier = {"id": "image-alt", "impact": "critical", "nodes": 1, "target": "img", "picture": "near.png"}
    walk.step(
        "she opens it", picture="a.png", says=SECRET["API key"], ride={"accessibility": {"violations": [barrier]}}
    )
    (evidence / "near.png").write_bytes((evidence / "a.png").read_bytes())
    assert _published(walk, tmp_path)[1] == []


@pytest.mark.parametrize(
    ("name", "type_", "content"),
    [
        ("event.ics", "text/calendar", CALENDAR),
        ("ticket.txt", "text/plain", f"https://shop.example/join/{TOKEN}".encode()),
    ],
)
def test_a_token_in_what_is_attached_is_known(name: str, type_: str, content: bytes, tmp_path: Path) -> None:
    walk = _walked(tmp_path / ".upheld" / "evidence", "a", f"Show {TOKEN} at the door")
    walk.mail("Your ticket", "See the attachment.", attach=[(name, type_, content)])
    walk.step("she reads", says="Thank you", error=f"It says {TOKEN}.", status="failed")
    out, pictures = _published(walk, tmp_path)
    assert pictures == []
    texts = [one for one in out.rglob("*.*") if one.is_file() and TOKEN.encode() in one.read_bytes()]
    assert texts == []


def test_a_token_in_a_pdf_is_known(tmp_path: Path) -> None:
    ticket = FPDF()
    ticket.add_page()
    ticket.set_font("helvetica", size=12)
    ticket.cell(text="Your ticket", link=f"https://shop.example/join/{TOKEN}")
    walk = _walked(tmp_path / ".upheld" / "evidence", "a", f"Show {TOKEN} at the door")
    walk.mail("Your ticket", "See the attachment.", attach=[("ticket.pdf", "application/pdf", bytes(ticket.output()))])
    assert _published(walk, tmp_path)[1] == []


def test_text_is_masked_wherever_a_picture_would_be_left_out() -> None:
    mask = Mask(Stage().view())
    for name in (
        "card number",
        "card number in one piece",
        "API key",
        "password",
        "password, in German",
        "session cookie",
    ):
        assert mask.text(SECRET[name]) != SECRET[name], name
    for said in PLAIN.values():
        assert not mask.hides(said), said


def test_a_code_with_an_element_for_each_figure_is_shown_as_masked_text(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "evidence")
    walk = stage.journey("Signing in")
    figures = "".join(f"<span>{one}</span>" for one in "481516")
    walk.promise("code", verdict="kept", came=1, arrivals=[walk.mail("Your code is 481516", html=f"<p>{figures}</p>")])
    walk.done()
    for publish, frames in ((True, 0), (False, 1)):
        out = tmp_path / str(publish)
        write_report(stage.view(), evidence=tmp_path / "evidence", out=out, maps=MAPS, publish=publish)
        (page,) = (out / "journeys").iterdir()
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        assert len(soup.select("iframe")) == frames
        assert ("481516" in BeautifulSoup(str(soup.iframe["srcdoc"]), "html.parser").text) if soup.iframe else True
        assert ("481516" in soup.text) is not publish
