"""What a touchpoint must be beyond what the feature says: each check is a small class, and others add theirs."""

from __future__ import annotations

from upheld.checks.base import (
    EVERYWHERE,
    UNPROMISED,
    Check,
    Finding,
    Known,
    Place,
    Probe,
    Rendered,
    Severity,
    Strangers,
    Touch,
)
from upheld.checks.registry import GROUP, all_checks, severities

__all__ = [
    "EVERYWHERE",
    "GROUP",
    "UNPROMISED",
    "Check",
    "Finding",
    "Known",
    "Place",
    "Probe",
    "Rendered",
    "Severity",
    "Strangers",
    "Touch",
    "all_checks",
    "severities",
]
