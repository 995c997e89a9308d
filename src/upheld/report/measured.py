"""What a ride cost, in numbers: the measures of a journey, the budgets for them, and what they were on earlier nights.

docs/ride.md says what each is, and where its limit comes from.
"""

from __future__ import annotations

import itertools
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from upheld.cases import customer_of
from upheld.errors import ConfigError, did_you_mean
from upheld.language import N_
from upheld.language import gettext as _
from upheld.ledger import JourneyView, RunView, StepView
from upheld.promises.telling import duration
from upheld.report.model import journeys_of

__all__ = [
    "MEASURES",
    "ONES",
    "Document",
    "Measure",
    "accessibility_of",
    "budgets_of",
    "dead_end",
    "documents_of",
    "failed_of",
    "fields_of",
    "filled_in",
    "longest_silence",
    "measures_of",
    "medians",
    "rider_of",
    "slowest_of",
    "steps_of",
    "typed_again",
    "violations_of",
]

NIGHTS = 7
# Of fewer nights no median is worth a word.
ENOUGH = 3
GRAVE = frozenset({"critical", "serious"})


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured of a ride: `unit` follows its number in a sentence, `about` is its line in the docs.

    `limit` is what is still a smooth ride where the suite has no budget of its own, None where there is no such limit.
    `grown` is by how much, and by which part of itself, it must have grown to be called a regression.
    """

    name: str
    unit: str
    about: str
    limit: float | None = None
    grown: tuple[float, float] | None = None


# LCP and CLS: https://web.dev/articles/vitals. A step holds more than the wait alone, so its limit is wider than the
# one second after which a person notices that she waits (Miller 1968, Nielsen 1993).
_ALL = (
    Measure("pages", N_("pages"), "pages that came up, one a page draws itself among them", grown=(1, 0.2)),
    Measure("clicks", N_("clicks"), "clicks and taps", grown=(2, 0.2)),
    Measure("fields", N_("fields asked"), "fields of the forms that she filled in", grown=(1, 0.1)),
    Measure("required_fields", N_("required fields"), "those of them that she had to fill in", grown=(1, 0.1)),
    Measure("asked_twice", N_("things asked twice"), "what she had to type more than once", 0, grown=(1, 0)),
    Measure("cleared_fields", N_("fields lost"), "what she had filled in, and had to again after a mistake", 0, (1, 0)),
    Measure("seconds", N_("s in all"), "her steps together, at the pace of a machine", grown=(5, 0.75)),
    Measure("wait_seconds", N_("s of waiting for pages"), "until each page showed its main part (LCP)", grown=(2, 0.5)),
    Measure("slowest_page_seconds", N_("s for the slowest page"), "the longest of these waits", 2.5, (1.5, 0.5)),
    Measure("slowest_step_seconds", N_("s for the slowest step"), "the longest step, with all that it does", 4),
    Measure("layout_shift", N_("of layout shift"),
            "how much the worst page moved under her eyes (CLS)", 0.1, (0.1, 0.2)),
    Measure("console_errors", N_("errors behind the scenes"), "errors that pages reported", 0),
    Measure("failed_requests", N_("failed requests"), "what pages asked for and did not get", 0),
    Measure("redirects", N_("redirects in one go"), "the longest chain before a page came", 3),
    Measure("dead_ends", N_("dead ends"), "whether the last page was an error, or led nowhere", 0),
    Measure("accessibility", N_("barriers"), "serious and critical rules of axe-core that pages break", 0, (1, 0)),
    Measure("minutes_to_confirmation", N_("minutes from paying to the confirmation"),
            "in the site's time", grown=(2, 0.5)),
    Measure("silence_hours", N_("hours of silence"), "the longest time between two touchpoints, in the site's time"),
)  # fmt: skip
ONES: Mapping[str, str] = {
    "pages": N_("page"),
    "clicks": N_("click"),
    "fields asked": N_("field asked"),
    "required fields": N_("required field"),
    "things asked twice": N_("thing asked twice"),
    "fields lost": N_("field lost"),
    "errors behind the scenes": N_("error behind the scenes"),
    "failed requests": N_("failed request"),
    "redirects in one go": N_("redirect in one go"),
    "dead ends": N_("dead end"),
    "barriers": N_("barrier"),
    "minutes from paying to the confirmation": N_("minute from paying to the confirmation"),
    "hours of silence": N_("hour of silence"),
}
"""What a unit is called where there is one of it; that of seconds stays as it is."""
MEASURES: Mapping[str, Measure] = {one.name: one for one in _ALL}
"""All measures by name; the names are those of `[tool.upheld.budgets]`."""


@dataclass(frozen=True, slots=True)
class Document:
    """One page as the browser measured it last, at the last of her steps that it is known from.

    Seconds are those since it was asked for; `shown` is when its main part was there. `frame` is true for a page
    within a page, which has fields but is none that she opened.
    """

    address: str
    step: StepView
    status: int
    shown: float
    shift: float
    asked: int
    required: int
    filled: int
    login: bool
    frame: bool


def budgets_of(said: Mapping[str, float]) -> dict[str, float]:
    """Return the budgets as they were said; raises `ConfigError` for one that nobody knows, or below nothing."""
    for name, value in said.items():
        if name not in MEASURES:
            raise ConfigError(f'[tool.upheld.budgets]: nothing is called "{name}".{did_you_mean(name, MEASURES)}')
        if not value >= 0:
            raise ConfigError(f"[tool.upheld.budgets]: {name} = {value}: a budget is a number from 0 upward.")
    return dict(said)


def rider_of(journey: JourneyView) -> str:
    """Return who rode: the customer, or who was on pages most where she herself was on none (a guest, a delegate)."""
    rode = Counter(step.who for step in journey.steps if step.picture or step.address)
    person = customer_of(journey)
    guests = [who for who, _ in rode.most_common() if who and not who.startswith("the ")]
    return person.who if person and (rode[person.who] or not guests) else next(iter(guests), "")


def steps_of(journey: JourneyView) -> list[StepView]:
    """Return the steps that who rode took on a page; what others of the cast did is not the ride."""
    who = rider_of(journey)
    return [step for step in journey.steps if who and step.who == who and (step.picture or step.address)]


def acted(steps: Sequence[StepView]) -> list[StepView]:
    """Return the steps in which something happened on her screen: not those that wait for a letter or another day."""
    return [
        step
        for before, step in zip((None, *steps), steps, strict=False)
        if not step.ride.get("on")
        or step.ride.get("pages")
        or step.ride.get("clicks")
        or before is None
        or step.picture != before.picture
    ]


def slowest_of(steps: Sequence[StepView]) -> StepView:
    """Return the step that took longest of those in which something happened on her screen."""
    return max(acted(steps) or steps, key=lambda step: step.seconds)


def documents_of(steps: Sequence[StepView]) -> list[Document]:
    """Return the pages that were measured in these steps, in the order in which they came."""
    found: dict[str, tuple[StepView, Mapping[str, Any]]] = {}
    for step in steps:
        for one in _maps(step.ride.get("documents")):
            # Where she was when it was seen first; what it measured when it was seen last.
            first = found.get(str(one.get("id")), (step, one))[0]
            found[str(one.get("id"))] = (first, one)
    return [
        Document(
            address=str(one.get("address", "")),
            step=step,
            status=int(_number(one, "status")),
            shown=_number(one, "largest") or _number(one, "ready") or _number(one, "first"),
            shift=_number(one, "shift"),
            asked=int(_number(one, "asked")),
            required=int(_number(one, "required")),
            filled=int(_number(one, "filled")),
            login=bool(one.get("login")),
            frame=bool(one.get("frame")),
        )
        for step, one in found.values()
    ]


def measures_of(
    journey: JourneyView, seen: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
) -> dict[str, float]:
    """Return what was measured of a journey by name; what was not measured is missing. `seen`: `accessibility_of`."""
    steps = steps_of(journey)
    if not steps:
        return {}
    documents = documents_of(steps)
    pages = [one for one in documents if not one.frame]
    found: dict[str, float] = {
        "seconds": sum(step.seconds for step in acted(steps)),
        "slowest_step_seconds": slowest_of(steps).seconds,
        "asked_twice": len(typed_again(steps)),
        "console_errors": sum(len(step.console) for step in steps),
        "failed_requests": sum(len(failed_of(step)) for step in steps),
        "pages": 1 + sum((a.address, a.title) != (b.address, b.title) for a, b in itertools.pairwise(steps)),
        "fields": sum(len(fields_of(step)) for step in steps),
    }
    if pages:
        found |= {
            "pages": _sum(steps, "pages"),
            "clicks": _sum(steps, "clicks"),
            "wait_seconds": sum(one.shown for one in pages),
            "slowest_page_seconds": max(one.shown for one in pages),
            "layout_shift": max(one.shift for one in pages),
            "redirects": max(_number(step.ride, "chain") for step in steps),
            "cleared_fields": sum(len(step.ride.get("cleared") or ()) for step in steps),
            "dead_ends": float(bool(dead_end(steps))),
        }
    if forms := [one for one in documents if one.asked]:
        # A form that comes back asks nothing new.
        each = _forms(forms)
        found["fields"] = sum(max(one.asked for one in same) for same in each)
        found["required_fields"] = sum(max(one.required for one in same) for same in each)
    rules = {str(one.get("id")) for step in steps for one in violations_of(step, seen) if one.get("impact") in GRAVE}
    if any(step.ride.get("kind") for step in steps):
        found["accessibility"] = len(rules)
    return found | _in_site_time(journey)


def medians(runs: Iterable[RunView]) -> dict[str, dict[str, float]]:
    """Return, by the journey's node, the median of each measure on the last seven of the nights of these runs.

    Only journeys that were walked to their end count, and a node of fewer than three nights is left out. "nights"
    stands beside the measures and says how many there were.
    """
    by_node: dict[str, dict[date, list[dict[str, float]]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        if run.started is None:
            continue
        seen = accessibility_of(run)
        for journey in journeys_of(run):
            if journey.status == "passed":
                by_node[journey.node][run.started.date()].append(measures_of(journey, seen))
    found = {}
    for node, nights in by_node.items():
        last = [nights[day] for day in sorted(nights)[-NIGHTS:]]
        if len(last) < ENOUGH:
            continue
        names = {name for night in last for one in night for name in one}
        values = {
            name: [statistics.median(have) for night in last if (have := [one[name] for one in night if name in one])]
            for name in names
        }
        medians_ = {name: statistics.median(each) for name, each in values.items() if len(each) >= ENOUGH}
        found[node] = {**medians_, "nights": float(len(last))}
    return found


def accessibility_of(run: RunView) -> dict[str, list[Mapping[str, Any]]]:
    """Return what axe-core found in a run, by the kind of page: each is looked at in one journey and true of all."""
    return {
        str(step.ride["kind"]): _maps(step.ride["accessibility"].get("violations"))
        for journey in run.journeys
        for step in journey.steps
        if step.ride.get("kind") and isinstance(step.ride.get("accessibility"), Mapping)
    }


def violations_of(
    step: StepView, seen: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
) -> Sequence[Mapping[str, Any]]:
    """Return what axe-core found on the page that a step ended on."""
    own = step.ride.get("accessibility")
    if isinstance(own, Mapping):
        return _maps(own.get("violations"))
    return (seen or {}).get(str(step.ride.get("kind", "")), ())


def dead_end(steps: Sequence[StepView]) -> str:
    """Return what makes the page that she ended on a dead end; "" where it leads on, or was not measured.

    A refusal that the journey is about (a link used twice, say) is an error as well, and leads on.
    """
    last = next((step for step in reversed(steps) if "ways" in step.ride), None)
    if last is None:
        return ""
    status, ways = _number(last.ride, "status"), _number(last.ride, "ways")
    if status >= 500 or (status >= 400 and ways < 2):
        return _("an error page ({status})", status=f"{status:.0f}")
    return _("a page without any link or button") if ways == 0 else ""


def typed_again(steps: Sequence[StepView]) -> list[tuple[str, int, StepView]]:
    """Return what she had to type more than once: its label, how often, and where she did so last.

    Ticks and short answers may well be the same, and who signs in says again who she is.
    """
    typed: Counter[str] = Counter()
    labels: dict[str, str] = {}
    last: dict[str, StepView] = {}
    for step in steps:
        documents = documents_of([step])
        fields = fields_of(step)
        if any(one.login for one in documents) or (len(fields) == 1 and any(one.asked == 1 for one in documents)):
            continue
        for one in fields:
            value = str(one.get("value", "")).casefold()
            typed[value] += 1
            labels.setdefault(value, str(one.get("label", "")))
            last[value] = step
    return [
        (labels[value], count, last[value])
        for value, count in typed.items()
        if count > 1 and len(value) > 5 and labels[value]
    ]


def failed_of(step: StepView) -> list[str]:
    """Return what her pages asked for in vain.

    A page that tells her that something is wrong with what she has typed, or that refuses her, is an answer to her.
    """
    answers = {(one.address, one.status) for one in documents_of([step]) if 400 <= one.status < 500}
    found = [str(one) for one in step.failed_requests]
    return [one for one in found if not any(_is_answer(one, address, status) for address, status in answers)]


def _is_answer(failed: str, address: str, status: int) -> bool:
    _, _, rest = failed.partition(" ")
    url, _, said = rest.rpartition(" ")
    return url.partition("?")[0] == address and said == str(status)


def fields_of(step: StepView) -> list[Mapping[str, Any]]:
    """Return the fields that were filled in a step, as they were written down."""
    return _maps(step.fields)


def filled_in(steps: Sequence[StepView]) -> int:
    """Return how many fields she filled in; a suite's own task may fill in what no step has written down."""
    seen = sum(max(one.filled for one in same) for same in _forms(documents_of(steps)))
    return max(seen, sum(len(fields_of(step)) for step in steps))


def longest_silence(journey: JourneyView) -> tuple[float, str]:
    """Return the longest time in which she heard nothing, in seconds of the site's time, and between what."""
    heard = sorted(_heard(journey))
    if (paying := journey.moments.get("paying")) and paying.site_ended:
        began, ended = paying.site_began or paying.site_ended, paying.site_ended
        # What answers a payment may come while she still looks at the page that takes it: it comes after, in her eyes.
        paid = min([ended, *(at for at, _name in heard if began <= at)])
        heard = sorted([(paid, _("paying")), *heard], key=lambda one: one[0])
    gaps = [
        (
            (late - early).total_seconds(),
            _("{time} between {one} and {other}", time=duration(late - early), one=before, other=after),
        )
        for (early, before), (late, after) in itertools.pairwise(heard)
    ]
    return max(gaps, default=(0.0, ""))


def _forms(documents: Iterable[Document]) -> list[list[Document]]:
    """Return the documents that asked for something, those of one address together."""
    by_address: dict[str, list[Document]] = defaultdict(list)
    for one in documents:
        if one.asked:
            by_address[one.address].append(one)
    return list(by_address.values())


def _in_site_time(journey: JourneyView) -> dict[str, float]:
    found = {}
    heard, paying = sorted(_heard(journey)), journey.moments.get("paying")
    if len(heard) > 1 or (heard and paying):
        found["silence_hours"] = longest_silence(journey)[0] / 3600
    if paying and paying.site_ended:
        after = [(at, name) for at, name in heard if paying.site_began is None or at >= paying.site_began]
        first = next((at for at, name in after if "confirm" in name), after[0][0] if after else None)
        if first is not None:
            found["minutes_to_confirmation"] = max(0.0, (first - paying.site_ended).total_seconds() / 60)
    return found


def _heard(journey: JourneyView) -> Iterator[tuple[datetime, str]]:
    """Yield when each touchpoint that was promised to her reached her, in the site's time, and what it is called."""
    who = rider_of(journey)
    for view in journey.promises:
        came = view.judgement.site_at if view.judgement and view.judgement.arrivals else None
        if came and view.promise.who == who and not view.promise.silent:
            yield came, _("the {what}", what=view.promise.kind)


def _sum(steps: Sequence[StepView], name: str) -> float:
    return sum(_number(step.ride, name) for step in steps)


def _number(found: Mapping[str, Any], name: str) -> float:
    value = found.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _maps(found: Any) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []
