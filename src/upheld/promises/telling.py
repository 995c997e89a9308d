"""The sentences: what became of a promise, told to a business owner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal

from upheld.language import N_, language, listed
from upheld.language import gettext as _
from upheld.promises.promise import Arrival, Promise
from upheld.promises.window import Interval

__all__ = [
    "TWIN",
    "broken",
    "duration",
    "instant",
    "kept",
    "late",
    "late_in_a_gap",
    "none_owed",
    "number",
    "order_open",
    "out_of_order",
    "repeated",
    "silent",
    "still_open",
    "strange",
    "too_early",
    "unproven",
    "unread",
    "unsound",
    "unwanted",
    "withdrawn",
    "wrong",
]

TWIN = N_(
    "what came twice has the same Message-ID, and the mailbox was away in between; it was counted once, "
    "and may have been two"
)
# What is away by our own doing, as a reason names it.
_OURS = (N_("the mailbox"), N_("the text-message capture"), N_("no capture is set"))
_TIMES = {1: N_("once"), 2: N_("twice"), 3: N_("three times"), 4: N_("four times")}


def duration(length: timedelta) -> str:
    """Return a length of time as a person says it: `1.4 s`, `3 s`, `2 min 30 s`, `12 minutes`, `3 days`."""
    seconds = length.total_seconds()
    if seconds < 9.95:
        return _("{count} s", count=number(round(max(seconds, 0), 1)))
    if seconds < 90:
        return _("{count} s", count=number(round(seconds)))
    if 90 <= seconds < 600 and round(seconds) % 60:  # "2 minutes" would say that what took 150 s was in time
        return _("{minutes} min {seconds} s", minutes=int(seconds // 60), seconds=round(seconds % 60))
    return str(format_timedelta(length, threshold=1.5, locale=language()))


def number(value: float, digits: int = 1) -> str:
    """Return a number as it is written in the language that is spoken: `1.4`, `1,4`; `12,000`, `12.000`."""
    return str(format_decimal(round(value, digits), locale=language()))


def instant(when: datetime, zone: str) -> str:
    """Return an instant in a time zone: `Wednesday 25 November, 18:00:05 (Europe/Berlin)`."""
    said = format_datetime(when.astimezone(ZoneInfo(zone)), _("EEEE d MMMM, HH:mm:ss"), locale=language())
    return f"{said} ({zone})"


def _a(kind: str) -> str:
    if _is_plural(kind):
        return _("the {what}", what=kind)
    return _("an {what}", what=kind) if kind[:1].lower() in "aeiou" else _("a {what}", what=kind)


def _is_plural(kind: str) -> bool:
    """True of "details", and not of "address", "status" or "request to name her delegates"."""
    head = re.split(r"\s(?:to|of|for|about|from|with)\s", kind, maxsplit=1)[0]
    return bool(re.search(r"[^siu]s$", head))


def _promised(promise: Promise) -> str:
    """The window in words, as part of a sentence: ` within 2 minutes`, or nothing."""
    return f" {promise.window.words}" if promise.window.words else ""


def _them(promise: Promise, count: int) -> str:
    """So many of the kind: `a receipt`, `2 reminders`."""
    return _a(promise.kind) if count == 1 else f"{count} {_plural(promise.kind)}"


def _plural(kind: str) -> str:
    if kind[-1:] == "y" and kind[-2:-1] not in "aeiou":
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith(("s", "sh", "ch", "x")) else f"{kind}s"


def _numbered(promise: Promise) -> str:
    """What was promised, with its number where that is not one: `at most 2 reminders`."""
    if promise.most is None:
        return _("at least {them}", them=_them(promise, promise.least))
    if promise.least:
        return _them(promise, promise.most)
    return _("at most {count} {what}", count=_number(promise.most), what=promise.kind)


def _number(count: int) -> str:
    return _("one") if count == 1 else str(count)


def _its(promise: Promise) -> str:
    """Whose it is, as a sentence begins: `Ada's receipt`, `The organiser's receipt`."""
    return _("{who}'s {what}", who=_name(promise), what=promise.kind)


def _name(promise: Promise) -> str:
    return promise.who[:1].upper() + promise.who[1:]


def _subject(arrival: Arrival) -> str:
    words = " ".join(arrival.subject.split())
    if not words:
        return _("a message without a subject")
    return _('"{words}"', words=f"{words[:117]}..." if len(words) > 120 else words)


def kept(promise: Promise, came: datetime, made: datetime | None, zone: str, *, turned: bool = False) -> str:
    """*Ada's confirmation came after 1.4 s; it was promised within 1 minute.*

    `turned` is true where the clock was turned over the time in which it came: then it is known by when.
    """
    its, many = _its(promise), _is_plural(promise.kind)
    promised = ""
    if promise.window.words:
        window = promise.window.words
        promised = (
            _("; they were promised {window}", window=window)
            if many
            else _("; it was promised {window}", window=window)
        )
    if made is not None and abs(came - made) < timedelta(hours=1):
        if came > made:
            return _("{its} came after {time}{promised}.", its=its, time=duration(came - made), promised=promised)
        if many:
            return _("{its} were there at once{promised}.", its=its, promised=promised)
        return _("{its} was there at once{promised}.", its=its, promised=promised)
    when = instant(came, zone)
    if not turned:
        return _("{its} came on {when}{promised}.", its=its, when=when, promised=promised)
    if many:
        said = _(
            "{its} were there by {when}, to which the clock was turned{promised}.",
            its=its,
            when=when,
            promised=promised,
        )
        return said
    return _(
        "{its} was there by {when}, to which the clock was turned{promised}.", its=its, when=when, promised=promised
    )


def silent(promise: Promise, span: tuple[datetime, datetime] | None, zone: str, *, turned: bool = False) -> str:
    """*Ada was promised no receipt, and none came.*"""
    said = _(
        "{who} was promised no {what}{window}, and none came.",
        who=_name(promise), what=promise.kind, window=_promised(promise),
    )  # fmt: skip
    return said + _we_looked(span, zone, turned)


def none_owed(promise: Promise) -> str:
    """*Ada was promised at most one reminder; none was owed, and none came.*"""
    said = _numbered(promise)
    return _("{who} was promised {what}; none was owed, and none came.", who=_name(promise), what=said)


def broken(
    promise: Promise,
    came: int,
    span: tuple[datetime, datetime] | None,
    zone: str,
    *,
    astray: Arrival | None = None,
    strange: Arrival | None = None,
    turned: bool = False,
) -> str:
    """*Ada was promised a receipt by email within 2 minutes of paying. None came. We looked without a gap ...*"""
    said = _(
        "{who} was promised {what} {by}{window}.",
        who=_name(promise), what=_numbered(promise), by=_(promise.by), window=_promised(promise),
    )  # fmt: skip
    said += " " + (_("Only {count} came.", count=_number(came)) if came else _("None came."))
    if astray is not None:
        said += " " + _("It went to {whom} instead: {subject}.", whom=listed(astray.to), subject=_subject(astray))
    elif strange is not None:
        said += " " + _("What came instead is not it: {subject}.", subject=_subject(strange))
    return said + _we_looked(span, zone, turned)


def _we_looked(span: tuple[datetime, datetime] | None, zone: str, turned: bool) -> str:
    if span is None:
        return ""
    since, until = (when.astimezone(ZoneInfo(zone)) for when in span)
    began, ended = f"{since:%H:%M:%S}", f"{until:%H:%M:%S}"
    if since.date() != until.date():
        began, ended = (
            f"{format_datetime(at, _('d MMMM'), locale=language())} {said}"
            for at, said in ((since, began), (until, ended))
        )
    clock = _(", while the site's clock was turned to the end of the window") if turned else ""
    looked = _("without a gap from {began} to {ended} ({zone})", began=began, ended=ended, zone=zone)
    if turned and until - since < timedelta(seconds=2):
        # A window of a day is over in a moment there: from 13:15:22 to 13:15:22 would say that nobody looked.
        looked = _("without a gap")
    return _(" We looked ") + f"{looked}{clock}."


def wrong(promise: Promise, faults: Sequence[str]) -> str:
    """*Ada's receipt says 210.00 € instead of 120.00 €.*"""
    return f"{_its(promise)} {format_list(list(faults), locale=language())}."


def unsound(promise: Promise, said: Sequence[str]) -> str:
    """*Ada's receipt is not as it should be: The link “Your booking” leads to a page that is not there.*"""
    return _("{its} is not as it should be: {said}", its=_its(promise), said=" ".join(said))


def too_early(promise: Promise, came: datetime, interval: Interval, zone: str, *, turned: bool = False) -> str:
    """*Ada's reminder came 3 days too early, on ...; it was promised on the day before the event.*"""
    if turned:
        return _(
            "{its} came too early: it was there by {when}, to which the clock was turned, and was promised{window}, "
            "not before {opens}.",
            its=_its(promise), when=instant(came, zone), window=_promised(promise), opens=instant(interval.opens, zone),
        )  # fmt: skip
    return _(
        "{its} came {time} too early, on {when}; it was promised{window}.",
        its=_its(promise), time=duration(interval.opens - came), when=instant(came, zone), window=_promised(promise),
    )  # fmt: skip


def late(promise: Promise, came: datetime, interval: Interval, zone: str, *, turned: bool = False) -> str:
    """*Ada's confirmation came 40 s too late, on ...; it was promised within 1 minute.*"""
    if turned:
        return _(
            "{its} came up to {time} too late: it was promised{window}, by {due}, and was there by {when}, "
            "to which the clock was turned.",
            its=_its(promise), time=duration(came - interval.closes), window=_promised(promise),
            due=instant(interval.closes, zone), when=instant(came, zone),
        )  # fmt: skip
    return _(
        "{its} came {time} too late, on {when}; it was promised{window}.",
        its=_its(promise), time=duration(came - interval.closes), when=instant(came, zone), window=_promised(promise),
    )  # fmt: skip


def out_of_order(promise: Promise, key: str, other: str) -> str:
    """*Ada's outline came before the confirmation; it was promised not before it.*"""
    if key == "before":
        return _("{its} came after {other}; it was promised before it.", its=_its(promise), other=other)
    return _("{its} came before {other}; it was promised not before it.", its=_its(promise), other=other)


def order_open(promise: Promise, other: str) -> str:
    """Why what has come is not settled yet: what it was promised not to precede is still to come."""
    its = _its(promise)
    return _("{its} came; whether it came too soon is known once {other} is there. So far, yes.", its=its, other=other)


def late_in_a_gap(came: datetime, zone: str, gap: str) -> str:
    """Why what came late proves nothing: we were away while it should have come."""
    when = instant(came, zone)
    return _("it came on {when}, after its window had closed, but before that {gap}", when=when, gap=gap)


def repeated(promise: Promise, times: Sequence[datetime]) -> str:
    """*Ada was sent the confirmation twice, 3 s apart; it was promised once.*"""
    between = max(times) - min(times)
    apart = _(", {time} apart", time=duration(between)) if len(times) == 2 else ""
    if between < timedelta(seconds=1):
        apart = _(" within a second")
    return _(
        "{who} was sent the {what} {often}{apart}; it was promised {promised}.",
        who=_name(promise), what=promise.kind, often=_times(len(times)), apart=apart,
        promised=_times(promise.most or 1),
    )  # fmt: skip


def _times(count: int) -> str:
    return _(_TIMES[count]) if count in _TIMES else _("{count} times", count=count)


def unwanted(promise: Promise, arrival: Arrival, came: datetime, zone: str) -> str:
    """*Ada was promised no confirmation, and one came on ...: "Your booking".*"""
    return _(
        "{who} was promised no {what}{window}, and one came on {when}: {subject}.",
        who=_name(promise), what=promise.kind, window=_promised(promise), when=instant(came, zone),
        subject=_subject(arrival),
    )  # fmt: skip


def still_open(promise: Promise, interval: Interval, zone: str) -> str:
    """*Ada's reminder is due by Wednesday 25 November ... So far, yes.*"""
    until = instant(interval.closes, zone)
    if promise.silent:
        return _(
            "That {who} gets no {what} is known on {when}. So far, none came.",
            who=promise.who, what=promise.kind, when=until,
        )  # fmt: skip
    return _("{its} is due by {when}. Tonight's answer is: so far, yes.", its=_its(promise), when=until)


def unproven(promise: Promise, reason: str) -> str:
    """*Cannot tell whether Ada gets her receipt: the mailbox was away from 02:02 to 02:05.*"""
    because = reason.strip().rstrip(".")
    if promise.silent:
        said = _("Cannot tell whether {who} really gets no {what}", who=promise.who, what=promise.kind)
    else:
        said = _("Cannot tell whether {who} gets the {what}", who=promise.who, what=promise.kind)
    said += f": {because}." if because else "."
    ours = any(words in because for name in _OURS for words in (name, _(name)))
    return f"{said} {_('That says nothing about the site.')}" if ours else said


def withdrawn(promise: Promise, reason: str) -> str:
    """*Ada's reminder was withdrawn: she cancelled.*"""
    because = reason.strip().rstrip(".")
    return _("{its} was withdrawn", its=_its(promise)) + (f": {because}." if because else ".")


def strange(promise: Promise, arrival: Arrival) -> str:
    """Why an unrecognised message leaves the verdict in doubt, and what to do about it."""
    came = _(
        "something came that may be {what} and cannot be told by its subject: {subject}.",
        what=_a(promise.kind), subject=_subject(arrival),
    )  # fmt: skip
    mend = _('To settle this, set `recognise` for [touchpoint."{kind}"] in the journey\'s map', kind=promise.kind)
    return f"{came} {mend}"


def unread(arrival: Arrival) -> str:
    """Why a message that is too large for us proves nothing."""
    return _("{subject} could not be read whole ({why})", subject=_subject(arrival), why="; ".join(arrival.faults))
