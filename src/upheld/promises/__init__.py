"""The domain: promises, windows, expectations and verdicts. Pure: no I/O, no pytest, no Playwright, no SQL."""

from upheld.promises.promise import (
    Arrival,
    Attachment,
    Expectation,
    Judgement,
    Link,
    Promise,
    Row,
    Verdict,
)
from upheld.promises.window import Interval, Moment, Window, parse_duration, parse_window

__all__ = [
    "Arrival",
    "Attachment",
    "Expectation",
    "Interval",
    "Judgement",
    "Link",
    "Moment",
    "Promise",
    "Row",
    "Verdict",
    "Window",
    "parse_duration",
    "parse_window",
]
