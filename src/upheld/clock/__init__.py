"""How time passes on the site: really, or turned by us."""

from collections.abc import Sequence

from upheld.clock.base import Clock
from upheld.clock.http import HttpClock
from upheld.clock.real import RealClock
from upheld.errors import ConfigError

__all__ = ["Clock", "HttpClock", "RealClock", "open_clock"]


def open_clock(url: str, allow_hosts: Sequence[str] = ()) -> Clock:
    """Return the clock at this address: `real`, or an http(s) address that speaks the test-clock protocol.

    Raises `RefusedHost` for a host outside `allow_hosts` and `ConfigError` for an address that is no clock.
    """
    if url == "real":
        return RealClock()
    if url.startswith(("http://", "https://")):
        from upheld.browser.allow import check  # a clock is a part of the site: the same hosts are allowed

        check(url, allow_hosts)
        return HttpClock(url)
    raise ConfigError(f'"{url}" is no clock: say real, or the address of a test clock, http://host/test-clock')
