"""A promise's table: each row, right and wrong, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.promises.court import EVENT, FACTS, KNOWLEDGE, at, table
from upheld.errors import FeatureError
from upheld.promises import Arrival, Attachment, Link, Row
from upheld.promises.expectation import ORDER_KEYS, ROW_KEYS, Knowledge, check_references, parse_table, shortfalls

PDF = Attachment("receipt.pdf", "application/pdf", 900, "Receipt 4711\nTotal €120.00\nSystems Day")
ICS = Attachment("event.ics", "text/calendar", 300, "Systems Day", starts=(EVENT,))
LETTER = Arrival(
    id="m1",
    to=("ada.1@example.test",),
    at=at(70),
    subject="Your receipt for order 4711",
    sender="Systems Day <tickets@shop.test>",
    header_to=("Ada Silva <ada.1@example.test>",),
    html_text="Hello Ada,\nthank you: €120.00 for Systems Day on Thursday, 26 November 2026, Hall 3.\nJoin us",
    text="Hello Ada, EUR 120.00 for Systems Day on 26 November 2026, Hall 3",
    links=(Link("Join us", "https://shop.test/join?t=1"), Link("Write to us", "mailto:x@shop.test")),
    attachments=(PDF, ICS),
)


def faults(arrival: Arrival = LETTER, /, **rows: str) -> tuple[str, ...]:
    return shortfalls(table(**rows), arrival, KNOWLEDGE)


def changed(**fields: Any) -> Arrival:
    return replace(LETTER, **fields)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("subject", "receipt"),
        ("subject", "Your receipt, the order number"),
        ("subject", "RECEIPT FOR ORDER"),
        ("says", "Systems Day"),
        ("says", "Systems Day, the date of the event, the place of the event, the order number"),
        ("says", '"thank you: €120.00", Hall 3'),
        ("says", "120.00 EUR"),
        ("says", "EUR 120"),
        ("says", "the price of the event"),
        ("says", '"26 November 2026, Hall 3"'),
        ("does not say", "Berlin"),
        ("does not say", "210.00 EUR, Mallory"),
        ("calls", "her by name"),
        ("calls", "him by first name"),
        ("calls", "her by her first name"),
        ("calls", "Ada"),
        ("calls", '"Ada"'),
        ("amount", "120.00 EUR"),
        ("amount", "€120"),
        ("amount", "the price of the event"),
        ("attached", "a PDF"),
        ("attached", "a PDF that says the same"),
        ("attached", "a pdf that says Systems Day, 120.00 EUR"),
        ("attached", "a calendar entry"),
        ("attached", "a calendar entry for the event"),
        ("attached", "a file"),
        ("attached", '"receipt.pdf"'),
        ("attached", '"event.ics"'),
        ("link", "Join us"),
        ("link", '"Join us"'),
        ("link", "https://shop.test/join?t=1"),
        ("to", "her name"),
        ("to", "ada.1@example.test"),
        ("to", "Ada Silva"),
        ("from", "Systems Day"),
        ("from", "tickets@shop.test"),
    ],
)
def test_rows_that_hold(key: str, value: str) -> None:
    assert faults(**{key.replace(" ", "_"): value}) == ()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("subject", "invoice", 'has the subject "Your receipt for order 4711", without "invoice"'),
        ("says", "Hall 4", 'does not say "Hall 4"'),
        ("says", "her company", 'does not say her company, "Silva & Filhos"'),
        ("says", "210.00 EUR", "says €120.00 instead of €210.00"),
        ("does not say", "Hall 3", 'says "Hall 3", which it should not'),
        ("calls", "Ben", 'does not call her by name, "Ben"'),
        ("amount", "210.00 EUR", "says €120.00 instead of €210.00"),
        ("amount", "120.00 USD", "does not say the amount, $120.00"),
        ("attached", "a CSV", "has no CSV attached"),
        ("attached", "a picture", "has no picture attached"),
        ("attached", '"ticket.pdf"', "has no ticket.pdf attached"),
        ("attached", "nothing", "has receipt.pdf attached, and nothing was promised"),
        ("attached", "a PDF that says Hall 4", 'has a PDF that does not say "Hall 4"'),
        ("attached", "a PDF that says 210.00 EUR", "has a PDF that says €120.00 instead of €210.00"),
        ("link", "Cancel", 'has no link "Cancel"'),
        ("link", "Write to us", 'has a dead link "Write to us"'),
        ("to", "Ben Mara", 'is made out to "Ada Silva <ada.1@example.test>" instead of "Ben Mara"'),
        ("from", "Other Day", 'comes from "Systems Day <tickets@shop.test>" instead of "Other Day"'),
    ],
)
def test_rows_that_do_not_hold(key: str, value: str, said: str) -> None:
    assert faults(**{key.replace(" ", "_"): value}) == (said,)


def test_every_row_is_tried_above() -> None:
    assert set(ROW_KEYS) - set(ORDER_KEYS) == {
        "subject",
        "says",
        "does not say",
        "calls",
        "amount",
        "attached",
        "link",
        "to",
        "from",
    }


def test_a_date_said_wrongly_is_named() -> None:
    wrong = changed(html_text="on Friday, 27 November 2026")
    assert faults(wrong, says="the date of the event") == (
        "says 27 November 2026 instead of Thursday 26 November 2026",
    )


def test_her_mail_program_shows_the_html_part() -> None:
    assert faults(changed(html_text="Hello"), says="Hall 3") == ('does not say "Hall 3"',)
    assert faults(changed(html_text=""), says="Hall 3") == ()


def test_each_part_that_states_an_amount_states_the_right_one() -> None:
    assert faults(changed(text="EUR 210.00"), amount="120.00 EUR") == ("says €210.00 instead of €120.00",)
    assert faults(changed(text="See the HTML part."), amount="120.00 EUR") == ()
    assert faults(changed(html_text="", text=""), amount="120.00 EUR") == ("does not say the amount, €120.00",)


def test_a_pdf_that_says_the_same_says_all_of_it() -> None:
    rows = {"amount": "120.00 EUR", "says": "Systems Day", "attached": "a PDF that says the same"}
    assert faults(**rows) == ()
    other = Attachment("receipt.pdf", "application/pdf", 900, "Total €210.00")
    assert faults(changed(attachments=(other,)), **rows) == (
        "has a PDF that says €210.00 instead of €120.00",
        'has a PDF that does not say "Systems Day"',
    )
    # one of two that says it all is enough
    assert faults(changed(attachments=(other, PDF)), **rows) == ()


def test_a_pdf_that_cannot_be_opened() -> None:
    broken = Attachment("receipt.pdf", "application/pdf", 900, fault="it is cut off")
    assert faults(changed(attachments=(broken,)), attached="a PDF") == (
        "has a PDF that cannot be opened (it is cut off)",
    )
    assert faults(changed(attachments=()), attached="a PDF") == ("has no PDF attached",)


def test_a_calendar_entry_is_for_the_event_whatever_zone_it_is_written_in() -> None:
    elsewhere = Attachment("a.ics", "text/calendar", 1, starts=(EVENT.astimezone(timezone(timedelta(hours=13))),))
    assert faults(changed(attachments=(elsewhere,)), attached="a calendar entry for the event") == ()
    late = Attachment("a.ics", "text/calendar", 1, starts=(EVENT + timedelta(hours=1),))
    said = "has a calendar entry for Thursday 26 November, 19:00:00 (Europe/Berlin) instead of Thursday 26 November, "
    wrong = faults(changed(attachments=(late,)), attached="a calendar entry for the event")
    assert wrong == (f"{said}18:00:00 (Europe/Berlin)",)
    none = Attachment("a.ics", "text/calendar", 1)
    assert "for no time at all" in faults(changed(attachments=(none,)), attached="a calendar entry for the event")[0]


@pytest.mark.parametrize("year", [1, 9999])
def test_absurd_starts_do_no_harm(year: int) -> None:
    absurd = Attachment(
        "a.ics", "text/calendar", 1, starts=(datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=14))),)
    )
    assert faults(changed(attachments=(absurd,)), attached="a calendar entry for the event")


def test_an_empty_message_lacks_everything_and_breaks_nothing() -> None:
    empty = Arrival(id="m2", to=(), at=datetime(2026, 11, 22, tzinfo=UTC))
    for key, value in {
        "subject": "x",
        "says": "x",
        "calls": "her by name",
        "amount": "1 EUR",
        "attached": "a file",
        "link": "x",
        "to": "x",
        "from": "x",
    }.items():
        assert faults(empty, **{key: value}), key
    assert faults(empty, does_not_say="x", attached="nothing") == ()


# What the table may say at all


def parse(*rows: tuple[str, ...]) -> object:
    return parse_table(rows, file="features/a.feature", lines=range(11, 11 + len(rows)))


def test_a_table_is_read_with_its_lines() -> None:
    read = parse_table([(" Says ", " Hall 3 "), ("amount", "120.00 EUR")], file="f", lines=[11, 12])
    assert read.rows == (Row("says", "Hall 3", 11), Row("amount", "120.00 EUR", 12))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("say", "x"), 'a promise\'s table has no row "say". Did you mean "says"? It has: subject, says,'),
        (("colour", "x"), 'has no row "colour". It has:'),
        (("says",), "a promise's table has two columns"),
        (("says", "x", "y"), "a promise's table has two columns"),
        (("says", " "), "a promise's table has two columns"),
        (("", "x"), "a promise's table has two columns"),
        (("amount", "120"), '"120" is no amount; say it as "120.00 EUR"'),
        (("attached", "a PFD"), '"a PFD" is no attachment that is understood. Did you mean "pdf"? Say a pdf,'),
        (("attached", "something"), '"something" is no attachment'),
    ],
)
def test_rows_that_are_none(row: tuple[str, ...], said: str) -> None:
    with pytest.raises(FeatureError) as raised:
        parse(("says", "x"), row)
    assert str(raised.value).startswith("features/a.feature:12: ")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "value",
    [
        "a PDF",
        "A PDF that says the same",
        "an file",
        "nothing",
        "Nothing",
        '"tic, ket.pdf"',
        "a calendar entry for the event",
        "picture",
    ],
)
def test_attachments_that_are_understood(value: str) -> None:
    parse(("attached", value))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            {"says": "Systems Day, the plaec of the event"},
            'is known as "the plaec of the event". Did you mean "the place of the event"?',
        ),
        ({"subject": "her compny"}, 'Did you mean "her company"?'),
        ({"amount": "the cost of the event"}, 'nothing in this journey is known as "the cost of the event"'),
        (
            {"amount": "the fee of the event"},
            '"the fee of the event" is "nothing at all" in this journey, which is no amount',
        ),
        (
            {"attached": "a calendar entry for the evnt"},
            'no step of this journey says when "the evnt" is. Did you mean "the event"?',
        ),
        ({"attached": "a PDF that says the plaec of the event"}, 'Did you mean "the place of the event"?'),
        ({"to": "her nam"}, 'Did you mean "her name"?'),
    ],
)
def test_references_to_what_nobody_knows(rows: dict[str, str], said: str) -> None:
    with pytest.raises(FeatureError) as raised:
        check_references(table(**rows), KNOWLEDGE, file="features/a.feature")
    assert str(raised.value).startswith("features/a.feature:7: ")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "rows",
    [
        {"says": "Systems Day, the place of the event, his company, their name"},
        {"says": '"the doors open at five"'},
        {"attached": "a calendar entry for the event"},
        {"attached": "a PDF that says the order number"},
        {"attached": '"the ticket.pdf"'},
        {"amount": "the price of the event"},
        {"link": "The programme"},
        {"calls": "her by name"},
    ],
)
def test_references_that_are_known(rows: dict[str, str]) -> None:
    check_references(table(**rows), KNOWLEDGE, file="f")


def test_commas_inside_of_quotes_part_nothing() -> None:
    assert faults(says='"26 November 2026, Hall 3", Systems Day') == ()
    assert faults(says='"Hall 3, Hall 4"') == ('does not say "Hall 3, Hall 4"',)


def test_quoted_words_are_words_even_where_they_name_a_fact() -> None:
    known = Knowledge({**FACTS, "hall": FACTS["the place of the event"]}, given_name="Ada")
    assert shortfalls(table(says='"hall"'), changed(html_text="Place: Hall 3"), known) == ()
    assert shortfalls(table(says="hall"), changed(html_text="Place: Room 3"), known)
