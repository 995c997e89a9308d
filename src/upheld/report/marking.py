"""What of a message is wrong, marked where it stands: in its text, and in the document of its frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from upheld.ledger import PromiseView
from upheld.report.model import Found
from upheld.report.plain import Whole

__all__ = ["excerpts", "marked", "marked_page", "words_to_mark"]

# So much of a text before and behind what is marked.
AROUND = 70
MOST = 4
LONGEST = 120
_INSTEAD = re.compile(r"\b(?:says|sagt) (.{1,120}?) (?:instead of|statt) ")
_APART = re.compile(r" (?:and|und) |, ")
_NO_TEXT = re.compile(r"""(<(?:[^>"]|"[^"]*")*>|&[#\w]+;)""")
_STYLE = "background:#ffe08a;color:#1d2a33;outline:2px solid #b3261e;border-radius:2px"


def words_to_mark(view: PromiseView | None, why: str, found: Iterable[Found]) -> tuple[str, ...]:
    """Return the words of a touchpoint that contradict what was promised or said elsewhere."""
    words = [value for one in _INSTEAD.findall(why) for value in _APART.split(one)] if view else []
    for one in found:
        words.append(one.words)
        words += [value for where, value in one.places if "page" not in where.lower()]
    return tuple(dict.fromkeys(word.strip(' "“”') for word in words if 1 < len(word.strip()) <= LONGEST))


def excerpts(text: str, words: Sequence[str]) -> list[Markup]:
    """Return the places of a text where one of the words stands, a line each, with the word marked."""
    pattern = _pattern(words)
    flat = " ".join(text.split())
    if pattern is None:
        return []
    shown: list[Markup] = []
    end = 0
    for hit in pattern.finditer(flat):
        if hit.start() < end:
            continue
        start, end = max(0, hit.start() - AROUND), min(len(flat), hit.end() + AROUND)
        # No word is cut in two, unless it has no end.
        start = flat.find(" ", start, hit.start()) + 1 or start if start else 0
        end = max(flat.rfind(" ", hit.end(), end), hit.end()) if end < len(flat) else end
        piece = Markup("{}{}{}").format(
            "…" if start else "", marked(flat[start:end], words), "…" if end < len(flat) else ""
        )
        shown.append(piece)
        if len(shown) == MOST:
            break
    return shown


def marked(text: str, words: Sequence[str]) -> Markup:
    """Return the text, escaped, with each of the words in a `mark`."""
    pattern = _pattern(words)
    if pattern is None:
        return escape(text)
    parts, last = [], 0
    for hit in pattern.finditer(text):
        parts += [escape(text[last : hit.start()]), Markup("<mark>{}</mark>").format(hit.group())]
        last = hit.end()
    return Markup("").join([*parts, escape(text[last:])])


def marked_page(page: str, words: Sequence[str]) -> str:
    """Return a document for the frame, one that is safe already, with the words marked in what it shows."""
    pattern = _pattern(words)
    if pattern is None or not page:
        return Whole(page)
    head, body, rest = page.partition("<body>")
    # In texts only: a serializer wrote it, so no text has a bare `<`, and no attribute's value a bare `"`.
    parts = _NO_TEXT.split(rest)
    for number, part in enumerate(parts):
        if not part.startswith(("<", "&")):
            parts[number] = pattern.sub(lambda hit: f'<mark style="{_STYLE}">{hit.group()}</mark>', part)
    return Whole(head + body + "".join(parts))


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    found = [_flexible(word) for word in sorted(words, key=len, reverse=True) if word]
    return re.compile("|".join(found), re.IGNORECASE) if found else None


def _flexible(word: str) -> str:
    """The word with any white space, and a number with any separators: `210.00 €` is `210,00 €` as well."""
    number = re.fullmatch(r"(?:[^\d\s]{1,3}\s?)?(\d[\d.,'’ ]*\d|\d)(?:\s?[^\d\s]{1,3})?", word)
    if number:
        digits = [re.escape(one) for one in number.group(1) if one.isdigit()]
        return r"(?<!\d)" + r"[.,'’ ]?".join(digits) + r"(?!\d)"
    return r"\s+".join(re.escape(part) for part in word.split())
