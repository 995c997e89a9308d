"""How much of a message is read, what could not be, and text that can be written anywhere. Mail is hostile input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

__all__ = ["LIMITS", "Faults", "Limits", "clean", "tried"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a message is read: bytes, unless the name says otherwise."""

    size: int = 50 * 1024 * 1024
    decoded: int = 50 * 1024 * 1024
    effort: int = 10_000_000
    depth: int = 20
    parts: int = 200
    body: int = 512 * 1024
    header: int = 8 * 1024
    headers: int = 300
    thorough: int = 64 * 1024
    faults: int = 20


LIMITS = Limits()


@dataclass(slots=True)
class Faults:
    """What could not be read, each said once, in the order found."""

    said: list[str] = field(default_factory=list)

    def add(self, fault: str) -> None:
        """Note a fault; past the limit nothing more is noted."""
        fault = clean(fault)[:300]
        if fault not in self.said and len(self.said) < LIMITS.faults:
            self.said.append(fault)


def clean(text: str) -> str:
    """Return text that can be written anywhere: no lone surrogates, no NUL, line ends as a single newline."""
    data = text.encode("utf-8", "surrogateescape" if _escaped(text) else "replace")
    return data.decode("utf-8", "replace").replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")


def _escaped(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" and not "\udc80" <= sign <= "\udcff" for sign in text)


def tried(action: Callable[[], _T], otherwise: _T) -> _T:
    """Return what the action gives, or `otherwise` where it raises.

    The standard library's header parser raises IndexError, ValueError and others on headers made to break it.
    """
    try:
        return action()
    except Exception:
        return otherwise
