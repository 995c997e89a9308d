"""What a test needs of the machine. What is missing skips the test, naming it; UPHELD_REQUIRE makes it a failure."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

__all__ = ["needs", "postgres_binaries"]


def needs(word: str) -> None:
    """Skip the test where `word` (postgres) is not to be had; fail it where UPHELD_REQUIRE names the word."""
    if postgres_binaries() is not None:
        return
    missing = "no PostgreSQL server here. Try: apt-get install postgresql, or brew install postgresql"
    if word in os.environ.get("UPHELD_REQUIRE", "").replace(" ", "").split(","):
        pytest.fail(f"UPHELD_REQUIRE names {word}, but there is {missing}")
    pytest.skip(missing)


def postgres_binaries() -> Path | None:
    """Return the folder of `initdb` and `postgres`, or `None`."""
    places = [Path(found).parent] if (found := shutil.which("initdb")) else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places += [*Path("/opt/homebrew/opt").glob("postgresql*/bin"), *Path("/usr/local/opt").glob("postgresql*/bin")]
    return next(
        (place for place in places if all(os.access(place / name, os.X_OK) for name in ("initdb", "postgres"))), None
    )
