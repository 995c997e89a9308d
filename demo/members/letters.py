"""What a member is written: each kind of letter by its words, its facts and its links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from demo.letters import Attachment, Letter
from demo.members.tables import Member
from demo.members.terms import CENTS, CURRENCY, ZONE
from demo.pdf import sheet
from demo.settings import Settings
from demo.store import Mail
from demo.words import Words

__all__ = ["compose", "day", "money"]


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which facts a kind of letter states, and which links it has: the key of their words, and the path.

    `varies` names what its subject depends on: of the first renewal we speak in words of its own. What `offers` she
    can do without.
    """

    facts: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    varies: str = ""
    document: bool = False
    offers: bool = False


_AREA = ("area_link", "/members/area")
_CARD = ("card_link", "/members/card/{token}")
_SIGN_IN = ("sign_in_page_link", "/members/sign-in")
_SHAPES: Mapping[str, _Shape] = {
    "confirm": _Shape(links=(("confirm_link", "/members/confirm/{confirm}"),)),
    "welcome": _Shape(("number", "price", "renews"), (_AREA,), offers=True),
    "receipt": _Shape(("number", "paid_on", "amount"), (_AREA,), document=True),
    "letter_1": _Shape(links=(_AREA,), offers=True),
    "letter_2": _Shape(links=(_AREA,), offers=True),
    "letter_3": _Shape(links=(_AREA,), offers=True),
    "notice": _Shape(("number", "day", "amount"), (_AREA, _CARD), "first"),
    "renewed": _Shape(("number", "paid_on", "amount"), (_AREA,), "first", document=True),
    "nudge": _Shape(("amount", "until"), (_CARD,)),
    "last_nudge": _Shape(("amount", "until"), (_CARD,)),
    "paused": _Shape(links=(("join_again_link", "/members/join"),)),
    "apology": _Shape(("amount_back", "renews"), (_AREA,)),
    "kind_word": _Shape(("number",), (_SIGN_IN,)),
    "farewell": _Shape(("number", "access"), (_SIGN_IN,)),
    "sign_in": _Shape(links=(("sign_in_link", "/members/sign-in/{link}"),)),
    "newsletter": _Shape(links=(("join_again_link", "/members/join"),)),
}


def day(words: Words, moment: datetime) -> str:
    """Return the day of a moment where the business is, in full."""
    return words.date(moment.astimezone(ZONE))


def money(words: Words, cents: int = CENTS) -> str:
    """Return an amount, or the price of a month."""
    return words.money(Decimal(cents) / 100, CURRENCY)


def compose(mail: Mail, member: Member, site: str, settings: Settings) -> Letter:
    """Return a letter to this member, whose links lead to the shop at `site`."""
    words = Words("en" if "letters_in_english_only" in settings else member.locale, "members")
    shape, data = _SHAPES[mail.kind], mail.data
    told = {"number": str(member.number), "price": money(words), "amount": money(words, data.get("cents", CENTS))}
    told["amount_back"] = told["amount"]
    for name, moment in {"renews": member.paid_until, "access": member.access_until}.items():
        told[name] = day(words, moment) if moment else ""
    for name, key in {"paid_on": "paid", "day": "day", "until": "until"}.items():
        told[name] = day(words, datetime.fromisoformat(data[key])) if data.get(key) else ""
    opening = data.get("opening", "")
    confirm = opening[::-1] if "optin_link_dead" in settings else opening
    ways = {"token": member.token, "confirm": confirm, "link": data.get("link", "")}
    tone = "_blaming" if mail.kind == "kind_word" and "blamed_for_her_mistake" in settings else ""
    variant = "_next" if shape.varies and not data.get(shape.varies) else ""
    facts = [(words(f"fact_{name}"), told[name]) for name in shape.facts]
    return Letter(
        subject=words(f"mail_{mail.kind}_subject{variant}", **told),
        heading=words(f"mail_{mail.kind}_heading"),
        lead=words(f"mail_{mail.kind}_lead{tone}", **told).split("\n\n"),
        facts=facts,
        links=[(words(key), site + path.format(**ways)) for key, path in shape.links],
        attachments=[_document(words, mail, member, facts)] if shape.document else [],
        name=member.name,
        locale=words.locale,
        leave=f"{site}/members/letters/{member.letters_token}/unsubscribe" if shape.offers else "",
    )


def _document(words: Words, mail: Mail, member: Member, facts: list[tuple[str, str]]) -> Attachment:
    lines = [(words("receipt_for"), member.name), *facts]
    return Attachment(f"receipt-{mail.id}.pdf", sheet(words, words("fact_receipt"), words("fact_receipt"), lines))
