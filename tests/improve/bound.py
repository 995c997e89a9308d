"""A book of the small suite, bound, and what its pages say."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from tests.improve.nightly import suite, the_book
from upheld.improve.bookbinding import Bound, bind
from upheld.ledger import Ledger

__all__ = ["DAY", "edited", "made", "page_of", "root"]

DAY = date(2026, 11, 22)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The suite's folder."""
    return suite(tmp_path)


def made(root: Path, ledger: Ledger | None = None, *, day: date = DAY) -> Bound:
    """The book of the suite, bound in its folder `book`."""
    out = root / "book"
    return bind(the_book(root, ledger, out), out, today=day)


def page_of(bound: Bound, name: str = "booking.html") -> str:
    """What a page says, without markup and messages in frames."""
    text = re.sub(r"<(style|title)>.*?</\1>", "", (bound.index.parent / name).read_text("utf-8"), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r'srcdoc="[^"]*"', "", text))).split())


def edited(path: Path, *changes: tuple[str, str]) -> None:
    """Put others in the place of some words of a file, which must be there."""
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
