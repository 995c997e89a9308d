"""Each defect of the downloads has its effect, and no other: four customers are watched with and without it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from bs4 import BeautifulSoup

import demo
from demo.bank import Bank
from demo.process import Demo
from tests.demo.stage import Clock, Sink, paid_at, until
from tests.demo.test_downloads import TITLE, Buyer, heading, link_of, words_of

KINDS = ("Your download", "Your new link", "Your receipt", "You paid 19.00 EUR", "You paid 21.00 EUR")
READY, USED, EXPIRED = "Your download is ready, Ada", "This link has been used", "This link has expired"
HEALTHY: dict[str, Any] = {
    "by card": {"Your download": 1, "Your new link": 1, "Your receipt": 1},
    "page link": True,
    "page file": "right",
    "mail link, looked at before": READY,
    "mail file": "right",
    "mail link, used before": USED,
    "with the provider": {"You paid 19.00 EUR": 1, "Your download": 1, "Your receipt": 1},
    "page link, with the provider": True,
    "told of the cancellation": True,
    "after cancelling": {},
    "mail link, two days later": EXPIRED,
}
# Somebody whose last link works, as far as the shop knows, is not sent another one within the minute.
NO_NEW_LINK = {"Your download": 1, "Your receipt": 1}
EFFECTS: dict[str, dict[str, Any]] = {
    "no_download_after_second_payment": {
        "with the provider": {"You paid 19.00 EUR": 1, "Your receipt": 1},
        "page link, with the provider": False,
    },
    "no_second_line": {
        "by card": {"Your receipt": 1},
        "with the provider": {"You paid 19.00 EUR": 1, "Your receipt": 1},
        **dict.fromkeys(("mail link, looked at before", "mail file", "mail link, used before"), ""),
        "mail link, two days later": "",
    },
    "link_expired_on_arrival": {
        "by card": NO_NEW_LINK,
        "page file": EXPIRED,
        "mail link, looked at before": EXPIRED,
        "mail file": "",
        "mail link, used before": EXPIRED,
    },
    "link_used_by_looking": {"mail link, looked at before": USED, "mail file": ""},
    "link_works_twice": {"by card": NO_NEW_LINK, "mail link, used before": READY},
    "link_never_expires": {"mail link, two days later": READY},
    "link_of_another_customer": {
        "by card": NO_NEW_LINK,
        "mail link, looked at before": "Your download is ready, Grace",
        "mail link, two days later": USED,  # it is the same one, and Ada has used it
    },
    "new_link_never_sent": {"by card": NO_NEW_LINK},
    "wrong_file": {"page file": "another", "mail file": "another"},
    "file_cut_off": {"page file": "unreadable", "mail file": "unreadable"},
    "provider_charges_twice": {"with the provider": {"You paid 19.00 EUR": 2, "Your download": 1, "Your receipt": 1}},
    "wrong_amount_at_provider": {"with the provider": {"You paid 21.00 EUR": 1, "Your download": 1, "Your receipt": 1}},
    "paid_by_coming_back": {
        "told of the cancellation": False,
        "after cancelling": {"Your download": 1, "Your receipt": 1},
    },
    "cancelled_without_a_word": {"told of the cancellation": False},
}


def mails(sink: Sink, buyer: Buyer) -> Counter[str]:
    """How many mails of each kind have come to her."""
    return Counter(next(kind for kind in KINDS if mail["Subject"].startswith(kind)) for mail in sink.of(buyer.email))


def link_in_mail(sink: Sink, buyer: Buyer) -> str:
    """Where the link in her mail leads to; "" where no such mail has come."""
    found = (mail for mail in sink.of(buyer.email) if mail["Subject"].startswith("Your download"))
    return next((link_of(mail, "Download your e-book") for mail in found), "")


def lands(buyer: Buyer, link: str) -> str:
    """What the page behind a link says first; "" where there is no link."""
    return heading(buyer.web.get(link)) if link else ""


def file(buyer: Buyer, link: str) -> str:
    """What the file behind a link is, or what the page says in its place; "" where there is no link."""
    if not link:
        return ""
    answer = buyer.web.get(link)
    if answer.headers["Content-Type"] != "application/pdf":
        return heading(answer)
    try:
        return "right" if TITLE in words_of(answer.content) else "another"
    except pypdf.errors.PyPdfError:
        return "unreadable"


def watch(shop: Demo, sink: Sink, domain: str) -> dict[str, Any]:
    """Let four customers buy, and tell all that could be seen."""
    clock = Clock(shop.url)
    ada, ben, cleo, dan = (Buyer(shop, f"{name}@{domain}") for name in ("ada", "ben", "cleo", "dan"))
    seen: dict[str, Any] = {}

    page = link_of(ada.pays_by_card(), "Download")
    seen["page link"] = bool(page)
    seen["page file"] = file(ada, page)
    until(clock.idle)
    link = link_in_mail(sink, ada)
    ada.web.head(link)
    seen["mail link, looked at before"] = lands(ada, link)
    offered = BeautifulSoup(ada.web.get(link).text, "html.parser")
    seen["mail file"] = file(ada, link_of(offered, "Download"))
    seen["mail link, used before"] = lands(ada, link)
    ada.asks_for_link()

    there = ben.goes_to_wallet()
    seen["page link, with the provider"] = bool(link_of(ben.decides(there, "approve"), "Download"))
    alert = cleo.decides(cleo.goes_to_wallet(), "cancel").find(role="alert")
    seen["told of the cancellation"] = "nothing was taken" in (alert.get_text() if alert else "")

    dan.pays_by_card()
    until(lambda: clock.idle() and "You paid" in " ".join(mails(sink, ben)))
    clock.turn_and_settle(clock.now() + timedelta(hours=48.1))
    seen["mail link, two days later"] = lands(dan, link_in_mail(sink, dan))
    bought = {"by card": ada, "with the provider": ben, "after cancelling": cleo}
    return seen | {name: dict(mails(sink, buyer)) for name, buyer in bought.items()}


# Defects that do not touch the same things are watched together, to save time.
GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    (
        "link_works_twice",
        "wrong_file",
        "link_never_expires",
        "no_download_after_second_payment",
        "cancelled_without_a_word",
    ),
    ("link_expired_on_arrival", "paid_by_coming_back", "provider_charges_twice"),
    ("new_link_never_sent", "file_cut_off", "wrong_amount_at_provider"),
    ("link_used_by_looking",),
    ("link_of_another_customer",),
    ("no_second_line",),
)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: (*group, "healthy")[0])
def test_a_defect_does_what_the_table_says_and_nothing_else(
    group: tuple[str, ...], tmp_path: Path, sink: Sink, bank: Bank
) -> None:
    domain = f"{(*group, 'healthy')[0].replace('_', '-')}.downloads.test"
    environ = paid_at(bank, "downloads")
    expected = HEALTHY.copy()
    for name in group:
        assert all(expected[key] == HEALTHY[key] for key in EFFECTS[name]), f"{name} is hidden by others"
        expected |= EFFECTS[name]
    with Demo(tmp_path, smtp_port=sink.port, defects=group, environ=environ) as shop:
        assert watch(shop, sink, domain) == expected


def test_every_defect_is_watched() -> None:
    of_downloads = [name for name, defect in demo.defects().items() if defect.file == "downloads"]
    assert sorted(name for group in GROUPS for name in group) == sorted(of_downloads) == sorted(EFFECTS)
