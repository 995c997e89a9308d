"""What a PDF, a calendar entry and a CSV must be: each fault is found, and what is in order is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.checks.letters import NOW, found, known, touch
from upheld.checks import Severity, Touch
from upheld.checks.documents import CalendarEntry, Pdf, Table
from upheld.ledger import FactView
from upheld.mailbox.letter import Entry, Letter
from upheld.maps import JourneyMap, Recognise, Touchpoint
from upheld.promises import Attachment, Promise
from upheld.promises.window import parse_window

BEFORE = NOW - timedelta(minutes=5)
EVENT = datetime(2026, 11, 25, 18, tzinfo=ZoneInfo("Europe/Berlin"))
LATER = EVENT + timedelta(days=5)
PROMISE = Promise("Ada", "confirmation", "email", parse_window("within 1 minute"))


def noted(name: str, value: str, kind: str = "text", at: datetime = BEFORE) -> FactView:
    return FactView(name, value, kind, "Systems Day", at)


NAME = noted("the name of the event", "Systems Day")
PLACE = noted("the place of the event", "Town Hall")
DATE = noted("the date of the event", f"{EVENT.isoformat()}[Europe/Berlin]", "date")
MOVED = noted("the new date of the event", f"{LATER.isoformat()}[Europe/Berlin]", "date", NOW - timedelta(minutes=1))
NUMBER = noted("the order number", "4711", "number")
FACTS = (NAME, PLACE, DATE, NUMBER)
ENTRY = Entry("o1@shop", "PUBLISH", "", 0, "Systems Day", "Town Hall", EVENT, None, file="event.ics")
ICS = Attachment("event.ics", "text/calendar", 9, "SUMMARY: Systems Day")


def mail(*entries: Entry, kind: str = "confirmation", text: str = "Your seat at Systems Day", **more: Any) -> Touch:
    one = touch(text, kind=kind, attachments=more.pop("attachments", (ICS,) if entries else ()))
    return replace(one, letter=Letter(entries=entries), promise=PROMISE, **more)


def calendar(one: Touch, *before: Touch, facts: tuple[FactView, ...] = FACTS) -> list[tuple[str, str]]:
    return [(it.rule, str(it.severity)) for it in found(CalendarEntry(), one, known(noted=facts, before=before))]


# Calendar entries


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, []),
        ({"start": EVENT.astimezone(UTC)}, []),
        ({"start": None, "day": date(2026, 11, 25)}, []),
        ({"start": EVENT - timedelta(days=70), "rule": "FREQ=WEEKLY"}, []),
        ({"start": EVENT + timedelta(hours=1)}, [("start", "fail")]),
        ({"start": EVENT.replace(tzinfo=UTC)}, [("start", "fail")]),
        ({"start": None, "day": date(2026, 11, 26)}, [("start", "fail")]),
        ({"uid": ""}, [("no uid", "fail")]),
        ({"place": ""}, []),
        ({"place": "Town Hall, Main Street 1"}, []),
        ({"place": "https://meet.example/systems-day"}, []),
        ({"place": "Harbour Club"}, [("place", "warn")]),
    ],
)
def test_an_entry_is_for_the_instant_and_the_place_that_she_knows(changed: dict[str, Any], wrong: list[Any]) -> None:
    assert calendar(mail(replace(ENTRY, **changed))) == wrong


def test_another_place_is_wrong_where_her_messages_call_it_by_its_name() -> None:
    one = mail(replace(ENTRY, place="Harbour Club"), text="Systems Day is at Town Hall")
    assert calendar(one) == [("place", "fail")]


def test_a_wrong_start_names_both_places_and_both_instants() -> None:
    one = mail(replace(ENTRY, start=EVENT + timedelta(hours=1)))
    (finding,) = found(CalendarEntry(), one, known(noted=FACTS))
    assert finding.part == "calendar entry"
    assert finding.said == (
        "The calendar entry of the confirmation is for 25 November 2026, 19:00 (Europe/Berlin); "
        "the page “Systems Day” said 25 November 2026, 18:00 (Europe/Berlin)."
    )
    assert [one.value for one in finding.places] == [
        "25 November 2026, 18:00 (Europe/Berlin)",
        "25 November 2026, 19:00 (Europe/Berlin)",
    ]


def test_one_right_entry_among_several_is_enough_and_without_facts_nothing_is_said() -> None:
    assert calendar(mail(replace(ENTRY, start=EVENT + timedelta(days=1)), ENTRY)) == []
    assert calendar(mail(replace(ENTRY, start=EVENT + timedelta(days=1))), facts=()) == []
    # An entry in a message about something else is only told.
    webinar = replace(ENTRY, start=EVENT + timedelta(days=9), summary="Webinar")
    other = mail(webinar, text="Another evening", attachments=(replace(ICS, text="SUMMARY: Webinar"),))
    assert calendar(other) == [("start", "warn")]


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        ("it cannot be opened: ValueError: Content line could not be parsed", [("not valid", "fail")]),
        ("the calendar entry holds no event", [("not valid", "fail")]),
        ("an event has no start", [("no start", "fail")]),
        ("an event's start names no time zone that can be found", [("no zone", "warn")]),
        ("an event's ATTENDEE cannot be read: bad", [("not valid", "warn")]),
        ("only the first 50 events were read", []),
    ],
)
def test_what_a_calendar_cannot_take(fault: str, wrong: list[Any]) -> None:
    assert calendar(mail(attachments=(replace(ICS, fault=fault),))) == wrong


def test_a_cancellation_cancels_the_entry_that_she_has() -> None:
    first, cancelled = mail(ENTRY), replace(ENTRY, method="CANCEL", status="CANCELLED", sequence=1)
    assert calendar(mail(cancelled, kind="cancellation"), first) == []
    assert calendar(mail(replace(cancelled, method="PUBLISH"), kind="cancellation"), first) == []
    assert calendar(mail(replace(cancelled, uid="o2@shop"), kind="cancellation"), first) == [("uid", "fail")]
    assert calendar(mail(replace(cancelled, sequence=0), kind="cancellation"), first) == [("sequence", "fail")]
    assert calendar(mail(replace(ENTRY, sequence=1), kind="cancellation"), first) == [("no cancellation", "fail")]
    assert calendar(mail(cancelled, kind="cancellation")) == []  # the first may have come in an earlier run
    bens = replace(first, arrival=replace(first.arrival, to=("ben.k3j2@journeys.test",)))
    assert calendar(mail(replace(cancelled, uid="o2@shop"), kind="cancellation"), bens) == []


def test_an_entry_that_moves_keeps_its_uid_and_counts_as_newer() -> None:
    first, moved, facts = mail(ENTRY), replace(ENTRY, start=LATER, sequence=1), (*FACTS, MOVED)
    kind = "notice of the new date"
    assert calendar(mail(moved, kind=kind), first, facts=facts) == []
    assert calendar(mail(replace(moved, sequence=0), kind=kind), first, facts=facts) == [("sequence", "fail")]
    assert calendar(mail(replace(moved, uid="o2@shop"), kind=kind), first, facts=facts) == [("uid", "fail")]
    assert calendar(mail(replace(ENTRY, sequence=1), kind=kind), first, facts=facts) == [("start", "fail")]
    assert calendar(mail(ENTRY), first) == []  # sent again as it was
    # What came before it moved was right then.
    early = replace(first, arrival=replace(first.arrival, at=NOW - timedelta(minutes=2)))
    assert calendar(early, facts=facts) == []


def test_a_downloaded_entry_is_read_from_its_fields() -> None:
    text = f"METHOD: PUBLISH\nSUMMARY: Systems Day\nDTSTART: {EVENT.isoformat()}\nLOCATION: Town Hall\nUID: o1@shop"
    one = touch("", channel="download", subject="event.ics", attachments=(replace(ICS, text=text),))
    assert calendar(one) == []
    late = text.replace("T18:00", "T19:00")
    assert calendar(replace(one, arrival=replace(one.arrival, attachments=(replace(ICS, text=late),)))) == [
        ("start", "fail")
    ]


# PDFs


def pdf(**more: Any) -> Attachment:
    return Attachment(**{"name": "receipt.pdf", "type": "application/pdf", "size": 9, "text": "Systems Day", **more})


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        (pdf(text="Receipt\nAda Lovelace\nOrder number 4711"), []),
        (pdf(text="", fault="it cannot be opened: PdfStreamError: ended"), [("does not open", "fail")]),
        (pdf(text="", fault="the PDF has no pages"), [("does not open", "fail")]),
        (pdf(text="", fault="the PDF asks for a password"), [("unsure", "")]),
        (pdf(fault="only the first 50 of 90 pages were read"), []),
        (pdf(text="  \n"), [("no text", "warn")]),
        (pdf(text="Receipt\nBob Martin\nOrder number 99"), [("says otherwise", "fail")]),
        (pdf(name="terms.pdf", text="General terms"), []),
        (pdf(name="brochure.pdf", text="What we offer"), []),
    ],
)
def test_a_pdf_opens_has_text_and_is_about_her_order(part: Attachment, wrong: list[tuple[str, str]]) -> None:
    one = mail(kind="receipt", text="Hello Ada Lovelace, your order 4711", attachments=(part,))
    findings = found(Pdf(), one, known(noted=FACTS))
    assert [("unsure", "") if it.unsure else (it.rule, str(it.severity)) for it in findings] == wrong


# Tables

HEAD = "Name,Email,Company\n"


def csv(text: str, **more: Any) -> Attachment:
    return Attachment("list.csv", "text/csv", len(text), text, **more)


def table(text: str, *filled: str, promised: bool = True, **more: Any) -> list[tuple[str, str]]:
    one = mail(attachments=(csv(text, **more),), kind="attendance list")
    point = Touchpoint(filled=filled) if filled else None
    findings = found(Table(), one if promised else replace(one, promise=None), known(point=point))
    return [(it.rule, str(it.severity)) for it in findings]


def test_a_table_has_the_columns_of_its_head_and_rows() -> None:
    assert table(HEAD + "Ada,a@x.test,Acme\nBen,b@x.test,\n") == []
    assert table("\ufeff" + HEAD.replace(",", ";") + "Ada;a@x.test;Acme, Ltd.\n") == []
    assert table(HEAD + 'Ada,a@x.test,"Acme\nand Sons, Ltd."\n') == []
    assert table(HEAD + "Ada,a@x.test,Acme, Ltd.\n") == [("ragged", "fail")]
    assert table(HEAD + "Ada,a@x.test\n") == [("ragged", "fail")]
    assert table(HEAD) == [("no rows", "fail")]
    assert table("") == [("no rows", "fail")]
    assert table(HEAD, promised=False) == [("no rows", "warn")]
    assert table("Málaga;Córdoba\n") == [("no rows", "warn")]
    assert table("", fault="it cannot be opened") == [("does not open", "fail")]
    assert table(HEAD + "Ada,a@x.test,Acme", fault="says it is plain ASCII, and is not") == [("does not open", "warn")]


def test_what_must_be_filled_is_and_what_nearly_always_is_is_told() -> None:
    many = HEAD + "".join(f"P{number},p{number}@x.test,\n" for number in range(9))
    assert table(many + "Ada,,\n") == [("empty", "warn")]
    assert table(many + "Ada,,\n", "email") == [("empty", "fail")]
    assert table(many, "email") == []
    assert table(many, "Phone") == []  # it may be called otherwise in her language
    mapped = Touchpoint(channel="CSV", recognise=Recognise(subject=("^list",)), filled=("E-Mail", "Email"))
    journey = JourneyMap(name="x", stage="keep: deliver", touchpoint={"attendance list": mapped})
    (finding,) = found(Table(), mail(attachments=(csv(many + "Ada,,\n"),)), known(map=journey))
    assert (finding.severity, finding.words) == (Severity.FAIL, "Email")
