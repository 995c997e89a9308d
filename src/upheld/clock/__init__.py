"""How time passes on the site: really, or turned by us."""

from collections.abc import Sequence
from datetime import timedelta

from upheld.clock.base import Clock
from upheld.clock.command import CommandClock
from upheld.clock.http import HttpClock
from upheld.clock.real import RealClock
from upheld.errors import ConfigError

__all__ = ["CLOCK_HEADER", "Clock", "CommandClock", "HttpClock", "RealClock", "open_clock"]

CLOCK_HEADER = "Test-Clock"
"""By which clock a request is to be served, where the site has one for each customer (docs/test-clock.md)."""


def open_clock(
    url: str, allow_hosts: Sequence[str] = (), *, reads: str = "", limit: timedelta = timedelta(seconds=60)
) -> Clock:
    """Return the clock at this address: `real`, an http(s) address that speaks the test-clock protocol, or a command.

    `reads` and `limit` are for a command alone (`CommandClock`). Raises `RefusedHost` for a host outside `allow_hosts`
    and `ConfigError` for an address that is no clock.
    """
    if url == "real":
        return RealClock()
    if url.startswith("command:"):
        return CommandClock(url.removeprefix("command:").strip(), reads=reads, limit=limit)
    if url.startswith(("http://", "https://")):
        from upheld.browser.allow import check  # a clock is a part of the site: the same hosts are allowed

        check(url, allow_hosts)
        return HttpClock(url)
    raise ConfigError(
        f'"{url}" is no clock: say real, the address of a test clock such as http://host/test-clock, or command:... '
        "with {now} in it"
    )
