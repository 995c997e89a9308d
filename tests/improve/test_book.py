"""The book: a stranger learns from it how to walk, and it says itself what has changed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from unicodedata import normalize

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.browsers import browser_of
from tests.improve.nightly import HELLO, INCIDENT, booking, suite, the_book, written
from tests.report.stage import Stage
from upheld.errors import FeatureError
from upheld.improve.bookbinding import Bound, bind, print_book
from upheld.improve.byhand import how, must
from upheld.improve.chapters import ToldStep, told_in
from upheld.language import speaking
from upheld.ledger import Ledger
from upheld.promises import Row

DAY = date(2026, 11, 22)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return suite(tmp_path)


def made(root: Path, ledger: Ledger | None = None, *, day: date = DAY) -> Bound:
    out = root / "book"
    return bind(the_book(root, ledger, out), out, today=day)


def page_of(bound: Bound, name: str = "booking.html") -> str:
    text = re.sub(r"<(style|title)>.*?</\1>", "", (bound.index.parent / name).read_text("utf-8"), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r'srcdoc="[^"]*"', "", text))).split())


def edited(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


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


def noted(root: Path, notes: str) -> None:
    edited(root / "journeys/booking/journey.toml", ('"by card" = "Take the test card `4242`."', notes))


def test_a_note_is_filled_with_this_ways_own_name_its_people_and_days_from_now(root: Path) -> None:
    noted(
        root,
        '"takes place" = "`/api/{way}` `{in 4 days at 18:00 in Europe/Berlin}` `{in 1 day}`"\n'
        '"follows" = "{number} {\\"title\\": 1}"\n'
        '"fills in" = "`{name}` `{address}` {who}, as in “The card is declined”"\n'
        '"120.00" = "It is day {number}."\n'
        '"is declined" = "`{way}` {address of Ben} {in 9 days at 25:00}"\n'
        '"promised" = "Nobody does this."',
    )
    with written(root, booking(root)) as ledger:
        out = root / "book"
        book = the_book(root, ledger, out, now=datetime(2026, 3, 27, 23, 30, tzinfo=UTC))
        bound = bind(book, out, today=DAY)
    text, page = page_of(bound), (out / "booking.html").read_text("utf-8")
    # In Berlin it is the 28th already, and not yet in Lisbon; summer time begins on the 29th.
    own = "booking-and-paying-by-card-by-hand"
    assert f"/api/{own} 2026-04-01T18:00:00+02:00 2026-03-28" in text
    assert '{number} {"title": 1}' in text
    assert "It is day 120." in text
    assert f"{own} is a name made up for this way. Take a new one on each walk" in text
    assert "Days in the notes are counted from Saturday 28 March, when this book was written." in text
    assert "Ada Lindqvist ada.0001@journeys.test Ada, as in “The card is declined”" in text
    assert 'as in <a href="#the-card-is-declined">“The card is declined”</a>' in page
    # What is no place of ours, or no time of the day, stays as it is; each way has a name of its own.
    assert "the-card-is-declined-by-hand ben@journeys.test {in 9 days at 25:00}" in text
    assert "Nobody does this" not in text


def test_it_is_said_in_whose_window_a_step_is_done_and_which_message_has_the_code(root: Path) -> None:
    told = [
        ("Ada", 'Ada presses "Send me a code"'), ("Ada", "she receives a code by text message within 1 minute"),
        ("Ben", 'Ben presses "Save"'), ("Ada", "Ada enters the code"), ("Ada", "she pays"),
    ]  # fmt: skip
    steps = "".join(f"    {'When' if at else 'Given'} {text}\n" for at, (_, text) in enumerate(told))
    (root / "features" / "code.feature").write_text(f"Feature: Codes\n  Scenario: A code\n{steps}", "utf-8")
    stage = Stage(root / ".upheld" / "evidence")
    walk = stage.journey("A code", feature="features/code.feature", line=2)
    for at, (who, text) in enumerate(told):
        walk.step(text, who=who)
        done = {
            0: ("press", "Send me a code"), 2: ("press", "Save"), 3: ("hide", "Code"), 4: ("hide", "Security code"),
        }.get(at)  # fmt: skip
        acts = [{"who": who, "does": done[0], "words": done[1], "value": ""}] if done else []
        stage._events[-1] = replace(stage._events[-1], data={**stage._events[-1].data, "acts": acts})
    walk.done()
    with written(root, stage) as ledger:
        bound = made(root, ledger)
    text = page_of(bound, "codes.html")
    assert '1 Ada presses "Send me a code" In a private window of their own, as Ada: Press' in text
    assert '3 Ben presses "Save" In a private window of their own, as Ben: Press' in text
    assert (
        "4 Ada enters the code Back in Ada’s window: Type the code: it stands in what came to Ada by text message"
        in text
    )
    assert "Ada by text message (step 2)." in text
    # The code of a card is another one.
    assert "Security code secret, and written down nowhere" in text
    assert "Text messages and calls to other programs (webhooks) are caught by upheld mailbox serve" in text


@pytest.mark.parametrize(
    ("kind", "window", "told"),
    [
        ("receipt", "within 1 minute", ""),
        ("receipt", "within 1 hour", "Look now; and where nothing has come yet, until its time is over."),
        ("receipt", "within 1 day", "It comes later, within 1 day: do the steps that follow first. Then wait"),
        ("receipt", "on the day before the event", "Then look just before its window opens: nothing yet."),
    ],
)
def test_when_to_look_is_told_by_the_promises_own_window(root: Path, kind: str, window: str, told: str) -> None:
    """The clock of the last walk was turned by days between two steps; that makes no minute of a promise a day."""
    look = looks(root, f"she is promised a {kind} by email {window}", kind, window)
    assert told in look
    assert bool(look) == bool(told)
    if look.startswith("It comes later"):
        assert "The last walk began on Saturday 21 November; its window was Sat 21 November" in look


def test_what_must_not_come_is_looked_for_twice_and_what_is_needed_is_not_put_off(root: Path) -> None:
    minutes, days = (
        looks(root, "she is promised no receipt by email"),
        looks(root, "she is promised no reminder by email"),
    )
    assert minutes == "Look now: it has not come. Look once more after 2 minutes."
    assert days == "Look now: it has not come. Look once more when all other steps are done."
    needed = looks(root, "she receives a reminder by email on the day before the event")
    assert needed.startswith("Look now. Where it is not there yet, wait, or turn the clock to the end of its window:")
    jumped = looks(
        root, "she is promised a reminder by email on the day before the event", then="it is the day of the event"
    )
    assert "On the way to step 3, turn the clock to just before that and look: nothing yet." in jumped


def looks(root: Path, step: str, kind: str = "", window: str = "", then: str = "") -> str:
    """When to look, as a book of one scenario with this step says it."""
    more = f"    When {then}\n" if then else ""
    feature = '@journey:booking @travels\nFeature: When\n  Scenario: When to look\n    Given Ada presses "Go"\n'
    (root / "features" / "when.feature").write_text(f"{feature}    Then {step}\n{more}", "utf-8")
    stage = Stage(root / ".upheld" / "evidence")
    walk = stage.journey("When to look", feature="features/when.feature", mapped="booking", line=3)
    walk.step('Ada presses "Go"')
    walk.step(step)
    if kind:
        walk.promise(kind, window, verdict="kept", due=(0, 5 * 86400))
    walk.done()
    with written(root, stage) as ledger:
        found = the_book(root, ledger, root / "book").chapters[0].walks
    return next(walk for walk in found if walk.name == "When to look").steps[1].due[0].look


def test_a_guard_is_walked_by_hand_as_well_and_its_snag_leads_to_it(root: Path) -> None:
    page = (made(root).index.parent / "booking.html").read_text("utf-8")
    assert '<a href="#she-pays-and-gets-no-receipt">“She pays and gets no receipt”</a>' in page
    assert 'id="she-pays-and-gets-no-receipt"' in page


def test_a_chapter_stands_behind_what_its_notes_send_to(root: Path) -> None:
    (root / "journeys" / "asking").mkdir()
    (root / "journeys" / "asking" / "journey.toml").write_text(
        'name = "Asking first"\nstage = "keep: welcome"\n[by_hand]\nneeds = ["Book as in “The card is declined”."]\n',
        "utf-8",
    )
    bound = made(root)
    index = page_of(bound, "index.html")
    assert index.index("Booking and paying for an event") < index.index("Asking first")
    assert "Know first Booking and paying for an event" in page_of(bound, "asking.html")
    asking = (bound.index.parent / "asking.html").read_text("utf-8")
    assert '<a href="booking.html#the-card-is-declined">“The card is declined”</a>' in asking
    assert "Known snags None known." in page_of(bound, "asking.html")


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


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ('Ada opens "/members"', "Open /members in a browser."),
        ('she follows "Confirm" in it', "In the message that has come, follow the link “Confirm”."),
        ('the organiser presses "Save"', "Press the button “Save”."),
        ('she does not see "Sold out"', "Look that the page does not say “Sold out”."),
        ("she notes the order number", "Write down the order number; on the last walk it was 4711."),
        ("it is the day of the course", "Wait until it is the day of the course, or turn the site’s clock there."),
        ("3 days have passed", "Wait until 3 days have passed, or turn the site’s clock by as much."),
        ("the organiser moves the event", ""),
        ("Ada opens the page that Ben is on", "Copy the address of the page that Ben is on, and open it."),
        ("Ada lives in Lisbon", "You are Ada, at home in Lisbon. Set your browser’s language to Portuguese."),
    ],
)
def test_the_standard_steps_are_told_as_something_to_do(step: str, told: str) -> None:
    address = "/members" if "opens" in step else ""
    reads = "Portuguese" if "lives in" in step else ""
    assert how(ToldStep("When", step, 1), address, {"the order number": "4711"}, reads) == told


def test_a_row_of_a_table_is_told_with_what_was_true_last() -> None:
    facts = {"the place of the event": "Town Hall"}
    assert must(Row("says", 'Hello, the place of the event, "a, b"'), facts) == (
        "it says",
        ("Hello", "the place of the event (on the last walk: Town Hall)", '"a, b"'),
    )


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
