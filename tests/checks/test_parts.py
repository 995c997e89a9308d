"""A message as a whole, both ways."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.checks.letters import NOW, ORDINARY, found, known, page, person, rows, touch
from upheld.checks import Check, Severity, Touch
from upheld.checks.parts import CHECKS, Attached, Duplicate, Empty, Size, Subject, TextAgrees, TextPart
from upheld.promises import Attachment

FAIL, WARN = Severity.FAIL, Severity.WARN
RECEIPT = rows(
    ("Net", "100.84 EUR"), ("VAT", "19.16 EUR"), ("Paid", "120.00 EUR"), ("On", "Thursday, 26 November 2026")
)
PLAIN = "Net: EUR 100.84\nVAT: EUR 19.16\nPaid: €120\nOn: 2026-11-26\nBring this with you when you come, please."
LONG = "We look forward to seeing you at the venue, where coffee and cake will be served from five o'clock."


def _says(check: Check, one: Touch, **knows: object) -> list[tuple[str, Severity | None]]:
    return [(finding.rule, finding.severity) for finding in found(check, one, known(**knows))]


@pytest.mark.parametrize(
    ("check", "one", "expected"),
    [
        (TextPart(), touch(html=page("Hello")), [("missing", WARN)]),
        (TextPart(), touch("Hello", html=page("Hello")), []),
        (TextPart(), touch("Hello"), []),
        (TextAgrees(), touch(PLAIN, html=page(RECEIPT)), []),
        (TextAgrees(), touch(PLAIN.replace("€120", "€210"), html=page(RECEIPT)), [("amount", FAIL)]),
        (TextAgrees(), touch(PLAIN.replace("11-26", "11-27"), html=page(RECEIPT)), [("date", FAIL)]),
        (TextAgrees(), touch("Paid: €120 on 26 November.\nSee the HTML for everything else.", html=page(RECEIPT)), []),
        (TextAgrees(), touch("From €5 and €7 to €9, see you on the day.", html=page(RECEIPT)), [("amount", WARN)]),
        (TextAgrees(), touch("Please use HTML.", html=page(*[LONG] * 3)), [("says less", WARN)]),
        (
            TextAgrees(),
            touch(
                "Pay: https://old.example/pay/1 when you like, at any time",
                html=page('<a href="https://tickets.example/1">P</a>'),
            ),
            [("link", WARN)],
        ),
        (
            TextAgrees(),
            touch(
                "Pay: https://tickets.example/1?utm=t when you like, at any",
                html=page('<a href="https://tickets.example/1">P</a>'),
            ),
            [],
        ),
        (Size(), touch(html=page("x" * 105_000)), [("clipped", WARN)]),
        (Size(), touch(html=page("x" * 100_000)), []),
        (Duplicate(), touch("\n".join((LONG, "Hello", LONG))), [("twice", WARN)]),
        (Duplicate(), touch("Your booking\n" * 4 + "\n".join(f"Seat {n}: {LONG}" for n in "12")), []),
        (Empty(), touch("", subject="Your order"), [("nothing", FAIL)]),
        (Empty(), touch(html='<img src="https://tickets.example/ticket.png">'), []),
        (Empty(), touch("", attachments=(Attachment("t.pdf", "application/pdf", 9),)), []),
        (Empty(), touch("", faults=("the message could not be read",)), [("unread", FAIL)]),
        (Subject(), touch("Hello", subject=""), [("missing", WARN)]),
        (Subject(), touch("Hello", subject="[STAGING] Your order"), [("environment", FAIL)]),
        (Subject(), touch("Hello", subject="Your order (test)"), [("environment", WARN)]),
        (Subject(), touch("Hello", subject="Test mail 2"), [("test", WARN)]),
        (Subject(), touch("Hello", subject="YOUR ORDER IS CONFIRMED"), [("capitals", WARN)]),
        (Subject(), touch("Hello", subject="Re: Your order"), [("answer", WARN)]),
        (Subject(), touch("Hello", subject="Re: Your order", headers=[("In-Reply-To", "<1@x>")]), []),
        (Subject(), touch("Hello", subject="UX DAYS 2026"), []),
        (Subject(), touch("Hello", subject="Test-driven development: your seat on the stage"), []),
        (Attached(), touch("Hi", attachments=(Attachment("t.zip", "application/zip", 0),)), [("empty", FAIL)]),
        (Attached(), touch("Hi", attachments=(Attachment("t.zip", "application/zip", 9),)), []),
        (
            Attached(),
            touch("Hi", attachments=(Attachment("t.pdf", "application/pdf", 0, fault="it cannot be opened: empty"),)),
            [("empty", FAIL)],
        ),
    ],
)
def test_each_is_found_and_its_good_counterpart_is_not(
    check: Check, one: Touch, expected: list[tuple[str, Severity]]
) -> None:
    assert _says(check, one) == expected


def test_an_empty_message_that_could_not_be_read_is_no_fault_of_the_sites() -> None:
    assert [one.unsure for one in found(Empty(), touch("", faults=("no part could be read",)))] == [
        "no part could be read"
    ]


def test_a_label_has_the_same_date_in_both_parts() -> None:
    html = page(rows(("Date", "Tuesday, 1 December 2026"), ("It was to be on", "Thursday, 26 November 2026")))
    text = (
        "Date: Thursday, 26 November 2026\nIt was to be on: Thursday, 26 November 2026\nWe look forward to seeing you."
    )
    (one,) = found(TextAgrees(), touch(text, html=html))
    assert one.severity is FAIL
    assert one.said == (
        "The receipt says Tuesday, 1 December 2026 in the HTML, and Thursday, 26 November 2026 in its plain text."
    )
    assert not found(TextAgrees(), touch(text.replace("Thursday, 26 November", "Tuesday, 1 December", 1), html=html))


def test_a_text_that_glues_the_cells_of_a_table_contradicts_nothing() -> None:
    html = page(rows(("Œuvres", "1 120,00 €"), ("Livre", "7,60 €"), ("Total TTC", "1 127,60 €")))
    text = "Voici votre reçu, merci beaucoup pour votre achat\nŒuvres1 120,00 €\nLivre7,60 €\nTotal TTC1 127,60 €"
    assert not found(TextAgrees(), touch(text, html=html), known(person=person(locale="fr-FR")))


def test_what_came_before_under_another_name_is_said_before() -> None:
    first = touch(LONG * 3, subject="Your booking", kind="confirmation")
    again = touch(LONG * 3, subject="Your receipt", kind="receipt")
    said = [one.said for one in found(Duplicate(), again, known(before=(first,)))]
    assert said == ["The receipt says word for word what the confirmation has said before."]
    longer = replace(first, arrival=replace(first.arrival, text=f"{LONG * 3}\nEnjoy!"))
    assert found(Duplicate(), again, known(before=(longer,)))
    assert not found(Duplicate(), longer, known(before=(again,)))
    # A surplus of the same is told by the promise, and a message of somebody else's is no repetition.
    assert not found(Duplicate(), replace(first, site_at=NOW), known(before=(first,)))
    hers = replace(first, arrival=replace(first.arrival, to=("ben@journeys.test",)))
    assert not found(Duplicate(), again, known(before=(hers,)))


def test_a_contradiction_names_both_places_and_both_values() -> None:
    (one,) = found(TextAgrees(), touch(PLAIN.replace("€120", "€210"), html=page(RECEIPT)))
    assert one.said == "The receipt says €120.00 in the HTML, and €210.00 in its plain text."
    assert [(place.where, place.value) for place in one.places] == [
        ("the HTML of the receipt", "€120.00"),
        ("the plain text of the receipt", "€210.00"),
    ]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_ordinary_mail_is_whole(check: Check) -> None:
    for locale, one in ORDINARY:
        if one.arrival.channel in check.channels and check.name != "text_part":
            assert not found(check, one, known(person=person(locale=locale))), (locale, one.arrival.subject)
