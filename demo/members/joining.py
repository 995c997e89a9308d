"""The pages on which somebody becomes a member: ask, confirm by mail, pay."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from demo.members.letters import day, money
from demo.members.life import Life
from demo.members.tables import Member
from demo.payments import Problem
from demo.shop import Shop
from demo.words import LANGUAGES, Words

__all__ = ["add_pages"]


def add_pages(site: Blueprint, shop: Shop, life: Life) -> None:
    """Add them to the story's blueprint."""

    def found(**wanted: str) -> Member:
        with shop.store.read() as reading:
            return reading.scalar(sa.select(Member).filter_by(**wanted)) or abort(404)

    def state(member: Member) -> str:
        if member.status != "asked":
            return "used"
        return "open" if shop.now() < member.confirm_until else "expired"

    @site.get("/members")
    def home() -> ResponseReturnValue:
        return shop.page("members/home.html", price=money(Words(shop.locale(), "members")))

    @site.get("/members/join")
    def join() -> ResponseReturnValue:
        details = {"language": shop.locale().split("_")[0]}
        return shop.page("members/join.html", details=details, wrong=[], languages=LANGUAGES)

    @site.post("/members/join")
    def take_details() -> ResponseReturnValue:
        details = {name: " ".join(request.form.get(name, "").split()) for name in ("full_name", "email", "language")}
        wrong = [name for name, text in details.items() if not text or len(text) > 200]
        if "email" not in wrong and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", details["email"], re.ASCII):
            wrong.append("email")
        if "language" not in wrong and details["language"] not in LANGUAGES:
            wrong.append("language")
        if wrong:
            return shop.page("members/join.html", details=details, wrong=wrong, languages=LANGUAGES), 422
        # Her browser's own kind of that language, where it speaks it: "de_AT" writes a date in another way than "de".
        locale = shop.locale() if shop.locale().startswith(details["language"]) else details["language"]
        life.ask(details["full_name"], details["email"], locale)
        shop.wake()
        return redirect(url_for("members.asked"), 303)

    @site.get("/members/join/mail")
    def asked() -> ResponseReturnValue:
        return shop.page("members/asked.html")

    @site.get("/members/confirm/<token>")
    def confirm(token: str) -> ResponseReturnValue:
        # Opening the link changes nothing: a program that looks through her mail may do that before her.
        member = found(confirm_token=token)
        return shop.page("members/confirm.html", member.locale, member=member, state=state(member))

    @site.post("/members/confirm/<token>")
    def confirmed(token: str) -> ResponseReturnValue:
        member = found(confirm_token=token)
        if state(member) != "open":
            return redirect(url_for("members.confirm", token=token), 303)
        life.confirm(member.id)
        return redirect(url_for("members.checkout", token=member.token), 303)

    @site.get("/members/pay/<token>")
    def checkout(token: str) -> ResponseReturnValue:
        member = found(token=token)
        if member.status != "confirmed":
            return redirect(url_for("members.area" if member.status != "asked" else "members.home"), 303)
        price = money(Words(member.locale, "members"))
        return shop.page("members/pay.html", member.locale, member=member, price=price, problem=shop.problem())

    @site.post("/members/pay/<token>")
    def pay(token: str) -> ResponseReturnValue:
        member = found(token=token)
        try:
            life.join(member.id, request.form)
        except Problem as problem:
            return redirect(url_for("members.checkout", token=token, problem=problem.key), 303)
        finally:
            shop.wake()
        session["member"] = member.id
        return redirect(url_for("members.joined"), 303)

    @site.get("/members/joined")
    def joined() -> ResponseReturnValue:
        if "member" not in session:
            return redirect(url_for("members.sign_in"), 303)
        member = life.member(session["member"])
        if member.paid_until is None:
            return redirect(url_for("members.home"), 303)
        words = Words(member.locale, "members")
        return shop.page(
            "members/joined.html",
            member.locale,
            member=member,
            price=money(words),
            renews=day(words, member.paid_until),
        )
