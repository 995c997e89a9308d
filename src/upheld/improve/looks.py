"""How things look in the book and on the map: verdicts by a mark and a word, a screen by where it is light and dark."""

from __future__ import annotations

import io
from collections.abc import Mapping

from upheld.language import N_
from upheld.report.model import Answer

__all__ = ["ANSWERS", "look_of", "looks_alike"]

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
