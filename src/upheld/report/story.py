"""The storyboard: what the customer saw, step by step in her words, with each message in its place in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime

from upheld.cases import zone_of
from upheld.language import gettext as _
from upheld.ledger import ArrivalView, JourneyView, PromiseView, StepView
from upheld.promises import Verdict
from upheld.report.letters import Letter, masked
from upheld.report.model import Arrivals, verdict_of
from upheld.report.timeline import SiteAt, site_clock
from upheld.report.times import moment

__all__ = ["Missing", "Notice", "Post", "Said", "Scene", "Shown", "story_of"]

LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """One step as the feature says it, how it went, and what was seen instead where it did not pass."""

    text: str
    status: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was noticed beside what it is about: its `look`, as of a verdict, its `mark`, and the sentence.

    `places` are, for a contradiction, where it was said and what. `picture` shows it; "" where nothing does.
    """

    look: str
    mark: str
    said: str
    more: str = ""
    places: tuple[tuple[str, str], ...] = ()
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the page shows it: as it looked on a desktop and a phone, with its place as it was received.

    `words` are those in it that are marked.
    """

    letter: Letter
    file: str | None
    desktop: str = ""
    phone: str = ""
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class Scene:
    """One screen and the steps that were taken on it; `picture` is its place in the report, "" where there is none.

    `left_out` is true where there is one, and it is not for strangers: it shows what lets its reader in.
    `steps` are their indexes. `console` and `failed` are what it complained of and did not get.
    """

    at: datetime
    who: str
    picture: str
    title: str
    said: list[Said] = field(default_factory=list)
    fields: int = 0
    complaints: list[str] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    left_out: bool = False
    kind: str = "scene"

    @property
    def alt(self) -> str:
        """What the picture shows, for those who do not see it."""
        step = _("What {who} saw at “{step}”", who=self.who or _("she"), step=self.said[0].text)
        return f"{step}: {self.title}" if self.title else step


@dataclass(frozen=True, slots=True)
class Post:
    """A message in its place in time, with the promises that it answers; none where nobody promised it.

    `answers` are each promise's touchpoint, its verdict and its place on the page; `id` is the arrival's.
    """

    at: datetime
    when: str
    who: str
    id: str
    shown: Shown
    answers: tuple[tuple[str, Verdict, str], ...]
    notices: tuple[Notice, ...] = ()
    kind: str = "post"


@dataclass(frozen=True, slots=True)
class Missing:
    """Where a message would stand that did not come, has not come yet, or could not be looked for."""

    at: datetime
    when: str
    touchpoint: str
    verdict: Verdict
    anchor: str
    kind: str = "missing"


def story_of(
    journey: JourneyView,
    arrivals: Arrivals,
    site_at: SiteAt,
    picture: Callable[[str], str | None],
    letter: Callable[[ArrivalView], Shown],
    anchors: Mapping[str, str],
    notices: Mapping[str, Sequence[Notice]],
    withheld: Set[str] = frozenset(),
) -> list[Scene | Post | Missing]:
    """Return a journey's story in the order of the site's time.

    `anchors` are the promises' places on the page. `notices` stand beside what they are about: an arrival by its id,
    a page as `page 3`, by the index of a step on it. `withheld` are the paths of pictures that strangers are not shown.
    """
    zone = zone_of(journey)
    scenes = list(_scenes(journey, site_clock(journey, site_at), picture))
    hidden = {step.index for step in journey.steps if step.picture in withheld}
    for scene in scenes:
        scene.left_out = not hidden.isdisjoint(scene.steps)
        scene.notices = [one for index in scene.steps for one in notices.get(f"page {index}", ())]
    items: list[Scene | Post | Missing] = [*scenes]
    items += _post(journey, arrivals, site_at, letter, zone, anchors, notices)
    items += _missing(journey, zone, anchors)
    # What has no time of its own stays behind what it followed: the sort is stable and scenes come first.
    return sorted(items, key=lambda item: item.at)


def _scenes(journey: JourneyView, site_at: SiteAt, picture: Callable[[str], str | None]) -> Iterator[Scene]:
    scene: Scene | None = None
    shown: str = ""
    at = min((step.began for step in journey.steps if step.began), default=LAST)
    for step in journey.steps:
        at = max(at, step.began) if step.began else at
        # Before the first screen there is a stage to set; it is no part of the screen that follows.
        staged = scene is not None and not scene.picture and not step.picture
        same = scene is not None and step.picture in ("", shown) and step.who in ("", scene.who)
        if scene is None or not (same or staged):
            if scene is not None:
                yield scene
            place = picture(step.picture) if step.picture else None
            scene = Scene(site_at(at) if at is not LAST else at, step.who, place or "", step.title)
            shown = step.picture or shown
        _add(scene, step)
    if scene is not None:
        yield scene


def _add(scene: Scene, step: StepView) -> None:
    scene.steps.append(step.index)
    scene.said.append(Said(step.text, step.status, masked(step.error)))
    scene.fields += len(step.fields) if isinstance(step.fields, list | tuple) else 0
    scene.complaints += [masked(str(one)) for one in (*step.console, *step.failed_requests)]


def _post(
    journey: JourneyView,
    arrivals: Arrivals,
    site_at: SiteAt,
    letter: Callable[[ArrivalView], Shown],
    zone: str,
    anchors: Mapping[str, str],
    notices: Mapping[str, Sequence[Notice]],
) -> Iterator[Post]:
    names = {person.address: person.who for person in journey.cast}
    answers: dict[str, list[PromiseView]] = defaultdict(list)
    came: dict[str, ArrivalView] = {}
    times: dict[str, datetime] = {}
    for view in journey.promises:
        for number, one in enumerate(arrivals.answering(view)):
            answers[one.arrival.id].append(view)
            came[one.arrival.id] = one
            if number == 0 and view.judgement and view.judgement.site_at:
                times[one.arrival.id] = view.judgement.site_at
    came |= {one.arrival.id: one for one in arrivals.unpromised(journey)}
    for identity, one in came.items():
        at = times.get(identity) or site_at(one.arrival.at)
        said = tuple((view.promise.touchpoint, verdict_of(view), anchors[view.id]) for view in answers[identity])
        who = names.get(one.recipient, one.recipient)
        beside = tuple(notices.get(identity, ()))
        yield Post(at, moment(at, zone), who, identity, letter(one), said, beside)


def _missing(journey: JourneyView, zone: str, anchors: Mapping[str, str]) -> Iterator[Missing]:
    for view in journey.promises:
        verdict, found = verdict_of(view), view.judgement
        if view.promise.silent or verdict not in (Verdict.BROKEN, Verdict.OPEN, Verdict.UNPROVEN):
            continue
        if found is not None and found.arrivals:
            continue
        at = found.site_by if found and found.site_by else LAST
        when = _("by {when}", when=moment(at, zone)) if at is not LAST else ""
        yield Missing(at, when, view.promise.touchpoint, verdict, anchors[view.id])
