"""How a step of a feature is done by hand: what to open, to type, to press, to look for, in words for a stranger."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime

from upheld.browser.address import MASK, masked
from upheld.improve.chapters import ToldStep
from upheld.ledger import CastView, FactView, JourneyView, StepView
from upheld.maps import JourneyMap
from upheld.promises.promise import Row

__all__ = ["Typed", "address_shown", "facts_of", "how", "language_of", "must", "notes_on", "typed_in", "value_of"]

_QUOTED = r'"(?P<words>[^"]+)"'
_IN_LETTER = r"(?P<letter> in it| in the [\w -]+)?"
_HERS = re.compile(r"link|sign|token|password|code|^(?:her|his|their) ")
_LOCAL = re.compile(r"(.+)\[([^\]]+)\]$")
# Who acts may be named in any way; what she does is said in the standard steps' words (docs/steps.md).
_WAYS: tuple[tuple[str, Callable[[Mapping[str, str], str], str]], ...] = (
    (rf"opens {_QUOTED}", lambda said, at: f"Open {at or said['words']} in a browser."),
    (r"opens it", lambda said, at: "Open it."),
    (r"opens (?P<what>the page .+|the .+ page)", lambda said, at: f"Open {at or said['what']} in a browser."),
    (rf"follows {_QUOTED}{_IN_LETTER}", lambda said, at: _follow(said)),
    (rf"presses {_QUOTED}", lambda said, at: f"Press the button “{said['words']}”."),
    (rf"downloads {_QUOTED}", lambda said, at: f"Follow “{said['words']}”. A file comes; open it."),
    (rf"does not see {_QUOTED}", lambda said, at: f"Look that the page does not say “{said['words']}”."),
    (rf"sees {_QUOTED}", lambda said, at: f"Look: the page says “{said['words']}”."),
    (rf"is refused with {_QUOTED}", lambda said, at: f"Look: the page refuses you, and says “{said['words']}”."),
    (r"goes back", lambda said, at: "Go back to the page before."),
    (r"reloads.*", lambda said, at: "Load the page again."),
    (rf"chooses {_QUOTED}.*", lambda said, at: f"Choose “{said['words']}”."),
    (rf"ticks {_QUOTED}", lambda said, at: f"Tick “{said['words']}”."),
    (r"fills in the form", lambda said, at: "Fill in the form as below, or with details of your own."),
    (rf"fills in {_QUOTED} with .+", lambda said, at: f"Fill in “{said['words']}” anew, as below."),
    (r"enters the code", lambda said, at: "Type the code that has just come."),
)
# Rows that name words or facts, with commas between.
_LISTED = ("subject", "says", "does not say", "link", "to", "from")
_ABOUT = {
    "subject": "its subject says", "says": "it says", "does not say": "it does not say", "calls": "it calls",
    "amount": "the amount", "attached": "attached", "link": "a link that says", "to": "made out to",
    "from": "comes from", "not before": "comes after", "before": "comes before",
}  # fmt: skip
_COMPILED = tuple((re.compile(rf".*?\b{words}"), said) for words, said in _WAYS)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a field; `secret` where it is not written down."""

    label: str
    value: str
    secret: bool


def how(step: ToldStep, address: str, facts: Mapping[str, str]) -> str:
    """Return how a step is done, or "" where its words do not say. `address` is where it opened a page."""
    for pattern, said in _COMPILED:
        if found := pattern.fullmatch(step.text):
            return said({name: text or "" for name, text in found.groupdict().items()}, address)
    if noted := re.fullmatch(r".*?\bnotes (?P<fact>.+)", step.text):
        known = facts.get(noted["fact"].casefold(), "")
        return f"Write down {noted['fact']}" + (f"; on the last walk it was {known}." if known else ".")
    if lives := re.fullmatch(r"(?P<who>.+?) lives in (?P<where>.+)", step.text):
        return f"You are {lives['who']}, at home in {lives['where']}: choose her language, where the page asks for one."
    if when := re.fullmatch(r"it is (?P<when>.+)", step.text):
        return f"Wait until it is {when['when']}, or turn the site’s clock there."
    if passed := re.fullmatch(r"(?P<long>.+) (?:have|has) passed", step.text):
        return f"Wait until {passed['long']} have passed, or turn the site’s clock by as much."
    return ""


def _follow(said: Mapping[str, str]) -> str:
    where = "In the message that has come, f" if said["letter"] else "F"
    return f"{where}ollow the link “{said['words']}”."


def typed_in(step: StepView | None) -> tuple[Typed, ...]:
    """Return what was typed in a step, the last of each field; of a secret only that there is one."""
    fields = step.fields if step is not None and isinstance(step.fields, list | tuple) else ()
    last: dict[str, Typed] = {}
    for one in fields:
        if isinstance(one, Mapping) and one.get("label"):
            value = str(one.get("value", ""))
            last[str(one["label"])] = Typed(str(one["label"]), "" if value == "***" else value, value == "***")
    return tuple(last.values())


def notes_on(step: ToldStep, known: JourneyMap | None) -> tuple[str, ...]:
    """Return what the map adds to a step for whoever walks by hand."""
    notes = known.by_hand.notes if known else {}
    return tuple(note for words, note in notes.items() if words.casefold() in step.text.casefold())


def facts_of(journey: JourneyView) -> dict[str, str]:
    """Return what was true on a walk, by its name in lower case, as a reader says it."""
    return {name.casefold(): value_of(fact) for name, fact in journey.facts.items()}


def value_of(fact: FactView) -> str:
    """Return a fact's value as a reader says it: a date with its day and time zone, everything else as it is."""
    text = str(fact.value)
    found = _LOCAL.fullmatch(text) if fact.kind == "date" else None
    if found is None:
        return text
    try:
        local = datetime.fromisoformat(found[1]).astimezone(ZoneInfo(found[2]))
    except (ValueError, KeyError, OSError):
        return text
    return f"{format_datetime(local, 'EEEE d MMMM y, HH:mm', locale='en')} ({found[2]})"


def must(row: Row, facts: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return what a row of a promise's table is about, and what must be there, each in words.

    A fact is told with the value that it had on the last walk.
    """
    if row.key not in _LISTED:
        return _ABOUT.get(row.key, row.key), (row.value,)
    told = []
    for phrase in (one.strip() for one in re.split(r",\s*(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", row.value)):
        known = facts.get(phrase.casefold(), "")
        told.append(f"{phrase} (on the last walk: {known})" if known else phrase)
    return _ABOUT.get(row.key, row.key), tuple(told)


def address_shown(step: StepView | None, facts: Mapping[str, str], opened: str = "") -> str:
    """Return where a step's page is, as a path of the site, masked as the ledger has it.

    `opened` is the text of a step that opened it. Where that names it by a fact ("the page of the event"), the path is
    told whole, since a page that anybody may open lets nobody in; a link of her own does, and stays masked.
    """
    if step is None or not step.address:
        return ""
    parts = urlsplit(step.address)
    if parts.scheme not in ("http", "https"):
        return ""
    for name, value in facts.items() if opened and MASK in step.address else ():
        public = name in opened.casefold() and not _HERS.search(name)
        if public and value.startswith("/") and masked(f"{parts.scheme}://{parts.netloc}{value}") == step.address:
            return value
    return parts.path.replace(f"/{MASK}", "/…") or "/"


def language_of(person: CastView) -> str:
    """Return the language that she reads, in English: `Portuguese (Portugal)`."""
    try:
        return str(Locale.parse(person.locale.replace("-", "_")).get_display_name("en") or person.locale)
    except (UnknownLocaleError, ValueError, TypeError):
        return person.locale
