"""Text that may be written anywhere: what steers a terminal, a page's direction or a file's encoding is taken out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

__all__ = ["Whole", "as_json", "plain", "plain_line", "shown", "write"]

# Line ends and tabs stay. What turns the direction of all that follows (Unicode, annex 9) says nothing by itself.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ESCAPED = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
LONGEST = 1_000
_ENDLESS = re.compile(r"\S{400,}")


class Whole(str):
    """Text that a page has whole, such as the document of a frame."""


def plain(text: str) -> str:
    """Return the text with `�` for each control character, and without marks that turn the direction of writing."""
    if text.isascii() and text.isprintable():
        return text
    return _STEERING.sub("\ufffd", _TURNING.sub("", text.replace("\r\n", "\n")))


def plain_line(text: str) -> str:
    """Return the text as one line of a terminal."""
    line = " ".join(plain(text.replace("\u2028", " ").replace("\u2029", " ")).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def shown(value: Any) -> Any:
    """Return what a template writes, with words without end cut: a browser lays one of 20,000 letters out for minutes.

    It is for jinja2's `finalize`; what is no text, was escaped already, or is `Whole` stays as it is.
    """
    if type(value) is not str or len(value) < 400:
        return value
    return _ENDLESS.sub(lambda word: f"{word.group()[:400]}…", value)


def as_json(data: Any) -> str:
    """Return the data as JSON for people as well: readable, with what steers a screen escaped (RFC 8259, 7)."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return _ESCAPED.sub(lambda sign: f"\\u{ord(sign.group()):04x}", text) + "\n"


def write(path: Path, text: str) -> Path:
    """Write the text, `plain`, into a file. Whoever looks meanwhile sees the old one or the new one, whole."""
    part = path.with_suffix(".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(plain(text), "utf-8")
    part.replace(path)
    return path
