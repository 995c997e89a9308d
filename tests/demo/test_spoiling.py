"""Each defect of what is sent and shown has an effect of its own, and touches nothing else."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

import icalendar
import pypdf
import pytest
from flask import Blueprint, Flask

import demo
from demo import pdf
from demo.bank import Bank
from demo.letters import Attachment, Letter
from demo.process import Demo
from demo.settings import Settings
from demo.spoiling import outgoing, pages, spoil_pages
from demo.spoiling.letters import LETTERS
from demo.spoiling.mails import MAILS, MORE
from demo.spoiling.pages import PAGES
from demo.words import Words
from tests.demo.stage import Customer, Sink, client, paid_at, put_event

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SITE = "http://127.0.0.1:8000"
FACTS = (
    ("Order number", "D-20005"),
    ("Date", "Saturday, 28 November 2026"),
    ("Price", "80.00 EUR"),
    ("Place", "Town Hall"),
)
ENTRY = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:demo\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:order-1@demo.test\r\n"
    "DTSTAMP:20261120T090000Z\r\nSEQUENCE:1\r\nDTSTART:20261128T180000Z\r\nSUMMARY:Systems Day\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)


def letter(locale: str = "en") -> Letter:
    """One that has all that a defect may want to spoil."""
    return Letter(
        subject="Your letter",
        heading="Your letter",
        lead=["this is what it says."],
        facts=FACTS,
        links=[("The members' area", f"{SITE}/members/area"), ("Change my card", f"{SITE}/members/card/x")],
        attachments=[
            Attachment("receipt.pdf", pdf.sheet(Words(locale), "Receipt", "Receipt", FACTS)),
            Attachment("event.ics", ENTRY.encode(), "text/calendar", {"method": "PUBLISH", "charset": "utf-8"}),
            Attachment("list.csv", b"Name,Email\r\nBen,ben@x.test\r\nCleo,cleo@x.test\r\n", "text/csv"),
        ],
        name="Ada Lovelace",
        calls="Ada",
        locale=locale,
        leave=f"{SITE}/members/letters/x/unsubscribe",
    )


def sent(defect: str, whose: str, locale: str = "en") -> list[tuple[EmailMessage, str]]:
    """What leaves for such a letter of this story and kind, where this is wrong with the shop ("" is nothing)."""
    story, _, kind = whose.partition(" ")
    mail: Any = SimpleNamespace(story=story, kind=kind, recipient="ada@x.test", message_id="<1@demo.test>")
    return outgoing(letter(locale), mail, NOW, Settings.read({"DEMO_DEFECTS": defect}))


def text(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""


def html(message: EmailMessage) -> str:
    return text(message, "html")


def attached(message: EmailMessage, name: str) -> bytes:
    (found,) = [part for part in message.iter_attachments() if part.get_filename() == name]
    return bytes(found.get_payload(decode=True))


def entry(message: EmailMessage) -> Any:
    return icalendar.Calendar.from_ical(attached(message, "event.ics")).walk("VEVENT")[0]


def words_in_pdf(message: EmailMessage) -> str:
    return str(pypdf.PdfReader(io.BytesIO(attached(message, "receipt.pdf"))).pages[0].extract_text())


def cannot_be_opened(message: EmailMessage) -> bool:
    return b"%%EOF" not in attached(message, "receipt.pdf")


def shows(part: str) -> Callable[[EmailMessage], bool]:
    return lambda message: part in html(message)


# What is true of the mail where the defect is switched on, and of no other.
EFFECTS: dict[str, Callable[[EmailMessage], bool]] = {
    "name_never_filled_in": shows("Hello {{first_name}},"),
    "subject_never_filled_in": lambda mail: "*|FNAME|*" in mail["Subject"],
    "greeted_as_none": shows("Hello None,"),
    "refund_is_no_number": shows("NaN EUR"),
    "place_is_an_object": shows("[object Object]"),
    "code_shown_as_words": lambda mail: "&nbsp;" in text(mail) and "&amp;nbsp;" in html(mail),
    "greeted_as_somebody_else": shows("Hello Olivia,"),
    "wrong_order_number_on_receipt": shows("D-20105"),
    "weekday_of_another_day": shows("Sunday, 28 November 2026"),
    "reminder_half_in_english": lambda mail: "Guten Tag" in html(mail) and "come a little earlier" in html(mail),
    "test_in_the_subject": lambda mail: mail["Subject"].startswith("[TEST]"),
    "link_to_own_machine": shows('href="http://localhost:3000/members/area"'),
    "link_to_staging": shows('href="https://staging.demo.test/members/area"'),
    "link_in_letter_dead": shows(f'href="{SITE}/members/guide-2019"'),
    "link_without_address": shows('href="#"'),
    "link_shows_another_address": shows(
        f'href="{SITE}/members/area" style="color:#1f4d3f">https://www.circle-renewals.com'
    ),
    "shortened_link": shows("https://bit.ly/"),
    "receipt_is_a_picture": lambda mail: not cannot_be_opened(mail) and not words_in_pdf(mail).strip(),
    "invoice_cut_off": cannot_be_opened,
    "file_with_nothing_in_it": lambda mail: any(
        part.get_filename() == "programme.odt" and not part.get_payload(decode=True) for part in mail.iter_attachments()
    ),
    "attendance_with_a_gap": lambda mail: attached(mail, "list.csv").endswith(b"\r\nCleo,\r\n"),
    "calendar_an_hour_off": lambda mail: entry(mail).decoded("DTSTART").hour == 19,
    "cancels_another_entry": lambda mail: str(entry(mail)["UID"]) != "order-1@demo.test",
    "moved_entry_not_raised": lambda mail: int(entry(mail)["SEQUENCE"]) == 0,
    "sent_by_root": lambda mail: "root@localhost" in mail["From"],
    "sent_by_staging": lambda mail: "(Staging)" in mail["From"],
    "answers_go_nowhere": lambda mail: "noreply@" in mail["Reply-To"],
    "no_way_to_unsubscribe": lambda mail: not mail["List-Unsubscribe"] and not mail["List-Unsubscribe-Post"],
    "no_text_part": lambda mail: not text(mail) and "this is what it says" in html(mail),
    "old_price_in_text_part": lambda mail: "72.00 EUR" in text(mail) and "80.00 EUR" in html(mail),
    "letter_with_nothing_in_it": lambda mail: not text(mail).strip() and "<body></body>" in html(mail),
    "letter_too_long_to_show": lambda mail: len(html(mail)) > 102_400,
    "letter_needs_a_browser": shows("<form"),
    "letter_too_pale": lambda mail: "color:#1d2421" not in html(mail) and "this is what it says" in html(mail),
    "logo_without_words": lambda mail: "<img" in html(mail) and "alt=" not in html(mail),
    "logo_not_enclosed": lambda mail: "cid:logo" in html(mail) and "<logo@demo.test>" not in str(mail),
    "picture_nowhere": shows(f'src="{SITE}/static/banner-spring.png"'),
}
KINDS = {name: whose for name, (whose, _) in (*LETTERS.items(), *MAILS.items())}


def language(defect: str) -> str:
    return "de" if defect == "reminder_half_in_english" else "en"


def test_every_defect_of_a_letter_has_its_effect_here() -> None:
    assert sorted(KINDS) == sorted(EFFECTS)


@pytest.mark.parametrize("defect", EFFECTS)
def test_a_letter_is_wrong_in_this_way_alone(defect: str) -> None:
    for whose in KINDS[defect]:
        ((mail, to),) = sent(defect, whose, language(defect))
        ((right, _),) = sent("", whose, language(defect))
        wrong = [name for name, is_so in EFFECTS.items() if is_so(mail) and not is_so(right)]
        # A mail without any text says neither date, and one without its text part has none that disagrees.
        assert wrong == [defect], whose
        assert to == "ada@x.test"
    ((other, _),) = sent(defect, "courses code", language(defect))
    assert not EFFECTS[defect](other)


MORE_SENT = {
    "same_letter_other_subject": ("ada@x.test", "Promises Kept is waiting for you"),
    "copy_to_old_address": ("old.ada@x.test", "Your letter"),
    "promotion_nobody_asked_for": ("ada@x.test", "Only until Sunday: half off all templates"),
}


@pytest.mark.parametrize("defect", MORE)
def test_what_nobody_promised_leaves_as_well(defect: str) -> None:
    (first, _), (more, to) = sent(defect, MORE[defect][0])
    assert (to, more["Subject"]) == MORE_SENT[defect]
    assert more["To"].addresses[0].addr_spec == to
    assert first["Message-ID"] != more["Message-ID"]
    assert len(sent(defect, "courses code")) == 1


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory, sink: Sink, bank: Bank) -> Iterator[Demo]:
    """The shop with every defect of its pages but the slow one."""
    wrong = {name for name, one in demo.defects().items() if one.file == "pages"} - {"slow_checkout"}
    with Demo(tmp_path_factory.mktemp("spoilt"), smtp_port=sink.port, defects=wrong, environ=paid_at(bank)) as shop:
        yield shop


def shown(shop: Demo) -> dict[str, str]:
    """What the pages show, by the defect that would be seen there."""
    web, organiser = client(shop.url), ("organiser", "organiser")
    product = {"title": "Promises Kept", "price": "19.00", "currency": "EUR", "format": "pdf"}
    assert web.put("/api/downloads/kept", json=product, auth=organiser).is_success
    course = {"title": "Systems", "start": "2049-11-26T09:00+01:00", "end": "2049-11-26T17:00+01:00"}
    course |= {"zone": "Europe/Berlin", "venue": "Hall", "price": "595.00", "currency": "EUR"}
    assert web.put("/api/courses/systems", json=course, auth=organiser).is_success
    put_event(shop.url, "talk", datetime(2049, 11, 28, 18, tzinfo=UTC))
    ada = Customer(shop.url, "ada@spoiling.test")
    checkout = ada.register("talk")
    booked = ada.pay(checkout).text
    mistaken = ada.web.post("/events/talk/register", data=ada.details | {"email": "ada"}).text
    waiting = {"given_name": "Ada", "family_name": "Lovelace", "email": "ada@x.test", "phone": "+447700900123"}
    answers = {**waiting, "company": "Lace", "places": "1"}
    course_booked = ada.pay(ada.web.post("/courses/systems/book", data=answers)).text
    order = web.get("/downloads/kept/order").text
    return {
        "script_with_a_fault": web.get("/downloads/kept").text,
        "script_missing_at_checkout": checkout.text,
        "page_that_jumps": order,
        "email_asked_twice": web.get("/courses/systems/book").text,
        "mistake_clears_the_form": mistaken,
        "no_way_on_after_paying": booked,
        "field_without_label": order,
        "voucher_nobody_checks": booked,
        "undefined_on_the_page": course_booked,
        "round_about_way_in": str(len(web.get("/members/join").history)),
    }


# What is true of the page where the defect is switched on, and not where it is not.
PAGES_SHOW: dict[str, Callable[[str], bool]] = {
    "script_with_a_fault": lambda page: "shopTracker" in page,
    "script_missing_at_checkout": lambda page: "/static/pay.js" in page,
    "page_that_jumps": lambda page: 'id="late"' in page,
    "email_asked_twice": lambda page: page.count('autocomplete="email"') == 2,
    "mistake_clears_the_form": lambda page: 'value="Lovelace"' not in page,
    "no_way_on_after_paying": lambda page: "<a " not in page and "<button" not in page,
    "field_without_label": lambda page: 'for="email"' not in page,
    "voucher_nobody_checks": lambda page: "a voucher for your next visit" in page,
    "undefined_on_the_page": lambda page: "undefined" in page,
    "round_about_way_in": lambda hops: hops == "5",
}


def test_pages_are_wrong_where_they_are_to_be(shop: Demo, spoilt: Demo) -> None:
    assert sorted(PAGES_SHOW) == sorted({*PAGES, "round_about_way_in"})
    right, wrong = shown(shop), shown(spoilt)
    assert [name for name, is_so in PAGES_SHOW.items() if is_so(right[name])] == []
    assert [name for name, is_so in PAGES_SHOW.items() if not is_so(wrong[name])] == []


@pytest.mark.parametrize(("defect", "waits"), [("", 0), ("slow_checkout", 1)])
def test_a_slow_page_makes_her_wait(defect: str, waits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(pages, "sleep", waited.append)
    app, story = Flask("demo"), Blueprint("courses", "demo")
    story.add_url_rule("/checkout", "checkout", lambda: "Payment")
    spoil_pages(app, Settings.read({"DEMO_DEFECTS": defect}))
    app.register_blueprint(story)
    assert app.test_client().get("/checkout").text == "Payment"
    assert waited == [pages.SLOW] * waits
