"""The shop's end of Demo Wallet: asking for a payment, taking it, and hearing what the provider tells."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import httpx

from demo.wallet import signature

__all__ = ["NotFromWallet", "Till", "WalletDown"]


class WalletDown(Exception):
    """The provider does not answer, or refuses; nothing was paid by this call."""


class NotFromWallet(Exception):
    """A webhook that the provider has not signed."""


@dataclass(frozen=True, slots=True)
class Till:
    """What a shop needs to know of the provider: where it is, the key that it asks for, and the webhooks' secret."""

    url: str
    key: str
    secret: str

    def begin(self, **payment: str | int) -> str:
        """Ask for a payment, and return the page on which the customer decides. Raises `WalletDown`.

        `payment` has our `reference`, which the webhook names, `cents`, `currency`, `payee`, `purpose`, `payer`,
        `payer_name`, `return_url`, `cancel_url` and `webhook_url`.
        """
        return str(self._post("/v1/payments", payment)["url"])

    def take(self, payment: str, cents: int, *, key: str) -> None:
        """Take the money of an approved payment, once under this idempotency key. Raises `WalletDown`."""
        self._post(f"/v1/payments/{payment}/take", {"cents": cents}, {"Idempotency-Key": key})

    def heard(self, body: bytes, header: str) -> dict[str, Any]:
        """Return what a webhook tells: its `type` and its `payment`. Raises `NotFromWallet`."""
        if not signature.stands(header, body, self.secret, time.time()):
            raise NotFromWallet("This is not signed by Demo Wallet, or was signed too long ago.")
        told: dict[str, Any] = json.loads(body)
        return told

    def _post(self, path: str, data: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        try:
            # No proxy in between, whatever the environment says: the provider is on this machine.
            answer = httpx.post(f"{self.url}{path}", json=data, headers=headers, timeout=10, trust_env=False)
            answer.raise_for_status()
            said: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise WalletDown(f"Demo Wallet did not do {path}: {error}") from error
        return said
