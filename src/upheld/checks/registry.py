"""Which checks there are: those of the engine, and what others add by the entry point `upheld.checks`."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping

from upheld.added import with_added
from upheld.checks.base import Check, Severity
from upheld.errors import ConfigError, did_you_mean

__all__ = ["GROUP", "all_checks", "severities"]

GROUP = "upheld.checks"
"""The entry point's group; what it names is a check, or a class that makes one without arguments."""

# Modules of the engine, each with its checks in `CHECKS`.
_MODULES: tuple[str, ...] = (
    "clients", "documents", "facts", "language", "links", "parts", "person", "pictures", "sender", "unsubscribing",
    "wording",
)  # fmt: skip


@functools.cache
def all_checks() -> tuple[Check, ...]:
    """Return every check, by name. Raises `ConfigError` where one that somebody added cannot be used."""
    own = (check for module in _MODULES for check in importlib.import_module(f"upheld.checks.{module}").CHECKS)
    found = with_added(own, GROUP, Check, "check", "name, about, severity, channels and look()")
    return tuple(found[name] for name in sorted(found))


def severities(said: Mapping[str, str]) -> dict[str, Severity]:
    """Return what each check's finding does: as the settings say, else as the check itself does.

    `said` is by the check's name; `*` stands for all that are not named. Raises `ConfigError` for a check that nobody
    knows.
    """
    known = {check.name: check.severity for check in all_checks()}
    for name in said:
        if name not in (*known, "*"):
            raise ConfigError(f'[tool.upheld.checks]: no check is called "{name}".{did_you_mean(name, known)}')
    return {name: Severity(said.get(name, said.get("*", severity))) for name, severity in known.items()}
