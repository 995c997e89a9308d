"""Taking money, once, and giving it back: cards are charged by the official Stripe SDK."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import stripe

__all__ = ["PROBLEMS", "Cashier", "Declined", "Problem", "Turns"]

log = logging.getLogger("demo")
API_VERSION = "2024-06-20"  # one that Stripe and localstripe both understand
PROBLEMS = ("declined", "number", "expiry", "code", "name", "unavailable")
"""What can be wrong; the words `problem_<key>` and `problem_<key>_next` tell the customer, in every story."""


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

    def charge(self, cents: int, currency: str, card: Mapping[str, str], now: datetime, *, key: str, label: str) -> str:
        """Charge a card and return the payment's id, which `refund` asks for.

        Raises `Problem` where the card cannot be used, `Declined` where it was refused. `key` must change with a
        decline and with nothing else: where we die between the charge and our own booking, she pays again under the
        same key, and Stripe charges her once (Stripe API reference, "Idempotent requests"). `label` is for Stripe's
        own records, such as `order 4711`.
        """
        params: Any = {  # the SDK's types know its newest version only
            "amount": cents,
            "currency": currency.lower(),
            "payment_method": self.method(card, now),
            "payment_method_types": ["card"],
            "confirm": True,
            "metadata": {"for": label},
        }
        import stripe  # a fifth of the shop's start, which need not wait for the first who pays

        try:
            intent = self._client().v1.payment_intents.create(params, options={"idempotency_key": key})
        except stripe.CardError:
            raise Declined from None
        except stripe.StripeError as error:
            log.warning("payment of %s failed: %s", label, error)
            raise Problem("unavailable") from error
        if intent.status != "succeeded":  # a bank that wants to see her first; this stage has no page for that
            raise Declined
        return str(intent.id)

    def refund(self, payment: str, cents: int, *, key: str) -> None:
        """Give back so much of a payment, once under this key. Raises `Problem("unavailable")`."""
        import stripe

        params: Any = {"payment_intent": payment, "amount": cents}
        try:
            self._client().v1.refunds.create(params, options={"idempotency_key": key})
        except stripe.StripeError as error:
            log.warning("refund of %s failed: %s", payment, error)
            raise Problem("unavailable") from error

    def method(self, card: Mapping[str, str], now: datetime) -> str:
        """Return Stripe's test method for the card on our form. Raises `Problem` where it cannot be used."""
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

    def _client(self) -> stripe.StripeClient:
        import stripe

        return stripe.StripeClient(
            self.key, stripe_version=API_VERSION, base_addresses={"api": self.base}, max_network_retries=0
        )


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
