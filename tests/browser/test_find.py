"""A browser is found without starting one, and where there is none it is said which command gets one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from upheld.browser.find import QUIET, find_browser, own_browser
from upheld.errors import ConfigError, UsageError


def on_path(**programs: str) -> Callable[[str], str | None]:
    return lambda name: programs.get(name.replace("-", "_"))


NOWHERE = on_path()


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    return path


def test_playwrights_own_comes_first(tmp_path: Path) -> None:
    own = program(tmp_path / "chromium-1/chrome-linux/chrome")
    found = find_browser(own, env={}, platform="linux", which=on_path(chromium="/usr/bin/chromium"), root=False)
    assert found.executable_path is None
    assert found.launch_options("--lang=pt") == {"args": [*QUIET, "--lang=pt"]}


def test_its_headless_program_alone_is_enough(tmp_path: Path) -> None:
    (tmp_path / "chromium_headless_shell-1").mkdir()
    own = tmp_path / "chromium-1/chrome-linux/chrome"
    assert find_browser(own, env={}, platform="linux", which=NOWHERE, root=False).executable_path is None


def test_where_playwright_keeps_its_own(tmp_path: Path) -> None:
    env = {"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    would_lie = own_browser(env=env, platform="linux")
    assert would_lie is not None
    there = program(would_lie.parent / "chrome-linux64/chrome")
    assert own_browser(env=env, platform="linux") == there
    assert find_browser(env=env, platform="linux", which=NOWHERE, root=False).executable_path is None


def test_else_one_of_this_machine(tmp_path: Path) -> None:
    found = find_browser(
        tmp_path / "none", env={}, platform="linux", which=on_path(google_chrome="/usr/bin/google-chrome"), root=True
    )
    assert found.executable_path == "/usr/bin/google-chrome"
    assert found.where == "/usr/bin/google-chrome"
    assert "--no-sandbox" in found.args


def test_one_without_windows_first_unless_somebody_wants_to_see_them(tmp_path: Path) -> None:
    which = on_path(chromium="/usr/bin/chromium", chromium_headless_shell="/usr/bin/chromium-headless-shell")
    found = [
        find_browser(tmp_path / "none", env={}, platform="linux", which=which, headed=headed).executable_path
        for headed in (False, True)
    ]
    assert found == ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"]


@pytest.mark.parametrize(
    ("platform", "key", "place"),
    [
        ("darwin", "HOME", "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
        ("win32", "LOCALAPPDATA", r"Google\Chrome\Application\chrome.exe"),
    ],
)
def test_the_usual_places(tmp_path: Path, platform: str, key: str, place: str) -> None:
    there = program(tmp_path / place)
    found = find_browser(tmp_path / "none", env={key: str(tmp_path)}, platform=platform, which=NOWHERE, root=False)
    assert found.executable_path == str(there)
    assert "--no-sandbox" not in found.args


def test_the_environment_decides(tmp_path: Path) -> None:
    mine = program(tmp_path / "mine")
    found = find_browser(env={"UPHELD_BROWSER": str(mine)}, platform="linux", which=NOWHERE, root=False)
    assert found.executable_path == str(mine)


def test_an_environment_that_names_nothing_is_told() -> None:
    with pytest.raises(ConfigError) as told:
        find_browser(env={"UPHELD_BROWSER": "/nowhere/chrome"}, which=NOWHERE, root=False)
    assert str(told.value) == (
        "UPHELD_BROWSER is /nowhere/chrome, and there is no such program. Unset it, or mend the path."
    )


def test_no_browser_is_told_with_the_command_that_gets_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as told:
        find_browser(tmp_path / "none", env={}, platform="win32", which=NOWHERE, root=False)
    assert str(told.value) == (
        "There is no browser on this machine: neither Playwright's own nor Chrome or Chromium. "
        "`playwright install chromium` gets one; or set UPHELD_BROWSER to the program of one that you have."
    )
