"""What runs inside the page: small scripts, each one function, kept in files of their own language."""

from __future__ import annotations

import functools
import importlib.resources

__all__ = ["script"]


@functools.cache
def script(name: str) -> str:
    """Return the text of one script, a function expression for Playwright's `evaluate`."""
    return (importlib.resources.files(__package__) / f"{name}.js").read_text("utf-8").strip().removesuffix(";")
