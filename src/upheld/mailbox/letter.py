"""A message taken apart, for checks that look at more than its reader sees. Never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from upheld.mailbox._calendar import events, is_calendar
from upheld.mailbox._headers import header, headers
from upheld.mailbox._limits import Faults, clean
from upheld.mailbox._opened import opened, unquoted
from upheld.mailbox._parts import Leaf
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

    `method` is that of the calendar ("REQUEST", "CANCEL", "PUBLISH", ""), `status` the event's own. `day` is the first
    day of an event that takes whole days, which has no start. `rule` says how it comes again (RRULE), `file` is the
    name of the attachment that holds it.
    """

    uid: str
    method: str = ""
    status: str = ""
    sequence: int = 0
    summary: str = ""
    place: str = ""
    start: datetime | None = None
    end: datetime | None = None
    day: date | None = None
    rule: str = ""
    file: str = ""


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
    faults = Faults()
    try:
        return _letter(raw, faults)
    except Exception as error:  # a message is hostile input; that it could not be read is told, not raised
        faults.add(f"the message could not be read ({type(error).__name__}: {error})")
        return Letter(size=len(raw), faults=tuple(faults.said))


def _letter(raw: bytes, faults: Faults) -> Letter:
    whole = opened(raw, faults)
    known = {leaf.cid for leaf in whole.parts if leaf.cid}
    pictures = tuple(_picture(attributes, known) for view in whole.views for attributes in view.pictures)
    entries = tuple(entry for leaf in whole.parts if is_calendar(leaf) for entry in _entries(leaf, faults))
    languages = {
        "html": next((view.language for view in whole.views if view.language), ""),
        "header": header(whole.message, "content-language", faults),
    }
    return Letter(
        headers=headers(whole.message, faults),
        text=whole.text,
        html="\n".join(whole.pages),
        html_text=whole.html_text,
        links=whole.links,
        pictures=pictures,
        entries=entries,
        files=tuple(File(leaf.name, leaf.type, leaf.data) for leaf in whole.files),
        size=len(raw),
        signed=whole.signed,
        faults=tuple(faults.said),
        languages={where: language for where, language in languages.items() if language},
    )


def _picture(attributes: Mapping[str, str], known: set[str]) -> Picture:
    src = clean(attributes.get("src", "")).strip()
    alt = attributes.get("alt")
    found = not src.lower().startswith("cid:") or unquoted(src[4:]) in known
    sides = (_pixels(attributes.get(side, "")) for side in ("width", "height"))
    return Picture(src, None if alt is None else clean(alt), found, *sides)


def _pixels(words: str) -> int | None:
    """Return what an attribute says as the HTML standard reads it, None for a share of what is around ("50%")."""
    said = re.match(r"\s*(\d{1,6})(?:\.\d*)?(?![\d.]*\s*%)", words)
    return int(said[1]) if said else None


def _entries(leaf: Leaf, faults: Faults) -> Iterator[Entry]:
    try:
        for event in events(leaf, faults):
            yield Entry(
                uid=event.field("UID"),
                method=event.method,
                status=event.field("STATUS").upper(),
                sequence=event.sequence,
                summary=event.field("SUMMARY"),
                place=event.field("LOCATION"),
                start=event.start,
                end=event.end,
                day=event.day,
                rule=event.rule,
                file=leaf.name,
            )
    except Exception as error:  # the entry was made by others: whatever it does to its reader is its fault
        faults.add(f"the calendar entry cannot be opened: {type(error).__name__}: {error}")
