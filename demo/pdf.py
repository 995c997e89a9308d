"""A sheet of paper as a PDF: a heading and lines of facts, as real text."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from demo.words import Words

__all__ = ["sheet"]

FONTS = Path(__file__).parent / "fonts"
logging.getLogger("fpdf").setLevel(logging.ERROR)  # it warns of each letter that the font lacks


def sheet(words: Words, title: str, heading: str, facts: Sequence[tuple[str, str]]) -> bytes:
    """Return one page that states `facts`, the last of them as the sum."""
    from fpdf import FPDF  # it takes half as long to import as all the rest of the shop, which need not wait for it

    page = FPDF(format="A4")
    page.set_title(title)
    page.set_author(words("shop"))
    page.set_lang(words.locale.replace("_", "-"))
    # The fonts that every PDF reader has know neither € nor Ł; these do, and only the letters used are embedded.
    page.add_font("Go", "", FONTS / "Go-Regular.ttf")
    page.add_font("Go", "B", FONTS / "Go-Bold.ttf")
    page.set_margin(25)
    page.add_page()
    page.set_font("Go", "", 10)
    page.cell(text=words("shop"), new_x="LMARGIN", new_y="NEXT", h=14)
    page.set_font("Go", "B", 22)
    page.cell(text=heading, new_x="LMARGIN", new_y="NEXT", h=18)
    *lines, (total, amount) = facts
    for label, value in lines:
        page.set_font("Go", "", 11)
        page.cell(text=label, w=60, h=8)
        page.multi_cell(text=value, w=0, h=8, new_x="LMARGIN", new_y="NEXT")
    page.line(page.l_margin, page.get_y() + 2, page.w - page.r_margin, page.get_y() + 2)
    page.ln(4)
    page.set_font("Go", "B", 12)
    page.cell(text=total, w=60, h=10)
    page.cell(text=amount, h=10)
    return bytes(page.output())
