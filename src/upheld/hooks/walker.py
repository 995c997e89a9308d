"""Driving: the hooks that run in every process that walks journeys, be it the only one or a worker."""

from __future__ import annotations

import gc
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from upheld.errors import CouldNotLook, UpheldError
from upheld.hooks.keys import CLOCK, CONTEXT, FENCE, UNPROVEN, WORKER, settings_of
from upheld.language import speaking

if TYPE_CHECKING:
    from pytest_bdd.parser import Feature, Scenario, Step

    from upheld.drive import Journey
    from upheld.plan import Plan

__all__ = ["JOURNEY", "Walker", "plans_of", "travellers"]


def plans_of(session: pytest.Session) -> list[Plan]:
    """Return the plans of all journeys that were selected."""
    if not any(item.path.suffix == ".feature" for item in session.items):
        return []
    from upheld.collect import plan_of

    return [plan for item in session.items if (plan := plan_of(item))]


def travellers(session: pytest.Session) -> list[pytest.Item]:
    """Return the journeys that have to walk alone: they turn a clock that all customers share."""
    if not any(item.path.suffix == ".feature" for item in session.items):
        return []
    from upheld.collect import plan_of

    clock = settings_of(session.config).clock
    if clock == "real" or "{customer}" in clock:
        return []
    return [item for item in session.items if (plan := plan_of(item)) and plan.travels]


def _in_our_words(error: BaseException) -> BaseException:
    """Tell a browser that died while its contexts were being closed from what a suite's own steps raise."""
    if not type(error).__module__.startswith("playwright"):
        return error
    from upheld.browser import told

    ours = told(error, "The browser could not be used any more")
    return ours if isinstance(ours, CouldNotLook) else error


JOURNEY: pytest.StashKey[Journey] = pytest.StashKey()


class Walker:
    """Walks journeys and writes down how it went; opens ledger and clock when the first one begins."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._ledger: Any = None
        self._clock: Any = None
        self._maps: Any = None
        self._attempts: dict[str, int] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """In a worker: write down all that was selected, and leave to the controller what has to walk alone."""
        worker = self._config.stash.get(WORKER, None)
        if worker is None:
            return
        if self._config.workerinput["workerid"] == "gw0":  # type: ignore[attr-defined]  # xdist's
            # At once, so that what is never walked does not vanish.
            self.write_down(plans_of(session))
        alone = set(travellers(session))
        items[:] = [item for item in items if item not in alone]

    def write_down(self, plans: list[Plan]) -> None:
        """Write down journeys and all they will promise, before anything is driven."""
        if not plans:
            return
        from upheld.plan import planned

        self._open()
        run = self._context().run
        self._ledger.append(*(event for plan in plans for event in planned(run, plan, 1)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Tell what stopped a journey in the suite's language, in the threads of the browser as well."""
        if item.path.suffix != ".feature":  # whoever has us installed has other tests too
            return (yield)
        settings = settings_of(self._config)
        with speaking(settings.language, settings.root, everywhere=True):
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_before_scenario(self, request: pytest.FixtureRequest, feature: Feature, scenario: Scenario) -> None:
        """Resolve every step before the browser opens, and write down what will be promised."""
        from upheld import drive
        from upheld.collect import plan_of, unknown_step
        from upheld.maps import recognisers_of, withdraws_of

        plan = plan_of(request.node)
        if plan is None:
            return
        self._open()
        context = self._context()
        worker = getattr(self._config, "workerinput", {}).get("workerid", "main")

        journey = drive.Journey(
            plan,
            run=context.run,
            seed=context.seed,
            attempt=self._next_attempt(plan.node),
            worker=worker,
            ledger=self._ledger,
            settings=context.settings,
            clock=self._clock,
            recognisers=recognisers_of(self._maps.get(plan.journey)),
            new_context=lambda **options: request.getfixturevalue("upheld_new_context")(**options),
            withdraws=withdraws_of(self._maps.get(plan.journey)),
            reads=self._maps[plan.journey].fact if plan.journey in self._maps else {},
            fence=self._config.stash.get(FENCE, None),
        )
        request.node.stash[JOURNEY] = journey
        try:
            journey.begin()
            if unknown := unknown_step(request, feature, scenario):
                raise unknown
        except UpheldError as error:
            journey.stopped(error)
            raise

    def pytest_bdd_before_step(self, request: pytest.FixtureRequest, scenario: Scenario, step: Step) -> None:
        """Take note of the step that begins."""
        if journey := request.node.stash.get(JOURNEY, None):
            journey.step_begins(scenario.steps.index(step))

    def pytest_bdd_after_step(self, request: pytest.FixtureRequest, step: Step) -> None:
        """Write down a step that passed."""
        if journey := request.node.stash.get(JOURNEY, None):
            journey.step_ends(step.keyword)

    def pytest_bdd_step_error(self, request: pytest.FixtureRequest, step: Step, exception: BaseException) -> None:
        """Write down a step that did not pass."""
        if journey := request.node.stash.get(JOURNEY, None):
            journey.step_ends(step.keyword, exception)

    def pytest_bdd_after_scenario(self, request: pytest.FixtureRequest) -> None:
        """Write down how the journey went."""
        if journey := request.node.stash.get(JOURNEY, None):
            journey.finish()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Say in a sentence what went wrong, and make an error of what only says that we could not look."""
        report = yield
        error = call.excinfo.value if call.excinfo else None
        if JOURNEY not in item.stash or error is None:
            return report
        error = _in_our_words(error)
        if not isinstance(error, UpheldError):
            return report
        report.longrepr = str(error)
        if isinstance(error, CouldNotLook):
            # JUnit and the terminal tell an error from a failure by the phase.
            report.when = "setup"
            report.user_properties.append((UNPROVEN, str(error)))
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """At the very end: collect what nobody needs any more once, and then look through what stays no more.

        pytest would look through it all five times as it ends, for what was not closed, and Python again: of a small
        run that is a third of the work. What was not closed is found, and told of, by looking once.
        """
        yield
        if session.config.stash.get(CONTEXT, None) or any(item.path.suffix == ".feature" for item in session.items):
            gc.collect()
            gc.freeze()

    def pytest_unconfigure(self) -> None:
        """Let go of the ledger."""
        if self._ledger is not None:
            self._ledger.close()

    def _context(self) -> Any:
        context = self._config.stash.get(CONTEXT, None)
        if context is None:
            from upheld.session import RunContext

            context = self._config.stash[CONTEXT] = RunContext.from_json(self._config.stash[WORKER])
        return context

    def _open(self) -> None:
        if self._ledger is not None:
            return
        from upheld.clock import open_clock
        from upheld.ledger import open_ledger
        from upheld.maps import read_maps

        settings = self._context().settings
        self._clock = self._config.stash.get(CLOCK, None) or open_clock(
            settings.clock, settings.allow_hosts, reads=settings.clock_reads, limit=settings.clock_limit
        )
        self._maps = read_maps(settings.root)
        self._ledger = open_ledger(settings.ledger_url)

    def _next_attempt(self, node: str) -> int:
        """Return which attempt this is; a worker that took over from a crashed one finds the earlier in the ledger."""
        from upheld.plan import journey_id

        run, attempt = self._context().run, self._attempts.get(node, 0) + 1
        while self._ledger.events(journey=journey_id(run, node, attempt), kinds=("journey_started",)):
            attempt += 1
        self._attempts[node] = attempt
        return attempt
