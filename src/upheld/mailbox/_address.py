"""A mailbox's address as the user writes it, and as it may be shown."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import SplitResult, parse_qsl, urlsplit

from upheld.errors import UsageError, did_you_mean

__all__ = ["hostport", "parameters", "shown", "split"]


def split(url: str, *, scheme_example: str) -> SplitResult:
    """Return the URL's parts. Raises `UsageError` where it is no URL, without repeating a password."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # reading it is what checks it
    except ValueError as error:
        raise UsageError(f"The mailbox address cannot be read: {error}. It looks like {scheme_example}") from None
    if not parts.hostname:
        raise UsageError(f"The mailbox address {shown(parts)} names no host. It looks like {scheme_example}")
    return parts


def parameters(parts: SplitResult, known: Collection[str]) -> dict[str, str]:
    """Return what stands behind the `?`. Raises `UsageError` for a name that is not known."""
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in given:
        if name not in known:
            raise UsageError(
                f'The mailbox address {shown(parts)} has "{name}", which is not known; known: {", ".join(known)}.'
                f"{did_you_mean(name, known)}"
            )
    return given


def hostport(host: str, port: int) -> str:
    """Return `host:port`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def shown(parts: SplitResult) -> str:
    """Return the address with its password masked, fit for a report."""
    place = parts.netloc.rpartition("@")[2]
    if parts.username is not None:
        place = f"{parts.username}{':***' if parts.password else ''}@{place}"
    return parts._replace(netloc=place).geturl()
