"""The story of a digital download as the shop sees it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint

from demo.downloads import pages, stage
from demo.downloads.links import Links
from demo.downloads.mails import Mails
from demo.downloads.sales import STORY, Sales
from demo.downloads.tables import Product
from demo.letters import Letter
from demo.shop import Shop, Story
from demo.store import Mail
from demo.wallet import Wallet
from demo.words import Words

__all__ = ["story"]


class Downloads:
    """E-books and template packs, paid by card or with Demo Wallet, whose provider is started with the shop."""

    name = STORY

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        wallet = Wallet((shop.settings.smtp_host, shop.settings.smtp_port))
        wallet.start()
        self._sales = Sales(shop, wallet.till)
        self._links = Links(shop)
        self._mails = Mails(shop, self._links)
        seed = {"title": "Promises Kept", "format": "pdf", "cents": 1900, "currency": "EUR"}
        self._sales.offer("promises-kept", seed)

    def pages(self) -> Blueprint:
        """Return the customer's pages, and the doors for the organiser and for the provider."""
        site = Blueprint(STORY, __name__, template_folder="templates")
        pages.add_pages(site, self._shop, self._sales, self._links)
        stage.add_door(site, self._shop, self._sales)
        return site

    def work(self, clock: str, now: datetime) -> None:
        """Do nothing: whether a link has expired is seen when somebody follows it."""

    def next_due(self, clock: str) -> datetime | None:
        """Return None, as nothing is ever due by itself."""
        return None

    def compose(self, mail: Mail, now: datetime) -> Letter:
        """Write one of the mails about a download."""
        return self._mails.compose(mail)

    def shelf(self, now: datetime) -> list[tuple[str, str, str]]:
        """Return all products by title."""
        words = Words(self._shop.locale(), self.name)
        with self._shop.store.read() as reading:
            return [
                (product.title, f"/downloads/{product.slug}", words.money(product.price, product.currency))
                for product in reading.scalars(sa.select(Product).order_by(Product.title).limit(50))
            ]


def story(shop: Shop) -> Story:
    """Return the story of a digital download, told in this shop."""
    return Downloads(shop)
