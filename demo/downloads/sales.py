"""Buying: an order is paid by card or with Demo Wallet, and its links and mails are made, all or nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from demo.downloads.links import make_link
from demo.downloads.tables import DownloadLink, DownloadOrder, Product
from demo.payments import Declined, Problem, Turns
from demo.shop import Shop
from demo.wallet import Till, WalletDown

__all__ = ["EARLIER", "STORY", "Sales"]

STORY = "downloads"
EARLIER = {"given_name": "Grace", "family_name": "Hopper", "email": "grace.hopper@demo.test"}
"""Whoever bought each product before this run: a shop that sells has other customers."""
ON_ITS_WAY = timedelta(minutes=1)
log = logging.getLogger("demo")


class Sales:
    """The till of this story."""

    def __init__(self, shop: Shop, till: Till) -> None:
        self._shop = shop
        self._till = till
        self._turns = Turns()

    def product(self, slug: str) -> Product | None:
        """Return the product of this slug, if there is one."""
        with self._shop.store.read() as session:
            return session.scalar(sa.select(Product).where(Product.slug == slug))

    def order(self, token: str) -> DownloadOrder | None:
        """Return the order with this token, if there is one."""
        with self._shop.store.read() as session:
            return session.scalar(sa.select(DownloadOrder).where(DownloadOrder.token == token))

    def offer(self, slug: str, values: Mapping[str, Any]) -> bool:
        """Put a product on the shelf, or change it; return whether it is a new one."""
        with self._shop.store.write() as writing:
            found = writing.scalar(sa.select(Product).where(Product.slug == slug))
            product = found or Product(slug=slug)
            for name, value in values.items():
                setattr(product, name, value)
            writing.add(product)
            writing.flush()
            if found is None:
                common: dict[str, Any] = {"locale": "en", "clock": self._shop.clock(), "status": "paid"}
                earlier = DownloadOrder(product_id=product.id, paid_at=self._shop.now(), **common, **EARLIER)
                writing.add(earlier)
                writing.flush()
                make_link(writing, earlier, "mail", self._shop.now())
        return found is None

    def pay_by_card(self, token: str, card: Mapping[str, str]) -> None:
        """Charge the card and hand over; does nothing where it is paid. Raises `Problem`, and then it is not."""
        with self._turns.of(token):  # a double click, the back button and a second tab all wait here
            order = self.order(token)
            if order is None or order.status == "paid":
                return
            key, label = f"{order.token}-{order.declines}", f"order {order.number}"
            try:
                more = 200 if "charged_more_than_said" in self._shop.settings else 0
                cents, currency = order.product.cents + more, order.product.currency
                self._shop.charge(cents=cents, currency=currency, card=card, key=key, label=label)
            except Declined:
                with self._shop.store.write() as writing:
                    writing.get_one(DownloadOrder, order.id).declines += 1
                raise
            self._hand_over(order, "card")

    def go_to_wallet(self, token: str, *, back: str, told_at: str) -> str:
        """Ask Demo Wallet for a payment; return the page to which she is sent. Raises `Problem`.

        `back` is where she comes back to, and `told_at` where the provider tells us.
        """
        order = self.order(token)
        if order is None:
            raise Problem("unavailable")
        try:
            return self._till.begin(
                reference=order.token,
                cents=self._asked(order),
                currency=order.product.currency,
                payee="Systems Day Office",
                purpose=order.product.title,
                payer=order.email,
                payer_name=order.name,
                return_url=back,
                cancel_url=f"{back}?cancelled=1",
                webhook_url=told_at,
            )
        except WalletDown as error:
            log.warning("%s", error)
            raise Problem("unavailable") from error

    def wallet_told(self, body: bytes, signature: str) -> None:
        """Take the money that she has approved, and hand over. Raises `NotFromWallet`, `WalletDown`.

        The provider tells us again where we raise, so what was taken and not yet handed over will be: the key under
        which we take it stays the same.
        """
        told = self._till.heard(body, signature)
        payment, token = str(told["payment"]["id"]), str(told["payment"]["reference"])
        if told["type"] != "payment.approved":
            return
        with self._turns.of(token):
            order = self.order(token)
            if order is None or order.status == "paid":
                return
            self._till.take(payment, self._asked(order), key=order.token)
            if "provider_charges_twice" in self._shop.settings:
                self._till.take(payment, self._asked(order), key=f"{order.token}-again")
            self._hand_over(order, "wallet")

    def came_back(self, token: str) -> None:
        """Take note that she has come back from the provider's page, which proves nothing."""
        order = self.order(token)
        if order is not None and order.status == "open" and "paid_by_coming_back" in self._shop.settings:
            self._hand_over(order, "wallet")

    def _asked(self, order: DownloadOrder) -> int:
        """What the provider is to take, in cents."""
        fee = 200 if "wrong_amount_at_provider" in self._shop.settings else 0
        return order.product.cents + fee

    def _hand_over(self, order: DownloadOrder, method: str) -> None:
        now = self._shop.clocks.now(order.clock)  # her own clock, also where it is the provider that calls
        with self._shop.store.write() as writing:
            paid = sa.update(DownloadOrder).where(DownloadOrder.id == order.id, DownloadOrder.status == "open")
            paid = paid.values(status="paid", paid_at=now, method=method)
            if writing.scalar(paid.returning(DownloadOrder.id)) is None:
                return
            bought = writing.get_one(DownloadOrder, order.id)
            if not (method == "wallet" and "no_download_after_second_payment" in self._shop.settings):
                make_link(writing, bought, "page", now)
                link = make_link(writing, bought, "mail", now)
                if "no_second_line" not in self._shop.settings:
                    self._put(writing, bought, "download", link)
            self._put(writing, bought, "receipt")
        self._shop.wake()

    def send_new_link(self, token: str) -> None:
        """Send the buyer a new link, to her own address and no other; one that is on its way to her will do."""
        order = self.order(token)
        if order is None or order.status != "paid" or "new_link_never_sent" in self._shop.settings:
            return
        now = self._shop.clocks.now(order.clock)
        with self._shop.store.write() as writing:
            last = sa.select(DownloadLink).where(DownloadLink.order_id == order.id, DownloadLink.place == "mail")
            newest = writing.scalar(last.order_by(DownloadLink.id.desc()).limit(1))
            if newest is None or newest.state(now) != "open" or newest.made_at < now - ON_ITS_WAY:
                self._put(writing, order, "new link", make_link(writing, order, "mail", now))
        self._shop.wake()

    def _put(self, writing: Session, order: DownloadOrder, kind: str, link: DownloadLink | None = None) -> None:
        self._shop.put(
            writing,
            story=STORY,
            kind=kind,
            ref=order.id,
            recipient=order.email,
            again=str(link.id) if link else "",
            data={"link": link.id} if link else {},
            clock=order.clock,
        )
