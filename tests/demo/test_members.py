"""The membership, seen from outside: defects have their effects and no other; links, codes, lengths of months."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyotp
import pytest

import demo
from demo.bank import Bank
from demo.members.terms import renewal, renewal_notice
from demo.process import Demo
from tests.demo.stage import DECLINED_CARD, GOOD_CARD, Clock, Sink, client, paid_at, soup, until

ORGANISER = ("organiser", "organiser")
KINDS = {
    "Please confirm": "confirm",
    "Bitte bestätigen": "confirm",
    "Welcome": "welcome",
    "Your receipt": "receipt",
    "Getting started": "letter 1",
    "Meet the others": "letter 2",
    "Make the Circle yours": "letter 3",
    "Your first renewal": "notice",
    "Receipt for your first renewal": "renewed",
    "Your card needs": "nudge",
    "Two days left": "last nudge",
    "Your membership is paused": "paused",
    "We are sorry": "apology",
    "You are already": "kind word",
    "Goodbye": "farewell",
    "Your link": "sign-in",
    "News": "newsletter",
}
HEALTHY: dict[str, Any] = {
    "confirm link": 200,
    "welcome": [0],
    "receipt": [0],
    "letter 1": [0.5],
    "letter 2": [7],
    "letter 3": [14],
    "notice": [-7],
    "notice states": ["15.00 EUR"],
    "renewed": [0],
    "unconfirmed": ["confirm"],
    "unconfirmed reads": "Bitte bestätigen: Sie möchten in den Systems Circle",
    "nudge": [0],
    "last nudge": [5],
    "paused": [7],
    "inside three days later": True,
    "inside eight days later": False,
    "apology": [1],
    "apology states": ["15.00 EUR"],
    "signed up twice": ["kind word"],
    "blamed": False,
    "on leaving": ["farewell"],
    "inside after leaving": True,
    "link used twice": False,
    "code asked for": True,
    "code lets in": True,
}
NEVER_JOINED: dict[str, Any] = {
    kind: [] for kind in ("welcome", "receipt", "letter 1", "letter 2", "letter 3", "notice", "renewed")
}
EFFECTS: dict[str, dict[str, Any]] = {
    "optin_link_dead": {"confirm link": 404, "notice states": [], **NEVER_JOINED},
    "no_optin": {"unconfirmed": ["confirm", "newsletter"]},
    "letters_in_english_only": {"unconfirmed reads": "Please confirm: you want to join the Systems Circle"},
    "no_welcome": {"welcome": []},
    "no_receipt_on_joining": {"receipt": []},
    "series_stops_after_first": {"letter 2": [], "letter 3": []},
    "series_sent_twice": {"letter 1": [0.5, 0.5], "letter 2": [7, 7], "letter 3": [14, 14]},
    "series_out_of_order": {"letter 2": [14], "letter 3": [7]},
    "renewal_without_notice": {"notice": [], "notice states": []},
    "renewal_notice_after_charge": {"notice": [0]},
    "wrong_amount_in_renewal_notice": {"notice states": ["25.00 EUR"]},
    "no_renewal_receipt": {"renewed": []},
    "no_nudge_after_failed_payment": {"nudge": []},
    "last_nudge_after_the_end": {"last nudge": [7.25]},
    "access_lost_before_grace": {"inside three days later": False},
    "no_apology": {"apology": [], "apology states": []},
    "late_apology": {"apology": [49]},
    "wrong_refund_in_apology": {"apology states": ["1.50 EUR"]},
    "her_mistake_unnoticed": {"signed up twice": ["confirm"]},
    "blamed_for_her_mistake": {"blamed": True},
    "no_farewell_confirmation": {"on leaving": []},
    "mail_after_leaving": {"on leaving": ["farewell", "newsletter"]},
    "access_ends_on_leaving": {"inside after leaving": False},
    "sign_in_link_works_twice": {"link used twice": True},
    "code_of_another_hour": {"code lets in": False},
    "code_not_asked_for": {"code asked for": False},
}
# Defects with effects apart from each other are watched together, to save time.
GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    (
        "optin_link_dead",
        "no_optin",
        "no_nudge_after_failed_payment",
        "no_apology",
        "her_mistake_unnoticed",
        "no_farewell_confirmation",
        "sign_in_link_works_twice",
    ),
    (
        "no_welcome",
        "letters_in_english_only",
        "series_stops_after_first",
        "renewal_without_notice",
        "last_nudge_after_the_end",
        "late_apology",
        "blamed_for_her_mistake",
        "mail_after_leaving",
        "code_of_another_hour",
    ),
    (
        "no_receipt_on_joining",
        "series_sent_twice",
        "renewal_notice_after_charge",
        "access_lost_before_grace",
        "wrong_refund_in_apology",
        "access_ends_on_leaving",
        "code_not_asked_for",
    ),
    ("series_out_of_order", "wrong_amount_in_renewal_notice", "no_renewal_receipt"),
)


class Member:
    """Somebody with a browser of her own, without the browser."""

    def __init__(self, shop: Demo, sink: Sink, who: str, language: str = "en") -> None:
        self.ref = f"{who.lower()}.{secrets.token_hex(5)}"
        self.email = f"{self.ref}@members.test"
        self.name = f"{who} Lovelace"
        self.language = language
        self.web = client(shop.url, language)
        self.stage: dict[str, Any] = {}
        self._sink = sink

    def ask(self) -> None:
        details = {"full_name": self.name, "email": self.email, "language": self.language}
        assert "/join/mail" in str(self.web.post("/members/join", data=details).url)

    def pay(self, page: httpx.Response, number: str = GOOD_CARD) -> httpx.Response:
        card = {"name": self.name, "number": number, "expiry": "08/49", "code": "123"}
        return self.web.post(page.url.path, data=card)

    def join(self) -> None:
        self.ask()
        self.pay(self.web.post(link_in(self.letters(1)[0])))

    def stand(self, days: int) -> Member:
        """Be a member for so many days, and signed in."""
        details = {"name": self.name, "email": self.email, "language": self.language, "days": days}
        answer = self.web.put(f"/api/members/{self.ref}", json=details, auth=ORGANISER)
        assert answer.status_code == 201, answer.text
        self.stage = answer.json()
        self.web.post(self.stage["sign_in"])
        return self

    @property
    def renews(self) -> datetime:
        return datetime.fromisoformat(self.stage["renews"])

    def set_stage(self, what: str) -> None:
        assert self.web.put(f"/api/members/{self.ref}/{what}", auth=ORGANISER).status_code == 200

    def is_inside(self) -> bool:
        return "Welcome back" in self.web.get("/members/area").text

    def letters(self, count: int) -> list[EmailMessage]:
        return self._sink.wait_for(self.email, count)

    def came(self) -> list[str]:
        return [kind(mail) for mail in self._sink.of(self.email)]

    def when(self, what: str, since: datetime, unit: timedelta = timedelta(days=1)) -> list[float]:
        """When letters of this kind left, in units after a moment, to the quarter."""
        dates = [parsedate_to_datetime(mail["Date"]) for mail in self._sink.of(self.email) if kind(mail) == what]
        return [round((date - since) / unit * 4) / 4 for date in dates]

    def stated(self, what: str) -> list[str]:
        texts = [body(mail) for mail in self._sink.of(self.email) if kind(mail) == what]
        return [amount for text in texts for amount in dict.fromkeys(re.findall(r"\d+\.\d\d EUR", text))]


def kind(mail: EmailMessage) -> str:
    return next(name for words, name in KINDS.items() if mail["Subject"].startswith(words))


def body(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def link_in(mail: EmailMessage) -> str:
    found = re.search(r"https?://\S+", body(mail))
    assert found
    return urlsplit(found[0]).path


def heading(page: httpx.Response) -> str:
    return str(soup(page).h1.text)  # type: ignore[union-attr]


def watch(shop: Demo, sink: Sink) -> dict[str, Any]:
    """Live eight memberships side by side for forty days, and tell all that could be seen."""
    clock = Clock(shop.url)
    ada, cleo = Member(shop, sink, "Ada"), Member(shop, sink, "Cleo", "de")
    ben, dora = (Member(shop, sink, who).stand(14) for who in ("Ben", "Dora"))
    eve, fay, gil = (Member(shop, sink, who).stand(15) for who in ("Eve", "Fay", "Gil"))
    ada.ask()
    confirm = link_in(ada.letters(1)[0])
    answered = ada.web.get(confirm).status_code
    if answered == 200:
        ada.pay(ada.web.post(confirm))
    joined = clock.now()
    renews = renewal(joined, 1)
    cleo.ask()
    ben.set_stage("refusing-bank")
    dora.set_stage("mistake")
    eve.ask()
    fay.web.post("/members/leave")
    inside_after_leaving = fay.is_inside()
    doors = protect_and_sign_in(gil, clock)
    until(clock.idle)
    moments = {joined + timedelta(hours=hours) for hours in (1.01, 12.1, 49.01, 24 * 7.01, 24 * 14.01)}
    moments |= {fay.renews - timedelta(hours=1), renews - timedelta(days=6.99), renews + timedelta(hours=0.1)}
    moments |= {ben.renews + timedelta(days=days) for days in (0.001, 3, 5.01, 7.01, 7.26, 8)}
    inside = {}
    for moment in sorted({*moments, renews + timedelta(hours=3)}):
        clock.turn_and_settle(moment)
        inside[moment] = ben.is_inside()
    return {
        "confirm link": answered,
        **{what: ada.when(what, joined) for what in ("welcome", "receipt", "letter 1", "letter 2", "letter 3")},
        **{what: ada.when(what, renews) for what in ("notice", "renewed")},
        "notice states": ada.stated("notice"),
        "unconfirmed": cleo.came(),
        "unconfirmed reads": sink.of(cleo.email)[0]["Subject"],
        **{what: ben.when(what, ben.renews) for what in ("nudge", "last nudge", "paused")},
        "inside three days later": inside[ben.renews + timedelta(days=3)],
        "inside eight days later": inside[ben.renews + timedelta(days=8)],
        "apology": dora.when("apology", joined, timedelta(hours=1)),
        "apology states": dora.stated("apology"),
        "signed up twice": eve.came()[:1],
        "blamed": "mistake" in body(eve.letters(1)[0]),
        "on leaving": fay.came(),
        "inside after leaving": inside_after_leaving,
        **doors,
    }


def protect_and_sign_in(member: Member, clock: Clock) -> dict[str, bool]:
    """Protect the account with an app, sign in by link and code, and use the link once more."""
    page = soup(member.web.get("/members/protect"))
    key = page.find("code").text  # type: ignore[union-attr]
    address = page.find("a", href=re.compile("^otpauth:"))["href"]  # type: ignore[index]
    app = pyotp.parse_uri(str(address))
    assert isinstance(app, pyotp.TOTP)
    assert app.secret == key
    member.web.post("/members/protect")
    member.web.post("/members/sign-out")
    member.web.post("/members/sign-in", data={"email": member.email})
    link = link_in(member.letters(1)[0])
    asked = "One more step" in member.web.post(link).text
    let_in = "Welcome back" in member.web.post("/members/code", data={"code": app.at(clock.now())}).text
    again = "Sign me in" in member.web.get(link).text
    return {"code asked for": asked, "code lets in": let_in or not asked, "link used twice": again}


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0] if group else "healthy")
def test_defects_do_what_the_table_says_and_nothing_else(
    group: tuple[str, ...], tmp_path: Path, sink: Sink, bank: Bank
) -> None:
    environ = paid_at(bank, "members")
    with Demo(tmp_path, smtp_port=sink.port, defects=group, environ=environ) as shop:
        seen = watch(shop, sink)
    expected = dict(HEALTHY)
    for name in group:
        assert not {key for key in EFFECTS[name] if expected[key] != HEALTHY[key]}, f"{name} would hide another"
        expected |= EFFECTS[name]
    assert seen == expected


def test_every_defect_is_watched_once() -> None:
    members = [name for name, defect in demo.defects().items() if defect.file == "members"]
    assert sorted(name for group in GROUPS for name in group) == sorted(members)


def test_the_link_that_confirms_is_not_used_by_looking_works_once_and_expires(shop: Demo, sink: Sink) -> None:
    clock = Clock(shop.url)
    ada, late = Member(shop, sink, "Ada"), Member(shop, sink, "Late")
    ada.ask()
    late.ask()
    link, stale = link_in(ada.letters(1)[0]), link_in(late.letters(1)[0])
    assert [heading(client(shop.url).get(link)) for _ in range(3)] == ["Is this you?"] * 3
    page = ada.web.post(link)
    assert heading(page) == "Your first month"
    assert "This link has been used" in ada.web.get(link).text
    clock.turn_and_settle(clock.now() + timedelta(days=3, minutes=1))
    assert "This link has expired" in late.web.get(stale).text
    assert "This link has expired" in late.web.post(stale).text
    assert "declined" in ada.pay(page, DECLINED_CARD).text
    assert ada.came() == ["confirm"]
    assert heading(ada.pay(page)) == "You are a member"
    ada.pay(page)
    assert sorted(kind(mail) for mail in ada.letters(3)) == ["confirm", "receipt", "welcome"]
    late.ask()
    assert heading(late.web.get(link_in(late.letters(2)[1]))) == "Is this you?"


def test_a_link_to_sign_in_is_good_for_a_quarter_of_an_hour_and_nobody_learns_who_is_a_member(
    shop: Demo, sink: Sink
) -> None:
    clock = Clock(shop.url)
    ada = Member(shop, sink, "Ada").stand(3)
    ada.web.post("/members/sign-out")
    assert heading(ada.web.get("/members/area")) == "Sign in"
    ada.web.post("/members/sign-in", data={"email": ada.email})
    link = link_in(ada.letters(1)[0])
    stranger = client(shop.url)
    assert heading(stranger.post("/members/sign-in", data={"email": "nobody@members.test"})) == "Look into your mail"
    assert sink.of("nobody@members.test") == []
    clock.turn_and_settle(clock.now() + timedelta(minutes=15, seconds=1))
    assert "This link has expired" in ada.web.post(link).text
    assert not ada.is_inside()


def test_a_code_of_the_app_lets_in_once(shop: Demo, sink: Sink) -> None:
    clock = Clock(shop.url)
    ada = Member(shop, sink, "Ada").stand(3)
    key = soup(ada.web.get("/members/protect")).find("code").text  # type: ignore[union-attr]
    ada.web.post("/members/protect")
    code = pyotp.TOTP(key).at(clock.now())
    for number, lets_in in enumerate((True, False), 1):
        ada.web.post("/members/sign-out")
        ada.web.post("/members/sign-in", data={"email": ada.email})
        ada.web.post(link_in(ada.letters(number)[-1]))
        assert not ada.is_inside()
        ada.web.post("/members/code", data={"code": code})
        assert ada.is_inside() == lets_in
    assert "This code is not right" in ada.web.post("/members/code", data={"code": "123456"}).text


def test_a_new_card_within_the_grace_puts_all_right(shop: Demo, sink: Sink) -> None:
    clock = Clock(shop.url)
    ada = Member(shop, sink, "Ada").stand(14)
    ada.set_stage("refusing-bank")
    clock.turn_and_settle(ada.renews + timedelta(days=3))
    card = ada.web.get(link_in(next(mail for mail in ada.letters(2) if kind(mail) == "nudge")))
    assert soup(card).find("button", string="Pay 15.00 EUR")
    assert "declined" in ada.pay(card, DECLINED_CARD).text
    assert heading(ada.pay(card)) == "Thank you, your card is changed"
    clock.turn_and_settle(ada.renews + timedelta(days=20))
    assert ada.came() == ["notice", "nudge", "renewed"]
    assert ada.is_inside()


def test_a_restart_in_between_renews_once(tmp_path: Path, sink: Sink, bank: Bank) -> None:
    environ = paid_at(bank, "members")
    with Demo(tmp_path, smtp_port=sink.port, environ=environ) as shop:
        ada = Member(shop, sink, "Ada").stand(14)
        Clock(shop.url).turn(ada.renews + timedelta(minutes=1))
        shop.kill()
    with Demo(tmp_path, smtp_port=sink.port, environ=environ, keep=True) as shop:
        until(Clock(shop.url).idle)
        Clock(shop.url).turn_and_settle(ada.renews + timedelta(days=2))
    assert set(ada.came()) == {"notice", "renewed"}
    assert ada.came().count("renewed") == 1


@pytest.mark.parametrize(
    ("joined", "months", "day"),
    [
        ("2026-01-31T12:00", 1, "2026-02-28 09:00+01:00"),
        ("2026-01-31T12:00", 2, "2026-03-31 09:00+02:00"),
        ("2028-01-31T12:00", 1, "2028-02-29 09:00+01:00"),
        ("2026-09-24T23:30", 1, "2026-10-25 09:00+01:00"),
        ("2026-12-15T00:00", 13, "2028-01-15 09:00+01:00"),
    ],
)
def test_a_month_ends_on_the_day_she_joined_on_where_the_business_is(joined: str, months: int, day: str) -> None:
    renews = renewal(datetime.fromisoformat(joined).replace(tzinfo=UTC), months)
    assert renews == datetime.fromisoformat(day)
    week = timedelta(days=7)
    assert abs(renews - renewal_notice(renews) - week) <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"days": 21}, "from 0 to 20"),
        ({"language": "xx"}, '"xx" is none of en, de.'),
        ({"name": ""}, "the texts name, email, language"),
    ],
)
def test_a_stage_that_cannot_be_set_says_why(shop: Demo, sink: Sink, changes: dict[str, Any], says: str) -> None:
    ada = Member(shop, sink, "Ada")
    details = {"name": ada.name, "email": ada.email, "language": "en", "days": 3} | changes
    answer = ada.web.put(f"/api/members/{ada.ref}", json=details, auth=ORGANISER)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert client(shop.url).put(f"/api/members/{ada.ref}", json=details).status_code == 401
