"""The pictures that strangers are not shown: nobody can mask what stands in a picture, so it is left out.

What a page said is kept beside its picture, and read here with the eyes of the mask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from upheld.ledger import RunView, StepView
from upheld.report.masking import Mask

__all__ = ["withheld"]


def withheld(run: RunView, mask: Mask, read: Callable[[str], bytes | None]) -> frozenset[str]:
    """Return the paths of the pictures that show what the mask hides, or of which nobody knows what they show.

    `run` is as it was, `read` gives a file of the evidence, None where it is not kept.
    """
    texts: dict[str, bool] = {}

    def tells(step: StepView) -> bool:
        if step.page_text not in texts:
            content = read(step.page_text)
            texts[step.page_text] = content is None or mask.hides(content.decode("utf-8", "replace"))
        return texts[step.page_text]

    left_out: set[str] = set()
    for journey in run.journeys:
        # A screen that was only scrolled or typed into says what it said before; she may have gone back to another.
        before: dict[tuple[str, str], bool] = {}
        for step in journey.steps:
            if step.page_text:
                before[step.who, step.address] = before[step.who, ""] = tells(step)
            pictures = {step.picture, *_pictures_in(step.ride)} - {""}
            said = before.get((step.who, step.address), before.get((step.who, ""), True))
            typed = any(mask.hides(word) for word in (step.title, *_texts_in(step.fields), *_texts_in(step.acts)))
            if pictures and (said or typed):
                left_out |= pictures
    return frozenset(left_out)


def _pictures_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            if name == "picture" and isinstance(one, str):
                yield one
            else:
                yield from _pictures_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _pictures_in(one)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts_in(one)
