"""Is it she who is meant: greeted by her own name, and with nobody else's data in it."""

from __future__ import annotations

import functools
import importlib
import re
import unicodedata
from collections.abc import Iterator
from typing import ClassVar

from upheld.checks._spoken import spoken
from upheld.checks.base import EVERYWHERE, Check, Finding, Known, Severity, Touch
from upheld.language import gettext as _
from upheld.ledger import CastView

__all__ = ["CHECKS", "Greeting", "OtherPerson"]

_GREETING = re.compile(
    r"(?P<greeting>hi|hello|hey|dear|hallo|hoi|liebe[rs]?|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|moin|grüezi"
    r"|bonjour|bonsoir|salut|ch[eè]re?|beste|lieve|geachte|dag|goedendag|goedemorgen|goedemiddag|hola|estimad[oa]|querid[oa]"
    r"|buenos días|buenas tardes|ciao|gentile|car[oa]|buongiorno|olá|prezad[oa]|welcome|willkommen|welkom|bienvenue"
    r"|bienvenid[oa]),? (?P<name>[^\s,!.:;?]+(?: [^\s,!.:;?]+\.?){0,4}?) ?(?P<end>[,!.:–—]|$)",
    re.IGNORECASE,
)
_TITLES = frozenset(
    re.findall(
        r"\w+",
        """mr mrs ms miss mx dr prof herr herrn frau m mme mlle monsieur madame mademoiselle mevrouw meneer heer
        dhr mw señor señora señorita sr sra srta d dña don doña sig signor signora senhor senhora""",
    )
)
_JOINING = frozenset(re.findall(r"\w+", "von van de der den da di du la le del dos das y e zu zum ten ter"))
# Given names that are words besides, and greet nobody: "Hello Summer", "Hi Sunny".
_WORDS_TOO = frozenset(
    re.findall(
        r"\w+",
        """summer autumn winter spring april may june august dawn hope joy grace faith sunny sky star amber
        christian rose holly robin angel destiny heaven princess prince king queen baron earl duke major general
        ocean river forest berlin paris london vienna sydney florence austin dallas chance guest will mark art
        bill genesis harmony melody sage mia noel pascal felicidad luz sol mar paz dulce amor reina rey star""",
    )
)
_ANYBODY = frozenset(
    re.findall(
        r"\w+",
        """customer kunde kundin client cliente klant guest gast president teacher reader""",
    )
)
_LANGUAGES = ("en_US", "en_GB", "de_DE", "fr_FR", "nl_NL", "es_ES")
_LINES = 25
_PHONE = re.compile(r"\+?\d[\d ()/.-]{6,18}\d")
# It begins where a word does: from each letter of a word without end, it would take time by the square of its length.
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,250}@[\w-]{1,250}(?:\.[\w-]{1,250})+")


class Greeting:
    """Greeted by another's name: "Hi Ben," in Ada's mail. What is no name of anybody ("Hi there") greets everybody."""

    name: ClassVar[str] = "greeting"
    about: ClassVar[str] = "Who is greeted by name is greeted by her own."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = frozenset({"email", "text message", "page"})

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield the greeting that is meant for somebody else."""
        arrival, told = touch.arrival, set[str]()
        for text in (arrival.html_text, arrival.text):
            for line in text.split("\n")[:_LINES]:
                match = _GREETING.match(line.strip())
                if match and match["name"] not in told and (finding := self._hold(match, touch, known)):
                    told.add(match["name"])
                    yield finding

    @staticmethod
    def _hold(match: re.Match[str], touch: Touch, known: Known) -> Finding | None:
        called = match["name"]
        words = [word for word in _words(called) if word not in _TITLES]
        person, words_of_hers = known.person, _hers(known.person)
        if not words or any(word in words_of_hers for word in words if word not in _JOINING) or _is_role(person):
            return None
        if _plain(called) in {_plain(str(value)) for value in person.details.values()}:
            return None  # she is greeted as her company, say
        said = {"who": person.given, "name": called, **touch.names}
        other = next(
            (one for one in (*known.cast, *known.strangers) if not _same(one, person) and _is(one, words)), None
        )
        if other is not None:
            if other.address.casefold() in touch.arrival.header_to:
                return None  # written to somebody else as well, or before all, and she has a copy
            told = (
                _("{It} greets {who} as “{name}”, which is {other}’s name.", other=other.name, **said)
                if _is_known(other, known)
                else _("{It} greets {who} as “{name}”, another customer’s name.", **said)
            )
            # Whom she named herself may be written to in her place, such as her guest at her own address.
            severity = Severity.WARN if _wrote(known, words) else None
            return Finding(told, "another of the cast", match.group().strip(), severity=severity)
        if touch.arrival.channel == "page" or _wrote(known, words):
            return None
        titled = len(words) == 1 and len(_words(called)) > 1 and called.split()[-1][:1].isupper()
        if titled and words[0] not in _ANYBODY:
            told = _("{It} greets {who} as “{name}”.", **said)
            return Finding(told, "not her name", match.group().strip(), severity=Severity.WARN)
        if not _is_a_name(called, words, match):
            return None
        told = _("{It} greets {who} as “{name}”, which is not her name.", **said)
        return Finding(told, "not her name", match.group().strip())


class OtherPerson:
    """An address or a phone number of a customer who has nothing to do with her journey."""

    name: ClassVar[str] = "other_person"
    about: ClassVar[str] = "Nothing in it belongs to a customer of another journey."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = EVERYWHERE

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield what belongs to somebody else; those who run the site may see everybody."""
        person = known.person
        if _is_role(person):
            return
        hers = {one.address.casefold() for one in known.cast} | {_digits(_phone(one)) for one in known.cast}
        addresses, phones = known.strangers.by_address, known.strangers.by_phone
        told: set[str] = set()
        for one in spoken(touch):
            found = [(words, addresses.get(words.casefold())) for words in _ADDRESS.findall(one.text)]
            if one.place != "link":
                found += [(words, phones.get(_digits(words))) for words in _PHONE.findall(one.text)]
            for words, owner in found:
                mine = words.casefold() in hers or _digits(words) in hers
                if owner is None or mine or owner.address in told or _is_role(owner):
                    continue
                told.add(owner.address)
                what = "address" if "@" in words else "phone number"
                shown = {"where": one.where, "who": person.given, "words": words}
                said = (
                    _("{where} shows {who} the address of another customer: {words}.", **shown)
                    if what == "address"
                    else _("{where} shows {who} the phone number of another customer: {words}.", **shown)
                )
                yield Finding(said, what, words, part=one.part)


def _plain(text: str) -> str:
    """Return the text without case and accents."""
    bare = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).strip()


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\s.\-_’']+", _plain(name)) if word]


def _hers(person: CastView) -> frozenset[str]:
    """Return every word that may stand for her: her names, and what she gave as an answer (a nickname, a company)."""
    said = [person.who, person.given, person.family, person.name, person.address.partition("@")[0].partition("+")[2]]
    said += [person.address.partition("@")[0], *(str(value) for value in person.details.values())]
    return frozenset(word for words in said for word in _words(words))


def _is(person: CastView, words: list[str]) -> bool:
    """True where these words call that person: by the given, the family or both names."""
    names = [word for word in words if word not in _JOINING]
    own = {*_words(person.given), *_words(person.family)}
    return bool(names) and not _is_role(person) and all(word in own for word in names)


def _is_role(person: CastView) -> bool:
    """True for those who are part of the business, such as "the organiser": all its customers are theirs to see."""
    return person.who[:1].islower()


def _same(one: CastView, other: CastView) -> bool:
    return (one.who, one.address) == (other.who, other.address)


def _is_known(other: CastView, known: Known) -> bool:
    return any(_same(one, other) for one in known.cast)


def _wrote(known: Known, words: list[str]) -> bool:
    """True where this name was entered somewhere in the journey."""
    typed = [
        str(field.get("value", ""))
        for step in known.steps
        for field in (step.fields if isinstance(step.fields, list | tuple) else ())
        if isinstance(field, dict)
    ]
    typed += [str(fact.value) for fact in known.noted]
    entered = {word for value in typed for word in _words(value)}
    return all(word in entered for word in words)


def _is_a_name(called: str, words: list[str], match: re.Match[str]) -> bool:
    """True where this can be nothing but a person's name: a given name, alone before a comma or with a family name."""
    parts = [part for part in called.split() if _plain(part).rstrip(".") not in _JOINING]
    if not all(part[:1].isupper() for part in parts) or called.isupper() or any(char.isdigit() for char in called):
        return False
    if words[0] in _WORDS_TOO or len(words) > 3 or words[0] not in _given_names():
        return False
    return match["end"] in (",", "!") if len(words) == 1 else len(words) == 2


@functools.cache
def _given_names() -> frozenset[str]:
    """Return the common given names of several languages, without case and accents."""
    names: set[str] = set()
    for language in _LANGUAGES:
        provider = importlib.import_module(f"faker.providers.person.{language}").Provider
        names.update(str(name) for name in provider.first_names)
    return frozenset(_plain(name) for name in names if len(name) > 2)


def _phone(person: CastView) -> str:
    return str(person.details.get("phone") or "")


def _digits(words: str) -> str:
    return re.sub(r"\D", "", words)


CHECKS: tuple[Check, ...] = (Greeting(), OtherPerson())
