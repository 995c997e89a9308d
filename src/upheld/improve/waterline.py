"""Features stay above the waterline: what they say of the site's inside, of staff tasks or of selectors is found.

Words inside double quotes are what the customer sees, and are let be unless they are selectors. A comment on the line
before lets a word be, with a reason: `# upheld: allow "queue": she sees her place in it on the page`.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from gherkin.errors import CompositeParserException, ParserError
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from upheld.promises.reading import PROMISE_STEP_PATTERN

__all__ = ["Finding", "Said", "below_the_waterline", "findings_in", "said_in"]

_QUOTED = re.compile(r'"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»')
_PLACEHOLDER = re.compile(r"<[^<>]+>")
_PROMISE = re.compile(PROMISE_STEP_PATTERN)
_ALLOW = re.compile(r'#\s*upheld:\s*allow\s+"(?P<word>[^"]+)"\s*(?P<why>.*)', re.IGNORECASE)
# What only a program calls something: "#btn-3", ".price > b", "//div[@id]", "input[name=q]", "css=...".
_SELECTOR = re.compile(
    r"#[A-Za-z][\w-]*(?:[ .:>\[].*)?"
    r"|\.[A-Za-z][\w-]*(?:[ .:>\[#].*)?"
    r"|/{1,2}(?:[a-z*]+(?:\[.*\])?/)*[a-z*]+\[.+\].*|//[a-z*]+(?:/.*)?"
    r"|(?:css|xpath|id|text)=\S.*"
    r"|[a-z]*\[[\w-]+[~|^$*]?=[^\]]*\].*"
    r"|(?:a|b|p|ul|ol|li|div|span|input|button|form|table|tr|td|h[1-6]|section|select)(?:[.#][\w-]+|:[a-z-]+(?:\(.*\))?).*"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A word below the waterline: where it stands, why it is wrong there, and what to say `instead`."""

    file: str
    line: int
    word: str
    reason: str
    instead: str

    def __str__(self) -> str:
        """Return it in one line, as a compiler would."""
        return f'{self.file}:{self.line}: "{self.word}": {self.reason}. Instead, {self.instead}.'


@dataclass(frozen=True, slots=True)
class Said:
    """A step as a feature says it, with the words of its example filled in; `kind` is given, when, then or ""."""

    text: str
    kind: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class _Topic:
    reason: str
    instead: str
    words: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]


@functools.cache
def _topics() -> Mapping[str, _Topic]:
    data = tomllib.loads(files("upheld.improve").joinpath("waterline.toml").read_text("utf-8"))

    def compiled(patterns: Sequence[str], flags: re.RegexFlag = re.NOFLAG) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern, flags) for pattern in patterns)

    return {
        said["name"]: _Topic(
            said["reason"],
            said["instead"],
            compiled(said.get("words", []), re.IGNORECASE) + compiled(said.get("exact", [])),
            compiled(said.get("unless", []), re.IGNORECASE),
        )
        for said in data["topic"]
    }


def below_the_waterline(text: str) -> list[tuple[str, str, str]]:
    """Return what a sentence of a feature says below the waterline, as (word, reason, what to say instead).

    One finding for each topic, with the first word that gives it away.
    """
    found = []
    selector = _topics()["selector"]
    for quoted in _QUOTED.findall(text):
        if _SELECTOR.fullmatch(quoted[1:-1].strip()):
            found.append((quoted[1:-1], selector.reason, selector.instead))
            break
    plain = _PLACEHOLDER.sub("…", _QUOTED.sub("…", text))
    for topic in _topics().values():
        left = functools.reduce(lambda words, pattern: pattern.sub("…", words), topic.unless, plain)
        hits = [hit for pattern in topic.words if (hit := pattern.search(left))]
        if hits and not any(topic.reason == reason for _, reason, _ in found):
            first = min(hits, key=lambda hit: (hit.start(), -hit.end()))
            found.append((first[0].strip(), topic.reason, topic.instead))
    return found


def findings_in(text: str, file: str) -> list[Finding]:
    """Return what a feature says below the waterline, in the order of its lines.

    `text` is the whole file. One that cannot be read is one finding, with what the Gherkin parser says.
    """
    try:
        document: Mapping[str, Any] = Parser().parse(text)
    except CompositeParserException as error:
        return [_unreadable(one, file) for one in error.errors]
    except ParserError as error:
        return [_unreadable(error, file)]
    allowed, found = _allowed(text, file)
    for line, sentence in _sentences(document.get("feature") or {}):
        for word, reason, instead in below_the_waterline(sentence):
            if not any(one in word.casefold() or word.casefold() in one for one in allowed.get(line, ())):
                found.append(Finding(file, line, word, reason, instead))
    return sorted(found, key=lambda one: one.line)


def said_in(text: str, file: str) -> list[Said]:
    """Return every step of a feature, each as often as its examples differ; none where it cannot be read."""
    try:
        document: Any = Parser().parse(text)
    except (CompositeParserException, ParserError):
        return []
    lines = dict(_lines(document.get("feature") or {}))
    kinds = {"Context": "given", "Action": "when", "Outcome": "then"}
    document["uri"] = file
    pickles: Any = Compiler().compile(document)
    steps = (step for pickle in pickles for step in pickle["steps"])
    found = (Said(step["text"], kinds.get(step["type"], ""), file, lines[step["astNodeIds"][0]]) for step in steps)
    return list(dict.fromkeys(found))


def _lines(node: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for child in node.get("children", ()):
        for inner in child.values():
            yield from _lines(inner)
    for step in node.get("steps", ()):
        yield step["id"], step["location"]["line"]


def _unreadable(error: Any, file: str) -> Finding:
    line = int((getattr(error, "location", None) or {}).get("line", 1))
    said = re.sub(r"^\(\d+:\d+\): ", "", str(error).strip())
    return Finding(file, line, "Gherkin", f"the feature cannot be read ({said})", "mend it here")


def _allowed(text: str, file: str) -> tuple[dict[int, list[str]], list[Finding]]:
    """Return what comments let be, by the line that they stand before; a comment without a reason is a finding."""
    allowed: dict[int, list[str]] = {}
    found: list[Finding] = []
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        allow = _ALLOW.match(line.strip())
        if allow is None:
            continue
        before = lines[number - 2].strip() if number > 1 else ""
        if not allow["why"].strip(" :;,.-–—") and (not before.startswith("#") or _ALLOW.match(before)):
            reason, instead = "it is let be without a reason", 'write the reason behind it: # upheld: allow "...": why'
            found.append(Finding(file, number, allow["word"], reason, instead))
        # It counts for the next line that is no comment and not empty.
        rest = enumerate(lines[number:], number + 1)
        target = next((at for at, later in rest if later.strip() and not later.strip().startswith("#")), 0)
        allowed.setdefault(target, []).append(allow["word"].casefold())
    return allowed, found


def _sentences(node: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield every sentence of a feature with its line: names, steps, and the cells of their tables."""
    if node.get("name"):
        yield node["location"]["line"], node["name"]
    for child in node.get("children", ()):
        for inner in child.values():
            yield from _sentences(inner)
    for step in node.get("steps", ()):
        yield step["location"]["line"], step["text"]
        # What a promise's table says in its second column is what she reads.
        columns = 1 if _PROMISE.fullmatch(step["text"]) else None
        for row in (step.get("dataTable") or {}).get("rows", ()):
            yield from _cells(row, columns)
        if text := step.get("docString"):
            for offset, line in enumerate(text["content"].splitlines(), 1):
                yield text["location"]["line"] + offset, line
    for examples in node.get("examples", ()):
        if examples.get("name"):
            yield examples["location"]["line"], examples["name"]
        for row in examples.get("tableBody", ()):
            yield from _cells(row, None)


def _cells(row: Mapping[str, Any], columns: int | None) -> Iterator[tuple[int, str]]:
    for cell in row["cells"][:columns]:
        yield row["location"]["line"], cell["value"]
