"""What becomes of a seat: given back, moved to another date, waited for; and each defect of that, with its effect."""

from __future__ import annotations

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import httpx
import icalendar
import pytest

from demo.bank import Bank
from demo.process import Demo
from tests.demo.stage import Clock, Customer, Sink, client, facts, paid_at, put_event, soup, until

KINDS = {
    "Your booking is cancelled": "cancellation",
    "Your refund": "refund",
    "New date": "new date",
    "Reminder": "reminder",
    "A seat for you": "offer",
}
HEALTHY: dict[str, Any] = {
    "who gave back was sent": {"cancellation": 1, "refund": 1},
    "calendar after cancelling": ["CANCEL 1 day"],
    "refunded": ["120.00 EUR", 12000],
    "who moved along was sent": {"new date": 1, "reminder": 1},
    "calendar after moving": ["PUBLISH 1 new"],
    "hours from the reminder to the new date": [24],
    "organiser was told": {"booking.made": 2, "booking.cancelled": 1},
    "texts, with hours after the seat was free": [("first", 0), ("second", 6)],
    "offers, with hours after the seat was free": [("first", 0), ("second", 6)],
    "an offer leads to": ["Register for Systems Day"],
}
NOBODY: dict[str, Any] = {name: [] for name in HEALTHY if "hours after" in name}
EFFECTS: dict[str, dict[str, Any]] = {
    "reminder_after_cancelling": {"who gave back was sent": {"cancellation": 1, "refund": 1, "reminder": 1}},
    "cancelling_unconfirmed": {"who gave back was sent": {"refund": 1}, "calendar after cancelling": []},
    "no_calendar_cancellation": {"calendar after cancelling": []},
    "no_refund_notice": {"who gave back was sent": {"cancellation": 1}, "refunded": [12000]},
    "refund_of_wrong_amount": {"refunded": ["100.00 EUR", 10000]},
    "organiser_not_told": {"organiser was told": {}},
    "no_news_of_new_date": {"who moved along was sent": {"reminder": 1}, "calendar after moving": []},
    "old_date_in_calendar": {"calendar after moving": ["PUBLISH 1 old"]},
    "reminder_for_old_date": {"hours from the reminder to the new date": [24 + 72]},
    "waiting_list_stuck": NOBODY | {"an offer leads to": []},
    "no_text_about_free_seat": {"texts, with hours after the seat was free": []},
    "offer_link_dead": {"an offer leads to": ["This page does not exist"]},
    "last_in_line_first": {name: [("second", 0), ("first", 6)] for name in NOBODY},
    "offer_never_ends": {name: [("first", 0)] for name in NOBODY},
}


def kinds(mails: list[EmailMessage]) -> list[str]:
    return [kind for mail in mails for words, kind in KINDS.items() if mail["Subject"].startswith(words)]


def of_kind(mails: list[EmailMessage], wanted: str) -> list[EmailMessage]:
    return [mail for mail in mails if kinds([mail]) == [wanted]]


def entry(mail: EmailMessage, days: dict[datetime, str]) -> list[str]:
    """The method, the sequence and the named start of the mail's calendar entry."""
    said = []
    for part in mail.iter_attachments():
        calendar = icalendar.Calendar.from_ical(part.get_content())
        (event,) = calendar.walk("VEVENT")
        start: Any = event.decoded("DTSTART")
        said.append(f"{calendar['METHOD']} {event['SEQUENCE']} {days[start]}")
    return said


def refunds(bank: Bank) -> list[int]:
    """What was given back, in cents, the last first."""
    answer = httpx.get(
        f"{bank.url}/v1/refunds?limit=100", headers={"Authorization": f"Bearer {bank.key}"}, trust_env=False
    )
    return [refund["amount"] for refund in answer.json()["data"]]


def uid(mail: EmailMessage) -> str:
    """By which her calendar knows the seat again; "" where the mail has no entry."""
    entries = [part.get_content() for part in mail.iter_attachments() if part.get_content_type() == "text/calendar"]
    return "".join(str(icalendar.Calendar.from_ical(entry).walk("VEVENT")[0]["UID"]) for entry in entries)


def move(url: str, slug: str, to: datetime, zone: str = "Europe/Berlin") -> httpx.Response:
    start = {"start": to.isoformat(), "zone": zone}
    return client(url).put(f"/api/events/{slug}/start", json=start, auth=("organiser", "organiser"))


def wait(url: str, slug: str, name: str, number: str) -> Customer:
    """Someone who has put her name on the list."""
    customer = Customer(url, f"{name}@seats.test", name=f"{name.title()} Lovelace")
    details = {key: customer.details[key] for key in ("given_name", "family_name", "email")} | {"phone": number}
    page = soup(customer.web.post(f"/events/{slug}/waiting", data=details))
    assert page.h1 is not None
    assert page.h1.text == "You are on the waiting list"
    return customer


def give_back(customer: Customer, sink: Sink) -> httpx.Response:
    """She cancels by the link in her mail."""
    (confirmation,) = [mail for mail in sink.wait_for(customer.email, 2) if mail["Subject"].startswith("Your booking")]
    text = confirmation.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    page = soup(customer.web.get(text.split("Your booking: ")[1].split()[0]))
    link = page.find("a", string="Cancel my booking")
    assert link is not None
    asked = customer.web.get(str(link["href"]))
    assert "we refund 120.00 EUR" in asked.text
    return customer.web.post(asked.url.path)


def watch(shop: Demo, sink: Sink, door: Any, bank: Bank) -> dict[str, Any]:
    """Give a seat back, move an event, let two wait for a seat, turn the clock past it all, and tell what was seen."""
    for done in (sink.mails, door.posted):
        done.clear()
    clock, url = Clock(shop.url), shop.url
    day = clock.now().replace(microsecond=0) + timedelta(days=4)
    new = day + timedelta(days=3)
    put_event(url, "day", day, organiser="dana@seats.test")
    ada, ben = Customer(url, "ada@seats.test"), Customer(url, "ben@seats.test")
    ada.book("day")
    ben.book("day")
    cancelled = soup(give_back(ada, sink))
    assert cancelled.h1 is not None
    assert cancelled.h1.text == "Your booking is cancelled"
    until(clock.idle)  # a letter says what is true when it leaves, and the event is about to move
    assert move(url, "day", new).status_code == 200

    put_event(url, "full", day, organiser="")
    client(url).put("/api/events/full/seats", json={"seats": 1}, auth=("organiser", "organiser"))
    eve = Customer(url, "eve@seats.test")
    eve.book("full")
    assert "Sold out" in client(url).get("/events/full").text
    first, second = wait(url, "full", "first", "+4930231250 01"), wait(url, "full", "second", "+1 (212) 555-0102")
    free = clock.now()
    give_back(eve, sink)
    until(clock.idle)
    offers = of_kind(sink.of(first.email) + sink.of(second.email), "offer")
    leads = [leads_to(offer, url) for offer in offers]
    for moment in (free + timedelta(hours=6.01), *(day + timedelta(hours=hours) for hours in (-24, 0, 48, 72))):
        clock.turn_and_settle(moment + timedelta(seconds=20))

    def hours_after(texts: bool) -> list[tuple[str, int]]:
        """Who was asked by a text message, or by mail, and when."""
        if texts:
            numbers = {"+493023125001": "first", "+12125550102": "second"}
            forms = [parse_qs(body) for path, _, body in door.posted if path.endswith("/Messages.json")]
            # A text message does not say when it was written; how long the offer holds does.
            return sorted(
                ((numbers[form["To"][0]], held_for(form["Body"][0], free) - 6) for form in forms),
                key=lambda one: one[1],
            )
        mails = [("first", mail) for mail in sink.of(first.email)] + [
            ("second", mail) for mail in sink.of(second.email)
        ]
        told = [
            (name, round((parsedate_to_datetime(mail["Date"]) - free) / timedelta(hours=1)))
            for name, mail in mails
            if kinds([mail]) == ["offer"]
        ]
        return sorted(told, key=lambda one: one[1])

    hers, his = sink.of(ada.email), sink.of(ben.email)
    refund = [
        fact.split("Amount refunded: ")[1].splitlines()[0]
        for mail in of_kind(hers, "refund")
        for fact in [mail.get_body(("plain",)).get_content()]  # type: ignore[union-attr]
    ]
    days = {day: "day", new: "new"}
    assert all(len({uid(mail) for mail in mails if uid(mail)}) == 1 for mails in (hers, his))
    return {
        "who gave back was sent": Counter(kinds(hers)),
        "calendar after cancelling": [said for mail in of_kind(hers, "cancellation") for said in entry(mail, days)],
        "refunded": [*refund, refunds(bank)[0]],
        "who moved along was sent": Counter(kinds(his)),
        "calendar after moving": [
            said for mail in of_kind(his, "new date") for said in entry(mail, {day: "old", new: "new"})
        ],
        "hours from the reminder to the new date": [
            round((new - parsedate_to_datetime(mail["Date"])) / timedelta(hours=1)) for mail in of_kind(his, "reminder")
        ],
        "organiser was told": Counter(
            json.loads(body)["type"] for path, _, body in door.posted if path == "/hooks/dana@seats.test"
        ),
        "texts, with hours after the seat was free": hours_after(texts=True),
        "offers, with hours after the seat was free": hours_after(texts=False),
        "an offer leads to": leads,
    }


def held_for(text: str, since: datetime) -> int:
    """How many hours after `since` the offer in a text message ends."""
    day, hour, minute = re.search(r"until \w+,? (\d+ \w+ \d{4}), (\d\d):(\d\d)", text).groups()  # type: ignore[union-attr]
    until = datetime.strptime(f"{day} {hour}:{minute}", "%d %B %Y %H:%M").replace(tzinfo=ZoneInfo("Europe/Berlin"))
    assert "http://" in text
    return round((until - since) / timedelta(hours=1))


def leads_to(offer: EmailMessage, url: str) -> str:
    text = offer.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    page = client(url).get(text.split("Take the seat: ")[1].split()[0])
    heading = re.search(r"<h1>(.+)</h1>", page.text)
    return heading[1] if heading else ""


# Defects that touch nothing in common are watched together, to save time.
GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    (
        "reminder_after_cancelling",
        "refund_of_wrong_amount",
        "organiser_not_told",
        "old_date_in_calendar",
        "reminder_for_old_date",
        "offer_link_dead",
        "no_text_about_free_seat",
    ),
    ("cancelling_unconfirmed", "no_news_of_new_date", "waiting_list_stuck"),
    ("no_calendar_cancellation", "no_refund_notice", "last_in_line_first"),
    ("offer_never_ends",),
)


@pytest.mark.parametrize("names", GROUPS, ids=lambda names: names[0] if names else "healthy")
def test_a_defect_does_what_the_table_says_and_nothing_else(
    names: tuple[str, ...], tmp_path: Path, sink: Sink, door: Any, bank: Bank
) -> None:
    effects = [effect for name in names for effect in EFFECTS[name].items()]
    assert len(dict(effects)) == len(effects)
    environ = paid_at(bank, "events")
    addresses: Any = {"sms_url": door.url, "webhook_url": f"{door.url}/hooks"}
    with Demo(tmp_path, smtp_port=sink.port, defects=names, environ=environ, **addresses) as shop:
        assert watch(shop, sink, door, bank) == HEALTHY | dict(effects)


def test_every_defect_is_watched_once() -> None:
    assert sorted(name for names in GROUPS for name in names) == sorted(EFFECTS)


def test_giving_back_twice_refunds_once_and_only_before_it_begins(
    sink: Sink, bank: Bank, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environ = paid_at(bank, "events")
    with Demo(tmp_path_factory.mktemp("back"), smtp_port=sink.port, environ=environ) as shop:
        before = len(refunds(bank))
        ada = Customer(shop.url, "ada.back@seats.test")
        place = ada.pay(ada.register()).url.path
        with ThreadPoolExecutor(4) as tabs:
            pages = list(tabs.map(lambda _: ada.web.post(f"{place}/cancel"), range(4)))
        assert all("Your booking is cancelled" in page.text for page in pages)
        assert len(refunds(bank)) == before + 1
        ben = Customer(shop.url, "ben.back@seats.test")
        place = ben.pay(ben.register()).url.path
        clock = Clock(shop.url)
        clock.turn_and_settle(clock.now() + timedelta(days=6))
        assert "Cancel my booking" not in ben.web.get(place).text
        assert "You are booked" in ben.web.post(f"{place}/cancel").text
        assert len(refunds(bank)) == before + 1


def test_the_last_seat_is_sold_once(shop: Demo) -> None:
    put_event(shop.url, "last", Clock(shop.url).now() + timedelta(days=4))
    client(shop.url).put("/api/events/last/seats", json={"seats": 1}, auth=("organiser", "organiser"))
    crowd = [Customer(shop.url, f"guest{number}.last@seats.test") for number in range(4)]
    checkouts = [customer.register("last") for customer in crowd]
    with ThreadPoolExecutor(4) as tills:
        pages = list(tills.map(lambda pair: pair[0].pay(pair[1]), zip(crowd, checkouts, strict=True)))
    said = Counter(
        "booked" if "You are booked" in page.text else facts(soup(page))["Email"] and "told" for page in pages
    )
    assert said == {"booked": 1, "told": 3}
    assert sum("The last seat has just been taken." in page.text for page in pages) == 3


def test_who_waits_must_be_reachable(shop: Demo) -> None:
    put_event(shop.url, "waits", Clock(shop.url).now() + timedelta(days=4))
    details = {"given_name": "Ada", "family_name": "", "email": "ada@seats.test", "phone": "0171 23"}
    answer = client(shop.url).post("/events/waits/waiting", data=details)
    assert answer.status_code == 422
    assert "Please tell us your last name." in answer.text
    assert "Please give a mobile number" in answer.text
    assert move(shop.url, "waits", Clock(shop.url).now(), "Europe/Atlantis").status_code == 400
    assert move(shop.url, "nowhere", Clock(shop.url).now()).status_code == 404
