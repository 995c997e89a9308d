"""What the pages show of each journey and of each of its promises, worked out once; the templates only lay it out."""

from __future__ import annotations

import email
import email.policy
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from upheld.cases import customer_of, timelines_of, zone_of
from upheld.checks import UNPROMISED
from upheld.language import gettext as _
from upheld.ledger import ArrivalView, JourneyView, PromiseView, RenderView, RunView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.promises.timeline import Timeline as Clock
from upheld.report.advice import advice_for, touchpoints_of_map
from upheld.report.card import Card, Evidence, PromiseCard
from upheld.report.files import Files
from upheld.report.harms import harm_of, harm_of_stop
from upheld.report.headline import again, earlier_in_words
from upheld.report.insight import Insights
from upheld.report.letters import Letter, masked, read_letter
from upheld.report.links import anchors_of, page_of, slugs_of
from upheld.report.marking import excerpts, words_to_mark
from upheld.report.model import (
    ANSWERS,
    Arrivals,
    Found,
    found_in,
    incidents_of,
    journeys_of,
    makes_sense,
    name_of,
    names_of,
    verdict_of,
    why_of,
)
from upheld.report.sense import masked_stop, sense_in_words
from upheld.report.since import Past
from upheld.report.story import Missing, Notice, Post, Scene, Shown, story_of
from upheld.report.timeline import Timeline, timeline_of
from upheld.report.times import moment, window

__all__ = ["Cards"]

# Of a message that may be anything, so many headers are shown, and so much of each.
HEADERS, HEADER = 40, 300
PLACES = 6


class Cards:
    """Makes the cards of a run, and what of a journey only its own page shows."""

    def __init__(
        self,
        run: RunView,
        maps: Mapping[str, JourneyMap],
        arrivals: Arrivals,
        files: Files,
        insights: Insights,
        past: Past,
    ) -> None:
        self._run, self._maps, self._arrivals, self._files = run, maps, arrivals, files
        self._insights, self._past = insights, past
        self._mask = files.mask.text if files.mask else masked
        self._leaks = files.mask.leaks if files.mask else None
        self.journeys = journeys_of(run)
        self.slugs = slugs_of(self.journeys)
        self._examples = names_of(self.journeys)
        self._clocks = timelines_of(run)
        self._renders: dict[str, RenderView] = {one.raw: one for one in run.renders}
        self._letters: dict[str, Letter] = {}
        self._turned = any(reading.turned for reading in run.clock)
        self._of_map = self._advice_of_maps()
        self._guarded = _guarded(self.journeys)
        self._unchecked: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        self._beside_pages: dict[tuple[str, int], list[Notice]] = defaultdict(list)
        for one in insights.discovery.unchecked if insights.discovery else ():
            self._unchecked[one.journey].append((one.sentence, one.where, one.step_to_check))
            said = _("Said here, and checked by nobody: “{sentence}”", sentence=masked(one.sentence))
            self._beside_pages[one.journey, one.step].append(Notice("open", "○", said))

    def all(self) -> list[Card]:
        """Return the journeys' cards, worst first."""
        return sorted((self._card(journey) for journey in self.journeys), key=_worst_first)

    def line(self, card: Card) -> Timeline | None:
        """Return a journey's time line."""
        site_at = self._clocks.get(card.journey.clock, Clock()).site_at
        return timeline_of(card.journey, self._arrivals, site_at, turned=self._turned)

    def story(self, card: Card) -> Sequence[Scene | Post | Missing]:
        """Return a journey's storyboard."""
        journey = card.journey
        site_at = self._clocks.get(journey.clock, Clock()).site_at
        found = found_in(journey)
        by_arrival: dict[str, list[Found]] = defaultdict(list)
        for one in found:
            by_arrival[one.arrival].append(one)
        answers = {id: view for view in journey.promises if view.judgement for id in view.judgement.arrivals}

        def letter(one: ArrivalView) -> Shown:
            view = answers.get(one.arrival.id)
            # What is right is not marked, whatever a check thinks of it.
            why = why_of(view) if view is not None and verdict_of(view) is Verdict.WRONG else ""
            grave = [each for each in by_arrival[one.arrival.id] if each.words or each.places]
            return self._shown(one, words_to_mark(view, why, grave))

        return story_of(
            journey,
            self._arrivals,
            site_at,
            self._files.picture,
            letter,
            anchors_of(journey),
            self._beside(journey, found),
            self._files.withheld,
        )

    def _card(self, journey: JourneyView) -> Card:
        known = self._maps.get(journey.journey)
        zone, answer, slug = zone_of(journey), makes_sense(journey), self.slugs[journey.id]
        began = next((step.began for step in journey.steps if step.began), None)
        earlier = began is not None and self._run.started is not None and began < self._run.started
        customer = customer_of(journey)
        people = [customer.who] if customer else []
        people += [one.who for one in journey.cast if one.who not in people]
        anchors, found = anchors_of(journey), found_in(journey)
        surplus = self._arrivals.unpromised(journey)
        failed = {id for view in journey.promises if verdict_of(view).failed and view.judgement
                  for id in view.judgement.arrivals}  # fmt: skip

        def told(one: Found) -> bool:
            """True of what a promise that it made wrong says already."""
            return one.fails and one.arrival in failed

        return Card(
            journey=journey,
            slug=slug,
            page=page_of(slug),
            name=name_of(journey),
            example=self._examples[journey.id],
            answer=answer,
            sense=sense_in_words(journey, answer),
            stage=known.stage if known else "",
            owner=known.owner if known else "",
            people=tuple(dict.fromkeys([*people, *(view.promise.who for view in journey.promises)])),
            tags=journey.tags,
            incidents=incidents_of(journey),
            stopped=masked_stop(journey),
            harm=harm_of_stop(journey, self._maps),
            earlier_attempts=tuple(masked(one) for one in earlier_in_words(self._run, journey)),
            promises=tuple(self._promise(view, journey, slug, anchors[view.id], found) for view in journey.promises),
            ride=self._insights.rides[journey.id],
            advice=tuple(advice_for(journey, surplus, self._of_map.get(journey.id, ()), self._insights.suggestions)),
            notices=tuple(dict.fromkeys(_notice(one) for one in found if one.check != UNPROMISED and not told(one))),
            unchecked=tuple(self._unchecked.get(journey.scenario, ())),
            since=self._past.of_answer(slug, answer, zone),
            zone=zone,
            again=again(self._run, journey),
            trace=(self._files.trace(journey.trace) or "") if answer in ("no", "cannot tell") else "",
            stopped_requests=_not_come(journey),
            earlier=moment(began, zone) if earlier and began else "",
        )

    def _promise(
        self, view: PromiseView, journey: JourneyView, slug: str, anchor: str, found: Sequence[Found]
    ) -> PromiseCard:
        zone = zone_of(journey)
        judged, verdict = view.judgement, verdict_of(view)
        clock = self._clocks.get(journey.clock, Clock())
        known = self._maps.get(journey.journey)
        point = known.touchpoint.get(view.promise.kind) if known else None
        # Only for one that is missing she needs another way to it.
        missed = verdict in (Verdict.BROKEN, Verdict.LATE)
        troubled = verdict.failed or verdict is Verdict.UNPROVEN
        its = [one for one in found if judged and one.arrival in judged.arrivals]
        why = masked(why_of(view))
        return PromiseCard(
            view=view,
            verdict=verdict,
            anchor=anchor,
            why=why,
            window=_window(view, zone),
            came=_came(judged.site_at, clock, zone) if judged and judged.site_at else "",
            harm=harm_of(view, journey, self._maps),
            second_line=point.second_line if point and missed else "",
            said_at=f"{view.promise.file}:{view.promise.line}" if view.promise.file else "",
            since=self._past.of_promise(slug, anchor, verdict, zone),
            before=_before(view, zone),
            incidents=self._guarded[journey.journey, view.promise.touchpoint] if troubled else (),
            contradictions=_contradictions(its) if verdict.failed else (),
            evidence=tuple(self._evidence(view, journey, zone, why, its)) if troubled else (),
            instead=tuple(self._instead(view, journey, zone)) if verdict is Verdict.BROKEN else (),
            reached=view.made_at is not None or journey.status == "passed",
        )

    def _evidence(
        self, view: PromiseView, journey: JourneyView, zone: str, why: str, found: Sequence[Found]
    ) -> Iterator[Evidence]:
        for one in self._arrivals.answering(view)[:PLACES]:
            raw = self._files.raw(one.raw) if one.raw else None
            words = words_to_mark(view, why, [each for each in found if each.arrival == one.arrival.id])
            arrival = one.arrival
            text = "\n".join(
                filter(None, (arrival.html_text or arrival.text, *(part.text for part in arrival.attachments)))
            )
            yield Evidence(
                subject=arrival.subject,
                when=self._came(one, journey, zone),
                file=self._files.message(one.raw) if one.raw else None,
                headers=tuple(_headers(raw, self._mask)) if raw and arrival.channel == "email" else (),
                excerpts=excerpts(masked(text), words) if verdict_of(view) is Verdict.WRONG else (),
            )

    def _instead(self, view: PromiseView, journey: JourneyView, zone: str) -> Iterator[str]:
        """What else reached her on this way, so that a reader sees that mail does come."""
        others = {one.arrival.id: one for each in journey.promises for one in self._arrivals.answering(each)}
        others |= {one.arrival.id: one for one in self._arrivals.unpromised(journey)}
        hers = {at for person in journey.cast if person.who == view.promise.who for at in (person.address,)}
        came = sorted((one for one in others.values() if one.recipient in hers), key=lambda one: one.arrival.at)
        for one in came[:PLACES]:
            subject = one.arrival.subject or _("a message without a subject")
            yield f"“{subject}”, {self._came(one, journey, zone)}"

    def _came(self, one: ArrivalView, journey: JourneyView, zone: str) -> str:
        """When a message came, in the site's time, as everything on the page is told."""
        exact = (view.judgement for view in journey.promises if view.judgement and view.judgement.site_at)
        at = next((found.site_at for found in exact if found.arrivals[:1] == (one.arrival.id,)), None)
        site_at = self._clocks.get(journey.clock, Clock()).site_at
        return f"{moment(at or site_at(one.arrival.at), zone)} ({zone})"

    def _shown(self, one: ArrivalView, words: tuple[str, ...]) -> Shown:
        if one.raw not in self._letters or not one.raw:
            raw = self._files.raw(one.raw) if one.raw and one.arrival.channel == "email" else None
            self._letters[one.raw] = read_letter(
                one.arrival, raw, mask=self._mask, pictures=self._files.mask is None, leaks=self._leaks
            )
        render = self._renders.get(one.raw) if one.raw else None
        pictures = {
            width: self._files.picture(str(render.pictures[width])) or ""
            for width in ("desktop", "phone")
            if render is not None and render.pictures.get(width)
        }
        file = self._files.message(one.raw) if one.raw else None
        return Shown(self._letters[one.raw], file, pictures.get("desktop", ""), pictures.get("phone", ""), words)

    def _beside(self, journey: JourneyView, found: Iterable[Found]) -> Mapping[str, Sequence[Notice]]:
        """What stands beside a message or a page: findings, frictions, and what is said there and checked by nobody."""
        beside: dict[str, list[Notice]] = defaultdict(list)
        for one in found:
            if one.check != UNPROMISED:
                beside[one.arrival].append(_notice(one, whose=False))
        for friction in self._insights.rides[journey.id].frictions:
            place = next(
                (step for step in journey.steps if (step.text, step.line) == (friction.step, friction.line)), None
            )
            if place is not None:
                look = ("broken", "✕") if friction.weight >= 60 else ("late", "△")
                picture = self._files.picture(friction.picture) if friction.picture != place.picture else None
                reason = masked(friction.reason)
                beside[f"page {place.index}"].append(Notice(*look, masked(friction.said), reason, (), picture or ""))
        for step in journey.steps:
            beside[f"page {step.index}"] += self._beside_pages.get((journey.scenario, step.index), ())
        return {key: tuple(dict.fromkeys(notices)) for key, notices in beside.items()}

    def _advice_of_maps(self) -> dict[str, list[str]]:
        """What does not fit between a map and its features, by the id of the journey that it is told with."""
        by_map: dict[str, list[JourneyView]] = defaultdict(list)
        for journey in self.journeys:
            by_map[journey.journey].append(journey)
        return {
            journey: said
            for name, journeys in by_map.items()
            if name in self._maps
            for journey, said in touchpoints_of_map(self._maps[name], journeys).items()
        }


def _not_come(journey: JourneyView) -> tuple[str, ...]:
    """The requests that failed at the step that a journey stopped at, and just before: often the cause."""
    if journey.status != "failed":
        return ()
    stop = next((number for number, step in enumerate(journey.steps) if step.status == "failed"), 0)
    near = journey.steps[max(0, stop - 1) : stop + 1]
    return tuple(dict.fromkeys(masked(str(one)) for step in near for one in step.failed_requests))[:3]


def _window(view: PromiseView, zone: str) -> str:
    """From when to when it was promised; of "within 1 minute" only until when, since it begins with what she did."""
    judged, edges = view.judgement, view.promise.window
    if judged is None or judged.site_from is None or judged.site_by is None:
        return ""
    if edges.opens.is_its_moment and not edges.closes.clock:
        return _("Until {when}.", when=f"{moment(judged.site_by, zone)} ({zone})")
    return _("From {window}.", window=window(judged.site_from, judged.site_by, zone))


def _came(at: datetime, clock: Clock, zone: str) -> str:
    when = f"{moment(at, zone)} ({zone})"
    if clock.was_turned_to(at):
        return _("There by {when}, to which the clock was turned.", when=when)
    return _("Came {when}.", when=when)


def _guarded(journeys: Iterable[JourneyView]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The incidents after which something is promised, by the map and the touchpoint: it happened before."""
    found: dict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
    for journey in journeys:
        for incident in incidents_of(journey):
            # A guard promises the rest of its way as well; its name says what once went wrong: 2026-03-02-no-receipt.
            words = set(incident.casefold().split("-"))
            for promise in {view.promise for view in journey.promises}:
                if words.issuperset(promise.kind.casefold().replace("-", " ").split()):
                    found[journey.journey, promise.touchpoint] += (incident,)
    return found


def _worst_first(card: Card) -> tuple[int, str, int]:
    return ANSWERS.index(card.answer), card.journey.feature, card.journey.line


def _notice(one: Found, *, whose: bool = True) -> Notice:
    """What a check found, with whose touchpoint it is where that is not said by its place."""
    look, mark = ("broken", "✕") if one.fails else ("unproven", "?") if one.unsure else ("late", "△")
    said = f"{one.said} {one.unsure}".strip() if one.unsure else one.said
    return Notice(look, mark, masked(f"{_whose(one)}: {said}" if whose else said), "", _masked_places(one.places))


def _whose(one: Found) -> str:
    if one.arrival.startswith("page "):  # as the inspection names what was seen on the way
        return f"{one.touchpoint[:1].upper()}{one.touchpoint[1:]}"
    if one.kind:
        return _("{who}’s {what}", who=one.to, what=one.kind)
    return _("{what} to {who}", what=one.touchpoint, who=one.to)


def _contradictions(found: Iterable[Found]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(place for one in found for place in _masked_places(one.places)))[:PLACES]


def _masked_places(places: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((masked(where), masked(value)) for where, value in places)


def _before(view: PromiseView, zone: str) -> str:
    """What an earlier look at the same promise said, where that was something else: it was open, or kept, till then."""
    now = verdict_of(view)
    earlier = next((one for one in reversed(view.history[:-1]) if one.verdict is not now and one.final), None)
    if earlier is None:
        return ""
    return _("On {when} it was still {verdict}.", when=moment(earlier.at, zone), verdict=_(str(earlier.verdict)))


def _headers(raw: bytes, mask: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """The headers of a message as they were received, without what lets its reader in; nothing where none is read."""
    head = raw[:64_000].partition(b"\r\n\r\n" if b"\r\n\r\n" in raw[:64_000] else b"\n\n")[0]
    message = email.message_from_bytes(head, policy=email.policy.compat32)
    for name, value in list(message.raw_items())[:HEADERS]:
        words = " ".join(str(value).split())
        shown = words.encode("utf-8", "replace").decode("utf-8", "replace")
        yield name[:HEADER], mask(shown[:HEADER] + ("…" if len(shown) > HEADER else ""))
