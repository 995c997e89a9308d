"""What a customer does in a browser, and what is kept of it: thin over Playwright's sync API, knowing no pytest."""

import importlib
from typing import Any

__all__ = [
    "Evidence",
    "Filled",
    "Found",
    "Manner",
    "StepEvidence",
    "allows",
    "check",
    "fill_in",
    "find_browser",
    "follow",
    "launch_args",
    "masked",
    "notice_crashes",
    "opens",
    "press",
    "read_labelled",
    "sees",
    "thin_traces",
    "told",
    "trouble",
]

_HOMES = {
    "acts": ("follow", "opens", "press", "sees"),
    "address": ("masked",),
    "allow": ("allows", "check", "launch_args"),
    "evidence": ("Evidence", "StepEvidence"),
    "find": ("Found", "find_browser"),
    "forms": ("Filled", "fill_in"),
    "manner": ("Manner",),
    "reading": ("read_labelled",),
    "traces": ("thin_traces",),
    "trouble": ("notice_crashes", "told", "trouble"),
}


def __getattr__(name: str) -> Any:
    """Load what is asked for only then: whoever checks an address need not wait for Playwright."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
