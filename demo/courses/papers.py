"""What hangs on the letters and can be taken away: invoice and workbook as PDF, a calendar entry, attendance as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import icalendar

from demo import pdf
from demo.courses.tables import Booking, Delegate
from demo.words import Words

__all__ = ["Facts", "attendance_csv", "calendar_entry", "invoice_facts", "invoice_pdf", "workbook_pdf"]

VAT = Decimal("0.19")
Facts = Sequence[tuple[str, str]]


def invoice_facts(booking: Booking, words: Words, *, with_vat: bool = True) -> list[tuple[str, str]]:
    """Return the lines of the invoice, the last of them the total."""
    course, total = booking.course, booking.total
    net = (total / (1 + VAT)).quantize(Decimal("0.01"))
    paid = booking.paid_at or booking.course.start
    sums = [
        (words("net"), words.money(net, course.currency)),
        (words("vat"), words.money(total - net, course.currency)),
    ]
    return [
        (words("invoice_number"), f"C-{booking.id}"),
        (words("invoice_date"), words.date(paid.astimezone(course.local_start.tzinfo))),
        (words("invoice_for"), ", ".join(filter(None, (booking.name, booking.company)))),
        (words("invoice_item"), words("places_on", places=booking.places, title=course.title)),
        *(sums if with_vat else []),
        (words("total"), words.money(total, course.currency)),
    ]


def invoice_pdf(booking: Booking, words: Words, facts: Facts) -> bytes:
    """Return the invoice as a PDF that states these lines."""
    return pdf.sheet(words, words("invoice_subject", number=booking.id), words("invoice_heading"), facts)


def workbook_pdf(delegate: Delegate, words: Words) -> bytes:
    """Return a delegate's own copy of the workbook: one sheet, since this is a stage."""
    title = delegate.booking.course.title
    facts = [(words(f"chapter_{number}"), words(f"chapter_{number}_text")) for number in (1, 2, 3)]
    return pdf.sheet(words, title, title, [*facts, (words("workbook_of"), delegate.name)])


def calendar_entry(delegate: Delegate, now: datetime) -> bytes:
    """Return the course as an iCalendar file (RFC 5545) for this delegate, with its zone described in it."""
    course = delegate.booking.course
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Systems Day Office//demo.test//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    entry = icalendar.Event()
    entry.add("uid", f"delegate-{delegate.token}@demo.test")
    entry.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    entry.add("dtstart", course.local_start)
    entry.add("dtend", course.local_end)
    entry.add("summary", course.title)
    entry.add("location", course.venue)
    calendar.add_component(entry)
    day, year = course.local_start.date(), timedelta(days=366)
    calendar.add_missing_timezones(first_date=day - year, last_date=day + year)
    return bytes(calendar.to_ical())


def attendance_csv(rows: Sequence[tuple[Delegate, str]], words: Words) -> bytes:
    """Return who was there and who was not, each with the word for it, as a CSV that spreadsheets open."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([words("name"), words("attendance"), words("email")])
    for delegate, said in rows:
        # A cell that begins like a formula would be run by a spreadsheet; an apostrophe makes it text.
        cells = (delegate.name, said, delegate.email)
        writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in cells])
    return text.getvalue().encode()
