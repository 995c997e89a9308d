"""The customer's pages: find the product, order it, pay by card or with Demo Wallet, and download it."""

from __future__ import annotations

import io
from collections.abc import Mapping

from flask import Blueprint, Response, abort, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from demo.address import is_address
from demo.downloads.files import TYPES, file_of, name_of
from demo.downloads.links import Links
from demo.downloads.sales import Sales
from demo.downloads.tables import DownloadLink, DownloadOrder, Product
from demo.payments import Problem
from demo.shop import Shop
from demo.wallet import NotFromWallet, WalletDown
from demo.wallet.signature import HEADER

__all__ = ["add_pages"]

FIELDS = ("given_name", "family_name", "email")
CHUNK = 16_384  # bytes


def add_pages(site: Blueprint, shop: Shop, sales: Sales, links: Links) -> None:
    """Add the customer's pages, and the door at which Demo Wallet tells of payments."""

    def product_or_404(slug: str) -> Product:
        return sales.product(slug) or abort(404)

    def order_or_404(token: str) -> DownloadOrder:
        return sales.order(token) or abort(404)

    def paid_or_404(token: str) -> DownloadOrder:
        order = order_or_404(token)
        return order if order.status == "paid" else abort(404)

    @site.get("/downloads/<slug>")
    def product(slug: str) -> ResponseReturnValue:
        return shop.page("downloads/product.html", product=product_or_404(slug))

    @site.get("/downloads/<slug>/order")
    def order_form(slug: str) -> ResponseReturnValue:
        return shop.page("downloads/order.html", product=product_or_404(slug), details={}, wrong=[], consent=False)

    @site.post("/downloads/<slug>/order")
    def take_order(slug: str) -> ResponseReturnValue:
        found = product_or_404(slug)
        details = {name: " ".join(request.form.get(name, "").split()) for name in FIELDS}
        consent = "consent" in request.form
        if wrong := _wrong(details, consent):
            page = "downloads/order.html"
            return shop.page(page, product=found, details=details, wrong=wrong, consent=consent), 422
        with shop.store.write() as writing:
            order = DownloadOrder(product_id=found.id, locale=shop.locale(), clock=shop.clock(), **details)
            writing.add(order)
            writing.flush()
            token = order.token
        return redirect(url_for("downloads.checkout", token=token), 303)

    @site.get("/downloads/orders/<token>/pay")
    def checkout(token: str) -> ResponseReturnValue:
        order = order_or_404(token)
        if order.status == "paid":
            return redirect(url_for("downloads.bought", token=token), 303)
        cancelled = "cancelled" in request.args and "cancelled_without_a_word" not in shop.settings
        page = "downloads/checkout.html"
        return shop.page(page, order.locale, order=order, problem=shop.problem(), cancelled=cancelled)

    @site.post("/downloads/orders/<token>/pay")
    def pay_by_card(token: str) -> ResponseReturnValue:
        order_or_404(token)
        try:
            sales.pay_by_card(token, request.form)
        except Problem as problem:
            return redirect(url_for("downloads.checkout", token=token, problem=problem.key), 303)
        return redirect(url_for("downloads.bought", token=token), 303)

    @site.post("/downloads/orders/<token>/wallet")
    def pay_with_wallet(token: str) -> ResponseReturnValue:
        if order_or_404(token).status == "paid":
            return redirect(url_for("downloads.bought", token=token), 303)
        back = f"{shop.url}{url_for('downloads.back', token=token)}"
        try:
            page = sales.go_to_wallet(token, back=back, told_at=f"{shop.url}{url_for('downloads.told')}")
        except Problem as problem:
            return redirect(url_for("downloads.checkout", token=token, problem=problem.key), 303)
        return redirect(page, 303)

    @site.get("/downloads/orders/<token>/back")
    def back(token: str) -> ResponseReturnValue:
        sales.came_back(token)
        order = order_or_404(token)
        if order.status == "paid":
            return redirect(url_for("downloads.bought", token=token), 303)
        if "cancelled" in request.args:
            return redirect(url_for("downloads.checkout", token=token, cancelled=1), 303)
        return shop.page("downloads/pending.html", order.locale, order=order)

    @site.post("/downloads/wallet")
    def told() -> ResponseReturnValue:
        try:
            sales.wallet_told(request.get_data(), request.headers.get(HEADER, ""))
        except NotFromWallet as error:
            return str(error), 401
        except WalletDown as error:
            return str(error), 502
        return "", 204

    @site.get("/downloads/orders/<token>")
    def bought(token: str) -> ResponseReturnValue:
        order = order_or_404(token)
        if order.status != "paid":
            return redirect(url_for("downloads.checkout", token=token), 303)
        link = links.page_link(order)
        where, state = "", ""
        if link is not None:
            where, state = address_of_file(order, link), link.state(shop.now())
        return shop.page("downloads/bought.html", order.locale, order=order, where=where, state=state)

    def address_of_file(order: DownloadOrder, link: DownloadLink) -> str:
        name = name_of(order.product.slug, order.product.format)
        return url_for("downloads.file", token=order.token, signed=links.signed(order, link.id), name=name)

    def refused(order: DownloadOrder, link: DownloadLink | None, state: str) -> ResponseReturnValue:
        shown = shop.page("downloads/refused.html", order.locale, order=order, state=state)
        return shown, 404 if link is None else 410

    @site.get("/downloads/orders/<token>/links/<signed>")
    def from_mail(token: str, signed: str) -> ResponseReturnValue:
        # Mail programs look at links before their readers do: this page may be looked at as often as anyone likes.
        order = paid_or_404(token)
        link = links.link(order, signed)
        if link is not None and request.method == "HEAD" and "link_used_by_looking" in shop.settings:
            links.use(link)
        state = links.state(link) if link else "unknown"
        if link is None or state != "open":
            return refused(order, link, state)
        where = address_of_file(order, link)
        return shop.page("downloads/link.html", order.locale, order=order, where=where)

    @site.get("/downloads/orders/<token>/links/<signed>/<name>")
    def file(token: str, signed: str, name: str) -> ResponseReturnValue:
        order = paid_or_404(token)
        link = links.link(order, signed)
        state = links.state(link) if link else "unknown"
        if link is None or state != "open":
            return refused(order, link, state)
        title, form = order.product.title, order.product.format
        content = file_of("The Perfect Invoice" if "wrong_file" in shop.settings else title, form)
        if "file_cut_off" in shop.settings:
            content = content[: len(content) // 3]
        part = "Range" in request.headers
        whole = send_file(io.BytesIO(content), TYPES[form], as_attachment=True, download_name=name, conditional=part)
        if part or request.method == "HEAD":
            # What is fetched in parts may be fetched again: to lose what she paid for would be worse.
            return whole
        pieces = (content[start : start + CHUNK] for start in range(0, len(content), CHUNK))
        return Response(links.handing_over(link, pieces), headers=whole.headers)

    @site.post("/downloads/orders/<token>/new-link")
    def ask_for_link(token: str) -> ResponseReturnValue:
        sales.send_new_link(paid_or_404(token).token)
        return redirect(url_for("downloads.link_sent", token=token), 303)

    @site.get("/downloads/orders/<token>/new-link")
    def link_sent(token: str) -> ResponseReturnValue:
        order = paid_or_404(token)
        return shop.page("downloads/sent.html", order.locale, order=order)


def _wrong(details: Mapping[str, str], consent: bool) -> list[str]:
    """Return the names of the fields that cannot be taken as they are."""
    wrong = [name for name in FIELDS if not details[name] or len(details[name]) > 200]
    if "email" not in wrong and not is_address(details["email"]):
        wrong.append("email")
    return wrong if consent else [*wrong, "consent"]
