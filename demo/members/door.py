"""How a member comes in: by a link in a mail, and where she has protected her account, by her app's code as well."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from demo.members.life import Life
from demo.members.tables import Member, SignIn
from demo.members.terms import GRACE, SIGN_IN
from demo.shop import Shop

__all__ = ["Door"]

STEP = 30  # seconds for which a code is shown (RFC 6238)


class Door:
    """The links by which members sign in, and the codes of their authenticator apps, in site time."""

    def __init__(self, shop: Shop, life: Life) -> None:
        self._shop = shop
        self._life = life

    def send_link(self, email: str) -> None:
        """Send a link to a member of this address; to anybody else nothing, and the page says the same."""
        now = self._shop.now()
        hers = sa.select(Member).where(Member.email == email, Member.clock == self._shop.clock())
        with self._shop.store.write() as writing:
            for member in writing.scalars(hers.order_by(Member.id.desc())):
                if member.may_come_in(now):
                    link = self.link(writing, member, now)
                    self._life.write(writing, member, "sign_in", again=link, link=link)
                    return

    def link(self, writing: Session, member: Member, now: datetime) -> str:
        """Return the token of a new link for her."""
        sign_in = SignIn(member_id=member.id, until=now + SIGN_IN)
        writing.add(sign_in)
        writing.flush()
        return sign_in.token

    def is_open_to(self, member: Member) -> bool:
        """Return whether the members' area is open to her now."""
        now, settings = self._shop.now(), self._shop.settings
        if member.status == "left" and "access_ends_on_leaving" in settings:
            return False
        if member.status == "owing" and member.access_until and "access_lost_before_grace" in settings:
            return now < member.access_until - GRACE + timedelta(days=1)
        return member.may_come_in(now)

    def state(self, token: str) -> str:
        """Return what has become of a link: `open`, `used`, `expired`, or "" where there is none."""
        with self._shop.store.read() as reading:
            link = reading.scalar(sa.select(SignIn).where(SignIn.token == token))
        if link is None:
            return ""
        if link.used_at is not None and "sign_in_link_works_twice" not in self._shop.settings:
            return "used"
        return "open" if self._shop.now() < link.until else "expired"

    def use(self, token: str) -> Member | None:
        """Use up an open link and return whose it is; None where it is no longer open."""
        now = self._shop.now()
        with self._shop.store.write() as writing:
            if self.state(token) != "open":
                return None
            link = writing.scalar(sa.select(SignIn).where(SignIn.token == token))
            if link is None:
                return None
            link.used_at = now
            return writing.get(Member, link.member_id)

    def key(self, member_id: int) -> tuple[str, str]:
        """Return the key for her authenticator app and its otpauth address, new ones where she has none yet."""
        with self._shop.store.write() as writing:
            member = writing.get_one(Member, member_id)
            member.app_key = member.app_key or pyotp.random_base32()
            app = pyotp.TOTP(member.app_key, interval=STEP)
            return member.app_key, app.provisioning_uri(name=member.email, issuer_name="Systems Circle")

    def protect(self, member_id: int) -> None:
        """Ask for her app's code from now on."""
        with self._shop.store.write() as writing:
            writing.get_one(Member, member_id).protected = True

    def lets_in(self, member_id: int, code: str) -> bool:
        """Return whether this code of her app opens the door; one that has done so does it no more."""
        with self._shop.store.write() as writing:
            member = writing.get_one(Member, member_id)
            step = self._step(member, code)
            if step <= member.last_code:
                return False
            member.last_code = step
            return True

    def asks(self, member: Member) -> bool:
        """Return whether she must also enter a code."""
        return member.protected and "code_not_asked_for" not in self._shop.settings

    def _step(self, member: Member, code: str) -> int:
        """Return the time step of her code, which may be the one before or after the present; 0 where it is none."""
        present = int(self._shop.now().timestamp()) // STEP
        if "code_of_another_hour" in self._shop.settings:
            present += 3600 // STEP
        app, given = pyotp.TOTP(member.app_key, interval=STEP), "".join(code.split())
        steps = (present, present - 1, present + 1)
        return next((step for step in steps if pyotp.utils.strings_equal(app.generate_otp(step), given)), 0)
