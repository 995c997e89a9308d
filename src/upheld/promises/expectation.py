"""What a touchpoint must say, show, carry and link to: a promise's table, read and held against an arrival."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from upheld.errors import FeatureError, did_you_mean
from upheld.language import gettext
from upheld.promises.documents import FILE_KINDS
from upheld.promises.facts import Fact, fold, money_in, parse_money, says
from upheld.promises.promise import Arrival, Attachment, Expectation, Row
from upheld.promises.telling import instant
from upheld.promises.window import JOURNEY_START, PROMISE_STEP, Moment

__all__ = ["ORDER_KEYS", "ROW_KEYS", "Knowledge", "check_references", "parse_table", "shortfalls"]

ROW_KEYS: Mapping[str, str] = {
    "subject": "words or facts that stand in the subject",
    "says": "words or facts that the message says, separated by commas",
    "does not say": "words or facts that the message does not say",
    "calls": "`her by name`: the message addresses her by her first name",
    "amount": "an amount with its currency that the message states: `120.00 EUR`",
    "attached": '`a PDF that says the same`, `a calendar entry for the event`, `a CSV`, `"ticket.pdf"` or `nothing`',
    "link": "words of a link in the message",
    "to": "the address or name that the message is made out to",
    "from": "the address or name that the message comes from",
    "not before": "another touchpoint of hers, or a moment, that comes first: `the confirmation`, `paying`",
    "before": "another touchpoint of hers, or a moment, that comes later",
}
# Rows that are judged on all that reached her together (`upheld.promises.order`), and not on one arrival alone.
ORDER_KEYS = ("not before", "before")
_REFERENCE = re.compile(r"(?:the|her|his|their) .+", re.IGNORECASE)
_AMOUNT = re.compile(r"[A-Z]{3} ?\d[\d.' ]*|\d[\d.' ]* ?(?:[A-Z]{3}|[€£$¥])")
_ATTACHED = re.compile(
    r"(?:an? )?(?P<kind>[\w ]+?)(?: (?P<same>that says the same)| that says (?P<says>.+)| for (?P<moment>the .+))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known when an arrival is held against a promise: the facts by name, the moments by name, her locale.

    A person's own facts ("her name", "her company") are among the facts under their full wording.
    """

    facts: Mapping[str, Fact] = field(default_factory=dict)
    moments: Mapping[str, Moment] = field(default_factory=dict)
    given_name: str = ""
    locale: str = "en"

    def find(self, phrase: str) -> Fact | None:
        """Return the fact that this phrase names ("the place of the event"), or None where it is plain words."""
        return self.facts.get(re.sub(r"^(?:his|their) ", "her ", phrase.strip().casefold()))


def parse_table(rows: Sequence[Sequence[str]], *, file: str, lines: Sequence[int]) -> Expectation:
    """Return what a promise's table expects.

    `rows` are the cells as written, `lines` their lines in the file. Raises `FeatureError` where a row is unknown
    or says nothing.
    """
    read = []
    for cells, line in zip(rows, lines, strict=True):
        if len(cells) != 2 or not all(cell.strip() for cell in cells):
            raise FeatureError(
                f"a promise's table has two columns, what and how: | says | Systems Day |; here: {' | '.join(cells)}",
                file=file,
                line=line,
            )
        key, value = cells[0].strip().casefold(), cells[1].strip()
        if key not in ROW_KEYS:
            raise FeatureError(
                f'a promise\'s table has no row "{cells[0]}".{did_you_mean(key, ROW_KEYS)}'
                f" It has: {', '.join(ROW_KEYS)}.",
                file=file,
                line=line,
            )
        _check_value(key, value, file, line)
        read.append(Row(key, value, line))
    return Expectation(tuple(read))


def _check_value(key: str, value: str, file: str, line: int) -> None:
    if key == "amount":
        try:
            parse_money(value)
        except ValueError as error:
            if not _REFERENCE.fullmatch(value):
                raise FeatureError(str(error), file=file, line=line) from None
    if key == "attached" and value.casefold() != "nothing" and not value.startswith('"'):
        found = _ATTACHED.fullmatch(value)
        kind = found["kind"].casefold() if found else value
        if kind not in FILE_KINDS:
            known = ", ".join(f"a {kind}" for kind in FILE_KINDS)
            raise FeatureError(
                f'"{value}" is no attachment that is understood.{did_you_mean(kind, FILE_KINDS)} Say {known}, '
                'a name in quotes, or "nothing".',
                file=file,
                line=line,
            )


def _is_money(value: str) -> bool:
    try:
        parse_money(value)
    except ValueError:
        return False
    return True


def _phrases(value: str) -> list[str]:
    """Split at commas; what stands in double quotes is one phrase and plain words."""
    return [phrase.strip() for phrase in next(csv.reader([value], skipinitialspace=True), []) if phrase.strip()]


def check_references(expectation: Expectation, knowledge: Knowledge, *, file: str) -> None:
    """Raise `FeatureError` where a row names a fact or moment that this journey does not know."""
    for row in expectation.rows:
        referring = row.value
        if row.key == "attached":
            found = None if row.value.startswith('"') else _ATTACHED.fullmatch(row.value)
            referring = (found and found["says"]) or ""
            if found and found["moment"] and found["moment"].casefold() not in knowledge.moments:
                moments = [name for name in knowledge.moments if name not in (JOURNEY_START, PROMISE_STEP)]
                raise FeatureError(
                    f'no step of this journey says when "{found["moment"]}" is.'
                    f"{did_you_mean(found['moment'].casefold(), moments)} Known: {', '.join(moments) or 'none'}.",
                    file=file,
                    line=row.line,
                )
        elif row.key not in ("says", "does not say", "subject", "amount", "to", "from"):
            continue
        for phrase in _phrases(referring):
            known = knowledge.find(phrase)
            if known is None and _REFERENCE.fullmatch(phrase) and f'"{phrase}"' not in referring:
                raise FeatureError(
                    f'nothing in this journey is known as "{phrase}".'
                    f"{did_you_mean(phrase.casefold(), knowledge.facts)} Known: {', '.join(sorted(knowledge.facts))}. "
                    f'To mean these very words, put them in quotes: "{phrase}".',
                    file=file,
                    line=row.line,
                )
            if row.key == "amount" and known is not None and not _is_money(known.value):
                raise FeatureError(
                    f'"{phrase}" is "{known.value}" in this journey, which is no amount; say it as "120.00 EUR".',
                    file=file,
                    line=row.line,
                )


def shortfalls(expectation: Expectation, arrival: Arrival, knowledge: Knowledge) -> tuple[str, ...]:
    """Return what this arrival lacks or says wrongly, each as the end of a sentence that begins with its name.

    Empty where it is all that was promised: `says 210.00 € instead of 120.00 €`, `has no PDF attached`.
    """
    found: list[str] = []
    for row in expectation.rows:
        if row.key not in ORDER_KEYS:
            found.extend(_HOLDS[row.key](row.value, arrival, knowledge, expectation))
    return tuple(dict.fromkeys(found))


def _body(arrival: Arrival) -> str:
    """What the customer reads: the HTML part where there is one, as her mail program shows it."""
    return arrival.html_text or arrival.text


def _as_fact(phrase: str, row_value: str, knowledge: Knowledge) -> Fact:
    if f'"{phrase}"' in row_value:
        return Fact(phrase, phrase)
    if _AMOUNT.fullmatch(phrase) and _is_money(phrase):
        return Fact("the amount", phrase, "money")
    return knowledge.find(phrase) or Fact(phrase, phrase)


def _missing(fact: Fact, text: str, knowledge: Knowledge) -> str:
    wanted = fact.tell() if fact.kind in ("date", "money") else gettext('"{words}"', words=fact.value)
    instead = fact.instead(text, knowledge.locale)
    if instead:
        return gettext("says {seen} instead of {wanted}", seen=gettext(" and ").join(instead), wanted=wanted)
    named = f"{fact.name}, {wanted}" if fact.name != fact.value else wanted
    return gettext("does not say {what}", what=named)


def _says(value: str, arrival: Arrival, knowledge: Knowledge, _: Expectation) -> list[str]:
    text = f"{arrival.subject}\n{_body(arrival)}"
    facts = [_as_fact(phrase, value, knowledge) for phrase in _phrases(value)]
    return [_missing(fact, text, knowledge) for fact in facts if not fact.said_in(text, knowledge.locale)]


def _does_not_say(value: str, arrival: Arrival, knowledge: Knowledge, _: Expectation) -> list[str]:
    text = f"{arrival.subject}\n{arrival.html_text}\n{arrival.text}"
    facts = [_as_fact(phrase, value, knowledge) for phrase in _phrases(value)]
    return [
        gettext('says "{words}", which it should not', words=fact.value)
        for fact in facts
        if fact.said_in(text, knowledge.locale)
    ]


def _subject(value: str, arrival: Arrival, knowledge: Knowledge, _: Expectation) -> list[str]:
    facts = [_as_fact(phrase, value, knowledge) for phrase in _phrases(value)]
    missing = [fact.value for fact in facts if not fact.said_in(arrival.subject, knowledge.locale)]
    return [
        gettext('has the subject "{subject}", without "{words}"', subject=arrival.subject, words=one) for one in missing
    ]


def _calls(value: str, arrival: Arrival, knowledge: Knowledge, _: Expectation) -> list[str]:
    by_name = re.fullmatch(r"(?:her|him|them) by (?:(?:her|his|their) )?(?:first )?name", value.casefold())
    name = knowledge.given_name if by_name else value.strip('"')
    return [] if says(_body(arrival), name) else [gettext('does not call her by name, "{name}"', name=name)]


def _amount(value: str, arrival: Arrival, knowledge: Knowledge, _: Expectation) -> list[str]:
    fact = _as_amount(value, knowledge)
    currency = parse_money(fact.value).currency
    # Either part may be what she reads, so each part that states an amount at all must state this one.
    parts = [text for text in (arrival.html_text, arrival.text) if money_in(text, currency, knowledge.locale)]
    if not parts:
        return [_missing(fact, _body(arrival), knowledge)]
    return [_missing(fact, text, knowledge) for text in parts if not fact.said_in(text, knowledge.locale)]


def _as_amount(value: str, knowledge: Knowledge) -> Fact:
    known = knowledge.find(value)
    return Fact("the amount", known.value if known else value, "money")


def _attached(value: str, arrival: Arrival, knowledge: Knowledge, expectation: Expectation) -> list[str]:
    if value.casefold() == "nothing":
        said = (part.name or part.type for part in arrival.attachments[:1])
        return [gettext("has {file} attached, and nothing was promised", file=one) for one in said]
    if value.startswith('"'):
        name = value.strip('"')
        return (
            []
            if any(says(part.name, name) for part in arrival.attachments)
            else [gettext("has no {what} attached", what=name)]
        )
    found = _ATTACHED.fullmatch(value)
    kind = found["kind"].casefold() if found else value.casefold()
    shown = kind.upper() if len(kind) == 3 else kind
    parts = [part for part in arrival.attachments if FILE_KINDS[kind](part)]
    if not parts or found is None:
        return [gettext("has no {what} attached", what=shown)]
    faults = [_attachment_faults(part, shown, found, knowledge, expectation) for part in parts]
    return [] if [] in faults else faults[0]


def _attachment_faults(
    part: Attachment, shown: str, asked: re.Match[str], knowledge: Knowledge, expectation: Expectation
) -> list[str]:
    if part.fault:
        return [gettext("has a {what} that cannot be opened ({fault})", what=shown, fault=part.fault)]
    wanted: list[Fact] = []
    if asked["same"]:
        for row in expectation.rows:
            if row.key == "amount":
                wanted.append(_as_amount(row.value, knowledge))
            elif row.key == "says":
                wanted.extend(_as_fact(phrase, row.value, knowledge) for phrase in _phrases(row.value))
    if asked["says"]:
        wanted.extend(_as_fact(phrase, asked["says"], knowledge) for phrase in _phrases(asked["says"]))
    faults = [
        gettext("has a {what} that {fault}", what=shown, fault=_missing(fact, part.text, knowledge))
        for fact in wanted
        if not fact.said_in(part.text, knowledge.locale)
    ]
    if asked["moment"]:
        moment = knowledge.moments.get(asked["moment"].casefold())
        if moment is None:
            said = gettext(
                "has a {what} that could not be held against {moment}, which is not known",
                what=shown, moment=asked["moment"],
            )  # fmt: skip
            faults.append(said)
        elif moment.began not in part.starts:
            starts = ", ".join(_instant(start, moment.zone) for start in part.starts) or gettext("no time at all")
            began = instant(moment.began, moment.zone)
            said = gettext("has a {what} for {seen} instead of {wanted}", what=shown, seen=starts, wanted=began)
            faults.append(said)
    return faults


def _instant(when: datetime, zone: str) -> str:
    try:
        return instant(when, zone)
    except (OverflowError, ValueError):  # a year at the end of all calendars, which somebody has written there
        return when.isoformat(" ", "minutes")


def _link(value: str, arrival: Arrival, knowledge: Knowledge, _: Expectation) -> list[str]:
    words = value.strip('"')
    wanted = knowledge.find(words)
    named = wanted.value if wanted else words
    there = [link for link in arrival.links if says(link.words, named) or link.url == named]
    if not there:
        return [gettext('has no link "{words}"', words=named)]
    return (
        []
        if any(link.url.startswith(("https://", "http://")) for link in there)
        else [gettext('has a dead link "{words}"', words=named)]
    )


def _to(value: str, arrival: Arrival, knowledge: Knowledge, _: Expectation) -> list[str]:
    seen = ", ".join(arrival.header_to)
    return _party(gettext('is made out to "{seen}" instead of "{wanted}"'), value, seen, knowledge)


def _from(value: str, arrival: Arrival, knowledge: Knowledge, _: Expectation) -> list[str]:
    return _party(gettext('comes from "{seen}" instead of "{wanted}"'), value, arrival.sender, knowledge)


def _party(said: str, value: str, seen: str, knowledge: Knowledge) -> list[str]:
    known = knowledge.find(value)
    wanted = known.value if known else value.strip('"')
    return [] if fold(wanted) in fold(seen) else [said.replace("{seen}", seen).replace("{wanted}", wanted)]


_HOLDS: Mapping[str, Callable[[str, Arrival, Knowledge, Expectation], list[str]]] = {
    "subject": _subject,
    "says": _says,
    "does not say": _does_not_say,
    "calls": _calls,
    "amount": _amount,
    "attached": _attached,
    "link": _link,
    "to": _to,
    "from": _from,
}
