"""Plain text as its reader sees it: its lines joined again, the addresses in it with their words, its first lines."""

from __future__ import annotations

import re

from upheld.promises.promise import Link

__all__ = ["bare_links", "first_lines", "unflowed"]

_FIRST_LINES = 3
_URL = re.compile(r"https?://[^\s<>\"'`{}|\\^\x00-\x1f]{1,4000}", re.IGNORECASE)
_AROUND = " :;,.-–—<>()[]*|→"  # what stands between a link and its words


def bare_links(text: str) -> list[Link]:
    """Return the addresses that stand in plain text, with the words that stand before them.

    "Join us: https://…" is called "Join us", and so is an address on a line of its own under "Join us".
    """
    links: dict[str, Link] = {}
    before = ""
    for line in text.split("\n"):
        end = 0
        for match in _URL.finditer(line):
            url = _trimmed(match.group())
            label = _label(line[end : match.start()]) or (_label(before) if not end else "")
            links.setdefault(url, Link(label or url, url))
            end = match.start() + len(url)
        if line.strip():
            before = "" if end else line
    return list(links.values())


def _label(words: str) -> str:
    return " ".join(words.split()).strip(_AROUND)


def _trimmed(url: str) -> str:
    """Take off the punctuation that ends the sentence and not the address."""
    while url:
        last = url[-1]
        unmatched = any(last == shut and url.count(shut) > url.count(open_) for open_, shut in ("()", "[]"))
        if last not in ".,;:!?*_~" and not unmatched:
            break
        url = url[:-1]
    return url


def first_lines(text: str) -> list[str]:
    """Return the first lines that say something, which stand for headings where there are none."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return [line[:200] for line in lines if line][:_FIRST_LINES]


def unflowed(text: str, *, delsp: bool) -> str:
    """Return text of the kind `format=flowed` with its lines joined where they were broken (RFC 3676, 4)."""
    lines: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        flows = words.endswith(" ") and words != "-- "
        shown = words[:-1] if flows and delsp else words
        if depth == open_depth and words != "-- ":
            lines[-1].append(shown)
        else:
            lines.append([f"{'>' * depth} " if depth else "", shown])
        open_depth = depth if flows else -1
    return "\n".join("".join(pieces) for pieces in lines)
