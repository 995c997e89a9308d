"""A journey on one time line, above the waterline: windows as bars, arrivals as marks, and the same in sentences.

Only where everything stands is worked out here; `templates/timeline.svg.j2` draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from upheld.cases import zone_of
from upheld.language import N_, ngettext
from upheld.language import gettext as _
from upheld.ledger import ArrivalView, JourneyView, PromiseView, StepView
from upheld.promises import Verdict
from upheld.promises.reading import TRAVELS
from upheld.promises.window import JOURNEY_START
from upheld.report.model import Arrivals, verdict_of
from upheld.report.scale import Scale
from upheld.report.times import clock_time, moment, place_of

__all__ = ["Bar", "Line", "SiteAt", "Tick", "Timeline", "site_clock", "timeline_of"]

# In the picture's own units, which are pixels at its natural size.
LEFT, WIDTH, ROW, TOP, FOOT = 150.0, 630.0, 42.0, 62.0, 28.0
LETTER = 6.7  # about as wide as a letter of the picture's type
MOST_SCREENS = 14
BEGINS = N_("begins")
_GRAVE = frozenset(str(one) for one in Verdict if one.failed or one is Verdict.UNPROVEN)
PAGE = N_("page")
_CHANNELS = (N_("email"), N_("text message"), N_("attendee list"))  # what lanes are called besides
SiteAt = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True)
class Tick:
    """An instant on the axis: its lines of text from `x` on, none where there is no room, and a rule down from it."""

    x: float
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A promised window from `x` to `end`; `reach` leads to an arrival outside it, where there is one."""

    x: float
    end: float
    reach: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the picture, its top at `y`: `kind` is a verdict, `screen`, or `nobody` for what nobody promised.

    `lane` is "" where it is that of the line above. `marks` are places and kinds.
    """

    y: float
    lane: str
    kind: str
    label: str
    label_x: float
    bar: Bar | None
    marks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The picture; `text` tells the same in sentences, `breaks` are long stretches and how long they are."""

    id: str
    title: str
    width: float
    height: float
    foot: float
    ticks: tuple[Tick, ...]
    breaks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    text: tuple[str, ...]
    caption: str


@dataclass(slots=True)
class _Row:
    lane: str
    kind: str
    label: str
    said: str
    opens: datetime | None = None
    closes: datetime | None = None
    marks: list[tuple[datetime, str]] = field(default_factory=list)

    def instants(self) -> Iterator[datetime]:
        yield from (one for one in (self.opens, self.closes) if one is not None)
        yield from (at for at, _mark in self.marks)


def site_clock(journey: JourneyView, otherwise: SiteAt) -> SiteAt:
    """Return what tells a journey's site time while it was walked: its own beginning says how the clocks stood."""
    began = journey.moments.get(JOURNEY_START)
    first = next((step.began for step in journey.steps if step.began is not None), None)
    if began is None or began.site_began is None or first is None or TRAVELS in journey.tags:
        return otherwise
    offset = began.site_began - first
    # What lies between reading the clock and the first step is the harness's own.
    return (lambda real: real + offset) if abs(offset) > timedelta(seconds=5) else lambda real: real


def timeline_of(journey: JourneyView, arrivals: Arrivals, site_at: SiteAt, *, turned: bool) -> Timeline | None:
    """Return a journey's picture, or None where nothing of it has a time. `site_at` turns real time into the site's."""
    zone = zone_of(journey)
    rows = [
        *_screens(journey, site_clock(journey, site_at)),
        *_promised(journey, arrivals, site_at, zone),
        *_unpromised(journey, arrivals, site_at, zone),
    ]
    lanes = {lane: number for number, lane in enumerate(dict.fromkeys(row.lane for row in rows))}
    rows.sort(key=lambda row: lanes[row.lane])
    moments = _moments(journey)
    instants = {at for row in rows for at in row.instants()}
    if not instants:
        return None
    scale = Scale(instants | {at for at, _name in moments}, LEFT + 10, WIDTH)
    caption = [_("Times are the site's, {zone}.", zone=place_of(zone))]
    if turned:
        caption.append(_("The site's clock was turned forward, not waited for."))
    caption.append(
        _("Not to scale: long waits are drawn short (by their logarithm), so that seconds and days can both be read.")
    )
    return Timeline(
        id="".join(letter if letter.isalnum() else "-" for letter in journey.id),
        title=_("Time line of “{journey}”", journey=journey.scenario),
        width=scale.right + 112,  # words at the last instant need room
        height=TOP + ROW * len(rows) + FOOT + 8,
        foot=TOP + ROW * len(rows) + 8,
        ticks=tuple(_ticks(moments, rows, scale, zone)),
        breaks=tuple(scale.long_stretches()),
        lines=tuple(_line(row, number, rows, scale) for number, row in enumerate(rows)),
        text=tuple(row.said for row in rows),
        caption=" ".join(caption),
    )


def _screens(journey: JourneyView, site_at: SiteAt) -> Iterator[_Row]:
    """A row for each person: a dot for each new screen she saw, and words for where she stopped or arrived."""
    people: dict[str, list[StepView]] = {}
    for step in journey.steps:
        seen = people.get(step.who, [])
        changed = step.picture and (not seen or seen[-1].picture != step.picture)
        if step.began is not None and step.who and (changed or (step.status != "passed" and step.address)):
            people.setdefault(step.who, []).append(step)
    for who, steps in people.items():
        shown = steps if len(steps) <= MOST_SCREENS else [steps[0], *steps[-MOST_SCREENS + 1 :]]
        last = shown[-1]
        row = _Row(f"{_short(who)} · {_(PAGE)}", "screen", _cut(last.text, 46), "")
        for step in shown:
            if (at := step.ended or step.began) is not None:
                row.marks.append((site_at(at), "kept" if step.status == "passed" else _fault(step.status)))
        ended = {"passed": _("reached “{step}”"), "failed": _("stopped at “{step}”")}.get(
            last.status, _("was cut off at “{step}”")
        )
        screens = ngettext("one screen", "{count} screens", len(steps))
        row.said = f"{_short(who)}, {_(PAGE)}: {screens}; {ended.replace('{step}', last.text)}."
        if last.status != "passed":
            row.kind = _fault(last.status)
        yield row


def _fault(status: str) -> str:
    return "broken" if status == "failed" else "unproven"


def _promised(journey: JourneyView, arrivals: Arrivals, site_at: SiteAt, zone: str) -> Iterator[_Row]:
    for view in journey.promises:
        verdict, found, promise = verdict_of(view), view.judgement, view.promise
        opens, closes = (found.site_from, found.site_by) if found else (None, None)
        if opens and closes and view.made_at and promise.window.opens.is_its_moment:
            # "Within 1 minute" may be allowed from the journey's start on; it is promised when it is said.
            opens = max(opens, min(view.made_at, closes, found.site_at if found and found.site_at else closes))
        words = f"{promise.touchpoint}: {_(str(verdict))}" + (
            f" · {promise.window.words}" if promise.window.words else ""
        )
        row = _Row(f"{_short(promise.who)} · {_(promise.channel)}", str(verdict), words, "", opens, closes)
        row.marks = _marks(view, arrivals.answering(view), site_at)
        between = f" ({moment(opens, zone)} – {moment(closes, zone)})" if opens and closes else ""
        came = ", ".join(moment(at, zone) for at, _mark in row.marks) if found and found.site_at else ""
        words = ", ".join(one for one in (promise.touchpoint, promise.window.words) if one)
        nothing = promise.silent and verdict is Verdict.KEPT
        silent = {Verdict.OPEN: _("not due yet"), Verdict.UNPROVEN: _("not known"), Verdict.BROKEN: _("nothing came")}
        happened = _("came {when}", when=came) if came else _("nothing came") if nothing else silent.get(verdict, "")
        told = ", ".join(filter(None, (_(str(verdict)), happened)))
        channel = _(promise.channel)
        row.said = f"{promise.who}, {channel}: {words}{between}: {told}."
        yield row


def _marks(view: PromiseView, came: Sequence[ArrivalView], site_at: SiteAt) -> list[tuple[datetime, str]]:
    found, verdict = view.judgement, verdict_of(view)
    if found is None or (found.site_at is None and found.site_by is None):
        return []
    if found.site_at is None:
        return [(found.site_by, str(verdict))] if found.site_by is not None else []
    marks = [(found.site_at, str(verdict))]
    if verdict is Verdict.REPEATED:
        # The first answer has its exact time in the verdict; the others are told by the run's clock.
        marks += [(max(site_at(one.arrival.at), found.site_at), str(verdict)) for one in came[1:]]
    return marks


def _unpromised(journey: JourneyView, arrivals: Arrivals, site_at: SiteAt, zone: str) -> Iterator[_Row]:
    names = {person.address: person.who for person in journey.cast}
    for one in arrivals.unpromised(journey)[:8]:
        at, who = site_at(one.arrival.at), names.get(one.recipient, "")
        subject = _cut(one.arrival.subject or _("a message without a subject"), 34)
        lane = f"{_short(who)} · {_(one.arrival.channel)}"
        said = f"{who}, {_(one.arrival.channel)}: “{subject}”, {_('came {when}', when=moment(at, zone))}; "
        said += _("nobody promised it") + "."
        yield _Row(lane, "nobody", f"“{subject}”: {_('nobody promised it')}", said, marks=[(at, "nobody")])


def _moments(journey: JourneyView) -> list[tuple[datetime, str]]:
    """The named moments, such as the payment and the event, and the beginning."""
    named = [(at.site_began, name) for name, at in journey.moments.items() if at.site_began is not None]
    return sorted((at, _(BEGINS) if name == JOURNEY_START else name) for at, name in named)


def _ticks(moments: Sequence[tuple[datetime, str]], rows: Sequence[_Row], scale: Scale, zone: str) -> Iterator[Tick]:
    """The named moments first, then until when what is not upheld was promised, then the edges of other windows."""
    named = {at for at, _name in moments}
    grave = [row for row in rows if row.kind in _GRAVE]
    first = {row.closes for row in grave if row.closes} - named
    edges = {at for row in rows for at in (row.opens, row.closes) if at is not None} - named - first
    begins = [one for one in moments if one[1] == _(BEGINS)]
    taken: list[tuple[float, float]] = []
    shown: list[tuple[datetime, str]] = []
    # The beginning says least, so it gives way to a moment that the feature names.
    wanted = [one for one in moments if one not in begins] + [(at, "") for at in sorted(first)]
    for at, name in [*wanted, *begins, *((at, "") for at in sorted(edges))]:
        x = scale.x(at)
        width = max(len(name), 8) * LETTER + 8
        if any(x < right and x + width > left for left, right in taken):
            yield Tick(x)
        else:
            taken.append((x, x + width))
            shown.append((at, name))
    last, end = "", 0.0
    for at, name in sorted(shown):
        x, day = scale.x(at), moment(at, zone).partition(",")[0]
        dated = day != last and x >= end
        if dated:
            last, end = day, x + len(day) * LETTER + 8
        yield Tick(x, (name, clock_time(at, zone), day if dated else ""))


def _line(row: _Row, number: int, rows: Sequence[_Row], scale: Scale) -> Line:
    starts = number == 0 or rows[number - 1].lane != row.lane
    bar = None
    if row.opens is not None and row.closes is not None:
        x, end = scale.x(row.opens), scale.x(row.closes)
        outside = [scale.x(at) for at, _mark in row.marks if not row.opens <= at <= row.closes]
        reach = (end if outside[-1] > end else x, outside[-1]) if outside else None
        bar = Bar(x, max(end, x + 6), reach)
    first = min((scale.x(at) for at in row.instants()), default=LEFT + 10)
    return Line(
        y=TOP + ROW * number,
        lane=row.lane if starts else "",
        kind=row.kind,
        label=row.label,
        label_x=max(LEFT, min(first, scale.right + 96 - len(row.label) * LETTER)),
        bar=bar,
        marks=tuple((scale.x(at), word) for at, word in row.marks),
    )


def _short(who: str) -> str:
    name = who.removeprefix("the ").capitalize() if who.startswith("the ") else who
    return _cut(name or _("Somebody"), 14)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
