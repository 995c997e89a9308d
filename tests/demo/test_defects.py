"""Each defect has its effect, and no other: the whole story of a booking is watched with and without it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
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
from tests.demo.stage import DECLINED_CARD, Clock, Customer, Sink, facts, organiser, put_event, soup, until

KINDS = {"Your booking": "confirmation", "Your receipt": "receipt", "Reminder": "reminder"}
HEALTHY: dict[str, Any] = {
    "came": {"confirmation": 1, "receipt": 1, "reminder": 1},
    "hours after paying": {"confirmation": [0], "receipt": [0]},
    "hours before the event": [24],
    "right date in": ["confirmation", "reminder"],
    "attached": ["confirmation text/calendar", "receipt application/pdf"],
    "amounts": ["120.00 EUR"],
    "elsewhere": {},
    "attendee list": ["Name", "Email", "Company", "Dietary needs", "Order number"],
    "told why": True,
    "after the decline": {},
}


def without(kind: str, **changes: Any) -> dict[str, Any]:
    """What is left of a healthy story when one kind of mail never comes to her."""
    came = {name: count for name, count in HEALTHY["came"].items() if name != kind}
    hours = {name: count for name, count in HEALTHY["hours after paying"].items() if name != kind}
    dates = [name for name in HEALTHY["right date in"] if name != kind]
    attached = [name for name in HEALTHY["attached"] if not name.startswith(kind)]
    gone: dict[str, Any] = {"came": came, "hours after paying": hours, "right date in": dates, "attached": attached}
    return gone | changes


EFFECTS: dict[str, dict[str, Any]] = {
    "no_confirmation": without("confirmation"),
    "no_receipt": without("receipt", amounts=[]),
    "no_reminder": without("reminder", **{"hours before the event": []}),
    "incomplete_attendee_list": {"attendee list": ["Name", "Email", "Order number"]},
    "wrong_amount_on_receipt": {"amounts": ["210.00 EUR"]},
    "wrong_date_in_confirmation": {"right date in": ["reminder"]},
    "no_calendar_entry": {"attached": ["receipt application/pdf"]},
    "duplicate_confirmation": {
        "came": {"confirmation": 2, "receipt": 1, "reminder": 1},
        "hours after paying": {"confirmation": [0, 0], "receipt": [0]},
        "right date in": ["confirmation", "confirmation", "reminder"],
        "attached": ["confirmation text/calendar", "confirmation text/calendar", "receipt application/pdf"],
    },
    "reminder_at_once": {"hours before the event": [96]},
    "reminder_after_event": {"hours before the event": [-2]},
    "payment_declined_silently": {"told why": False},
    "confirmation_after_decline": {"after the decline": {"confirmation": 1}},
    "confirmation_to_wrong_address": without("confirmation", elsewhere={"bookings@confirmation.test": 1}),
    "slow_mail": {"hours after paying": {"confirmation": [30], "receipt": [30]}, "hours before the event": [-6]},
}


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
    mails = sink.of(ada.email)
    hours: dict[str, list[int]] = {}
    before = []
    for mail in mails:
        at = parsedate_to_datetime(mail["Date"])
        if kind(mail) == "reminder":
            before.append(round((start - at) / timedelta(hours=1)))
        else:
            hours.setdefault(kind(mail), []).append(round((at - paid) / timedelta(hours=1)))
    table = soup(organiser(shop.url).get("/organiser/events/day/attendees"))
    return {
        "came": Counter(kind(mail) for mail in mails),
        "hours after paying": hours,
        "hours before the event": before,
        "right date in": sorted(kind(mail) for mail in mails if says_date(mail, page["Date"], start)),
        "attached": sorted(
            f"{kind(mail)} {part.get_content_type()}" for mail in mails for part in mail.iter_attachments()
        ),
        "amounts": [amount(mail) for mail in mails if kind(mail) == "receipt"],
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


@pytest.fixture(scope="module")
def bank() -> Iterator[Bank]:
    with Bank() as bank:
        yield bank


EVENTS = [name for name, defect in demo.defects().items() if defect.file == "events"]


@pytest.mark.parametrize("name", ["", *EFFECTS])
def test_a_defect_does_what_the_table_says_and_nothing_else(name: str, tmp_path: Path, sink: Sink, bank: Bank) -> None:
    domain = f"{'confirmation' if 'wrong_address' in name else name.replace('_', '-') or 'healthy'}.test"
    environ = {"STRIPE_API_BASE": bank.url, "STRIPE_API_KEY": bank.key}
    with Demo(tmp_path, smtp_port=sink.port, defects=filter(None, [name]), environ=environ) as shop:
        assert watch(shop, sink, domain) == HEALTHY | (EFFECTS[name] if name else {})


def test_the_table_is_read_as_it_stands() -> None:
    assert set(EVENTS) == set(EFFECTS) | set(test_seats.EFFECTS)
    for name, defect in demo.defects().items():
        assert (defect.name, defect.what[-1]) == (name, ".")
        for one in defect.expects:
            forms = [
                form for form in (one.promise, one.step, one.touchpoint, one.friction, one.unchecked, one.run) if form
            ]
            assert len(forms) == 1, name
            assert bool(one.verdict) is bool(one.promise or one.step), name
            assert one.check or not one.touchpoint, name
