"""Controlling: the hooks that run once per run, in the process that has the workers, or in the only one."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from upheld.errors import UpheldError
from upheld.hooks.keys import CLOCK, CONTEXT, FENCE, UNPROVEN, settings_of
from upheld.hooks.walker import Walker, plans_of, travellers

if TYPE_CHECKING:
    from upheld.report import Gate
    from upheld.session import Run

__all__ = ["OUTCOME", "Controller", "Outcome"]


class Outcome:
    """What a run came to, for whoever started pytest: the exit code of `upheld run`, and the report's path."""

    def __init__(self) -> None:
        self.gate: Gate | None = None
        self.lines: list[str] = []
        self.collect_only = False
        self.other_failures = 0
        self.promises = 0
        self.problem = ""


OUTCOME = pytest.StashKey[Outcome]()


class Controller:
    """Starts the run, sweeps once after all drives, and emits one report per promise."""

    def __init__(self, config: pytest.Config, walker: Walker) -> None:
        self._config, self._walker = config, walker
        self._stack = contextlib.ExitStack()
        self._run: Run | None = None
        self._outcome = config.stash[OUTCOME] = Outcome()
        self._promise_failures: set[str] = set()
        self._swept = False
        self._outcome.collect_only = config.option.collectonly

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Start the run before the workers start, where there are workers."""
        if self._has_workers() and not self._config.option.collectonly and self._asks_for_features():
            self._start()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker which run it walks for."""
        if self._run is not None:
            node.workerinput["upheld"] = self._run.context.to_json()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Let all drives go by, and then settle every promise: nothing waits for another, so nothing can deadlock."""
        config = session.config
        plans = [] if self._has_workers() else plans_of(session)
        if config.option.collectonly or not (plans or self._run):
            return (yield)
        if self._run is None:
            self._start()
            self._walker.write_down(plans)
        alone = [] if self._has_workers() else travellers(session)
        session.items[:] = [item for item in session.items if item not in alone]
        try:
            result = yield
        except (session.Failed, session.Interrupted):
            # `-x` and `--maxfail` end the drives; what was promised until then is still settled.
            self._settle(session)
            raise
        except BaseException:
            self._outcome.problem = "interrupted"
            raise
        self._settle(session, alone)
        if session.shouldfail and not self._has_workers():
            raise session.Failed(session.shouldfail)
        return result

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """A worker that died says nothing about the site: what it was walking is an error and not a failure."""
        if ".feature::" in crashitem:
            report.when = "setup"
            report.user_properties.append((UNPROVEN, "the process that walked it died"))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell failures of the site from what only says that we could not look."""
        if report.failed and not any(name == UNPROVEN for name, _ in report.user_properties):
            self._outcome.other_failures += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Let `--lf` walk the journey whose promise failed, write the report, and close everything."""
        if self._promise_failures and self._config.pluginmanager.has_plugin("lfplugin"):
            known = self._config.cache.get("cache/lastfailed", {})
            self._config.cache.set("cache/lastfailed", {node.split(" » ")[0]: True for node in known})
        if self._run is not None:
            self._run.finish(int(exitstatus), interrupted=not self._swept)
            self._write_report(self._run)
        self._stack.close()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say in one screen what is not upheld, and where to read more."""
        if self._outcome.gate is not None and not self._config.getoption("no_summary", False):
            terminalreporter.write_sep("=", "journeys")
            for line in self._outcome.lines:
                terminalreporter.write_line(line)

    def _start(self) -> None:
        from upheld.session import Run

        try:
            started = Run.started(settings_of(self._config), list(self._config.invocation_params.args))
            self._run = self._stack.enter_context(started)
        except UpheldError as error:
            self._outcome.problem = str(error)
            raise pytest.UsageError(str(error)) from None
        # All that was loaded until now stays; the collector need not look through it again and again.
        gc.freeze()
        self._config.stash[CONTEXT] = self._run.context
        self._config.stash[CLOCK] = self._run.clock

    def _walk_alone(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Walk the journeys that turn a clock which all share: one after the other, when nobody else walks."""
        if not items and self._has_workers() and self._has_travellers():
            # The workers have left them to us, and so far only they have collected.
            session.perform_collect()
            items = travellers(session)
        for item, after in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)

    def _has_travellers(self) -> bool:
        """True where the workers have written down a journey that travels."""
        assert self._run is not None  # noqa: S101  # only called once the run has started
        return "{customer}" not in self._run.settings.clock and self._run.clock.turnable and self._run.has_travellers()

    def _settle(self, session: pytest.Session, alone: list[pytest.Item] | None = None) -> None:
        assert self._run is not None  # noqa: S101  # only called once the run has started
        from upheld.hooks.verdicts import reports_of, reports_of_findings

        hook = session.config.hook
        progress = lambda done, total, what: hook.pytest_upheld_progress(done=done, total=total, what=what)  # noqa: E731
        try:
            with self._run.alone() as fence:
                more = alone is not None and not session.shouldfail and (alone or self._has_travellers())
                self._run.sweep(fence, progress, before_travellers=bool(more))
                if more:
                    self._config.stash[FENCE] = fence
                    self._walk_alone(session, alone or [])
                    self._run.sweep(fence, progress)
                settled = self._run.settled
        except UpheldError as error:
            self._outcome.problem = str(error)
            raise pytest.UsageError(str(error)) from None
        self._swept = True
        view, maps = self._run.view(), self._run.maps
        every = [*reports_of(settled, view, maps), *reports_of_findings(view, maps)]
        session.testscollected += len(every)
        for node, reports in every:
            if session.shouldfail and any(report.failed for report in reports):
                continue  # `-x` shows one failure; the report has them all
            hook.pytest_runtest_logstart(nodeid=node, location=reports[0].location)
            for report in reports:
                if report.failed:
                    self._promise_failures.add(node)
                hook.pytest_runtest_logreport(report=report)
            hook.pytest_runtest_logfinish(nodeid=node, location=reports[0].location)

    def _write_report(self, run: Run) -> None:
        from upheld.report import gate, summary, write_report
        from upheld.report.readers import tell_others
        from upheld.report.since import earlier_runs
        from upheld.report.thinning import thin_evidence

        view = run.view()
        self._outcome.gate = gate(view)
        self._outcome.promises = sum(len(journey.promises) for journey in view.journeys)
        report = write_report(
            view,
            evidence=run.evidence,
            out=run.settings.path / "report",
            maps=run.maps,
            settings=run.settings,
            earlier=earlier_runs(run.ledger, view),
            publish=run.settings.publish,
        )
        others = tell_others(view, out=report.parent, maps=run.maps, settings=run.settings)
        thin_evidence(view, run.evidence, run.settings, mine=run.id)
        self._outcome.lines = [*summary(view, self._outcome.gate), f"Report: {_short(report)}", *others]

    def _has_workers(self) -> bool:
        return bool(self._config.getoption("dist", "no") != "no")

    def _asks_for_features(self) -> bool:
        """True where the paths given to pytest hold a feature; workers collect, so this process cannot know yet."""
        for argument in self._config.args:
            path = self._config.invocation_params.dir / argument.split("::")[0]
            if path.suffix == ".feature" or (path.is_dir() and next(path.rglob("*.feature"), None)):
                return True
        return False


def _short(path: Path) -> Path:
    """Return the path as seen from here, where it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
