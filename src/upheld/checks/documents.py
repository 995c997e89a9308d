"""Whether the files that reach her are what they should be: a PDF, a calendar entry, a table (CSV)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from babel.dates import format_date

from upheld.checks.base import Finding, Known, Place, Severity, Touch
from upheld.checks.labels import rows_of
from upheld.checks.noted import Held, days_of, in_force, is_about, locales_of, told_at
from upheld.language import gettext as _
from upheld.language import language
from upheld.mailbox.letter import Entry
from upheld.promises import Attachment
from upheld.promises.documents import FILE_KINDS
from upheld.promises.facts import Fact, fold, says

__all__ = ["CHECKS", "CalendarEntry", "Pdf", "Table"]

_CARRIERS = frozenset({"email", "download"})
# A paper that is about her own order, by its name or its first lines; terms and brochures are about none.
_PAPER = re.compile(
    r"receipt|invoice|ticket|booking|confirmation|quittung|rechnung|eintrittskarte|buchung|facture|re[çc]u|billet"
    r"|factuur|kassabon|recibo|factura|entrada|reserva"
)
_COLUMN = re.compile(
    r"\b(?:name|nom|naam|nombre|e-?mail|phone|company|firma|date|datum|fecha|status|id|number|nummer)\b"
)
_FAULT = "it cannot be opened: "
_NOT_SEEN = re.compile(r"only the first|was not opened|asks for a password")


class Pdf:
    """Looks at each PDF: that it opens, that there is text in it, and that it is about what its message is about."""

    name: ClassVar[str] = "pdf"
    about: ClassVar[str] = "A PDF that does not open, is a mere picture, or says nothing of what its message says."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = _CARRIERS

    def look(self, touch: Touch, known: Known) -> Iterable[Finding]:
        """Yield what is wrong with each PDF."""
        for part in filter(FILE_KINDS["pdf"], touch.arrival.attachments):
            named = part.name or _("a PDF")
            if part.fault and _NOT_SEEN.search(part.fault):
                if not part.text:
                    said = _("{file} with {it} could not be looked at.", file=named, **touch.names)
                    yield Finding(said, unsure=part.fault, part="PDF")
            elif part.fault and part.size:  # a file of nothing is told as what it is, whatever its kind
                fault = part.fault.removeprefix(_FAULT)
                said = _("{file} with {it} does not open: {fault}.", file=named, fault=fault, **touch.names)
                yield Finding(said, rule="does not open", words=part.name, part="PDF")
            elif not part.text.strip() and part.size:
                said = _(
                    "{file} with {it} has no text in it: nobody can search it, or have it read out.",
                    file=named, **touch.names,
                )  # fmt: skip
                yield Finding(said, rule="no text", words=part.name, severity=Severity.WARN, part="PDF")
            elif part.size and (missing := _unsaid(part, touch, known)):
                lacking = ", ".join(fact.tell() for fact in missing)
                said = _("{file} says none of what its message says: {what}.", file=named, what=lacking)
                yield Finding(said, rule="says otherwise", words=part.name, part="PDF")


def _unsaid(part: Attachment, touch: Touch, known: Known) -> list[Fact]:
    """Return the facts that a message says where its paper says not one of them."""
    first = " ".join(part.text.split()[:12])
    if touch.arrival.channel != "email" or not _PAPER.search(fold(f"{part.name} {first}")):
        return []
    facts = [*(held.fact for held in in_force(touch, known)), Fact("her name", known.person.name)]
    told = [fact for fact in facts if fact.value and _said(fact, touch.text, known)]
    # One fact alone may well be left out; that none of two or more is there is another paper.
    return told if len(told) > 1 and not any(_said(fact, part.text, known) for fact in told) else []


def _said(fact: Fact, text: str, known: Known) -> bool:
    return any(fact.said_in(text, locale) for locale in locales_of(known))


class CalendarEntry:
    """Looks at each calendar entry (RFC 5545, RFC 5546): that it can be taken, and what her calendar then shows."""

    name: ClassVar[str] = "calendar"
    about: ClassVar[str] = (
        "A calendar entry that is not valid, is for another time or place, or does not move or cancel the one before."
    )
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = _CARRIERS

    def look(self, touch: Touch, known: Known) -> Iterable[Finding]:
        """Yield what is wrong with each entry."""
        for part in filter(FILE_KINDS["calendar entry"], touch.arrival.attachments):
            yield from _faults(part, touch)
        entries = _entries(touch)
        for entry in entries:
            if not entry.uid:
                said = _(
                    "The calendar entry of {it} has no mark of its own (UID), so none can move or cancel it.",
                    **touch.names,
                )
                yield _entry_finding(said, "no uid", entry.summary)
        held = list(in_force(touch, known))
        taken = [entry for entry in entries if _cancels(entry)]
        put = [entry for entry in entries if not _cancels(entry)]
        before = [entry for one in known.before if _reached_same(one, touch) for entry in _entries(one)]
        yield from _when(put, touch, known, held)
        yield from _where(put, touch, known, held)
        yield from _cancelled(taken, put, before, touch)
        yield from _moved(put, before, touch)


def _entry_finding(said: str, rule: str, words: str = "", severity: Severity | None = None, *places: Place) -> Finding:
    return Finding(said, rule=rule, words=words, places=places, severity=severity, part="calendar entry")


def _faults(part: Attachment, touch: Touch) -> Iterator[Finding]:
    cancels = FILE_KINDS["calendar cancellation"](part)
    for fault in filter(None, part.fault.split("; ")):
        # A cancellation need not say when that was (RFC 5546, 3.2.5); the other fields are of less weight.
        if "only the first" in fault or (cancels and "no start" in fault):
            continue
        rule = "no start" if "no start" in fault else "no zone" if "time zone" in fault else "not valid"
        minor = rule == "no zone" or (fault.startswith("an event's ") and "DTSTART" not in fault)
        told = fault.removeprefix(_FAULT)
        said = _("The calendar entry of {it} is not valid: {fault}.", fault=told, **touch.names)
        yield _entry_finding(said, rule, part.name, Severity.WARN if minor else None)


def _entries(touch: Touch) -> tuple[Entry, ...]:
    if touch.letter is not None:
        return touch.letter.entries
    parts = filter(FILE_KINDS["calendar entry"], touch.arrival.attachments)
    return tuple(entry for part in parts for entry in _written(part))


def _written(part: Attachment) -> Iterator[Entry]:
    """Yield the entries of a file that she has downloaded, from its fields as they were read."""
    method, events = "", list[dict[str, str]]()
    for line in part.text.splitlines():
        name, _, value = line.partition(": ")
        if name == "METHOD":
            method = value
        elif not events or name in events[-1]:
            events.append({name: value})
        else:
            events[-1][name] = value
    for fields in events:
        try:
            start = datetime.fromisoformat(fields.get("DTSTART", ""))
        except ValueError:
            start = None
        yield Entry(
            uid=fields.get("UID", ""),
            method=method,
            status=fields.get("STATUS", "").upper(),
            sequence=-1,  # it is not among what was read
            summary=fields.get("SUMMARY", ""),
            place=fields.get("LOCATION", ""),
            start=start if start and start.tzinfo else None,
            day=start.date() if start and "T" not in fields["DTSTART"] else None,
            file=part.name,
        )


def _cancels(entry: Entry) -> bool:
    return entry.method.upper() == "CANCEL" or entry.status.upper() == "CANCELLED"


def _reached_same(one: Touch, touch: Touch) -> bool:
    return bool(set(one.arrival.to) & set(touch.arrival.to))


def _when(put: Sequence[Entry], touch: Touch, known: Known, every: Sequence[Held]) -> Iterator[Finding]:
    dates = [held for held in every if held.topic == "date"]
    timed = [entry for entry in put if (entry.start or entry.day) and not entry.rule]
    if not dates or not timed or any(_at(entry, fact, known) for entry in put for held in dates for fact in held.right):
        return
    entry = timed[0]
    held = next((held for held in dates if is_about(touch, known, held)), dates[0])
    # An entry may be for something else than the facts are about, such as the last day for a payment.
    about = is_about(touch, known, held)
    if about is False:
        return
    own = about is True and (len(dates) == 1 or _names(entry, known, held))
    right, shown = _instant(held.fact), _shown(entry, held.fact)
    where, told = told_at(held, known, right)
    words = str(entry.start.isoformat() if entry.start else entry.day)
    yield _entry_finding(
        _("The calendar entry of {it} is for {what}; {told}.", what=shown, told=told, **touch.names),
        "start", words, None if own else Severity.WARN,
        Place(where, right), Place(_("the calendar entry of {it}", **touch.names), shown),
    )  # fmt: skip


def _names(entry: Entry, known: Known, held: Held) -> bool:
    return any(
        says(entry.summary, str(view.value))
        for view in known.noted
        if view.name.casefold() in (f"the name of the {held.subject}", f"the name of {held.subject}")
    )


def _at(entry: Entry, fact: Fact, known: Known) -> bool:
    when = datetime.fromisoformat(fact.value)
    if entry.start is None:
        return entry.day in days_of(fact, known)
    midnight = _local(when, fact).time() == datetime.min.time()
    # Of a fact that names the day alone, any time of that day is right.
    return entry.start == when or (midnight and _local(entry.start, fact).date() == _local(when, fact).date())


def _local(when: datetime, fact: Fact) -> datetime:
    return when.astimezone(ZoneInfo(fact.zone))


def _instant(fact: Fact) -> str:
    return _told(_local(datetime.fromisoformat(fact.value), fact), fact.zone)


def _shown(entry: Entry, fact: Fact) -> str:
    if entry.start is None:
        return _day(entry.day) if entry.day else _("no day")
    return _told(_local(entry.start, fact), fact.zone)


def _told(when: datetime, zone: str) -> str:
    return f"{_day(when)}, {when:%H:%M} ({zone})"


def _day(day: date) -> str:
    return str(format_date(day, _("d MMMM y"), locale=language()))


def _where(put: Sequence[Entry], touch: Touch, known: Known, every: Sequence[Held]) -> Iterator[Finding]:
    places = [held for held in every if held.topic == "place"]
    entry = next((entry for entry in put if entry.place), None)
    if len(places) != 1 or entry is None or is_about(touch, known, places[0]) is not True:
        return
    held = places[0]
    alike = says(entry.place, held.fact.value) or says(held.fact.value, entry.place)
    if alike or "://" in entry.place or says(entry.summary, held.fact.value):
        return
    # A place may have other names; where her own messages call it by this one, another is wrong.
    called = says(touch.text, held.fact.value) or any(says(one.text, held.fact.value) for one in known.before)
    where, told = told_at(held, known, _("“{words}”", words=held.fact.value))
    yield _entry_finding(
        _(
            "The calendar entry of {it} is for {what}; {told}.",
            what=_("“{words}”", words=entry.place), told=told, **touch.names,
        ),
        "place", entry.place, None if called else Severity.WARN,
        Place(where, held.fact.value), Place(_("the calendar entry of {it}", **touch.names), entry.place),
    )  # fmt: skip


def _cancelled(
    taken: Sequence[Entry], put: Sequence[Entry], before: Sequence[Entry], touch: Touch
) -> Iterator[Finding]:
    in_calendar = [entry for entry in before if not _cancels(entry)]
    for entry in taken:
        same = [one for one in in_calendar if one.uid == entry.uid]
        if in_calendar and not same:
            said = _(
                "The calendar entry of {it} cancels another event than hers, which stays (another UID).",
                **touch.names,
            )
            yield _entry_finding(said, "uid", entry.uid)
        elif same and -1 < entry.sequence <= max(one.sequence for one in same):
            said = _(
                "The calendar entry of {it} does not count as newer than the one she has, which stays"
                " (SEQUENCE {number}).",
                number=entry.sequence, **touch.names,
            )  # fmt: skip
            yield _entry_finding(said, "sequence", entry.summary)
    if "cancel" in touch.kind and not taken:
        for entry in put:
            if any(one.uid == entry.uid for one in in_calendar):
                said = _(
                    "The calendar entry of {it} leaves the event in her calendar: it is no cancellation.",
                    **touch.names,
                )
                yield _entry_finding(said, "no cancellation", entry.summary)


def _moved(put: Sequence[Entry], before: Sequence[Entry], touch: Touch) -> Iterator[Finding]:
    for entry in put:
        same = [one for one in before if one.uid == entry.uid and not _cancels(one)]
        if same and entry.start != same[-1].start and -1 < entry.sequence <= max(one.sequence for one in same):
            said = _(
                "The calendar entry of {it} does not count as newer than the one she has, which stays as it was"
                " (SEQUENCE {number}).",
                number=entry.sequence, **touch.names,
            )  # fmt: skip
            yield _entry_finding(said, "sequence", entry.summary)
        named = [one for one in before if one.summary and fold(one.summary) == fold(entry.summary) and not one.rule]
        gone = {one.uid for one in before if _cancels(one)}
        if entry.uid and not same and "new" in touch.kind.split() and named and not entry.rule:
            old = [one for one in named if one.uid not in gone and one.start != entry.start]
            if old and len(put) == 1:
                said = _(
                    "The calendar entry of {it} is a second one, and the old one stays as well (another UID).",
                    **touch.names,
                )
                yield _entry_finding(said, "uid", entry.uid)


class Table:
    """Looks at each CSV: that every row has the columns of its head, that there are rows, and no gaps in them."""

    name: ClassVar[str] = "csv"
    about: ClassVar[str] = "A CSV with rows of another length than its head, without rows, or with empty cells."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = _CARRIERS

    def look(self, touch: Touch, known: Known) -> Iterable[Finding]:
        """Yield what is wrong with each CSV."""
        for part in filter(FILE_KINDS["csv"], touch.arrival.attachments):
            named = part.name or _("the CSV")
            if part.fault:
                # What was read in spite of it may look odd to her, and is there.
                said = _(
                    "{file} of {it} cannot be read as it should: {fault}.", file=named, fault=part.fault, **touch.names
                )
                severity = Severity.WARN if part.text.strip() else None
                yield Finding(said, rule="does not open", words=part.name, severity=severity, part="CSV")
            if part.fault and not part.text.strip():
                continue
            header, *rows = rows_of(part.text) or [[]]
            if not rows:
                said = _("{file} of {it} has a head and no rows.", file=named, **touch.names)
                # One line without names of columns may be all that there is to say.
                sure = touch.promise is not None and (not header or any(_COLUMN.search(fold(cell)) for cell in header))
                yield Finding(said, rule="no rows", severity=None if sure else Severity.WARN, part="CSV")
                continue
            ragged = [number for number, row in enumerate(rows, 2) if len(row) != len(header)]
            if ragged:
                said = _(
                    "{file} of {it} is out of step in line {line}: {cells} cells under {columns} columns.",
                    file=named, line=ragged[0], cells=len(rows[ragged[0] - 2]), columns=len(header), **touch.names,
                )  # fmt: skip
                yield Finding(said, rule="ragged", words=",".join(rows[ragged[0] - 2])[:80], part="CSV")
                continue
            yield from _gaps(header, rows, part, touch, known)


def _gaps(
    header: Sequence[str], rows: Sequence[Sequence[str]], part: Attachment, touch: Touch, known: Known
) -> Iterator[Finding]:
    named = part.name or _("the CSV")
    required = {fold(column) for column in _filled(part, known)}
    for place, column in enumerate(header):
        empty = [number for number, row in enumerate(rows, 2) if not row[place].strip()]
        must = fold(column) in required
        # A column that is filled in nearly all rows looks as if it should be in all.
        if empty and (must or (len(rows) > 3 and len(empty) * 5 <= len(rows))):
            said = _(
                "{file} of {it} has nothing under “{column}” in line {line}.",
                file=named, column=column, line=empty[0], **touch.names,
            )  # fmt: skip
            yield Finding(said, rule="empty", words=column, severity=None if must else Severity.WARN, part="CSV")


def _filled(part: Attachment, known: Known) -> Iterator[str]:
    """Yield the columns that must be filled: by the map, for what this touchpoint is or for what this file is."""
    if known.point:
        yield from known.point.filled
    for point in known.map.touchpoint.values() if known.map else ():
        patterns = point.recognise.subject if point.recognise else ()
        if point.channel == "CSV" and any(re.search(pattern, part.name, re.IGNORECASE) for pattern in patterns):
            yield from point.filled


CHECKS = (CalendarEntry(), Pdf(), Table())
