"""Cards that are kept for the renewals: a customer with a payment method at Stripe, charged while she is away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from demo.payments import API_VERSION, Cashier, Declined, Problem

if TYPE_CHECKING:
    import stripe

__all__ = ["Cards", "Kept"]

log = logging.getLogger("demo")
CARD_ON_THE_STAGE = {"name": "Stage", "number": "4242424242424242", "expiry": "12/49", "code": "123"}
REFUSED_LATER = "pm_card_chargeCustomerFail"  # can be kept, and is refused when it is charged


@dataclass(frozen=True, slots=True)
class Kept:
    """A card that Stripe keeps for us: the ids of the customer and of her payment method."""

    customer: str
    card: str


class Cards:
    """What Stripe keeps of our members' cards, and charging them."""

    def __init__(self, cashier: Cashier) -> None:
        self._cashier = cashier

    def keep(self, name: str, email: str, form: Mapping[str, str], now: datetime, customer: str = "") -> Kept:
        """Keep the card on our form. Raises `Problem` where it cannot be used, `Declined` where it was refused."""
        return self._keep(name, email, self._cashier.method(form, now), customer)

    def keep_on_stage(self, name: str, email: str, now: datetime, customer: str = "", *, refused: bool = False) -> Kept:
        """Keep a card of which nobody has typed the number: one that works, or one that is `refused` when charged."""
        method = REFUSED_LATER if refused else self._cashier.method(CARD_ON_THE_STAGE, now)
        return self._keep(name, email, method, customer)

    def charge(self, kept: Kept, cents: int, currency: str, *, key: str, label: str) -> str:
        """Charge a card that is kept, once under this key, and return the payment's id. Raises `Problem`."""
        params: Any = {  # the SDK's types know its newest version only
            "amount": cents,
            "currency": currency.lower(),
            "customer": kept.customer,
            "payment_method": kept.card,
            "payment_method_types": ["card"],
            "off_session": True,
            "confirm": True,
            "metadata": {"for": label},
        }
        intent = self._ask(label, lambda client: client.v1.payment_intents.create(params, {"idempotency_key": key}))
        if intent.status != "succeeded":
            raise Declined
        return str(intent.id)

    def _keep(self, name: str, email: str, method: str, customer: str) -> Kept:
        who: Any = {"name": name, "email": email}
        if not customer:
            customer = str(self._ask(email, lambda client: client.v1.customers.create(who)).id)
        attach: Any = {"customer": customer}
        kept = self._ask(email, lambda client: client.v1.payment_methods.attach(method, attach))
        return Kept(customer, str(kept.id))

    def _ask(self, about: str, ask: Callable[[stripe.StripeClient], Any]) -> Any:
        import stripe  # with the first card, as in `demo.payments`

        client = stripe.StripeClient(
            self._cashier.key,
            stripe_version=API_VERSION,
            base_addresses={"api": self._cashier.base},
            max_network_retries=0,
        )
        try:
            return ask(client)
        except stripe.CardError:
            raise Declined from None
        except stripe.StripeError as error:
            log.warning("the card of %s: %s", about, error)
            raise Problem("unavailable") from error
