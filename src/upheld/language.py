"""The language that people are told things in: a message catalogue for each, `upheld.po`, and English without one.

The message itself is its English. A suite adds a language, or says one of ours differently, by a file of its own:
`locale/<language>/LC_MESSAGES/upheld.po` beside its pyproject.toml.
"""

from __future__ import annotations

import contextlib
import functools
import gettext as _gettext
import io
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.lists import format_list

from upheld.errors import ConfigError

__all__ = ["N_", "OURS", "gettext", "language", "languages", "listed", "ngettext", "speaking"]

ENGLISH = "en"
FILE = Path("LC_MESSAGES", "upheld.po")
OURS = Path(__file__).parent / "locale"
"""Where the catalogues lie that come with upheld."""

_spoken: ContextVar[tuple[str, _gettext.NullTranslations]] = ContextVar("spoken")
_everywhere: list[tuple[str, _gettext.NullTranslations]] = []


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Return the message as it is; it is translated where it is said."""
    return message


def gettext(message: str, **values: object) -> str:
    """Return the message in the language that is spoken, with the values in the place of their {names}."""
    return _filled(_translations().gettext(message), message, values)


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """Return the message for so many; `{count}` is the number."""
    return _filled(_translations().ngettext(one, many, count), one if count == 1 else many, {"count": count, **values})


def language() -> str:
    """Return the language that is spoken, as babel names its locale: `en`, `de`, `pt_BR`."""
    return _said()[0]


def listed(things: Iterable[str]) -> str:
    """Return things as a sentence lists them: `Ada, Ben and Cleo`."""
    spoken = language()
    return str(format_list(list(things), locale="en_GB" if spoken == ENGLISH else spoken))


def languages(root: Path | None = None) -> list[str]:
    """Return the languages that there is a catalogue for, in a suite's folder as well where one is given."""
    found = {file.parent.parent.name for place in _places(root) for file in place.glob(f"*/{FILE}")}
    return sorted({ENGLISH, *found})


@contextlib.contextmanager
def speaking(name: str, root: Path | None = None, *, everywhere: bool = False) -> Iterator[None]:
    """Speak a language, with the catalogue of the suite in `root` before ours. Raises `ConfigError` without either.

    `everywhere` goes for the other threads of this process as well, which a run has: a mailbox is read in one.
    """
    translations: _gettext.NullTranslations = _NONE
    files = [file for place in _places(root) if (file := place / name / FILE).is_file()]
    known = languages(root)
    if name != ENGLISH and not files:
        raise ConfigError(f'language = "{name}": there is no catalogue for it; there is {", ".join(known)}.')
    try:
        Locale.parse(name)
    except (ValueError, UnknownLocaleError) as error:
        raise ConfigError(f'language = "{name}": {error}') from None
    for file in files:
        read = _read(file, file.stat().st_mtime_ns)
        if translations is _NONE:
            translations = read
        else:
            translations.add_fallback(read)
    said = (name, translations)
    before = _spoken.set(said)
    if everywhere:
        _everywhere.append(said)
    try:
        yield
    finally:
        if everywhere:
            _everywhere.remove(said)
        _spoken.reset(before)


_NONE = _gettext.NullTranslations()


def _translations() -> _gettext.NullTranslations:
    return _said()[1]


def _said() -> tuple[str, _gettext.NullTranslations]:
    return _spoken.get(None) or next(reversed(_everywhere), (ENGLISH, _NONE))


def _places(root: Path | None) -> list[Path]:
    return [root / "locale", OURS] if root else [OURS]


@functools.lru_cache(maxsize=8)
def _parsed(file: Path, changed: int) -> bytes:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    compiled = io.BytesIO()
    try:
        with file.open("rb") as lines:
            write_mo(compiled, read_po(lines, abort_invalid=True))
    except (PoFileError, ValueError, OSError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from None
    return compiled.getvalue()


def _read(file: Path, changed: int) -> _gettext.NullTranslations:
    return _gettext.GNUTranslations(io.BytesIO(_parsed(file, changed)))


def _filled(words: str, english: str, values: dict[str, object]) -> str:
    if not values:
        return words
    try:
        return words.format(**values)
    except (KeyError, IndexError, ValueError):  # a translation with a place that nobody fills
        return english.format(**values)
