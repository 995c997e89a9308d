"""The story of a training course: places are booked for delegates who are named later, and each of them is told."""

from __future__ import annotations

from demo.courses.story import story

__all__ = ["story"]
