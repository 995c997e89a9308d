"""Finding a browser, without starting one: Playwright's own, else Chrome or Chromium on this machine."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from upheld.errors import ConfigError, UsageError

__all__ = ["Found", "find_browser", "own_browser"]

# Chromium without windows, as Playwright's own is where nobody looks: a fifth less work for the machine.
SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
MACOS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WINDOWS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
LINUX = ("/opt/google/chrome/chrome", "/snap/bin/chromium", "/usr/lib/chromium/chromium")

# A browser that calls home, updates itself or greets its user does what no journey asked for; and HTTP/3 goes past
# what holds it to `allow_hosts`.
QUIET = ("--disable-background-networking", "--disable-quic", "--disable-component-update", "--no-first-run")


@dataclass(frozen=True, slots=True)
class Found:
    """A browser and how to start it.

    `executable_path` is None where Playwright starts its own; `where` says in words which one it is; `args` are
    the command-line arguments it needs on this machine.
    """

    executable_path: str | None
    args: tuple[str, ...]
    where: str

    def launch_options(self, *more: str) -> dict[str, Any]:
        """Return keyword arguments for Playwright's `launch`, with `more` command-line arguments."""
        options: dict[str, Any] = {"args": [*self.args, *more]}
        if self.executable_path:
            options["executable_path"] = self.executable_path
        return options


def find_browser(
    own: str | Path | None = None,
    *,
    env: Mapping[str, str] | None = None,
    platform: str = sys.platform,
    which: Callable[[str], str | None] = shutil.which,
    root: bool | None = None,
    headed: bool = False,
) -> Found:
    """Return the browser to use: `UPHELD_BROWSER`, else Playwright's own, else one on this machine.

    `own` is `playwright.chromium.executable_path` where somebody has it at hand; else it is worked out. `root` is
    whether we run as root, `headed` whether somebody wants to see its windows. Raises `ConfigError` where
    `UPHELD_BROWSER` names no file, and `UsageError` with the command that gets a browser where there is none.
    """
    env = os.environ if env is None else env
    if root is None:
        root = platform.startswith("linux") and os.geteuid() == 0
    # Chromium's sandbox refuses to start as root; everybody else keeps it.
    args = (*QUIET, "--no-sandbox") if root else QUIET
    wanted = env.get("UPHELD_BROWSER", "")
    if wanted:
        path = which(wanted) or (wanted if Path(wanted).is_file() else "")
        if not path:
            raise ConfigError(f"UPHELD_BROWSER is {wanted}, and there is no such program. Unset it, or mend the path.")
        return Found(path, args, f"{path} (UPHELD_BROWSER)")
    if own is None:
        own = own_browser(env=env, platform=platform)
    if own is not None and _is_there(Path(own)):
        return Found(None, args, "Playwright's own Chromium")
    for path in _places(env, platform, which, () if headed else SHELLS):
        return Found(path, args, path)
    raise UsageError(
        "There is no browser on this machine: neither Playwright's own nor Chrome or Chromium. "
        "`playwright install chromium` gets one; or set UPHELD_BROWSER to the program of one that you have."
    )


def own_browser(*, env: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """Return where Playwright's own Chromium lies or would lie, without starting Playwright's driver (0.5 s)."""
    import playwright

    package = Path(playwright.__file__).parent / "driver" / "package"
    try:
        known = json.loads((package / "browsers.json").read_text("utf-8"))["browsers"]
        revision = next(entry["revision"] for entry in known if entry["name"] == "chromium")
    except (OSError, ValueError, KeyError, StopIteration):
        return None
    home = Path(env.get("HOME") or env.get("USERPROFILE") or Path.home())
    usual = {"darwin": home / "Library/Caches", "win32": Path(env.get("LOCALAPPDATA") or home / "AppData/Local")}
    folder = usual.get(platform, Path(env.get("XDG_CACHE_HOME") or home / ".cache")) / "ms-playwright"
    chosen = env.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if chosen:
        folder = package / ".local-browsers" if chosen == "0" else Path(chosen)
    names = ("chrome", "Chromium", "Google Chrome for Testing", "chrome.exe")
    for program in sorted((folder / f"chromium-{revision}").glob("chrome-*/**/*")):
        if program.name in names and program.is_file():
            return program
    return folder / f"chromium-{revision}" / "chrome"


def _is_there(own: Path) -> bool:
    # `playwright install --only-shell` gets the headless program alone, in a folder beside.
    if own.is_file():
        return True
    folder = next((parent for parent in own.parents if parent.name.startswith("chromium-")), None)
    if folder is None:
        return False
    return folder.with_name(folder.name.replace("chromium-", "chromium_headless_shell-")).is_dir()


def _places(
    env: Mapping[str, str], platform: str, which: Callable[[str], str | None], shells: tuple[str, ...]
) -> Iterator[str]:
    for name in (*shells, *NAMES):
        if path := which(name):
            yield path
    if platform == "darwin":
        folders = (Path("/Applications"), Path(env.get("HOME", "/")) / "Applications")
        candidates = [folder / name for folder in folders for name in MACOS]
    elif platform == "win32":
        roots = [env[key] for key in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA") if env.get(key)]
        candidates = [Path(folder) / name for folder in roots for name in WINDOWS]
    else:
        candidates = [Path(name) for name in LINUX]
    yield from (str(path) for path in candidates if path.is_file())
