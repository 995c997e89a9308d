"""Places, numbers and names beside labels, held against what she was told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from upheld.checks._part import Part, Wrong, was_beside
from upheld.checks.base import Known, Touch
from upheld.checks.labels import Labelled
from upheld.checks.noted import Held, is_about
from upheld.language import gettext as _
from upheld.promises.facts import Fact, fold, says

__all__ = ["name", "number", "place"]

_CODE = re.compile(r"[#№]?\s?([\w-]*\d[\w-]*)")


def place(touch: Touch, known: Known, part: Part, every: Sequence[Held], values: Sequence[Labelled]) -> Iterator[Wrong]:
    hers = {fold(str(value)) for one in known.cast for value in one.details.values()}
    held = every[0] if len(every) == 1 else None
    if (
        held is None
        or is_about(touch, known, held) is not True
        or any(says(part.text, fact.value) for fact in held.right)
    ):
        return
    for said in values:
        value = fold(said.value)
        alike = says(held.fact.value, said.value) or _words(value) & _words(fold(held.fact.value))
        # A place has many names; surely wrong is what the same label said otherwise before.
        sure = was_beside(said, held.fact, known)
        if (said.near or sure) and not (alike or value in hers or "://" in value or "online" in value):
            yield Wrong(
                held, said, _("“{words}”", words=said.value), sure=sure, right=_("“{words}”", words=held.fact.value)
            )
            return


def _words(folded: str) -> set[str]:
    return {
        word for word in re.findall(r"\w{4,}", folded) if word not in ("room", "hall", "saal", "raum", "haus", "house")
    }


def number(
    touch: Touch, known: Known, part: Part, every: Sequence[Held], values: Sequence[Labelled]
) -> Iterator[Wrong]:
    for held in every:
        right = [_bare(fact.value) for fact in held.right]
        if any(says(part.text, fact.value) for fact in held.right):
            return
        wrong: dict[str, Labelled] = {}
        for said in values:
            found = _CODE.fullmatch(said.value) if not said.near else _CODE.match(said.value)
            code = _bare(found[1]) if found else ""
            # “#4711” and “UP-4711” are one number.
            if code and not any(code in one or one in code for one in right):
                wrong.setdefault(found[1] if found else "", said)
        if len(wrong) == 1 and not any(
            one.arrival.channel == "page" and says(one.text, next(iter(wrong))) for one in known.before
        ):
            shown, said = next(iter(wrong.items()))
            yield Wrong(held, said, shown)


def _bare(code: str) -> str:
    return re.sub(r"[\W_]", "", fold(code))


def name(touch: Touch, known: Known, part: Part, every: Sequence[Held], values: Sequence[Labelled]) -> Iterator[Wrong]:
    person = known.person
    theirs = [
        name for one in known.cast for name in (one.given, one.family, str(one.details.get("company", ""))) if name
    ]
    if touch.arrival.channel == "page" or any(says(part.text, name) for name in (person.name, person.family) if name):
        return
    for said in values:
        words = re.findall(r"[^\W\d_][\w'’.-]*", said.value)
        plain = said.near and 1 < len(words) < 6 and not re.search(r"[\d@/:]", said.value)
        named = any(says(said.value, name) for name in theirs)
        if plain and not named and not any(says(str(view.value), said.value) for view in known.noted):
            fact = Fact(_("her name"), person.name)
            # It may be the name of what she has booked, or of who sends it.
            sure = was_beside(said, fact, known)
            shown, right = _("“{words}”", words=said.value), _("“{words}”", words=person.name)
            yield Wrong(Held("name", fact, "", ""), said, shown, sure=sure, right=right)
            return
