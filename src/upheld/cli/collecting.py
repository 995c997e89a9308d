"""Reading a suite without walking it: its steps, its journeys and what cannot be read; no site, no browser."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from upheld.cli.running import REWRITE, root_options
from upheld.errors import UsageError

if TYPE_CHECKING:
    from upheld.plan import Plan
    from upheld.vocabulary.catalogue import Entry

__all__ = ["Suite", "read_suite"]


@dataclass
class Suite:
    """What is known of a suite without walking it; `problems` are features that cannot be read, told in a line each."""

    root: Path = field(default_factory=Path)
    steps: list[Entry] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    fault: str = ""

    # As a plugin of pytest

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave everything but features: the suite's own tests are none of our matter."""
        return True if collection_path.is_file() and collection_path.suffix != ".feature" else None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what could not be read."""
        if report.failed:
            self.problems.append(str(report.longrepr).strip())

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Read what was collected while it is there: steps are forgotten with the modules that define them."""
        from upheld.collect import plan_of, register_vocabulary
        from upheld.vocabulary.catalogue import entries

        register_vocabulary(session.config)
        self.root = session.config.rootpath
        for item in session.items:
            if (plan := plan_of(item)) is not None:
                self.plans.append(plan)
        self.steps = entries(step.text for plan in self.plans for step in plan.steps)

    def pytest_internalerror(self, excrepr: Any) -> None:
        """Keep what broke."""
        self.fault = str(excrepr)


def read_suite(paths: Sequence[str] = ()) -> Suite:
    """Return what there is in these features or folders, by pytest's own collection.

    Without paths it is `features`, or the whole folder where there is none. Raises `UsageError` where pytest cannot
    begin, such as for a conftest that does not load.
    """
    for path in paths:
        if not Path(path).exists():
            raise UsageError(f"{path} is neither a feature nor a folder here.")
    targets = list(paths) or (["features"] if Path("features").is_dir() else ["."])
    suite, out, err = Suite(), io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = pytest.main([*targets, *root_options(), "--collect-only", "-qq", "-W", REWRITE], plugins=[suite])
    # What pytest calls an interruption is a feature that cannot be read, which `problems` tells.
    began = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.INTERRUPTED)
    if code not in began or (code == pytest.ExitCode.INTERRUPTED and not suite.problems):
        told = suite.fault or "\n".join(part for part in (err.getvalue().strip(), out.getvalue().strip()) if part)
        raise UsageError(f"The suite cannot be read: {told}")
    return suite
