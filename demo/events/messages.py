"""The three mails: a confirmation with a calendar entry, a receipt with a PDF, and a reminder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import icalendar

from demo import pdf
from demo.events.tables import DAY, Event, Order
from demo.letters import Attachment, Letter
from demo.shop import Shop
from demo.store import Mail
from demo.words import Words

__all__ = ["Composer"]

VAT = Decimal("0.19")
Facts = list[tuple[str, str]]


class Composer:
    """Writes a letter in the language of its order."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._settings = shop.settings

    def compose(self, mail: Mail, now: datetime) -> Letter:
        """Return the letter as it leaves at `now`, in site time."""
        with self._shop.store.read() as session:
            order = session.get_one(Order, mail.ref)
        words = Words(order.locale, "events")
        event = self._event(mail, order)
        facts = self._receipt_facts(order, words) if mail.kind == "receipt" else event_facts(order, event, words)
        attachments = []
        if mail.kind == "confirmation" and "no_calendar_entry" not in self._settings:
            entry = calendar_entry(order, event, now)
            parameters = {"method": "PUBLISH", "charset": "utf-8"}
            attachments.append(Attachment(f"{event.slug}.ics", entry, "text/calendar", parameters))
        if mail.kind == "receipt":
            title = words("receipt_subject", number=order.id)
            document = pdf.sheet(words, title, words("receipt_heading"), facts)
            attachments.append(Attachment(f"receipt-{order.id}.pdf", document))
        return Letter(
            subject=words(f"{mail.kind}_subject", title=event.title, number=order.id),
            heading=words(f"{mail.kind}_heading"),
            lead=[words(f"{mail.kind}_lead", title=event.title)],
            facts=facts,
            links=[(words("your_booking"), f"{self._shop.url}/orders/{order.token}")],
            attachments=attachments,
            name=order.name,
            calls=order.given_name,
            locale=order.locale,
        )

    def _event(self, mail: Mail, order: Order) -> Event:
        event = order.event
        if mail.kind == "confirmation" and "wrong_date_in_confirmation" in self._settings:
            copy = {name: getattr(event, name) for name in ("slug", "title", "zone", "venue", "cents", "currency")}
            return Event(**copy, start=event.start + DAY)
        return event

    def _receipt_facts(self, order: Order, words: Words) -> Facts:
        paid = (order.paid_at or order.event.start).astimezone(ZoneInfo(order.event.zone))
        gross, currency = order.event.price, order.event.currency
        if "wrong_amount_on_receipt" in self._settings:
            gross += 90  # 210.00 where 120.00 was paid
        net = (gross / (1 + VAT)).quantize(Decimal("0.01"))
        return [
            (words("order_number"), str(order.id)),
            (words("receipt_for"), ", ".join(filter(None, (order.name, order.company)))),
            (words("event"), words("seat", title=order.event.title)),
            (words("paid_on"), words.date(paid)),
            (words("net"), words.money(net, currency)),
            (words("vat"), words.money(gross - net, currency)),
            (words("amount_paid"), words.money(gross, currency)),
        ]


def event_facts(order: Order, event: Event, words: Words) -> Facts:
    """Return what she needs to know of the event."""
    return [
        (words("event"), event.title),
        (words("date"), words.date(event.local_start)),
        (words("time"), words.time(event.local_start)),
        (words("venue"), event.venue),
        (words("order_number"), str(order.id)),
    ]


def calendar_entry(order: Order, event: Event, now: datetime) -> bytes:
    """Return the event as an iCalendar file (RFC 5545), with its zone described in it.

    It says when the event begins and not when it ends, since the shop says that nowhere.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Systems Day Office//demo.test//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    entry = icalendar.Event()
    entry.add("uid", f"order-{order.token}@demo.test")
    entry.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    entry.add("dtstart", event.local_start)
    entry.add("summary", event.title)
    entry.add("location", event.venue)
    calendar.add_component(entry)
    day, year = event.local_start.date(), timedelta(days=366)
    calendar.add_missing_timezones(first_date=day - year, last_date=day + year)
    return bytes(calendar.to_ical())
