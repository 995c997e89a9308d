"""Each defect has its effect, and no other: the whole story of a booking is watched with and without it."""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

import demo
from demo.bank import Bank
from demo.process import Demo
from tests.demo import test_seats
from tests.demo.stage import DECLINED_CARD, Clock, Customer, Sink, facts, organiser, paid_at, put_event, soup, until

KINDS = {"Your booking": "confirmation", "Your receipt": "receipt", "Reminder": "reminder"}
HEALTHY: dict[str, Any] = {
    "confirmation, hours after paying": [0],
    "receipt, hours after paying": [0],
    "reminder, hours before the event": [24],
    "confirmation has the right date": [True],
    "reminder has the right date": [True],
    "attached to the confirmation": [["text/calendar"]],
    "attached to the receipt": [["application/pdf"]],
    "attached to the reminder": [[]],
    "amounts": ["120.00 EUR"],
    "elsewhere": {},
    "attendee list": ["Name", "Email", "Company", "Dietary needs", "Order number"],
    "told why": True,
    "after the decline": {},
}


NO_CONFIRMATION: dict[str, Any] = {name: [] for name in HEALTHY if "confirmation" in name}
EFFECTS: dict[str, dict[str, Any]] = {
    "no_confirmation": NO_CONFIRMATION,
    "no_receipt": {name: [] for name in HEALTHY if "receipt" in name} | {"amounts": []},
    "no_reminder": {name: [] for name in HEALTHY if "reminder" in name},
    "incomplete_attendee_list": {"attendee list": ["Name", "Email", "Order number"]},
    "wrong_amount_on_receipt": {"amounts": ["210.00 EUR"]},
    "wrong_date_in_confirmation": {"confirmation has the right date": [False]},
    "no_calendar_entry": {"attached to the confirmation": [[]]},
    "duplicate_confirmation": {name: 2 * HEALTHY[name] for name in NO_CONFIRMATION},
    "reminder_at_once": {"reminder, hours before the event": [96]},
    "reminder_after_event": {"reminder, hours before the event": [-2]},
    "payment_declined_silently": {"told why": False},
    "confirmation_after_decline": {"after the decline": {"confirmation": 1}},
    "confirmation_to_wrong_address": NO_CONFIRMATION | {"elsewhere": {"bookings@events.test": 1}},
    "slow_mail": {
        "confirmation, hours after paying": [30],
        "receipt, hours after paying": [30],
        "reminder, hours before the event": [-6],
    },
}
# Defects with effects apart from each other are watched together, to save time.
GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    ("no_confirmation", "wrong_amount_on_receipt", "reminder_at_once", "payment_declined_silently"),
    ("no_receipt", "wrong_date_in_confirmation", "no_calendar_entry", "reminder_after_event"),
    ("no_reminder", "duplicate_confirmation", "confirmation_after_decline"),
    ("confirmation_to_wrong_address", "incomplete_attendee_list"),
    ("slow_mail",),
)


def kind(mail: EmailMessage) -> str:
    return next(name for words, name in KINDS.items() if mail["Subject"].startswith(words))


def watch(shop: Demo, sink: Sink, domain: str) -> dict[str, Any]:
    """Walk one paid and one declined booking, turn the clock past the event, and tell all that could be seen."""
    clock = Clock(shop.url)
    start = clock.now().replace(microsecond=0) + timedelta(days=4, minutes=1)
    assert put_event(shop.url, "day", start).status_code == 201
    ada = Customer(shop.url, f"ada@{domain}")
    page = facts(ada.book("day"))
    paid = clock.now()
    eve = Customer(shop.url, f"eve@{domain}")
    declined = soup(eve.pay(eve.register("day"), DECLINED_CARD))
    until(clock.idle)
    for moment in (
        paid + timedelta(hours=29.9),
        paid + timedelta(hours=30.01),
        *(start + timedelta(hours=hours) for hours in (-24.01, -23.99, -0.01, 2.01, 6.01, 60)),
    ):
        clock.turn_and_settle(moment)
    mails = {name: [mail for mail in sink.of(ada.email) if kind(mail) == name] for name in KINDS.values()}
    sent = {name: [parsedate_to_datetime(mail["Date"]) for mail in mails[name]] for name in mails}
    table = soup(organiser(shop.url).get("/organiser/events/day/attendees"))
    return {
        **{
            f"{name}, hours after paying": [round((at - paid) / timedelta(hours=1)) for at in sent[name]]
            for name in ("confirmation", "receipt")
        },
        "reminder, hours before the event": [round((start - at) / timedelta(hours=1)) for at in sent["reminder"]],
        **{
            f"{name} has the right date": [says_date(mail, page["Date"], start) for mail in mails[name]]
            for name in ("confirmation", "reminder")
        },
        **{
            f"attached to the {name}": [[part.get_content_type() for part in mail.iter_attachments()] for mail in came]
            for name, came in mails.items()
        },
        "amounts": [amount(mail) for mail in mails["receipt"]],
        "elsewhere": Counter(
            to for to, _ in sink.mails if to.endswith(f"@{domain}") and to not in (ada.email, eve.email)
        ),
        "attendee list": [cell.text for cell in table.find_all("th")],
        "told why": declined.find(role="alert") is not None,
        "after the decline": Counter(kind(mail) for mail in sink.of(eve.email)),
    }


def says_date(mail: EmailMessage, date: str, start: datetime) -> bool:
    """Return whether both texts, and the calendar entry where there is one, name the day of the event."""
    texts = [mail.get_body((name,)).get_content() for name in ("plain", "html")]  # type: ignore[union-attr]
    entries = [part.get_content() for part in mail.iter_attachments() if part.get_content_type() == "text/calendar"]
    return all(date in text for text in texts) and all(f":{start.astimezone():%Y%m%d}T" in entry for entry in entries)


def amount(mail: EmailMessage) -> str:
    """Return the sum that the receipt states, once its PDF and both texts agree on it."""
    (document,) = mail.iter_attachments()
    (sheet,) = pypdf.PdfReader(io.BytesIO(document.get_payload(decode=True))).pages  # type: ignore[arg-type]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    stated = str(text).split("Amount paid: ")[1].splitlines()[0]
    assert stated in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert stated in sheet.extract_text()
    return stated


EVENTS = [name for name, defect in demo.defects().items() if defect.file == "events"]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0] if group else "healthy")
def test_a_defect_does_what_the_table_says_and_nothing_else(
    group: tuple[str, ...], tmp_path: Path, sink: Sink, bank: Bank
) -> None:
    expected = dict(HEALTHY)
    for name in group:
        assert all(expected[key] == HEALTHY[key] for key in EFFECTS[name]), f"{name} is hidden by others"
        expected |= EFFECTS[name]
    sink.mails.clear()
    with Demo(tmp_path, smtp_port=sink.port, defects=group, environ=paid_at(bank, "events")) as shop:
        assert watch(shop, sink, "events.test") == expected


def test_the_table_is_read_as_it_stands() -> None:
    assert sorted(EVENTS) == sorted([name for group in GROUPS for name in group] + [*test_seats.EFFECTS])
    assert len([*EFFECTS]) == sum(len(group) for group in GROUPS)
    for name, defect in demo.defects().items():
        assert (defect.name, defect.what[-1]) == (name, ".")
        for one in defect.expects:
            forms = [
                form for form in (one.promise, one.step, one.touchpoint, one.friction, one.unchecked, one.run) if form
            ]
            assert len(forms) == 1, name
            assert bool(one.verdict) is bool(one.promise or one.step), name
            assert one.check or not one.touchpoint, name
