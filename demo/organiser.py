"""The organiser's entrance, and her first page with what each story has for her."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from demo.shop import Desk, Shop
from demo.words import Words

__all__ = ["bank", "pages"]

ENGLISH = Words("en_GB")


def pages(shop: Shop) -> Blueprint:
    """Return the pages by which the organiser comes in and goes out."""
    site = Blueprint("organiser", __name__, url_prefix="/organiser")

    @site.before_request
    def only_organisers() -> ResponseReturnValue | None:
        return None if request.endpoint in ("organiser.login", "organiser.sign_in") else shop.signed_in_only()

    @site.get("/login")
    def login() -> ResponseReturnValue:
        return shop.page("login.html", words=ENGLISH, wrong=False)

    @site.post("/login")
    def sign_in() -> ResponseReturnValue:
        if not shop.knows(request.form.get("user", ""), request.form.get("password", "")):
            return shop.page("login.html", words=ENGLISH, wrong=True), 403
        session["organiser"] = True
        wanted = request.args.get("next", "")
        return redirect(wanted if wanted.startswith("/organiser/") else url_for("organiser.home"), 303)

    @site.post("/logout")
    def sign_out() -> ResponseReturnValue:
        session.pop("organiser")
        return redirect(url_for("organiser.login"), 303)

    @site.get("")
    def home() -> ResponseReturnValue:
        desk = [place for story in shop.stories if isinstance(story, Desk) for place in story.desk()]
        return shop.page("organiser.html", words=ENGLISH, desk=desk)

    return site


def bank(shop: Shop) -> Blueprint:
    """Return the door by which a test learns where the payment provider is, to ask it what it has charged."""
    site = Blueprint("bank", __name__, url_prefix="/api/bank")

    @site.get("")
    def where() -> ResponseReturnValue:
        shop.organiser_only()
        # Who uses Stripe itself has a key of her own.
        local = "127.0.0.1" in shop.cashier.base
        return jsonify(url=shop.cashier.base, key=shop.cashier.key if local else "")

    return site
