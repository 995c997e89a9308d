"""What a feature can say: every registered step, with an example and what it means."""

from __future__ import annotations

import difflib
import inspect
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pytest_bdd.parsers import StepParser
from pytest_bdd.steps import step_function_context_registry

__all__ = ["Entry", "entries", "like", "nearest_example", "nearest_words", "speaking_of"]

_EXAMPLE = re.compile(r"`(?P<example>[^`]+)`(?P<rest>.*)", re.DOTALL)
_STANDARD = "upheld.vocabulary"
# What people say elsewhere for what a step says here.
_MEANT = {
    "clicks": "presses", "klicks": "presses", "taps": "presses", "hits": "presses", "submits": "presses",
    "visits": "opens", "navigates": "opens", "browses": "opens", "selects": "chooses", "picks": "chooses",
    "checks": "ticks", "unchecks": "unticks", "types": "fills", "enters": "fills", "completes": "fills",
    "reads": "sees", "views": "sees", "gets": "receives", "saves": "downloads", "writes": "notes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A step: an `example` of it, what it `means` in a sentence, the `group` that it stands in, and its `module`.

    `kind` is given, when or then, or None where it may begin with any of them.
    """

    example: str
    means: str
    group: str
    kind: str | None
    parser: StepParser
    module: str
    order: tuple[int, str, int]

    def reads(self, sentence: str, kind: str | None = None) -> bool:
        """Return whether this step reads the sentence, said as given, when or then."""
        return self.kind in (None, kind) and self.parser.is_matching(sentence)


def entries(said: Iterable[str] = ()) -> list[Entry]:
    """Return every step that is registered by now: the standard ones first, then the suite's own, module by module.

    `said` are sentences of the suite's features; a step whose docstring begins with no example takes one of them.
    """
    sentences, found = list(said), []
    for context in list(step_function_context_registry.values()):
        module = context.step_func.__module__
        if module.startswith("pytest_bdd"):
            continue
        doc = " ".join((inspect.getdoc(context.step_func) or "").partition("\n\n")[0].split())
        own = _EXAMPLE.match(doc)
        if own:
            example, means = own["example"], own["rest"].lstrip(" :;,")
        else:
            used = (one for one in sentences if context.parser.is_matching(one))
            example, means = next(used, "") or _readable(context.parser.name), doc
        standard = module.startswith(f"{_STANDARD}.")
        place = (not standard, _place(module, standard=standard), context.step_func.__code__.co_firstlineno)
        found.append(
            Entry(example, means, _group(module, standard=standard), context.type, context.parser, module, place)
        )
    # One function may be registered under several wordings, and a module be loaded twice.
    return sorted({(one.example, one.group): one for one in found}.values(), key=lambda one: one.order)


def speaking_of(steps: Sequence[Entry], words: Sequence[str]) -> list[Entry]:
    """Return the steps that speak of all these words."""
    wanted = [word.casefold() for word in words]
    return [one for one in steps if all(word in _all_of(one).casefold() for word in wanted)]


def nearest_words(steps: Sequence[Entry], word: str) -> list[str]:
    """Return the words of the steps that are nearest to this one."""
    known = {known for one in steps for known in re.findall(r"[^\W\d_]{3,}", _all_of(one).casefold())}
    return difflib.get_close_matches(word.casefold(), sorted(known), n=3, cutoff=0.6)


def like(steps: Sequence[Entry], sentence: str, most: int = 5) -> list[Entry]:
    """Return the steps nearest to a sentence: those that read it first, then by the words that they share."""
    meant = _general(" ".join(_MEANT.get(word, word) for word in sentence.split()))

    def near(one: Entry) -> float:
        if one.parser.is_matching(sentence):
            return 2.0
        return max(_alike(_general(sentence), _general(one.example)), _alike(meant, _general(one.example)))

    return sorted(steps, key=near, reverse=True)[:most]


def nearest_example(sentence: str) -> str:
    """Return the example of the step that a misspelt sentence was most likely meant to be, "" where none is near."""
    known = {_general(one.example): one.example for one in entries()}
    near = difflib.get_close_matches(_general(sentence), known, n=1, cutoff=0.6)
    return known[near[0]] if near else ""


def _alike(one: str, other: str) -> float:
    shared = set(one.split()) & set(other.split()) - {"she", "the", "a", "an", "in", "to", "is", '"…"'}
    return difflib.SequenceMatcher(None, one, other).ratio() + 0.1 * len(shared)


def _all_of(one: Entry) -> str:
    return f"{one.example} {one.means} {one.group}"


def _place(module: str, *, standard: bool) -> str:
    if not standard:
        return module
    from upheld.vocabulary import MODULES

    names = [one.__name__ for one in MODULES]
    return f"{names.index(module):02}" if module in names else module


def _group(module: str, *, standard: bool) -> str:
    doc = (getattr(sys.modules.get(module), "__doc__", "") or "").strip().partition("\n")[0].rstrip(".")
    if standard:
        return doc.removeprefix("Steps about ")[:1].upper() + doc.removeprefix("Steps about ")[1:]
    where = module.replace(".", "/") + ".py"
    return f"{where}: {doc}" if doc else where


def _readable(pattern: str) -> str:
    """Return a step's wording, with `...` where it takes words of its own."""
    plain = re.sub(r"\(\?P<who>[^()]*\)", "she", re.sub(r"\{[^}]*\}", "...", pattern))
    previous = ""
    while previous != plain:
        previous = plain
        plain = re.sub(r"\((?:\?P<\w+>|\?:)?[^()]*\)\??", "...", plain)
    return re.sub(r"(\.\.\.\s*)+", "... ", plain.replace("\\", "").replace("?", "")).strip()


def _general(sentence: str) -> str:
    """Return a sentence without what is particular to it: `she follows "…"`."""
    return re.sub(r'"[^"]*"', '"…"', re.sub(r"^(?:[A-Z][\w-]*|he|they)(?= )", "she", sentence.strip()))
