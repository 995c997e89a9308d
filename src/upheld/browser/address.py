"""Addresses as they may be shown: where the customer is, without what would let a reader of the report in."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

__all__ = ["masked", "where"]

SECRET_NAMES = re.compile(r"token|secret|key|code|sig|session|password|passwd|pwd|otp|auth|hash|nonce", re.IGNORECASE)
# Nobody types so many letters in one piece; words and years with dashes between ("systems-day-in-lisbon-2026") are
# the address of a page, and everything else of that length is what a link proves itself by.
LONG = re.compile(r"[A-Za-z0-9_~.=-]{20,}")
SLUG = re.compile(r"([A-Za-z]?[a-z]{0,15}|[0-9]{1,8})([-_.~]([A-Za-z]?[a-z]{0,15}|[0-9]{1,8}))*")
MASK = "***"


def masked(url: str) -> str:
    """Return the address with its secrets replaced by `***`: userinfo, tokens in path, query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("?")[0]
    if parts.scheme not in ("http", "https"):
        return url.partition("?")[0][:200]
    path = "/".join(MASK if _is_secret(part) else part for part in parts.path.split("/"))
    query = "&".join(
        f"{quote(name)}={MASK if SECRET_NAMES.search(name) or _is_secret(value) else quote(value)}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    fragment = MASK if "=" in parts.fragment or _is_secret(parts.fragment) else parts.fragment
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, query, fragment))


def where(url: str) -> str:
    """Return the page as a message names it: its path, masked; or the whole where it is no web page."""
    try:
        parts = urlsplit(masked(url))
    except ValueError:
        return url
    return (parts.path or "/") if parts.scheme in ("http", "https") else url


def _is_secret(text: str) -> bool:
    return bool(LONG.fullmatch(text)) and not SLUG.fullmatch(text)
