"""The members' own pages: signing in, the members' area, the card, protecting the account, leaving."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from demo.members.door import Door
from demo.members.letters import day, money
from demo.members.life import Life
from demo.members.tables import Member
from demo.payments import Problem
from demo.shop import Shop
from demo.words import Words

__all__ = ["add_pages"]


def add_pages(site: Blueprint, shop: Shop, life: Life, door: Door) -> None:
    """Add them to the story's blueprint."""

    def signed_in() -> Member | None:
        if "member" not in session:
            return None
        with shop.store.read() as reading:
            return reading.get(Member, session["member"])

    def enter() -> ResponseReturnValue:
        return redirect(url_for("members.sign_in"), 303)

    def page(template: str, member: Member, **values: object) -> str:
        words = Words(member.locale, "members")
        dates = {"renews": member.paid_until, "until": member.access_until}
        values |= {name: day(words, moment) if moment else "" for name, moment in dates.items()}
        return shop.page(f"members/{template}.html", member.locale, words, member=member, price=money(words), **values)

    @site.get("/members/sign-in")
    def sign_in() -> ResponseReturnValue:
        return shop.page("members/sign_in.html")

    @site.post("/members/sign-in")
    def send_link() -> ResponseReturnValue:
        door.send_link(request.form.get("email", "").strip())
        shop.wake()
        return redirect(url_for("members.link_sent"), 303)

    @site.get("/members/sign-in/mail")
    def link_sent() -> ResponseReturnValue:
        return shop.page("members/link_sent.html")

    @site.get("/members/sign-in/<token>")
    def link(token: str) -> ResponseReturnValue:
        # As with confirming: to open the link does not use it up.
        return shop.page("members/link.html", state=door.state(token) or abort(404))

    @site.post("/members/sign-in/<token>")
    def use_link(token: str) -> ResponseReturnValue:
        member = door.use(token)
        if member is None:
            return redirect(url_for("members.link", token=token), 303)
        session.pop("member", None)
        if door.asks(member):
            session["member_at_the_door"] = member.id
            return redirect(url_for("members.code"), 303)
        session["member"] = member.id
        return redirect(url_for("members.area"), 303)

    @site.get("/members/code")
    def code() -> ResponseReturnValue:
        if "member_at_the_door" not in session:
            return enter()
        return shop.page("members/code.html", wrong="wrong" in request.args)

    @site.post("/members/code")
    def take_code() -> ResponseReturnValue:
        if "member_at_the_door" not in session:
            return enter()
        if not door.lets_in(session["member_at_the_door"], request.form.get("code", "")):
            return redirect(url_for("members.code", wrong=1), 303)
        session["member"] = session.pop("member_at_the_door")
        return redirect(url_for("members.area"), 303)

    @site.post("/members/sign-out")
    def sign_out() -> ResponseReturnValue:
        session.pop("member", None)
        return redirect(url_for("members.home"), 303)

    @site.get("/members/area")
    def area() -> ResponseReturnValue:
        member = signed_in()
        if member is None:
            return enter()
        return page("area" if door.is_open_to(member) else "closed", member)

    @site.get("/members/card/<token>")
    def card(token: str) -> ResponseReturnValue:
        return page("card", whose_card(token), problem=shop.problem())

    @site.post("/members/card/<token>")
    def change_card(token: str) -> ResponseReturnValue:
        member = whose_card(token)
        try:
            life.change_card(member.id, request.form)
        except Problem as problem:
            return redirect(url_for("members.card", token=token, problem=problem.key), 303)
        finally:
            shop.wake()
        return page("card_changed", life.member(member.id), paid=member.status == "owing")

    def whose_card(token: str) -> Member:
        # Who has this address can give us a card and see nothing, so it asks for no signing in: it is in her mail.
        with shop.store.read() as reading:
            member = reading.scalar(sa.select(Member).where(Member.token == token))
        return member if member is not None and member.status in ("member", "owing") else abort(404)

    @site.get("/members/letters/<token>/unsubscribe")
    def letters(token: str) -> ResponseReturnValue:
        return page("letters", whose_letters(token), stopped=False)

    @site.post("/members/letters/<token>/unsubscribe")
    def no_letters(token: str) -> ResponseReturnValue:
        # Her mail program posts here by itself (RFC 8058), and so does the button on the page; both know no session.
        member = whose_letters(token)
        if "unsubscribing_answers_with_error" in shop.settings:
            abort(500)
        life.stop_letters(member.id)
        return page("letters", member, stopped=True)

    def whose_letters(token: str) -> Member:
        with shop.store.read() as reading:
            return reading.scalar(sa.select(Member).where(Member.letters_token == token)) or abort(404)

    @site.get("/members/protect")
    def protect() -> ResponseReturnValue:
        member = signed_in()
        if member is None:
            return enter()
        if member.protected:
            return page("protected", member)
        key, address = door.key(member.id)
        return page("protect", member, key=key, address=address)

    @site.post("/members/protect")
    def protect_from_now_on() -> ResponseReturnValue:
        member = signed_in()
        if member is None:
            return enter()
        door.protect(member.id)
        return redirect(url_for("members.protect"), 303)

    @site.get("/members/leave")
    def leave() -> ResponseReturnValue:
        member = signed_in()
        if member is None:
            return enter()
        return page("leave" if member.status in ("member", "owing") else "farewell", member)

    @site.post("/members/leave")
    def left() -> ResponseReturnValue:
        member = signed_in()
        if member is None:
            return enter()
        life.leave(member.id)
        shop.wake()
        return redirect(url_for("members.leave"), 303)
