"""What is sold: an e-book as a PDF, or a pack of templates as a ZIP, written from the product's title."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fpdf import FPDF

__all__ = ["TYPES", "file_of", "name_of"]

TYPES = {"pdf": "application/pdf", "zip": "application/zip"}
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
FONTS = Path(__file__).parent.parent / "fonts"
CHAPTERS = {
    "What a promise is": "A business is a system for making promises and keeping them. It shares a promise, "
    "packages it, keeps it, and improves from every mistake. What the customer sees stands above the waterline; all "
    "the rest is below.",
    "Walking it yourself": "Nobody knows how a journey feels who has not walked it. Buy what you sell, with your own "
    "money, on your own telephone, and write down when you were left alone.",
    "The second line of response": "What matters reaches the customer in two ways. The link stands on the page, and "
    "it comes by email, so that a closed window is no reason to write to you.",
    "Keeping faith": "Something will go wrong. Say so before she asks, say what happens next, and do that. A mistake "
    "that was put right well is remembered longer than a day on which all went well.",
}


def name_of(slug: str, form: str) -> str:
    """Return the name under which the file is saved."""
    return f"{slug}.{form}"


@cache
def file_of(title: str, form: str) -> bytes:
    """Return the file of the product with this title; always the same one."""
    return _book(title) if form == "pdf" else _pack(title)


def _book(title: str) -> bytes:
    from fpdf import FPDF  # it takes half as long to import as all the rest of the shop, which need not wait for it

    book = FPDF(format="A5")
    book.set_title(title)
    book.set_author("Systems Day Office")
    book.set_lang("en")
    book.set_creation_date(WRITTEN)
    book.add_font("Go", "", FONTS / "Go-Regular.ttf")
    book.add_font("Go", "B", FONTS / "Go-Bold.ttf")
    book.set_margin(18)
    book.add_page()
    book.ln(45)
    _paragraph(book, title, 26, "B")
    _paragraph(book, "Systems Day Office", 12)
    for number, (heading, text) in enumerate(CHAPTERS.items(), 1):
        book.add_page()
        _paragraph(book, f"{number}. {heading}", 16, "B")
        _paragraph(book, text, 11)
        _paragraph(book, title, 8)
    return bytes(book.output())


def _paragraph(book: FPDF, text: str, size: int, style: str = "") -> None:
    book.set_font("Go", style, size)
    book.multi_cell(text=text, w=0, h=size * 0.55, new_x="LMARGIN", new_y="NEXT")
    book.ln(size * 0.3)


def _pack(title: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as pack:
        for heading, text in {"Read me": f"{title}: one template for each chapter.", **CHAPTERS}.items():
            entry = zipfile.ZipInfo(f"{heading}.txt", date_time=WRITTEN.timetuple()[:6])
            pack.writestr(entry, f"{title}\n\n{heading}\n\n{text}\n")
    return packed.getvalue()
