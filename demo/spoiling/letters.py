"""Defects of a letter's words, facts, links and files."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import icalendar

from demo.letters import Attachment, Letter
from demo.settings import Settings
from demo.store import Mail

__all__ = ["LETTERS", "spoiled_letter"]

Act = Callable[[Letter], Letter]
ODT = "application/vnd.oasis.opendocument.text"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ENGLISH = (
    "The event is tomorrow. Here is where and when we begin. Please bring this mail with you, and come a little "
    "earlier, since the doors are closed as soon as everybody has found a seat."
)


def spoiled_letter(letter: Letter, mail: Mail, settings: Settings) -> Letter:
    """Return the letter as the defects that are switched on leave it."""
    for name in sorted(settings.defects & LETTERS.keys()):
        whose, act = LETTERS[name]
        if f"{mail.story} {mail.kind}" in whose:
            letter = act(letter)
    return letter


def _calls(name: str) -> Act:
    return lambda letter: replace(letter, calls=name)


def _subject(pattern: str) -> Act:
    return lambda letter: replace(letter, subject=pattern.format(letter.subject))


def _fact(index: int, change: Callable[[str], str]) -> Act:
    """Say another value for one of the facts."""

    def act(letter: Letter) -> Letter:
        facts = list(letter.facts)
        label, value = facts[index]
        facts[index] = (label, change(value))
        return replace(letter, facts=facts)

    return act


def _link(index: int, change: Callable[[str], str]) -> Act:
    """Let one of the links lead somewhere else."""

    def act(letter: Letter) -> Letter:
        links = list(letter.links)
        words, address = links[index]
        links[index] = (words, change(address))
        return replace(letter, links=links)

    return act


def _same_link(words: str) -> Act:
    """Let other words lead to where the first link leads as well."""
    return lambda letter: replace(letter, links=[*letter.links, (words, letter.links[0][1])])


def _on(host: str) -> Callable[[str], str]:
    return lambda address: urlsplit(address)._replace(**_place(host)).geturl()


def _place(host: str) -> dict[str, str]:
    scheme, _, netloc = host.partition("://")
    return {"scheme": scheme, "netloc": netloc}


def _file(change: Callable[[bytes], bytes], type: str) -> Act:
    """Change what is in the attachments of this media type."""

    def act(letter: Letter) -> Letter:
        files = [
            replace(file, content=change(file.content)) if file.type == type else file for file in letter.attachments
        ]
        return replace(letter, attachments=files)

    return act


def _entry(change: Callable[[Any], None]) -> Act:
    """Change the event in the calendar entry."""

    def changed(content: bytes) -> bytes:
        calendar = icalendar.Calendar.from_ical(content)
        for event in calendar.walk("VEVENT"):
            change(event)
        return bytes(calendar.to_ical())

    return _file(changed, "text/calendar")


def _set(name: str, value: Callable[[Any], Any]) -> Callable[[Any], None]:
    def change(event: Any) -> None:
        told = value(event)
        del event[name]
        event.add(name, told)

    return change


def _next_weekday(date: str) -> str:
    days = "|".join(WEEKDAYS)
    return re.sub(days, lambda found: WEEKDAYS[(WEEKDAYS.index(found[0]) + 1) % 7], date)


def _of_another_order(letter: Letter) -> Letter:
    """Say another number wherever the first fact says its own."""
    label, number = letter.facts[0]
    other = re.sub(r"\d+", lambda digits: str(int(digits[0]) + 100), number)
    return replace(letter, subject=letter.subject.replace(number, other), facts=[(label, other), *letter.facts[1:]])


def _in_english(letter: Letter) -> Letter:
    return letter if letter.locale.startswith("en") else replace(letter, lead=[ENGLISH])


def _without_last_cells(content: bytes) -> bytes:
    """Leave the last column of a CSV empty in its last row."""
    *lines, last = content.decode().splitlines()
    return "\r\n".join([*lines, last.rpartition(",")[0] + ",", ""]).encode()


def _picture_of_words(_: bytes) -> bytes:
    """Return a PDF as a scanner makes it: a picture of a page, of which nothing can be searched or copied."""
    from fpdf import FPDF  # it takes half as long to import as all the rest of the shop
    from PIL import Image, ImageDraw

    page = Image.new("L", (600, 850), 255)
    ImageDraw.Draw(page).text((60, 60), "Receipt\n\nSystems Day Office", fill=0)
    sheet, drawn = FPDF(format="A4"), io.BytesIO()
    page.save(drawn, "PNG")
    sheet.add_page()
    sheet.image(drawn, x=0, y=0, w=sheet.w)
    return bytes(sheet.output())


def _more(name: str, thing: Any) -> Act:
    """Put one more of its links, facts, files or paragraphs at the end."""

    def act(letter: Letter) -> Letter:
        changes: dict[str, Any] = {name: [*getattr(letter, name), thing]}
        return replace(letter, **changes)

    return act


_HOUR = timedelta(hours=1)
LETTERS: Mapping[str, tuple[tuple[str, ...], Act]] = {
    # Words that a template was to fill in, and did not
    "name_never_filled_in": (("members welcome",), _calls("{{first_name}}")),
    "subject_never_filled_in": (("courses thanks",), _subject("{}, *|FNAME|*")),
    "greeted_as_none": (("courses invitation",), _calls("None")),
    "refund_is_no_number": (("events refund",), _more("facts", ("Bank charges", "NaN EUR"))),
    "place_is_an_object": (("courses details", "courses delegate_details"), _fact(-1, lambda _: "[object Object]")),
    "code_shown_as_words": (("downloads download",), _more("lead", "Enjoy&nbsp;reading &amp; sharing!")),
    # Not what she was told, or not her
    "greeted_as_somebody_else": (("downloads receipt",), _calls("Olivia")),
    "wrong_order_number_on_receipt": (("downloads receipt",), _of_another_order),
    "weekday_of_another_day": (("courses confirmation",), _fact(1, _next_weekday)),
    "reminder_half_in_english": (("events reminder",), _in_english),
    "test_in_the_subject": (("events receipt",), _subject("[TEST] {}")),
    # Links
    "link_to_own_machine": (("events reminder",), _link(0, _on("http://localhost:3000"))),
    "link_to_staging": (("members letter_2",), _link(0, _on("https://staging.demo.test"))),
    "link_in_letter_dead": (("members letter_3",), _link(0, lambda address: address.replace("/area", "/guide-2019"))),
    "link_without_address": (("members notice",), _link(1, lambda _: "#")),
    "link_shows_another_address": (("members paused",), _same_link("https://www.circle-renewals.com/again")),
    "shortened_link": (("downloads new link",), _more("links", ("Questions and answers", "https://bit.ly/3xQandA"))),
    # Files
    "receipt_is_a_picture": (("downloads receipt",), _file(_picture_of_words, "application/pdf")),
    "invoice_cut_off": (
        ("courses invoice",),
        _file(lambda content: content[: len(content) // 3], "application/pdf"),
    ),
    "file_with_nothing_in_it": (("courses outline",), _more("attachments", Attachment("programme.odt", b"", ODT))),
    "attendance_with_a_gap": (("courses completion",), _file(_without_last_cells, "text/csv")),
    "calendar_an_hour_off": (
        ("events confirmation",),
        _entry(_set("DTSTART", lambda event: event.decoded("DTSTART") + _HOUR)),
    ),
    "cancels_another_entry": (
        ("events cancellation",),
        _entry(_set("UID", lambda event: f"cancelled-{event['UID']}")),
    ),
    "moved_entry_not_raised": (("events new_date",), _entry(_set("SEQUENCE", lambda _: 0))),
}
"""What each of these defects does to which kinds of letter, each as story and kind."""
