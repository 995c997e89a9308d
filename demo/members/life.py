"""What becomes of a membership, from being asked for to its end, and what is written to her on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from demo.members.agenda import Agenda
from demo.members.cards import Cards, Kept
from demo.members.tables import Errand, Member
from demo.members.terms import (
    APOLOGY,
    CENTS,
    CONFIRM,
    CURRENCY,
    GRACE,
    LAST_NUDGE,
    LETTERS,
    TRY_AGAIN,
    renewal,
    renewal_notice,
)
from demo.payments import Declined, Problem, Turns
from demo.shop import Shop

__all__ = ["Life"]


class Life:
    """The doings of a membership. Each is one transaction; money is moved before it, once under its own key."""

    def __init__(self, shop: Shop, cards: Cards, agenda: Agenda) -> None:
        self._shop = shop
        self._cards = cards
        self._agenda = agenda
        self._turns = Turns()
        self._errands: dict[str, Callable[[Session, Member, datetime], None]] = {
            **{letter: self._letter(letter) for letter in LETTERS},
            "notice": self._notice,
            "last_nudge": self._last_nudge,
            "pause": self._pause,
            "newsletter": lambda writing, member, _: self.write(writing, member, "newsletter"),
        }

    # What she does

    def ask(self, name: str, email: str, locale: str) -> None:
        """Take down that somebody wants to join, and write to her: nothing else is sent until she has confirmed."""
        now, clock = self._shop.now(), self._shop.clock()
        with self._shop.store.write() as writing:
            hers = sa.select(Member).where(Member.email == email, Member.clock == clock)
            member = writing.scalar(hers.order_by(Member.id.desc()).limit(1))
            if member is not None and member.status in ("member", "owing"):
                unnoticed = "her_mistake_unnoticed" in self._shop.settings
                kind = "confirm" if unnoticed else "kind_word"
                self.write(writing, member, kind, again=now.isoformat(), opening=member.confirm_token)
                return
            if member is None or member.status not in ("asked", "confirmed"):
                member = Member(clock=clock, email=email, name=name, locale=locale, confirm_until=now)
                writing.add(member)
            else:
                member.renew_confirmation()
            member.name, member.locale, member.status, member.confirm_until = name, locale, "asked", now + CONFIRM
            writing.flush()
            self.write(writing, member, "confirm", again=member.confirm_token, opening=member.confirm_token)
            if "no_optin" in self._shop.settings:
                self._agenda.plan(writing, member, "newsletter", now + timedelta(days=1))

    def confirm(self, member_id: int) -> None:
        """Take down that she confirmed; she pays next."""
        with self._shop.store.write() as writing:
            member = writing.get_one(Member, member_id)
            member.status = "confirmed"
            self._agenda.drop(writing, member)

    def join(self, member_id: int, form: Mapping[str, str]) -> None:
        """Keep her card, charge the first month and welcome her; nothing where she has joined. Raises `Problem`."""
        with self._turns.of(str(member_id)):
            member = self.member(member_id)
            if member.status != "confirmed":
                return
            now = self._shop.now()
            kept = self._cards.keep(member.name, member.email, form, now, member.customer)
            payment = self._charge(member, kept)
            with self._shop.store.write() as writing:
                member = writing.get_one(Member, member_id)
                self.begin(writing, member, kept, payment, now)
                if "no_welcome" not in self._shop.settings:
                    self.write(writing, member, "welcome", again=payment)
                if "no_receipt_on_joining" not in self._shop.settings:
                    self.write(writing, member, "receipt", again=payment, cents=CENTS, paid=now.isoformat())

    def begin(self, writing: Session, member: Member, kept: Kept, payment: str, joined: datetime) -> None:
        """Make her a member since `joined`, with what is left of the welcome series still to come."""
        now = self._shop.now()
        member.status, member.joined_at, member.access_until = "member", joined, None
        member.customer, member.card, member.payment, member.months = kept.customer, kept.card, payment, 1
        if "series_out_of_order" in self._shop.settings:
            order = ("letter_1", "letter_3", "letter_2")
        else:
            order = ("letter_1", "letter_2", "letter_3")
        stops = "series_stops_after_first" in self._shop.settings
        for letter, after in zip(order, LETTERS.values(), strict=True):
            if joined + after > now and not (stops and letter != "letter_1"):
                self._agenda.plan(writing, member, letter, joined + after)
        self._plan_renewal(writing, member)

    def change_card(self, member_id: int, form: Mapping[str, str]) -> None:
        """Keep another card of hers, and charge it at once where she owes a month. Raises `Problem`."""
        with self._turns.of(str(member_id)):
            member = self.member(member_id)
            kept = self._cards.keep(member.name, member.email, form, self._shop.now(), member.customer)
            payment = self._charge(member, kept) if member.status == "owing" else ""
            with self._shop.store.write() as writing:
                member = writing.get_one(Member, member_id)
                member.customer, member.card = kept.customer, kept.card
                if payment:
                    self._renewed(writing, member, payment)

    def leave(self, member_id: int) -> None:
        """Let her go: what is paid for stays hers, and after the farewell nothing more is done or sent."""
        with self._turns.of(str(member_id)), self._shop.store.write() as writing:
            member = writing.get_one(Member, member_id)
            if member.status not in ("member", "owing"):
                return
            now = self._shop.now()
            if member.status == "member":
                member.access_until = member.paid_until
            member.status = "left"
            self._agenda.drop(writing, member)
            if "no_farewell_confirmation" not in self._shop.settings:
                self.write(writing, member, "farewell", again=now.isoformat())
            if "mail_after_leaving" in self._shop.settings:
                self._agenda.plan(writing, member, "newsletter", now + timedelta(days=3))

    def stop_letters(self, member_id: int) -> None:
        """Send her no more letters of the welcome series; what she must be told about her money still comes."""
        if "unsubscribing_forgotten" in self._shop.settings:
            return
        with self._turns.of(str(member_id)), self._shop.store.write() as writing:
            self._agenda.drop(writing, writing.get_one(Member, member_id), *LETTERS)

    # What we do

    def charge_twice(self, member_id: int) -> None:
        """Make the mistake of charging her month a second time; the books are looked through within the hour."""
        with self._turns.of(str(member_id)):
            member = self.member(member_id)
            payment = self._charge(member, member.kept, again="again")
            with self._shop.store.write() as writing:
                member = writing.get_one(Member, member_id)
                member.payment = payment
                if "no_apology" not in self._shop.settings:
                    late = timedelta(days=2) if "late_apology" in self._shop.settings else timedelta()
                    self._agenda.plan(writing, member, "apology", self._shop.now() + APOLOGY + late)

    def work(self, clock: str, now: datetime) -> None:
        """Do every errand that is due on this clock, in the order in which they are."""
        while (errand := self._agenda.next(clock, now)) is not None:
            with self._turns.of(str(errand.member_id)):
                try:
                    self._run(errand, now)
                except Problem:  # Stripe does not answer: nothing has happened, and we try again
                    self._agenda.put_off(errand.id, now + TRY_AGAIN)

    def member(self, member_id: int) -> Member:
        """Return the member with this id."""
        with self._shop.store.read() as reading:
            return reading.get_one(Member, member_id)

    def write(self, writing: Session, member: Member, kind: str, *, again: str = "", **data: Any) -> None:
        """Put a letter to her in the outbox."""
        self._shop.put(
            writing, story="members", kind=kind, ref=member.id, recipient=member.email, again=again, data=data,
            clock=member.clock,
        )  # fmt: skip

    def _run(self, errand: Errand, now: datetime) -> None:
        if errand.what == "renew":
            self._renew(errand.id, errand.member_id)
        elif errand.what == "apology":
            self._apologise(errand.id, errand.member_id)
        else:
            with self._shop.store.write() as writing:
                if self._agenda.take(writing, errand.id):
                    member = writing.get_one(Member, errand.member_id)
                    self._errands[errand.what](writing, member, now)

    def _charge(self, member: Member, kept: Kept, again: str = "") -> str:
        """Charge one month. The key changes with each month and each refusal: she never pays twice for one."""
        key = f"{member.token}-{member.months}-{member.tries}{again}"
        try:
            return self._cards.charge(kept, CENTS, CURRENCY, key=key, label=f"member {member.number}")
        except Declined:
            with self._shop.store.write() as writing:
                writing.get_one(Member, member.id).tries += 1
            raise

    def _plan_renewal(self, writing: Session, member: Member) -> None:
        if member.joined_at is None:
            raise ValueError(f"member {member.number} has never joined, so nothing renews")
        member.paid_until = renewal(member.joined_at, member.months)
        self._agenda.plan(writing, member, "renew", member.paid_until)
        settings = self._shop.settings
        if "renewal_without_notice" not in settings and "renewal_notice_after_charge" not in settings:
            self._agenda.plan(writing, member, "notice", renewal_notice(member.paid_until))

    def _renew(self, errand_id: int, member_id: int) -> None:
        member = self.member(member_id)
        renews = member.paid_until
        payment = ""
        if not self._agenda.stands(errand_id):
            return
        try:
            payment = self._charge(member, member.kept)
        except Declined:
            payment = ""
        with self._shop.store.write() as writing:
            if not self._agenda.take(writing, errand_id):
                return
            member = writing.get_one(Member, member_id)
            if "renewal_notice_after_charge" in self._shop.settings and renews is not None:
                self._notice(writing, member, renews)
            if payment:
                self._renewed(writing, member, payment)
            else:
                self._owes(writing, member)

    def _renewed(self, writing: Session, member: Member, payment: str) -> None:
        self._agenda.drop(writing, member, "last_nudge", "pause")
        member.status, member.access_until, member.payment = "member", None, payment
        member.months += 1
        member.renewals += 1
        self._plan_renewal(writing, member)
        paid = self._shop.clocks.now(member.clock).isoformat()
        if "no_renewal_receipt" not in self._shop.settings:
            first = member.renewals == 1
            self.write(writing, member, "renewed", again=str(member.renewals), cents=CENTS, paid=paid, first=first)

    def _owes(self, writing: Session, member: Member) -> None:
        now, settings = self._shop.clocks.now(member.clock), self._shop.settings
        ends = now + GRACE
        member.status, member.access_until = "owing", ends
        if "no_nudge_after_failed_payment" not in settings:
            self.write(writing, member, "nudge", again=str(member.months), cents=CENTS, until=ends.isoformat())
        after_the_end = "last_nudge_after_the_end" in settings
        self._agenda.plan(
            writing, member, "last_nudge", now + (GRACE + timedelta(hours=6) if after_the_end else LAST_NUDGE)
        )
        self._agenda.plan(writing, member, "pause", ends)

    def _apologise(self, errand_id: int, member_id: int) -> None:
        member = self.member(member_id)
        if not self._agenda.stands(errand_id):
            return
        self._shop.refund(payment=member.payment, cents=CENTS, key=f"refund-{member.payment}")
        with self._shop.store.write() as writing:
            if not self._agenda.take(writing, errand_id):
                return
            member = writing.get_one(Member, member_id)
            member.months += 1  # what we give in return
            self._plan_renewal(writing, member)
            stated = CENTS // 10 if "wrong_refund_in_apology" in self._shop.settings else CENTS
            self.write(writing, member, "apology", again=member.payment, cents=stated)

    def _letter(self, kind: str) -> Callable[[Session, Member, datetime], None]:
        def send(writing: Session, member: Member, _: datetime) -> None:
            self.write(writing, member, kind, again=str(member.joined_at))
            if "series_sent_twice" in self._shop.settings:
                self.write(writing, member, kind, again=f"{member.joined_at} again")

        return send

    def _notice(self, writing: Session, member: Member, _: datetime) -> None:
        renews = member.paid_until
        if renews is not None:
            cents = CENTS + 1000 if "wrong_amount_in_renewal_notice" in self._shop.settings else CENTS
            first = member.renewals == 0
            self.write(
                writing, member, "notice", again=str(member.months), cents=cents, day=renews.isoformat(), first=first
            )

    def _last_nudge(self, writing: Session, member: Member, _: datetime) -> None:
        until = member.access_until.isoformat() if member.access_until else ""
        self.write(writing, member, "last_nudge", again=str(member.months), cents=CENTS, until=until)

    def _pause(self, writing: Session, member: Member, _: datetime) -> None:
        if "last_nudge_after_the_end" not in self._shop.settings:
            self._agenda.drop(writing, member)
        member.status = "ended"
        self.write(writing, member, "paused", again=str(member.months))
