"""A message taken apart, for checks that look at more than its reader sees. Never raises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from upheld.promises import Link

__all__ = ["Entry", "File", "Letter", "Picture", "open_letter"]


@dataclass(frozen=True, slots=True)
class Picture:
    """An `<img>` of the HTML: `alt` is None where it has none; `found` is false for a `cid:` that no part has."""

    src: str
    alt: str | None
    found: bool = True
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One VEVENT of a calendar part (RFC 5545). Times are zone-aware, or None where they cannot be read.

    `method` is that of the calendar ("REQUEST", "CANCEL", "PUBLISH", ""), `status` the event's own.
    """

    uid: str
    method: str = ""
    status: str = ""
    sequence: int = 0
    summary: str = ""
    place: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """An attachment with its content; `name` is hostile input and never becomes a path."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it was sent.

    `headers` are decoded, in their order, with lower-cased names. `text` is the plain part, `html` the source of the
    HTML part with its own pictures left as `cid:`, each "" where there is none. `size` is in bytes, as it came.
    `signed` is true for S/MIME and PGP. `faults` say what could not be read.
    """

    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    html: str = ""
    html_text: str = ""
    links: tuple[Link, ...] = ()
    pictures: tuple[Picture, ...] = ()
    entries: tuple[Entry, ...] = ()
    files: tuple[File, ...] = ()
    size: int = 0
    signed: bool = False
    faults: tuple[str, ...] = ()
    languages: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """Return the first header of this name, "" where there is none."""
        return next((value for key, value in self.headers if key == name.lower()), "")


def open_letter(raw: bytes) -> Letter:
    """Return the message taken apart; what cannot be read stands in its `faults`. Never raises."""
    raise NotImplementedError
