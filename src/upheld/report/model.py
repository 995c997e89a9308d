"""What a run came to: does each journey make sense, and may we launch? Pure rules, no I/O."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from upheld.cases import customer_of
from upheld.checks import UNPROMISED
from upheld.language import gettext as _
from upheld.language import ngettext
from upheld.ledger import ArrivalView, JourneyView, PromiseView, RunView
from upheld.promises import Verdict

__all__ = [
    "ANSWERS",
    "Answer",
    "Arrivals",
    "Found",
    "Gate",
    "alone",
    "earlier_attempts",
    "found_in",
    "gate",
    "incidents_of",
    "journeys_of",
    "makes_sense",
    "name_of",
    "names_of",
    "reason_of",
    "verdict_of",
    "why_of",
]

Answer = Literal["no", "cannot tell", "so far", "yes"]
ANSWERS: tuple[Answer, ...] = ("no", "cannot tell", "so far", "yes")
"""What can be answered to "Does this journey make sense?", worst first."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a launch may go ahead: `go`, `no-go` or `cannot tell`, with the exit code and a sentence."""

    word: Literal["go", "no-go", "cannot tell"]
    exit_code: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found: in which touchpoint (`kind` is "" where nobody knows what it is), and whom it reached.

    `fails` is true where it counts as a failure of the site, `promise` the kind of the promise that the touchpoint
    answers ("" where it answers none). `words` are those that a report can mark. `places` are, for a contradiction,
    where it was said and what.
    """

    check: str
    rule: str
    said: str
    fails: bool
    unsure: str
    to: str
    arrival: str
    kind: str
    touchpoint: str
    promise: str
    words: str
    places: tuple[tuple[str, str], ...]


class Arrivals:
    """What arrived in a run, found by its id and by its recipient at the cost of one look each."""

    def __init__(self, run: RunView) -> None:
        self._by_recipient: dict[str, list[ArrivalView]] = defaultdict(list)
        self._by_id: dict[str, ArrivalView] = {}
        seen = set()
        for one in run.arrivals:
            self._by_id.setdefault(one.arrival.id, one)
            if (one.recipient, one.arrival.id) not in seen:  # two runs that look at once both write it down
                seen.add((one.recipient, one.arrival.id))
                self._by_recipient[one.recipient].append(one)

    def answering(self, view: PromiseView) -> list[ArrivalView]:
        """Return what answered a promise, as far as it is known in this run, oldest first."""
        ids = view.judgement.arrivals if view.judgement else ()
        return sorted((self._by_id[one] for one in ids if one in self._by_id), key=lambda one: one.arrival.at)

    def unpromised(self, journey: JourneyView) -> list[ArrivalView]:
        """Return what reached someone of this journey's cast and answers no promise, as the inspection found it."""
        ids = {found.arrival for found in found_in(journey) if found.check == UNPROMISED}
        return sorted((self._by_id[one] for one in ids if one in self._by_id), key=lambda one: one.arrival.at)

    def orphans(self, run: RunView) -> list[ArrivalView]:
        """Return what reached an address of our mail domain that belongs to nobody of the run's cast."""
        hers = {person.address for journey in run.journeys for person in journey.cast}
        lost = [
            one
            for recipient, found in self._by_recipient.items()
            for one in found
            if recipient not in hers and one.arrival.channel == "email" and one.run == run.id
        ]
        return sorted(lost, key=lambda one: one.arrival.at)

    def one(self, id: str) -> ArrivalView | None:
        """Return the arrival of this id, None where it is not known in this run."""
        return self._by_id.get(id)


def found_in(journey: JourneyView) -> list[Found]:
    """Return what the checks found in a journey, what fails first; what could not be looked at does not fail."""
    names = {at: one.who for one in journey.cast for at in one.reached_at}
    found = [
        Found(
            check=str(one.get("check", "")),
            rule=str(one.get("rule", "")),
            said=str(one.get("said", "")),
            fails=one.get("severity") == "fail" and not one.get("unsure"),
            unsure=str(one.get("unsure", "")),
            to=names.get(checked.recipient, checked.recipient),
            arrival=checked.arrival,
            kind=checked.kind,
            touchpoint=checked.name,
            promise=str(one.get("promise", "")),
            words=str(one.get("words", "")),
            places=tuple((str(place[0]), str(place[1])) for place in one.get("places", ()) if len(place) == 2),
        )
        for checked in journey.checked
        for one in checked.findings
    ]
    return sorted(found, key=lambda one: not one.fails)


def alone(journey: JourneyView) -> list[Found]:
    """Return what fails, a word for each check and touchpoint, and is not told by a promise that it made wrong."""
    told = {view.promise.kind for view in journey.promises if verdict_of(view).failed}
    found = [one for one in found_in(journey) if one.fails and one.promise not in told]
    return list({(one.check, one.touchpoint, one.to): one for one in found}.values())


def journeys_of(run: RunView) -> tuple[JourneyView, ...]:
    """Return the journeys that count: of several attempts at one, the last."""
    return tuple(journey for journey in run.journeys if journey.superseded_by is None)


def earlier_attempts(run: RunView, journey: JourneyView) -> tuple[JourneyView, ...]:
    """Return the attempts at a journey that this one took the place of, the first of them first."""
    if journey.attempt <= 1:  # nearly every one: a run is not read again for each of its journeys
        return ()
    before = (one for one in run.journeys if one.node == journey.node and one.attempt < journey.attempt)
    return tuple(sorted((one for one in before if one.superseded_by is not None), key=lambda one: one.attempt))


def verdict_of(view: PromiseView) -> Verdict:
    """Return what became of a promise; one that nobody judged is unproven."""
    if view.judgement is not None:
        return view.judgement.verdict
    return Verdict.WITHDRAWN if view.withdrawn else Verdict.UNPROVEN


def why_of(view: PromiseView) -> str:
    """Return the sentence that tells what became of a promise."""
    if view.judgement is not None:
        return view.judgement.why
    if view.withdrawn:
        who, what, why = view.promise.who, view.promise.kind, view.withdrawn.rstrip(".")
        return _("{who}'s {what} was withdrawn: {why}.", who=who, what=what, why=why)
    what = view.promise.touchpoint if view.promise.silent else _("the {what}", what=view.promise.kind)
    gets = _("Cannot tell whether {who} gets {what}", who=view.promise.who, what=what)
    if view.made_at is None:
        return f"{gets}: " + _("the journey did not come this far.")
    return f"{gets}: " + _("the run ended before it was settled. `upheld settle` goes on from there.")


def reason_of(view: PromiseView) -> str:
    """Return why nobody can tell what became of a promise, without the words that it is begun with."""
    why = why_of(view)
    return why.partition(": ")[2] or why


def makes_sense(journey: JourneyView) -> Answer:
    """Answer "Does this journey make sense?": yes, no, so far, or cannot tell."""
    verdicts = [verdict_of(view) for view in journey.promises]
    if journey.status == "failed" or any(verdict.failed for verdict in verdicts):
        return "no"
    if any(found.fails for found in found_in(journey)):
        return "no"
    if journey.status != "passed" or Verdict.UNPROVEN in verdicts:
        return "cannot tell"
    return "so far" if Verdict.OPEN in verdicts else "yes"


def gate(run: RunView) -> Gate:
    """Say whether a launch may go ahead on what this run knows."""
    journeys = journeys_of(run)
    answers = Counter(makes_sense(journey) for journey in journeys)
    verdicts = Counter(verdict_of(view) for journey in journeys for view in journey.promises)
    if answers["no"]:
        failed = any(verdict.failed for verdict in verdicts)
        return Gate("no-go", 1, _not_yet(answers["no"], len(journeys), failed))
    if not journeys:
        return Gate("cannot tell", 3, _("Cannot tell. No journey was walked."))
    if answers["cannot tell"] or run.unread:
        return Gate("cannot tell", 3, _not_seen(journeys, verdicts))
    if still := verdicts[Verdict.OPEN]:
        due = ngettext(
            "So far, so good: one promise is not due yet.", "So far, so good: {count} promises are not due yet.", still
        )
        return Gate("go", 0, due)
    if not verdicts:
        return Gate("cannot tell", 3, _("Cannot tell. No promise was made, so none was kept."))
    walked = ngettext("the journey that was walked", "the {count} journeys that were walked", len(journeys))
    became = _("kept or withdrawn") if verdicts[Verdict.WITHDRAWN] else _("kept")
    kept = ngettext(
        "Go. The one promise of {walked} was {became}.",
        "Go. All {count} promises of {walked} were {became}.",
        verdicts.total(),
        walked=walked,
        became=became,
    )
    return Gate("go", 0, kept)


def _not_seen(journeys: Sequence[JourneyView], verdicts: Counter[Verdict]) -> str:
    """*Cannot tell. Nothing is known to be broken, but 3 of 14 promises could not be seen.*"""
    unseen, cut = verdicts[Verdict.UNPROVEN], sum(journey.status != "passed" for journey in journeys)
    if unseen:
        what = ngettext(
            "one of {of} promises could not be seen",
            "{count} of {of} promises could not be seen",
            unseen,
            of=verdicts.total(),
        )
    elif cut:
        what = ngettext(
            "one of {of} journeys could not be walked to its end",
            "{count} of {of} journeys could not be walked to their end",
            cut,
            of=len(journeys),
        )
    else:
        what = _("not everything that came could be read")
    return _("Cannot tell. Nothing is known to be broken, but {what}.", what=what)


def _not_yet(bad: int, of: int, promise_failed: bool) -> str:
    # With a step that failed nothing promised needs to be broken: the way itself was barred.
    if promise_failed:
        if of == 1:
            return _("Not yet. The journey breaks its word.")
        return ngettext(
            "Not yet. One journey breaks its word.", "Not yet. {count} of {of} journeys break their word.", bad, of=of
        )
    if of == 1:
        return _("Not yet. The journey fails its customer.")
    return ngettext(
        "Not yet. One journey fails its customer.", "Not yet. {count} of {of} journeys fail their customer.", bad, of=of
    )


def name_of(journey: JourneyView) -> str:
    """Return what a journey is called where nothing needs telling apart."""
    return journey.scenario or journey.title or journey.node or _("A journey without a name")


def incidents_of(journey: JourneyView) -> tuple[str, ...]:
    """Return the incidents that a journey guards against, as its tags name them: `2026-03-02-no-receipt`."""
    return tuple(tag.partition(":")[2] for tag in journey.tags if tag.startswith("incident:"))


def names_of(journeys: Sequence[JourneyView]) -> Mapping[str, str]:
    """Return for each journey's id what tells it apart from others of the same scenario, "" where none is alike.

    The examples of an outline have one name; they are told apart by who walks them and where she lives.
    """
    alike: dict[tuple[str, str, int], list[JourneyView]] = defaultdict(list)
    for journey in journeys:
        alike[journey.feature, journey.scenario, journey.line].append(journey)
    names: dict[str, str] = {}
    for group in alike.values():
        if len(group) == 1 and "[" not in group[0].node:
            names[group[0].id] = ""
            continue
        words = [_who_and_where(journey) for journey in group]
        unique = len(set(words)) == len(words) and all(words)
        for journey, said in zip(group, words, strict=True):
            names[journey.id] = said if unique else _example(journey) or said
    return names


def _who_and_where(journey: JourneyView) -> str:
    person = customer_of(journey)
    if person is None:
        return ""
    city = str(person.details.get("city") or "")
    return _("{who} in {city}", who=person.who, city=city) if city else person.who


def _example(journey: JourneyView) -> str:
    """The row of an outline, as pytest names it: `[Ben-New York-Register]`."""
    return journey.node.partition("[")[2].rstrip("]").replace("-", " · ") if "[" in journey.node else ""
