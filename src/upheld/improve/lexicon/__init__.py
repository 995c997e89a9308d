"""The lexicon: how promises to a customer are said, by language, read from the TOML files beside this module.

A file has lists of [words], and patterns that are made of them: `{send}` in a pattern is any of `words.send`. Frames
tell for a promise, each with its score, `against` tells against it, `scrub` is taken out before either is looked for.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from upheld.errors import ConfigError
from upheld.promises.recognise import fold_pattern, standard

__all__ = [
    "LANGUAGES",
    "OWN",
    "Against",
    "Frame",
    "Language",
    "Lexicon",
    "WindowWords",
    "load_lexicon",
    "subject_words",
]

LANGUAGES = ("en", "de", "fr", "nl", "es")
# Where a suite keeps what it adds to the lexicon, from its folder.
OWN = "journeys/lexicon.toml"
_PLACE = re.compile(r"\{([a-z_]+)\}")
_NAMED = re.compile(r"\(\?P<\w+>")
_LISTS = ("stop",)
_TABLES = ("words", "channel", "kind", "moment", "number", "unit")
_FRAMES = ("frame", "against", "window")


@dataclass(frozen=True, slots=True)
class Frame:
    """A way of promising: `score` is how surely one of its patterns is a promise (1.0 is sure).

    Where `needs` is not found none of them can be, which saves looking for each.
    """

    score: float
    needs: re.Pattern[str]
    says: tuple[re.Pattern[str], ...]

    def find(self, text: str) -> re.Match[str] | None:
        """Return where the text promises something this way; whoever calls has looked for what it needs."""
        # One by one: each begins with a word of its own, by which the search is quick; all in one are ten times slower.
        return next((hit for pattern in self.says if (hit := pattern.search(text))), None)


@dataclass(frozen=True, slots=True)
class Against:
    """What tells against a promise: `each` pattern counts where true, and also against a sure one where `strong`."""

    score: float
    strong: bool
    each: bool
    says: tuple[re.Pattern[str], ...]

    def weigh(self, text: str) -> float:
        """Return how much this tells against a promise in the text."""
        if not self.each:
            return self.score if any(pattern.search(text) for pattern in self.says) else 0.0
        return self.score * sum(pattern.search(text) is not None for pattern in self.says)


@dataclass(frozen=True, slots=True)
class WindowWords:
    """Words that say when: `means` is the window as a step says it, with `{n}`, `{unit}` and `{moment}` in it."""

    means: str
    says: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """How promises are said in one language. Patterns are searched in folded text (`upheld.promises.facts.fold`).

    `frames` go from the surest on. `scrub` is taken out of a sentence before anything is looked for. `others` is found
    where it says what people get and speaks to nobody: "each delegate gets an invitation".
    """

    code: str
    frames: tuple[Frame, ...]
    against: tuple[Against, ...]
    scrub: tuple[re.Pattern[str], ...]
    hints: Mapping[str, float]
    thing: re.Pattern[str]
    others: re.Pattern[str]
    windows: tuple[WindowWords, ...]
    channels: Mapping[str, re.Pattern[str]]
    kinds: Mapping[str, re.Pattern[str]]
    moments: Mapping[str, re.Pattern[str]]
    numbers: Mapping[str, str]
    units: Mapping[str, str]

    def find(self, text: str) -> tuple[float, re.Match[str]] | None:
        """Return where the text promises something, in the surest way that it does, and how sure that is."""
        met: dict[str, bool] = {}  # several ways need the same
        for frame in self.frames:
            needs = frame.needs.pattern
            if needs not in met:
                met[needs] = frame.needs.search(text) is not None
            if met[needs] and (hit := frame.find(text)):
                return frame.score, hit
        return None


class Lexicon:
    """All languages, each made when it is first met, and the `same` kinds: groups of names for one touchpoint.

    `stop` are the small words by which a language is told, by its code.
    """

    def __init__(self, data: Mapping[str, dict[str, Any]], same: Sequence[Sequence[str]], where: str = "") -> None:
        self.stop = {code: frozenset(said["stop"]) for code, said in data.items()}
        self.same = tuple(frozenset(group) for group in same)
        self._data, self._where = data, where
        self._made: dict[str, Language] = {}

    def language(self, code: str) -> Language:
        """Return the language of this code; raises `ConfigError` where what a suite adds to it cannot be read."""
        if code not in self._made:
            try:
                self._made[code] = _language(code, self._data[code])
            except (re.error, KeyError, TypeError, AttributeError, ValueError) as error:
                raise ConfigError(f"{self._where or 'lexicon'}: [{code}] cannot be read: {error}") from None
        return self._made[code]


def load_lexicon(own: Path | None = None) -> Lexicon:
    """Return the lexicon that ships with us, with a suite's own file (`journeys/lexicon.toml`) added to it.

    Raises `ConfigError` that names the file where it cannot be read.
    """
    if own is None or not own.is_file():
        return _load("", "")
    try:
        return _load(own.read_text("utf-8"), str(own))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{own} cannot be read: {error}") from None


@functools.lru_cache(maxsize=4)
def _load(own: str, where: str) -> Lexicon:
    try:
        added: dict[str, Any] = tomllib.loads(own)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} cannot be read: {error}") from None
    if unknown := sorted(set(added) - {"same", *LANGUAGES}):
        raise ConfigError(
            f'{where}: "{unknown[0]}" is no language that we know. There is: {", ".join(LANGUAGES)}; and "same".'
        )
    here = files(__name__)
    groups = tomllib.loads(here.joinpath("same.toml").read_text("utf-8"))["same"]
    data = {code: tomllib.loads(here.joinpath(f"{code}.toml").read_text("utf-8")) for code in LANGUAGES}
    for code in set(added) & set(LANGUAGES):
        try:
            data[code] = _merged(data[code], added[code])
        except (TypeError, AttributeError, ValueError) as error:
            raise ConfigError(f"{where}: [{code}] cannot be read: {error}") from None
    lexicon = Lexicon(data, [*groups, *added.get("same", [])], where)
    for code in set(added) & set(LANGUAGES):  # a fault in what a suite adds is said at once
        lexicon.language(code)
    return lexicon


def _merged(data: dict[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """Return our data with what a suite adds: longer lists, more frames, and patterns of its own."""
    if unknown := sorted(set(added) - {"promise", "never", "scrub", *_LISTS, *_TABLES, *_FRAMES}):
        raise ValueError(f'nothing is called "{unknown[0]}"')
    merged = dict(data)
    for name in _LISTS:
        merged[name] = [*data[name], *added.get(name, [])]
    for name in _TABLES:
        more = added.get(name, {})
        merged[name] = {key: [*data[name].get(key, []), *more.get(key, [])] for key in {**data[name], **more}}
    for name in _FRAMES:
        merged[name] = [*data[name], *added.get(name, [])]
    if added.get("promise"):
        merged["frame"] = [{"score": 1.0, "says": added["promise"]}, *merged["frame"]]
    if added.get("never"):
        merged["against"] = [*merged["against"], {"score": 3.0, "strong": True, "says": added["never"]}]
    merged["scrub"] = {"says": [*data["scrub"]["says"], *added.get("scrub", {}).get("says", [])]}
    return merged


def _language(code: str, data: Mapping[str, Any]) -> Language:
    words: Mapping[str, Sequence[str]] = data["words"]

    def whole(pattern: str, *, named: bool = False) -> str:
        if "\b" in pattern:  # in double quotes TOML reads it as a backspace, and nothing would ever match
            raise ValueError(f"write the pattern {pattern!r} in single quotes")
        found = fold_pattern(pattern)
        while _PLACE.search(found):
            found = _PLACE.sub(lambda place: f"(?:{'|'.join(words[place[1]])})", found)
        return found if named else _NAMED.sub("(?:", found)

    def any_of(patterns: Sequence[str]) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{whole(pattern)})" for pattern in patterns))

    def all_of(patterns: Sequence[str], *, named: bool = False) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(whole(pattern, named=named)) for pattern in patterns)

    kinds = {kind: any_of(patterns) for kind, patterns in data["kind"].items()}
    return Language(
        code=code,
        frames=tuple(
            Frame(frame["score"], any_of(frame.get("needs", [""])), all_of(frame["says"]))
            for frame in sorted(data["frame"], key=lambda one: -one["score"])
        ),
        against=tuple(
            Against(one["score"], one.get("strong", False), one.get("each", False), all_of(one["says"]))
            for one in data["against"]
        ),
        scrub=all_of(data["scrub"]["says"]),
        hints=data["hint"],
        thing=re.compile(whole(r"\b{thing}\b")),
        others=re.compile(whole(r"^(?!.*\b{addressed}\b).*?\b(?!(?:\w+ )?{thing}\b){people}\b")),
        windows=tuple(WindowWords(one["means"], all_of(one["says"], named=True)) for one in data["window"]),
        channels={channel: any_of(patterns) for channel, patterns in data["channel"].items()},
        kinds=kinds,
        moments={moment: any_of(patterns) for moment, patterns in data["moment"].items()},
        numbers={word: number for number, said in data["number"].items() for word in said},
        units={word: unit for unit, said in data["unit"].items() for word in said},
    )


@functools.cache
def subject_words() -> Mapping[str, re.Pattern[str]]:
    """Return how the standard kinds are named, by the recognisers that know them by their subjects."""
    return {
        kind: re.compile("|".join(f"(?:{one.pattern})" for one in known.subject if not one.pattern.startswith("^")))
        for kind, known in standard().by_kind.items()
    }
