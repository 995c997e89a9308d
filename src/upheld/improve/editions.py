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

from upheld.improve.book import STAGES, Book, Chapter, Due, Step, Walk
from upheld.improve.looks import looks_alike
from upheld.language import N_, ngettext
from upheld.language import gettext as _

__all__ = ["FILE", "Change", "Edition", "content_of", "next_edition", "read_edition"]

FILE = "edition.json"
# Of another form than this one nothing can be compared: the first walk after an update begins anew.
SCHEMA = 2
# Of one text, as many lines are quoted as show what has changed; the book has them all.
MOST = 3
_URL = re.compile(r"https?://[^\s/]+\S*")
_NUMBER = re.compile(r"\d[\d.,:/ ]*\d|\d")
# What a machine made up: long, with letters and figures in one piece, or what was masked.
_RANDOM = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])\w{8,}\b|•••")


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
    alone = all(walk.told.is_incident for walk in chapter.walks)
    return {
        "name": chapter.name,
        "place": chapter.stage,
        "owner": chapter.owner,
        "touchpoints": {
            kind: {"channel": channel, "usual window": usual, "cost to her": harm, "second line": second}
            for kind, channel, usual, harm, second in chapter.touchpoints
        },
        "snags": {one.incident.slug: one.incident.title for one in chapter.snags},
        # A guard is told as the snag that it guards against.
        "walks": {walk.told.key: _walk(walk) for walk in chapter.walks if not walk.told.is_incident or alone},
    }


def _walk(walk: Walk) -> dict[str, Any]:
    steps = (*walk.before, *walk.steps)
    promises = {_promise(due): _terms(due) for step in steps for due in step.due}
    screens = {step.title: _lines(step.page_text) for step in steps if step.title and step.page_text}
    letters = {
        f"{due.promise.kind}\t{due.promise.who}": _lines(f"{letter.subject}\n{letter.text}")
        for step in steps
        for due in step.due
        for letter in due.letters[:1]
    }
    return {
        "name": walk.name,
        "steps": [step.text for step in steps],
        "promises": promises,
        "pages": screens,
        "letters": letters,
        "looks": {step.title: step.look for step in steps if step.title and step.look},
        "done": {step.text: _acts(step) for step in steps if step.done},
        "varies": list(walk.varies),
    }


def _acts(step: Step) -> list[str]:
    """Return what is pressed and filled in, without what was typed: that differs from person to person."""
    return [said for one in step.done for said in (one.says, *(field.label for field in one.typed)) if said]


def _promise(due: Due) -> str:
    return f"{due.promise.touchpoint}\t{due.promise.who}\t{due.promise.by}"


def _named(key: str) -> str:
    """Return what is promised, or what has come, in words: "receipt to Ada by email"."""
    what, who, *by = key.split("\t")
    said = _("{what} to {who}", what=what, who=who)
    return f"{said} {_(by[0])}" if by else said


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
            if before and not (walk["pages"] or walk["letters"]):
                seen = ("pages", "letters", "looks", "done", "varies")
                chapter["walks"][key] = {**walk, **{part: before[part] for part in seen}}
    return carried


def _changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for name in now:
        chapter = now[name]
        if name not in then:
            yield Change(chapter["name"], "", _("This journey is new in the book."))
            continue
        for said in _of_chapter(then[name], chapter):
            yield Change(chapter["name"], "", said)
        walks, before = chapter["walks"], then[name]["walks"]
        for key, walk in walks.items():
            if key not in before:
                yield Change(chapter["name"], "", _("A new way through it: “{way}”.", way=walk["name"]))
                continue
            for said in _of_walk(before[key], walk):
                yield Change(chapter["name"], walk["name"], said)
        for key in before.keys() - walks.keys():
            yield Change(chapter["name"], "", _("No longer walked: “{way}”.", way=before[key]["name"]))
    for name in then.keys() - now.keys():
        yield Change(then[name]["name"], "", _("This journey is no longer in the book."))


_PARTS = (
    ("name", N_("Its name was “{old}” and is now “{new}”."), N_("Its name is now “{new}”.")),
    ("place", N_("Its place was “{old}” and is now “{new}”."), N_("Its place is now “{new}”.")),
    (
        "owner",
        N_("Its owner was “{old}” and is now “{new}”."),
        N_("Its owner is now “{new}”; nobody was named before."),
    ),
)
_PLACES: Mapping[str, str] = dict(STAGES)
_OF_TOUCHPOINT = {
    "channel": N_("what it comes by"),
    "usual window": N_("its usual window"),
    "cost to her": N_("its cost to her"),
    "second line": N_("where else she finds it"),
}


def _of_chapter(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for part, both, alone in _PARTS:
        if then[part] != now[part]:
            old, new = (_(_PLACES.get(one, one)) if part == "place" else one for one in (then[part], now[part]))
            yield _(both if then[part] else alone, old=old, new=new)
    for kind, point in now["touchpoints"].items():
        if kind not in then["touchpoints"]:
            yield _("A touchpoint is new: the {kind}.", kind=kind)
            continue
        for part, value in point.items():
            if then["touchpoints"][kind].get(part, "") != value:
                what = f"{_('The {kind}', kind=kind)}: {_(_OF_TOUCHPOINT[part])}"
                yield _was(what, then["touchpoints"][kind].get(part, ""), value)
    for kind in sorted(then["touchpoints"].keys() - now["touchpoints"].keys()):
        yield _("A touchpoint is gone: the {kind}.", kind=kind)
    for slug in sorted(now["snags"].keys() - then["snags"].keys()):
        yield _("A snag is known: {title}.", title=now["snags"][slug])


def _of_walk(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    yield from _steps(then["steps"], now["steps"])
    for promise, terms in now["promises"].items():
        before = then["promises"].get(promise)
        if before is None:
            yield _("Newly promised: {promise}.", promise=f"{_named(promise)}{_window(terms)}")
            continue
        if before["window"] != terms["window"]:
            yield _was(_("The window of the {promise}", promise=_named(promise)), before["window"], terms["window"])
        gone, new = _apart(before["must"], terms["must"])
        if gone or new:
            yield _quoted(_("What the {promise} must be has changed", promise=_named(promise)), gone, new)
    for promise in sorted(then["promises"].keys() - now["promises"].keys()):
        yield _("No longer promised: {promise}.", promise=f"{_named(promise)}{_window(then['promises'][promise])}")
    varies = sorted({*then["varies"], *now["varies"], *_calendar_words()}, key=len, reverse=True)
    for text, acts in now["done"].items():
        if text in then["done"]:
            gone, new = _reworded(then["done"][text], acts, varies)
            if gone or new:
                yield _quoted(_("What is done in “{step}” has changed", step=text), gone, new)
    for part, title in (("pages", N_("The page “{name}” says something else")),
                        ("letters", N_("The {name} says something else"))):  # fmt: skip
        for name, lines in now[part].items():
            if name in then[part]:
                gone, new = _reworded(then[part][name], lines, varies)
                if gone or new:
                    yield _quoted(_(title, name=name if part == "pages" else _named(name)), gone, new)
                elif part == "pages" and not looks_alike(then["looks"].get(name, ""), now["looks"].get(name, "")):
                    yield _("The page “{name}” says the same, and looks different.", name=name)


def _steps(then: list[str], now: list[str]) -> Iterator[str]:
    gone, new = _apart(then, now)
    # A step that promises is told with its promise.
    gone, new = ([step for step in steps if " promised " not in step] for steps in (gone, new))
    if gone and len(gone) == len(new):
        for old, other in zip(gone, new, strict=True):
            yield _("A step has changed: it was “{old}”, and is now “{new}”.", old=old, new=other)
        return
    for step in gone:
        yield _("A step is gone: “{step}”.", step=step)
    for step in new:
        yield _("A step is new: “{step}”.", step=step)
    if not gone and not new and then != now and sorted(then) == sorted(now):
        yield _("Its steps come in another order.")


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
    plain = _NUMBER.sub("…", _RANDOM.sub("…", varies.sub("…", _URL.sub("…", line))))
    return " ".join(re.findall(r"\w+", plain.casefold()))


def _was(what: str, old: str, new: str) -> str:
    if not old:
        return _("{what} is now “{new}”; nothing was said of it before.", what=what, new=new)
    if not new:
        return _("{what} was “{old}”, and is no longer said.", what=what, old=old)
    return _("{what} was “{old}” and is now “{new}”.", what=what, old=old, new=new)


def _quoted(what: str, gone: list[str], new: list[str]) -> str:
    def told(lines: list[str]) -> str:
        quoted = ", ".join(f"“{line[:160]}{'…' if len(line) > 160 else ''}”" for line in lines[:MOST])
        more = len(lines) - MOST
        return quoted + (ngettext(" and {count} more", " and {count} more", more) if more > 0 else "")

    parts = [_("gone: {lines}", lines=told(gone))] if gone else []
    parts += [_("new: {lines}", lines=told(new))] if new else []
    return f"{what}; {'; '.join(parts)}."


def _window(terms: Mapping[str, Any]) -> str:
    return f", {terms['window']}" if terms["window"] else ""
