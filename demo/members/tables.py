"""What the membership remembers: its members, the links by which they sign in, and what is to be done for them when."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from demo.members.cards import Kept
from demo.store import Base

__all__ = ["Errand", "Member", "SignIn"]

FIRST_NUMBER = 100


def _token() -> str:
    return secrets.token_urlsafe(16)


class Member(Base):
    """One person who asked to join. All moments are site time on the clock named `clock`.

    `status` is `asked` (and must confirm), `confirmed` (and must pay), `member`, `owing` (her card failed), `left`, or
    `ended`. `months` counts the months she has had, the free ones too, and `renewals` the payments after her first;
    `tries` grows with each payment that was refused. `payment` is Stripe's id of the last that was not.
    """

    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    clock: Mapped[str] = mapped_column(index=True)
    token: Mapped[str] = mapped_column(unique=True, default=_token)
    email: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    locale: Mapped[str]
    status: Mapped[str] = mapped_column(default="asked")
    confirm_token: Mapped[str] = mapped_column(unique=True, default=_token)
    confirm_until: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    paid_until: Mapped[datetime | None]
    access_until: Mapped[datetime | None]
    """When she may no longer come in; empty while that is not foreseen."""
    months: Mapped[int] = mapped_column(default=0)
    renewals: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    customer: Mapped[str] = mapped_column(default="")
    card: Mapped[str] = mapped_column(default="")
    payment: Mapped[str] = mapped_column(default="")
    letters_token: Mapped[str] = mapped_column(unique=True, default=_token)
    """By which she, and nobody who lacks her letters, can have no more of them."""
    app_key: Mapped[str] = mapped_column(default="")
    """The key in her authenticator app (base 32); hers to use once `protected` is true."""
    protected: Mapped[bool] = mapped_column(default=False)
    last_code: Mapped[int] = mapped_column(default=0)
    """The time step of the last code that let her in: none lets in twice (RFC 6238, 5.2)."""

    @property
    def number(self) -> int:
        """Her member number."""
        return FIRST_NUMBER + self.id

    @property
    def given_name(self) -> str:
        """What we call her: the first word of her name."""
        return self.name.partition(" ")[0]

    @property
    def kept(self) -> Kept:
        """Her card at Stripe."""
        return Kept(self.customer, self.card)

    def renew_confirmation(self) -> None:
        """Let the link by which she confirms be a new one; the old one leads nowhere."""
        self.confirm_token = _token()

    def may_come_in(self, now: datetime) -> bool:
        """Return whether the members' area is open to her."""
        inside = self.status in ("member", "owing", "left")
        return inside and (self.access_until is None or now < self.access_until)


class SignIn(Base):
    """A link by which a member signs in: once, and only until `until`."""

    __tablename__ = "members_sign_ins"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, default=_token)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(Member.id))
    until: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Errand(Base):
    """Something that is to be done for a member when `due` has come on the clock named `clock`."""

    __tablename__ = "members_errands"
    __table_args__ = (sa.UniqueConstraint("member_id", "what"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(Member.id))
    clock: Mapped[str] = mapped_column(index=True)
    what: Mapped[str]
    due: Mapped[datetime] = mapped_column(index=True)
