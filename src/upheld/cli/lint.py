"""`upheld lint`: what is wrong with the features themselves, before anything is walked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import typer

from upheld.cli.collecting import Suite, read_suite
from upheld.errors import UsageError
from upheld.improve.waterline import findings_in, said_in
from upheld.maps import read_maps
from upheld.vocabulary.catalogue import like

__all__ = ["lint"]

CLEAN, FOUND = 0, 1


def lint(paths: Sequence[str]) -> int:
    """Print what is found, sorted by place, then notes; return 0 where nothing is found, else 1.

    Raises `UsageError` where there is no feature, or the suite cannot be read.
    """
    features = list(_features(paths))
    if not features:
        raise UsageError(f"There is no feature in {', '.join(paths) or 'this folder'}.")
    texts = {str(file): file.read_text("utf-8") for file in features}
    found = [(one.file, one.line, str(one)) for file, text in texts.items() for one in findings_in(text, file)]
    suite = read_suite(list(texts))
    found += [*_unreadable(suite, texts), *_unknown(suite, texts)]
    for _, _, text in sorted(set(found)):
        typer.echo(text)
    for note in dict.fromkeys(_notes(suite, whole=not paths)):
        typer.echo(f"note: {note}")
    count = len(set(found))
    walked = f"{_many(len(features), 'feature')}, {_many(len(suite.plans), 'journey')}"
    typer.echo(f"{walked}: " + (f"{_many(count, 'finding')}." if count else "nothing below the waterline."))
    return FOUND if count else CLEAN


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _features(paths: Sequence[str]) -> Iterator[Path]:
    for path in [Path(one) for one in paths] or [Path("features") if Path("features").is_dir() else Path()]:
        if not path.exists():
            raise UsageError(f"{path} is neither a feature nor a folder here.")
        yield from sorted(path.rglob("*.feature")) if path.is_dir() else [path]


def _unreadable(suite: Suite, texts: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    """Yield what pytest could not read, save where the Gherkin is at fault, which is found already."""
    for problem in suite.problems:
        where = re.match(r"(?P<file>[^\n:]+\.feature)(?::(?P<line>\d+))?:", problem)
        if where and where["file"] in texts and not said_in(texts[where["file"]], where["file"]):
            continue
        yield (where["file"], int(where["line"] or 1), problem) if where else ("", 0, problem)


def _unknown(suite: Suite, texts: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    """Yield the steps that nobody reads."""
    for said in (said for file, text in texts.items() for said in said_in(text, file)):
        if any(one.reads(said.text, said.kind or one.kind) for one in suite.steps):
            continue
        near = like(suite.steps, said.text, most=1)
        hint = f" The nearest is: {near[0].example}." if near else ""
        more = "`upheld steps` lists what there is."
        yield said.file, said.line, f'{said.file}:{said.line}: no step is called "{said.text}".{hint} {more}'


def _notes(suite: Suite, *, whole: bool) -> Iterator[str]:
    """Yield what is no fault of a feature and yet worth a thought: journeys without promises, gaps in the maps."""
    maps = read_maps(suite.root)
    promised: dict[str, set[str]] = {}
    for plan in suite.plans:
        promises = [promise for _, made in plan.promises for promise in made]
        if not promises:
            where = f"{plan.feature}:{plan.line}"
            yield f'{where}: nothing is promised in "{plan.scenario}", so nothing is held to its word.'
        if plan.journey and plan.journey not in maps:
            yield f"{plan.feature}: there is no map journeys/{plan.journey}/journey.toml for @journey:{plan.journey}."
        known = promised.setdefault(plan.journey, set())
        for promise in promises:
            known.add(promise.kind)
            if plan.journey in maps and promise.kind not in maps[plan.journey].touchpoint:
                yield (
                    f"{promise.file}:{promise.line}: the map journeys/{plan.journey}/journey.toml does not name "
                    f'[touchpoint."{promise.kind}"], so nobody knows what its absence costs her.'
                )
    for name, found in maps.items() if whole else ():
        for kind in found.touchpoint:
            if kind not in promised.get(name, set()):
                yield f"journeys/{name}/journey.toml: no feature promises the {kind} that it names."
