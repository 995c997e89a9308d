"""What stands beside which label in a text: "Amount paid: 120.00 EUR", a row of a table, a term and its description."""

from __future__ import annotations

import csv
import functools
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from upheld.promises.facts import fold

__all__ = ["Labelled", "labelled", "labelled_in_table", "rows_of", "standard_labels"]

# A label is short, and so is what stands beside it; what is longer is a sentence.
_LABEL, _VALUE, _WORDS = 60, 200, 6
_EDGE = re.compile(r"^[\W_]+|[\s:*•.\-–—|=]+$")
# "Total (incl. VAT)" is the total; "Total (excl. VAT)" and "Total (net)" are not.
_WHOLE = re.compile(
    r"[ ,]*(?:\((?:[a-z]{3}|[€$£]|(?:incl|inkl|ttc|iva|btw|all|vat|mwst)[^()]*)\)"
    r"|(?:incl|inkl|including|inklusive|einschl|iva incl|btw incl|ttc|toutes taxes comprises)\b[^()]*)$"
)
_CODE = re.compile(r"\(([A-Z]{3}|[€$£])\)")


@dataclass(frozen=True, slots=True)
class Labelled:
    """What stands beside a label: `topic` is what that label says it is, `words` are those of the text.

    `value` are the words with the currency that the label names. `near` is false where they stand on the line below,
    or after the label without any mark between: then only what has the form of such a value is one.
    """

    topic: str
    label: str
    value: str
    near: bool = True
    words: str = ""


@functools.cache
def standard_labels() -> Mapping[str, str]:
    """Return the topic of each label that the engine knows, folded."""
    table = tomllib.loads((files("upheld.checks") / "labels.toml").read_text("utf-8"))
    return {_plain(label): topic for topic, spoken in table.items() for labels in spoken.values() for label in labels}


def labelled(text: str, more: Mapping[str, str] | None = None) -> Iterator[Labelled]:
    """Yield what stands beside each label that is known; `more` are labels of a suite's own, with their topics."""
    topics = {**standard_labels(), **{_plain(label): topic for label, topic in (more or {}).items()}}
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        yield from _of_line(line, following, topics)


def labelled_in_table(text: str, mine: Sequence[str], more: Mapping[str, str] | None = None) -> Iterator[Labelled]:
    """Yield what a CSV says beside the labels that are its columns, in the rows that name one of `mine`."""
    topics = {**standard_labels(), **{_plain(label): topic for label, topic in (more or {}).items()}}
    header, *rows = rows_of(text) or [[]]
    wanted = [fold(one) for one in mine if one]
    for row in rows:
        if any(fold(cell) in wanted for cell in row):
            for label, value in zip(header, row, strict=False):
                topic = topics.get(_plain(label))
                if topic and value.strip():
                    yield Labelled(topic, label.strip(), value.strip(), words=value.strip())


def rows_of(text: str) -> list[list[str]]:
    """Return the rows of a CSV, by whichever of comma, semicolon and tab parts its first line into most cells."""
    text = text.removeprefix("\ufeff")
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = max(",;\t", key=lambda one: len(next(csv.reader([first], delimiter=one), [])))
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if any(map(str.strip, row))]
    except csv.Error:
        return []


def _of_line(line: str, following: str, topics: Mapping[str, str]) -> Iterator[Labelled]:
    said, colon, value = line.partition(":")
    if colon and (topic := topics.get(_plain(said))):
        if value.strip():
            yield _found(topic, said, value.strip(" \t\xa0*|"), near=True)
        elif not _is_label(following, topics):
            yield _found(topic, said, following, near=False)
        return
    cells = [cell.strip() for cell in re.split(r"\t|\s{3,}| \| ", line.strip("| ")) if cell.strip()]
    if len(cells) > 1:
        topic = topics.get(_plain(cells[0]))
        # "Total | 2 | 240.00": the sum stands last. A row of labels is the head of a table.
        if topic and not any(_is_label(cell, topics) for cell in cells[1:]) and (len(cells) == 2 or topic == "amount"):
            yield _found(topic, cells[0], cells[-1], near=True)
        return
    if topic := topics.get(_plain(line)):
        if following and not _is_label(following, topics):
            yield _found(topic, line, following, near=False)
        return
    # A sheet of paper: "Amount paid 120.00 EUR".
    for end in reversed([match.start() for match in re.finditer(r"\s+", line[: _LABEL + 1])][:_WORDS]):
        rest = line[end:].strip()
        if (topic := topics.get(_plain(line[:end]))) and not re.search(r"^\(|(?<!\d):|:(?!\d)", rest):
            yield _found(topic, line[:end], rest, near=False)
            return


def _found(topic: str, label: str, value: str, *, near: bool) -> Labelled:
    code = _CODE.search(label)
    shown = value[:_VALUE]
    # "Total (EUR): 120.00" says its currency beside the label.
    whole = f"{shown} {code[1]}" if code and code[1] not in shown else shown
    return Labelled(topic, label.strip(" \t:*•"), whole, near, shown)


def _is_label(line: str, topics: Mapping[str, str]) -> bool:
    return _plain(line) in topics or _plain(line.partition(":")[0]) in topics


@functools.lru_cache(8192)  # the same lines stand in letter after letter
def _plain(label: str) -> str:
    if len(label) > _LABEL:
        return ""
    bare = re.sub(r"^[\W_]+", "", fold(label)) if label[:1] not in "(" else fold(label)
    bare = _EDGE.sub("", bare)
    return _EDGE.sub("", _WHOLE.sub("", bare))
