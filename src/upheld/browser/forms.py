"""Filling in a form as this customer, whatever the form: no selector, no name of a field in the feature.

Fields inside frames of another document (a payment provider's, say) belong to that document: pass its frame.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from playwright.sync_api import ElementHandle, Error, Frame, Page
from playwright.sync_api import TimeoutError as TookTooLong

from upheld.browser.address import where
from upheld.browser.manner import Deadline, Manner
from upheld.browser.meaning import SECRETS, Answer, answer, meaning, plain
from upheld.browser.scripts import script
from upheld.browser.trouble import alive, told, trouble
from upheld.cast import Person
from upheld.errors import StepFailed, did_you_mean

__all__ = ["Filled", "fill_in"]

MARKETING = re.compile(r"newsletter|marketing|promotion|offers|news\b|werbung|angebote|offres|ofertas|novidades|novita")
CONSENT = re.compile(
    r"terms|conditions|privacy|consent|agree|accept|policy|\bagb\b|bedingungen|datenschutz|einwillig|zustimm"
    r"|akzeptier|conditions|confidentialite|accepte|terminos|acepto|privacidad|termos|aceito|privacidade|voorwaarden"
    r"|akkoord|termini|accetto"
)
LOGIN = re.compile(r"log ?in|sign ?in|anmelden|einloggen|connexion|iniciar sesion|entrar|inloggen|accedi")
YES = frozenset({"yes", "y", "true", "on", "1", "checked", "ja", "oui", "si", "sim"})
NO = frozenset({"no", "n", "false", "off", "0", "unchecked", "nein", "non", "nao", "nee"})
TWICE = ("email", "password")
# She has nothing to say, and no page of her own, unless it is wanted.
WHERE_REQUIRED = ("message", "website", "username")
SELECTED = ("select", "radio")
PASSES = 4
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


@dataclass(slots=True)
class _Field:
    tag: str
    type: str
    name: str
    label: str
    auto: list[str]
    legend: str
    required: bool
    groupRequired: bool  # noqa: N815 - as the script in the page names it
    value: str
    checked: bool
    visible: bool
    byLabel: bool  # noqa: N815 - as the script in the page names it
    locked: bool
    options: list[dict[str, Any]]
    min: str
    form: int
    element: ElementHandle
    concept: str = ""
    how: str = ""
    members: list[_Field] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What it is called on the page."""
        words = self.legend if self.members else self.label
        return re.sub(r"\s*[*:]+\s*$", "", words) or self.name or f"a field without a name ({self.type})"

    @property
    def key(self) -> tuple[int, str, str, str]:
        """What makes it the same field after the page has changed."""
        return (self.form, self.type, self.name, self.label)


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
    doing = f"{manner.who} could not fill in the form at {where(page.url)}"
    alive(owner, doing)
    done: dict[tuple[int, str, str, str], Filled] = {}
    used: set[str] = set()
    with trouble(doing, page=owner, allow=manner.allow, probe=manner.probe):
        _wait_for_fields(page, doing, manner)
        chosen: int | None = None
        # An answer may bring further fields (a company's name after "as a company"), so the form is read again.
        for _ in range(PASSES):
            fields, forms, language = _read(page, person)
            if chosen is None:
                chosen = _choose_form(fields, forms, overrides, doing)
            new = [entry for entry in fields if entry.form == chosen and entry.key not in done]
            said = _assign(new, overrides, doing)
            used.update(said.values())
            wanted = [(entry, _wanted(entry, person, overrides, said.get(id(entry), ""), language)) for entry in new]
            _require(wanted, doing)
            filled = 0
            for entry, given in wanted:
                if given is None:
                    continue
                done[entry.key] = _fill(entry, given, doing, owner, manner)
                filled += 1
            if not filled:
                break
        _unused(overrides, used, doing, [entry for entry in fields if entry.form == chosen])
    return list(done.values())


def _wait_for_fields(page: Page | Frame, doing: str, manner: Manner) -> None:
    deadline = Deadline(manner.limit)
    fields = page.locator("input:not([type=hidden]), select, textarea, label").filter(visible=True)
    try:
        fields.first.wait_for(state="visible", timeout=deadline.left_ms)
    except TookTooLong as error:
        raise StepFailed(f"{doing}: there is none. It looked for {deadline.spent:.1f} s.") from error


def _read(page: Page | Frame, person: Person) -> tuple[list[_Field], list[dict[str, Any]], str]:
    handle = page.evaluate_handle(script("fields"))
    read = handle.evaluate("({fields, forms, language}) => ({fields, forms, language})")
    elements = handle.get_property("elements").get_properties()
    fields: list[_Field] = []
    groups: dict[tuple[int, str], _Field] = {}
    for index, entry in enumerate(read["fields"]):
        element = elements[str(index)].as_element()
        if element is None or not entry["visible"] or entry["locked"]:
            continue
        one = _Field(element=element, **entry)
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
        one.required = one.required or (one.type == "radio" and one.groupRequired)
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


def _tell_names_apart(fields: Sequence[_Field]) -> None:
    # Beside "Vorname" or "Prénom", "Name" and "Nom" mean the family name; beside "Apellidos", "Nombre" the given.
    for form in {one.form for one in fields}:
        there = {one.concept for one in fields if one.form == form}
        for one in fields:
            if one.form == form and one.concept == "name" and one.how != "autocomplete":
                if "given" in there and "family" not in there:
                    one.concept = "family"
                elif "family" in there and "given" not in there:
                    one.concept = "given"


def _choose_form(
    fields: Sequence[_Field], forms: Sequence[Mapping[str, Any]], overrides: Mapping[str, str], doing: str
) -> int:
    def worth(index: int) -> tuple[int, bool, bool, int, int]:
        mine = [one for one in fields if one.form == index]
        asked = sum(any(_is_called(one, name) for one in mine) for name in overrides)
        # Ties go to the form that stands first.
        return asked, forms[index]["dialog"], not _is_minor(mine, forms[index]), len(mine), -index

    candidates = {one.form for one in fields}
    if not candidates:
        raise StepFailed(f"{doing}: it has no field that can be filled in.")
    return max(candidates, key=worth)


def _is_minor(fields: Sequence[_Field], form: Mapping[str, Any]) -> bool:
    words = plain(str(form["words"]))
    if form["search"] or all(one.type == "search" for one in fields):
        return True
    concepts = [one.concept for one in fields]
    if len(fields) <= 3 and concepts.count("password") == 1:
        chooses = any("new-password" in one.auto for one in fields)
        return not chooses and (bool(LOGIN.search(words)) or any("current-password" in one.auto for one in fields))
    asks_little = len(fields) <= 3 and set(concepts) <= {"email", "given", "name", ""}
    return asks_little and bool(MARKETING.search(words) or "subscribe" in words or form["aside"])


def _assign(fields: Sequence[_Field], overrides: Mapping[str, str], doing: str) -> dict[int, str]:
    """Return which override each field takes, by the field's id."""
    said: dict[int, str] = {}
    for name in overrides:
        exact = [one for one in fields if _is_called(one, name, exactly=True)]
        loose = [one for one in fields if _is_called(one, name) and one not in exact]
        # An address or a password that is asked for twice is one answer.
        twice = [one for one in loose if exact and one.concept in TWICE and one.concept == exact[0].concept]
        if not exact and len({one.concept or one.key for one in loose}) > 1:
            titles = " or ".join(f'"{one.title}"' for one in loose)
            raise StepFailed(f'{doing}: "{name}" could be {titles}. Say the whole of its words in the feature.')
        for one in [*exact, *twice] if exact else loose:
            said.setdefault(id(one), name)
    return said


def _wanted(one: _Field, person: Person, overrides: Mapping[str, str], name: str, language: str) -> Answer | None:
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


def _ticked(one: _Field) -> Answer | None:
    text = plain(f"{one.label} {one.name}")
    consent = CONSENT.search(text) and not MARKETING.search(text)
    if one.checked or not (one.required or consent):
        return None
    one.how = "consent" if consent else "required"
    return Answer(("yes",), "consent")


def _selected(one: _Field, known: Answer | None) -> Answer | None:
    if known is not None and one.type == "select":
        for text in known.texts:
            option = _option(one, text)
            if option is not None:
                return None if option["value"] == one.value else Answer((option["value"],), known.concept)
    if known is not None and one.members:
        member = next((m for text in known.texts for m in one.members if _says(m.label, m.value, text)), None)
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


def _option(one: _Field, text: str) -> dict[str, Any] | None:
    real = [option for option in one.options if option["real"]]
    exact = (option for option in real if plain(text) in (plain(option["label"]), plain(option["value"])))
    loose = (option for option in real if len(text) > 2 and plain(text) in plain(option["label"]))
    return next(exact, None) or next(loose, None)


def _says(label: str, value: str, text: str) -> bool:
    return plain(text) in (plain(label), plain(value)) or (len(text) > 2 and plain(text) in plain(label))


def _is_called(one: _Field, name: str, *, exactly: bool = False) -> bool:
    wanted, titles = plain(name), (plain(one.title), plain(one.label))
    if exactly:
        return wanted in titles or wanted == plain(one.name) or wanted in one.auto
    return len(wanted) > 2 and any(wanted in title for title in titles)


def _require(wanted: Sequence[tuple[_Field, Answer | None]], doing: str) -> None:
    missing = [one for one, given in wanted if given is None and one.required and not one.value and not one.checked]
    # A button that is drawn as a field of one name, and a choice that is made already, miss nothing.
    missing = [one for one in missing if not any(member.checked for member in one.members)]
    if not missing:
        return
    names = " and ".join(f'"{one.title}"' for one in missing)
    rows = " ".join(f"| {one.title} | … |" for one in missing)
    raise StepFailed(
        f"{doing}: it wants {names}, and nothing of that kind is known of her. Say it in a table under the step: {rows}"
    )


def _unused(overrides: Mapping[str, str], used: set[str], doing: str, fields: Sequence[_Field]) -> None:
    left = [name for name in overrides if name not in used]
    if not left:
        return
    titles = list(dict.fromkeys(one.title for one in fields))
    listed = ", ".join(f'"{title}"' for title in titles[:12])
    raise StepFailed(f'{doing}: no field is called "{left[0]}". It has {listed}.{did_you_mean(left[0], titles)}')


def _fill(one: _Field, given: Answer, doing: str, page: Page, manner: Manner) -> Filled:
    text = given.texts[0]
    try:
        if one.type == "select":
            option = _option(one, text)
            if option is None:
                raise _no_such_choice(one, text, doing, [entry["label"] for entry in one.options if entry["real"]])
            one.element.select_option(value=option["value"], timeout=manner.limit * 1000)
            text = option["label"]
        elif one.type == "radio":
            members = one.members or [one]
            member = next((m for m in members if _says(m.label, m.value, text)), None)
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
        cause = told(error, f'{doing}: "{one.title}" did not take "{_shown(one, text)}"', page=page, probe=manner.probe)
        raise cause from error
    return Filled(one.title, _shown(one, text), one.how)


def _tick(one: _Field, on: bool, manner: Manner) -> None:
    if one.checked == on:
        return
    if not one.byLabel:
        one.element.set_checked(on, timeout=manner.limit * 1000)
        return
    label = one.element.evaluate_handle("element => [...element.labels].find((label) => label.getClientRects().length)")
    visible = label.as_element()
    if visible is not None:
        # By its left edge: in the midst of a consent there is often a link to the terms.
        visible.click(position={"x": 5, "y": 8}, timeout=manner.limit * 1000)


def _no_such_choice(one: _Field, text: str, doing: str, choices: Sequence[str]) -> StepFailed:
    listed = ", ".join(f'"{choice}"' for choice in choices[:12])
    return StepFailed(f'{doing}: "{one.title}" has no choice "{text}". It has {listed}.{did_you_mean(text, choices)}')


def _shown(one: _Field, text: str) -> str:
    secret = one.concept in SECRETS or one.type == "password"
    return HIDDEN if secret else text
