"""Demo Wallet: the second way to pay, a provider of its own on its own port, which a shop reaches over HTTP alone.

A shop asks for a payment and sends its customer to the provider's page. She approves or cancels there and is sent
back; and the provider tells the shop by a signed webhook, which the shop believes rather than the way back, since
anyone can walk that. Then the shop takes the money, and the provider sends its customer a notice of the payment.

Wallet  the provider itself, a server in a thread of ours
Till    the shop's end of it
"""

from __future__ import annotations

from demo.wallet.server import Wallet
from demo.wallet.till import NotFromWallet, Till, WalletDown

__all__ = ["NotFromWallet", "Till", "Wallet", "WalletDown"]
