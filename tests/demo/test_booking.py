"""Registering and paying, seen from outside: the pages, the mails, and the attendee list."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import httpx
import icalendar
import pypdf
import pytest

from demo.bank import Bank
from demo.process import Demo
from tests.demo.stage import (
    DECLINED_CARD,
    Clock,
    Customer,
    Sink,
    client,
    facts,
    organiser,
    paid_at,
    put_event,
    running_sink,
    soup,
    until,
)


def mail_of(kind: str, mails: list[EmailMessage]) -> EmailMessage:
    (found,) = [mail for mail in mails if kind in mail["Subject"]]
    return found


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def attachment(mail: EmailMessage) -> EmailMessage:
    (part,) = mail.iter_attachments()
    assert isinstance(part, EmailMessage)
    return part


def test_a_booking_is_confirmed_and_receipted_by_mail(shop: Demo, sink: Sink) -> None:
    ada = Customer(shop.url, "ada.booking@customers.test")
    page = ada.book()
    assert page.h1 is not None
    assert page.h1.text == "You are booked"
    booked = facts(page)
    assert booked["Amount paid"] == "120.00 EUR"
    assert int(booked["Order number"]) >= 4711
    mails = sink.wait_for(ada.email, 2)
    confirmation, receipt = mail_of("Your booking: Systems Day", mails), mail_of("Your receipt for order", mails)

    text = body(confirmation, "plain")
    assert text.startswith("Hello Ada,")
    for fact in (booked["Date"], "18:00", "Europe/Berlin", "Town Hall", booked["Order number"]):
        assert fact in text
        assert fact in body(confirmation, "html")
    link = text.split("Your booking: ")[1].split()[0]
    assert "You are booked" in client(shop.url).get(link).text
    assert str(confirmation["From"]) == "Systems Day Office <office@demo.test>"
    assert confirmation["Message-ID"] != receipt["Message-ID"]

    entry = attachment(confirmation)
    assert (entry.get_content_type(), entry.get_param("method")) == ("text/calendar", "PUBLISH")
    calendar = icalendar.Calendar.from_ical(entry.get_content())
    (event,) = calendar.walk("VEVENT")
    start: Any = event.decoded("DTSTART")
    assert (start.hour, str(start.tzinfo)) == (18, "Europe/Berlin")
    assert (event["SUMMARY"], event["LOCATION"]) == ("Systems Day", "Town Hall")
    assert event["UID"]

    document = attachment(receipt)
    assert document.get_content_type() == "application/pdf"
    (sheet,) = pypdf.PdfReader(io.BytesIO(document.get_payload(decode=True))).pages  # type: ignore[arg-type]
    written = sheet.extract_text()
    for fact in (booked["Order number"], "120.00 EUR", "100.84 EUR", "19.16 EUR", "Ada Lovelace, Łódź & Söhne GmbH"):
        assert fact in written
        assert fact in body(receipt, "plain")


def test_a_german_is_spoken_to_in_german(shop: Demo, sink: Sink) -> None:
    cleo = Customer(shop.url, "cleo.german@customers.test", "de-DE,de;q=0.9,en;q=0.5", "Cleo Müller")
    event = soup(cleo.web.get("/events/systems-day"))
    assert event.find("a", string="Anmelden")
    assert facts(event)["Uhrzeit"] == "18:00 MEZ (Europe/Berlin)"
    form = soup(cleo.web.get("/events/systems-day/register"))
    assert form.find("button", string="Weiter zur Bezahlung")
    checkout = cleo.register()
    assert "120,00 € bezahlen" in checkout.text
    # The order keeps its language, whoever opens its page.
    booked = soup(Customer(shop.url, "ben@customers.test").pay(checkout))
    assert booked.h1 is not None
    assert booked.h1.text == "Sie sind dabei"
    mails = sink.wait_for(cleo.email, 2)
    assert "Guten Tag Cleo," in body(mail_of("Ihre Buchungsbestätigung: Systems Day", mails), "plain")
    receipt = mail_of("Ihre Quittung zur Bestellung", mails)
    (sheet,) = pypdf.PdfReader(io.BytesIO(attachment(receipt).get_payload(decode=True))).pages  # type: ignore[arg-type]
    assert "120,00 €" in sheet.extract_text()
    assert "Ausgestellt für" in sheet.extract_text()


@pytest.mark.parametrize(
    ("header", "language"), [("pt-PT", "en"), ("fr, de-AT;q=0.9", "de-AT"), ("", "en"), ("en-XX", "en"), ("*", "en")]
)
def test_the_first_language_we_speak_is_spoken(shop: Demo, header: str, language: str) -> None:
    page = soup(Customer(shop.url, "ada@customers.test", header).web.get("/"))
    assert page.html is not None
    assert page.html["lang"] == language


def test_a_declined_card_books_nothing_and_loses_nothing(shop: Demo, sink: Sink) -> None:
    ada = Customer(shop.url, "ada.declined@customers.test")
    declined = ada.pay(ada.register(), DECLINED_CARD)
    page = soup(declined)
    alert = page.find(role="alert")
    assert alert is not None
    assert "declined" in alert.text
    assert "Try another card" in alert.text
    assert facts(page)["Company"] == "Łódź & Söhne GmbH"
    form = soup(ada.web.get("/events/systems-day/register"))
    for name in ("given_name", "family_name", "email", "company"):
        assert form.find(id=name)["value"] == ada.details[name]  # type: ignore[index]
    assert ada.email not in organiser(shop.url).get("/organiser/events/systems-day/attendees").text
    assert Clock(shop.url).idle()
    assert not sink.of(ada.email)
    again = ada.pay(declined)
    assert "You are booked" in again.text
    assert len(sink.wait_for(ada.email, 2)) == 2


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"number": "4111111111111111"}, "We do not know this card."),
        ({"expiry": "01/20"}, "The expiry date is not right."),
        ({"expiry": "13/49"}, "The expiry date is not right."),
        ({"code": "12"}, "The security code is not right."),
        ({"name": " "}, "The name on the card is missing."),
    ],
)
def test_a_card_that_cannot_be_used_is_explained(shop: Demo, changed: dict[str, str], says: str) -> None:
    ada = Customer(shop.url, "ada.card@customers.test")
    card = {"name": "Ada Lovelace", "number": "4242424242424242", "expiry": "2049-08", "code": "123"} | changed
    alert = soup(ada.web.post(ada.register().url.path, data=card)).find(role="alert")
    assert alert is not None
    assert says in alert.text


def test_missing_details_are_marked_and_the_others_kept(shop: Demo) -> None:
    ada = Customer(shop.url, "ada@@customers.test")
    ada.details |= {"company": "", "diet": "chocolate"}
    del ada.details["consent"]
    answer = ada.register()
    assert answer.status_code == 422
    for said in (
        "Please tell us your company.",
        "Please give an email",
        "Please choose what",
        "We need your agreement",
    ):
        assert said in answer.text
    assert 'value="Lovelace"' in answer.text


def test_going_back_and_on_again_is_one_order_and_another_person_is_another(shop: Demo) -> None:
    ada = Customer(shop.url, "ada.back@customers.test")
    first = ada.register().url
    assert ada.register().url == first
    ada.details["email"] = "ben.back@customers.test"
    assert ada.register().url != first


def test_paying_in_two_tabs_at_once_charges_and_mails_once(
    sink: Sink, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Bank() as bank:  # of its own, as all charges are counted
        environ = paid_at(bank, "events")
        with Demo(tmp_path_factory.mktemp("twice"), smtp_port=sink.port, environ=environ) as demo:
            ada = Customer(demo.url, "ada.twice@customers.test")
            checkout = ada.register()
            with ThreadPoolExecutor(4) as tabs:
                pages = list(tabs.map(lambda _: ada.pay(checkout), range(4)))
            assert all("You are booked" in page.text for page in pages)
            assert "You are booked" in ada.pay(checkout).text  # the back button, later
            charges = httpx.get(
                f"{bank.url}/v1/charges", headers={"Authorization": f"Bearer {bank.key}"}, trust_env=False
            )
            assert [charge["amount"] for charge in charges.json()["data"]] == [12000]
            sink.wait_for(ada.email, 2)
            clock = Clock(demo.url)
            clock.turn_and_settle(clock.now() + timedelta(hours=1))
            assert len(sink.of(ada.email)) == 2


def test_several_customers_at_once_each_get_their_own(shop: Demo, sink: Sink) -> None:
    names = [f"guest{number}.crowd@customers.test" for number in range(8)]
    with ThreadPoolExecutor(8) as crowd:
        pages = list(crowd.map(lambda email: Customer(shop.url, email).book(), names))
    assert len({facts(page)["Order number"] for page in pages}) == 8
    for name in names:
        assert len(sink.wait_for(name, 2)) == 2


def test_the_organiser_sees_and_downloads_who_comes(shop: Demo) -> None:
    start = Clock(shop.url).now() + timedelta(days=4)
    assert put_event(shop.url, "list-day", start).status_code == 201
    ada = Customer(shop.url, "ada.list@customers.test")
    number = facts(ada.book("list-day"))["Order number"]
    assert "Organiser’s entrance" in client(shop.url).get("/organiser/events/list-day/attendees.csv").text
    web = organiser(shop.url)
    page = soup(web.get("/organiser/events/list-day/attendees"))
    row = [cell.text for cell in page.find_all("td")]
    assert row == ["Ada Lovelace", ada.email, "Łódź & Söhne GmbH", "Vegan", number]
    link = page.find("a", string="Download CSV")
    assert link is not None
    answer = web.get(str(link["href"]))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    (line,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert line == dict(zip(["Name", "Email", "Company", "Dietary needs", "Order number"], row, strict=True))
    web.post("/organiser/logout")
    assert "Organiser’s entrance" in web.get("/organiser").text


def test_setting_the_stage_is_for_the_organiser_and_happens_once(shop: Demo) -> None:
    start = Clock(shop.url).now().replace(microsecond=0) + timedelta(days=9)
    assert client(shop.url).put("/api/events/once", json={}).status_code == 401
    first = put_event(shop.url, "once", start)
    assert (first.status_code, first.json()["url"]) == (201, "/events/once")
    assert put_event(shop.url, "once", start).status_code == 200
    other = put_event(shop.url, "once", start, price="121.00")
    assert (other.status_code, other.json()["event"]["price"]) == (409, "120.00")
    for wrong in ({"zone": "Europe/Atlantis"}, {"price": "1.005"}, {"start": "2026-11-26T18:00"}, {"currency": "DEM"}):
        answer = put_event(shop.url, "wrong", start, **wrong)
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]
    assert soup(client(shop.url).get("/events/once")).h1


def test_mail_waits_for_a_mail_server_that_is_down_and_comes_once(
    bank: Bank, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running_sink() as sink:
        sink.stop()
        environ = paid_at(bank, "events")
        with Demo(tmp_path_factory.mktemp("down"), smtp_port=sink.port, environ=environ) as demo:
            ada = Customer(demo.url, "ada.down@customers.test")
            ada.book()
            until(lambda: "mail failed, next try in 1 s" in demo.log.read_text())
            assert not Clock(demo.url).idle()
            sink.start()
            sink.wait_for(ada.email, 2)
            clock = Clock(demo.url)
            clock.turn_and_settle(clock.now() + timedelta(hours=1))
            assert len(sink.of(ada.email)) == 2
