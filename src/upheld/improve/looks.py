"""How verdicts and answers look in the book and on the map: by a mark and a word, and not by colour alone."""

from __future__ import annotations

from collections.abc import Mapping

from upheld.report.model import Answer

__all__ = ["ANSWERS", "MARKS", "MEANINGS"]

MARKS: Mapping[str, str] = {
    "kept": "✓", "late": "△", "broken": "✕", "wrong": "≠", "repeated": "2×", "unwanted": "!", "open": "…",
    "unproven": "?", "withdrawn": "–",
}  # fmt: skip
MEANINGS: Mapping[str, str] = {
    "kept": "the one right thing arrived in time",
    "late": "the right thing arrived, but too late",
    "broken": "the time was up and nothing came",
    "wrong": "something came that says, shows or links the wrong thing",
    "repeated": "it came more often than promised",
    "unwanted": "something came that was promised not to",
    "open": "it was not due yet",
    "unproven": "we could not look, so nothing is said about the site",
    "withdrawn": "the customer or the site took it back, so it is no longer owed",
}
ANSWERS: Mapping[Answer, tuple[str, str, str]] = {
    "no": ("broken", "✕", "broke its word"),
    "cannot tell": ("unproven", "?", "cannot tell"),
    "so far": ("open", "…", "so far, so good"),
    "yes": ("kept", "✓", "kept its word"),
}
"""What a walk came to: its look, its mark, its words."""
