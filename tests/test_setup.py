"""Set-up says what it could not get, once, and fails only where it was required."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout on a machine that has nothing on its PATH."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "setup.py", tmp_path / "tools")
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def set_up(folder: Path, *parts: str, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(folder / "nothing"), "HOME": str(folder), **settings}
    command = [sys.executable, "tools/setup.py", *parts]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_what_cannot_be_had_is_one_line_with_what_is_skipped(bare: Path) -> None:
    done = set_up(bare, "mailpit")
    assert done.returncode == 0
    (line,) = [line for line in done.stdout.splitlines() if "MISSING" in line]
    assert line == (
        "  mailpit   MISSING: no mailpit on PATH, and no Go to build it with. Install Mailpit, or Go. "
        "Skipped: the tests that read a real Mailpit; the embedded mailbox needs none."
    )


def test_what_was_required_and_cannot_be_had_is_a_failure(bare: Path) -> None:
    done = set_up(bare, "mailpit", UPHELD_REQUIRE="mailpit, browser")
    assert done.returncode == 1
    assert "MISSING" in done.stdout
    assert "Skipped" not in done.stdout


def test_a_part_that_does_not_exist_is_refused(bare: Path) -> None:
    for done in (set_up(bare, "mailpot"), set_up(bare, "mailpit", UPHELD_REQUIRE="mailpot")):
        assert done.returncode == 2
        assert done.stderr == "There is no part called mailpot. There are: python, browser, mailpit, postgres.\n"


def test_what_is_there_is_found_and_nothing_is_built(bare: Path) -> None:
    program = bare / ".tools" / "mailpit"
    program.parent.mkdir()
    program.touch(0o755)
    done = set_up(bare, "mailpit", UPHELD_REQUIRE="mailpit")
    assert (done.returncode, done.stdout) == (0, "Setting up:\n  mailpit   .tools/mailpit\n")


def test_a_python_without_venv_says_what_to_install(bare: Path) -> None:
    (bare / "venv.py").write_text("raise SystemExit('ensurepip is not available')", "utf-8")
    done = set_up(bare, "python", PYTHONPATH=str(bare))
    assert done.returncode == 1
    assert "Try: apt-get install python3-venv" in done.stdout


def test_a_browser_is_not_looked_for_before_python_is_set_up(bare: Path) -> None:
    done = set_up(bare, "browser")
    assert "MISSING: Playwright is not installed. Try: make setup." in done.stdout
