"""The sentences: what became of a promise, told to a business owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta
from babel.lists import format_list

from upheld.promises.promise import Arrival, Promise
from upheld.promises.window import Interval

__all__ = [
    "broken",
    "duration",
    "instant",
    "kept",
    "late",
    "late_in_a_gap",
    "none_owed",
    "repeated",
    "silent",
    "still_open",
    "strange",
    "too_early",
    "unproven",
    "unread",
    "unwanted",
    "withdrawn",
    "wrong",
]

_TIMES = {2: "twice", 3: "three times", 4: "four times"}


def duration(length: timedelta) -> str:
    """Return a length of time as a person says it: `1.4 s`, `48 s`, `12 minutes`, `3 days`."""
    seconds = length.total_seconds()
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return str(format_timedelta(length, threshold=1.5, locale="en"))


def instant(when: datetime, zone: str) -> str:
    """Return an instant in a time zone: `Wednesday 25 November, 18:00:05 (Europe/Berlin)`."""
    said = format_datetime(when.astimezone(ZoneInfo(zone)), "EEEE d MMMM, HH:mm:ss", locale="en")
    return f"{said} ({zone})"


def _a(kind: str) -> str:
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"


def _promised(promise: Promise) -> str:
    """The window in words, as part of a sentence: ` within 2 minutes`, or nothing."""
    return f" {promise.window.words}" if promise.window.words else ""


def kept(promise: Promise, came: datetime, made: datetime | None, zone: str) -> str:
    """*Ada's confirmation came after 1.4 s; within 1 minute was promised.*"""
    promised = f"; it was promised{_promised(promise)}" if promise.window.words else ""
    if made is not None and abs(came - made) < timedelta(hours=1):
        if came <= made:
            return f"{promise.who}'s {promise.kind} was there at once{promised}."
        return f"{promise.who}'s {promise.kind} came after {duration(came - made)}{promised}."
    return f"{promise.who}'s {promise.kind} came on {instant(came, zone)}{promised}."


def silent(promise: Promise, span: tuple[datetime, datetime] | None, zone: str) -> str:
    """*Ada was promised no receipt, and none came.*"""
    return f"{promise.who} was promised no {promise.kind}{_promised(promise)}, and none came.{_we_looked(span, zone)}"


def none_owed(promise: Promise) -> str:
    """*None of Ada's reminders was owed, and none came.*"""
    return f"At most {promise.most} {promise.kind} was promised to {promise.who}, and none came."


def broken(
    promise: Promise,
    came: int,
    span: tuple[datetime, datetime] | None,
    zone: str,
    *,
    astray: Arrival | None = None,
    strange: Arrival | None = None,
) -> str:
    """*Ada was promised a receipt by email within 2 minutes of paying. None came. We looked without a gap ...*"""
    number = "" if promise.least == 1 else f"{promise.least} of them, "
    said = f"{promise.who} was promised {_a(promise.kind)} by {promise.channel}{_promised(promise)}. "
    said += "None came." if not came else f"Of {number}only {came} came."
    if astray is not None:
        said += f' It went to {format_list(astray.to, locale="en")} instead: "{astray.subject}".'
    elif strange is not None:
        said += f' What came instead is not it: "{strange.subject or "a message without a subject"}".'
    return said + _we_looked(span, zone)


def _we_looked(span: tuple[datetime, datetime] | None, zone: str) -> str:
    if span is None:
        return ""
    since, until = (when.astimezone(ZoneInfo(zone)) for when in span)
    day = "" if since.date() == until.date() else f"{format_datetime(since, 'd MMMM', locale='en')} "
    end_day = "" if not day else f"{format_datetime(until, 'd MMMM', locale='en')} "
    return f" We looked without a gap from {day}{since:%H:%M:%S} to {end_day}{until:%H:%M:%S} ({zone})."


def wrong(promise: Promise, faults: Sequence[str]) -> str:
    """*Ada's receipt says 210.00 € instead of 120.00 €.*"""
    return f"{promise.who}'s {promise.kind} {format_list(list(faults), locale='en')}."


def too_early(promise: Promise, came: datetime, interval: Interval, zone: str) -> str:
    """*Ada's reminder came too early: on ..., 3 days before its window opened.*"""
    return (
        f"{promise.who}'s {promise.kind} came too early: on {instant(came, zone)}, "
        f"{duration(interval.opens - came)} before its window opened; it was promised{_promised(promise)}."
    )


def late(promise: Promise, came: datetime, interval: Interval, zone: str) -> str:
    """*Ada's confirmation came 40 s too late: on ...; it was promised within 1 minute.*"""
    return (
        f"{promise.who}'s {promise.kind} came {duration(came - interval.closes)} too late, on "
        f"{instant(came, zone)}; it was promised{_promised(promise)}."
    )


def late_in_a_gap(came: datetime, zone: str, gap: str) -> str:
    """Why what came late proves nothing: we were away while it should have come."""
    return f"it came on {instant(came, zone)}, after its window had closed, but before that {gap}"


def repeated(promise: Promise, times: Sequence[datetime]) -> str:
    """*Ada was sent her confirmation twice, 3 s apart.*"""
    often = _TIMES.get(len(times), f"{len(times)} times")
    apart = f", {duration(max(times) - min(times))} apart" if len(times) == 2 else ""
    promised = "once" if promise.most == 1 else f"{promise.most} times"
    return f"{promise.who} was sent the {promise.kind} {often}{apart}; it was promised {promised}."


def unwanted(promise: Promise, arrival: Arrival, came: datetime, zone: str) -> str:
    """*Ada was promised no confirmation, and one came on ...: "Your booking".*"""
    return (
        f"{promise.who} was promised no {promise.kind}{_promised(promise)}, and one came on "
        f'{instant(came, zone)}: "{arrival.subject}".'
    )


def still_open(promise: Promise, interval: Interval, zone: str) -> str:
    """*Ada's reminder is due by Wednesday 25 November ... So far, yes.*"""
    if promise.silent:
        return f"That {promise.who} gets no {promise.kind} is known on {instant(interval.closes, zone)}. So far, none came."
    return f"{promise.who}'s {promise.kind} is due by {instant(interval.closes, zone)}. Tonight's answer is: so far, yes."


def unproven(promise: Promise, reason: str) -> str:
    """*Cannot tell whether Ada gets her receipt: the mailbox was away from 02:02 to 02:05.*"""
    what = f"no {promise.kind}" if promise.silent else f"the {promise.kind}"
    return f"Cannot tell whether {promise.who} gets {what}: {reason.rstrip('.')}."


def withdrawn(promise: Promise, reason: str) -> str:
    """*Ada's reminder was withdrawn: she cancelled.*"""
    return f"{promise.who}'s {promise.kind} was withdrawn: {reason.rstrip('.')}."


def strange(promise: Promise, arrival: Arrival) -> str:
    """Why an unrecognised message leaves the verdict in doubt, and what to do about it."""
    return (
        f'something came that may be it and does not look like {_a(promise.kind)}: "{arrival.subject}". '
        f'To settle this, set `recognise` for [touchpoint."{promise.kind}"] in the journey\'s map'
    )


def unread(arrival: Arrival) -> str:
    """Why a message that is too large for us proves nothing."""
    return f'the message "{arrival.subject}" could not be read whole ({"; ".join(arrival.faults)})'
