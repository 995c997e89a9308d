"""The three mails: a confirmation with a calendar entry, a receipt with a PDF, and a reminder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import jinja2

from demo import receipt
from demo.settings import Settings
from demo.store import DAY, Event, Mail, Order
from demo.words import Words

__all__ = ["SENDER", "Composer"]

SENDER = Address("Systems Day Office", addr_spec="office@demo.test")
VAT = Decimal("0.19")
Facts = list[tuple[str, str]]


class Composer:
    """Writes a mail in the language of its order, as plain text and as HTML that says the same."""

    def __init__(self, settings: Settings, site: Callable[[], str]) -> None:
        self._settings = settings
        self._site = site
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates" / "mail"),
            autoescape=jinja2.select_autoescape(),
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def compose(self, mail: Mail, now: datetime) -> EmailMessage:
        """Return the mail as it leaves at `now`, in site time. The same each time, but for its date."""
        order, words = mail.order, Words(mail.order.locale)
        facts = self._receipt_facts(order, words) if mail.kind == "receipt" else self._event_facts(mail, words)
        page = {
            "words": words,
            "kind": mail.kind,
            "order": order,
            "facts": facts,
            "link": f"{self._site()}/orders/{order.token}",
        }
        message = EmailMessage()
        message["Subject"] = words(f"{mail.kind}_subject", title=order.event.title, number=order.id)
        message["From"] = SENDER
        message["To"] = Address(order.name, addr_spec=mail.recipient)
        message["Date"] = format_datetime(now.astimezone(UTC))
        message["Message-ID"] = mail.message_id
        message["Content-Language"] = words.language
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies, please
        message.set_content(self._templates.get_template("mail.txt").render(page))
        message.add_alternative(self._templates.get_template("mail.html").render(page), subtype="html")
        if mail.kind == "confirmation" and "no_calendar_entry" not in self._settings:
            entry = calendar_entry(order, self._event(mail), now)
            parameters = {"method": "PUBLISH", "charset": "utf-8"}
            name = f"{order.event.slug}.ics"
            message.add_attachment(entry, maintype="text", subtype="calendar", filename=name, params=parameters)
        if mail.kind == "receipt":
            document = receipt.pdf(words, order, facts)
            message.add_attachment(document, maintype="application", subtype="pdf", filename=f"receipt-{order.id}.pdf")
        return message

    def _event(self, mail: Mail) -> Event:
        event = mail.order.event
        if mail.kind == "confirmation" and "wrong_date_in_confirmation" in self._settings:
            copy = {name: getattr(event, name) for name in ("slug", "title", "zone", "venue", "cents", "currency")}
            return Event(**copy, start=event.start + DAY)
        return event

    def _event_facts(self, mail: Mail, words: Words) -> Facts:
        event = self._event(mail)
        return [
            (words("event"), event.title),
            (words("date"), words.date(event.local_start)),
            (words("time"), words.time(event)),
            (words("venue"), event.venue),
            (words("order_number"), str(mail.order_id)),
        ]

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
