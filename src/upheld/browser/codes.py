"""One-time codes on a page: the field that asks for one, and the key that an authenticator app is given."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.sync_api import Error, Page

from upheld.browser.address import where
from upheld.browser.answering import await_fields
from upheld.browser.fields import Field
from upheld.browser.filling import HIDDEN, Filled
from upheld.browser.manner import Deadline, Manner
from upheld.browser.meaning import plain
from upheld.browser.scripts import script
from upheld.browser.trouble import alive, trouble
from upheld.browser.walking import Walking
from upheld.cast import Person
from upheld.errors import StepFailed

__all__ = ["authenticator_keys", "enter_code"]

# A code is asked for in words; a postcode, a voucher's code and a country's code are other things.
ASKS = re.compile(r"code|\bpin\b|\btan\b|\botp\b|codigo|codice|passcode|one.time|einmal")
OTHER = re.compile(
    r"post|zip|postal|promo|discount|voucher|coupon|gift|rabatt|gutschein|country|area|referral|bar.?code|dial|remise"
    r"|reduc|descuento|korting|sort.?code|\bcvc\b|\bcvv\b|prufziffer"
)
TYPED = ("text", "tel", "number", "password")
PAUSE = 100


def enter_code(page: Page, person: Person, code: str, manner: Manner | None = None) -> Filled:
    """Type a one-time code where the page asks for it: a field, or a box for each of its characters.

    A field is found by `autocomplete="one-time-code"`, else by its words, else by being the only one that could take
    it. Raises `StepFailed` where there is none, or where the boxes are more or fewer than the code's characters.
    """
    manner = manner or Manner(who=person.who)
    doing = f"{manner.who} could not enter the code at {where(page.url)}"
    deadline = Deadline(manner.limit)
    found, fields = await_fields(page, person, lambda there: _asking(there, code), doing, manner)
    if not found:
        titles = ", ".join(f'"{one.title}"' for one in fields[:12]) or "nothing that can be filled in"
        raise StepFailed(
            f"{doing}: no field asks for one. The page has {titles}. It looked for {deadline.spent:.1f} s."
        )
    with Walking(page, doing, manner) as walking:
        try:
            if len(found) == 1:
                found[0].element.fill(code, timeout=manner.limit * 1000)
            else:
                # By keys, as she would: such boxes pass the cursor on by themselves, or wait to be stepped into.
                for box, character in zip(found, code, strict=True):
                    box.element.focus()
                    page.keyboard.press(character)
            # With the last character a page may send the form by itself, and needs a moment to begin.
            page.wait_for_timeout(PAUSE)
        except Error as error:
            if not walking.left:
                raise walking.failure(error) from error
        walking.arrive(page)
    return Filled(found[0].title, HIDDEN, "the code")


def authenticator_keys(page: Page, manner: Manner | None = None) -> list[str]:
    """Return what the page gives to an authenticator app: `otpauth://` links, or keys in base32 (RFC 4648).

    Links go before keys, since they also say how long a code is and how long it counts. It waits until there is one.
    Raises `StepFailed` where there is none.
    """
    manner = manner or Manner()
    doing = f"{manner.who} could not add the key to her authenticator app"
    alive(page, doing)
    deadline = Deadline(manner.limit)
    with trouble(doing, page=page, allow=manner.allow, probe=manner.probe):
        while True:
            there: dict[str, list[str]] = page.evaluate(script("keys"))
            if there["links"] or there["keys"]:
                return there["links"] or there["keys"]
            if deadline.left_ms <= 1:
                break
            page.wait_for_timeout(min(PAUSE, deadline.left_ms))
    raise StepFailed(
        f"{doing}: the page at {where(page.url)} shows neither a key nor an otpauth link. "
        f"It looked for {deadline.spent:.1f} s."
    )


def _asking(fields: Sequence[Field], code: str) -> list[Field]:
    """Return the field that asks for a code, or the boxes that do, one for each of its characters."""
    free = [one for one in fields if one.type in TYPED and not one.members]
    declared = [one for one in free if "one-time-code" in one.auto]
    for boxes in _rows_of_boxes(free):
        if len(boxes) == len(code):
            return boxes
    if whole := [one for one in declared if one.length != 1]:
        return whole[:1]
    named = [one for one in free if one.length != 1 and (one.concept == "code" or _is_asking(one))]
    if named:
        return named[:1]
    # "Security code" stands on cards as well; where nothing else of a card is asked for, it is this one.
    others = [one for one in free if one.length != 1 and one.type != "password" and one.concept in ("", "card")]
    lone = [one for one in others if not OTHER.search(_words(one))]
    return lone if len(lone) == 1 and not lone[0].value else []


def _is_asking(one: Field) -> bool:
    # A field for digits is often typed as one for phone numbers.
    asks = one.type != "password" and (one.concept == "" or one.how == "type")
    return asks and bool(ASKS.search(_words(one))) and not OTHER.search(_words(one))


def _words(one: Field) -> str:
    return plain(f"{one.title} {one.name}")


def _rows_of_boxes(fields: Sequence[Field]) -> list[list[Field]]:
    """Return the boxes for single characters, form by form; the first often takes more, so as to be pasted into."""
    forms = dict.fromkeys(one.form for one in fields if one.length == 1)
    boxes = [one for one in fields if one.length == 1 or "one-time-code" in one.auto]
    return [[one for one in boxes if one.form == form] for form in forms]
