"""Filling in a form as this customer, whatever the form: no selector, no name of a field in the feature.

Fields inside frames of another document (a payment provider's, say) belong to that document: pass its frame.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence

from playwright.sync_api import Frame, Page
from playwright.sync_api import TimeoutError as TookTooLong

from upheld.browser.address import where
from upheld.browser.fields import MARKETING, Field, choose_form, is_called, is_minor, read_fields
from upheld.browser.filling import NO, Filled, fill_field, is_choice, option_of
from upheld.browser.manner import Deadline, Manner, looked_for
from upheld.browser.meaning import Answer, answer, plain
from upheld.browser.trouble import alive, trouble
from upheld.cast import Person
from upheld.errors import StepFailed, did_you_mean
from upheld.language import gettext as _

__all__ = ["fill_in"]

CONSENT = re.compile(
    r"terms|conditions|privacy|consent|agree|accept|policy|\bagb\b|bedingungen|datenschutz|einwillig|zustimm"
    r"|akzeptier|conditions|confidentialite|accepte|terminos|acepto|privacidad|termos|aceito|privacidade|voorwaarden"
    r"|akkoord|termini|accetto"
)
TWICE = ("email", "password")
# She has nothing to say, and no page of her own, unless it is wanted.
WHERE_REQUIRED = ("message", "website", "username")
SELECTED = ("select", "radio")
# As many as a page of a hundred fields needs that draws all of them anew after each.
PASSES = 100


def fill_in(
    page: Page | Frame, person: Person, overrides: Mapping[str, str] | None = None, manner: Manner | None = None
) -> list[Filled]:
    """Fill in the form of the page as this customer, and return what was filled, in the order of the page.

    Of several forms it is the one in an open dialog, else the one with most fields that is no search, newsletter or
    sign-in form; those only where there is no other; a form that has the overrides' labels goes before all.
    `overrides` are answers by visible label (or `autocomplete` token), as a feature's table gives them. Optional
    fields of which nothing is known, marketing, and what is filled already are left. Raises `StepFailed` where
    there is no form, where a required field cannot be answered, and where an override fits no field.
    """
    manner = manner or Manner(who=person.who)
    overrides = dict(overrides or {})
    owner = page if isinstance(page, Page) else page.page
    doing = _("{who} could not fill in the form at {at}", who=manner.who, at=where(page.url))
    alive(owner, doing)
    done: dict[tuple[int, str, str, str], Filled] = {}
    left = dict(overrides or {})
    with trouble(doing, page=owner, allow=manner.allow, probe=manner.probe):
        chosen = _await_form(page, person, left, doing, manner)
        # An answer may bring further fields (a company's name after "as a company"), or have the page draw them all
        # anew; so the form is read again until there is nothing left to do.
        for _pass in range(PASSES):
            fields, _forms, language = read_fields(page, person)
            new = [one for one in fields if one.form == chosen and one.key not in done]
            said = _assign(new, left, doing)
            wanted = [(one, _wanted(one, person, left, said.get(id(one), ""), language)) for one in new]
            _require(wanted, doing)
            given = [(one, answer) for one, answer in wanted if answer is not None]
            for one, answer in given:
                filled = fill_field(one, answer, doing, owner, manner)
                if filled is None:
                    break
                done[one.key] = filled
            else:
                left = {name: value for name, value in left.items() if name not in said.values()}
            if not given:
                break
        _unused(left, doing, [one for one in fields if one.form == chosen])
    return list(done.values())


def _await_form(page: Page | Frame, person: Person, overrides: Mapping[str, str], doing: str, manner: Manner) -> int:
    deadline = Deadline(manner.limit)
    shown = page.locator("input:not([type=hidden]), select, textarea, label").filter(visible=True)
    try:
        shown.first.wait_for(state="visible", timeout=deadline.left_ms)
    except TookTooLong as error:
        raise StepFailed(_("{doing}: there is none.", doing=doing) + f" {looked_for(deadline.spent)}") from error
    fields, forms, _left = read_fields(page, person)
    if all(is_minor([one for one in fields if one.form == index], forms[index]) for index in {f.form for f in fields}):
        # A page that draws itself may show its search before the form that matters.
        with contextlib.suppress(TookTooLong):
            page.wait_for_load_state("networkidle", timeout=deadline.left_ms)
        fields, forms, _left = read_fields(page, person)
    return choose_form(fields, forms, overrides, doing)


def _assign(fields: Sequence[Field], overrides: Mapping[str, str], doing: str) -> dict[int, str]:
    """Return which override each field takes, by the field's id."""
    said: dict[int, str] = {}
    for name in overrides:
        exact = [one for one in fields if is_called(one, name, exactly=True)]
        loose = [one for one in fields if is_called(one, name) and one not in exact]
        # An address or a password that is asked for twice is one answer.
        twice = [one for one in loose if exact and one.concept in TWICE and one.concept == exact[0].concept]
        if not exact and len({one.concept or one.key for one in loose}) > 1:
            titles = " or ".join(f'"{one.title}"' for one in loose)
            raise StepFailed(f'{doing}: "{name}" could be {titles}. Say the whole of its words in the feature.')
        for one in [*exact, *twice] if exact else loose:
            said.setdefault(id(one), name)
    return said


def _wanted(one: Field, person: Person, overrides: Mapping[str, str], name: str, language: str) -> Answer | None:
    if name:
        one.how = "the feature"
        return Answer((overrides[name],), one.concept)
    if one.type in ("checkbox", "file", "range", "color"):
        return _ticked(one) if one.type == "checkbox" else None
    known = answer(one.concept, person, kind=one.type, language=language, minimum=one.min) if one.concept else None
    if one.type in SELECTED:
        return _selected(one, known)
    # What is there already was put there by the site or by her: she leaves it.
    if one.value or known is None:
        return None
    return known if one.required or one.concept not in WHERE_REQUIRED else None


def _ticked(one: Field) -> Answer | None:
    text = plain(f"{one.label} {one.name}")
    consent = CONSENT.search(text) and not MARKETING.search(text)
    if one.checked or not (one.required or consent):
        return None
    one.how = "consent" if consent else "required"
    return Answer(("yes",), "consent")


def _selected(one: Field, known: Answer | None) -> Answer | None:
    if known is not None and one.type == "select":
        for text in known.texts:
            option = option_of(one, text)
            if option is not None:
                return None if option["value"] == one.value else Answer((option["value"],), known.concept)
    if known is not None and one.members:
        member = next((m for text in known.texts for m in one.members if is_choice(m.label, m.value, text)), None)
        if member is not None:
            return None if member.checked else Answer((member.label or member.value,), known.concept)
    if not one.required:
        return None
    one.how = "the first there is"
    if one.type == "select":
        real = [option for option in one.options if option["real"]]
        chosen = any(option["value"] == one.value for option in real)
        return None if chosen or not real else Answer((real[0]["value"],), "")
    if one.checked:
        return None
    # Of marketing she wants none, where she can say so.
    refusal = next((m for m in one.members if plain(m.label or m.value).partition(" ")[0].strip(",.") in NO), None)
    taken = refusal if refusal and MARKETING.search(plain(one.legend)) else (one.members or [one])[0]
    return Answer((taken.label or taken.value,), "")


def _require(wanted: Sequence[tuple[Field, Answer | None]], doing: str) -> None:
    missing = [one for one, given in wanted if given is None and one.required and not one.value and not one.checked]
    # A button that is drawn as a field of one name, and a choice that is made already, miss nothing.
    missing = [one for one in missing if not any(member.checked for member in one.members)]
    if not missing:
        return
    names = _(" and ").join(_('"{words}"', words=one.title) for one in missing)
    rows = " ".join(f"| {one.title} | … |" for one in missing)
    said = _("{doing}: it wants {names}, and nothing of that kind is known of her.", doing=doing, names=names)
    raise StepFailed(said + " " + _("Say it in a table under the step: {rows}", rows=rows))


def _unused(left: Mapping[str, str], doing: str, fields: Sequence[Field]) -> None:
    name = next(iter(left), "")
    if not name:
        return
    titles = list(dict.fromkeys(one.title for one in fields))
    listed = ", ".join(f'"{title}"' for title in titles[:12])
    raise StepFailed(f'{doing}: no field is called "{name}". It has {listed}.{did_you_mean(name, titles)}')
