"""Get this checkout ready: look for what is there first, then install what can be installed.

    python3 tools/setup.py [python] [browser] [mailpit] [postgres]

Without a name it takes all four. Nothing is done twice: the second run looks, prints a line per part and ends. What
could not be had is said in one line, with what is skipped for the lack of it, and is no failure;
`UPHELD_REQUIRE=browser,mailpit` makes it one. Only the standard library is used, since this runs before anything is
installed.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "upheld-setup"
TOOLS = ROOT / ".tools"
OLDEST = (3, 11)
MAILPIT = "github.com/axllent/mailpit"
MAILPIT_VERSION = "v1.30.5"
# The engine finds the browser, here as in a run, so that the two never disagree.
FIND = (
    "from upheld.browser.find import find_browser as find; print(find().executable_path or '', find().where, sep='|')"
)
SKIPPED = {
    "browser": "`make demo` and every test that opens a page",
    "mailpit": "the tests that read a real Mailpit; the embedded mailbox needs none",
    "postgres": "the tests that keep the ledger in PostgreSQL; SQLite needs none",
}


class NotHad(Exception):
    """A part could not be had; the message says why, and what would get it."""


def say(part: str, words: str) -> None:
    """Print the one line that this part gets."""
    print(f"  {part:<9} {words}", flush=True)


def run(*command: str | Path, limit: float = 900, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str | None:
    """Run a command and return None, or the last thing it said where it failed or took more than `limit` seconds."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit,
            text=True,
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no end after {limit:.0f} s"
    except OSError as error:
        return str(error)
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return None if done.returncode == 0 else (lines[-1] if lines else f"exit {done.returncode}")


def apt_install(*packages: str) -> str | None:
    """Install Debian packages where we may; return None, or why it did not work."""
    if shutil.which("apt-get") is None:
        return "there is no apt-get here"
    if os.geteuid() != 0:
        return "apt-get needs root"
    install = ("apt-get", "install", "-y", "-q", "--no-install-recommends", *packages)
    return run("apt-get", "update", "-q") or run(*install, env={"DEBIAN_FRONTEND": "noninteractive"})


def newer_python() -> None:
    """Go on under a Python that is new enough, where this one is not."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(14, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])
    this = sys.version.split()[0]
    sys.exit(f"upheld needs Python 3.11 or newer; this is {this}. `make PYTHON=/path/to/python3.12` names one.")


def wanted() -> str:
    """Return a fingerprint of what the venv is to hold; it does not change with the settings of the tools."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    parts = [project["build-system"], project["project"], pins, str(ROOT)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def python() -> str:
    """Make `.venv` and install the project and its tools into it."""
    fingerprint = wanted()
    if not (VENV_PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == fingerprint):
        say("python", "installing into .venv; the first time this takes a minute or two")
        if not VENV_PYTHON.exists() and run(sys.executable, "-m", "venv", "--clear", VENV):
            # Debian and Ubuntu keep the part of venv that brings pip in a package of its own.
            why = apt_install("python3-venv") or run(sys.executable, "-m", "venv", "--clear", VENV)
            if why:
                raise NotHad(f"`{sys.executable} -m venv .venv` fails ({why}). Try: apt-get install python3-venv")
        pip = (VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
        if why := run(*pip, "-e", ".[dev]", "-c", "constraints.txt", limit=1800):
            raise NotHad(f"pip could not install the project: {why}")
        STAMP.write_text(fingerprint, encoding="utf-8")
    return ".venv is ready"


def find_browser() -> str | None:
    """Return which browser the engine would use, if there is one that starts; a snap's stand-in does not."""
    asked = subprocess.run([VENV_PYTHON, "-c", FIND], cwd=ROOT, capture_output=True, text=True, check=False)
    program, _, where = asked.stdout.strip().partition("|")
    return where if asked.returncode == 0 and not (program and run(program, "--version", limit=20)) else None


def browser() -> str:
    """Find a browser, or get Playwright's, or Debian's."""
    playwright = VENV / "bin" / "playwright"
    if not playwright.exists():
        raise NotHad("Playwright is not installed. Try: make setup")
    if found := find_browser():
        return found
    if chosen := os.environ.get("UPHELD_BROWSER"):
        raise NotHad(f"UPHELD_BROWSER is {chosen}, which does not start. Unset it, or mend the path")
    say("browser", "none here; asking Playwright for its own")
    why = run(playwright, "install", "chromium", limit=300, env={"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000"})
    if why is None and os.geteuid() == 0 and shutil.which("apt-get"):
        why = run(playwright, "install-deps", "chromium")  # a bare machine lacks the libraries that it loads
    if why is not None:
        say("browser", "Playwright could not bring its own; asking apt-get for chromium")
        why = apt_install("chromium-headless-shell", "chromium-sandbox", "fonts-liberation") and apt_install(
            "chromium", "chromium-sandbox", "fonts-liberation"
        )
    if found := find_browser():
        return found
    raise NotHad(f"no Chrome or Chromium ({why}). Try: .venv/bin/playwright install --with-deps chromium")


def mailpit() -> str:
    """Find Mailpit, or build it with the machine's Go."""
    target = TOOLS / "mailpit"
    if found := shutil.which("mailpit") or (target.exists() and str(target.relative_to(ROOT))):
        return found
    go = shutil.which("go")
    if go is None:
        raise NotHad("no mailpit on PATH, and no Go to build it with. Install Mailpit, or Go")
    say("mailpit", f"building {MAILPIT_VERSION} with Go; this takes a minute or two")
    flags = ("-trimpath", "-ldflags", f"-s -w -X {MAILPIT}/config.Version={MAILPIT_VERSION}")
    TOOLS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOLS) as name:
        folder = Path(name)
        env = {"GOBIN": name, "CGO_ENABLED": "0"}
        if run(go, "install", *flags, f"{MAILPIT}@{MAILPIT_VERSION}", cwd=folder, env=env):
            # `go install` asks for the list of versions, which some proxies do not give. A module that requires
            # exactly this version never asks.
            module = f"module build\n\nrequire {MAILPIT} {MAILPIT_VERSION}\n"
            (folder / "go.mod").write_text(module, encoding="utf-8")
            if why := run(go, "build", "-mod=mod", *flags, "-o", "mailpit", MAILPIT, cwd=folder, env=env):
                raise NotHad(f"Go could not build Mailpit: {why}")
        (folder / "mailpit").replace(target)
    return str(target.relative_to(ROOT))


def postgres() -> str:
    """Find PostgreSQL's server programs; they are never installed from here."""
    places = (
        os.environ.get("PATH", "").split(os.pathsep),
        sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True),
        glob.glob("/opt/homebrew/opt/postgresql*/bin") + glob.glob("/usr/local/opt/postgresql*/bin"),
    )
    for place in (folder for group in places for folder in group):
        if os.access(Path(place, "initdb"), os.X_OK) and os.access(Path(place, "postgres"), os.X_OK):
            return place
    raise NotHad("no PostgreSQL server here. Try: apt-get install postgresql, or brew install postgresql")


PARTS = {"python": python, "browser": browser, "mailpit": mailpit, "postgres": postgres}


def main() -> int:
    """Get the parts that were named, and return the exit code."""
    required = {"python", *filter(None, os.environ.get("UPHELD_REQUIRE", "").replace(" ", "").split(","))}
    names = sys.argv[1:] or list(PARTS)
    if unknown := sorted({*names, *required} - set(PARTS)):
        print(f"There is no part called {', '.join(unknown)}. There are: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    missing = False
    print("Setting up:", flush=True)
    for name in (part for part in PARTS if part in names):
        try:
            say(name, PARTS[name]())
        except NotHad as why:
            skipped = "" if name in required else f" Skipped: {SKIPPED[name]}."
            say(name, f"MISSING: {why}.{skipped}")
            missing |= name in required
            if name == "python":
                break
    return 1 if missing else 0


if __name__ == "__main__":
    newer_python()
    raise SystemExit(main())
