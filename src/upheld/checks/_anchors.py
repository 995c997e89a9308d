"""Links as they are written: those in the HTML of a message, with what nothing else keeps, and those to nowhere."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from upheld.browser.address import masked
from upheld.mailbox._html import tamed

__all__ = ["Anchor", "anchors_in", "leads_nowhere", "unfilled"]

MOST = 500
LARGEST = 1_000_000
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_DEAD_BY_WILL = re.compile(r"pointer-events\s*:\s*none|cursor\s*:\s*(?:default|text|auto)", re.IGNORECASE)


class Anchor(NamedTuple):
    """An `<a href>` that can be seen: its `href` as written, its `words`, with those that stand for its pictures.

    `pictures` is how many it has. `meant` is false where its style says that it is not there to be followed, as mail
    is written to keep a phone from making links of dates.
    """

    href: str
    words: str
    pictures: int
    meant: bool


@functools.lru_cache(maxsize=64)
def anchors_in(html: str) -> tuple[Anchor, ...]:
    """Return the links of the HTML, without what is hidden; none where it cannot be read."""
    if len(html) > LARGEST or "<a" not in html.lower():
        return ()
    try:
        soup = BeautifulSoup(tamed(html), "html.parser")
        # Where links are relative to something, they are not written as they lead.
        if soup.find("base", href=True):
            return ()
        return tuple(_read(tag) for tag in soup.find_all("a", href=True, limit=MOST) if not _is_hidden(tag))
    except Exception:  # noqa: BLE001 - what a parser cannot read is told elsewhere, and is no link
        return ()


def _read(tag: Tag) -> Anchor:
    pictures = tag.find_all("img")
    said = [tag.get_text(" "), *(_attribute(one, "alt") for one in pictures)]
    named = _attribute(tag, "aria-label") or _attribute(tag, "title")
    words = " ".join(" ".join(said).split()) or named
    # A space that is there only to be wide is no word.
    words = re.sub(r"[\s\u00ad\u200b-\u200d\u2060\ufeff\u034f]+", " ", words).strip()
    href = re.sub(r"[\r\n\t]", "", _attribute(tag, "href")).strip()
    return Anchor(href, words, len(pictures), not _DEAD_BY_WILL.search(_attribute(tag, "style")))


def _is_hidden(tag: Tag) -> bool:
    return any(one.has_attr("hidden") or _HIDDEN.search(_attribute(one, "style")) for one in (tag, *tag.parents))


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name)
    return value if isinstance(value, str) else ""


_TEMPLATE = re.compile(
    r"\{\{|\}\}|\{%|%\}|<%|%>|\$\{|#\{|\*\|[\w:.]+\|\*|%%[\w.]+%%|^%[a-z][\w.]+%$|\[%|%\]|\{[a-z_][\w.]*\}"
    r"|^\[+[A-Za-z_][\w .]*\]+$|/\[+[A-Za-z_][\w .]*\]+(?:/|$)|@@\w+@@|\b(?:YOUR|INSERT)[_-](?:URL|LINK)\b",
    re.ASCII,
)
_PRINTF = re.compile(r"%(?:s|d(?![0-9a-fA-F])|\(\w+\)s)")
_NOTHING = re.compile(r"None|null|undefined|NaN|nil|\[object Object\]|%5Bobject%20Object%5D")


def unfilled(href: str) -> str:
    """Return an address in which a template was not filled in, as it can be read; "" where none was."""
    if _PRINTF.search(href) or _TEMPLATE.search(href) or _TEMPLATE.search(unquote(href)):
        return masked(unquote(href))[:80]
    return ""


def leads_nowhere(href: str) -> str:
    """Return "host" or "path" where an address has nothing there, "doubt" where some programs may still follow it."""
    if re.fullmatch(r"(?:https?|mailto|tel|sms):/*", href, re.IGNORECASE) or re.match(
        r"https?:///", href, re.IGNORECASE
    ):
        return "host"
    if _NOTHING.fullmatch(href) or re.match(r"(?:mailto|tel|sms):(?:None|null|undefined|NaN)(?:$|[?@])", href):
        return "host"
    if not re.match(r"[a-z][a-z0-9+.-]*:", href, re.IGNORECASE):
        if href.startswith(("#", "//")):
            return ""
        return "host" if href.startswith("/") else "doubt"
    try:
        parts = urlsplit(href)
    except ValueError:
        return "doubt"
    if parts.scheme.lower() not in ("http", "https"):
        return ""
    # Only as it is written: a host's name is the same in small letters.
    if _NOTHING.fullmatch(parts.netloc) or not parts.hostname:
        return "host"
    if any(_NOTHING.fullmatch(part) for part in parts.path.split("/")):
        return "path"
    asked = parse_qsl(parts.query)
    return "doubt" if any(_NOTHING.fullmatch(value) for name, value in asked if not name.startswith("utm_")) else ""
