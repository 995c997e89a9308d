"""The links of a message as they stand in its HTML, with those that lead nowhere, which nothing else keeps."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag

__all__ = ["Anchor", "anchors_in"]

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
        soup = BeautifulSoup(html, "html.parser")
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
