"""A delegate's own page: when and where, and from the day on her workbook and more, once she has shown who she is."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from demo.courses.booking import WORKBOOK_AT, Bookings
from demo.courses.papers import workbook_pdf
from demo.courses.tables import Delegate
from demo.shop import Shop
from demo.words import Words

__all__ = ["add_pages"]

OPEN_TO = "course_material"
"""Where the visitor's session keeps which delegates' pages have been opened to her."""


def add_pages(site: Blueprint, shop: Shop, bookings: Bookings) -> None:
    """Add the delegates' pages to the story's own."""

    def delegate_or_404(token: str) -> Delegate:
        with shop.store.read() as reading:
            hers = sa.select(Delegate).where(Delegate.token == token, Delegate.replaced.is_(False))
            return reading.scalar(hers) or abort(404)

    def is_let_in(token: str) -> bool:
        return token in session.get(OPEN_TO, [])

    @site.get("/courses/delegates/<token>")
    def delegate(token: str) -> ResponseReturnValue:
        found = delegate_or_404(token)
        return shop.page(
            "courses/delegate.html",
            found.booking.locale,
            delegate=found,
            let_in=is_let_in(token),
            ready=shop.now() >= found.booking.course.at(0, WORKBOOK_AT),
            sent="sent" in request.args,
            refused="refused" in request.args,
        )

    @site.post("/courses/delegates/<token>/code")
    def send_code(token: str) -> ResponseReturnValue:
        delegate_or_404(token)
        bookings.send_code(token)
        shop.wake()
        return redirect(url_for("courses.delegate", token=token, sent=""), 303)

    @site.post("/courses/delegates/<token>/enter")
    def enter(token: str) -> ResponseReturnValue:
        delegate_or_404(token)
        if not bookings.enter_code(token, "".join(request.form.get("code", "").split())):
            return redirect(url_for("courses.delegate", token=token, refused=""), 303)
        session[OPEN_TO] = [*session.get(OPEN_TO, []), token]
        return redirect(url_for("courses.delegate", token=token), 303)

    @site.get("/courses/delegates/<token>/workbook.pdf")
    def workbook(token: str) -> ResponseReturnValue:
        found = delegate_or_404(token)
        if not is_let_in(token) or shop.now() < found.booking.course.at(0, WORKBOOK_AT):
            return redirect(url_for("courses.delegate", token=token), 303)
        content = workbook_pdf(found, Words(found.booking.locale, "courses"))
        name = f"workbook-{found.booking.course.slug}.pdf"
        return Response(
            content, mimetype="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )
