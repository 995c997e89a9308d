"""Customer journeys walked for real, and every promised touchpoint held to its word."""

from typing import Any

from upheld.errors import CouldNotLook, FeatureError, StepFailed, UpheldError, UsageError

__all__ = [
    "Actor",
    "CouldNotLook",
    "FeatureError",
    "Journey",
    "StepFailed",
    "UpheldError",
    "UsageError",
    "in_days",
    "parse_money",
]


def __getattr__(name: str) -> Any:
    """Load what a suite's own steps use only when it is asked for: a command line need not wait for it."""
    if name in ("Actor", "Journey"):
        from upheld import drive

        return getattr(drive, name)
    if name == "parse_money":
        from upheld.promises.facts import parse_money

        return parse_money
    if name == "in_days":
        from upheld.vocabulary.time import in_days

        return in_days
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
