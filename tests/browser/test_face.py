"""The package's face: what it names is there, and looking at it does not load Playwright."""

from __future__ import annotations

import subprocess
import sys

import upheld.browser


def test_what_is_named_is_there() -> None:
    assert upheld.browser.__all__ == sorted(upheld.browser.__all__)
    assert all(getattr(upheld.browser, name) is not None for name in upheld.browser.__all__)


def test_playwright_is_loaded_only_when_it_is_used() -> None:
    code = "import sys, upheld.browser.allow, upheld.cast; sys.exit(any('playwright' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
