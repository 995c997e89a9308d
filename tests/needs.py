"""What a test needs of the machine. What is missing skips the test, naming it; UPHELD_REQUIRE makes it a failure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

__all__ = ["browser_binary", "mailpit_binary", "needs", "postgres_binaries"]

_ROOT = Path(__file__).resolve().parent.parent


def needs(word: str) -> None:
    """Skip the test where `word` (browser, mailpit, postgres) is not to be had; fail where UPHELD_REQUIRE names it."""
    find, missing = _FOUND[word]
    if find() is not None:
        return
    if word in os.environ.get("UPHELD_REQUIRE", "").replace(" ", "").split(","):
        pytest.fail(f"UPHELD_REQUIRE names {word}, but there is {missing}")
    pytest.skip(missing)


def browser_binary() -> Path | None:
    """Return a Chrome or Chromium of the machine, else Playwright's own, else `None`."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"):
        if found := shutil.which(name):
            return Path(found)
    caches = [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    if given := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        caches.insert(0, Path(given))
    return next((found for cache in caches for found in sorted(cache.glob("chromium-*"), reverse=True)), None)


def mailpit_binary() -> Path | None:
    """Return the Mailpit on PATH, else the one that set-up built, else `None`."""
    built = _ROOT / ".tools" / "mailpit"
    found = shutil.which("mailpit") or (os.access(built, os.X_OK) and built)
    return Path(found) if found else None


def postgres_binaries() -> Path | None:
    """Return the folder of `initdb` and `postgres`, or `None`."""
    places = [Path(found).parent] if (found := shutil.which("initdb")) else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places += [*Path("/opt/homebrew/opt").glob("postgresql*/bin"), *Path("/usr/local/opt").glob("postgresql*/bin")]
    return next(
        (place for place in places if all(os.access(place / name, os.X_OK) for name in ("initdb", "postgres"))), None
    )


_FOUND: dict[str, tuple[Callable[[], Path | None], str]] = {
    "browser": (browser_binary, "no Chrome or Chromium here. Try: playwright install chromium"),
    "mailpit": (mailpit_binary, "no mailpit on PATH or in .tools. Try: make setup"),
    "postgres": (
        postgres_binaries,
        "no PostgreSQL server here. Try: apt-get install postgresql, or brew install postgresql",
    ),
}
