"""Pictures made small for the report: WebP, where that is smaller than what the browser took."""

from __future__ import annotations

from pathlib import Path

__all__ = ["SUFFIX", "lighter"]

SUFFIX = ".webp"
# At this quality the small print of a page is still clear; methods above 2 take thrice as long for some percent.
QUALITY = 75
METHOD = 2
# WebP holds no more than this on a side (https://developers.google.com/speed/webp/faq).
MOST = 16_383
# What is smaller gains nothing that anybody notices.
SMALL = 4_000


def lighter(source: Path, target: Path) -> bool:
    """Write the picture at `source` as WebP to `target` and return True; False where that gains nothing or fails."""
    from PIL import Image

    size = source.stat().st_size
    if size <= SMALL or source.suffix.lower() in (SUFFIX, ".avif"):
        return False
    part = target.with_suffix(".part")
    try:
        with Image.open(source) as picture:
            if max(picture.size) > MOST:
                return False
            shown = picture if picture.mode in ("RGB", "RGBA") else picture.convert("RGB")
            shown.save(part, "WEBP", quality=QUALITY, method=METHOD)
        if part.stat().st_size >= size:
            return False
        part.replace(target)
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return False  # what Pillow cannot read a browser may
    finally:
        part.unlink(missing_ok=True)
    return True
