"""Reading the fields of a page, and choosing the form that matters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import ElementHandle, Frame, Page

from upheld.browser.meaning import meaning, plain
from upheld.browser.scripts import script
from upheld.cast import Person
from upheld.errors import StepFailed

__all__ = ["MARKETING", "Field", "choose_form", "is_called", "is_minor", "read_fields"]

MARKETING = re.compile(r"newsletter|marketing|promotion|offers|news\b|werbung|angebote|offres|ofertas|novidades|novita")
LOGIN = re.compile(r"log ?in|sign ?in|anmelden|einloggen|connexion|iniciar sesion|entrar|inloggen|accedi")


@dataclass(slots=True)
class Field:
    """A field as the script `fields.js` reads it; the radio buttons of one name are one field with `members`.

    `concept` is what it asks for and `how` says how that is known (see `meaning`); `form` is its form's number,
    `length` how many characters it takes (0: it does not say).
    """

    tag: str
    type: str
    name: str
    label: str
    auto: list[str]
    legend: str
    required: bool
    group_required: bool
    value: str
    checked: bool
    visible: bool
    by_label: bool
    locked: bool
    options: list[dict[str, Any]]
    min: str
    length: int
    form: int
    element: ElementHandle
    concept: str = ""
    how: str = ""
    members: list[Field] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What it is called on the page."""
        words = self.legend if self.members else self.label
        return re.sub(r"\s*[*:]+\s*$", "", words) or self.name or f"a field without a name ({self.type})"

    @property
    def key(self) -> tuple[int, str, str, str]:
        """What makes it the same field after the page has changed."""
        return (self.form, self.type, self.name, self.label)


def read_fields(page: Page | Frame, person: Person) -> tuple[list[Field], list[dict[str, Any]], str]:
    """Return the fields that she can see and fill, what is known of their forms, and the page's language."""
    handle = page.evaluate_handle(script("fields"))
    read = handle.evaluate("({fields, forms, language}) => ({fields, forms, language})")
    elements = handle.get_property("elements").get_properties()
    fields: list[Field] = []
    groups: dict[tuple[int, str], Field] = {}
    for index, entry in enumerate(read["fields"]):
        element = elements[str(index)].as_element()
        if element is None or not entry["visible"] or entry["locked"]:
            continue
        one = Field(element=element, **entry)
        if one.type == "radio" and one.name:
            # The buttons of one name are one field, with their words as its options.
            group = groups.get((one.form, one.name))
            if group is not None:
                group.members.append(one)
                group.required = group.required or one.required
                group.checked = group.checked or one.checked
                continue
            one.members = [one]
            groups[one.form, one.name] = one
        one.required = one.required or (one.type == "radio" and one.group_required)
        fields.append(one)
    language = str(read["language"]).partition("-")[0] or person.language
    for one in fields:
        label = one.legend if one.members else one.label
        one.concept, one.how = meaning(
            auto=one.auto, label=label, legend="" if one.type == "checkbox" else one.legend,
            name=one.name, kind=one.type, person=person,
        )  # fmt: skip
    _tell_names_apart(fields)
    return fields, read["forms"], language


def _tell_names_apart(fields: Sequence[Field]) -> None:
    # Beside "Vorname" or "Prénom", "Name" and "Nom" mean the family name; beside "Apellidos", "Nombre" the given.
    for form in {one.form for one in fields}:
        there = {one.concept for one in fields if one.form == form}
        for one in fields:
            if one.form == form and one.concept == "name" and one.how != "autocomplete":
                if "given" in there and "family" not in there:
                    one.concept = "family"
                elif "family" in there and "given" not in there:
                    one.concept = "given"


def choose_form(
    fields: Sequence[Field], forms: Sequence[Mapping[str, Any]], overrides: Mapping[str, str], doing: str
) -> int:
    """Return the number of the form that matters; see `fill_in`. Raises `StepFailed` where there is no field."""

    def worth(index: int) -> tuple[int, bool, bool, int, int]:
        mine = [one for one in fields if one.form == index]
        asked = sum(any(is_called(one, name) for one in mine) for name in overrides)
        # Ties go to the form that stands first.
        return asked, forms[index]["dialog"], not is_minor(mine, forms[index]), len(mine), -index

    candidates = {one.form for one in fields}
    if not candidates:
        raise StepFailed(f"{doing}: it has no field that can be filled in.")
    return max(candidates, key=worth)


def is_minor(fields: Sequence[Field], form: Mapping[str, Any]) -> bool:
    """Return whether a form is for searching, for signing in or for a newsletter."""
    words = plain(str(form["words"]))
    if form["search"] or all(one.type == "search" for one in fields):
        return True
    concepts = [one.concept for one in fields]
    if len(fields) <= 3 and concepts.count("password") == 1:
        chooses = any("new-password" in one.auto for one in fields)
        return not chooses and (bool(LOGIN.search(words)) or any("current-password" in one.auto for one in fields))
    asks_little = len(fields) <= 3 and set(concepts) <= {"email", "given", "name", ""}
    return asks_little and bool(MARKETING.search(words) or "subscribe" in words or form["aside"])


def is_called(one: Field, name: str, *, exactly: bool = False) -> bool:
    """Return whether the feature means this field by that name: its label, its name or its `autocomplete` token."""
    wanted, titles = plain(name), (plain(one.title), plain(one.label))
    if exactly:
        return wanted in titles or wanted == plain(one.name) or wanted in one.auto
    return len(wanted) > 2 and any(wanted in title for title in titles)
