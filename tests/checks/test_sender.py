"""Who a message comes from: as the map says, and not as a program left it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from upheld.checks import Known, Touch
from upheld.checks.sender import CHECKS, Sender
from upheld.ledger import CastView
from upheld.mailbox.letter import Letter
from upheld.maps import JourneyMap, Touchpoint
from upheld.promises import Arrival

SITE = "https://www.shop.coop"
LOCAL = "http://127.0.0.1:8000"
AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
ADA = CastView("Ada", "Ada Mendes", "Ada", "Mendes", "ada@journeys.test", "pt_PT", "Europe/Lisbon", {})


def mail(sender: str, reply_to: str = "") -> Touch:
    headers = (("from", sender), *((("reply-to", reply_to),) if reply_to else ()))
    arrival = Arrival("m1", ("ada@journeys.test",), AT, subject="Your receipt", sender=sender)
    return Touch(arrival, "receipt", None, AT, Letter(headers=headers))


def found(touch: Touch, site: str = SITE, **point: str) -> list[tuple[str, str]]:
    known = Known(ADA, site=site, point=Touchpoint.model_validate(point) if point else None)
    return [(one.rule, str(one.severity or Sender.severity)) for one in Sender().look(touch, known)]


@pytest.mark.parametrize(
    ("wanted", "sender", "right"),
    [
        ("office@shop.coop", "Shop <office@shop.coop>", True),
        ("office@shop.coop", "OFFICE@Shop.coop", True),
        ("office@shop.coop", '"Shop, Inc." <office@shop.coop>', True),
        ("office@shop.coop", "Müller, Shop <office@shop.coop>", True),
        ("Shop <office@shop.coop>", "shop <office@shop.coop>", True),
        ("*@shop.coop", "Anybody <anybody@shop.coop>", True),
        ("office@shop.coop, news@shop.coop", "news@shop.coop", True),
        ("office@shop.coop", "Shop <noreply@shop.coop>", False),
        ("office@shop.coop", "office@shop.coop.evil.net", False),
        ("Shop <office@shop.coop>", "Shop (Staging) <office@shop.coop>", False),
        ("office@shop.coop", "Shop <root@localhost>", False),
        ("office@shop.coop", "", False),
    ],
)
def test_the_sender_is_as_the_map_says(wanted: str, sender: str, right: bool) -> None:
    assert found(mail(sender), sender=wanted) == ([] if right else [("sender", "fail")])


@pytest.mark.parametrize(
    ("wanted", "reply_to", "right"),
    [
        ("hello@shop.coop", "Shop <hello@shop.coop>", True),
        ("reply+*@shop.coop", "reply+8f3a@shop.coop", True),
        ("office@shop.coop", "", True),
        ("hello@shop.coop", "", False),
        ("hello@shop.coop", "noreply@shop.coop", False),
        ("hello@shop.coop", "hello@shop.coop, dev@agency.net", False),
    ],
)
def test_an_answer_goes_where_the_map_says(wanted: str, reply_to: str, right: bool) -> None:
    touch = mail("Shop <office@shop.coop>", reply_to)
    assert found(touch, reply_to=wanted) == ([] if right else [("reply-to", "fail")])


def test_a_sentence_says_both_senders_and_the_map_holds_for_all() -> None:
    journey = JourneyMap(name="Buying", stage="package", sender="office@shop.coop")
    promised = Known(ADA, site=SITE, map=journey, point=Touchpoint())
    (finding,) = Sender().look(mail("Shop <noreply@shop.coop>"), promised)
    assert finding.said == "The receipt comes from Shop <noreply@shop.coop>; the map says office@shop.coop."
    # What nobody promised and the map does not name may be somebody else's.
    (other,) = Sender().look(mail("Pay <notice@pay.net>"), replace(promised, point=None))
    assert str(other.severity) == "warn"
    own = replace(promised, point=Touchpoint(sender="notice@pay.net"))
    assert list(Sender().look(mail("Pay <notice@pay.net>"), own)) == []


@pytest.mark.parametrize(
    ("sender", "wanted"),
    [
        ("noreply@localhost", "fail"),
        ("Shop <root@localhost.localdomain>", "fail"),
        ("django@ip-10-0-0-1.ec2.internal", "fail"),
        ("Shop <shop@macbook.local>", "fail"),
        ("www-data@shop.coop", "warn"),
        ("WordPress <wordpress@shop.coop>", "warn"),
        ("Shop <noreply@example.com>", "warn"),
        ("Shop <info@yourdomain.com>", "warn"),
        ("Shop (Staging) <office@shop.coop>", "warn"),
        ("[TEST] Shop <office@shop.coop>", "warn"),
        ("DEV - Shop <office@shop.coop>", "warn"),
        ("Your Company <office@shop.coop>", "warn"),
        ("Shop <office@staging.shop.coop>", "warn"),
    ],
)
def test_a_sender_that_nobody_has_set(sender: str, wanted: str) -> None:
    assert found(mail(sender)) == [("staging", wanted)]


@pytest.mark.parametrize(
    "sender",
    [
        "Systems Day Office <office@demo.test>", "Stripe <receipts+acct_1x@stripe.com>", "noreply@shop.coop",
        "Me <me@x.io>",
        "Eventbrite <noreply@order.eventbrite.com>", "Stiftung Warentest <newsletter@email.test.de>",
        "webmaster@shop.coop", "Dev Patel <dev.patel@shop.coop>", "The Testing Ground <hello@testingground.coop>",
        "Shop via Pay <service@wallet.test>", "Prostage Music - Berlin <hello@prostage.coop>", "QA Ltd <hi@qa.com>",
        "=?utf-8?q?x?=", "",
    ],
)  # fmt: skip
@pytest.mark.parametrize("site", [SITE, LOCAL])
def test_an_ordinary_sender(site: str, sender: str) -> None:
    assert found(mail(sender, sender), site) == []


def test_at_home_and_on_a_stage_such_senders_are_expected() -> None:
    assert found(mail("noreply@localhost"), LOCAL) == [("staging", "warn")]
    assert found(mail("Shop (Staging) <office@staging.shop.coop>"), "https://staging.shop.coop") == []
    assert found(mail("root@shop.local"), "http://shop.local") == [("staging", "warn")]


def test_answers_may_be_left_unset_too() -> None:
    assert found(mail("Shop <office@shop.coop>", "nobody@localhost")) == [("staging", "fail")]
    assert [check.name for check in CHECKS] == ["sender"]
