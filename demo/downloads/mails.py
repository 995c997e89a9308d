"""The mails of this story: the link (the second line of response), a new link, and the receipt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from demo import pdf
from demo.downloads.links import Links
from demo.downloads.sales import STORY
from demo.downloads.tables import DownloadLink, DownloadOrder
from demo.letters import Attachment, Letter
from demo.shop import Shop
from demo.store import Mail
from demo.words import Words

__all__ = ["Mails"]

VAT = Decimal("0.19")


class Mails:
    """Writes each mail as it leaves."""

    def __init__(self, shop: Shop, links: Links) -> None:
        self._shop = shop
        self._links = links

    def compose(self, mail: Mail) -> Letter:
        """Return the letter for a mail of this story."""
        with self._shop.store.read() as session:
            order = session.get_one(DownloadOrder, mail.ref)
            words = Words(order.locale, STORY)
            if mail.kind == "receipt":
                return self._receipt(order, words)
            link = session.get_one(DownloadLink, mail.data["link"])
            if "link_of_another_customer" in self._shop.settings:
                others = sa.select(DownloadLink).join(DownloadOrder)
                others = others.where(DownloadOrder.product_id == order.product_id, DownloadOrder.email != order.email)
                link = session.scalar(others.order_by(DownloadLink.id).limit(1)) or link
        return self._link(order, link, mail.kind, words)

    def _link(self, order: DownloadOrder, link: DownloadLink, kind: str, words: Words) -> Letter:
        key = kind.replace(" ", "_")
        signed = self._links.signed(link.order, link.id)
        address = f"{self._shop.url}/downloads/orders/{link.order.token}/links/{signed}"
        return Letter(
            subject=words(f"{key}_subject", title=order.product.title),
            heading=words(f"{key}_heading"),
            lead=[words(f"{key}_lead", title=order.product.title), words("link_rules")],
            facts=[
                (words("product"), order.product.title),
                (words("order_number"), order.number),
                (words("works_until"), _until(link, words)),
            ],
            links=[(words(f"to_download_{order.product.format}"), address)],
            name=order.name,
            calls=order.given_name,
            locale=order.locale,
        )

    def _receipt(self, order: DownloadOrder, words: Words) -> Letter:
        gross, currency = order.product.price, order.product.currency
        net = (gross / (1 + VAT)).quantize(Decimal("0.01"))
        facts = [
            (words("order_number"), order.number),
            (words("receipt_for"), order.name),
            (words("product"), order.product.title),
            (words("paid_on"), words.date((order.paid_at or datetime.now(UTC)).astimezone(UTC))),
            (words("paid_with"), words(f"method_{order.method}")),
            (words("net"), words.money(net, currency)),
            (words("vat"), words.money(gross - net, currency)),
            (words("amount_paid"), words.money(gross, currency)),
        ]
        subject = words("receipt_subject", number=order.number)
        document = pdf.sheet(words, subject, words("receipt_heading"), facts)
        return Letter(
            subject=subject,
            heading=words("receipt_heading"),
            lead=[words("receipt_lead")],
            facts=facts,
            links=[(words("your_order"), f"{self._shop.url}/downloads/orders/{order.token}")],
            attachments=[Attachment(f"receipt-{order.number}.pdf", document)],
            name=order.name,
            calls=order.given_name,
            locale=order.locale,
        )


def _until(link: DownloadLink, words: Words) -> str:
    # The last full minute, so that nobody relies on one in which it stops working.
    last = (link.expires_at - timedelta(minutes=1)).astimezone(UTC)
    return f"{words.date(last)}, {last:%H:%M} UTC"
