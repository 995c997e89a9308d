"""Taking money, once: cards are charged by the official Stripe SDK."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe

from demo.store import Order

__all__ = ["Cashier", "Declined", "Problem", "Turns"]

log = logging.getLogger("demo")
API_VERSION = "2024-06-20"  # one that Stripe and localstripe both understand


class Problem(Exception):
    """The payment did not happen; `key` names the words that tell the customer why, and what to do next."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Declined(Problem):
    """Her bank did not allow the payment."""

    def __init__(self) -> None:
        super().__init__("declined")


@dataclass(frozen=True, slots=True)
class Cashier:
    """Charges cards at `base`, where Stripe or something that speaks like it answers."""

    base: str
    key: str

    def charge(self, order: Order, card: Mapping[str, str], now: datetime) -> None:
        """Charge the order's price. Raises `Problem` where the card cannot be used, `Declined` where it was refused.

        The idempotency key changes only with a decline: where we die between the charge and our own booking, she
        pays again under the same key, and Stripe charges her once (Stripe API reference, "Idempotent requests").
        """
        method = self._method(card, now)
        client = stripe.StripeClient(
            self.key, stripe_version=API_VERSION, base_addresses={"api": self.base}, max_network_retries=0
        )
        params: Any = {  # the SDK's types know its newest version only
            "amount": order.event.cents,
            "currency": order.event.currency.lower(),
            "payment_method": method,
            "payment_method_types": ["card"],
            "confirm": True,
            "metadata": {"order": str(order.id)},
        }
        try:
            intent = client.v1.payment_intents.create(
                params, options={"idempotency_key": f"{order.token}-{order.declines}"}
            )
        except stripe.CardError:
            raise Declined from None
        except stripe.StripeError as error:
            log.warning("payment of order %s failed: %s", order.id, error)
            raise Problem("unavailable") from error
        if intent.status != "succeeded":  # a bank that wants to see her first; this stage has no page for that
            raise Declined

    def _method(self, card: Mapping[str, str], now: datetime) -> str:
        # This is a stage: a real shop would use Stripe's own fields, so that card numbers never reach it. Here a
        # test number on our plain form stands for Stripe's test method of the same name, and is sent nowhere.
        # localstripe lets pm_card_visa_chargeDeclined pass when it is charged, and declines only the other.
        declined = "pm_card_visa_chargeDeclined" if "api.stripe.com" in self.base else "pm_card_chargeCustomerFail"
        methods = {"4242424242424242": "pm_card_visa", "4000000000000002": declined}
        if not card.get("name", "").strip():
            raise Problem("name")
        method = methods.get(re.sub(r"[\s-]", "", card.get("number", "")))
        if method is None:
            raise Problem("number")
        if _last_month(card.get("expiry", "")) < (now.year, now.month):
            raise Problem("expiry")
        if not re.fullmatch(r"[0-9]{3,4}", card.get("code", "").strip()):
            raise Problem("code")
        return method


def _last_month(expiry: str) -> tuple[int, int]:
    """Return year and month of `08/31`, `08/2031` or `2031-08` (how browsers fill in cc-exp), or (0, 0)."""
    text = re.sub(r"\s", "", expiry)
    if match := re.fullmatch(r"(\d\d?)[/-](\d\d|\d{4})", text, re.ASCII):
        month, year = int(match[1]), int(match[2])
    elif match := re.fullmatch(r"(\d{4})-(\d\d)", text, re.ASCII):
        year, month = int(match[1]), int(match[2])
    else:
        return 0, 0
    return (year + 2000 if year < 100 else year, month) if 1 <= month <= 12 else (0, 0)


class Turns:
    """Lets payments for one order take their turn, while other orders go on."""

    def __init__(self) -> None:
        self._locks = [threading.Lock() for _ in range(64)]

    def of(self, token: str) -> threading.Lock:
        """Return the lock that this order shares with few others."""
        return self._locks[hash(token) % len(self._locks)]
