"""The map: each journey and touchpoint in its place, as its nights were, and what nobody checks as a hole."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from pypdf import PdfReader
from typer.testing import CliRunner

from tests.browsers import browser_of
from tests.improve.nightly import booking, suite, the_map, written
from upheld.cli.app import app
from upheld.improve.map_drawing import draw
from upheld.improve.promise_map import Mapped, Spot
from upheld.improve.tally import Nights
from upheld.language import speaking
from upheld.promises import Verdict

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return suite(tmp_path)


def journey(root: Path, *verdicts: str) -> Mapped:
    """The journey as the map has it after nights on which its confirmation came to these verdicts, oldest first."""
    nights = [booking(root, run=f"202611{day:02}T010000Z-n", verdict=one) for day, one in enumerate(verdicts, 10)]
    with written(root, *nights) as ledger:
        (found,) = next(place for place in the_map(root, ledger).places if place.stage == "keep: welcome").journeys
    return found


def spot(found: Mapped, kind: str) -> Spot:
    return next(one for one in found.spots if one.kind == kind)


@pytest.mark.parametrize(
    ("verdicts", "state", "words"),
    [
        (("kept",), "kept", "kept, 1 night"),
        (("kept", "kept", "kept"), "kept", "kept on all 3 nights"),
        (("kept", "late", "kept"), "not upheld", "late on 1 of 3 nights; kept on the last"),
        (("wrong", "broken"), "not upheld", "broken on 1 and wrong on 1 of 2 nights"),
        (("unproven", "unproven"), "unproven", "unproven, 2 nights"),
        (("kept", "unproven"), "partly", "kept on 1 of 2 nights, unproven on 1"),
        (("open",), "open", "open: not due yet"),
    ],
)
def test_a_touchpoint_is_told_by_its_nights(root: Path, verdicts: tuple[str, ...], state: str, words: str) -> None:
    nights = spot(journey(root, *verdicts), "confirmation").nights
    assert (nights.state, nights.words) == (state, words)


def test_what_was_never_walked_says_so(root: Path) -> None:
    found = the_map(root, None)
    assert (found.nights, found.since) == (0, None)
    assert {spot.nights.state for place in found.places for one in place.journeys for spot in one.spots} == {"never"}


def test_runs_of_one_night_count_once_and_the_worst_of_them_counts(root: Path) -> None:
    good = booking(root, run="20261121T010000Z-a")
    with written(root, booking(root, run="20261121T010000Z-b", verdict="broken")) as ledger:
        ledger.append(*good._events)
        found = the_map(root, ledger)
    (one,) = next(place for place in found.places if place.stage == "keep: welcome").journeys
    assert found.nights == 1
    assert spot(one, "confirmation").nights == Nights(1, {Verdict.BROKEN: 1}, last=Verdict.BROKEN)


def test_what_nobody_checks_is_a_hole(root: Path) -> None:
    night = booking(root, page="You are booked\nWe will send you your invoice by email within two days.")
    other = booking(root, run="20261122T010000Z-next")
    other._events = other._events[:1]  # a night on which something else was walked takes no hole away
    with written(root, night, other) as ledger:
        found = the_map(root, ledger)
    (one,) = next(place for place in found.places if place.stage == "keep: welcome").journeys
    assert [(each.kind, each.hole) for each in one.spots if each.hole] == [
        ("badge", "the map names it, and no feature promises it")
    ]
    assert any("invoice" in sentence for sentence, _ in one.sentences)
    assert found.holes == 1 + len(one.sentences)


def test_a_map_that_no_feature_walks_and_a_feature_without_a_map_stand_out(root: Path) -> None:
    for file in (root / "features").rglob("*.feature"):
        file.write_text(file.read_text("utf-8").replace("@journey:booking", ""), "utf-8")
    booked = root / "features" / "booking.feature"
    booked.write_text(
        booked.read_text("utf-8").replace("no receipt by email", "no receipt by email for 10 seconds"), "utf-8"
    )
    places = {place.stage: place.journeys for place in the_map(root, None).places}
    assert [one.hole for one in places["keep: welcome"]] == ["the map is there, and no feature walks it"]
    assert [one.name for one in places[""]] == [
        "Booking and paying for an event",
        "Incident of 2 March 2026: no receipt",
    ]


def test_the_page_says_in_words_what_its_colours_say(root: Path) -> None:
    nights = [booking(root, run=f"2026112{day}T010000Z-n", verdict=one) for day, one in enumerate(("broken", "kept"))]
    with written(root, *nights) as ledger:
        html = draw(the_map(root, ledger), root / "map").read_text("utf-8")
    text = " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).split())
    assert "2 nights, Sat 21 November 2026 to Sun 22 November 2026" in text
    assert "confirmation ✕ broken on 1 of 2 nights; kept on the last" in text
    assert "reminder ✓ kept on all 2 nights" in text
    assert "hole badge : the map names it, and no feature promises it" in text
    assert "As a whole: ✕ broke its word on 1 of 2 nights; kept on the last" in text
    assert "Incident of 2 March 2026: no receipt its guard: ○ never walked" in text
    assert "Share how people hear of us Empty: no journey of ours stands here, so nobody looks at" in text
    assert "failed" not in text
    assert "href" not in re.sub(r'class="skip" href', "", html)  # neither book nor report lies beside it


def test_it_leads_to_the_book_and_the_report_that_lie_beside_it_and_nowhere_else(root: Path) -> None:
    with written(root, booking(root, verdict="late")) as ledger:
        found = the_map(root, ledger)
    (one,) = next(place for place in found.places if place.stage == "keep: welcome").journeys
    late, reminder = spot(one, "confirmation").page, spot(one, "reminder").page
    assert late.startswith("journeys/booking-booking-and-paying-by-card-")
    assert late.partition("#")[2] == "p-confirmation-ada"
    report = root / ".upheld" / "report" / late.partition("#")[0]
    report.parent.mkdir(parents=True)
    report.write_text('<p id="p-confirmation-ada">', "utf-8")
    (root / ".upheld" / "book").mkdir()
    (root / ".upheld" / "book" / "booking.html").write_text("<p>", "utf-8")
    html = draw(found, root / ".upheld" / "map").read_text("utf-8")
    leads = re.findall(r'href="([^"#][^"]*)"', html)
    assert sorted(leads) == [
        "../book/booking.html",
        f"../report/{late.partition('#')[0]}",
        f"../report/{late}",
    ]
    assert reminder.partition("#")[2] == "p-reminder-ada"  # the report has no such place, so nothing leads there
    assert all((root / ".upheld" / "map" / one.partition("#")[0]).resolve().is_file() for one in leads)


def test_it_speaks_german(root: Path) -> None:
    nights = [booking(root, run=f"2026112{day}T010000Z-n", verdict=one) for day, one in enumerate(("late", "kept"))]
    with written(root, *nights) as ledger, speaking("de"):
        html = draw(the_map(root, ledger), root / "map").read_text("utf-8")
    text = " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).split())
    assert 'lang="de"' in html
    assert "verspätet in 1 von 2 Nächten; in der letzten gehalten" in text
    assert not re.search(r"\b(the|kept|nights?|late|never|hole)\b", text.replace("the map names", ""))


def test_the_commands_need_no_ledger_and_say_where_to_look(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    told = CliRunner().invoke(app, ["map"])
    assert (told.exit_code, told.output) == (
        0,
        f"1 hole: promised or said, and checked by nobody.\nMap: {root / '.upheld' / 'map' / 'index.html'}\n",
    )
    told = CliRunner().invoke(app, ["book", "--out", "handbook"])
    assert told.exit_code == 0
    assert told.output.splitlines() == [
        "Edition 1.",
        "1 step does not say how to be done by hand. Say it in the map: [by_hand.notes] in journey.toml.",
        "Book: handbook/index.html",
    ]
    assert (
        CliRunner().invoke(app, ["book", "--out", "handbook"]).output.startswith("Nothing has changed since edition 1")
    )


# In a browser


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with browser_of(request) as browser:
        yield browser


@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "light"), (360, "dark"), (768, "light"), (1440, "light"), (1440, "dark")]
)
def test_everybody_can_read_it(browser: Browser, root: Path, width: int, scheme: str) -> None:
    verdicts = ("kept", "late", "unproven")
    with written(
        root, *(booking(root, run=f"2026112{at}T010000Z-n", verdict=one) for at, one in enumerate(verdicts))
    ) as all_:
        index = draw(the_map(root, all_), root / "map")
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(index.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert asked == [index.as_uri()]
    page.close()


@pytest.mark.parametrize("spoken", ["en", "de"])
def test_the_map_of_this_suite_fits_one_sheet_also_after_bad_nights(
    browser: Browser, tmp_path: Path, spoken: str
) -> None:
    bad = Nights(30, {Verdict.BROKEN: 3, Verdict.LATE: 2, Verdict.KEPT: 25}, last=Verdict.KEPT)
    with speaking(spoken):
        found = the_map(ROOT, None)
        places = tuple(
            replace(
                place,
                journeys=tuple(
                    replace(one, nights=bad, spots=tuple(replace(spot, nights=bad) for spot in one.spots))
                    for one in place.journeys
                ),
            )
            for place in found.places
        )
        index = draw(replace(found, places=places, nights=30), tmp_path)
    page = browser.new_page()
    page.goto(index.as_uri())
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    page.close()
    assert len(reader.pages) == 1
    assert reader.pages[0].mediabox.width > reader.pages[0].mediabox.height
    assert "Booking a training course" in " ".join(reader.pages[0].extract_text().split())
