"""The sentences: what became of a promise, told to a business owner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta
from babel.lists import format_list

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

TWIN = (
    "what came twice has the same Message-ID, and the mailbox was away in between; it was counted once, "
    "and may have been two"
)
_TIMES = {2: "twice", 3: "three times", 4: "four times"}


def duration(length: timedelta) -> str:
    """Return a length of time as a person says it: `1.4 s`, `3 s`, `2 min 30 s`, `12 minutes`, `3 days`."""
    seconds = length.total_seconds()
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f} s".replace(".0 ", " ")
    if seconds < 90:
        return f"{seconds:.0f} s"
    if 90 <= seconds < 600 and round(seconds) % 60:  # "2 minutes" would say that what took 150 s was in time
        return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    return str(format_timedelta(length, threshold=1.5, locale="en"))


def instant(when: datetime, zone: str) -> str:
    """Return an instant in a time zone: `Wednesday 25 November, 18:00:05 (Europe/Berlin)`."""
    said = format_datetime(when.astimezone(ZoneInfo(zone)), "EEEE d MMMM, HH:mm:ss", locale="en")
    return f"{said} ({zone})"


def _a(kind: str) -> str:
    if _is_plural(kind):
        return f"the {kind}"
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"


def _is_plural(kind: str) -> bool:
    """True of "details", and not of "address" or "status"."""
    return bool(re.search(r"[^siu]s$", kind))


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
        return f"at least {_them(promise, promise.least)}"
    return _them(promise, promise.most) if promise.least else f"at most {_number(promise.most)} {promise.kind}"


def _number(count: int) -> str:
    return "one" if count == 1 else str(count)


def _its(promise: Promise) -> str:
    """Whose it is, as a sentence begins: `Ada's receipt`, `The organiser's receipt`."""
    return f"{_name(promise)}'s {promise.kind}"


def _name(promise: Promise) -> str:
    return promise.who[:1].upper() + promise.who[1:]


def _subject(arrival: Arrival) -> str:
    words = " ".join(arrival.subject.split())
    if not words:
        return "a message without a subject"
    return f'"{words[:117]}..."' if len(words) > 120 else f'"{words}"'


def kept(promise: Promise, came: datetime, made: datetime | None, zone: str, *, turned: bool = False) -> str:
    """*Ada's confirmation came after 1.4 s; it was promised within 1 minute.*

    `turned` is true where the clock was turned over the time in which it came: then it is known by when.
    """
    were, it = ("were", "they were") if _is_plural(promise.kind) else ("was", "it was")
    promised = f"; {it} promised{_promised(promise)}" if promise.window.words else ""
    if made is not None and abs(came - made) < timedelta(hours=1):
        if came <= made:
            return f"{_its(promise)} {were} there at once{promised}."
        return f"{_its(promise)} came after {duration(came - made)}{promised}."
    when = (
        f"{were} there by {instant(came, zone)}, to which the clock was turned"
        if turned
        else f"came on {instant(came, zone)}"
    )
    return f"{_its(promise)} {when}{promised}."


def silent(promise: Promise, span: tuple[datetime, datetime] | None, zone: str, *, turned: bool = False) -> str:
    """*Ada was promised no receipt, and none came.*"""
    said = f"{_name(promise)} was promised no {promise.kind}{_promised(promise)}, and none came."
    return said + _we_looked(span, zone, turned)


def none_owed(promise: Promise) -> str:
    """*Ada was promised at most one reminder; none was owed, and none came.*"""
    return f"{_name(promise)} was promised {_numbered(promise)}; none was owed, and none came."


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
    said = f"{_name(promise)} was promised {_numbered(promise)} {promise.by}{_promised(promise)}. "
    said += f"Only {_number(came)} came." if came else "None came."
    if astray is not None:
        said += f" It went to {format_list(astray.to, locale='en')} instead: {_subject(astray)}."
    elif strange is not None:
        said += f" What came instead is not it: {_subject(strange)}."
    return said + _we_looked(span, zone, turned)


def _we_looked(span: tuple[datetime, datetime] | None, zone: str, turned: bool) -> str:
    if span is None:
        return ""
    since, until = (when.astimezone(ZoneInfo(zone)) for when in span)
    day = "" if since.date() == until.date() else f"{format_datetime(since, 'd MMMM', locale='en')} "
    end_day = "" if not day else f"{format_datetime(until, 'd MMMM', locale='en')} "
    clock = ", while the site's clock was turned to the end of the window" if turned else ""
    return f" We looked without a gap from {day}{since:%H:%M:%S} to {end_day}{until:%H:%M:%S} ({zone}){clock}."


def wrong(promise: Promise, faults: Sequence[str]) -> str:
    """*Ada's receipt says 210.00 € instead of 120.00 €.*"""
    return f"{_its(promise)} {format_list(list(faults), locale='en')}."


def unsound(promise: Promise, said: Sequence[str]) -> str:
    """*Ada's receipt is not as it should be: The link “Your booking” leads to a page that is not there.*"""
    return f"{_its(promise)} is not as it should be: {' '.join(said)}"


def too_early(promise: Promise, came: datetime, interval: Interval, zone: str) -> str:
    """*Ada's reminder came 3 days too early, on ...; it was promised on the day before the event.*"""
    return (
        f"{_its(promise)} came {duration(interval.opens - came)} too early, on {instant(came, zone)}; "
        f"it was promised{_promised(promise)}."
    )


def late(promise: Promise, came: datetime, interval: Interval, zone: str, *, turned: bool = False) -> str:
    """*Ada's confirmation came 40 s too late, on ...; it was promised within 1 minute.*"""
    if turned:
        return (
            f"{_its(promise)} came too late: not by {instant(interval.closes, zone)}, but by {instant(came, zone)}, to "
            f"which the clock was turned; it was promised{_promised(promise)}."
        )
    return (
        f"{_its(promise)} came {duration(came - interval.closes)} too late, on "
        f"{instant(came, zone)}; it was promised{_promised(promise)}."
    )


def out_of_order(promise: Promise, key: str, other: str) -> str:
    """*Ada's outline came before the confirmation; it was promised not before it.*"""
    if key == "before":
        return f"{_its(promise)} came after {other}; it was promised before it."
    return f"{_its(promise)} came before {other}; it was promised not before it."


def order_open(promise: Promise, other: str) -> str:
    """Why what has come is not settled yet: what it was promised not to precede is still to come."""
    return f"{_its(promise)} came; whether it came too soon is known once {other} is there. So far, yes."


def late_in_a_gap(came: datetime, zone: str, gap: str) -> str:
    """Why what came late proves nothing: we were away while it should have come."""
    return f"it came on {instant(came, zone)}, after its window had closed, but before that {gap}"


def repeated(promise: Promise, times: Sequence[datetime]) -> str:
    """*Ada was sent the confirmation twice, 3 s apart; it was promised once.*"""
    often = _TIMES.get(len(times), f"{len(times)} times")
    apart = f", {duration(max(times) - min(times))} apart" if len(times) == 2 else ""
    most = promise.most or 1
    promised = "once" if most == 1 else _TIMES.get(most, f"{most} times")
    return f"{_name(promise)} was sent the {promise.kind} {often}{apart}; it was promised {promised}."


def unwanted(promise: Promise, arrival: Arrival, came: datetime, zone: str) -> str:
    """*Ada was promised no confirmation, and one came on ...: "Your booking".*"""
    return (
        f"{_name(promise)} was promised no {promise.kind}{_promised(promise)}, and one came on "
        f"{instant(came, zone)}: {_subject(arrival)}."
    )


def still_open(promise: Promise, interval: Interval, zone: str) -> str:
    """*Ada's reminder is due by Wednesday 25 November ... So far, yes.*"""
    until = instant(interval.closes, zone)
    if promise.silent:
        return f"That {promise.who} gets no {promise.kind} is known on {until}. So far, none came."
    return f"{_its(promise)} is due by {until}. Tonight's answer is: so far, yes."


def unproven(promise: Promise, reason: str) -> str:
    """*Cannot tell whether Ada gets her receipt: the mailbox was away from 02:02 to 02:05.*"""
    what = f"really gets no {promise.kind}" if promise.silent else f"gets the {promise.kind}"
    because = reason.strip().rstrip(".")
    said = f"Cannot tell whether {promise.who} {what}{f': {because}' if because else ''}."
    ours = any(name in because for name in ("the mailbox", "the text-message capture", "no capture is set"))
    return f"{said} That says nothing about the site." if ours else said


def withdrawn(promise: Promise, reason: str) -> str:
    """*Ada's reminder was withdrawn: she cancelled.*"""
    because = reason.strip().rstrip(".")
    return f"{_its(promise)} was withdrawn{f': {because}' if because else ''}."


def strange(promise: Promise, arrival: Arrival) -> str:
    """Why an unrecognised message leaves the verdict in doubt, and what to do about it."""
    return (
        f"something came that may be {_a(promise.kind)} and cannot be told by its subject: {_subject(arrival)}. "
        f'To settle this, set `recognise` for [touchpoint."{promise.kind}"] in the journey\'s map'
    )


def unread(arrival: Arrival) -> str:
    """Why a message that is too large for us proves nothing."""
    return f"{_subject(arrival)} could not be read whole ({'; '.join(arrival.faults)})"
