"""The features as the book and the map read them: every scenario with its steps and what each of them promises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException, ParserError
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from upheld.errors import FeatureError
from upheld.maps import JourneyMap, usual_of
from upheld.promises import Promise
from upheld.promises.reading import TRAVELS, StepText, read_scenario

__all__ = ["Incident", "Told", "ToldStep", "incidents_in", "told_in"]

_KEYWORDS = {"Context": "Given", "Action": "When", "Outcome": "Then"}
_JOURNEY = "@journey:"
_INCIDENT = "@incident:"
_SAID = re.compile(r"(What the customer expected|What happened|The fix|The prevention): ?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ToldStep:
    """One step as the feature says it, with the rows of its table and what it promises."""

    keyword: str
    text: str
    line: int
    rows: tuple[tuple[str, ...], ...] = ()
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One scenario, or one example of an outline: `example` is what tells it from the others, "" where it is alone.

    `file` is relative to the suite's folder, `about` the free words below "Feature:", `incidents` those it guards
    against, and `journey` the name of its map, "" where it has none.
    """

    file: str
    feature: str
    about: str
    name: str
    line: int
    tags: tuple[str, ...]
    journey: str
    example: str
    steps: tuple[ToldStep, ...]

    @property
    def key(self) -> str:
        """What it is known by from one edition to the next."""
        return f"{self.file}::{self.name}" + (f" [{self.example}]" if self.example else "")

    @property
    def incidents(self) -> tuple[str, ...]:
        """The incidents that it guards against."""
        return tuple(tag.removeprefix(_INCIDENT) for tag in self.tags if tag.startswith(_INCIDENT))

    @property
    def is_incident(self) -> bool:
        """Whether it stands among the incidents, and is no journey that anybody planned."""
        return "incidents" in Path(self.file).parts[:-1]


@dataclass(frozen=True, slots=True)
class Incident:
    """What went wrong for a customer once, as its feature tells it; `guards` are the scenarios that it left behind.

    What is not written down is "".
    """

    slug: str
    title: str
    expected: str
    happened: str
    fix: str
    prevention: str
    guards: tuple[Told, ...]


def told_in(root: Path, maps: Mapping[str, JourneyMap]) -> list[Told]:
    """Return what the suite's features tell, in the order of their files; incidents last.

    Raises `FeatureError` with file and line for one that cannot be read.
    """
    files = sorted((root / "features").rglob("*.feature"), key=lambda file: ("incidents" in file.parts, file))
    usual = usual_of(maps)
    return [one for file in files for one in _scenarios(file, root, usual)]


def incidents_in(told: list[Told]) -> list[Incident]:
    """Return the incidents that the features tell of, newest first: what is named for its day sorts so."""
    guards: dict[str, list[Told]] = {}
    for one in told:
        for slug in one.incidents:
            guards.setdefault(slug, []).append(one)
    return [_incident(slug, tuple(found)) for slug, found in sorted(guards.items(), reverse=True)]


def _incident(slug: str, guards: tuple[Told, ...]) -> Incident:
    own = next((one for one in guards if one.is_incident), None)
    if own is None:
        return Incident(slug, slug, "", "", "", "", guards)
    pieces = _SAID.split(" ".join(own.about.split()))
    said = {name.casefold(): text.strip() for name, text in zip(pieces[1::2], pieces[2::2], strict=False)}
    # Who has told it in other words than ours is still read.
    happened = said.get("what happened") or pieces[0].strip()
    return Incident(
        slug,
        own.feature,
        said.get("what the customer expected", ""),
        happened,
        said.get("the fix", ""),
        said.get("the prevention", ""),
        guards,
    )


def _scenarios(file: Path, root: Path, usual: Any) -> Iterator[Told]:
    where = file.relative_to(root).as_posix()
    try:
        document: Any = Parser().parse(file.read_text("utf-8"))
    except (CompositeParserException, ParserError) as error:
        first = error.errors[0] if isinstance(error, CompositeParserException) else error
        line = int((getattr(first, "location", None) or {}).get("line", 1))
        said = re.sub(r"^\(\d+:\d+\): ", "", str(first).strip())
        raise FeatureError(f"the feature cannot be read ({said})", file=where, line=line) from None
    feature = document.get("feature") or {}
    document["uri"] = where
    lines, rows = dict(_lines(feature)), dict(_examples(feature))
    pickles: list[Any] = list(Compiler().compile(document))
    for pickle in pickles:
        tags = tuple(tag["name"] for tag in pickle["tags"])
        journey = next((tag.removeprefix(_JOURNEY) for tag in tags if tag.startswith(_JOURNEY)), "")
        texts = [
            StepText(step["text"], where, lines[step["astNodeIds"][0]], tuple(_cells(step))) for step in pickle["steps"]
        ]
        texts = [StepText(one.text, one.file, one.line, one.rows, (one.line,) * len(one.rows)) for one in texts]
        promised = dict(read_scenario(texts, usual(journey), travels=f"@{TRAVELS}" in tags))
        steps = tuple(
            ToldStep(keyword, text.text, text.line, text.rows, tuple(promised.get(index, ())))
            for index, (text, keyword) in enumerate(zip(texts, _keywords(pickle["steps"]), strict=True))
        )
        example = next((rows[id] for id in pickle["astNodeIds"] if id in rows), "")
        line = next((lines[id] for id in pickle["astNodeIds"] if id in lines), 1)
        about = str(feature.get("description", "")).strip()
        yield Told(where, str(feature.get("name", "")), about, pickle["name"], line, tags, journey, example, steps)


def _keywords(steps: list[Any]) -> Iterator[str]:
    """Yield Given, When and Then, and "And" for what goes on in the same way."""
    before = ""
    for step in steps:
        keyword = _KEYWORDS.get(step["type"], "And")
        yield "And" if keyword == before else keyword
        before = keyword


def _cells(step: Any) -> Iterator[tuple[str, ...]]:
    for row in step.get("argument", {}).get("dataTable", {}).get("rows", ()):
        yield tuple(cell["value"] for cell in row["cells"])


def _lines(node: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield where steps and scenarios stand, by the parser's ids."""
    for child in node.get("children", ()):
        for inner in child.values():
            if "id" in inner:
                yield inner["id"], inner["location"]["line"]
            yield from _lines(inner)
    for step in node.get("steps", ()):
        yield step["id"], step["location"]["line"]


def _examples(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the rows of outlines in words, by the parser's ids."""
    for child in node.get("children", ()):
        for inner in child.values():
            yield from _examples(inner)
    for examples in node.get("examples", ()):
        for row in examples.get("tableBody", ()):
            yield row["id"], ", ".join(cell["value"] for cell in row["cells"][: _few(examples)])


def _few(examples: Mapping[str, Any]) -> int:
    """Return how many cells of a row, from its first on, tell it from the others."""
    rows = [[cell["value"] for cell in row["cells"]] for row in examples.get("tableBody", ())]
    width = max((len(row) for row in rows), default=0)
    return next((few for few in range(2, width) if len({tuple(row[:few]) for row in rows}) == len(rows)), width)
