"""A message as a whole: a text part that says the same, a subject, a size that is shown whole, nothing said twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit, urlunsplit

from upheld.checks._spoken import source_of
from upheld.checks.base import Check, Finding, Known, Place, Severity, Touch
from upheld.language import gettext as _
from upheld.promises.facts import Money, dates_in, fold, money_in

__all__ = ["CHECKS", "Attached", "Duplicate", "Empty", "Size", "Subject", "TextAgrees", "TextPart"]

EMAIL = frozenset({"email"})
# What Gmail shows of an HTML part before "[Message clipped]", in bytes of its source.
CLIPPED = 102 * 1024
# How a text that states amounts in a currency looks at a glance; reading it takes a hundred times as long.
CURRENCIES = {
    "EUR": "€|eur", "GBP": "£|gbp|pound", "USD": r"\$|usd|dollar", "CHF": r"chf|fr\.|franken|francs", "PLN": "zł|pln",
    "SEK": "sek", "DKK": "dkk", "NOK": "nok", "CZK": "kč|czk",
}  # fmt: skip
# A paragraph of fewer letters may well stand twice: "Your booking", a button above and below.
LONG, SAME = 60, 200
# What says all that another message said but a line of it is the same to its reader.
NEARLY = 0.85


class TextPart:
    """HTML without a text part: some read mail as text, and so do filters against spam."""

    name: ClassVar[str] = "text_part"
    about: ClassVar[str] = "An HTML message has a plain text beside it."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = EMAIL

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield that the plain text is missing or says nothing."""
        letter = touch.letter
        if letter and letter.html and touch.arrival.html_text and not letter.signed and not touch.arrival.text.strip():
            yield Finding(_("{It} has no plain text, only HTML.", **touch.names), "missing")


class TextAgrees:
    """The plain text states another amount, date or link than the HTML in its place."""

    name: ClassVar[str] = "text_agrees"
    about: ClassVar[str] = "The plain text says the same as the HTML: amounts, dates and links."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = EMAIL

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield where both parts speak of one thing and say two; what only one of them says is a warning at most."""
        html, text, locale = touch.arrival.html_text, touch.arrival.text, known.person.locale
        if not html or not text.strip():
            return
        told = list(_labelled(touch, locale))
        if not told:
            for currency, looks in CURRENCIES.items():
                if re.search(looks, html, re.IGNORECASE) and re.search(looks, text, re.IGNORECASE):
                    told += _amounts(touch, money_in(html, currency, locale), money_in(text, currency, locale), locale)
            told += _dates(touch, html, text, locale)
        yield from told
        yield from _links(touch)
        if len(text.split()) < 8 and len(html.split()) > 40:
            words = " ".join(text.split())
            said = _(
                "The plain text of {it} says hardly anything of what is in the HTML: “{words}”.",
                words=words, **touch.names,
            )  # fmt: skip
            yield Finding(said, "says less")


class Size:
    """HTML that is too large to be shown whole."""

    name: ClassVar[str] = "size"
    about: ClassVar[str] = "The HTML is small enough to be shown whole (Gmail cuts at 102 KB)."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = EMAIL

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield that it is too large."""
        size = len(touch.letter.html.encode("utf-8", "replace")) if touch.letter else 0
        if size > CLIPPED:
            said = _("{It} has {size} KB of HTML; Gmail shows the first 102 KB.", size=size // 1024, **touch.names)
            yield Finding(said, "clipped")


class Duplicate:
    """The same content that came before as something else, or a paragraph that stands there twice."""

    name: ClassVar[str] = "duplicate"
    about: ClassVar[str] = "Nothing is said twice: no paragraph, and no message under another name."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = EMAIL

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield what is said twice."""
        body = fold(touch.arrival.html_text or touch.arrival.text)
        lines = _lines(touch.arrival.html_text or touch.arrival.text)
        for other in known.before:
            there = other.arrival
            mine = other.letter is not None and bool(set(there.to) & set(touch.arrival.to))
            if mine and len(body) >= SAME and _holds(there.html_text or there.text, body, lines):
                if other.kind != touch.kind or fold(there.subject) != fold(touch.arrival.subject):
                    name = other.name if other.name != touch.name else _("“{words}”", words=there.subject)
                    said = _("{It} says word for word what {other} has said before.", other=name, **touch.names)
                    yield Finding(said, "said before")
                break
        told: set[str] = set()
        for line in (touch.arrival.html_text or touch.arrival.text).split("\n"):
            words = fold(line)
            # Rows of a table may be the same: two seats of one kind.
            if sum(map(str.isalpha, words)) >= LONG and "\t" not in line and words in told:
                short = f"{line.strip()[:LONG].rstrip()}…"
                said = _("{It} says the same paragraph twice: “{words}”", words=short, **touch.names)
                yield Finding(said, "twice", line.strip())
                return
            told.add(words)


def _lines(text: str) -> frozenset[str]:
    return frozenset(filter(None, map(fold, text.split("\n"))))


def _holds(earlier: str, body: str, lines: frozenset[str]) -> bool:
    """True where everything stood in the earlier message, and it said hardly more."""
    return lines <= _lines(earlier) and len(body) >= NEARLY * len(fold(earlier))


class Empty:
    """A message that says and shows nothing."""

    name: ClassVar[str] = "empty"
    about: ClassVar[str] = "It says or shows something."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = frozenset({"email", "text message"})

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield that nothing can be read or seen in it."""
        arrival, letter = touch.arrival, touch.letter
        if arrival.html_text.strip() or arrival.text.strip() or arrival.attachments:
            return
        if letter and (letter.pictures or letter.signed or letter.entries or letter.files):
            return
        if arrival.faults or (letter and (letter.faults or source_of(letter.html).hidden)):
            why = "; ".join(arrival.faults)[:200] or _("it is hidden")
            yield Finding(_("{It} could not be read.", **touch.names), "unread", unsure=why)
            return
        yield Finding(_("{It} is empty: it has neither text nor pictures.", **touch.names), "nothing")


_ENVIRONMENT = re.compile(
    r"[\[(](?:staging|stage|test|testing|dev|develop|development|qa|uat|preprod|pre-prod|sandbox|local|localhost|preview)"
    r"(?: (?:env|environment|system|server))?[\])]|^(?:staging|preprod|uat|dev|qa)\b ?[:|-]",
    re.IGNORECASE,
)
_SURELY_FOREIGN = re.compile(r"staging|preprod|pre-prod|uat|localhost|\bqa\b|\bdev(?:elop)?\b", re.IGNORECASE)
_TEST = re.compile(
    r"(?:this is (?:only )?a |das ist ein )?(?:test|testing|asdf|foo|xxx)"
    r"(?: ?(?:e-?mail|mail|message|\d{1,3})){0,2}[.!]?",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"(?:re|aw|antw|sv)(?:\[\d\])?: ", re.IGNORECASE)


class Subject:
    """No subject, one that shouts, "Re:" on what answers nothing, "[STAGING]" or "Test"."""

    name: ClassVar[str] = "subject"
    about: ClassVar[str] = "It has a subject that says what it is about, without shouting or the name of a test system."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = EMAIL

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield what is wrong with the subject."""
        subject = touch.arrival.subject.strip()
        if not subject:
            yield Finding(_("{It} has no subject.", **touch.names), "missing")
            return
        says = (
            _("The subject of {it} says “{words}”", words=subject, **touch.names)
            if touch.kind
            else _("The subject “{words}”", words=subject)
        )
        if match := _ENVIRONMENT.search(subject):
            sure = Severity.FAIL if _SURELY_FOREIGN.search(match.group()) else None
            said = _("{subject}: it names a test system, not the business.", subject=says)
            yield Finding(said, "environment", match.group(), severity=sure)
        elif _TEST.fullmatch(subject):
            yield Finding(_("{subject}, which looks like somebody’s try.", subject=says), "test", subject)
        letters = [char for char in subject if char.isalpha()]
        if len(letters) >= 12 and " " in subject and not any(char.islower() for char in letters) and subject.isascii():
            yield Finding(_("{subject}: it is all in capitals.", subject=says), "capitals", subject)
        if _ANSWER.match(subject) and touch.letter is not None:
            headers = touch.letter.header("in-reply-to") or touch.letter.header("references")
            if not headers:
                said = _("{subject}, as if it answered something; it answers nothing.", subject=says)
                yield Finding(said, "answer", subject)


class Attached:
    """A file of nothing, or one that does not open."""

    name: ClassVar[str] = "attachment"
    about: ClassVar[str] = "Every file that comes with it opens and holds something."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = frozenset({"email", "download"})

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield the files that are nothing; what PDFs, calendars and tables must be is asked by checks of their own."""
        for file in touch.arrival.attachments:
            named_file = file.name or _("A file without a name")
            part = _FILES.get(file.type, "")
            if file.size == 0:
                said = _("{file}, which came with {it}, is empty: 0 bytes.", file=named_file, **touch.names)
                yield Finding(said, "empty", file.name, unsure=_doubt(touch), part=part)
            elif file.fault.startswith("it cannot be opened") and not part:
                said = _("{file}, which came with {it}: {fault}.", file=named_file, fault=file.fault, **touch.names)
                yield Finding(said, "does not open", file.name)


def _doubt(touch: Touch) -> str:
    """Return why a file that seems to be empty may not be: it was packed in a way that was not read."""
    faults = (*touch.arrival.faults, *(touch.letter.faults if touch.letter else ()))
    return faults[0] if faults else ""


_FILES = {"text/csv": "CSV", "application/pdf": "PDF", "text/calendar": "calendar entry"}


def _labelled(touch: Touch, locale: str) -> Iterator[Finding]:
    """Yield where one label has one date in the HTML, and another one in the plain text."""
    html, text = _values(touch.arrival.html_text), _values(touch.arrival.text)
    for label in html.keys() & text.keys():
        there, here = [*dates_in(html[label], locale)], [*dates_in(text[label], locale)]
        alone = len(there) == len(here) == 1 and len(there[0].days) == len(here[0].days) == 1
        if alone and not there[0].days & here[0].days:
            yield _contradiction(touch, "date", html[label], text[label], sure=True)


def _values(text: str) -> dict[str, str]:
    """Return what stands beside each label that is there once: "Date", a tab or a colon, and the date."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for line in text.split("\n"):
        match = re.match(r"\s*([^\t:]{2,40})(?::\s|\t)\s*([^\t]+?)\s*$", line)
        if match:
            label = fold(match[1]).rstrip(" :")
            if label in found:
                twice.add(label)
            found[label] = match[2]
    return {label: value for label, value in found.items() if label not in twice}


def _amounts(touch: Touch, html: tuple[Money, ...], text: tuple[Money, ...], locale: str) -> Iterator[Finding]:
    # A text that a program made of a table may glue its cells: "complètes1 120,00 €" says 1120, and is read as 120.
    only_html = [one for one in html if one not in text and _digits(one) not in re.sub(r"\D", "", touch.arrival.text)]
    only_text = [one for one in text if one not in html and not any(_digits(one) in _digits(other) for other in html)]
    # All the same but one: then that one stands in the place of the other.
    sure = len(html) == len(text) and len(only_html) == 1
    if only_html and only_text:
        there, here = only_html[0].tell(locale), only_text[0].tell(locale)
        yield _contradiction(touch, "amount", there, here, sure=sure)


def _digits(money: Money) -> str:
    return re.sub(r"\D", "", f"{money.amount.normalize():f}")


def _dates(touch: Touch, html: str, text: str, locale: str) -> Iterator[Finding]:
    seen, plain = [*dates_in(html, locale)], [*dates_in(text, locale)]
    only_html = [one for one in seen if not any(one.days & other.days for other in plain)]
    only_text = [one for one in plain if not any(one.days & other.days for other in seen)]
    if only_html and only_text:
        sure = len(only_html) == len(only_text) == 1 and all(len(one.days) == 1 for one in (*only_html, *only_text))
        yield _contradiction(touch, "date", only_html[0].words, only_text[0].words, sure=sure)


def _links(touch: Touch) -> Iterator[Finding]:
    """Yield where the one link that leads to a page of a kind leads elsewhere in the plain text."""
    if touch.letter is None:
        return
    shown = {
        _where(link.url) for link in touch.arrival.links if f'"{link.url}' in touch.letter.html.replace("&amp;", "&")
    }
    written = {_where(url.rstrip(".,;:!?)>]")) for url in re.findall(r"https?://[^\s<>\"]+", touch.arrival.text)}
    if not shown or not written or shown & written:
        return  # an address of a template's own for those who count clicks differs in every part
    hosts = {urlsplit(url).netloc for url in shown} ^ {urlsplit(url).netloc for url in written}
    if hosts:
        yield Finding(
            _(
                "The links in the plain text of {it} lead elsewhere than those that are shown: "
                "{one} instead of {other}.",
                one=urlsplit(min(written)).netloc,
                other=urlsplit(min(shown)).netloc,
                **touch.names,
            ),
            "link",
        )


def _where(url: str) -> str:
    try:
        parts = urlsplit(url)
        return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), "", ""))
    except ValueError:
        return url


def _contradiction(touch: Touch, what: str, there: str, here: str, *, sure: bool) -> Finding:
    names = touch.names
    places = (Place(_("the HTML of {it}", **names), there), Place(_("the plain text of {it}", **names), here))
    said = _("{It} says {there} in the HTML, and {here} in its plain text.", there=there, here=here, **names)
    return Finding(said, what, here, places, severity=Severity.FAIL if sure else None)


CHECKS: tuple[Check, ...] = (TextPart(), TextAgrees(), Size(), Duplicate(), Empty(), Subject(), Attached())
