"""Who acts at a step and where, which message has the code that is typed, and when to look for what comes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from upheld.improve.book import PASSES, Due, Step
from upheld.language import gettext as _
from upheld.language import ngettext
from upheld.promises import Promise

__all__ = ["acted", "comes_soon", "is_due_later", "opens_later"]

_HOUR = 3600
_IN_IT = re.compile(r'.*?\bfollows "(?P<words>[^"]+)" in it')
_CODE = re.compile(r"(?:.*\s)?enters the code")


def acted(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Say of each step in whose window it is done, where several people act, and which message has its code."""
    acting = {step.who for step in steps if step.who}
    many = len(acting) > 1
    return tuple(_with_looks(tuple(_with_codes(_with_windows(steps) if many else steps))))


def _with_looks(steps: Sequence[Step]) -> Iterator[Step]:
    for index, step in enumerate(steps):
        turned = next((one.number for one in steps[index + 1 :] if one.number and PASSES.match(one.text)), 0)
        yield replace(step, due=tuple(replace(due, look=_look(due, turned)) for due in step.due))


def _with_windows(steps: Sequence[Step]) -> Iterator[Step]:
    last, known = "", set[str]()
    for step in steps:
        who, turn = step.who, ""
        if who and who != last:
            turn = (
                _("Back in {who}’s window:", who=who)
                if who in known
                else _("In a private window of their own, as {who}:", who=who)
            )
            known.add(who)
            last = who
        yield replace(step, turn=turn)


def _with_codes(steps: Sequence[Step] | Iterator[Step]) -> Iterator[Step]:
    before: list[tuple[int, Due]] = []
    for step in steps:
        secret = [field.label for one in step.done for field in one.typed if field.secret]
        code = next((said for label in secret if (said := _came(label, step.who, before))), "")
        if code and _CODE.fullmatch(step.text):
            # What is told of the field need not be told once more below.
            yield replace(step, how=_("Type the code: {where}.", where=code), done=(), code=code)
        else:
            yield replace(step, code=code, how=_in_it(step, before) or step.how)
        before += [(step.number, due) for due in step.due if not due.promise.silent]


def _in_it(step: Step, before: Sequence[tuple[int, Due]]) -> str:
    """Return in which message a link is followed: the last that she received, and not what has come since."""
    found = _IN_IT.fullmatch(step.text)
    hers = ((at, due.promise) for at, due in reversed(before) if due.promise.waits and due.promise.who == step.who)
    number, promise = next(hers, (0, None)) if found else (0, None)
    if found is None or promise is None or not number:
        return ""
    return _(
        "In what came to {who} at step {number} ({kind}), follow the link “{words}”.",
        who=promise.who,
        number=number,
        kind=promise.kind,
        words=found["words"],
    )


def _came(label: str, who: str, before: Sequence[tuple[int, Due]]) -> str:
    """Return where a secret stands that has come to her by message: *it stands in the code to Cleo by text message*."""
    words = set(label.casefold().split())
    for number, due in reversed(before):
        promise = due.promise
        if promise.who == who and words and words <= set(promise.kind.casefold().split()):
            said = _("it stands in what came to {who} {by}", who=who, by=_(promise.by))
            return said + (_(" (step {number})", number=number) if number > 0 else "")
    return ""


def comes_soon(promise: Promise) -> bool:
    """Whether it is promised for the next minutes: nobody turns a clock for it."""
    return not promise.silent and promise.window.words.startswith("within ") and not is_due_later(promise)


def is_due_later(promise: Promise) -> bool:
    """Whether its own window, and not only a clock that was turned, goes on for more than an hour."""
    return opens_later(promise) or bool(promise.window.closes.days) or promise.window.closes.seconds > _HOUR


def opens_later(promise: Promise) -> bool:
    """Whether its window opens only some time after the step."""
    opens, closes = promise.window.opens, promise.window.closes
    dated = opens.clock or closes.clock or opens.days or opens.months or closes.months
    return bool(dated) or opens.seconds > 0


def _look(due: Due, turned: int) -> str:
    """Return when to look, and look again, for what is promised; "" where a look at once is enough.

    `turned` is the next step at which time passes, 0 where there is none.
    """
    promise, words = due.promise, due.promise.window.words
    if due.verdict == "withdrawn":
        return _("Do not wait for it: what is done later takes it back.")
    if promise.silent:
        return _silence(due)
    if not is_due_later(promise):
        minutes = promise.window.closes.seconds / 60
        return _("Look now; and where nothing has come yet, until its time is over.") if minutes >= 10 else ""
    last = " " + _last(due) if due.when else ""
    when = words or _("in its window")
    if promise.waits:
        look = _(
            "Look now. Where it is not there yet, wait, or turn the clock to the end of its window: {when}. What "
            "follows needs it.",
            when=when,
        )
        return look + last
    if turned and opens_later(promise):
        said = _(
            "It comes later, {when}. On the way to step {number}, turn the clock to just before that and look: nothing "
            "yet. Then turn it to the end of the window, and look again.",
            when=when,
            number=turned,
        )
        return said + last
    later = _("It comes later, {when}: do the steps that follow first.", when=when)
    if opens_later(promise):
        look = _("Then look just before its window opens: nothing yet. Turn the clock to its end, or wait; look again.")
    else:
        look = _("Then wait, or turn the site’s clock on, to the end of that window if need be, and look.")
    return f"{later} {look}{last}"


def _last(due: Due) -> str:
    if due.begun:
        return _("The last walk began on {day}; its window was {window}.", day=due.begun, window=due.when)
    return _("On the last walk the window was {window}.", window=due.when)


def _silence(due: Due) -> str:
    if due.when and is_due_later(due.promise):
        return _(
            "Look now: it has not come. Do the steps that follow, turn the clock to the end of its window, or wait, "
            "and look once more. {last}",
            last=_last(due),
        )
    minutes = round(due.promise.window.closes.seconds / 60)
    if minutes and not is_due_later(due.promise):
        return ngettext(
            "Look now: it has not come. Look once more after {count} minute.",
            "Look now: it has not come. Look once more after {count} minutes.",
            minutes,
        )
    return _("Look now: it has not come. Look once more when all other steps are done.")
