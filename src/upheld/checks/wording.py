"""Words that no customer should read: placeholders that nobody filled in, and what a program left behind.

What stands in ordinary language is left alone ("None of the seats", "null and void", "100 % sure"): most words are
debris only in the place of a value ("Dear None,", "Total: NaN", a line that is nothing else). Whatever the customer
herself wrote or was asked to note is no debris either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit

from upheld.checks._dialects import debris_in, empty_greeting, is_filled_later, placeholders_in
from upheld.checks._spoken import Spoken, spoken
from upheld.checks.base import EVERYWHERE, Check, Finding, Known, Severity, Touch
from upheld.language import gettext as _
from upheld.promises.facts import fold

__all__ = ["CHECKS", "Debris", "Placeholder"]

LONGEST = 80
MOST = 5
_IN_LINKS = re.compile(r"undefined|null|None|NaN|\[object Object\]")


class Placeholder:
    """`{{first_name}}`, `*|FNAME|*`, `%s`, `[FIRST_NAME]`: a template's hole that nothing was put into; "Dear ,"."""

    name: ClassVar[str] = "placeholder"
    about: ClassVar[str] = "No placeholder of a template is left unfilled, in any part of it."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = EVERYWHERE

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield each placeholder once, where it is seen first."""
        own = _own_words(known)
        told: set[str] = set()
        for one in spoken(touch):
            for words in placeholders_in(one.text, address=one.place == "link"):
                if words not in told and fold(words) not in own and len(told) < MOST:
                    told.add(words)
                    said = _(
                        "{where} {says} “{words}”, a placeholder that nobody filled in.",
                        where=one.where, says=one.says, words=_short(words),
                    )  # fmt: skip
                    severity = Severity.WARN if is_filled_later(words) else None
                    yield Finding(said, "placeholder", words, severity=severity, part=one.part)
            if one.place in ("text", "plain") and "empty greeting" not in told:
                language = known.person.locale.partition("-")[0]
                if words := empty_greeting(one.text, language):
                    told.add("empty greeting")
                    said = _("{where} greets nobody: “{words}” has no name.", where=one.where, words=_short(words))
                    yield Finding(said, "empty greeting", words, part=one.part)


class Debris:
    """`undefined`, `NaN`, `[object Object]`, `&nbsp;` shown as text, letters in the wrong encoding, "Lorem ipsum"."""

    name: ClassVar[str] = "debris"
    about: ClassVar[str] = "Nothing in it was left behind by a program: no `undefined`, no `&nbsp;`, no broken letters."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = EVERYWHERE

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield each piece of debris once, where it is seen first."""
        own = _own_words(known)
        language = known.person.locale.partition("-")[0]
        told: set[str] = set()
        for one in spoken(touch):
            found = _in_link(one, known) if one.place == "link" else self._in_words(one, touch, language, own)
            for word, finding in found:
                # What is shown as it is written is so in many places, for one reason.
                once = finding.rule if finding.rule in ("entity", "markup", "encoding") else word
                if once not in told and len(told) < MOST:
                    told.add(once)
                    yield finding

    @staticmethod
    def _in_words(one: Spoken, touch: Touch, language: str, own: frozenset[str]) -> Iterator[tuple[str, Finding]]:
        for piece in debris_in(one.text, language):
            if fold(piece.word) in own:
                continue
            sure = piece.sure
            if piece.rule == "encoding":
                # Where the message itself could not be read well, the fault may be in the reading.
                sure = sure and not touch.arrival.faults
            elif piece.rule == "markup" and (one.place == "plain" or touch.arrival.channel == "page"):
                # Beside an HTML part few read the plain one; and a page may show its readers how pages are made.
                sure = False
            said = _(
                "{where} {says} “{words}”: {why}.",
                where=one.where, says=one.says, words=_short(piece.words), why=_(piece.why),
            )  # fmt: skip
            severity = None if sure else Severity.WARN
            yield piece.word, Finding(said, piece.rule, piece.words, severity=severity, part=one.part)


def _in_link(one: Spoken, known: Known) -> Iterator[tuple[str, Finding]]:
    """Yield what is debris in the path of an address: elsewhere it may be the mark of somebody who counts clicks."""
    try:
        parts = urlsplit(one.text)
    except ValueError:
        return
    for piece in parts.path.split("/"):
        if _IN_LINKS.fullmatch(piece):
            own = _same_site(parts.netloc, known.site)
            said = _(
                "{where} leads to an address with “{words}” in it, in the place of a value.",
                where=one.where,
                words=piece,
            )
            yield piece, Finding(said, "address", piece, severity=None if own else Severity.WARN)


def _same_site(host: str, site: str) -> bool:
    try:
        return bool(site) and host.rpartition("@")[2].casefold() == urlsplit(site).netloc.casefold()
    except ValueError:
        return False


def _own_words(known: Known) -> frozenset[str]:
    """Return what she is called, wrote and noted: "None" may be her answer, and "Null" her name."""
    person = known.person
    said = [person.name, person.given, person.family, *(str(value) for value in person.details.values())]
    said += [fact.value for fact in known.knowledge.facts.values()]
    said += [str(fact.value) for fact in known.noted]
    for step in known.steps:
        fields = step.fields if isinstance(step.fields, list | tuple) else ()
        said += [str(field.get("value", "")) for field in fields if isinstance(field, dict)]
    return frozenset(fold(words) for words in said if words)


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"


CHECKS: tuple[Check, ...] = (Placeholder(), Debris())
