"""The links by which a paid product is downloaded: bound to their order, and good for one download in 48 hours."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from demo.downloads.tables import LIFE, DownloadLink, DownloadOrder
from demo.shop import Shop

__all__ = ["Links", "make_link"]


def make_link(writing: Session, order: DownloadOrder, place: str, now: datetime) -> DownloadLink:
    """Make a link for the `page` or a `mail`, which works from now on."""
    link = DownloadLink(order_id=order.id, place=place, made_at=now, expires_at=now + LIFE)
    writing.add(link)
    writing.flush()
    return link


class Links:
    """Reads, judges and uses up links."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def signed(self, order: DownloadOrder, link_id: int) -> str:
        """Return what stands in the address for this link."""
        return str(_signer(order).dumps(link_id))

    def page_link(self, order: DownloadOrder) -> DownloadLink | None:
        """Return the link that stands on the page of an order, if it was given one."""
        found = sa.select(DownloadLink).where(DownloadLink.order_id == order.id, DownloadLink.place == "page")
        with self._shop.store.read() as session:
            return session.scalar(found)

    def link(self, order: DownloadOrder, signed: str) -> DownloadLink | None:
        """Return the link of this order that was signed so; None where it is of another order, or of none."""
        try:
            link_id = int(_signer(order).loads(signed))
        except (BadSignature, TypeError, ValueError):
            return None
        with self._shop.store.read() as session:
            link = session.get(DownloadLink, link_id)
        return link if link is not None and link.order_id == order.id else None

    def state(self, link: DownloadLink) -> str:
        """Return whether it works for whoever asks now: `open`, `used` or `expired`."""
        now = self._shop.now()
        if "link_expired_on_arrival" in self._shop.settings:
            now += LIFE
        if "link_never_expires" in self._shop.settings:
            now -= timedelta(days=3650)
        return link.state(now)

    def handing_over(self, link: DownloadLink, content: Iterable[bytes]) -> Generator[bytes]:
        """Yield the content, and use the link up once all of it has been taken.

        A server closes what it iterates over when its customer is gone, and then we never come to the end. What is
        on its way in the buffers of the network by then counts as taken, as nobody could tell.
        """
        yield from content
        self.use(link)

    def use(self, link: DownloadLink) -> None:
        """Use a link up."""
        if "link_works_twice" in self._shop.settings:
            return
        now = self._shop.clocks.now(link.order.clock)
        with self._shop.store.write() as writing:
            unused = sa.update(DownloadLink).where(DownloadLink.id == link.id, DownloadLink.used_at.is_(None))
            writing.execute(unused.values(used_at=now))


def _signer(order: DownloadOrder) -> URLSafeSerializer:
    return URLSafeSerializer(order.secret, salt="download link")
