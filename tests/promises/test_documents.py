"""Files as touchpoints of their own: what comes as a PDF, a CSV or a calendar entry."""

from __future__ import annotations

from dataclasses import replace

from tests.promises.court import ADA, at, case, mail, table, verdict
from upheld.promises import Arrival, Attachment, Verdict
from upheld.promises.documents import reaching_by, whole
from upheld.promises.judge import Seen
from upheld.promises.recognise import standard

PDF = Attachment("scan-0815.pdf", "application/pdf", 900, "Systems Day Office\nTotal 120.00 EUR")
ENTRY = Attachment("systems-day.ics", "text/calendar", 300, "METHOD: PUBLISH\nSUMMARY: Systems Day")
CANCELLED = replace(ENTRY, text="METHOD: CANCEL\nSUMMARY: Systems Day")


def letter(*files: Attachment, subject: str = "Your receipt", channel: str = "email") -> Arrival:
    return Arrival("m1", (ADA,), at(70), subject=subject, attachments=files, channel=channel)


def test_each_file_is_an_arrival_of_its_own() -> None:
    found = reaching_by("PDF", [letter(ENTRY, PDF), letter(PDF, channel="webhook")])
    assert [(one.id, one.subject, whole(one.id)) for one in found] == [("m1 file 2", "scan-0815.pdf", "m1")]
    assert [one.id for one in reaching_by("email", [letter(PDF)])] == ["m1"]
    assert reaching_by("CSV", [letter(PDF)]) == []
    assert [one.subject for one in reaching_by("calendar entry", [letter(ENTRY)])] == ["systems-day.ics"]


def test_a_file_that_comes_alone_is_what_its_mail_says_it_is() -> None:
    (alone,) = reaching_by("PDF", [letter(PDF)])
    assert "receipt" in standard().kinds(alone)
    two = reaching_by("PDF", [letter(PDF, replace(PDF, name="terms.pdf"))])
    assert [standard().kinds(one) for one in two] == [{}, {}]


def test_a_promise_is_kept_by_such_a_file_and_by_nothing_else() -> None:
    promised = case(channel="PDF", expectation=table(amount="120.00 EUR"))
    (file,) = reaching_by("PDF", [letter(PDF)])
    assert verdict(promised, Seen(file, at(70))).verdict is Verdict.KEPT
    wrong = reaching_by("PDF", [letter(replace(PDF, text="Total 210.00 EUR"))])
    assert verdict(promised, Seen(wrong[0], at(70))).verdict is Verdict.WRONG
    assert verdict(promised).verdict is Verdict.BROKEN
    assert "as a PDF" in verdict(promised).why


def test_a_calendar_cancellation_is_more_than_a_calendar_entry() -> None:
    promised = case(expectation=table(attached="a calendar cancellation"))
    assert verdict(promised, mail(70, attachments=(CANCELLED,))).verdict is Verdict.KEPT
    found = verdict(promised, mail(70, attachments=(ENTRY,)))
    assert (found.verdict, found.why) == (Verdict.WRONG, "Ada's receipt has no calendar cancellation attached.")
