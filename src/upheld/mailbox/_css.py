"""What a message's own style sheet hides: a preheader's class, a row that only phones show."""

from __future__ import annotations

import re

__all__ = ["hidden_classes"]

LENGTH = 200_000
_COMMENT = re.compile(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/")
_DISPLAY = re.compile(r"(?:^|[;\s])display\s{0,5}:\s{0,5}([a-z-]+)", re.IGNORECASE)
_ONE_CLASS = re.compile(r"\s*(?:[a-z]+|\*)?\.([\w-]+)\s*", re.IGNORECASE)
_A_CLASS = re.compile(r"\.([\w-]+)")
_BRACE = re.compile(r"[{}]")


def hidden_classes(sheet: str) -> frozenset[str]:
    """Return the classes that the sheet hides from everybody (`display: none`).

    Read are rules for a class alone (`.preheader`, `td.phone`) that stand outside of any `@media`. A class that another
    rule shows is not among them.
    """
    sheet = _COMMENT.sub("", sheet[:LENGTH])
    hidden: set[str] = set()
    shown: set[str] = set()
    place = 0
    while (begin := sheet.find("{", place)) >= 0:
        selectors = sheet[place:begin].rpartition(";")[2]
        end = _end(sheet, begin) if "@" in selectors else sheet.find("}", begin)
        if end < 0:
            break
        said = [] if "@" in selectors else _DISPLAY.findall(sheet[begin + 1 : end])
        if said and said[-1].lower() == "none":
            hidden |= {match[1] for selector in selectors.split(",") if (match := _ONE_CLASS.fullmatch(selector))}
        elif said:
            shown.update(_A_CLASS.findall(selectors))
        place = end + 1
    return frozenset(hidden - shown)


def _end(sheet: str, begin: int) -> int:
    """Return where the block that begins here ends, with the blocks in it, or -1."""
    depth = 0
    for brace in _BRACE.finditer(sheet, begin):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.start()
    return -1
