"""What a reader learns first: what a customer would have suffered, who acts, what is in order, what is not known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from upheld.cases import zone_of
from upheld.language import N_, listed, ngettext
from upheld.language import gettext as _
from upheld.ledger import JourneyView, PromiseView, RunView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.promises.telling import duration
from upheld.report.harms import harm_of, harm_of_finding, harm_of_stop
from upheld.report.headline import due, stopped_at
from upheld.report.links import anchors_of, page_of, slugs_of
from upheld.report.model import (
    Answer,
    Found,
    alone,
    found_in,
    journeys_of,
    makes_sense,
    name_of,
    reason_of,
    verdict_of,
    why_of,
)
from upheld.report.since import Past
from upheld.report.times import day, zone_of_run

__all__ = ["Said", "lede", "who_looks_again"]

WORST = 6
_BAD = {
    Verdict.BROKEN: N_("The {kind} never came for {whose}{where}."),
    Verdict.LATE: N_("The {kind} came up to {time} too late for {whose}{where}."),
    Verdict.WRONG: N_("The {kind} was not as promised for {whose}{where}."),
    Verdict.REPEATED: N_("The {kind} came more often than promised for {whose}{where}."),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the lede, and what it costs her; `acts` is who is asked to do something, `link` where it is told.

    `look` is how grave it is: what is not upheld is "no", what is not known "cannot tell". `more` says it of one of
    those whom it happened to, `since` how long it is so.
    """

    said: str
    look: Answer
    more: str = ""
    harm: str = ""
    since: str = ""
    acts: str = ""
    link: str = ""


def who_looks_again() -> str:
    """Return who acts where nobody could look: not the owner of the journey, for nothing is known of it."""
    return _("whoever runs these tests, to look again; the command “upheld doctor” helps to find why.")


def lede(run: RunView, maps: Mapping[str, JourneyMap], past: Past | None = None) -> list[Said]:
    """Return what a customer would have suffered, what else is in order, and what is not known: a sentence each.

    `past` are the runs before this one; without them nothing is said of them.
    """
    journeys = journeys_of(run)
    if not journeys:
        return [Said(_("There was no journey to walk, so nothing is known about the site."), "cannot tell")]
    answers = [makes_sense(journey) for journey in journeys]
    slugs = slugs_of(journeys)
    told = _Told(journeys, maps, slugs, past)
    said = [*told.suffered(), *told.stopped(), *told.amiss()]
    bad = bool(said)
    if len(said) > WORST:
        more = len(said) - WORST
        rest = ngettext("And one thing more, told below.", "And {count} things more, told below.", more)
        said = [*said[:WORST], Said(rest, "no")]
    said += told.not_known(bad)
    fine, so_far = answers.count("yes"), answers.count("so far")
    if so_far:
        in_order = ngettext("One journey is in order so far", "{count} journeys are in order so far", so_far)
        said.append(Said(f"{in_order}{_until(journeys)}.", "so far"))
    if fine and (bad or so_far):
        said.append(
            Said(ngettext("One other journey is in order.", "{count} other journeys are in order.", fine), "yes")
        )
    elif fine and "cannot tell" in answers:
        said.append(Said(ngettext("One journey is in order.", "{count} journeys are in order.", fine), "yes"))
    elif fine:
        kept = sum(verdict_of(view) is Verdict.KEPT for journey in journeys for view in journey.promises)
        walked = ngettext("One journey was walked to the end", "{count} journeys were walked to the end", fine)
        were_kept = ngettext(", and one promise was kept.", ", and {count} promises were kept.", kept) if kept else "."
        said.append(Said(f"{walked}{were_kept}", "yes"))
    turned = [one.site for one in run.clock if one.turned]
    if turned and (run.finished is None or max(turned) - run.finished > timedelta(hours=1)):
        until = day(max(turned), zone_of_run(journeys))
        ahead = _(
            "The site’s clock was turned forward, as far as {day}: what is dated later than now is of that time.",
            day=until,
        )
        said.append(Said(ahead, "yes"))
    if bad and past is not None and not past.nights:
        said.append(Said(_("There is no earlier run to compare with."), "yes"))
    if run.interrupted:
        said.append(Said(_("The run was interrupted before it had settled everything."), "cannot tell"))
    return said


class _Told:
    """What is not in order, each group of the same fault once, with who acts and where it is told."""

    def __init__(
        self,
        journeys: Sequence[JourneyView],
        maps: Mapping[str, JourneyMap],
        slugs: Mapping[str, str],
        past: Past | None,
    ) -> None:
        self._journeys, self._maps, self._slugs, self._past = journeys, maps, slugs, past

    def suffered(self) -> Iterator[Said]:
        """Promises that were not upheld, by the verdict and the kind."""
        groups: dict[tuple[Verdict, str], list[tuple[JourneyView, PromiseView]]] = defaultdict(list)
        for journey in self._journeys:
            for view in journey.promises:
                if verdict_of(view).failed:
                    groups[verdict_of(view), view.promise.kind].append((journey, view))
        for (verdict, kind), found in groups.items():
            journey, view = found[0]
            # Said of all only where it is so of all; each has its own on its page.
            since = {self._since(each, one, verdict) for each, one in found}
            harm = next((harm for each, one in found if (harm := harm_of(one, each, self._maps))), "")
            yield Said(
                self._of_group(verdict, kind, found),
                "no",
                self._more(verdict, kind, found),
                harm,
                since.pop() if len(since) == 1 else "",
                self._owners(each for each, _view in found),
                f"{page_of(self._slugs[journey.id])}#{anchors_of(journey)[view.id]}",
            )

    def stopped(self) -> Iterator[Said]:
        """Journeys that stopped, by what was seen instead."""
        groups: dict[str, list[JourneyView]] = defaultdict(list)
        for journey in self._journeys:
            if journey.status == "failed":
                text, _line, error = stopped_at(journey)
                at = _("stopped at “{step}”", step=text) if text else _("stopped, and nobody said why")
                # A page's own source says nothing to whoever reads this first.
                first = (error.splitlines() or [""])[0].partition("<")[0].rstrip(" :")
                groups[first or at].append(journey)
        for error, found in groups.items():
            names = list(dict.fromkeys(f"“{name_of(journey)}”" for journey in found))
            said = _("{names}: {error}", names=listed(names[:3]), error=error)
            harm = next((harm for journey in found if (harm := harm_of_stop(journey, self._maps))), "")
            journey = found[0]
            slug = self._slugs[journey.id]
            since = self._past.of_answer(slug, "no", zone_of(journey)) if self._past else None
            yield Said(
                said, "no", "", harm, since.said if since else "", self._owners(found), f"{page_of(slug)}#stopped"
            )

    def amiss(self) -> Iterator[Said]:
        """What is not right on pages and in messages that no promise is about: each sentence once."""
        groups: dict[str, list[tuple[JourneyView, Found]]] = defaultdict(list)
        for journey in self._journeys:
            for one in alone(journey):
                groups[one.said].append((journey, one))
        for said, found in groups.items():
            journey, one = found[0]
            link = f"{page_of(self._slugs[journey.id])}#noticed"
            yield Said(said, "no", "", harm_of_finding(one), "", self._owners(each for each, _one in found), link)

    def not_known(self, bad: bool) -> Iterator[Said]:
        """What nobody could see, by the reason; what a failed step barred the way to is counted, and no more."""
        nothing = _("That says nothing about the site.")
        reasons: dict[str, list[JourneyView]] = defaultdict(list)
        for journey in self._journeys:
            for view in journey.promises:
                if verdict_of(view) is Verdict.UNPROVEN and (view.made_at is not None or journey.status == "passed"):
                    reasons[reason_of(view)].append(journey)
        for reason, found in list(reasons.items())[:WORST]:
            about = ngettext("We cannot tell about one promise", "We cannot tell about {count} promises", len(found))
            yield self._unseen(f"{about}: {reason}", found[0])
        for journey in [one for one in self._journeys if one.status == "unproven"][:WORST]:
            text, _line, error = stopped_at(journey)
            why = (error.splitlines() or [_("no reason was given.")])[0]
            past = _(
                "“{journey}” could not be walked past “{step}”: {why}", journey=name_of(journey), step=text, why=why
            )
            yield self._unseen(past if text else f"“{name_of(journey)}”: {why}", journey)
        not_walked = [journey for journey in self._journeys if journey.status == "not run"]
        if not_walked:
            said = ngettext(
                "One journey was not walked, so nothing is known of it.",
                "{count} journeys were not walked, so nothing is known of them.",
                len(not_walked),
            )
            yield self._unseen(said, not_walked[0])
        barred = sum(view.made_at is None and verdict_of(view) is Verdict.UNPROVEN
                     for one in self._journeys if one.status == "failed" for view in one.promises)  # fmt: skip
        if barred:
            said = ngettext(
                "One more promise was not reached: the way to it was barred.",
                "{count} more promises were not reached: the way to them was barred.",
                barred,
            )
            yield Said(said, "cannot tell")
        elif not bad and not reasons and not not_walked and any(one.status != "passed" for one in self._journeys):
            yield Said(_("Not every journey could be walked to its end.") + " " + nothing, "cannot tell")

    def _since(self, journey: JourneyView, view: PromiseView, verdict: Verdict) -> str:
        slug, anchor = self._slugs[journey.id], anchors_of(journey)[view.id]
        found = self._past.of_promise(slug, anchor, verdict, zone_of(journey)) if self._past else None
        return found.said if found else ""

    def _has_another(self, journey: JourneyView, view: PromiseView) -> bool:
        key = (view.promise.kind, view.promise.who)
        others = (one for one in journey.promises if one.id != view.id and (one.promise.kind, one.promise.who) == key)
        return any(verdict_of(one) is Verdict.KEPT and not one.promise.silent for one in others)

    def _unseen(self, said: str, journey: JourneyView) -> Said:
        return Said(said, "cannot tell", acts=who_looks_again(), link=page_of(self._slugs[journey.id]))

    def _of_group(self, verdict: Verdict, kind: str, found: Sequence[tuple[JourneyView, PromiseView]]) -> str:
        people = list(dict.fromkeys(view.promise.who for _journey, view in found))
        number = len({journey.id for journey, _view in found})
        whose = listed(people) if len(people) < 5 else _("{count} people", count=len(people))
        where = _(" in {count} journeys", count=number) if number > 1 else ""
        if verdict is Verdict.UNWANTED:
            a_kind = _("an {what}", what=kind) if kind[:1] in "aeiou" else _("a {what}", what=kind)
            return _("{whose} got {a_kind} that was promised not to come.", whose=whose, a_kind=a_kind)
        if verdict is Verdict.BROKEN and any(self._has_another(journey, view) for journey, view in found):
            # She did get one, by another way or at another time: which of them never came?
            promise = found[0][1].promise
            kind = f"{kind} ({', '.join(filter(None, (_(promise.by), promise.window.words)))})"
        judged = [view.judgement for _journey, view in found if view.judgement]
        late = [
            one.site_at - one.site_by for one in judged if one.site_at and one.site_by and one.site_at > one.site_by
        ]
        if verdict is Verdict.LATE and not late:
            return _("The {kind} came outside its window for {whose}{where}.", kind=kind, whose=whose, where=where)
        longest = duration(max(late)) if verdict is Verdict.LATE else ""
        return _(_BAD[verdict], kind=kind, whose=whose, where=where, time=longest)

    def _more(self, verdict: Verdict, kind: str, found: Sequence[tuple[JourneyView, PromiseView]]) -> str:
        """What was wrong, of the first; or who did get it, where others did not."""
        journey, view = found[0]
        if verdict is Verdict.WRONG:
            answers = view.judgement.arrivals if view.judgement else ()
            findings = (one.said for one in found_in(journey) if one.fails and one.arrival in answers)
            return next(findings, "") or why_of(view)
        if verdict is Verdict.BROKEN:
            mine, promise = {each.id for each, _view in found}, view.promise
            got = [
                one.promise.who
                for each in self._journeys
                if each.id in mine
                for one in each.promises
                if (one.promise.kind, one.promise.channel, one.promise.window)
                == (kind, promise.channel, promise.window)
                and verdict_of(one) is Verdict.KEPT
                and not one.promise.silent
            ]
            missed = {one.promise.who for _journey, one in found}
            others = [who for who in dict.fromkeys(got) if who not in missed]
            return _("It did come for {whose}.", whose=listed(others)) if others else ""
        return ""

    def _owners(self, journeys: Iterable[JourneyView]) -> str:
        owners = dict.fromkeys(self._maps[one.journey].owner for one in journeys if one.journey in self._maps)
        return listed([one for one in owners if one])


def _until(journeys: Sequence[JourneyView]) -> str:
    so_far = [journey for journey in journeys if makes_sense(journey) == "so far"]
    still = [(journey, v) for journey in so_far for v in journey.promises if verdict_of(v) is Verdict.OPEN]
    dated = [(v.judgement.site_by, journey, v) for journey, v in still if v.judgement and v.judgement.site_by]
    if not dated:
        return ""
    _due, journey, view = max(dated, key=lambda one: one[0])
    if len(still) > 1:
        return _("; what is still to come is due by {day}", day=due(view, journey))
    return _("; the {what} is due by {day}", what=view.promise.touchpoint, day=due(view, journey))
