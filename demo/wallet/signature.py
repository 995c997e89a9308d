"""How a webhook is signed: `t=<seconds>,v1=<hex>`, an HMAC-SHA256 of the time, a dot and the body, as Stripe does."""

from __future__ import annotations

import hashlib
import hmac
import re

__all__ = ["HEADER", "signed", "stands"]

HEADER = "Wallet-Signature"
OLDEST = 300  # seconds; an older one may have been overheard and is sent again


def signed(body: bytes, secret: str, seconds: int) -> str:
    """Return the value of the header for this body at this time (seconds since 1970)."""
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def stands(header: str, body: bytes, secret: str, now: float) -> bool:
    """Return whether the header was made for this body, with this secret, not long ago."""
    stated = re.fullmatch(r"t=([0-9]{1,12}),v1=[0-9a-f]{64}", header)
    if stated is None or abs(now - int(stated[1])) > OLDEST:
        return False
    return hmac.compare_digest(header, signed(body, secret, int(stated[1])))
