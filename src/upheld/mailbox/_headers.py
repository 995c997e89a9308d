"""A message's headers as its reader sees them, encoded words decoded (RFC 2047, RFC 2231)."""

from __future__ import annotations

import base64
import email.header
import email.quoprimime
import email.utils
import re
from email.message import Message

from upheld.mailbox import _limits
from upheld.mailbox._limits import Faults, clean, tried

__all__ = ["addresses", "header", "headers"]


def header(message: Message, name: str, faults: Faults) -> str:
    """Return a header's text, encoded words decoded (RFC 2047), "" where there is none."""
    raw = tried(lambda: next((str(v) for k, v in message.raw_items() if k.lower() == name), None), None)
    return "" if raw is None else _worded(message, name, raw, faults)


def headers(message: Message, faults: Faults) -> tuple[tuple[str, str], ...]:
    """Return all headers in their order, names in lower case, each decoded as `header` does (RFC 2047, 2231)."""
    none: list[tuple[str, str]] = []
    found = tried(lambda: list(message.raw_items()), none)
    if len(found) > _limits.LIMITS.headers:
        faults.add(f"the message has {len(found)} headers; only the first {_limits.LIMITS.headers} were read")
    read: list[tuple[str, str]] = []
    spent = 0
    for name, raw in found[: _limits.LIMITS.headers]:
        spent += len(raw)
        # The parser of structured headers is slow with long ones, and a message may have hundreds.
        thorough = spent <= _limits.LIMITS.thorough
        words = _worded(message, name.lower(), str(raw), faults) if thorough else _cheaply(str(raw))
        read.append((clean(name).lower(), words))
    return tuple(read)


def _worded(message: Message, name: str, raw: str, faults: Faults) -> str:
    if len(raw) <= _limits.LIMITS.header:
        whole = _whole(_guessed(raw))
        try:
            words = str(message.policy.header_fetch_parse(name, whole))
            return " ".join(clean(words.translate(_CONTROLS)).split())
        except Exception:
            faults.add(f"the header {name.title()} is malformed")
    else:
        most = _limits.LIMITS.header
        faults.add(f"the header {name.title()} has {len(raw)} characters; only the first {most} were read")
    return _cheaply(raw)


def _cheaply(raw: str) -> str:
    short = _guessed(raw[: _limits.LIMITS.header])
    words = tried(lambda: str(email.header.make_header(email.header.decode_header(short))), short)
    return " ".join(clean(words).split())


def addresses(message: Message, name: str, faults: Faults) -> tuple[str, ...]:
    """Return the bare addresses in a header, lower-cased, each once."""
    text = header(message, name, faults)
    none: list[tuple[str, str]] = []
    pairs = tried(lambda: email.utils.getaddresses([text]), none)
    return tuple(dict.fromkeys(clean(address).lower() for _, address in pairs if "@" in address))


def _guessed(raw: str) -> str:
    """Return a header with the bytes that it does not announce: as UTF-8, else as old programs write them."""
    if raw.isascii():
        return raw
    data = raw.encode("utf-8", "surrogateescape")
    return tried(lambda: data.decode("utf-8"), None) or data.decode("cp1252", "replace")


def _whole(raw: str) -> str:
    """Return a header whose encoded words are made one where they follow each other: some part characters in two."""
    return _WORDS.sub(_joined, raw) if raw.count("=?") > 1 else raw


def _joined(match: re.Match[str]) -> str:
    words = [(charset.lower(), kind.lower(), text) for charset, kind, text in _WORD.findall(match[0])]
    if len({charset for charset, _, _ in words}) != 1:
        return match[0]
    data = b"".join(
        base64.b64decode(text + "=" * (-len(text) % 4))
        if kind == "b"
        else email.quoprimime.header_decode(text).encode("latin-1", "replace")
        for _, kind, text in words
    )
    return f"=?{words[0][0]}?b?{base64.b64encode(data).decode('ascii')}?="


_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?\s]{0,1000})\?=")
_WORDS = re.compile(rf"{_WORD.pattern}(?:\s+{_WORD.pattern})+")
# What Latin-1 has no characters for, its superset has, and programs that say Latin-1 mean that.
_CONTROLS = {
    0x80 + place: sign
    for place, sign in enumerate(bytes(range(0x80, 0xA0)).decode("cp1252", "replace"))
    if sign != "\ufffd"
}
