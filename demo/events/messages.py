"""What is written about a seat: confirmed, receipted, reminded of, moved, cancelled, refunded, offered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from demo import pdf
from demo.events.calendar import entry
from demo.events.tables import DAY, Event, Order, Waiting
from demo.letters import Attachment, Hook, Letter, Text
from demo.shop import Shop
from demo.store import Mail
from demo.words import Words

__all__ = ["Composer"]

VAT = Decimal("0.19")
Facts = list[tuple[str, str]]


class Composer:
    """Writes in the language of the order, or of the place on the waiting list, that it is about."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._settings = shop.settings

    def compose(self, mail: Mail, now: datetime) -> Letter | Text | Hook:
        """Return the message as it leaves at `now`, in site time."""
        with self._shop.store.read() as session:
            if mail.kind in ("free_seat", "offer"):
                return self._offer(mail, session.get_one(Waiting, mail.ref))
            order = session.get_one(Order, mail.ref)
        if mail.channel == "webhook":
            return _news(mail.kind, order)
        write: dict[str, Callable[[Mail, Order, Words, datetime], Letter]] = {
            "receipt": self._receipt,
            "refund": self._refund,
            "new_date": self._new_date,
        }
        words = Words(order.locale, "events")
        return write.get(mail.kind, self._about_the_event)(mail, order, words, now)

    def _about_the_event(self, mail: Mail, order: Order, words: Words, now: datetime) -> Letter:
        event, attachments = order.event, []
        if mail.kind == "confirmation" and "wrong_date_in_confirmation" in self._settings:
            event = _at(event, event.start + DAY)
        if mail.kind == "confirmation" and "no_calendar_entry" not in self._settings:
            attachments.append(entry(order, event, now))
        if mail.kind == "cancellation" and "no_calendar_cancellation" not in self._settings:
            attachments.append(entry(order, event, now, cancelled=True))
        return self._letter(mail, order, words, event_facts(order, event, words), attachments)

    def _new_date(self, mail: Mail, order: Order, words: Words, now: datetime) -> Letter:
        event, before = order.event, datetime.fromisoformat(mail.data["before"])
        shown = _at(event, before) if "old_date_in_calendar" in self._settings else event
        old = (words("date_before"), words.date(_at(event, before).local_start))
        return self._letter(mail, order, words, [*event_facts(order, event, words), old], [entry(order, shown, now)])

    def _receipt(self, mail: Mail, order: Order, words: Words, now: datetime) -> Letter:
        paid = (order.paid_at or now).astimezone(ZoneInfo(order.event.zone))
        gross, currency = order.event.price, order.event.currency
        if "wrong_amount_on_receipt" in self._settings:
            gross += 90  # 210.00 where 120.00 was paid
        net = (gross / (1 + VAT)).quantize(Decimal("0.01"))
        facts = [
            (words("order_number"), str(order.id)),
            (words("receipt_for"), ", ".join(filter(None, (order.name, order.company)))),
            (words("event"), words("seat", title=order.event.title)),
            (words("paid_on"), words.date(paid)),
            (words("net"), words.money(net, currency)),
            (words("vat"), words.money(gross - net, currency)),
            (words("amount_paid"), words.money(gross, currency)),
        ]
        stated = facts
        if "wrong_amount_in_pdf_only" in self._settings:
            stated = [*facts[:-1], (words("amount_paid"), words.money(gross - 12, currency))]
        sheet = pdf.sheet(words, words("receipt_subject", number=order.id), words("receipt_heading"), stated)
        return self._letter(mail, order, words, facts, [Attachment(f"receipt-{order.id}.pdf", sheet)])

    def _refund(self, mail: Mail, order: Order, words: Words, now: datetime) -> Letter:
        facts = [
            (words("order_number"), str(order.id)),
            (words("event"), words("seat", title=order.event.title)),
            (words("amount_refunded"), words.money(order.refund, order.event.currency)),
        ]
        return self._letter(mail, order, words, facts, [])

    def _letter(self, mail: Mail, order: Order, words: Words, facts: Facts, attachments: list[Attachment]) -> Letter:
        title = order.event.title
        return Letter(
            subject=words(f"{mail.kind}_subject", title=title, number=order.id),
            heading=words(f"{mail.kind}_heading"),
            lead=[words(f"{mail.kind}_lead", title=title)],
            facts=facts,
            links=[(words("your_booking"), f"{self._shop.url}/orders/{order.token}")],
            attachments=attachments,
            name=order.name,
            calls=order.given_name,
            locale=order.locale,
        )

    def _offer(self, mail: Mail, place: Waiting) -> Letter | Text:
        words, event = Words(place.locale, "events"), place.event
        until = (place.until or self._shop.now()).astimezone(ZoneInfo(event.zone))
        held = words("held_until", date=words.date(until), time=words.time(until))
        broken = mail.kind == "offer" and "offer_link_dead" in self._settings
        broken = broken or (mail.channel == "text" and "link_in_text_dead" in self._settings)
        link = f"{self._shop.url}/offers/{'gone' if broken else place.token}"
        if mail.channel == "text":
            return Text(f"{words('free_seat_text', title=event.title)} {held} {link}")
        return Letter(
            subject=words("offer_subject", title=event.title),
            heading=words("offer_heading"),
            lead=[words("offer_lead", title=event.title), held],
            facts=[
                (words("date"), words.date(event.local_start)),
                (words("time"), words.time(event.local_start)),
                (words("venue"), event.venue),
                (words("price"), words.money(event.price, event.currency)),
            ],
            links=[(words("take_seat"), link)],
            name=place.name,
            calls=place.given_name,
            locale=place.locale,
        )


def event_facts(order: Order, event: Event, words: Words) -> Facts:
    """Return what she needs to know of the event."""
    return [
        (words("event"), event.title),
        (words("date"), words.date(event.local_start)),
        (words("time"), words.time(event.local_start)),
        (words("venue"), event.venue),
        (words("order_number"), str(order.id)),
    ]


def _at(event: Event, start: datetime) -> Event:
    """Return the event as it would be at another time."""
    names = ("slug", "title", "zone", "venue", "cents", "currency", "moves")
    return Event(**{name: getattr(event, name) for name in names}, start=start)


def _news(kind: str, order: Order) -> Hook:
    data = {
        "order": order.id,
        "event": order.event.title,
        "name": order.name,
        "email": order.email,
        "company": order.company,
        "dietary_needs": order.diet,
        "amount": f"{order.event.price:.2f} {order.event.currency}",
    }
    return Hook(kind.replace("_", "."), data)
