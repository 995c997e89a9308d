"""The fixtures that a suite's own steps can ask for, and the browser as a journey needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from upheld.errors import BrowserGone
from upheld.hooks.keys import settings_of
from upheld.hooks.walker import JOURNEY

if TYPE_CHECKING:
    from upheld.drive import Journey

__all__ = ["browser_type_launch_args", "journey", "upheld_new_context"]


@pytest.fixture
def journey(request: pytest.FixtureRequest) -> Journey:
    """The journey that is being walked: its cast, facts and moments."""
    walked: Journey = request.node.stash[JOURNEY]
    return walked


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], request: pytest.FixtureRequest, browser_name: str
) -> dict[str, Any]:
    """Find a browser on this machine and hold it to `allow_hosts`, whatever pytest-playwright's options say besides."""
    from upheld.browser import find_browser, launch_args

    options = dict(browser_type_launch_args)
    args = [*options.pop("args", ()), *launch_args(settings_of(request.config).allow_hosts, browser_name)]
    headed = not options.get("headless", True)
    found = find_browser(headed=headed).launch_options(*args)
    if "channel" in options:
        found.pop("executable_path", None)
    return {**options, **found}


@pytest.fixture
def upheld_new_context(request: pytest.FixtureRequest, launch_browser: Callable[..., Any]) -> Iterator[Any]:
    """Open browser contexts by pytest-playwright's own factory, in a new browser where the old one has died."""
    from playwright.sync_api import Error

    spare: list[Any] = []

    def new_context(**options: Any) -> Any:
        browser = spare[-1] if spare else request.getfixturevalue("browser")
        set_already = request.getfixturevalue("browser_context_args")
        options = {name: value for name, value in options.items() if name not in set_already}
        if browser.is_connected() and not spare:
            return request.getfixturevalue("new_context")(**options)
        try:
            if not browser.is_connected():
                spare.append(launch_browser())
            return spare[-1].new_context(**set_already, **options)
        except Error as error:
            raise BrowserGone(f"the browser died, and another could not be started: {error}") from error

    yield new_context
    for browser in spare:
        browser.close()
