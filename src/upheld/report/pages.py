"""The report as a folder of static pages: the front page, and a page a journey."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from upheld import language
from upheld.config import Settings
from upheld.language import N_, ngettext
from upheld.language import gettext as _
from upheld.ledger import RunView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.report.card import Card
from upheld.report.cards import Cards
from upheld.report.compiled import Compiled
from upheld.report.files import Files
from upheld.report.headline import due
from upheld.report.insight import insights_of
from upheld.report.lede import Said, lede, who_looks_again
from upheld.report.letters import masked
from upheld.report.links import JOURNEYS
from upheld.report.looks import GATES, MARKS, MEANINGS, RIDES, SENSE
from upheld.report.marking import marked, marked_page
from upheld.report.masking import Mask
from upheld.report.model import Arrivals, gate, verdict_of
from upheld.report.plain import as_json, shown, write
from upheld.report.results import address_of, results
from upheld.report.ride import GROWN
from upheld.report.sense import short
from upheld.report.since import Changes, Past
from upheld.report.times import clock_time, day, night, place_of, zone_of_run
from upheld.report.withheld import withheld

__all__ = ["environment", "write_report"]

# As many days ahead as somebody plans by.
MOST_DAYS = 8


def write_report(
    run: RunView,
    *,
    evidence: Path,
    out: Path,
    maps: Mapping[str, JourneyMap],
    settings: Settings | None = None,
    earlier: Iterable[RunView] = (),
    publish: bool = False,
) -> Path:
    """Write the report of a run into the folder `out` and return the path of its front page.

    `evidence` is where pictures and messages were kept, `maps` are those of the suite's journeys by name. What an
    earlier report left in the folder is replaced. `settings` has the budgets of a ride and the language. `earlier` are
    the runs before this one, the last of them first: they tell what is new, and what rides measured before. With
    `publish`, what lets its reader in is masked everywhere, and raw messages are left out. Raises `ConfigError` for a
    language that there is no catalogue of.
    """
    out.mkdir(parents=True, exist_ok=True)
    files, earlier = Files(evidence, out), tuple(earlier)
    mask = files.mask = Mask(run, files.raw) if publish else None
    with language.speaking(settings.language if settings else "en", settings.root if settings else None):
        insights = insights_of(run, read=files.raw, maps=maps, settings=settings, earlier=earlier)
        if mask is not None:
            files.withheld = withheld(run, mask, files.raw)
            run, insights = mask.run(run), mask.of(insights)
        arrivals, past = Arrivals(run), Past(earlier)
        cards = Cards(run, maps, arrivals, files, insights, past)
        pages = _Pages(run, maps, cards, arrivals, past)
        write(out / "style.css", _template("style.css"))
        written = {write(out / card.page, pages.journey(card)) for card in pages.cards}
        _tidy(out / JOURNEYS, written)
        data = results(
            run,
            picture=files.picture,
            message=files.message,
            arrivals=arrivals,
            insights=insights,
            maps=maps,
            past=past,
        )
        write(out / "results.json", as_json(data))
        # The front page is written last: it leads to what is there.
        index = write(out / "index.html", pages.front(insights.discovery))
    files.tidy()
    return index


_COMPILED = Compiled()


def environment() -> jinja2.Environment:
    """Return what renders the report's templates, in the language that is spoken; everything is escaped."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("upheld.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=shown,
        bytecode_cache=_COMPILED,
    )
    made.filters |= {"px": _px, "listed": language.listed, "short": short, "marked": marked}
    made.filters |= {"quoted": _quoted}
    made.filters |= {"marked_page": marked_page, "facet": _facet, "place": place_of}
    made.globals |= {"_": _, "ngettext": ngettext, "language": language.language().replace("_", "-")}
    made.globals |= {"who_looks_again": who_looks_again}
    made.globals |= {"marks": MARKS, "meanings": MEANINGS, "sense": SENSE, "rides": RIDES}
    return made


class _Pages:
    """Renders the pages of a run."""

    def __init__(
        self, run: RunView, maps: Mapping[str, JourneyMap], cards: Cards, arrivals: Arrivals, past: Past
    ) -> None:
        self._run, self._maps, self._made, self._arrivals, self._past = run, maps, cards, arrivals, past
        self._zone = zone_of_run(cards.journeys)
        self._when = night(run.started, run.finished, self._zone)
        self._templates = environment()
        self._page = self._templates.get_template("journey.html.j2")
        self.cards = cards.all()

    def journey(self, card: Card) -> str:
        """Return the page of one journey."""
        return self._page.render(
            up="../",
            script="",
            run=self._run,
            when=self._when,
            card=card,
            line=self._made.line(card),
            story=self._made.story(card),
            complaints=list(_complaints(card)),
        )

    def front(self, discovery: Any) -> str:
        """Return the front page."""
        run, found, zone = self._run, gate(self._run), self._zone
        counted = Counter(promise.verdict for card in self.cards for promise in card.promises)
        total, failed = counted.total(), sum(card.failed for card in self.cards)
        script = _template("find.js").strip() if len(self.cards) > 1 else ""
        still, changes = self._still_open(), self._past.changes(self._made.journeys, self._made.slugs, zone)
        return self._templates.get_template(
            "index.html.j2"
        ).render(
            up="",
            script=Markup(script),  # noqa: S704 - it is our own
            script_hash=f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
            run=run,
            gate=found,
            gate_look=GATES[found.word],
            when=self._when,
            zone=zone,
            site=address_of(run.info.get("site")),
            mailbox=address_of(run.info.get("mailbox")),
            clock=_clock_in_words(run),
            lede=[_masked(one) for one in lede(run, self._maps, self._past)],
            cards=self.cards,
            facets=_facets(self.cards),
            counted=[
                *([("failed", failed)] if failed else ()),
                *((str(verdict), counted[verdict]) for verdict in Verdict if counted[verdict]),
            ],
            total=total,
            barred=sum(card.barred for card in self.cards),
            due=self._due(),
            changes=changes,
            worse=self._worse(changes),
            last=self._last(),
            still_open=still[:MOST_DAYS],
            more_open=sum(len(all_) for _day, all_ in still[MOST_DAYS:]),
            unchecked=discovery.unchecked if discovery else (),
            untold=discovery.untold if discovery else (),
            orphans=[
                (one.arrival.subject or _("a message without a subject"), masked(one.recipient))
                for one in self._arrivals.orphans(run)[:50]
            ],
            gaps=[
                f"{gap.what}, {clock_time(gap.since, zone)}–{clock_time(gap.until, zone)}: {gap.why}"
                for gap in run.gaps[:50]
            ],
        )

    def _worse(self, changes: Changes | None) -> list[tuple[str, str, str]]:
        """What takes longer or asks for more than it used to: promises by the runs before, rides by their medians."""
        rides = [
            (card.slug, "", f"{card.title}: {friction.said}")
            for card in self.cards
            for friction in card.ride.frictions
            if friction.weight == GROWN
        ]
        return [*(changes.worse if changes else ()), *rides]

    def _last(self) -> str:
        started = self._past.nights[0].started if self._past.nights else None
        return day(started, self._zone) if started else ""

    def _still_open(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What is not due yet, by the day until which it is open, the next first."""
        dated = [
            (one.view.judgement.site_by, card, one)
            for card in self.cards
            for one in card.promises
            if one.verdict is Verdict.OPEN and one.view.judgement and one.view.judgement.site_by
        ]
        days: dict[str, list[tuple[str, str]]] = {}
        for until, card, one in sorted(dated, key=lambda each: each[0]):
            said = _("{what} to {who}", what=one.view.promise.touchpoint, who=one.view.promise.who)
            days.setdefault(day(until, card.zone), []).append((said, f"{card.page}#{one.anchor}"))
        return list(days.items())

    def _due(self) -> str:
        """Until when something is open: the last day."""
        open_ = [
            (view.judgement.site_by, view, journey)
            for journey in self._made.journeys
            for view in journey.promises
            if verdict_of(view) is Verdict.OPEN and view.judgement and view.judgement.site_by
        ]
        return due(*max(open_, key=lambda one: one[0])[1:]) if open_ else ""


def _masked(one: Said) -> Said:
    return replace(one, said=masked(one.said), more=masked(one.more))


def _tidy(folder: Path, written: set[Path]) -> None:
    """Delete the pages of journeys that this run does not have."""
    for file in folder.glob("*.html") if folder.is_dir() else ():
        if file not in written:
            file.unlink(missing_ok=True)


def _template(name: str) -> str:
    return resources.files("upheld.report").joinpath("templates", name).read_text("utf-8")


def _complaints(card: Card) -> Iterator[tuple[str, str, str]]:
    """What pages reported and did not get: the step, which of the two, and the words; each once."""
    seen: set[tuple[str, str]] = set()
    for step in card.journey.steps:
        kinds = ((N_("Console"), step.console), (N_("Request"), step.failed_requests))
        for kind, one in ((kind, masked(str(one))) for kind, all_ in kinds for one in all_):
            if (kind, one) not in seen and len(seen) < 40:
                seen.add((kind, one))
                yield step.text, kind, one


def _parts(card: Card) -> tuple[Sequence[str], ...]:
    """What a journey can be found by: people, owner, stage, verdicts, tags."""
    verdicts = dict.fromkeys([*(("failed",) if card.failed else ()), *(str(one.verdict) for one in card.promises)])
    return card.people, [card.owner], [card.stage], list(verdicts), card.tags


def _plain(value: str) -> str:
    return " ".join(value.replace(",", " ").replace("|", " ").split())


def _facet(card: Card) -> str:
    return "|".join(",".join(_plain(value) for value in part if value) for part in _parts(card))


def _quoted(words: str) -> str:
    """The words in the quotation marks of the language that is spoken."""
    return _("“{words}”", words=words)


def _facets(cards: Sequence[Card]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The filters of the front page: each name, its title, and what there is to choose."""
    titles = (
        ("who", _("Person")), ("owner", _("Owner")), ("stage", _("Stage")), ("verdict", _("Verdict")),
        ("tag", _("Tag")),
    )  # fmt: skip
    found: list[dict[str, None]] = [{} for _title in titles]
    for card in cards:
        for values, part in zip(found, _parts(card), strict=True):
            values.update(dict.fromkeys(value for value in part if value))
    order = ["failed", *map(str, Verdict)]
    choices = []
    for (name, title), values in zip(titles, found, strict=True):
        ordered = [one for one in order if one in values] if name == "verdict" else sorted(values, key=str.casefold)
        shown = [(_plain(one), _(one).replace(": ", " › ") if name in ("verdict", "stage") else one) for one in ordered]
        choices.append((name, title, shown[:200]))
    return choices


def _clock_in_words(run: RunView) -> str:
    clock = address_of(run.info.get("clock"))
    if clock in (None, "real"):
        return _("real time")
    turns = sum(reading.turned for reading in run.clock)
    return f"{clock}, " + (ngettext("turned once", "turned {count} times", turns) if turns else _("not turned"))


def _px(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
