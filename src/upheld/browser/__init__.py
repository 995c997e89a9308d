"""What a customer does in a browser, and what is kept of it: thin over Playwright's sync API, knowing no pytest."""

import importlib
from typing import Any

__all__ = [
    "Downloaded",
    "Evidence",
    "Filled",
    "Found",
    "Manner",
    "Refused",
    "StepEvidence",
    "allows",
    "answer_field",
    "authenticator_keys",
    "check",
    "choose",
    "does_not_see",
    "download",
    "enter_code",
    "fill_in",
    "find_browser",
    "follow",
    "goes_back",
    "is_asked_to_sign_in",
    "is_at",
    "is_refused",
    "launch_args",
    "masked",
    "notice_crashes",
    "opens",
    "page_as_arrival",
    "press",
    "read_labelled",
    "reloads",
    "sees",
    "thin_traces",
    "tick",
    "told",
    "trouble",
    "try_download",
]

_HOMES = {
    "acts": ("follow", "goes_back", "opens", "press", "reloads", "sees"),
    "address": ("masked",),
    "allow": ("allows", "check", "launch_args"),
    "answering": ("answer_field", "choose", "tick"),
    "codes": ("authenticator_keys", "enter_code"),
    "downloads": ("Downloaded", "Refused", "download", "try_download"),
    "evidence": ("Evidence", "StepEvidence"),
    "filling": ("Filled",),
    "find": ("Found", "find_browser"),
    "forms": ("fill_in",),
    "manner": ("Manner",),
    "reading": ("read_labelled",),
    "shown": ("does_not_see", "is_asked_to_sign_in", "is_at", "is_refused", "page_as_arrival"),
    "traces": ("thin_traces",),
    "trouble": ("notice_crashes", "told", "trouble"),
}


def __getattr__(name: str) -> Any:
    """Load what is asked for only then: whoever checks an address need not wait for Playwright."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
