"""The ledger: promises, what answered them and the verdicts, written down across runs and never rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upheld.ledger.events import KINDS, Event, NewEvent
from upheld.ledger.shapes import (
    ArrivalView,
    CastView,
    CheckedView,
    ClockView,
    CoveredView,
    FactView,
    GapView,
    JourneyView,
    JudgementView,
    MomentView,
    ProbeView,
    PromiseView,
    RenderView,
    RunView,
    StepView,
)
from upheld.ledger.views import fold

if TYPE_CHECKING:
    from upheld.ledger.lease import Lease
    from upheld.ledger.store import Ledger, open_ledger

__all__ = [
    "KINDS",
    "ArrivalView",
    "CastView",
    "CheckedView",
    "ClockView",
    "CoveredView",
    "Event",
    "FactView",
    "GapView",
    "JourneyView",
    "JudgementView",
    "Lease",
    "Ledger",
    "MomentView",
    "NewEvent",
    "ProbeView",
    "PromiseView",
    "RenderView",
    "RunView",
    "StepView",
    "fold",
    "open_ledger",
]


def __getattr__(name: str) -> Any:
    """Load SQLAlchemy only when the ledger itself is asked for: collecting a suite does not need it."""
    if name in ("Ledger", "open_ledger"):
        from upheld.ledger import store

        return getattr(store, name)
    if name == "Lease":
        from upheld.ledger.lease import Lease

        return Lease
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
