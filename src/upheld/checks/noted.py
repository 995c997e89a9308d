"""What a touchpoint is held against: the facts that were in force for its reader when it came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from upheld.checks.base import Known, Touch
from upheld.language import gettext as _
from upheld.ledger import FactView, StepView
from upheld.promises.facts import Fact, says

__all__ = ["Held", "days_of", "in_force", "is_about", "locales_of", "told_at", "zones_of"]

# What had left before a fact changed may still arrive for so long.
IN_FLIGHT = timedelta(seconds=2)
_ARTICLE = re.compile(r"^(?:the|a|an) ")
_OLD = re.compile(r"\b(?:old|previous|former|first|original|earlier|last)\b")
_NEW = re.compile(r"\bnew ")
_TOPICS = (
    ("order number", "", re.compile(r"\border (?:number|no|id|reference)\b")),
    ("booking number", "", re.compile(r"\b(?:booking|reservation|confirmation) (?:number|no|id|reference|code)\b")),
    ("amount", "money", re.compile(r"\b(?:price|total|amount|fee|cost|sum)\b")),
    ("date", "date", re.compile(r"")),
    ("place", "text", re.compile(r"\b(?:place|venue|location)\b")),
)
_CODE = re.compile(r"[\w#-]*\d[\w#-]*")


@dataclass(frozen=True, slots=True)
class Held:
    """A fact in force: its `topic` as labels have it, its `subject` ("event", of "the date of the event").

    `before` is its value until a moment ago, which may still be on its way. `later` are those that were noted after
    the touchpoint came: mail may tell of a new date before any step takes it down. `where` is where she saw it.
    """

    topic: str
    fact: Fact
    subject: str
    where: str
    before: Fact | None = None
    later: tuple[Fact, ...] = ()

    @property
    def right(self) -> tuple[Fact, ...]:
        """The values that are right."""
        return (self.fact, *((self.before,) if self.before else ()), *self.later)


def in_force(touch: Touch, known: Known) -> Iterator[Held]:
    """Yield the facts that this touchpoint is held against: hers, and those that are true for all, each the last."""
    series: dict[str, list[tuple[datetime | None, FactView]]] = {}
    coming: dict[str, list[FactView]] = {}
    several: dict[str, set[str]] = {}
    for view in known.noted:
        topic = _topic(view)
        if topic and view.who in ("", known.person.who):
            several.setdefault(topic, set()).add(str(view.value))
            since = _since(view, known.steps)
            if since is None or since <= touch.arrival.at:
                series.setdefault(_name(view.name), []).append((since, view))
            else:
                coming.setdefault(_name(view.name), []).append(view)
    for name, values in series.items():
        topic = _topic(values[-1][1])
        # Who has two orders may be told of either.
        if topic not in ("amount", "date", "place") and len(several[topic]) > 1:
            continue
        since, last = values[-1]
        earlier = next((view for _, view in reversed(values) if view.value != last.value), None)
        fresh = since is not None and touch.arrival.at - since < IN_FLIGHT
        subject = name.partition(" of the ")[2] or name.partition(" of ")[2]
        later = tuple(_fact(view) for view in coming.get(name, ()))
        yield Held(topic, _fact(last), subject, last.where, _fact(earlier) if earlier and fresh else None, later)


def is_about(touch: Touch, known: Known, held: Held) -> bool | None:
    """Return whether a touchpoint speaks of what this fact is about; None where it may, and may be of something else.

    It does where it names the event, or her order; where no step noted a name, a promise that it answers has to do.
    """
    if touch.arrival.channel == "payment record" or held.topic == "name" or held.topic.endswith("number"):
        return True
    text = "\n".join((touch.text, *(part.text for part in touch.arrival.attachments)))
    names = [view for view in known.noted if re.match(r"the (?:name|title) of ", view.name.casefold())]
    mine = [view for view in names if held.subject and view.name.casefold().endswith(f" {held.subject}")] or names
    numbers = [view for view in known.noted if view.name.casefold().endswith(" number")]
    if any(says(text, str(view.value)) for view in (*mine, *numbers)):
        return True
    answers = touch.promise is not None
    return (True if answers else None) if not mine else (None if answers else False)


def told_at(held: Held, known: Known, right: str = "") -> tuple[str, str]:
    """Return where she was told this fact, and that as the end of a sentence: "the page “Pay” said €120.00".

    It is the first touchpoint that says it, else where it was noted, else nowhere: "the price is €120.00". `right` is
    how the fact is told, where that is not the whole of it.
    """
    shown = right or held.fact.tell()
    locales = locales_of(known)
    first = (one.name for one in known.before if any(held.fact.said_in(one.text, locale) for locale in locales))
    where = next(first, _("the page “{title}”", title=held.where) if held.where else "")
    if where:
        return where, _("{where} said {what}", where=where, what=shown)
    return held.fact.name, _("{fact} is {what}", fact=held.fact.name, what=shown)


def locales_of(known: Known) -> tuple[str, ...]:
    """Return the locales that a text of hers may be written in: her own before all, then what the labels know."""
    return tuple(dict.fromkeys((known.person.locale or "en", "en", "de", "fr", "nl", "es")))


def days_of(fact: Fact, known: Known) -> frozenset[date]:
    """Return the days that a date may rightly be told as: in its own time zone, and in hers."""
    when = datetime.fromisoformat(fact.value)
    return frozenset(when.astimezone(zone).date() for zone in zones_of(fact, known))


def zones_of(fact: Fact, known: Known) -> tuple[ZoneInfo, ...]:
    """Return the time zones that its day and its time may be told in: its own, and hers."""
    zones = []
    for name in dict.fromkeys((fact.zone, known.person.zone or fact.zone)):
        try:
            zones.append(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return tuple(zones) or (ZoneInfo("UTC"),)


def _name(name: str) -> str:
    return _NEW.sub("", _ARTICLE.sub("", name.casefold()))


def _topic(view: FactView) -> str:
    name, value = view.name.casefold(), str(view.value)
    if _OLD.search(name) or not name.startswith("the ") or not value:
        return ""
    for topic, kind, words in _TOPICS:
        if kind in ("", view.kind) and words.search(name):
            return topic
    # What has a number of its own ("the member number") stands beside these very words.
    return _name(name) if view.kind in ("text", "number") and _CODE.fullmatch(value) else ""


def _fact(view: FactView) -> Fact:
    return Fact.noted(view.name, str(view.value), view.kind)


def _since(view: FactView, steps: tuple[StepView, ...]) -> datetime | None:
    """Return since when she could see this fact: since the page came up on which it was noted."""
    if view.at is None:
        return None
    since, page = view.at, ""
    for step in reversed(steps):
        if step.began is None or step.began > view.at:
            continue
        if not page:
            if step.ended is None or view.at > step.ended + timedelta(seconds=5) or not (view.where and step.address):
                return since
            page = step.address
        elif step.address != page:
            return since
        since = min(since, step.began)
    return since
