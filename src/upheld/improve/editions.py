"""Editions of the book: what has changed in the process since the one before, told in words.

Beside the book lies `edition.json`, with all that the comparison needs. What differs from walk to walk anyway (names,
numbers, dates) is no change.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import get_day_names, get_month_names

from upheld.improve.book import Book, Chapter, Due, Walk

__all__ = ["FILE", "Change", "Edition", "content_of", "next_edition", "read_edition"]

FILE = "edition.json"
SCHEMA = 1
# Of one text, as many lines are quoted as show what has changed; the book has them all.
MOST = 3
_URL = re.compile(r"https?://[^\s/]+\S*")
_NUMBER = re.compile(r"\d[\d.,:/ ]*\d|\d")


@dataclass(frozen=True, slots=True)
class Change:
    """What is not as it was: `journey` is the chapter's name, `walk` the way's, "" where it is about all of it."""

    journey: str
    walk: str
    said: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition: its `number`, its day (ISO 8601), and what `changes` it brought.

    `earlier` are number, day and count of changes of those before, newest first. `content` is what the next
    one is compared with.
    """

    number: int
    day: str
    changes: tuple[Change, ...]
    earlier: tuple[tuple[int, str, int], ...]
    content: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "schema": SCHEMA,
            "number": self.number,
            "day": self.day,
            "changes": [asdict(change) for change in self.changes],
            "earlier": [list(one) for one in self.earlier],
            "content": self.content,
        }


def read_edition(folder: Path) -> Edition | None:
    """Return the edition that lies in a folder, None where there is none that can be read."""
    try:
        data = json.loads((folder / FILE).read_text("utf-8"))
        if data["schema"] != SCHEMA:
            return None
        return Edition(
            int(data["number"]),
            str(data["day"]),
            tuple(Change(str(one["journey"]), str(one["walk"]), str(one["said"])) for one in data["changes"]),
            tuple((int(number), str(day), int(count)) for number, day, count in data["earlier"]),
            dict(data["content"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def next_edition(book: Book, before: Edition | None, today: date) -> Edition:
    """Return the edition of a book: the one before, where nothing has changed since."""
    content = content_of(book)
    if before is None:
        return Edition(1, today.isoformat(), (), (), content)
    content = _carried(content, before.content)
    changes = tuple(_changes(before.content, content))
    if not changes:
        return Edition(before.number, before.day, before.changes, before.earlier, content)
    earlier = ((before.number, before.day, len(before.changes)), *before.earlier)
    return Edition(before.number + 1, today.isoformat(), changes, earlier, content)


def content_of(book: Book) -> dict[str, Any]:
    """Return what a book says of the process, as plain JSON."""
    return {chapter.journey: _chapter(chapter) for chapter in book.chapters}


def _chapter(chapter: Chapter) -> dict[str, Any]:
    return {
        "name": chapter.name,
        "place": chapter.stage,
        "owner": chapter.owner,
        "touchpoints": {
            kind: {"channel": channel, "usual window": usual, "cost to her": harm, "second line": second}
            for kind, channel, usual, harm, second in chapter.touchpoints
        },
        "snags": {one.incident.slug: one.incident.title for one in chapter.snags},
        "walks": {walk.told.key: _walk(walk) for walk in chapter.walks},
    }


def _walk(walk: Walk) -> dict[str, Any]:
    steps = (*walk.before, *walk.steps)
    promises = {_promise(due): _terms(due) for step in steps for due in step.due}
    screens = {step.title: _lines(step.page_text) for step in steps if step.title and step.page_text}
    letters = {
        f"the {due.promise.kind} to {due.promise.who}": _lines(f"{letter.subject}\n{letter.text}")
        for step in steps
        for due in step.due
        for letter in due.letters[:1]
    }
    return {
        "name": walk.name,
        "steps": [step.text for step in steps],
        "promises": promises,
        "texts": {**{f"the page “{title}”": lines for title, lines in screens.items()}, **letters},
        "varies": list(walk.varies),
    }


def _promise(due: Due) -> str:
    return f"{due.promise.touchpoint} to {due.promise.who} {due.promise.by}"


def _terms(due: Due) -> dict[str, Any]:
    rows = [f"{row.key}: {row.value}" for row in due.promise.expectation.rows]
    return {"window": due.promise.window.words, "must": rows}


def _lines(text: str) -> list[str]:
    return [line for line in (" ".join(one.split()) for one in text.splitlines()) if line]


@functools.cache
def _calendar_words() -> tuple[str, ...]:
    """The names of days and months in the languages that mail is told in; every walk is on another day."""
    words: set[str] = set()
    for locale in ("en", "de", "fr", "es", "pt", "it", "nl"):
        for width in ("wide", "abbreviated"):
            names = (*get_day_names(width, locale=locale).values(), *get_month_names(width, locale=locale).values())
            words.update(str(name).rstrip(".") for name in names)
    return tuple(sorted(word for word in words if len(word) > 2))


def _carried(now: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the texts of what was not walked this time, or whose evidence is gone, to compare the next walk with."""
    carried = {name: {**chapter, "walks": {**chapter["walks"]}} for name, chapter in now.items()}
    for name, chapter in carried.items():
        for key, walk in chapter["walks"].items():
            before = then.get(name, {}).get("walks", {}).get(key)
            if before and not walk["texts"]:
                chapter["walks"][key] = {**walk, "texts": before["texts"], "varies": before["varies"]}
    return carried


def _changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for name in now:
        chapter = now[name]
        if name not in then:
            yield Change(chapter["name"], "", "This journey is new in the book.")
            continue
        for said in _of_chapter(then[name], chapter):
            yield Change(chapter["name"], "", said)
        walks, before = chapter["walks"], then[name]["walks"]
        for key, walk in walks.items():
            if key not in before:
                yield Change(chapter["name"], "", f"A new way through it: “{walk['name']}”.")
                continue
            for said in _of_walk(before[key], walk):
                yield Change(chapter["name"], walk["name"], said)
        for key in before.keys() - walks.keys():
            yield Change(chapter["name"], "", f"No longer walked: “{before[key]['name']}”.")
    for name in then.keys() - now.keys():
        yield Change(then[name]["name"], "", "This journey is no longer in the book.")


def _of_chapter(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for part in ("name", "place", "owner"):
        if then[part] != now[part]:
            yield f"Its {part} {_was(then[part], now[part])}"
    for kind, point in now["touchpoints"].items():
        if kind not in then["touchpoints"]:
            yield f"A touchpoint is new: the {kind}."
            continue
        for part, value in point.items():
            if then["touchpoints"][kind].get(part, "") != value:
                yield f"The {kind}: its {part} {_was(then['touchpoints'][kind].get(part, ''), value)}"
    for kind in sorted(then["touchpoints"].keys() - now["touchpoints"].keys()):
        yield f"A touchpoint is gone: the {kind}."
    for slug in sorted(now["snags"].keys() - then["snags"].keys()):
        yield f"A snag is known: {now['snags'][slug]}."


def _of_walk(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    yield from _steps(then["steps"], now["steps"])
    for promise, terms in now["promises"].items():
        before = then["promises"].get(promise)
        if before is None:
            yield f"Newly promised: {promise}{_window(terms)}."
            continue
        if before["window"] != terms["window"]:
            yield f"The window of the {promise} {_was(before['window'], terms['window'])}"
        gone, new = _apart(before["must"], terms["must"])
        if gone or new:
            yield f"The terms of the {promise} {_quoted(gone, new)}"
    for promise in sorted(then["promises"].keys() - now["promises"].keys()):
        yield f"No longer promised: {promise}{_window(then['promises'][promise])}."
    varies = sorted({*then["varies"], *now["varies"], *_calendar_words()}, key=len, reverse=True)
    for where, lines in now["texts"].items():
        if where in then["texts"]:
            gone, new = _reworded(then["texts"][where], lines, varies)
            if gone or new:
                yield f"The words of {where} {_quoted(gone, new)}"


def _steps(then: list[str], now: list[str]) -> Iterator[str]:
    gone, new = _apart(then, now)
    # A step that promises is told with its promise.
    gone, new = ([step for step in steps if " promised " not in step] for steps in (gone, new))
    if gone and len(gone) == len(new):
        for old, other in zip(gone, new, strict=True):
            yield f"A step has changed: it was “{old}”, and is now “{other}”."
        return
    for step in gone:
        yield f"A step is gone: “{step}”."
    for step in new:
        yield f"A step is new: “{step}”."
    if not gone and not new and then != now and sorted(then) == sorted(now):
        yield "Its steps come in another order."


def _apart(then: Sequence[str], now: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what is gone and what is new."""
    return [one for one in then if one not in now], [one for one in now if one not in then]


def _reworded(then: Sequence[str], now: Sequence[str], varies: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the lines of a text whose words are gone, and those whose words are new, as they were written.

    Where a line ends is no matter: the same words break at another place when a page is shown a little later.
    """
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in varies) or r"(?!)", re.IGNORECASE)
    old, new = _plain(" ".join(then), pattern), _plain(" ".join(now), pattern)
    gone = [line for line in then if _plain(line, pattern) not in new]
    come = [line for line in now if _plain(line, pattern) not in old]
    return gone, come


def _plain(line: str, varies: re.Pattern[str]) -> str:
    """Return a line without what differs from walk to walk, and without signs."""
    plain = _NUMBER.sub("…", varies.sub("…", _URL.sub("…", line)))
    return " ".join(re.findall(r"\w+", plain.casefold()))


def _was(old: str, new: str) -> str:
    if not old:
        return f"is now “{new}”; nothing was said of it before."
    return f"was “{old}” and is now “{new}”." if new else f"was “{old}”, and is no longer said."


def _quoted(gone: list[str], new: list[str]) -> str:
    def listed(lines: list[str]) -> str:
        more = f" and {len(lines) - MOST} more" if len(lines) > MOST else ""
        return ", ".join(f"“{line[:160]}{'…' if len(line) > 160 else ''}”" for line in lines[:MOST]) + more

    parts = [f"gone: {listed(gone)}"] if gone else []
    parts += [f"new: {listed(new)}"] if new else []
    return f"have changed; {'; '.join(parts)}." if len(parts) == 2 else f"have changed: {parts[0]}."


def _window(terms: Mapping[str, Any]) -> str:
    return f", {terms['window']}" if terms["window"] else ""
