"""What the client and the delegates of a course are written, as it leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from demo.courses import papers
from demo.courses.booking import TO_DELEGATES
from demo.courses.tables import Booking, Delegate
from demo.letters import Attachment, Letter, Text
from demo.shop import Shop
from demo.store import Mail
from demo.words import Words

__all__ = ["Writer"]

CALENDAR = {"method": "PUBLISH", "charset": "utf-8"}


class Writer:
    """Writes a message in the language of its booking."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def compose(self, mail: Mail, now: datetime) -> Letter | Text:
        """Return the message as it leaves at `now`, in site time."""
        with self._shop.store.read() as session:
            if mail.kind in TO_DELEGATES:
                delegate = session.get_one(Delegate, mail.ref)
                return self._to_delegate(mail, delegate, Words(delegate.booking.locale, "courses"), now)
            booking = session.get_one(Booking, mail.ref)
        return self._to_client(mail, booking, Words(booking.locale, "courses"))

    def _to_client(self, mail: Mail, booking: Booking, words: Words) -> Letter:
        course, parts = booking.course, _Parts(words, mail.kind)
        page = f"{self._shop.url}/courses/bookings/{booking.token}"
        naming = (words("name_delegates"), f"{page}/delegates")
        parts.name, parts.calls = booking.name, booking.given_name
        if mail.kind == "confirmation":
            facts = [*self._course_facts(booking, words), (words("places"), str(booking.places))]
            parts.facts = [*facts, (words("booking_number"), str(booking.id))]
            parts.links = [(words("your_booking"), page)]
        elif mail.kind == "invoice":
            facts = papers.invoice_facts(booking, words, with_vat="invoice_without_vat" not in self._shop.settings)
            parts.facts = facts
            parts.attach(f"invoice-C-{booking.id}.pdf", papers.invoice_pdf(booking, words, facts))
        elif mail.kind == "outline":
            steps = ("names", "details", "day", "after")
            parts.facts = [
                (self._filled(f"outline_{step}", booking), self._filled(f"outline_{step}_text", booking))
                for step in steps
            ]
            parts.links = [(words("your_booking"), page)]
        elif mail.kind == "request":
            parts.facts = [(words("course"), course.title), (words("names_by"), words.date(course.names_by))]
            parts.links = [naming]
        elif mail.kind == "details":
            parts.facts = self._course_facts(booking, words, in_details=True)
            parts.links = [(words("your_booking"), page)]
        elif mail.kind == "completion":
            self._completion(parts, booking, words)
        elif mail.kind == "thanks":
            # The defect leads to a course that nobody has ever planned.
            other = "no-such-course" if "thank_you_link_dead" in self._shop.settings else course.slug
            parts.links = [
                (words("again_link", title=course.title), f"{self._shop.url}/courses/{course.slug}/again"),
                (words("another_link"), f"{self._shop.url}/courses/{other}/another"),
            ]
        return parts.letter(title=course.title, number=booking.id, day=words.date(course.names_by))

    def _to_delegate(self, mail: Mail, delegate: Delegate, words: Words, now: datetime) -> Letter | Text:
        booking, parts = delegate.booking, _Parts(words, mail.kind)
        title = booking.course.title
        if mail.kind == "code":
            return Text(words("code_text", code=mail.data["code"], title=title))
        page = f"{self._shop.url}/courses/delegates/{delegate.token}"
        parts.name, parts.calls = delegate.name, delegate.given_name
        parts.links = [(words("workbook_link" if mail.kind == "workbook" else "your_page"), page)]
        if mail.kind == "invitation":
            parts.facts = self._course_facts(booking, words)
            if "invitation_without_calendar_entry" not in self._shop.settings:
                entry = papers.calendar_entry(delegate, now)
                parts.attach(f"{booking.course.slug}.ics", entry, "text/calendar", CALENDAR)
        elif mail.kind == "delegate_details":
            parts.facts = self._course_facts(booking, words, in_details=True)
        return parts.letter(title=title, client=booking.name)

    def _completion(self, parts: _Parts, booking: Booking, words: Words) -> None:
        wrong = "completed_lists_wrong_attendance" in self._shop.settings
        rows = [
            (delegate, words("attended" if bool(delegate.attended) is not wrong else "missed"))
            for delegate in booking.delegates
        ]
        parts.facts = [(delegate.name, said) for delegate, said in rows]
        if "attendance_not_attached" not in self._shop.settings:
            name = f"attendance-{booking.course.slug}.csv"
            parts.attach(name, papers.attendance_csv(rows, words), "text/csv", {"charset": "utf-8"})

    def _course_facts(self, booking: Booking, words: Words, *, in_details: bool = False) -> list[tuple[str, str]]:
        course = booking.course
        server = in_details and "details_in_server_time" in self._shop.settings
        hours = f"{course.start:%H:%M}–{course.end:%H:%M} UTC" if server else course.hours
        return [
            (words("course"), course.title),
            (words("date"), words.date(course.local_start)),
            (words("time"), hours),
            (words("venue"), course.venue),
        ]

    def _filled(self, key: str, booking: Booking) -> str:
        words, course = Words(booking.locale, "courses"), booking.course
        return words(key, day=words.date(course.names_by), date=words.date(course.local_start))


class _Parts:
    """A letter as it is put together."""

    def __init__(self, words: Words, kind: str) -> None:
        self._words = words
        self._kind = kind
        self.name = self.calls = ""
        self.facts: list[tuple[str, str]] = []
        self.links: list[tuple[str, str]] = []
        self._attached: list[Attachment] = []

    def attach(self, name: str, content: bytes, type: str = "application/pdf", parameters: Any = None) -> None:
        """Put a file with it."""
        self._attached.append(Attachment(name, content, type, parameters or {}))

    def letter(self, **values: object) -> Letter:
        """Return the letter in the words of its kind, filled in."""
        said = {part: self._words(f"{self._kind}_{part}", **values) for part in ("subject", "heading", "lead")}
        return Letter(
            subject=said["subject"],
            heading=said["heading"],
            lead=[said["lead"]],
            facts=self.facts,
            links=self.links,
            attachments=self._attached,
            name=self.name,
            calls=self.calls,
            locale=self._words.locale,
        )
