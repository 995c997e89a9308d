"""Customer journeys walked for real, and every promised touchpoint held to its word.

PYTEST_DONT_REWRITE: the command line imports this before pytest does, and there is no assertion in it to rewrite.
"""

from typing import TYPE_CHECKING, Any

from upheld.errors import CouldNotLook, FeatureError, StepFailed, UpheldError, UsageError

if TYPE_CHECKING:
    from upheld.actor import Actor
    from upheld.drive import Journey
    from upheld.promises.facts import parse_money
    from upheld.vocabulary.time import in_days

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
    if name == "Actor":
        from upheld.actor import Actor

        return Actor
    if name == "Journey":
        from upheld.drive import Journey

        return Journey
    if name == "parse_money":
        from upheld.promises.facts import parse_money

        return parse_money
    if name == "in_days":
        from upheld.vocabulary.time import in_days

        return in_days
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
