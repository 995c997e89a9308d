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
from upheld.language import N_, language
from upheld.language import gettext as _
from upheld.ledger import CastView, FactView, JourneyView, StepView
from upheld.promises.promise import Row

__all__ = [
    "Done",
    "Typed",
    "address_shown",
    "done_in",
    "facts_of",
    "how",
    "language_of",
    "must",
    "path_of",
    "place_of",
    "value_of",
]

_QUOTED = r'"(?P<words>[^"]+)"'
_IN_LETTER = r"(?P<letter> in it| in the [\w -]+)?"
_HERS = re.compile(r"link|sign|token|password|code|^(?:her|his|their) ")
_LOCAL = re.compile(r"(.+)\[([^\]]+)\]$")
# Who acts may be named in any way; what she does is said in the standard steps' words (docs/steps.md).
_WAYS: tuple[tuple[str, Callable[[Mapping[str, str], str], str]], ...] = (
    (rf"opens {_QUOTED}", lambda said, at: _open(at or said["words"])),
    (r"opens it", lambda said, at: _("Open it.")),
    (
        r"opens the page that (?P<who>.+) is on",
        lambda said, at: _("Copy the address of the page that {who} is on, and open it.", who=said["who"]),
    ),
    (r"opens (?P<what>the page .+|the .+ page)", lambda said, at: _open(at or said["what"])),
    (rf"follows {_QUOTED}{_IN_LETTER}", lambda said, at: _follow(said)),
    (rf"presses {_QUOTED}", lambda said, at: _press(said["words"])),
    (rf"downloads {_QUOTED}", lambda said, at: _("Follow “{words}”. A file comes; open it.", words=said["words"])),
    (
        rf"does not see {_QUOTED}",
        lambda said, at: _("Look that the page does not say “{words}”.", words=said["words"]),
    ),
    (rf"sees {_QUOTED}", lambda said, at: _("Look: the page says “{words}”.", words=said["words"])),
    (
        rf"is refused with {_QUOTED}",
        lambda said, at: _("Look: the page refuses you, and says “{words}”.", words=said["words"]),
    ),
    (r"goes back", lambda said, at: _("Go back to the page before.")),
    (r"reloads.*", lambda said, at: _("Load the page again.")),
    (rf"chooses {_QUOTED}.*", lambda said, at: _("Choose “{words}”.", words=said["words"])),
    (rf"ticks {_QUOTED}", lambda said, at: _("Tick “{words}”.", words=said["words"])),
    (r"fills in the form", lambda said, at: _("Fill in the form as below, or with details of your own.")),
    (
        rf"fills in {_QUOTED} with .+",
        lambda said, at: _("Fill in “{words}” anew, as below.", words=said["words"]),
    ),
    (r"enters the code", lambda said, at: _("Type the code that has just come.")),
)
# Rows that name words or facts, with commas between.
_LISTED = ("subject", "says", "does not say", "link", "to", "from")
_ABOUT = {
    "subject": N_("its subject says"), "says": N_("it says"), "does not say": N_("it does not say"),
    "calls": N_("it calls"), "amount": N_("the amount"), "attached": N_("attached"), "link": N_("a link that says"),
    "to": N_("made out to"), "from": N_("comes from"), "not before": N_("comes after"), "before": N_("comes before"),
}  # fmt: skip
_COMPILED = tuple((re.compile(rf".*?\b{words}"), said) for words, said in _WAYS)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a field; `secret` where it is not written down."""

    label: str
    value: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What was done next on the last walk: one act in words, or fields that were filled in one after the other.

    `who` did it, "" where it is she whom the reader plays.
    """

    who: str
    says: str
    typed: tuple[Typed, ...] = ()


def how(step: ToldStep, address: str, facts: Mapping[str, str], reads: str = "") -> str:
    """Return how a step is done, or "" where its words do not say. `address` is where it opened a page.

    `reads` is the language of whoever lives somewhere, "" where it is that of the suite.
    """
    for pattern, said in _COMPILED:
        if found := pattern.fullmatch(step.text):
            return said({name: text or "" for name, text in found.groupdict().items()}, address)
    if noted := re.fullmatch(r".*?\bnotes (?P<fact>.+)", step.text):
        known = facts.get(noted["fact"].casefold(), "")
        if known:
            return _("Write down {fact}; on the last walk it was {known}.", fact=noted["fact"], known=known)
        return _("Write down {fact}.", fact=noted["fact"])
    if lives := re.fullmatch(r"(?P<who>.+?) lives in (?P<where>.+)", step.text):
        you = _("You are {who}, at home in {where}.", who=lives["who"], where=lives["where"])
        return you + (" " + _("Set your browser’s language to {language}.", language=reads) if reads else "")
    if when := re.fullmatch(r"it is (?P<when>.+)", step.text):
        return _("Wait until it is {when}, or turn the site’s clock there.", when=when["when"])
    if passed := re.fullmatch(r"(?P<long>.+) (?:have|has) passed", step.text):
        return _("Wait until {long} have passed, or turn the site’s clock by as much.", long=passed["long"])
    return ""


def _follow(said: Mapping[str, str]) -> str:
    if said["letter"]:
        return _("In the message that has come, follow the link “{words}”.", words=said["words"])
    return _("Follow the link “{words}”.", words=said["words"])


def _press(words: str) -> str:
    return _("Press the button “{words}”.", words=words)


def _open(where: str) -> str:
    return _("Open {where} in a browser.", where=where)


def done_in(step: StepView | None, who: str, where: Callable[[str], str]) -> tuple[Done, ...]:
    """Return what was done in a step on its walk, in order; of what is secret only that there is something.

    `who` is played by the reader, and `where` says an address as the book may show it.
    """
    if step is None:
        return ()
    acts = [one for one in step.acts if isinstance(one, Mapping) and isinstance(one.get("does"), str)]
    if not acts:
        fields = [one for one in step.fields or () if isinstance(one, Mapping) and one.get("label")]
        last = {str(one["label"]): str(one.get("value", "")) for one in fields}
        typed = tuple(Typed(label, "" if value == "***" else value, value == "***") for label, value in last.items())
        return (Done("", "", typed),) if typed else ()
    done: list[Done] = []
    for one in acts:
        actor = "" if one.get("who", who) == who else str(one["who"])
        words, value = str(one.get("words", "")), str(one.get("value", ""))
        if field := _field(one["does"], words, value):
            before = done[-1] if done and done[-1].who == actor and done[-1].typed else None
            # What was typed anew into the same field is what stands there in the end.
            kept = tuple(each for each in before.typed if each.label != field.label) if before else ()
            done[len(done) - bool(before) :] = [Done(actor, "", (*kept, field))]
        elif said := _act(one["does"], words, where):
            done.append(Done(actor, said))
    return tuple(done)


def _field(does: str, label: str, value: str) -> Typed | None:
    if does in ("type", "choose"):
        return Typed(label, value)
    if does == "hide":
        return Typed(label, "", True)
    marks = {"tick": _("tick it"), "untick": _("take its tick away"), "attach": _("choose a file")}
    return Typed(label, marks[does]) if does in marks else None


def _act(does: str, words: str, where: Callable[[str], str]) -> str:
    if does == "open":
        return _open(where(words) or words)
    if does == "follow":
        return _follow({"letter": "", "words": words})
    if does == "press":
        return _press(words)
    return {"back": _("Go back to the page before."), "reload": _("Load the page again.")}.get(does, "")


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
    return f"{format_datetime(local, _('EEEE d MMMM y, HH:mm'), locale=language())} ({found[2]})"


def must(row: Row, facts: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return what a row of a promise's table is about, and what must be there, each in words.

    A fact is told with the value that it had on the last walk.
    """
    about = _(_ABOUT.get(row.key, row.key))
    if row.key not in _LISTED:
        return about, (row.value,)
    told = []
    for phrase in (one.strip() for one in re.split(r",\s*(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", row.value)):
        known = facts.get(phrase.casefold(), "")
        told.append(_("{phrase} (on the last walk: {known})", phrase=phrase, known=known) if known else phrase)
    return about, tuple(told)


def address_shown(step: StepView | None, facts: Mapping[str, str], opened: str = "") -> str:
    """Return where a step's page is, as a path of the site, masked as the ledger has it.

    `opened` is the text of a step that opened it. Where that names it by a fact ("the page of the event"), the path is
    told whole, since a page that anybody may open lets nobody in; a link of her own does, and stays masked.
    """
    return path_of(step.address, facts, opened) if step is not None else ""


def place_of(address: str, journey: JourneyView, opened: str, hide: Callable[[str], str]) -> str:
    """Return where an act opened a page: its path, and where that is masked, first what the page is called."""
    facts = facts_of(journey)
    path = path_of(address, facts, opened)
    if hide(path) != path:
        path = path_of(address, {})
    if "…" not in path:
        return path
    parts = urlsplit(address)
    # A fact that names a page tells whoever walks by hand what to look for; its value stays where it is.
    at = f"{parts.scheme}://{parts.netloc}"
    pages = ((name, str(fact.value)) for name, fact in journey.facts.items())
    found = next((name for name, value in pages if value.startswith("/") and masked(at + value) == address), "")
    return f"{found} ({path})" if found else path


def path_of(address: str, facts: Mapping[str, str], opened: str = "") -> str:
    """Return a masked address as a path of the site; see `address_shown`."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        return ""
    for name, value in facts.items() if opened and MASK in address else ():
        public = name in opened.casefold() and not _HERS.search(name)
        if public and value.startswith("/") and masked(f"{parts.scheme}://{parts.netloc}{value}") == address:
            return value
    return parts.path.replace(f"/{MASK}", "/…") or "/"


def language_of(person: CastView) -> str:
    """Return the language that she reads, as the book's names it: `Portuguese (Portugal)`."""
    try:
        return str(Locale.parse(person.locale.replace("-", "_")).get_display_name(language()) or person.locale)
    except (UnknownLocaleError, ValueError, TypeError):
        return person.locale
