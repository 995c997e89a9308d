"""What the book tells whoever walks by hand: what to do, in whose window, when to look, and what a note fills in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.improve.bound import DAY, edited, made, page_of, root
from tests.improve.nightly import booking, the_book, written
from tests.report.stage import Stage
from upheld.improve.bookbinding import bind
from upheld.improve.byhand import how, must
from upheld.improve.chapters import ToldStep
from upheld.promises import Row

__all__ = ["root"]

ROOT = Path(__file__).parents[2]


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


def test_the_demos_ways_never_share_a_name_and_name_no_day_that_will_be_over(tmp_path: Path) -> None:
    """Each can be walked after the other in one shop; "There is a member already" ended the walks of a newcomer."""
    chapters = the_book(ROOT, None, tmp_path, now=datetime(2031, 5, 1, 9, tzinfo=UTC)).chapters
    walks = [walk for chapter in chapters for walk in chapter.walks]
    coined = [walk.coined for walk in walks if walk.coined]
    assert len(coined) > 10
    assert len({*coined}) == len(coined)
    for walk in walks:
        for note in (note for step in (*walk.before, *walk.steps) for note in step.notes):
            assert set(re.findall(r"[\w-]+-by-hand", note)) <= {walk.coined}
            assert set(re.findall(r"20\d\d-\d\d", note)) <= {"2031-05"}
            assert not re.search(r"\{(?!\")", note)


def test_it_is_said_in_whose_window_a_step_is_done_and_which_message_has_the_code(root: Path) -> None:
    told = [
        ("Ada", 'Ada presses "Send me a code"'), ("Ada", "she receives a code by text message within 1 minute"),
        ("Ben", 'Ben presses "Save"'), ("Ada", "Ada enters the code"), ("Ada", "she pays"),
        ("Ada", 'she follows "Your page" in it'),
    ]  # fmt: skip
    steps = "".join(f"    {'When' if at else 'Given'} {text}\n" for at, (_, text) in enumerate(told))
    (root / "features" / "code.feature").write_text(f"Feature: Codes\n  Scenario: A code\n{steps}", "utf-8")
    stage = Stage(root / ".upheld" / "evidence")
    walk = stage.journey("A code", feature="features/code.feature", line=2)
    for at, (who, text) in enumerate(told):
        walk.step(text, who=who)
        done = {
            0: ("press", "Send me a code"), 2: ("press", "Save"), 3: ("hide", "Code"), 4: ("hide", "Security code"),
            5: ("open", "https://staging.example.org/in/***"),
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
    assert "In what came to Ada at step 2 (code), follow the link “Your page”." in text
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
