"""The story of an event: a seat is booked and paid for, confirmed, receipted, and reminded of."""

from __future__ import annotations

from demo.events.events import story

__all__ = ["story"]
