"""A new incident as a feature that runs as it is: the way of a scenario that exists, up to what was missed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from upheld.errors import UsageError, did_you_mean
from upheld.maps import read_maps, usual_of
from upheld.promises.facts import says
from upheld.promises.promise import Promise
from upheld.promises.reading import StepText, read_scenario

__all__ = ["new_incident"]

_KEYWORDS = {"Context": "Given", "Action": "When", "Outcome": "Then"}
_FOLDER = "incidents"


@dataclass(frozen=True, slots=True)
class _Step:
    keyword: str
    text: str
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _Scenario:
    name: str
    tags: tuple[str, ...]
    steps: tuple[_Step, ...]
    promises: tuple[tuple[int, tuple[Promise, ...]], ...]

    @property
    def kinds(self) -> set[str]:
        """What is promised here and is not silence."""
        return {promise.kind for _, made in self.promises for promise in made if not promise.silent}


def new_incident(
    root: Path, expected: str, happened: str, *, like: str | None = None, today: date | None = None
) -> Path:
    """Write a feature under features/incidents/ and return its path.

    The way is that of the scenario called `like`, else of the first that promises what was expected. Raises
    `UsageError` where there is none, naming what the features promise.
    """
    scenarios = list(_scenarios(root))
    chosen, kind = _choose(scenarios, expected, like)
    day = today or datetime.now().astimezone().date()
    slug = f"{day:%Y-%m-%d}-{_slug(expected)}"
    path = root / "features" / _FOLDER / f"{slug}.feature"
    if path.exists():
        raise UsageError(f"{path.relative_to(root)} is there already; say in other words what was expected.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_text(chosen, kind, expected, happened, day, slug), "utf-8")
    return path


def _scenarios(root: Path) -> Iterator[_Scenario]:
    """Yield the scenarios of the suite, incidents last; of an outline the first example."""
    usual = usual_of(read_maps(root))
    files = sorted((root / "features").rglob("*.feature"), key=lambda file: (_FOLDER in file.parts, file))
    for file in files:
        seen: set[str] = set()
        for pickle in _pickles(file):
            if pickle["name"] in seen:
                continue
            seen.add(pickle["name"])
            tags = tuple(tag["name"] for tag in pickle["tags"])
            steps = tuple(
                _Step(_KEYWORDS.get(step["type"], "And"), step["text"], tuple(_rows(step))) for step in pickle["steps"]
            )
            texts = [StepText(step.text, str(file), 0, step.rows, (0,) * len(step.rows)) for step in steps]
            journey = next((tag.removeprefix("@journey:") for tag in tags if tag.startswith("@journey:")), "")
            yield _Scenario(pickle["name"], tags, steps, read_scenario(texts, usual(journey)))


def _pickles(file: Path) -> list[Any]:
    document: Any = Parser().parse(file.read_text("utf-8"))
    document["uri"] = str(file)
    return list(Compiler().compile(document))


def _rows(step: Any) -> Iterator[tuple[str, ...]]:
    for row in step.get("argument", {}).get("dataTable", {}).get("rows", ()):
        yield tuple(cell["value"] for cell in row["cells"])


def _choose(scenarios: Sequence[_Scenario], expected: str, like: str | None) -> tuple[_Scenario, str]:
    """Return the scenario to walk, and the kind of touchpoint that was missed ("" for all it promises)."""
    kinds = sorted({kind for one in scenarios for kind in one.kinds}, key=len, reverse=True)
    missed = next((kind for kind in kinds if says(expected, kind) or says(expected, f"{kind}s")), "")
    if like is not None:
        named = next((one for one in scenarios if one.name == like), None)
        if named is None:
            raise UsageError(
                f'no scenario is called "{like}".{did_you_mean(like, [one.name for one in scenarios])} '
                f"There are: {'; '.join(one.name for one in scenarios)}."
            )
        return named, missed if missed in named.kinds else ""
    found = next((one for one in scenarios if missed and missed in one.kinds), None)
    if found is None:
        raise UsageError(
            f'"{expected}" names nothing that a feature promises ({", ".join(sorted(kinds)) or "nothing yet"}). Say it '
            'with one of these words, or name the scenario to walk: --like "Booking and paying by card".'
        )
    return found, missed


def _text(chosen: _Scenario, kind: str, expected: str, happened: str, day: date, slug: str) -> str:
    tags = " ".join([*(tag for tag in chosen.tags if tag.startswith("@journey:")), f"@incident:{slug}"])
    lines = [
        tags,
        f"Feature: Incident of {day.day} {day:%B %Y}: {_line(expected)}",
        f"  What the customer expected: {_line(expected)}.",
        f"  What happened: {_line(happened)}.",
        "  The fix: write here what was mended. The prevention: this feature.",
        "",
        f"  Scenario: She expects {_line(expected)}",
    ]
    previous = ""
    for step in _way(chosen, kind):
        lines.append(f"    {'And' if step.keyword == previous else step.keyword} {step.text}")
        lines += [f"      | {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in step.rows]
        previous = step.keyword
    return "\n".join(lines) + "\n"


def _way(chosen: _Scenario, kind: str) -> Iterator[_Step]:
    """Yield the steps up to the first promise, and then the promise that was not kept (all steps, for no kind)."""
    promising = dict(chosen.promises)
    if not kind:
        yield from chosen.steps
        return
    for index, step in enumerate(chosen.steps):
        made = promising.get(index)
        if made is None:
            yield step
        elif any(promise.kind == kind and not promise.silent for promise in made):
            yield step
            return


def _line(words: str) -> str:
    return " ".join(words.split()).rstrip(".")


def _slug(words: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    return "-".join(plain.split("-")[:6]) or "incident"
