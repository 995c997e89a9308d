"""Is it a smooth ride? Told from what was measured on the way, and from nothing else: what grated, worst first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from babel.numbers import format_decimal

from upheld.checks.barriers import BARRIERS
from upheld.language import gettext as _
from upheld.language import language, ngettext
from upheld.ledger import JourneyView, StepView
from upheld.promises.telling import number
from upheld.report.measured import (
    GRAVE,
    MEASURES,
    ONES,
    dead_end,
    documents_of,
    failed_of,
    filled_in,
    longest_silence,
    measures_of,
    rider_of,
    slowest_of,
    steps_of,
    typed_again,
    violations_of,
)

__all__ = ["BAD", "GROWN", "TOO_LONG", "Friction", "Ride", "ride_of"]

# After ten seconds a person does something else (Miller 1968, Nielsen 1993).
TOO_LONG = 10.0
# Web Vitals' lines between what needs improvement and what is poor: https://web.dev/articles/vitals.
POOR_PAGE = 4.0
POOR_SHIFT = 0.25
# From this weight on a friction is worse than a nuisance.
BAD = 60
GROWN = 38
"""The weight of what has grown over the last nights, and of nothing else."""
# As many barriers as somebody reads; how many there are is said.
MOST_BARRIERS = 3

_LONGER = ("seconds", "wait_seconds")

Seen = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Friction:
    """One thing that grated, `said` as the customer would say it.

    `reason` says why it counts. `step` and `line` say where it was in the feature, `picture` shows it ("" where
    nothing does). `value` is what was measured, `limit` what it was held against. `weight` is how bad it is, 0 to 100.
    """

    measure: str
    said: str
    reason: str
    weight: int
    step: str = ""
    line: int = 0
    picture: str = ""
    value: float = 0.0
    limit: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {**asdict(self), "value": round(self.value, 3), "limit": round(self.limit, 3)}


@dataclass(frozen=True, slots=True)
class Ride:
    """The answer: `word` is Yes, Mostly, No, Not to its end or Cannot tell, `why` what speaks against it.

    `frictions` are what grated, worst first, `facts` what was measured in words, `measures` in numbers by their names.
    """

    word: str
    why: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    frictions: tuple[Friction, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "word": self.word, "why": list(self.why), "facts": list(self.facts),
            "frictions": [one.to_json() for one in self.frictions],
            "measures": {name: round(self.measures[name], 3) for name in MEASURES if name in self.measures},
        }  # fmt: skip


def ride_of(
    journey: JourneyView,
    budgets: Mapping[str, float] | None = None,
    before: Mapping[str, float] | None = None,
    seen: Seen | None = None,
) -> Ride:
    """Return how smooth the customer's own way was; what others of the cast did is not part of it.

    `budgets` are those of `budgets_of`: each takes the place of the measure's own limit. `before` is what `medians`
    says of this journey's node, `seen` what `accessibility_of` says of its run.
    """
    steps = steps_of(journey)
    if not journey.steps:
        return Ride("Cannot tell", (_("It was not walked."),))
    if not steps:
        return Ride("Cannot tell", (_("Walked, but no page was seen on the way, so nothing was timed."),))
    measures = measures_of(journey, seen)
    looked = _Look(journey, steps, measures, budgets or {}, before or {}, seen)
    frictions = tuple(sorted(looked.frictions(), key=lambda one: -one.weight))
    why, facts = [one.said for one in frictions], looked.facts()
    if journey.status == "unproven":
        word, why = "Cannot tell", [_("It was cut off before its end."), *why]
    elif journey.status != "passed":
        stopped = next((step for step in journey.steps if step.status != "passed"), None)
        word, why = "Not to its end", [*([_("It ended at “{step}”.", step=stopped.text)] if stopped else []), *why]
    else:
        word = "No" if any(one.weight >= BAD for one in frictions) else "Mostly" if frictions else "Yes"
    return Ride(word, tuple(why), facts, frictions, measures)


class _Look:
    def __init__(
        self,
        journey: JourneyView,
        steps: Sequence[StepView],
        measures: Mapping[str, float],
        budgets: Mapping[str, float],
        before: Mapping[str, float],
        seen: Seen | None,
    ) -> None:
        self._journey, self._steps, self._measures = journey, steps, measures
        self._her = rider_of(journey)
        self._budgets, self._before, self._seen = budgets, before, seen

    def frictions(self) -> Iterator[Friction]:
        told: set[str] = set()
        for one in (*self._waiting(), *self._typing(), *self._pages(), *self._barriers(), *self._ending()):
            told.add(one.measure)
            yield one
        for one in (*self._over_budget(), *self._grown()):
            if one.measure not in told:
                told.add(one.measure)
                yield one

    def facts(self) -> tuple[str, ...]:
        measures, slowest = self._measures, slowest_of(self._steps)
        filled = filled_in(self._steps)
        asked = measures.get("fields", 0) if "required_fields" in measures else 0
        silence, between = longest_silence(self._journey)
        said = (
            ngettext("one page", "{count} pages", int(measures["pages"])),
            ngettext("one click", "{count} clicks", int(measures["clicks"])) if "clicks" in measures else "",
            _("{filled} of {asked} fields filled in", filled=filled, asked=int(asked))
            if asked > filled
            else ngettext("one field filled in", "{count} fields filled in", filled)
            if filled
            else _("no fields filled in"),
            _("{time} in all, at the pace of a machine", time=_seconds(measures["seconds"])),
            _("{time} of it waiting for pages", time=_seconds(measures["wait_seconds"]))
            if measures.get("wait_seconds", measures["seconds"]) < measures["seconds"]
            else "",
            ""
            if self._over("slowest_step_seconds")
            else _("longest step {time} (“{step}”)", time=_seconds(slowest.seconds), step=slowest.text),
            _("longest silence {between}", between=between) if silence >= 60 else "",
        )  # fmt: skip
        return tuple(one for one in said if one)

    def _over(self, name: str) -> bool:
        """Whether a measure is over its budget or, where it has none, over its own limit."""
        limit = self._limit(name)
        return limit is not None and self._measures.get(name, 0.0) > limit

    def _limit(self, name: str) -> float | None:
        return self._budgets.get(name, MEASURES[name].limit)

    def _friction(self, measure: str, said: str, reason: str, weight: int, step: StepView | None) -> Friction:
        return Friction(
            measure, said, reason, weight, step.text if step else "", step.line if step else 0,
            step.picture if step else "", self._measures.get(measure, 0.0), self._limit(measure) or 0.0,
        )  # fmt: skip

    def _waiting(self) -> Iterator[Friction]:
        if self._over("slowest_page_seconds"):
            page = max((one for one in documents_of(self._steps) if not one.frame), key=lambda one: one.shown)
            weight = 85 if page.shown > TOO_LONG else 50 if page.shown > POOR_PAGE else 30
            said = _("{who} waited {time} for {page}.", who=self._her, time=_seconds(page.shown), page=_page(page.step))
            yield self._friction(
                "slowest_page_seconds", said, _("A page should show its main part within 2.5 s."), weight, page.step
            )
        if self._over("slowest_step_seconds"):
            step = slowest_of(self._steps)
            weight = 75 if step.seconds > TOO_LONG else 40
            said = _("“{step}” took {time}.", step=step.text, time=_seconds(step.seconds))
            reason = _("Who waits so long doubts that it works.")
            yield self._friction("slowest_step_seconds", said, reason, weight, step)

    def _typing(self) -> Iterator[Friction]:
        if self._over("cleared_fields"):
            step = next(step for step in self._steps if step.ride.get("cleared"))
            lost = [str(one) for one in step.ride["cleared"]]
            said = _("After a mistake {who} had to fill in {what} again.", who=self._her, what=_listed(lost))
            yield self._friction("cleared_fields", said, _("What she has typed is hers: keep it."), 80, step)
        if self._over("asked_twice"):
            for label, count, step in typed_again(self._steps):
                said = _("{who} typed {what} {times}.", who=self._her, what=_named(label), times=_times(count))
                yield self._friction("asked_twice", said, _("What she has said once is known."), 45, step)

    def _pages(self) -> Iterator[Friction]:
        if self._over("layout_shift"):
            page = max((one for one in documents_of(self._steps) if not one.frame), key=lambda one: one.shift)
            weight = 45 if page.shift > POOR_SHIFT else 30
            said = _("{page} moved under her eyes as it came up.", page=_page(page.step, capital=True))
            reason = _(
                "A shift of {shift}; up to 0.1 is good.", shift=format_decimal(page.shift, "0.00", locale=language())
            )
            yield self._friction("layout_shift", said, reason, weight, page.step)
        if self._over("failed_requests"):
            step = next(step for step in self._steps if failed_of(step))
            count = int(self._measures["failed_requests"])
            said = ngettext("1 request of her pages failed.", "{count} requests of her pages failed.", count)
            yield self._friction("failed_requests", said, failed_of(step)[0], 25, step)
        if self._over("console_errors"):
            step = next(step for step in self._steps if step.console)
            count = int(self._measures["console_errors"])
            said = ngettext(
                "Pages reported 1 error behind the scenes.", "Pages reported {count} errors behind the scenes.", count
            )
            yield self._friction("console_errors", said, str(step.console[0]), 20, step)
        if self._over("redirects"):
            step = max(self._steps, key=lambda step: step.ride.get("chain") or 0)
            times = _times(self._measures["redirects"])
            said = _("{who} was sent on {times} before {page} came.", who=self._her, times=times, page=_page(step))
            yield self._friction("redirects", said, _("Each is a further wait."), 15, step)

    def _barriers(self) -> Iterator[Friction]:
        if not self._over("accessibility"):
            return
        rules: dict[str, list[tuple[StepView, Mapping[str, Any]]]] = defaultdict(list)
        for step in self._steps:
            for one in violations_of(step, self._seen):
                if one.get("impact") in GRAVE:
                    rules[str(one.get("id"))].append((step, one))
        worst = sorted(rules.items(), key=lambda item: item[1][0][1].get("impact") != "critical")
        for place, (rule, places) in enumerate(worst):
            step, one = places[0]
            critical = one.get("impact") == "critical"
            barrier = _(BARRIERS[rule]) if rule in BARRIERS else str(one.get("help", rule))
            said = f"{barrier}: {_page(step)}."
            if place == MOST_BARRIERS - 1 and len(worst) > MOST_BARRIERS:
                more = len(worst) - MOST_BARRIERS
                said += " " + ngettext("There is one more barrier.", "There are {count} more barriers.", more)
            friction = self._friction("accessibility", said, f"axe-core: {rule} ({one.get('impact')}).",
                                      55 if critical else 35, step)  # fmt: skip
            picture = str(one.get("picture") or step.picture)
            yield Friction(**{**asdict(friction), "picture": picture})
            if place == MOST_BARRIERS - 1:
                return

    def _ending(self) -> Iterator[Friction]:
        # Where it stopped is told with the journey's own answer.
        if self._journey.status != "passed" or not self._over("dead_ends"):
            return
        last = next(step for step in reversed(self._steps) if "ways" in step.ride)
        said = _("It ends on {what}: {page}.", what=dead_end(self._steps), page=_page(last))
        weight = 90 if float(last.ride.get("status") or 0) >= 500 else 70
        yield self._friction("dead_ends", said, _("She does not know what comes next."), weight, last)

    def _over_budget(self) -> Iterator[Friction]:
        for name, limit in self._budgets.items():
            value = self._measures.get(name, 0.0)
            if value > limit:
                amount = _amount(value, name)
                said = _("It takes {amount}; the budget is {limit}.", amount=amount, limit=_plain(limit))
                yield self._friction(name, said, _("Your own budget."), 40, None)

    def _grown(self) -> Iterator[Friction]:
        over = _("on the last {count} nights", count=_words(self._before.get("nights", 0)))
        longer = False
        for name, measure in MEASURES.items():
            was, value = self._before.get(name), self._measures.get(name)
            if measure.grown is None or was is None or value is None:
                continue
            least, part = measure.grown
            more = value - was
            if more < least or more < part * was or value <= self._budgets.get(name, -1):
                continue
            if name in _LONGER:
                if longer:  # the wait for pages is a part of the whole, and is not told again
                    continue
                longer, said = True, _("It takes {time} longer than {nights}.", time=_seconds(more), nights=over)
            else:
                amount = _amount(more, name, more=True)
                said = _("It takes {amount} than {nights}.", amount=amount, nights=over)
            reason = _("It was {was}, the median; it is {now}.", was=_plain(was), now=_plain(value))
            yield self._friction(name, said, reason, GROWN, None)


def _page(step: StepView, *, capital: bool = False) -> str:
    if step.title:
        return _("The page “{title}”", title=step.title) if capital else _("the page “{title}”", title=step.title)
    return _("The page at “{step}”", step=step.text) if capital else _("the page at “{step}”", step=step.text)


def _amount(value: float, name: str, *, more: bool = False) -> str:
    unit = MEASURES[name].unit
    # "1 pages" is what a machine says.
    said = {"amount": _plain(value), "unit": _(ONES.get(unit, unit) if value == 1 else unit)}
    return _("{amount} more {unit}", **said) if more else _("{amount} {unit}", **said)


def _plain(value: float) -> str:
    return number(value, 2 if abs(value) < 1 else 1)


def _words(nights: float) -> str:
    return {3: _("three"), 4: _("four"), 5: _("five"), 6: _("six"), 7: _("seven")}.get(int(nights), f"{nights:.0f}")


def _named(label: str) -> str:
    short = label.strip().rstrip(":*").strip()
    if len(short) <= 30:
        return _("her {what}", what=short[:1].lower() + short[1:])
    return _("what “{label}” asks for", label=short[:60])


def _listed(labels: Sequence[str]) -> str:
    shown = [_("“{words}”", words=label) for label in labels[:3]]
    rest = len(labels) - len(shown)
    return ", ".join(shown) + (" " + _("and {count} more", count=rest) if rest else "")


def _times(count: float) -> str:
    return {2: _("twice"), 3: _("three times")}.get(int(count), _("{count} times", count=int(count)))


def _seconds(seconds: float) -> str:
    if seconds >= 90:
        return _("{count} minutes", count=round(seconds / 60))
    return _("{count} s", count=format_decimal(seconds, "0.0", locale=language()))
