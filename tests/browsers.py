"""A real browser for tests: started from the one Playwright of the process, which pytest-playwright keeps.

A second one in the same thread cannot be: whichever test comes first in a worker would decide which of them fail.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright

from tests.needs import needs
from upheld.browser.find import find_browser

__all__ = ["browser_of"]


@contextlib.contextmanager
def browser_of(request: pytest.FixtureRequest, *args: str) -> Iterator[Browser]:
    """Start a browser with these command-line arguments, and close it at the end."""
    needs("browser")
    driver: Playwright = request.getfixturevalue("playwright")
    browser = driver.chromium.launch(**find_browser(driver.chromium.executable_path).launch_options(*args))
    try:
        yield browser
    finally:
        browser.close()
