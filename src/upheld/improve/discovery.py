"""Promise discovery: what the customer reads is itself a promise, so the sentences that promise are found.

A sentence is weighed by the lexicon: who gives what, in which words, by when, and what tells against it (a question,
what she must do, advertising, a "no"). Pure; the lexicon is read once, when it is first needed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upheld.errors import FeatureError
from upheld.improve.lexicon import Language, Lexicon, load_lexicon, subject_words
from upheld.improve.sentences import sentences
from upheld.promises.facts import fold
from upheld.promises.reading import Protagonist, StepText, read_promises
from upheld.promises.window import parse_window

__all__ = ["Said", "promises_in", "sentences", "step_for"]

ENOUGH = 0.75
_SURE = 1.0
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_BY = {"text message": "by text message", "page": "on the page"}
# What is named only where nothing is said more exactly: a code that is on its way is a code.
_VAGUE = {
    "link": 1, "reply": 2, "event update": 2, "practical details": 2, "shipping notice": 2, "delivery": 2, "letter": 2,
}  # fmt: skip
_BEHIND = 60
# Until when such things usually come, where a sentence does not say.
_USUAL: Mapping[str, frozenset[str]] = {
    "on the day before the event": frozenset({"reminder", "joining link", "practical details"}),
    "within 5 minutes": frozenset({
        "message", "confirmation", "receipt", "code", "download link", "sign-in link", "confirmation request",
        "password reset", "welcome", "access details", "link",
    }),
    "after the event, within 3 days": frozenset({"certificate", "recording", "slides", "feedback", "thank-you"}),
    "within 7 days": frozenset({"delivery", "letter", "refund notice", "decision"}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that promises something to the customer.

    `kind` is the touchpoint's noun in the words of a feature ("receipt"), "" where the sentence names none. `channel`
    is "email", "text message", "page", "post", "phone" or "". `when` are its own words for the window, `window` the
    same as a step says it, each "" where it says none. `score` is how surely it promises; 0.75 is enough. `others` are
    who gets it where it speaks to nobody: "each delegate gets an invitation".
    """

    sentence: str
    kind: str
    channel: str
    when: str
    window: str
    score: float
    language: str
    others: bool = False

    @property
    def thing(self) -> str:
        """What it promises, with its article: "a receipt"; "something" where it does not say."""
        return _a(self.kind) if self.kind else "something"

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "sentence": self.sentence, "kind": self.kind, "channel": self.channel, "when": self.when,
            "window": self.window, "score": self.score, "language": self.language,
        }  # fmt: skip


def promises_in(text: str, languages: Sequence[str] = (), lexicon: Lexicon | None = None) -> list[Said]:
    """Return the sentences of a text that promise something to the customer, in their order, each once.

    `languages` are codes or locales ("de", "de-AT") that the text may be in; any of the lexicon's where none is known.
    """
    known = lexicon or load_lexicon()
    wanted = [code for code in dict.fromkeys(name[:2].casefold() for name in languages) if code in known.stop]
    found: dict[str, Said] = {}
    for sentence in sentences(text):
        folded = fold(sentence)
        if folded in found or folded.endswith("?"):
            continue
        for code in _languages_of(folded, wanted, known):
            said = _weigh(sentence, folded, known.language(code))
            if said is not None:
                found[folded] = said
                break
    return list(found.values())


def step_for(said: Said, who: str = "she") -> str:
    """Return the step that would check what is said, in the vocabulary: `she is promised a receipt by email ...`.

    Where the sentence says no time that a step could say, it is the usual one of such a thing.
    """
    kind, by = said.kind or "message", _BY.get(said.channel, "by email")
    if kind == "calendar entry":
        kind, by = "invitation", "as a calendar entry"
    window = said.window or next((usual for usual, kinds in _USUAL.items() if kind in kinds), "within 1 day")
    step = f"{who} is promised {_a(kind)} {by} {window}"
    try:
        read_promises(StepText(step), Protagonist("Ada"), lambda _: None)
    except FeatureError:  # a kind of the suite's own lexicon that no step can say
        return f"{who} is promised a message {by} {window}"
    return step


def _a(kind: str) -> str:
    """Return a kind with its article: "a receipt", "the access details"."""
    if re.search(r"(?:details|slides|instructions)$", kind):
        return f"the {kind}"
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _languages_of(folded: str, wanted: Sequence[str], known: Lexicon) -> list[str]:
    """Return the languages that a sentence may be in, by its small words, the likeliest first."""
    if len(wanted) == 1:
        return list(wanted)
    words = set(_WORD.findall(folded))
    counted = {code: len(words & known.stop[code]) for code in wanted or known.stop}
    best = max(counted.values())
    return [code for code, count in counted.items() if count == best]


# The same sentences stand on many pages: in the menu, in the foot, in every mail.
@functools.lru_cache(maxsize=4096)
def _weigh(sentence: str, folded: str, language: Language) -> Said | None:
    if not language.find(folded):
        return None
    text = folded
    for pattern in language.scrub:
        text = pattern.sub(" ", text)
    found = language.find(text)
    if found is None:
        return None
    score, hit = found
    when, window = _window(text, language)
    channel = next((name for name, says in language.channels.items() if says.search(text)), "")
    told = (
        language.hints["window"] * bool(when)
        + language.hints["thing"] * bool(language.thing.search(text))
        + language.hints["channel"] * bool(channel)
    )
    if score + told < ENOUGH:
        return None
    sure = score >= _SURE
    score += told - sum(one.weigh(text) for one in language.against if one.strong or not sure)
    if score < ENOUGH:
        return None
    kind, others = _kind(text, hit.span(), language), language.others.search(text) is not None
    return Said(sentence, kind, channel, when, window, round(score, 2), language.code, others)


def _window(text: str, language: Language) -> tuple[str, str]:
    """Return the words that say when, and the window that they mean, "" where it is none that a step could say."""
    for one in language.windows:
        for pattern in one.says:
            if hit := pattern.search(text):
                return hit[0].strip(), _meant(one.means, hit, text, language)
    return "", ""


def _meant(means: str, hit: re.Match[str], text: str, language: Language) -> str:
    if means in ("soon", "dated"):
        return ""
    groups = hit.groupdict()
    said = (groups.get("n") or "").strip()
    number = said if said.isdigit() else language.numbers.get(said, "3")
    unit = language.units.get((groups.get("unit") or "").strip(), "day")
    moment = next((name for name, says in language.moments.items() if says.search(text)), "the event")
    if means.startswith("on the day") and not moment.startswith("the "):
        moment = "the event"
    count = min(max(int(number), 1), 90)
    if unit == "working day":  # a weekend may lie between
        count, unit = count + 2 * ((count + 4) // 5), "day"
    window = means.format(n=count, unit=unit if count == 1 else f"{unit}s", moment=moment)
    try:
        parse_window(window)
    except FeatureError:
        return ""
    return window


def _kind(text: str, place: tuple[int, int], language: Language) -> str:
    """Return the kind that is named nearest to where the promise is made: behind it rather than before it."""
    named: list[tuple[int, int, int, str]] = []
    for rank, (kind, says) in enumerate([*language.kinds.items(), *subject_words().items()]):
        for hit in says.finditer(text):
            far = hit.start() - place[0] if hit.start() >= place[0] else _BEHIND + place[0] - hit.end()
            named.append((_VAGUE.get(kind, 0), far, rank, kind))
    return min(named)[3] if named else ""
