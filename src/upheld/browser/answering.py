"""Answering one question of a page by its words: a field, a choice, a tick. The rest of the form is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playwright.sync_api import Page

from upheld.browser.address import where
from upheld.browser.fields import Field, is_called, read_fields
from upheld.browser.filling import Filled, fill_field, is_choice, option_of
from upheld.browser.manner import Deadline, Manner
from upheld.browser.meaning import Answer, plain
from upheld.browser.trouble import alive, trouble
from upheld.browser.walking import Walking
from upheld.cast import Person
from upheld.errors import StepFailed, did_you_mean
from upheld.language import gettext as _

__all__ = ["answer_field", "await_fields", "choose", "tick"]

CHOICES = ("select", "radio")
# Milliseconds between looks at a page that is still being drawn.
PAUSE = 100


def answer_field(page: Page, person: Person, name: str, text: str, manner: Manner | None = None) -> Filled:
    """Answer the field of these words, whatever its kind, and leave the others.

    The whole words are preferred to a part of them. It waits until there is one. Raises `StepFailed` where no field
    or more than one is called so, or where it does not take the answer.
    """
    manner = manner or Manner(who=person.who)
    doing = _('{who} could not fill in "{name}" at {at}', who=manner.who, name=name, at=where(page.url))
    return _give(page, person, lambda fields: _called(fields, name), text, doing, manner, name)


def choose(page: Page, person: Person, choice: str, name: str = "", manner: Manner | None = None) -> Filled:
    """Choose this one of a list or of round buttons; `name` says of which, where several have such a choice.

    Raises `StepFailed` with the choices that there are.
    """
    manner = manner or Manner(who=person.who)
    doing = f'{manner.who} could not choose "{choice}"' + (f' as "{name}"' if name else "") + f" at {where(page.url)}"

    def having(fields: Sequence[Field]) -> list[Field]:
        lists = [one for one in fields if one.type in CHOICES]
        if name:
            return _called(lists, name)
        exact = [one for one in lists if any(plain(choice) == plain(words) for words in _choices(one))]
        return exact or [one for one in lists if _has(one, choice)]

    return _give(page, person, having, choice, doing, manner, choice, offers=_choices)


def tick(page: Page, person: Person, name: str, *, on: bool = True, manner: Manner | None = None) -> Filled:
    """Tick the box of these words, or take its tick away; raises `StepFailed` where there is none."""
    manner = manner or Manner(who=person.who)
    doing = f'{manner.who} could not {"tick" if on else "untick"} "{name}" at {where(page.url)}'

    def boxes(fields: Sequence[Field]) -> list[Field]:
        return _called([one for one in fields if one.type == "checkbox"], name)

    return _give(page, person, boxes, "yes" if on else "no", doing, manner, name)


def await_fields(
    page: Page, person: Person, find: Callable[[Sequence[Field]], list[Field]], doing: str, manner: Manner
) -> tuple[list[Field], list[Field]]:
    """Wait until `find` finds some of the page's fields; return these, and all that there are by then."""
    alive(page, doing)
    deadline = Deadline(manner.limit)
    with trouble(doing, page=page, allow=manner.allow, probe=manner.probe):
        while True:
            fields, _, _ = read_fields(page, person)
            found = find(fields)
            if found or deadline.left_ms <= 1:
                return found, fields
            page.wait_for_timeout(min(PAUSE, deadline.left_ms))


def _give(
    page: Page,
    person: Person,
    find: Callable[[Sequence[Field]], list[Field]],
    text: str,
    doing: str,
    manner: Manner,
    wanted: str,
    offers: Callable[[Field], list[str]] = lambda one: [one.title],
) -> Filled:
    deadline = Deadline(manner.limit)
    with Walking(page, doing, manner) as walking:
        while True:
            found, fields = await_fields(page, person, find, doing, manner)
            if not found:
                raise _nothing(wanted, [words for one in fields for words in offers(one)], doing, manner)
            if len(found) > 1:
                titles = " or ".join(f'"{one.title}"' for one in found)
                raise StepFailed(f"{doing}: it could be {titles}. Say in the feature which.")
            found[0].how = "the feature"
            filled = fill_field(found[0], Answer((text,), found[0].concept), doing, page, manner)
            if filled is not None or deadline.left_ms <= 1:
                break
        # A list may lead to another page as soon as something is chosen.
        walking.arrive(page)
    if filled is None:
        raise StepFailed(f"{doing}: the page draws its fields anew again and again.")
    return filled


def _called(fields: Sequence[Field], name: str) -> list[Field]:
    exact = [one for one in fields if is_called(one, name, exactly=True)]
    found = exact or [one for one in fields if is_called(one, name)]
    # What is asked for twice ("Email", "Repeat email") is two fields, and the first is meant.
    same = exact and len({(one.title, one.form) for one in exact}) == 1
    return found[:1] if same else found


def _choices(one: Field) -> list[str]:
    if one.type == "select":
        return [str(option["label"]) for option in one.options if option["real"]]
    return [member.label or member.value for member in one.members or [one]] if one.type == "radio" else []


def _has(one: Field, choice: str) -> bool:
    if one.type == "select":
        return option_of(one, choice) is not None
    return any(is_choice(member.label, member.value, choice) for member in one.members or [one])


def _nothing(wanted: str, there: Sequence[str], doing: str, manner: Manner) -> StepFailed:
    names = list(dict.fromkeys(there))
    listed = ", ".join(f'"{name}"' for name in names[:12])
    has = f"the page has {listed}." if names else "the page has nothing of that kind."
    return StepFailed(f"{doing}: {has}{did_you_mean(wanted, names)} It looked for {manner.limit:.1f} s.")
