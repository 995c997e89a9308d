"""The story of a training course, seen from outside: pages, letters, text messages, and what each defect does to it."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import httpx
import icalendar
import pypdf
import pytest

import demo
from demo.bank import Bank
from demo.process import Demo
from tests.demo.stage import Clock, Sink, client, facts, paid_at, soup, until

ORGANISER = ("organiser", "organiser")
BERLIN = ZoneInfo("Europe/Berlin")
KINDS = {
    "Your booking": "confirmation",
    "Invoice": "invoice",
    "What happens next": "outline",
    "Who is coming": "request",
    "Your invitation": "invitation",
    "All you need": "details",
    "Your workbook": "workbook",
    "Training completed": "completion",
    "Thank you": "thanks",
}


class Phones:
    """Takes text messages in Twilio's form and keeps them: `texts` are (number, words)."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []
        texts = self.texts

        class Taker(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                texts.append((form["To"][0], form["Body"][0]))
                self.send_response(201)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(b'{"sid": "SM0"}')

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def code(self, number: str, count: int = 1) -> str:
        """Wait until so many have come to this number, and return the code in the last of them."""
        until(lambda: len([to for to, _ in self.texts if to == number]) >= count)
        found = re.match(r"\d{6}", [words for to, words in self.texts if to == number][-1])
        assert found
        return found[0]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def phones() -> Iterator[Phones]:
    phones = Phones()
    yield phones
    phones.close()


def start(folder: Path, sink: Sink, phones: Phones, bank: Bank, *defects: str) -> Demo:
    environ = paid_at(bank, "courses")
    return Demo(folder, smtp_port=sink.port, sms_url=phones.url, defects=defects, environ=environ)


class Client:
    """A client who books a course in six days for Ben, Cleo and Dan, without a browser."""

    def __init__(self, shop: Demo, domain: str) -> None:
        self.web = client(shop.url)
        self.clock = Clock(shop.url)
        day = self.clock.now().astimezone(BERLIN).date() + timedelta(days=6)
        self.start = datetime(day.year, day.month, day.day, 9, tzinfo=BERLIN)
        self.email, self.domain = f"ada@{domain}", domain
        self.people = {name: f"{name.lower()}@{domain}" for name in ("Ben", "Cleo", "Dan")}
        self.phones = {name: f"+44770090000{number}" for number, name in enumerate(self.people)}
        self.slug = domain.partition(".")[0]
        self.put(self.slug, self.start)
        self.put(f"{self.slug}-again", self.start + timedelta(days=30))
        self.put(f"{self.slug}-other", self.start + timedelta(days=30), title="Leading Change")

    def put(self, slug: str, at: datetime, **changes: str) -> httpx.Response:
        course = {"title": "Thinking in Systems", "start": at.isoformat(), "end": (at + timedelta(hours=8)).isoformat()}
        course |= {"zone": "Europe/Berlin", "venue": "Old Mill", "price": "595.00", "currency": "EUR"} | changes
        return self.web.put(f"/api/courses/{slug}", json=course, auth=ORGANISER)

    def book(self) -> httpx.Response:
        details = {"given_name": "Ada", "family_name": "Lovelace", "email": self.email, "company": "Engines Ltd"}
        checkout = self.web.post(f"/courses/{self.slug}/book", data=details | {"places": "3"})
        card = {"name": "Ada Lovelace", "number": "4242424242424242", "expiry": "08/49", "code": "123"}
        return self.web.post(checkout.url.path, data=card)

    def name(self, page: str, **changes: str) -> httpx.Response:
        form: dict[str, str] = {}
        for place, (name, email) in enumerate(self.people.items(), 1):
            form |= {f"given_name_{place}": name, f"family_name_{place}": "Doe", f"email_{place}": email}
            form |= {f"phone_{place}": self.phones[name]}
        return self.web.post(f"{page}/delegates", data=form | changes)

    def mark(self, attended: list[str], missed: list[str]) -> httpx.Response:
        lists = {"attended": attended, "missed": missed}
        return self.web.put(f"/api/courses/{self.slug}/attendance", json=lists, auth=ORGANISER)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def kind_of(mail: EmailMessage) -> str:
    return next(name for words, name in KINDS.items() if mail["Subject"].startswith(words))


def link_in(mail: EmailMessage, words: str) -> str:
    return text_of(mail).split(f"{words}: ")[1].split()[0]


def page_of(mails: list[EmailMessage]) -> str:
    """Where a delegate's own page is, by the link in her invitation."""
    (invitation,) = [mail for mail in mails if kind_of(mail) == "invitation"]
    return link_in(invitation, "Your course page")


def enter(web: httpx.Client, page: str, code: str) -> bool:
    """Enter a code at somebody's page, and return whether it opens."""
    return "Further material" in web.post(f"{page}/enter", data={"code": code}).text


def came(sink: Sink, address: str, start: datetime) -> list[tuple[str, str]]:
    """What reached this address: its kind, and when by the course's own clocks, in days from it."""
    found = []
    for mail in sink.of(address):
        at = parsedate_to_datetime(mail["Date"]).astimezone(BERLIN)
        days = (at.date() - start.date()).days
        late = kind_of(mail) == "details" and days == 0
        found.append((kind_of(mail), "late" if late else "at once" if days == -6 else f"{days} {at:%H:%M}"))
    return found


def watch(shop: Demo, sink: Sink, phones: Phones, domain: str) -> dict[str, Any]:
    """Walk the whole story, turning the clock through it, and tell all that could be seen."""
    ada = Client(shop, domain)
    booked = ada.book()
    page = facts(soup(booked))
    assert soup(ada.name(booked.url.path)).find(role="status") is not None
    ada.clock.turn_and_settle(ada.clock.now() + timedelta(minutes=1))
    order = [kind_of(mail) for mail in sink.of(ada.email)]
    pages = {name: page_of(sink.of(address)) for name, address in ada.people.items()}
    day = ada.start.date()
    at = {hour: datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN) for hour in (0, 7, 17)}
    eve = at[17] - timedelta(days=1)
    for moment in (eve - timedelta(minutes=1), eve, at[0], at[7] - timedelta(minutes=1), at[7]):
        ada.clock.turn_and_settle(moment)
    visitor, codes = client(shop.url), {}
    for name in ("Ben", "Cleo"):
        visitor.post(f"{pages[name]}/code")
        codes[name] = phones.code(ada.phones[name])
    phones.texts.clear()
    material = {
        "with her own": enter(visitor, pages["Ben"], codes["Ben"]),
        "with the code of another": enter(client(shop.url), pages["Ben"], codes["Cleo"]),
    }
    ada.clock.turn_and_settle(at[17])
    ada.mark([ada.people["Ben"], ada.people["Cleo"]], [ada.people["Dan"]])
    until(ada.clock.idle)
    ada.clock.turn_and_settle(at[17] + timedelta(days=1))
    every = {kind_of(mail): mail for mail in sink.of(ada.email)}
    thanks, completion, invoice = every.get("thanks"), every.get("completion"), every.get("invoice")
    details = [
        text_of(mail) for to in (ada.email, ada.people["Dan"]) for mail in sink.of(to) if kind_of(mail) == "details"
    ]
    assert page["Last day for names"] in text_of(every["outline"])
    return {
        "to the client": sorted(came(sink, ada.email, ada.start)),
        "confirmed before told what next": order.index("confirmation") < order.index("outline"),
        "to Ben": sorted(came(sink, ada.people["Ben"], ada.start)),
        "to Dan": sorted(came(sink, ada.people["Dan"], ada.start)),
        "invited with": entry_in(sink.of(ada.people["Ben"])[0]),
        "hours by": {"its clocks" if f"09:00–17:00 {ada.start:%Z}" in text else "others" for text in details},
        "sums": sums_in(invoice) if invoice else [],
        "material": material,
        "attended": re.findall(r"(\w+) Doe: ([\w ]+)", text_of(completion)) if completion else [],
        "attendance list": table_in(completion) if completion else [],
        "ways on": ways_on(thanks, ada.web) if thanks else [],
    }


def ways_on(thanks: EmailMessage, web: httpx.Client) -> list[str]:
    """The headings of the pages that the two links of a thank-you lead to."""
    pages = [web.get(link_in(thanks, words)) for words in ("More delegates on Thinking in Systems", "Another course")]
    return [page.text.split("<h1>")[1].split("</h1>")[0] for page in pages]


def entry_in(mail: EmailMessage) -> list[str]:
    """When the calendar entries of a letter begin, and in which zone."""
    parts = [part for part in mail.iter_attachments() if part.get_content_type() == "text/calendar"]
    calendars: list[Any] = [icalendar.Calendar.from_ical(part.get_content()) for part in parts]
    starts = [event["DTSTART"].dt for calendar in calendars for event in calendar.walk("VEVENT")]
    return [f"{start.tzinfo} {start:%H:%M}" for start in starts]


def sums_in(mail: EmailMessage) -> list[str]:
    """The amounts of the invoice, once its PDF and its text agree on them."""
    (document,) = mail.iter_attachments()
    (sheet,) = pypdf.PdfReader(io.BytesIO(document.get_payload(decode=True))).pages  # type: ignore[arg-type]
    stated = re.findall(r"[\d,]+\.\d\d EUR", text_of(mail))
    assert stated == re.findall(r"[\d,]+\.\d\d EUR", sheet.extract_text())
    return stated


def table_in(mail: EmailMessage) -> list[str]:
    tables = [part.get_content() for part in mail.iter_attachments() if part.get_content_type() == "text/csv"]
    return [f"{row['Name']} {row['Attendance']}" for table in tables for row in csv.DictReader(io.StringIO(table))]


AT_ONCE = [(kind, "at once") for kind in ("confirmation", "invoice", "outline", "request")]
LATER = [("completion", "0 17:00"), ("details", "-1 17:00"), ("thanks", "1 17:00")]
DELEGATE = [("details", "-1 17:00"), ("invitation", "at once"), ("workbook", "0 07:00")]
HEALTHY: dict[str, Any] = {
    "to the client": sorted(AT_ONCE + LATER),
    "confirmed before told what next": True,
    "hours by": {"its clocks"},
    "to Ben": DELEGATE,
    "to Dan": DELEGATE,
    "invited with": ["Europe/Berlin 09:00"],
    "sums": ["1,500.00 EUR", "285.00 EUR", "1,785.00 EUR"],
    "material": {"with the code of another": False, "with her own": True},
    "attended": [("Ben", "attended"), ("Cleo", "attended"), ("Dan", "missed it")],
    "attendance list": ["Ben Doe attended", "Cleo Doe attended", "Dan Doe missed it"],
    "ways on": ["Book places on Thinking in Systems", "Book places on Leading Change"],
}


def without(who: str, *gone: str, more: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    """What reaches somebody when something does not come, and something else does."""
    return {who: sorted([one for one in HEALTHY[who] if one[0] not in gone] + list(more))}


EFFECTS: dict[str, dict[str, Any]] = {
    "no_invoice": without("to the client", "invoice") | {"sums": []},
    "invoice_without_vat": {"sums": ["1,785.00 EUR"]},
    "invoice_to_delegates": without("to Ben", more=(("invoice", "at once"),))
    | without("to Dan", more=(("invoice", "at once"),)),
    "outline_before_confirmation": {"confirmed before told what next": False},
    "no_request_for_names": without("to the client", "request"),
    "invitation_without_calendar_entry": {"invited with": []},
    "details_to_client_only": without("to Ben", "details") | without("to Dan", "details"),
    "details_in_server_time": {"hours by": {"others"}},
    "reminder_in_wrong_time_zone": {
        who: sorted((kind, "late" if kind == "details" else at) for kind, at in HEALTHY[who])
        for who in ("to the client", "to Ben", "to Dan")
    },
    "workbook_to_client": without("to the client", more=3 * (("workbook", "0 07:00"),))
    | without("to Ben", "workbook")
    | without("to Dan", "workbook"),
    "workbook_missing_for_one_delegate": without("to Dan", "workbook"),
    "material_open_to_everyone": {"material": {"with the code of another": True, "with her own": True}},
    "completed_lists_wrong_attendance": {
        "attended": [("Ben", "missed it"), ("Cleo", "missed it"), ("Dan", "attended")],
        "attendance list": ["Ben Doe missed it", "Cleo Doe missed it", "Dan Doe attended"],
    },
    "attendance_not_attached": {"attendance list": []},
    "no_thank_you": without("to the client", "thanks") | {"ways on": []},
    "thank_you_link_dead": {"ways on": ["Book places on Thinking in Systems", "This page does not exist"]},
}
COURSES = [name for name, defect in demo.defects().items() if defect.file == "courses"]


# Defects that are seen in different places are watched together, to save time.
GROUPS = (
    (),
    (
        "no_invoice",
        "invitation_without_calendar_entry",
        "details_in_server_time",
        "material_open_to_everyone",
        "completed_lists_wrong_attendance",
        "thank_you_link_dead",
    ),
    ("invoice_without_vat", "no_request_for_names", "details_to_client_only", "attendance_not_attached"),
    ("outline_before_confirmation", "workbook_missing_for_one_delegate", "no_thank_you"),
    ("invoice_to_delegates",),
    ("reminder_in_wrong_time_zone",),
    ("workbook_to_client",),
)


def test_every_defect_has_an_effect_of_its_own() -> None:
    assert sorted(COURSES) == sorted(EFFECTS) == sorted(name for group in GROUPS for name in group)
    assert len({repr(effect) for effect in EFFECTS.values()}) == len(EFFECTS)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0] if group else "healthy")
def test_a_defect_does_what_the_table_says_and_nothing_else(
    group: tuple[str, ...], tmp_path: Path, sink: Sink, phones: Phones, bank: Bank
) -> None:
    expected = dict(HEALTHY)
    for name in group:
        expected |= EFFECTS[name]
    with start(tmp_path, sink, phones, bank, *group) as shop:
        seen = watch(shop, sink, phones, f"{group[0].replace('_', '-') if group else 'healthy'}.test")
    assert seen == expected


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sink: Sink, phones: Phones, bank: Bank) -> Iterator[Demo]:
    with start(tmp_path_factory.mktemp("courses"), sink, phones, bank) as shop:
        yield shop


def test_the_code_is_for_one_person_one_time_and_ten_minutes(shop: Demo, sink: Sink, phones: Phones) -> None:
    ada = Client(shop, "code.test")
    booking = ada.book().url.path
    ada.name(booking)
    page = page_of(sink.wait_for(ada.people["Ben"], 1))
    assert "on the morning of the course" in ada.web.get(page).text
    ada.clock.turn_and_settle(ada.start)
    locked = ada.web.get(page).text
    assert "Send me a code" in locked
    assert "Further material" not in locked
    assert "Further material" not in ada.web.get(f"{page}/workbook.pdf").text
    ada.web.post(f"{page}/code")
    old = phones.code(ada.phones["Ben"])
    ada.web.post(f"{page}/code")
    new = phones.code(ada.phones["Ben"], 2)
    assert [enter(client(shop.url), page, code) for code in ("", old, new, new)] == [False, old == new, True, False]
    ada.web.post(f"{page}/code")
    third = phones.code(ada.phones["Ben"], 3)
    ada.clock.turn_and_settle(ada.clock.now() + timedelta(minutes=11))
    assert not enter(ada.web, page, third)
    ada.web.post(f"{page}/code")
    fourth = phones.code(ada.phones["Ben"], 4)
    wrong = f"{(int(fourth) + 1) % 10**6:06}"
    assert not any(enter(ada.web, page, wrong) for _ in range(5))
    assert not enter(ada.web, page, fourth)
    ada.web.post(f"{page}/code")
    assert enter(ada.web, page, phones.code(ada.phones["Ben"], 5))
    sheet = pypdf.PdfReader(io.BytesIO(ada.web.get(f"{page}/workbook.pdf").content)).pages[0].extract_text()
    assert "Ben Doe" in sheet


def test_delegates_are_named_once_and_can_be_changed(shop: Demo, sink: Sink) -> None:
    ada = Client(shop, "names.test")
    booking = ada.book().url.path
    refused = ada.name(booking, email_2="ben@names.test", phone_3="12345")
    assert refused.status_code == 422
    assert "an address of her own" in refused.text
    assert "with its country code" in refused.text
    assert not sink.of(ada.people["Ben"])
    ada.name(booking)
    changed = ada.name(booking, given_name_1="Benjamin", email_3="eve@names.test")
    assert "named, and invited" in changed.text
    until(ada.clock.idle)
    assert [len(sink.of(address)) for address in (*ada.people.values(), "eve@names.test")] == [1, 1, 1, 1]
    assert 'value="Benjamin"' in ada.web.get(f"{booking}/delegates").text
    assert ada.mark(["nobody@names.test"], []).status_code == 404


def test_setting_the_stage_is_for_the_organiser(shop: Demo) -> None:
    ada = Client(shop, "stage.test")
    again = ada.start + timedelta(days=30)
    assert ada.put("stage-again", again).status_code == 200
    assert ada.put("stage-again", again, price="600.00").status_code == 409
    for wrong in ({"zone": "Europe/Atlantis"}, {"end": ada.start.isoformat()}, {"price": "1.005"}, {"title": ""}):
        answer = ada.put("wrong", again, **wrong)
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]
    for place in ("/api/courses/stage-again", "/api/courses/stage-again/attendance"):
        assert ada.web.put(place, json={}).status_code == 401


def test_a_client_is_written_to_in_german_where_she_reads_that(shop: Demo, sink: Sink) -> None:
    ada = Client(shop, "german.test")
    ada.web.headers["Accept-Language"] = "de-AT"
    assert "Ihre Plätze sind gebucht" in ada.book().text
    confirmation = next(mail for mail in sink.wait_for(ada.email, 2) if "Buchung" in mail["Subject"])
    assert "09:00–17:00 CE" in text_of(confirmation)
    assert "1.785,00 €" in next(text_of(mail) for mail in sink.of(ada.email) if "Rechnung" in mail["Subject"])
