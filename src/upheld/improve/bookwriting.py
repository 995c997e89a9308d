"""Writing the book: what features, maps, ledger and evidence have of each journey, put in the words of a handbook."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Protocol

from upheld.cases import zone_of
from upheld.config import Settings
from upheld.improve.acting import acted, comes_soon, is_due_later
from upheld.improve.book import STAGES, Book, Chapter, Due, Letter, Snag, Step, Walk
from upheld.improve.byhand import Done, address_shown, done_in, facts_of, how, language_of, must, place_of
from upheld.improve.chapters import Incident, Told, ToldStep
from upheld.improve.looks import look_of
from upheld.improve.nights import Walked
from upheld.improve.notes import Filler, behind, notes_on, quoted
from upheld.improve.pairing import OPENS, by_step, ways_in
from upheld.language import gettext as _
from upheld.language import language
from upheld.ledger import ArrivalView, JourneyView, PromiseView, RunView, StepView
from upheld.maps import JourneyMap
from upheld.promises import Promise
from upheld.promises.window import JOURNEY_START
from upheld.report.letters import masked, read_letter
from upheld.report.masking import MASK, Mask
from upheld.report.model import Arrivals, makes_sense, verdict_of, why_of
from upheld.report.plain import Whole
from upheld.report.times import day, night, window, zone_of_run

__all__ = ["Keeper", "book_of", "page_name"]

LONGEST = 8000
"""As much of a text as a reader of the book reads."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_TITLE = re.compile(r"[^a-z0-9]+")


def page_name(journey: str) -> str:
    """Return what a journey's page is called, without its suffix; a second one of that name gets a number."""
    return _TITLE.sub("-", journey.lower()).strip("-")[:60] or "journey"


class Keeper(Protocol):
    """Where pictures and messages of the evidence are had: `upheld.report.files.Files` is one."""

    def picture(self, path: str) -> str | None:
        """Return a picture's place in the book, None where there is none."""

    def raw(self, path: str) -> bytes | None:
        """Return a message as it was received, None where it is not kept."""


def book_of(
    told: Sequence[Told],
    incidents: Sequence[Incident],
    maps: Mapping[str, JourneyMap],
    walks: Mapping[str, Walked],
    files: Keeper,
    settings: Settings,
    *,
    publish: bool = False,
    now: datetime | None = None,
) -> Book:
    """Return the book of a suite: `told` are its scenarios, `walks` the last walk of each by its key.

    Days that its notes name are counted from `now`, the present unless given.

    What lets its reader in is masked in all that the book says. With `publish` it is for strangers: the pictures of
    messages are left out, and those of pages which show a secret.
    """
    by_journey: dict[str, list[Told]] = {name: [] for name in maps}
    for one in told:
        # A journey without a map is a chapter of its own for each feature.
        by_journey.setdefault(one.journey or one.feature, []).append(one)
    now = now or datetime.now(UTC)
    zone = zone_of_run(one.journey for one in walks.values())
    writer = _Writer(maps, walks, files, incidents, settings, now=now, zone=zone, publish=publish)
    chapters = [writer.chapter(name, found) for name, found in by_journey.items()]
    stages = []
    for stage, words in STAGES:
        of_stage = behind([one for one in chapters if one.stage == stage], _names, _refers)
        if of_stage:
            stages.append((words, tuple(replace(one, presupposes=_told_in(chapters, one)) for one in of_stage)))
    last = max((one.run for one in walks.values()), key=lambda run: run.started or _LONG_AGO, default=None)
    info = last.info if last else {}
    walked_at = str(info.get("site") or "")
    return Book(
        site=(settings.site or walked_at).rstrip("/"),
        last_site=walked_at.rstrip("/"),
        mailbox=str(info.get("mailbox") or settings.mailbox),
        clock=_clock(settings.clock, walked_at, str(info.get("clock") or "")),
        zone=zone,
        written=day(now, zone),
        stages=tuple(stages),
    )


def _names(chapter: Chapter) -> set[str]:
    return {chapter.name, *(walk.told.name for walk in chapter.walks)}


def _told_in(chapters: Sequence[Chapter], of: Chapter) -> tuple[str, ...]:
    """Return the names of the other chapters that a chapter's notes send to."""
    return tuple(one.name for one in chapters if one.id != of.id and _names(one) & _refers(of))


def _refers(chapter: Chapter) -> set[str]:
    """Return what a chapter's notes quote: "as in “Booking and paying for an event”"."""
    notes = (note for walk in chapter.walks for step in (*walk.before, *walk.steps) for note in step.notes)
    return {words for note in (*chapter.needs, *notes) for _said, words in quoted(note) if words} - _names(chapter)


def _clock(clock: str, walked_at: str, last: str) -> str:
    """Return where the clock is turned: as the settings say, else as on the last walk, as a path of the site."""
    if clock.startswith(("http://", "https://")) or not walked_at or not last.startswith(walked_at.rstrip("/") + "/"):
        return clock
    return last.removeprefix(walked_at.rstrip("/"))


class _Writer:
    def __init__(
        self,
        maps: Mapping[str, JourneyMap],
        walks: Mapping[str, Walked],
        files: Keeper,
        incidents: Sequence[Incident],
        settings: Settings,
        *,
        now: datetime,
        zone: str,
        publish: bool,
    ) -> None:
        self._settings, self._now, self._zone = settings, now, zone
        self._maps, self._walks, self._files, self._incidents = maps, walks, files, incidents
        self._publish = publish
        self._masks: dict[str, Mask] = {}
        self._arrivals: dict[str, Arrivals] = {}
        self._pictures: dict[str, dict[str, Mapping[str, str]]] = {}
        self._ids = {"index", "content", "changes", "contents", "walking", "words"}  # the pages' own

    def chapter(self, journey: str, told: Sequence[Told]) -> Chapter:
        known = self._maps.get(journey)
        name = known.name if known else (told[0].feature if told else journey) or journey
        # Whoever was once disappointed is walked by hand as well, behind the ways that were planned.
        walked = sorted(told, key=lambda one: one.is_incident)
        ways = ways_in(walked, self._walks)
        ids = {one.key: self._id(one.name) for one in walked}
        snags = [one for one in self._incidents if any(guard in told for guard in one.guards)]
        return Chapter(
            id=self._id(journey),
            journey=journey,
            name=name,
            stage=known.stage if known else "",
            owner=known.owner if known else "",
            about=tuple(dict.fromkeys(one.about for one in walked if one.about)),
            needs=known.by_hand.needs if known else (),
            walks=_led(tuple(self._walk(one, known, ids, ways) for one in walked)),
            snags=tuple(self._snag(one) for one in snags),
            touchpoints=tuple(
                (kind, point.channel, point.usual, point.harm, point.second_line)
                for kind, point in (known.touchpoint if known else {}).items()
            ),
        )

    def _id(self, name: str) -> str:
        found = plain = page_name(name)
        while found in self._ids:
            number = re.search(r"-(\d+)$", found)
            found = f"{plain}-{int(number[1]) + 1 if number and found != plain else 2}"
        self._ids.add(found)
        return found

    def _snag(self, incident: Incident) -> Snag:
        guards = []
        for guard in incident.guards:
            walked = self._walks.get(guard.key)
            guards.append((guard, makes_sense(walked.journey) if walked else None, _when(walked, self._zone)))
        return Snag(incident, tuple(guards))

    def _walk(
        self,
        told: Told,
        known: JourneyMap | None,
        ids: Mapping[str, str],
        ways: Mapping[str, tuple[str, str, int, int]],
    ) -> Walk:
        walked = self._walks.get(told.key)
        people = tuple(
            (one.who, one.name, str(one.details.get("city") or ""), language_of(one), one.address)
            for one in (walked.journey.cast if walked else ())
            if not one.who.startswith("the ")
        )
        filler = Filler(
            self._id("-".join([*ids[told.key].split("-")[:5], "by-hand"])),  # it is typed many times
            {one.who: (one.name, one.address) for one in (walked.journey.cast if walked else ())},
            self._settings.mail_domain,
            self._now,
            zone_of(walked.journey) if walked else self._zone,
        )
        steps = list(self._steps(told, known, walked, ids, ways, filler))
        # The stage is set by steps in which nobody has seen a page yet.
        first = next((at for at, one in enumerate(steps) if one.picture or one.address or one.due), 0)
        before = 0
        for index, step in enumerate(told.steps[:first]):
            if step.keyword not in ("Given", "And") or steps[index].how or steps[index].done:
                break
            before = index + 1
        # Whoever walks by hand counts what she does; what must be there already is no step of hers.
        numbered = acted([replace(step, number=max(0, step.number - before)) for step in steps])
        return Walk(
            told,
            ids[told.key],
            people,
            numbered[:before],
            numbered[before:],
            _when(walked, self._zone),
            makes_sense(walked.journey) if walked else None,
            tuple(one for one in self._incidents if one.slug in told.incidents),
            _varies(walked),
            filler.way if filler.coined else "",
            day(self._now, filler.counted) if filler.counted else "",
        )

    def _steps(
        self,
        told: Told,
        known: JourneyMap | None,
        walked: Walked | None,
        ids: Mapping[str, str],
        ways: Mapping[str, tuple[str, str, int, int]],
        filler: Filler,
    ) -> Iterator[Step]:
        hide = self._hide(walked)
        facts = facts_of(walked.journey) if walked else {}
        shown_facts = {name: hide(value) for name, value in facts.items()}
        views = by_step(told, walked)
        promised: dict[tuple[str, str, str], list[PromiseView]] = defaultdict(list)
        for made in walked.journey.promises if walked else ():
            promised[made.promise.words, made.promise.kind, made.promise.who].append(made)
        shown = text = ""
        for index, step in enumerate(told.steps):
            view = views.get(index)
            new = view is not None and view.picture not in ("", shown)
            opens = bool(OPENS.match(step.text))
            address = address_shown(view, facts, step.text if opens else "")
            as_in = ways.get(f"{told.key}#{index}") if not opens else None
            due = []
            for promise in step.promises:
                found = promised[promise.words or step.text, promise.kind, promise.who]
                due.append(self._due(promise, found.pop(0) if found else None, known, walked, shown_facts))
            who, acts = _actor(view, step, filler.people), bool(view and view.acts)
            reads = self._reads(walked, step)
            done = _done(step, view, address, walked.journey if walked else None, hide)
            notes = tuple(filler.fill(note, step.text, who) for note in notes_on(step, known, done=acts))
            said = self._page_text(view) if view else ""
            text = said or text
            hidden = self._publish and hide(text) != text
            yield Step(
                number=index + 1,
                keyword=step.keyword,
                text=step.text,
                how=_("On the last walk this was {where}.", where=address)
                if opens and notes and address
                else how(step, address, shown_facts, reads),
                notes=notes,
                as_in=(ids[as_in[0]], as_in[1], as_in[2], as_in[3]) if as_in and as_in[0] in ids else None,
                done=done,
                rows=() if step.promises or any(one.typed for one in done) else step.rows,
                picture=(self._files.picture(view.picture) or "") if view and new and not hidden else "",
                hidden=new and hidden,
                look=look_of(self._files.raw(view.picture)) if view and new else "",
                title=hide(view.title) if view and new else "",
                address=address if new else "",
                page_text=hide(said),
                status=view.status if view else "",
                error=hide(view.error.splitlines()[0]) if view and view.error else "",
                due=tuple(due),
                who=who if acts or new else "",
            )
            shown = view.picture if view and view.picture else shown

    def _hide(self, walked: Walked | None) -> Callable[[str], str]:
        """Return what masks the secrets of a walk's run in a text."""
        return self._mask(walked.run).text if walked is not None else masked

    def _mask(self, run: RunView) -> Mask:
        if run.id not in self._masks:
            self._masks[run.id] = Mask(run)
        return self._masks[run.id]

    def _reads(self, walked: Walked | None, step: ToldStep) -> str:
        """Return the language of whoever lives somewhere in this step, "" where that is the suite's or English."""
        who = step.text.partition(" lives in ")[0]
        person = next((one for one in walked.journey.cast if one.who == who), None) if walked else None
        if person is None or person.locale[:2] in ("en", language()[:2]):
            return ""
        return language_of(person)

    def _page_text(self, view: StepView) -> str:
        content = self._files.raw(view.page_text) if view.page_text else None
        return content.decode("utf-8", "replace")[:LONGEST] if content else ""

    def _due(
        self,
        promise: Promise,
        view: PromiseView | None,
        known: JourneyMap | None,
        walked: Walked | None,
        facts: Mapping[str, str],
    ) -> Due:
        point = known.touchpoint.get(promise.kind) if known else None
        found = view.judgement if view else None
        zone = zone_of(walked.journey) if walked else "UTC"
        letters = self._letters(view, walked) if view and walked and not promise.silent else ()
        long = found is not None and is_due_later(promise)
        return Due(
            promise=promise,
            must=tuple(must(row, facts) for row in promise.expectation.rows),
            harm=point.harm if point else "",
            second_line=point.second_line if point else "",
            verdict=str(verdict_of(view)) if view else "",
            why=self._hide(walked)(why_of(view)) if view else "",
            when=window(found.site_from, found.site_by, zone)
            if found and long and found.site_from and found.site_by
            else "",
            begun=_began_on(walked, zone) if long else "",
            letters=letters,
            soon=comes_soon(promise),
        )

    def _letters(self, view: PromiseView, walked: Walked) -> tuple[Letter, ...]:
        run = walked.run
        if run.id not in self._arrivals:
            self._arrivals[run.id] = Arrivals(run)
            self._pictures[run.id] = dict(_own_pictures(run))
        came = self._arrivals[run.id].answering(view)[:3]
        mask = self._mask(run)
        return tuple(self._letter(one, self._pictures[run.id].get(one.raw, {}), mask) for one in came)

    def _letter(self, one: ArrivalView, pictures: Mapping[str, str], mask: Mask) -> Letter:
        hide = mask.text
        raw = self._files.raw(one.raw) if one.raw and one.arrival.channel == "email" else None
        read = read_letter(one.arrival, raw, mask=hide, pictures=not self._publish, leaks=mask.leaks)
        pictures = {} if self._publish else pictures
        places = ((width, self._files.picture(pictures[width])) for width in ("desktop", "phone") if width in pictures)
        text = one.arrival.html_text or one.arrival.text
        return Letter(
            subject=read.subject,
            sender=read.sender,
            pictures=tuple((width, place) for width, place in places if place),
            page=Whole(read.page),
            text=hide(text[:LONGEST] + (" …" if len(text) > LONGEST else "")),
            files=tuple(
                _file(part.name, *told) for part, told in zip(one.arrival.attachments, read.files, strict=False)
            ),
        )


def _led(walks: tuple[Walk, ...]) -> tuple[Walk, ...]:
    """Let the steps that lead to another way name its steps by the numbers that they have there."""
    offset = {walk.id: len(walk.before) for walk in walks}

    def led(step: Step) -> Step:
        if step.as_in is None or step.done or step.how:  # what was done there says more than a reference
            return replace(step, as_in=None)
        to, name, first, last = step.as_in
        return replace(step, as_in=(to, name, max(1, first - offset[to]), max(1, last - offset[to])))

    return tuple(replace(walk, steps=tuple(led(step) for step in walk.steps)) for walk in walks)


def _done(
    step: ToldStep, view: StepView | None, address: str, journey: JourneyView | None, hide: Callable[[str], str]
) -> tuple[Done, ...]:
    """Return what was done in a step, but for what its own words say already."""
    who = next((str(one["who"]) for one in view.acts if _plays(one)), view.who) if view else ""
    done = done_in(view, who, lambda where: place_of(where, journey, step.text, hide)) if journey else ()
    acts = [one for one in done if one.says]
    if how(step, address, {}) and len(acts) == 1 and not acts[0].who:
        done = tuple(one for one in done if one.typed)
    return tuple(
        replace(one, says=hide(one.says), typed=tuple(replace(each, value=hide(each.value)) for each in one.typed))
        for one in done
    )


def _actor(view: StepView | None, step: ToldStep, people: Mapping[str, object]) -> str:
    """Return who does a step, of those whom the reader plays; where it was never walked, whom its words begin with."""
    if view is None:
        first = step.text.partition(" ")[0]
        return first if first in people or re.fullmatch(r"[A-Z]\w+", first) else ""
    who = next((str(one["who"]) for one in view.acts if _plays(one)), view.who)
    return "" if who.startswith("the ") else who


def _plays(act: object) -> bool:
    """Whether an act is that of somebody whom the reader plays; roles such as "the organiser" are others."""
    return isinstance(act, Mapping) and not str(act.get("who", "the ")).startswith("the ")


def _file(name: str, shown: str, size: str) -> tuple[str, str]:
    """Return a file's name and size as they may be told: of a name that is masked as a whole, still what it is."""
    suffix = PurePath(name).suffix
    return (f"{shown}{suffix}" if shown == MASK and re.fullmatch(r"\.[a-z]{2,4}", suffix) else shown), size


def _own_pictures(run: RunView) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the pictures that show this very message.

    Messages of one template are shown in a browser once, and the others refer to the same pictures: a reminder would
    be shown with the words of the confirmation.
    """
    taken = set()
    for one in run.renders:
        pictures = tuple(sorted(one.pictures.items()))
        if pictures not in taken:
            taken.add(pictures)
            yield one.raw, one.pictures


def _began_on(walked: Walked | None, zone: str) -> str:
    """Return the day, by the site's clock, on which a walk began."""
    began = walked.journey.moments.get(JOURNEY_START) if walked else None
    return day(began.site_began, zone) if began and began.site_began else ""


def _varies(walked: Walked | None) -> tuple[str, ...]:
    if walked is None:
        return ()
    journey = walked.journey
    values = [str(fact.value) for fact in journey.noted if fact.kind in ("text", "number")]
    for one in journey.cast:
        values += [one.name, one.given, one.family, one.address, *(str(value) for value in one.details.values())]
    # An address may be a way in, and does not stand in what she reads.
    return tuple(sorted({value for value in values if len(value) > 2 and not value.startswith(("/", "http"))}))


def _when(walked: Walked | None, zone: str) -> str:
    if walked is None:
        return ""
    began = next((step.began for step in walked.journey.steps if step.began), walked.run.started)
    return f"{night(began, began, zone)} ({zone})"  # when it ended is of no use to the reader
