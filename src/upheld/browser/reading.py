"""Reading what a page shows beside a label: the order number, the price, the place."""

from __future__ import annotations

from playwright.sync_api import Error, Page
from playwright.sync_api import TimeoutError as TookTooLong

from upheld.browser.acts import missing
from upheld.browser.manner import Deadline, Manner
from upheld.browser.scripts import script
from upheld.browser.trouble import alive
from upheld.browser.walking import Walking
from upheld.errors import did_you_mean

__all__ = ["read_labelled"]


def read_labelled(page: Page, label: str, manner: Manner | None = None) -> str:
    """Return what stands beside these words: a term's description, a table's cell, or what follows on the line.

    "order number" reads "UP-1042" from `Order number: UP-1042`. It waits until the page shows one. Raises
    `StepFailed` with the labels that are there.
    """
    manner = manner or Manner()
    doing = f'{manner.who} could not read "{label}"'
    alive(page, doing)
    deadline = Deadline(manner.limit)
    with Walking(page, doing, manner) as walking:
        try:
            found = page.wait_for_function(script("labelled"), arg=label, timeout=deadline.left_ms)
            return str(found.json_value())
        except TookTooLong as error:
            raise missing(page, doing, manner, deadline, walking, lambda: _labels(page, label)) from error
        except Error as error:
            raise walking.failure(error) from error


def _labels(page: Page, label: str) -> str:
    labels: list[str] = page.locator("html").evaluate(script("labels"), timeout=2000)
    listed = ", ".join(f'"{name}"' for name in labels[:8])
    return (f"has labels {listed}." if labels else "has nothing that looks like a label.") + did_you_mean(label, labels)
