"""`upheld run`: pytest with our own face."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from upheld.config import find_root, is_suite
from upheld.errors import UsageError
from upheld.hooks.controller import OUTCOME, Outcome
from upheld.hooks.keys import FLAGS

__all__ = ["Face", "exit_code", "root_options", "run_suite"]

GO, NO_GO, USAGE, CANNOT_TELL, INTERRUPTED = 0, 1, 2, 3, 130
# The command line has imported some of what pytest would rewrite; there are no assertions in it.
REWRITE = "ignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning"
QUIET = ("-qq", "--no-header", "--no-summary", "-o", "console_output_style=classic", "--show-capture=no")


class Face:
    """A pytest plugin that shows how far the run is, in the place of pytest's own dots where `quiet`."""

    def __init__(self, *, quiet: bool) -> None:
        self.outcome: Outcome | None = None
        self.problems: list[str] = []
        self._quiet = quiet
        self._console = Console(stderr=True)
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            console=self._console, disable=not (quiet and self._console.is_terminal), transient=True,
        )  # fmt: skip
        self._drives = self._progress.add_task("journeys driven", total=None)
        self._promises = self._progress.add_task("promises settled", total=None, visible=False)
        self._walked: set[str] = set()

    def pytest_configure(self, config: pytest.Config) -> None:
        """Keep what the run will come to."""
        self._config = config
        self._progress.start()

    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Learn how many journeys there are."""
        self._progress.update(self._drives, total=session.testscollected or None)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Sequence[str]) -> None:
        """Learn from a worker how many journeys there are."""
        self._progress.update(self._drives, total=len(ids))

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Count a journey that was driven."""
        if " » " not in nodeid:
            self._walked.add(nodeid)
            self._progress.update(self._drives, completed=len(self._walked))

    def pytest_upheld_progress(self, done: int, total: int, what: str) -> None:
        """Show the sweep."""
        words = f"promises settled{': ' + what if what else ''}"
        self._progress.update(self._promises, visible=True, total=total, completed=done, description=words)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.CollectReport | pytest.TestReport) -> Any:
        """Keep pytest's letters off the screen while we have our own."""
        if self._quiet and isinstance(report, pytest.TestReport):
            return ("error" if report.failed and report.when != "call" else report.outcome, "", "")
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the traceback of what is no finding of ours, such as a fault in a suite's own step."""
        if self._quiet and report.failed and report.longrepr and not isinstance(report.longrepr, str):
            self.problems.append(report.longreprtext)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what could not be collected, to be told at the end."""
        if report.failed:
            self.problems.append(str(report.longrepr))

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Take what the run came to."""
        self._progress.stop()
        self.outcome = config.stash.get(OUTCOME, None)


def run_suite(
    targets: Sequence[str], options: Mapping[str, Any], *, workers: int = 1, extra: Sequence[str] = ()
) -> int:
    """Run pytest on the targets and return the exit code that the interface promises."""
    if workers > 1 and importlib.util.find_spec("xdist") is None:
        raise UsageError('-n needs pytest-xdist: pip install "upheld[parallel]"')
    quiet = not {"-v", "-vv", "-s", "--verbose", "--collect-only", "--co"} & set(extra)
    arguments = [*targets, "-W", REWRITE, *root_options(), *(QUIET if quiet else ())]
    arguments += [f"--{FLAGS[name]}={value}" for name, value in options.items() if value is not None]
    arguments += ["-n", str(workers)] if workers > 1 else []
    face = Face(quiet=quiet)
    said = io.StringIO()
    with contextlib.redirect_stdout(said) if quiet else contextlib.nullcontext():
        code = int(pytest.main([*arguments, *extra], plugins=[face]))
    if quiet and code == pytest.ExitCode.INTERNAL_ERROR:
        print(said.getvalue(), file=sys.stderr)
    outcome = face.outcome
    for problem in face.problems:
        print(problem, file=sys.stderr)
    if outcome is None:
        return USAGE
    if quiet and outcome.lines:
        print("\n".join(outcome.lines))
    result, why = exit_code(code, outcome)
    if why:
        print(why, file=sys.stderr)
    return result


def root_options() -> list[str]:
    """Return what makes pytest take the nearest suite as its root, and not a project further out."""
    root = find_root(Path.cwd())
    return ["--rootdir", str(root), "-c", str(root / "pyproject.toml")] if is_suite(root) else []


def exit_code(code: int, outcome: Outcome) -> tuple[int, str]:
    """Return our exit code for pytest's and what the run came to, with a sentence where it needs one."""
    if outcome.gate is None:
        if code == pytest.ExitCode.NO_TESTS_COLLECTED:
            return USAGE, "No journey was walked: nothing was collected, or all of it was deselected."
        if code == pytest.ExitCode.OK:
            return (GO, "") if outcome.collect_only else (USAGE, "No journey was walked: there is no feature here.")
        # pytest has said itself what is wrong with the way it was called.
        return USAGE, "" if code == pytest.ExitCode.USAGE_ERROR else outcome.problem
    if outcome.problem == "interrupted":
        return (
            INTERRUPTED,
            "Interrupted: what was promised so far is in the ledger; `upheld settle` goes on from there.",
        )
    if not outcome.promises and not outcome.other_failures:
        return USAGE, "No promise was made, so nothing is known: say in a feature what the customer is promised."
    if outcome.other_failures or outcome.gate.exit_code == NO_GO:
        return NO_GO, ""
    return outcome.gate.exit_code, ""
