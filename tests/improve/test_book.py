"""The book: a stranger learns from it how to walk, and it says itself what has changed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.browsers import browser_of
from tests.improve.bound import DAY, edited, made, page_of, root
from tests.improve.nightly import HELLO, INCIDENT, booking, the_book, written
from upheld.errors import FeatureError
from upheld.improve.bookbinding import Bound, bind, print_book
from upheld.improve.chapters import told_in
from upheld.language import speaking

__all__ = ["root"]


def said(bound: Bound) -> list[str]:
    return [change.said for change in bound.edition.changes]


def test_a_stranger_learns_how_to_walk(root: Path) -> None:
    with written(root, booking(root)) as ledger:
        bound = made(root, ledger)
    text, index = page_of(bound), page_of(bound, "index.html")
    for told in (
        "Dana",
        "The shop runs at / .",
        "You play Ada: Ada Lindqvist, of Lisbon, who reads English (United Kingdom).",
        'This must be so: the event "Systems Day" takes place in 4 days.',
        "Open /events/systems-day-c4dc2fb2e6 in a browser.",
        "Follow the link “Register”.",
        "First name Ada Card secret, and written down nowhere: ask Dana",
        "Take the test card 4242 .",
        "Name on card Ada Lindqvist Card number as the note here says I agree tick it",
        "Press the button “Pay 120.00 EUR”.",
        "In a window of their own, as the organiser: Open /organiser/… in a browser. Follow the link “Download”.",
        "Step by step 1 Ada opens the page of the event",
        "The site is at https://staging.example.org . Open it in a private window",
        "Look: the page says “You are booked”.",
        "it says: the place of the event (on the last walk: Town Hall)",
        "Subject: Your booking",
        "If it does not come: She does not know whether she is expected. What helps then: The page after",
        "✓ kept its word · last walked: Night of Saturday 21 November 2026, 01:00",
    ):
        assert told in text
    assert "Open the site: https://staging.example.org . Addresses in this book that begin with /" in index
    assert "Booking and paying by card ✓ kept its word" in index
    shown = re.findall(r'src="([^"]+)"', (bound.index.parent / "booking.html").read_text("utf-8"))
    assert len(shown) == 6
    assert all((bound.index.parent / place).is_file() for place in shown)


def test_a_way_in_is_never_told(root: Path) -> None:
    edited(root / "features" / "booking.feature", ("opens the page of the event", "opens the link of her booking"))
    night = booking(root)
    night._events = [
        replace(
            event,
            data={
                name: value.replace("the page of the event", "the link of her booking")
                if isinstance(value, str)
                else value
                for name, value in event.data.items()
            },
        )
        for event in night._events
    ]
    with written(root, night) as ledger:
        bound = made(root, ledger)
    assert "Open the link of her booking" not in page_of(bound)
    assert "Systems Day” (/events/…)" in page_of(bound)
    for file in bound.index.parent.iterdir():
        assert file.is_dir() or "c4dc2fb2e6" not in file.read_text("utf-8")


def test_a_snag_is_told_with_what_was_done_and_whether_its_guard_holds(root: Path) -> None:
    text = page_of(made(root))
    for told in (
        "Incident of 2 March 2026: no receipt What she expected: a receipt. What happened: none came.",
        "What was done: it is sent from the outbox. So that it does not come again: this feature.",
        "“She pays and gets no receipt” is walked to guard against it: ○ never walked",
    ):
        assert told in text


def test_a_message_is_never_shown_with_the_picture_of_another(root: Path) -> None:
    with written(root, booking(root)) as ledger:
        out = root / "book"
        (walk, *_) = the_book(root, ledger, out).chapters[0].walks
    confirmation, reminder = (due.letters[0] for step in walk.steps for due in step.due)
    assert [width for width, _ in confirmation.pictures] == ["desktop", "phone"]
    assert reminder.pictures == ()
    assert "It is tomorrow" in reminder.page


def test_what_was_never_walked_is_told_from_its_feature_and_never_as_kept(root: Path) -> None:
    bound = made(root)
    text = page_of(bound)
    assert "kept" not in re.sub(r"not kept|kept,", "", text)
    assert "○ never walked It is told here as its feature tells it" in text
    assert "Press" not in text
    assert "Follow the link “Register”." in text


def test_a_walk_that_stopped_says_where_and_unproven_is_not_broken(root: Path) -> None:
    with written(root, booking(root, stop="unproven")) as ledger:
        bound = made(root, ledger)
        text = page_of(bound)
        assert "What went wrong on the last walk Step 4: ? unproven . unproven: the bank did not answer at" in text
        assert "On the last walk: ? unproven . unproven: the bank did not answer at https://bank.example/…" in text
        assert "s3cr3t" not in (bound.index.parent / "booking.html").read_text("utf-8")
        assert "This step is new, or was not reached on the last walk" in text
        assert "✕" not in text
    with written(root, booking(root, run="20261122T010000Z-late", stop="failed")) as ledger:
        assert "On the last walk: ✕ did not work . failed: the bank" in page_of(made(root, ledger))


def test_each_scenario_has_its_own_last_walk(root: Path) -> None:
    other = booking(root, run="20261122T010000Z-next")
    other._events = other._events[:1]  # a night on which something else was walked
    with written(root, booking(root), other) as ledger:
        assert "✓ kept its word" in page_of(made(root, ledger))


def test_the_first_edition_has_no_changes_and_the_same_again_is_no_new_one(root: Path) -> None:
    with written(root, booking(root)) as ledger:
        first, again = made(root, ledger), made(root, ledger, day=date(2026, 12, 1))
    assert (first.edition.number, first.new, said(first)) == (1, True, [])
    assert (again.edition.number, again.new, again.edition.day) == (1, False, "2026-11-22")


def test_a_new_edition_says_what_has_changed(root: Path) -> None:
    with written(root, booking(root)) as ledger:
        made(root, ledger)
    edited(
        root / "features" / "booking.feature",
        ("a confirmation by email within 1 minute", "a confirmation by email within 5 minutes"),
        ('she follows "Register"', 'she follows "Sign up"'),
        ("a reminder by email on the day before the event", "a welcome by email within 1 hour"),
        ("Scenario: The card is declined", "Scenario: Her card is declined"),
    )
    edited(root / "journeys/booking/journey.toml", ("Dana", "Erin"), ("She forgets the day.", "She does not come."))
    (root / "features" / "incidents" / "2026-05-01-late.feature").write_text(
        INCIDENT.replace("2026-03-02-no-receipt", "2026-05-01-late").replace("2 March 2026: no", "1 May 2026: late"),
        "utf-8",
    )
    with written(root) as ledger:
        bound = made(root, ledger, day=date(2026, 12, 1))
    assert bound.edition.number == 2
    assert said(bound) == [
        "Its owner was “Dana” and is now “Erin”.",
        "The reminder: its cost to her was “She forgets the day.” and is now “She does not come.”.",
        "A snag is known: Incident of 1 May 2026: late receipt.",
        'A step has changed: it was “she follows "Register"”, and is now “she follows "Sign up"”.',
        "The window of the confirmation to Ada by email was “within 1 minute” and is now “within 5 minutes”.",
        "Newly promised: welcome to Ada by email, within 1 hour.",
        "No longer promised: reminder to Ada by email, on the day before the event.",
        "A new way through it: “Her card is declined”.",
        "No longer walked: “The card is declined”.",
    ]
    index = page_of(bound, "index.html")
    assert "Since edition 1 of Sunday 22 November 2026" in index
    assert all(one in index for one in said(bound))


def test_words_that_change_are_a_change_and_names_and_dates_are_none(root: Path) -> None:
    before = HELLO.replace("Thursday 26", "Friday 27")
    nights = [
        booking(root),
        booking(root, run="20261122T010000Z-b", hello=before),
        booking(
            root, run="20261123T010000Z-c", hello="Dear Ada, bring your passport.", page="You are\nbooked\nThank you"
        ),
    ]
    found = []
    for night in nights:
        with written(root, night) as ledger:
            found.append(made(root, ledger))
    assert [bound.edition.number for bound in found] == [1, 1, 2]
    assert said(found[-1]) == [
        "The page “You are booked” says something else; new: “Thank you”.",
        f"The confirmation to Ada says something else; gone: “{before}”; new: “Dear Ada, bring your passport.”.",
    ]


def test_what_is_done_otherwise_and_a_screen_that_looks_otherwise_are_a_change_and_random_signs_are_none(
    root: Path,
) -> None:
    found = []
    for at, (light, label, sign) in enumerate(
        ((250, "I agree", "evt_e9b32ecac33cd132"), (246, "I agree", "evt_fc572861801cd501"), (40, "VAT number", "x"))
    ):
        night = booking(root, run=f"2026112{at}T010000Z-n", hello=f"Your id is {sign}.")
        picture = io.BytesIO()
        Image.new("RGB", (64, 64), (light, light, light)).save(picture, "PNG")
        (root / ".upheld" / "evidence" / "booked.png").write_bytes(picture.getvalue())
        night._events = [
            replace(event, data=json.loads(json.dumps(event.data).replace("I agree", label)))
            if event.kind == "step"
            else event
            for event in night._events
        ]
        with written(root, night) as ledger:
            found.append(made(root, ledger))
    assert [bound.edition.number for bound in found] == [1, 1, 2]
    assert said(found[-1]) == [
        "What is done in “she pays 120.00 EUR by card” has changed; gone: “I agree”; new: “VAT number”.",
        "The page “You are booked” says the same, and looks different.",
        "The confirmation to Ada says something else; new: “Your id is x.”.",
    ]


def test_what_lets_a_reader_in_is_masked_and_for_strangers_not_shown_either(root: Path) -> None:
    secret = "k3j2x9q8w7e6r5t4z1u0i9o8"
    night = booking(
        root, page=f"You are booked\nhttps://staging.example.org/in/{secret}", hello=f"Your key is {secret}"
    )
    with written(root, night) as ledger:
        out = root / "book"
        bound, open_book = made(root, ledger), the_book(root, ledger, out)
        closed = the_book(root, ledger, root / "closed", publish=True)
    assert not [file for file in out.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]
    assert bound.edition.number == 1
    (walk, *_), (shut, *_) = open_book.chapters[0].walks, closed.chapters[0].walks
    assert [bool(one.picture) for one in walk.steps][:4] == [True] * 4
    assert [(bool(one.picture), one.hidden) for one in shut.steps][:4] == [(True, False)] * 3 + [(False, True)]
    assert walk.steps[5].due[0].letters[0].pictures
    assert not shut.steps[5].due[0].letters[0].pictures


def test_it_speaks_german(root: Path) -> None:
    with written(root, booking(root, verdict="late")) as ledger, speaking("de"):
        bound = made(root, ledger)
        text = page_of(bound) + page_of(bound, "index.html")
    # What the suite itself says, and what the ledger has of it, stays in its words.
    assert not set(re.findall(r"[A-Za-z]{3,}", text)) & {"Press", "Look", "Field", "Step", "walked", "Known", "Usually"}
    assert "Drücken Sie auf „Pay 120.00 EUR“" in text
    assert "verspätet" in text


def test_an_edition_that_cannot_be_read_begins_anew(root: Path) -> None:
    made(root)
    (root / "book" / "edition.json").write_text('{"schema": 1, "number": "x"}', "utf-8")
    assert made(root).edition.number == 1
    assert json.loads((root / "book" / "edition.json").read_text("utf-8"))["number"] == 1


def test_pages_of_journeys_that_are_no_more_are_deleted(root: Path) -> None:
    bound = made(root)
    assert {one.name for one in bound.index.parent.glob("*.html")} == {"index.html", "booking.html"}
    (root / "journeys" / "booking").rename(root / "journeys" / "selling")
    edited(root / "features" / "booking.feature", ("@journey:booking", "@journey:selling"))
    edited(root / "features/incidents/2026-03-02-no-receipt.feature", ("@journey:booking", "@journey:selling"))
    made(root)
    assert {one.name for one in bound.index.parent.glob("*.html")} == {"index.html", "selling.html"}


def test_nothing_of_a_feature_or_a_message_becomes_markup_or_a_path(root: Path) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    edited(root / "features/booking.feature", ("Scenario: The card", f"Scenario: {evil} The card"))
    edited(root / "journeys/booking/journey.toml", ("Take the test card `4242`.", "`<b>` ../../etc <i>`"))
    night = booking(root, hello=evil)
    pictures = {"desktop": "../../../pyproject.toml", "phone": "javascript:alert(1)"}
    night._events = [
        replace(event, data={**event.data, "pictures": pictures}) if event.kind == "rendered" else event
        for event in night._events
    ]
    with written(root, night) as ledger:
        bound = made(root, ledger)
    for page in bound.index.parent.glob("*.html"):
        html = page.read_text("utf-8")
        assert "<script" not in html
        assert not re.search(r"<img[^>]*onerror", html)
        assert "pyproject" not in html
        assert "javascript:" not in html
    assert "<code>&lt;b&gt;</code> ../../etc &lt;i&gt;`" in (bound.index.parent / "booking.html").read_text("utf-8")


def test_a_feature_that_cannot_be_read_is_named_with_its_line(root: Path) -> None:
    edited(root / "features" / "booking.feature", ("  Scenario: The card", "  Scenaro: The card"))
    with pytest.raises(FeatureError, match=r"features/booking\.feature:16"):
        told_in(root, {})


def test_examples_of_an_outline_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "a.feature").write_text(
        'Feature: A\n  Scenario Outline: In her language\n    Given <who> opens "/"\n    Then <who> sees "<hi>"\n\n'
        "    Examples:\n      | who | city | hi    |\n      | Ben | Rome | Ciao  |\n      | Ben | Bonn | Hallo |\n",
        "utf-8",
    )
    assert [one.key for one in told_in(tmp_path, {})] == [
        "features/a.feature::In her language [Ben, Rome]",
        "features/a.feature::In her language [Ben, Bonn]",
    ]


# In a browser


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with browser_of(request) as browser:
        yield browser


@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "light"), (360, "dark"), (768, "light"), (1440, "light"), (1440, "dark")]
)
def test_everybody_can_read_it_offline(browser: Browser, root: Path, width: int, scheme: str) -> None:
    with written(root, booking(root, verdict="broken")) as ledger:
        made(root, ledger)
        edited(root / "features/booking.feature", ("within 1 minute", "within 2 minutes"))
        bound = made(root, ledger)
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    for name in ("index.html", "booking.html"):
        page.goto((bound.index.parent / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        assert [one for one in complaints if "sandboxed" not in one] == []
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        complaints.clear()
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:"))] == []
    assert page.frame_locator("iframe").locator("h1").first.inner_text() == "Tomorrow"
    context.close()


def test_it_is_printed_small_with_the_right_pages_in_its_contents(browser: Browser, root: Path) -> None:
    night = booking(root)
    for name in ("event.png", "letter.png"):
        Image.effect_noise((1280, 1800), 90).convert("RGB").save(root / ".upheld" / "evidence" / name)
    with written(root, night) as ledger:
        out = root / "book"
        book = the_book(root, ledger, out)
        bound = bind(book, out, today=DAY)
        reader = PdfReader(io.BytesIO(print_book(book, bound.edition, out, browser=browser).read_bytes()))
    pages = [" ".join(normalize("NFKC", page.extract_text()).split()) for page in reader.pages]  # it has ligatures
    assert f"{len(pages)} / {len(pages)}" in pages[-1]
    assert "She is promised no confirmation and no receipt by email" in pages[-1]
    contents = next(page for page in pages if "Contents" in page)
    named = re.search(r"The card is declined ○ ?never walked (\d+)", contents)
    assert named is not None
    assert "It is told here as its feature tells it" in pages[int(named[1]) - 1]
    assert "edition 1 of Sunday 22 November 2026" in pages[0]
    assert not list(out.glob("*.part*"))
    # Two pictures of a megabyte each are what paper shows of them, and a PDF reader can jump to each way.
    pictures = [image.image for page in reader.pages for image in page.images if image.image]
    assert len(pictures) >= 2
    assert {picture.format for picture in pictures} == {"JPEG"}
    assert max(max(picture.size) for picture in pictures) <= 620
    assert "Booking and paying by card" in str(reader.outline)
