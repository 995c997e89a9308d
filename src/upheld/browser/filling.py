"""Filling in one field, whatever its kind: text, choice, tick or file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from playwright.sync_api import Error, Page

from upheld.browser.fields import Field
from upheld.browser.manner import Manner
from upheld.browser.meaning import SECRETS, Answer, plain
from upheld.browser.trouble import told
from upheld.errors import StepFailed, did_you_mean

__all__ = ["NO", "YES", "Filled", "fill_field", "is_choice", "option_of"]

YES = frozenset({"yes", "y", "true", "on", "1", "checked", "ja", "oui", "si", "sim"})
NO = frozenset({"no", "n", "false", "off", "0", "unchecked", "nein", "non", "nao", "nee"})
HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Filled:
    """One field as it was filled: its visible `label`, the `value` (`***` for a secret), and `how` it was known."""

    label: str
    value: str
    how: str

    @property
    def secret(self) -> bool:
        """Whether the value is one that is never written down."""
        return self.value == HIDDEN

    def to_json(self) -> dict[str, str]:
        """Return plain JSON."""
        return asdict(self)


def option_of(one: Field, text: str) -> dict[str, Any] | None:
    """Return the option of a list that these words choose: the whole words before a part of them."""
    real = [option for option in one.options if option["real"]]
    exact = (option for option in real if plain(text) in (plain(option["label"]), plain(option["value"])))
    loose = (option for option in real if len(text) > 2 and plain(text) in plain(option["label"]))
    return next(exact, None) or next(loose, None)


def is_choice(label: str, value: str, text: str) -> bool:
    """Return whether these words choose the button of this label and value."""
    return plain(text) in (plain(label), plain(value)) or (len(text) > 2 and plain(text) in plain(label))


def fill_field(one: Field, given: Answer, doing: str, page: Page, manner: Manner) -> Filled | None:
    """Give this answer to this field; None where the page has drawn its fields anew, and this one is no more."""
    text = given.texts[0]
    try:
        if one.type == "select":
            option = option_of(one, text)
            if option is None:
                raise _no_such_choice(one, text, doing, [entry["label"] for entry in one.options if entry["real"]])
            one.element.select_option(value=option["value"], timeout=manner.limit * 1000)
            text = option["label"]
        elif one.type == "radio":
            members = one.members or [one]
            exact = (m for m in members if plain(text) in (plain(m.label), plain(m.value)))
            member = next(exact, None) or next((m for m in members if is_choice(m.label, m.value, text)), None)
            if member is None:
                raise _no_such_choice(one, text, doing, [m.label or m.value for m in members])
            _tick(member, True, manner)
            text = member.label or member.value
        elif one.type == "checkbox":
            if plain(text) not in YES | NO:
                raise StepFailed(f'{doing}: "{one.title}" can be ticked or not; say yes or no instead of "{text}".')
            _tick(one, plain(text) in YES, manner)
        elif one.type == "file":
            one.element.set_input_files(text, timeout=manner.limit * 1000)
        else:
            one.element.fill(text, timeout=manner.limit * 1000)
    except Error as error:
        if "not attached" in str(error):
            return None
        cause = told(error, f'{doing}: "{one.title}" did not take "{_shown(one, text)}"', page=page, probe=manner.probe)
        raise cause from error
    return Filled(one.title, _shown(one, text), one.how)


def _tick(one: Field, on: bool, manner: Manner) -> None:
    if one.checked == on:
        return
    if not one.by_label:
        one.element.set_checked(on, timeout=manner.limit * 1000)
        return
    label = one.element.evaluate_handle("element => [...element.labels].find((label) => label.getClientRects().length)")
    visible = label.as_element()
    if visible is not None:
        # By its left edge: in the midst of a consent there is often a link to the terms.
        visible.click(position={"x": 5, "y": 8}, timeout=manner.limit * 1000)


def _no_such_choice(one: Field, text: str, doing: str, choices: Sequence[str]) -> StepFailed:
    listed = ", ".join(f'"{choice}"' for choice in choices[:12])
    return StepFailed(f'{doing}: "{one.title}" has no choice "{text}". It has {listed}.{did_you_mean(text, choices)}')


def _shown(one: Field, text: str) -> str:
    secret = one.concept in SECRETS or one.type == "password"
    return HIDDEN if secret else text
