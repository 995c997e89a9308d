"""How things look in the book and on the map: verdicts by a mark and a word, a screen by where it is light and dark."""

from __future__ import annotations

import io
from collections.abc import Mapping

from upheld.language import N_
from upheld.report.model import Answer

__all__ = ["ANSWERS", "MARKS", "MEANINGS", "look_of", "looks_alike"]

MARKS: Mapping[str, str] = {
    "kept": "✓", "late": "△", "broken": "✕", "wrong": "≠", "repeated": "2×", "unwanted": "!", "open": "…",
    "unproven": "?", "withdrawn": "–",
}  # fmt: skip
MEANINGS: Mapping[str, str] = {
    "kept": N_("the one right thing arrived in time"),
    "late": N_("the right thing arrived, but too late"),
    "broken": N_("the time was up and nothing came"),
    "wrong": N_("something came that says, shows or links the wrong thing"),
    "repeated": N_("it came more often than promised"),
    "unwanted": N_("something came that was promised not to"),
    "open": N_("it was not due yet"),
    "unproven": N_("we could not look, so nothing is said about the site"),
    "withdrawn": N_("the customer or the site took it back, so it is no longer owed"),
}
ANSWERS: Mapping[Answer, tuple[str, str, str]] = {
    "no": ("broken", "✕", N_("broke its word")),
    "cannot tell": ("unproven", "?", N_("cannot tell")),
    "so far": ("open", "…", N_("so far, so good")),
    "yes": ("kept", "✓", N_("kept its word")),
}
"""What a walk came to: its look, its mark, its words."""

# By what something comes, where the report does not say so.
_CHANNELS = (
    N_("download"), N_("webhook"), N_("by webhook"), N_("as a download"), N_("as a CSV"), N_("page"),
    N_("text message"), N_("email"),
)  # fmt: skip
GRID = 16
# Names and numbers that differ from walk to walk move a field's light by less; a new banner or colour by more.
APART = 40
FIELDS = 12


def look_of(picture: bytes | None) -> str:
    """Return how light a picture is in each field of a grid, as hexadecimal; "" where it cannot be read."""
    from PIL import Image

    if not picture:
        return ""
    try:
        with Image.open(io.BytesIO(picture)) as shown:
            return shown.convert("L").resize((GRID, GRID), Image.Resampling.BOX).tobytes().hex()
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return ""


def looks_alike(one: str, other: str) -> bool:
    """Return whether two screens look the same, but for what is written on them; what cannot be read is no other."""
    if not one or not other or len(one) != len(other):
        return True
    pairs = zip(bytes.fromhex(one), bytes.fromhex(other), strict=True)
    return sum(abs(here - there) > APART for here, there in pairs) < FIELDS
