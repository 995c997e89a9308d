"""Holding the harness to `allow_hosts`: it signs up and pays, so it must not do so by accident on the real thing.

Two doors are guarded. What we ask for ourselves passes `check`, before any request is made. What a page asks for is
stopped inside Chromium: its resolver knows no host but the allowed ones, so that no packet leaves, not even to a
bare address. A handler in Python for each request would be slower, and blind to what service workers do.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from upheld.errors import ConfigError, RefusedHost, UsageError

__all__ = ["allows", "check", "host_of", "launch_args", "resolver_rules"]

# The machine itself. Other addresses of 127.0.0.0/8 must be listed: Chromium's rules match text, and "127.*" would
# let in a host that is merely called so.
LOOPBACK = ("localhost", "*.localhost", "127.0.0.1", "::1")
PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
NAME = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")


@dataclass(frozen=True, slots=True)
class _Host:
    name: str
    port: int | None

    def holds(self, name: str, port: int | None) -> bool:
        if self.port is not None and self.port != port:
            return False
        return name.endswith(self.name[1:]) if self.name.startswith("*.") else name == self.name


def check(url: str, allow_hosts: Iterable[str]) -> None:
    """Raise `RefusedHost` where the address is on none of the allowed hosts; call it before any request.

    Loopback is always allowed. An entry is a host ("staging.example.com"), all hosts below one
    ("*.staging.example.com", which is not the host itself) or an IP address, each with a port where only that one
    is meant. Raises `ConfigError` where an entry is none of these.
    """
    if not allows(url, allow_hosts):
        raise RefusedHost(refusal(url))


def refusal(url: str) -> str:
    """Return the sentence that says an address was refused."""
    return (
        f"{host_of(url) or url} is not in allow_hosts; nothing was opened. "
        "If this is your staging site, add it to [tool.upheld] in pyproject.toml."
    )


def allows(url: str, allow_hosts: Iterable[str]) -> bool:
    """Return whether the address may be asked for; `about:`, `data:` and `blob:` never leave the browser."""
    scheme = url.partition(":")[0].lower()
    if scheme in ("about", "data", "blob"):
        return True
    if scheme not in PORTS:
        return False
    try:
        parts = urlsplit(url)
        name, port = _canonical(parts.hostname or ""), parts.port or PORTS[scheme]
    except ValueError:
        return False
    return any(entry.holds(name, port) for entry in _entries(allow_hosts))


def host_of(url: str) -> str:
    """Return the host of an address, without its port; "" where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def resolver_rules(allow_hosts: Iterable[str]) -> str:
    """Return the value of Chromium's `--host-resolver-rules` that knows the allowed hosts and no other.

    The rules see no ports (net/base/host_mapping_rules.h), so a page may call any port of an allowed host.
    """
    names: list[str] = []
    for entry in _entries(allow_hosts):
        # A rule compares with the host as it stands in the address, which for IPv6 may be with brackets.
        names += [entry.name, f"[{entry.name}]"] if ":" in entry.name else [entry.name]
    return " , ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {name}" for name in dict.fromkeys(names))])


def launch_args(allow_hosts: Iterable[str], browser_name: str = "chromium") -> list[str]:
    """Return the arguments that hold a browser to the allowed hosts.

    Raises `UsageError` for Firefox and WebKit, which have no such rules.
    """
    if browser_name != "chromium":
        raise UsageError(
            f"Only Chromium can be held to allow_hosts so far, and --browser {browser_name} was asked for. "
            "Leave it out, or use --browser chromium."
        )
    return [
        f"--host-resolver-rules={resolver_rules(allow_hosts)}",
        # A proxy resolves names by itself, past the rules; and WebRTC sends to bare addresses.
        "--no-proxy-server",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    ]


def _entries(allow_hosts: Iterable[str]) -> list[_Host]:
    return [*(_Host(name, None) for name in LOOPBACK), *(_entry(written) for written in allow_hosts)]


def _entry(written: str) -> _Host:
    name, port = written.strip(), None
    if "/" in name:
        better = host_of(name) or name.partition("/")[0]
        raise ConfigError(f'allow_hosts has "{written}", which is an address or a range. Write the host: "{better}".')
    bracketed = re.fullmatch(r"\[(.+)\](?::(\d+))?", name)
    if bracketed:
        name, port = bracketed[1], int(bracketed[2]) if bracketed[2] else None
    elif name.count(":") == 1:
        name, _, digits = name.partition(":")
        port = int(digits) if digits.isdecimal() else -1
    try:
        name = _canonical(name)
    except ValueError:
        name = ""
    if not (NAME.fullmatch(name) or _is_address(name)) or (port is not None and not 0 < port < 65536):
        raise ConfigError(
            f'allow_hosts has "{written}", which is no host. '
            'Write it like "staging.example.com", "*.staging.example.com", "192.0.2.5:8080" or "[2001:db8::1]".'
        )
    return _Host(name, port)


def _canonical(host: str) -> str:
    # As browsers write it (WHATWG URL, host parsing): lower case, IDNA, no closing dot, the shortest IPv6.
    host = host.lower().removesuffix(".")
    if _is_address(host):
        return ipaddress.ip_address(host).compressed
    if host.isascii():
        return host
    return host.encode("idna").decode("ascii")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
