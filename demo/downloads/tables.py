"""What this story remembers: products, orders, and the links by which a paid product is downloaded."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from demo.store import Base

__all__ = ["LIFE", "DownloadLink", "DownloadOrder", "Product"]

LIFE = timedelta(hours=48)
"""For how long a link works, where it has not been used before."""


class Product(Base):
    """Something that is delivered as a file: `format` is `pdf` or `zip`; `cents` is its price, VAT included."""

    __tablename__ = "download_products"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    format: Mapped[str]
    cents: Mapped[int]
    currency: Mapped[str]

    @property
    def price(self) -> Decimal:
        """What it costs, in `currency`."""
        return Decimal(self.cents) / 100


class DownloadOrder(Base):
    """One customer's copy, wanted (`open`) or bought (`paid`); whoever has its `token` may see it.

    `secret` signs its links, so that a link of one order is none of any other.
    """

    __tablename__ = "download_orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_urlsafe(16))
    secret: Mapped[str] = mapped_column(default=lambda: secrets.token_urlsafe(32))
    product_id: Mapped[int] = mapped_column(sa.ForeignKey(Product.id))
    given_name: Mapped[str]
    family_name: Mapped[str]
    email: Mapped[str]
    locale: Mapped[str]
    clock: Mapped[str]
    status: Mapped[str] = mapped_column(default="open")
    method: Mapped[str] = mapped_column(default="")
    declines: Mapped[int] = mapped_column(default=0)
    paid_at: Mapped[datetime | None]
    product: Mapped[Product] = relationship(lazy="joined")

    @property
    def number(self) -> str:
        """The order number that she is told."""
        return f"D-{20000 + self.id}"

    @property
    def name(self) -> str:
        """Her full name."""
        return f"{self.given_name} {self.family_name}"


class DownloadLink(Base):
    """A link to the file: one stands on the page (`place` is `page`), others are sent to her (`mail`)."""

    __tablename__ = "download_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(DownloadOrder.id), index=True)
    place: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    order: Mapped[DownloadOrder] = relationship(lazy="joined")

    def state(self, now: datetime) -> str:
        """Return `used`, `expired` or, where it works, `open`."""
        if self.used_at is not None:
            return "used"
        return "open" if now < self.expires_at else "expired"
