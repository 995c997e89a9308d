"""Collecting `.feature` files directly, and reading what a scenario promises before anything is driven."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd.parser import Feature, Scenario, Step
from pytest_bdd.scenario import get_step_function, scenario_wrapper_template_registry

from upheld.errors import FeatureError, UpheldError
from upheld.hooks.keys import settings_of
from upheld.plan import Plan
from upheld.promises import Promise
from upheld.promises.reading import TRAVELS, StepText, read_scenario
from upheld.promises.window import Window

__all__ = ["FeatureFile", "Plan", "PlanOf", "plan_of", "unknown_step"]

JOURNEY_TAG = re.compile(r"journey:(?P<name>.+)")
PLAN = pytest.StashKey["Plan"]()


Usual = Callable[[str], Callable[[str], Window | None]]
PlanOf = Callable[[pytest.Item], "Plan | None"]


class FeatureFile(pytest.Module):
    """A feature file as a collector of scenarios; no Python file needs to name it."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Bind every scenario of the file to a test, by pytest-bdd's own `scenarios()`."""
        register_vocabulary(self.config)
        module = types.ModuleType(f"feature_{self.path.stem}")
        module.__file__ = str(self.path)
        declare_tags(self.config, self.path)
        # `scenarios()` puts the tests into the namespace that it is called from, so it is called in the module's.
        exec(f"from pytest_bdd import scenarios\nscenarios({str(self.path)!r})", module.__dict__)  # noqa: S102
        self.obj = module
        items = list(super().collect())
        usual = usual_windows(self.config)
        for item in items:
            if isinstance(item, pytest.Function):
                item.stash[PLAN] = read_plan(item, usual)
        return items

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say a fault in a feature in one line, with file and line, without a traceback."""
        if isinstance(excinfo.value, UpheldError):
            return str(excinfo.value)
        if type(excinfo.value).__module__.startswith("pytest_bdd"):
            return f"{self.nodeid}: {excinfo.value}"
        return super().repr_failure(excinfo)


_USUAL = pytest.StashKey[Usual]()


def usual_windows(config: pytest.Config) -> Usual:
    """Return what gives the usual windows of a journey's map, read once."""
    if _USUAL not in config.stash:
        from upheld.maps import read_maps, usual_of

        config.stash[_USUAL] = usual_of(read_maps(settings_of(config).root))
    return config.stash[_USUAL]


def register_vocabulary(config: pytest.Config) -> None:
    """Register the standard steps and fixtures with the first feature; late, so that they go before other plugins'."""
    from upheld.hooks import fixtures
    from upheld.vocabulary import MODULES

    for module in (fixtures, *MODULES):
        if not config.pluginmanager.is_registered(module):
            config.pluginmanager.register(module, f"upheld-{module.__name__}")


def declare_tags(config: pytest.Config, path: Path) -> None:
    """Declare the tags of a feature as markers: pytest-bdd makes every tag a marker, and undeclared ones are errors."""
    tags = set(re.findall(r"(?<!\S)@([^\s@#:]+)", "\n".join(_tag_lines(path))))
    declared = {re.split(r"[:(]", line)[0].strip() for line in config.getini("markers")}
    for tag in sorted(tags - declared):
        config.addinivalue_line("markers", f"{tag}: a tag of {path.name}")


def _tag_lines(path: Path) -> Iterator[str]:
    for line in path.read_text("utf-8").splitlines():
        if line.lstrip().startswith("@"):
            yield line


def read_plan(item: pytest.Function, usual: Usual) -> Plan:
    """Return what this scenario will do and promise; raises `FeatureError` with file and line."""
    template = scenario_wrapper_template_registry[item.function]
    params: Mapping[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    scenario = template.render(params.get("_pytest_bdd_example", {}))
    file = item.nodeid.split("::")[0]
    steps = tuple(_step_text(step, file) for step in scenario.steps)
    tags = tuple(sorted(scenario.tags | scenario.feature.tags))
    journey = next((found["name"] for tag in tags if (found := JOURNEY_TAG.fullmatch(tag))), "")
    promises = read_scenario(steps, usual(journey), travels=TRAVELS in tags)
    _refuse_typos(promises, usual(journey))
    return Plan(
        node=item.nodeid,
        feature=file,
        title=scenario.feature.name,
        scenario=scenario.name,
        line=scenario.line_number,
        tags=tags,
        steps=steps,
        promises=promises,
        journey=journey,
    )


def _refuse_typos(promises: tuple[tuple[int, tuple[Promise, ...]], ...], usual: Callable[[str], Window | None]) -> None:
    """Refuse a kind that is nearly one that is known: nothing would ever be recognised as a "confirmtion"."""
    from upheld.promises.recognise import standard

    known = standard().by_kind
    for promise in (promise for _, made in promises for promise in made):
        if promise.kind in known or usual(promise.kind) is not None:
            continue
        if near := difflib.get_close_matches(promise.kind, known, n=1, cutoff=0.85):
            raise FeatureError(
                f'no kind of touchpoint is called "{promise.kind}". Did you mean "{near[0]}"? If it is one of its own, '
                f'give it its `usual` window in the journey\'s map: [touchpoint."{promise.kind}"].',
                file=promise.file,
                line=promise.line,
            )


def plan_of(item: pytest.Item) -> Plan | None:
    """Return the plan of a collected scenario, or None for any other test."""
    return item.stash.get(PLAN, None)


def _step_text(step: Step, file: str) -> StepText:
    rows = step.datatable.rows if step.datatable else ()
    return StepText(
        text=step.name,
        file=file,
        line=step.line_number,
        rows=tuple(tuple(cell.value for cell in row.cells) for row in rows),
        row_lines=tuple(row.location.line for row in rows),
    )


def unknown_step(request: pytest.FixtureRequest, feature: Feature, scenario: Scenario) -> FeatureError | None:
    """Return the error for the first step that nobody registered, or None where all are known."""
    from upheld.vocabulary.catalogue import entries, nearest_example

    for step in scenario.steps:
        if get_step_function(request, step) is None:
            file = request.node.nodeid.split("::")[0]
            other = next((one for one in entries() if one.kind and one.parser.is_matching(step.name)), None)
            if other is not None:
                said = f'"{step.name}" is a {other.kind} step, and stands after {step.type} here. Register it by '
                return FeatureError(f"{said}pytest-bdd's `step` to say it anywhere.", file=file, line=step.line_number)
            near = nearest_example(step.name)
            hint = f' Did you mean "{near}"? `upheld steps` lists what there is.' if near else ""
            return FeatureError(f'no step is called "{step.name}".{hint}', file=file, line=step.line_number)
    return None
