"""Reading promises from a feature's steps, before anything is driven.

Ada is promised a receipt by email within 2 minutes of paying
she receives a code by email within 1 minute
the delegates Ben and Cleo are each promised exactly one workbook by email on the day of the event by 08:00
she is promised no confirmation, no receipt and no reminder by email for 10 seconds
she is promised a confirmation, then an invoice and then an outline by email within 1 hour
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from upheld.errors import FeatureError, did_you_mean
from upheld.promises.expectation import parse_table
from upheld.promises.promise import Expectation, Promise, Row
from upheld.promises.window import JOURNEY_START, PROMISE_STEP, Edge, Window, parse_window

__all__ = [
    "CHANNELS",
    "GROUP_PATTERN",
    "PROMISE_STEP_PATTERN",
    "TRAVELS",
    "TRAVEL_STEP_PATTERN",
    "Protagonist",
    "StepText",
    "names_in",
    "read_promises",
    "read_scenario",
]

# How each channel is said. What comes as a PDF, a CSV or a calendar entry hangs on a mail, or she has downloaded it.
CHANNELS: Mapping[str, str] = {
    "by email": "email",
    "by e-mail": "email",
    "by mail": "email",
    "by text message": "text message",
    "by SMS": "text message",
    "by webhook": "webhook",
    "on the page": "page",
    "as a download": "download",
    "as a PDF": "PDF",
    "as a CSV": "CSV",
    "as a calendar entry": "calendar entry",
}
# The tag of a journey in which time is turned, and the steps that turn it.
TRAVELS = "travels"
TRAVEL_STEP_PATTERN = (
    r"(?:it is (?P<when>.+)|(?P<count>\w+) (?P<unit>second|minute|hour|day|week|month)s? (?:have|has) passed)"
)
PROMISE_STEP_PATTERN = r"(?P<who>.+?) (?P<verb>(?:is|are)(?: each)? promised|receives?|each receive) (?P<what>.+)"
_STEP = re.compile(PROMISE_STEP_PATTERN)
_NAME = r"[^\W\d_][\w-]*"  # with a capital, of whatever alphabet: see _is_name
# A name stands before a verb or as a possessive; "Systems Day takes place" is no person.
_SUBJECT = re.compile(rf"({_NAME})(?:'s \w|’s \w| (?:is|has|and|[a-z]+s)\b)")
_CAPITALISED = rf"(?![a-zß-öø-ÿ]){_NAME}"  # "the shop is closed" names nobody
_NOBODY = re.compile(r"(?:Neither|Nobody|None|No one|No|Everyone|Everybody|All|Each|Every|Both|Either|Any|Anyone)\b")
GROUP_PATTERN = rf"(?P<group>[Tt]he [a-z]+) (?:are|is) (?P<names>{_CAPITALISED}(?:(?:, | and |, and ){_CAPITALISED})*)"
_GROUP = re.compile(GROUP_PATTERN)
_NO_NAMES = {"I", "The", "A", "An", "It", "This", "That", "There"}
_COUNTS = {
    "a": 1, "an": 1, "the": 1, "her": 1, "his": 1, "their": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
# Words of a window or a channel inside of a touchpoint's name: something was not understood.
_NO_KIND = re.compile(
    r"\d|[.;:]|(?<![\w-])(?:by|via|within|until|till|before|after|during|at|tomorrow|today|and|or|not|but|nor|as|if|only|each|"
    r"exactly|immediately|straight|later|earlier|than|on|in|from|without|whatsoever|unless|when|once|twice)(?![\w-])"
    r"|\b(?:of|for|to|with|the|a|an|her|his|their)$"
)
# What a touchpoint comes by is no touchpoint: "no text message" would forbid a mail of that name.
_CARRIERS = {"text message", "sms", "webhook", "pdf", "csv", "calendar entry", "download", "page"}
_COUNT_WORDS = "|".join(sorted([*_COUNTS, r"\d+"], key=len, reverse=True))
_WINDOW_START = re.compile(
    rf",? (?=(?:within|between|after|before|on the|the day|calendar day)\b|"
    rf"for (?:{_COUNT_WORDS}|[\d.]+) [a-z]+(?:$| after )|"
    rf"(?:{_COUNT_WORDS}) (?:second|minute|hour|day|week|month|year)s? (?:before|after)\b)"
)
_CHANNEL = re.compile(rf" ({'|'.join(CHANNELS)})\b")
# Where a channel would stand: "by pigeon", "by letter post", but not "by 08:00".
_NO_CHANNEL = re.compile(r" ((?:by|via|as an?) [a-zA-Z][\w-]*)\b")
_ITEM = re.compile(
    r"(?:(?P<no>no(?: more| further| other)?)|"
    rf"(?P<bound>exactly|at most|at least)? ?(?P<count>{_COUNT_WORDS})) (?P<kind>.+)"
)


@dataclass(frozen=True, slots=True)
class StepText:
    """A step as it stands in a feature: its text, its table with the rows' lines, and where it stands."""

    text: str
    file: str = ""
    line: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    row_lines: tuple[int, ...] = ()


@dataclass
class Protagonist:
    """Who "she" is: the person that the steps named last; and who "the delegates" are, once a step has named them."""

    name: str = ""
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def meet(self, text: str) -> None:
        """Take notice of a step: a person at its beginning is from now on the one who is meant."""
        if group := _GROUP.fullmatch(text):
            self.groups[group["group"].casefold()] = names_in(group["names"])
            return
        found = _SUBJECT.match(text)
        if found and _is_name(found[1]):
            self.name = found[1]

    def follow(self, step: StepText) -> None:
        """Take notice of a step of any kind, as `read_scenario` does."""
        match = _STEP.fullmatch(step.text)
        if match is None:
            self.meet(step.text)
        else:
            self.resolve(match["who"], step)

    def resolve(self, who: str, step: StepText) -> tuple[str, ...]:
        """Return the cast members that these words mean; raises `FeatureError` where nobody was named yet."""
        pronoun = who.casefold() in ("she", "he", "they", "her", "him")
        if _NOBODY.match(who) or (re.search(r"\b(?:and|or) the\b|, the\b", who)):
            raise FeatureError(
                f'"{who}": who is meant? Name them ("Ben and Cleo are each promised ..."), each role in a step of its '
                'own; what nobody may get is promised as "no ...": "Ben and Cleo are each promised no invoice".',
                file=step.file,
                line=step.line,
            )
        if not pronoun and (names := names_in(who)):
            self.name = names[-1]
            return names
        if who.casefold() in self.groups:
            return self.groups[who.casefold()]
        if re.fullmatch(r"[Tt]he \w+[^siu]s", who) and re.match(rf"{re.escape(who)} (?:are|each)\b", step.text):
            raise FeatureError(
                f'"{who}": nobody was named yet. Say who they are: "Given {who.lower()} are Ben and Cleo".',
                file=step.file,
                line=step.line,
            )
        if pronoun:
            if not self.name:
                raise FeatureError(f'"{who}": nobody was named yet. Begin with a name: "Given Ada opens ..."',
                                   file=step.file, line=step.line)  # fmt: skip
            return (self.name,)
        return (re.sub("^The ", "the ", who),)


def _is_name(word: str) -> bool:
    return word[0].isupper() and word not in _NO_NAMES


def names_in(who: str) -> tuple[str, ...]:
    """Return the names in `the delegates Ben and Cleo`: ("Ben", "Cleo"); empty for "she" or "the organiser"."""
    return tuple(dict.fromkeys(name for name in re.findall(rf"\b{_NAME}\b", who) if _is_name(name)))


def read_scenario(
    steps: Sequence[StepText], usual: Callable[[str], Window | None], *, travels: bool = True
) -> tuple[tuple[int, tuple[Promise, ...]], ...]:
    """Return the promises of a scenario as (index of the step, its promises), in order.

    `usual` gives the usual window of a kind, from the map. `travels` is true where the scenario is tagged so, and may
    turn the clock. Raises `FeatureError` with file and line.
    """
    protagonist = Protagonist()
    found = []
    for index, step in enumerate(steps):
        if not travels and re.fullmatch(TRAVEL_STEP_PATTERN, step.text):
            raise FeatureError(
                f'"{step.text}" turns the clock inside of the journey; tag the scenario @travels.',
                file=step.file,
                line=step.line,
            )
        promises = read_promises(step, protagonist, usual)
        if promises is None:
            protagonist.meet(step.text)
        else:
            found.append((index, promises))
    return tuple(found)


def read_promises(
    step: StepText, protagonist: Protagonist, usual: Callable[[str], Window | None]
) -> tuple[Promise, ...] | None:
    """Return the promises that this step makes, or None where it makes none."""
    match = _STEP.fullmatch(step.text)
    if match is None:
        return None
    people = protagonist.resolve(match["who"], step)
    what, channel, window_words = _split(match["what"], step)
    expectation = parse_table(step.rows, file=step.file, lines=step.row_lines)
    promises: list[Promise] = []
    for item in re.split(r",? and |, ", what):
        then, _, named = item.strip().rpartition("then ")
        asked = _ITEM.fullmatch(named) if not then else None
        kind_said = asked["kind"].strip().casefold() if asked else ""
        if kind_said in _CARRIERS and usual(kind_said) is None:
            raise FeatureError(
                f'"{kind_said}" says by what something comes, and not what. Say "a code by text message", or "no '
                'message by text message" for any.',
                file=step.file,
                line=step.line,
            )
        if asked is None or _NO_KIND.search(kind_said):
            raise FeatureError(
                f'"{item}" is no touchpoint that is understood. Say "a receipt", "exactly one receipt", "two '
                'reminders" or "no receipt".',
                file=step.file,
                line=step.line,
            )
        least, most, kind = _count(asked, usual)
        window = _window(kind, window_words, most == 0, usual(kind), step)
        waits = match["verb"].startswith(("receive", "each receive")) and most != 0
        wanted = expectation
        if named != item.strip() and promises:  # "a confirmation, then an invoice"
            first = Row("not before", f"the {promises[-1].kind}", step.line)
            wanted = Expectation((*expectation.rows, first))
        base = Promise(
            who="", kind=kind, channel=channel, window=window, words=step.text, least=least, most=most, waits=waits,
            expectation=wanted, file=step.file, line=step.line,
        )  # fmt: skip
        promises.extend(replace(base, who=who) for who in people)
    if step.rows and all(promise.silent for promise in promises):
        raise FeatureError(
            "what is promised not to come says nothing, so this step can have no table. Leave it out.",
            file=step.file,
            line=step.row_lines[0] if step.row_lines else step.line,
        )
    return tuple(promises)


def _split(words: str, step: StepText) -> tuple[str, str, str]:
    """Split `a receipt by email within 2 minutes` into what, channel and window."""
    channel = _CHANNEL.search(words)
    if channel is None:
        begin = _WINDOW_START.search(words)
        what, window = (words[: begin.start()], words[begin.end() :]) if begin else (words, "")
        if unknown := _NO_CHANNEL.search(what):
            raise FeatureError(
                f'no channel is called "{unknown[1]}".{did_you_mean(unknown[1], CHANNELS)} There is: '
                f"{', '.join(CHANNELS)}.",
                file=step.file,
                line=step.line,
            )
        return what, "email", window
    # "no reminder after cancelling by email" reads as well as "no reminder by email after cancelling".
    rest = words[: channel.start()] + words[channel.end() :]
    begin = _WINDOW_START.search(rest)
    what, window = (rest[: begin.start()], rest[begin.end() :]) if begin else (rest, "")
    return what, CHANNELS[channel[1]], window.strip()


def _count(asked: re.Match[str], usual: Callable[[str], Window | None]) -> tuple[int, int | None, str]:
    kind = asked["kind"].strip()
    if asked["no"]:  # "no details" are forbidden by the name that the map has for them
        return 0, 0, kind if usual(kind) is not None else _singular(kind)
    number = _COUNTS.get(asked["count"]) or int(asked["count"])
    if number != 1 or asked["bound"]:
        kind = _singular(kind)
    bound = asked["bound"]
    return (0 if bound == "at most" else number), (None if bound == "at least" else number), kind


def _singular(kind: str) -> str:
    """Return `reminder` for "reminders": kinds go by their singular, and "no reminders" forbids a reminder."""
    if re.search(r"\b(?:series|news|species|details|instructions)$", kind):
        return kind
    if kind.endswith("ies"):
        return f"{kind[:-3]}y"
    if re.search(r"(?:ss|sh|ch|x)es$", kind):
        return kind[:-2]
    return kind[:-1] if re.search(r"[^s]s$", kind) else kind


def _window(kind: str, words: str, silent: bool, usual: Window | None, step: StepText) -> Window:
    said = parse_window(words, file=step.file, line=step.line) if words else None
    if silent:
        if said is not None and not said.endless:
            # What comes while she cancels is not yet unwanted, as in a bare "after cancelling".
            after = said.words.casefold().startswith("after ")
            return replace(said, opens=replace(said.opens, from_end=True)) if after else said
        if usual is None:
            raise FeatureError(
                f"for how long is she to get no {kind}? Say it, such as "
                f'"for 10 seconds", or set `usual` for [touchpoint."{kind}"] in the journey\'s map: silence is watched '
                "for as long as the thing would have been allowed to take.",
                file=step.file,
                line=step.line,
            )
        return (said or Window("", Edge(JOURNEY_START), Edge(PROMISE_STEP))).silence(usual)
    if said is not None and said.endless:
        raise FeatureError(
            f'"{words}" does not say until when. Say it like "{words}, within 3 days".', file=step.file, line=step.line
        )
    window = said or usual
    if window is None:
        raise FeatureError(
            f"until when is she promised the {kind}? Add a window, such as "
            f'"within 2 minutes", or set `usual` for [touchpoint."{kind}"] in the journey\'s map.',
            file=step.file,
            line=step.line,
        )
    return window
