"""What every story is given, and what it gives in return.

A story is a package `demo/<name>/` whose `__init__.py` has `story(shop) -> Story`, called once when the shop starts.
Its tables stand on `demo.store.Base`, its words in `words/en.toml` (and `de.toml`), its templates in
`templates/<name>/`, its defects in `demo/defects/<name>.toml`.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import sqlalchemy as sa
from flask import Blueprint, abort, jsonify, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from demo.clock import Clocks
from demo.letters import Hook, Letter, Text
from demo.payments import PROBLEMS, Cashier
from demo.settings import Settings
from demo.store import Mail, Store
from demo.words import Words, choose_locale

__all__ = ["Desk", "Shelf", "Shop", "Story"]


class Story(Protocol):
    """One of the things this business does: its pages, its scheduler, and what it writes."""

    name: str

    def pages(self) -> Blueprint:
        """Return its pages, made once; other stories and templates name them `<blueprint's name>.<view>`."""

    def work(self, clock: str, now: datetime) -> None:
        """Do what is due on this clock at `now`, such as putting reminders in the outbox.

        Each thing is done once, however often this is called: what is due is marked as done in the same transaction.
        """

    def next_due(self, clock: str) -> datetime | None:
        """Return when `work` has something to do next on this clock; until then the site is idle."""

    def compose(self, mail: Mail, now: datetime) -> Letter | Text | Hook:
        """Write a message of its own as it leaves at `now`, in site time."""


@runtime_checkable
class Shelf(Protocol):
    """A story whose goods stand on the home page, under its words `shelf_title`."""

    def shelf(self, now: datetime) -> list[tuple[str, str, str]]:
        """Return title, address and price (as shown) of each thing that can be bought now."""


@runtime_checkable
class Desk(Protocol):
    """A story with pages for the organiser, listed on her first page."""

    def desk(self) -> list[tuple[str, str]]:
        """Return title and address of each of them."""


class Shop:
    """What the stories share: settings, database, clocks, words, money, and the writing end of the outbox."""

    def __init__(self, settings: Settings, store: Store, clocks: Clocks, cashier: Cashier) -> None:
        self.settings = settings
        """How this shop runs; `"no_receipt" in shop.settings` tells whether that defect is switched on."""
        self.store = store
        self.clocks = clocks
        self.url = ""
        """Where this shop answers, without a slash at the end; known once it does."""
        self.stories: list[Story] = []
        self.cashier = cashier
        """Stripe, for what `charge` and `refund` do not do."""
        self._wake: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        """Return the site's time on the present clock: that of the request, or of the work that is being done."""
        return self.clocks.now()

    def clock(self) -> str:
        """Return the name of the present clock; "" where all share one. What is ordered remembers it."""
        return self.clocks.present()

    def locale(self) -> str:
        """Return the locale of the present request."""
        return choose_locale(request.accept_languages.values())

    def page(self, template: str, locale: str = "", words: Words | None = None, **values: object) -> str:
        """Render a template in a locale (the request's unless said), with the words of the story whose it is."""
        story, slash, _ = template.partition("/")
        spoken = words or Words(locale or self.locale(), story if slash else "")
        return render_template(template, words=spoken, **values)

    def charge(self, *, cents: int, currency: str, card: Mapping[str, str], key: str, label: str) -> str:
        """Charge a card, once under this key, and return the payment's id. Raises `Problem` or `Declined`."""
        return self.cashier.charge(cents, currency, card, self.now(), key=key, label=label)

    def refund(self, *, payment: str, cents: int, key: str) -> None:
        """Give back so much of a payment, once under this key. Raises `Problem`."""
        self.cashier.refund(payment, cents, key=key)

    def put(
        self,
        writing: Session,
        *,
        story: str,
        kind: str,
        ref: int,
        recipient: str,
        due: datetime | None = None,
        channel: str = "email",
        again: str = "",
        data: dict[str, Any] | None = None,
        clock: str | None = None,
    ) -> None:
        """Put a message in the outbox, to leave at `due` (now, unless said) on a clock (the present one, unless said).

        It is written in the caller's transaction, and once for each (story, kind, ref, recipient, again).
        """
        key = " ".join(filter(None, (story, kind, str(ref), recipient, again)))
        if writing.scalar(sa.select(Mail.id).where(Mail.key == key)) is not None:
            return
        name = self.clock() if clock is None else clock
        moment = due or self.clocks.now(name)
        common: dict[str, Any] = {"channel": channel, "data": data or {}, "clock": name, "due": moment}
        writing.add(Mail(key=key, story=story, kind=kind, ref=ref, recipient=recipient, **common))
        writing.flush()

    def wake(self) -> None:
        """Let the outbox look at once, after a transaction in which something was put there or became due."""
        self._wake()

    def when_woken(self, act: Callable[[], None]) -> None:
        """Let the outbox be told."""
        self._wake = act

    def knows(self, user: str | None, password: str | None) -> bool:
        """Return whether this is how the organiser signs in."""
        right = hmac.compare_digest((password or "").encode(), self.settings.organiser_password.encode())
        return right and user == "organiser"

    def organiser_only(self) -> None:
        """End the present request with 401 unless the organiser signs in by HTTP Basic; for what sets the stage."""
        who = request.authorization
        if who is None or who.type != "basic" or not self.knows(who.username, who.password):
            answer = make_response(jsonify(error="Only the organiser may do this; sign in by HTTP Basic."), 401)
            answer.headers["WWW-Authenticate"] = 'Basic realm="organiser"'
            abort(answer)

    def signed_in_only(self) -> ResponseReturnValue | None:
        """Send whoever is not signed in to the organiser's entrance; for `before_request` of her pages."""
        if "organiser" in session:
            return None
        return redirect(url_for("organiser.login", next=request.path), 303)

    def problem(self, *more: str) -> str:
        """Return the problem with a payment that this request's address names, or "" (template `problem.html`).

        `more` are the keys of problems of the story's own.
        """
        named = request.args.get("problem", "")
        return named if named in (*PROBLEMS, *more) else ""
