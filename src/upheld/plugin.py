"""The pytest plugin: it registers and delegates. What the hooks do stands in `upheld.hooks`.

Nothing heavy is imported here, and nothing is opened before a feature is collected: the plugin is loaded in every
pytest session where it is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from upheld.hooks import spec
from upheld.hooks.keys import FLAGS, OPTIONS, WORKER

__all__: list[str] = []


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Offer the hooks of `upheld.hooks.spec`."""
    pluginmanager.add_hookspecs(spec)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    group = parser.getgroup("upheld", "customer journeys and their promises")
    for option, text in OPTIONS.items():
        group.addoption(f"--{FLAGS[option]}", dest=f"upheld_{option}", default=None, metavar="VALUE", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Register what walks journeys and, in the controlling process, what controls the run."""
    # A node id of a promise names its journey: `features/x.feature::test_y » receipt to Ada`.
    config.args[:] = list(dict.fromkeys(argument.split(" » ")[0] for argument in config.args))
    from upheld.hooks.walker import Walker

    walker = Walker(config)
    config.pluginmanager.register(walker, "upheld-walker")
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        config.stash[WORKER] = worker.get("upheld")
        return
    from upheld.hooks.controller import Controller

    config.pluginmanager.register(Controller(config, walker), "upheld-controller")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a feature file as it is."""
    if file_path.suffix != ".feature":
        return None
    from upheld.collect import FeatureFile

    return FeatureFile.from_parent(parent, path=file_path)


def pytest_bdd_apply_tag(tag: str, function: Callable[..., Any]) -> bool | None:
    """Make `@journey:booking` the marker `journey("booking")`; other tags are markers by their own name."""
    name, colon, value = tag.partition(":")
    if not colon:
        return None
    getattr(pytest.mark, name)(value)(function)
    return True
