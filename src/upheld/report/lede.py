"""What a reader learns first: what a customer would have suffered, who acts, what is in order, what is not known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from upheld.language import N_, listed, ngettext
from upheld.language import gettext as _
from upheld.ledger import JourneyView, PromiseView, RunView
from upheld.maps import JourneyMap
from upheld.promises import Verdict
from upheld.report.headline import due, harm_of, harm_of_stop, stopped_at
from upheld.report.links import anchors_of, page_of, slugs_of
from upheld.report.model import Answer, alone, journeys_of, makes_sense, name_of, reason_of, verdict_of

__all__ = ["Said", "lede", "who_looks_again"]

WORST = 6
_BAD = {
    Verdict.BROKEN: N_("The {kind} never came for {whose}{where}."),
    Verdict.LATE: N_("The {kind} came too late for {whose}{where}."),
    Verdict.WRONG: N_("The {kind} was not as promised for {whose}{where}."),
    Verdict.REPEATED: N_("The {kind} came more often than promised for {whose}{where}."),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the lede, and what it costs her; `acts` is who is asked to do something, `link` where it is told.

    `look` is how grave it is: what is not upheld is "no", what is not known "cannot tell".
    """

    said: str
    look: Answer
    harm: str = ""
    acts: str = ""
    link: str = ""


def who_looks_again() -> str:
    """Return who acts where nobody could look: not the owner of the journey, for nothing is known of it."""
    return _("whoever runs these tests, to look again; the command “upheld doctor” helps to find why.")


def lede(run: RunView, maps: Mapping[str, JourneyMap]) -> list[Said]:
    """Return what a customer would have suffered, what else is in order, and what is not known: a sentence each."""
    journeys = journeys_of(run)
    if not journeys:
        return [Said(_("There was no journey to walk, so nothing is known about the site."), "cannot tell")]
    answers = [makes_sense(journey) for journey in journeys]
    slugs = slugs_of(journeys)
    said = [*_suffered(journeys, maps, slugs), *_stopped(journeys, maps, slugs), *_amiss(journeys, maps, slugs)]
    bad = bool(said)
    if len(said) > WORST:
        more = len(said) - WORST
        told = ngettext("And one thing more, told below.", "And {count} things more, told below.", more)
        said = [*said[:WORST], Said(told, "no")]
    said += _not_known(journeys, bad, slugs)
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
    if run.interrupted:
        said.append(Said(_("The run was interrupted before it had settled everything."), "cannot tell"))
    return said


def _owners(journeys: Sequence[JourneyView], maps: Mapping[str, JourneyMap]) -> str:
    owners = dict.fromkeys(maps[one.journey].owner for one in journeys if one.journey in maps)
    return listed([one for one in owners if one])


def _suffered(
    journeys: Sequence[JourneyView], maps: Mapping[str, JourneyMap], slugs: Mapping[str, str]
) -> Iterator[Said]:
    groups: dict[tuple[Verdict, str], list[tuple[JourneyView, PromiseView]]] = defaultdict(list)
    for journey in journeys:
        for view in journey.promises:
            if verdict_of(view).failed:
                groups[verdict_of(view), view.promise.kind].append((journey, view))
    for (verdict, kind), found in groups.items():
        people = list(dict.fromkeys(view.promise.who for _journey, view in found))
        number = len({journey.id for journey, _view in found})
        whose = listed(people) if len(people) < 5 else _("{count} people", count=len(people))
        where = _(" in {count} journeys", count=number) if number > 1 else ""
        if verdict is Verdict.UNWANTED:
            a_kind = _("an {what}", what=kind) if kind[:1] in "aeiou" else _("a {what}", what=kind)
            said = _("{whose} got {a_kind} that was promised not to come.", whose=whose, a_kind=a_kind)
        else:
            said = _(_BAD[verdict], kind=kind, whose=whose, where=where)
        harm = next((harm for journey, view in found if (harm := harm_of(view, journey, maps))), "")
        owners = _owners([journey for journey, _view in found], maps)
        journey, view = found[0]
        yield Said(said, "no", harm, owners, f"{page_of(slugs[journey.id])}#{anchors_of(journey)[view.id]}")


def _stopped(
    journeys: Sequence[JourneyView], maps: Mapping[str, JourneyMap], slugs: Mapping[str, str]
) -> Iterator[Said]:
    groups: dict[str, list[JourneyView]] = defaultdict(list)
    for journey in journeys:
        if journey.status == "failed":
            text, _line, error = stopped_at(journey)
            where = _("at “{step}”", step=text) if text else (error.splitlines() or [_("for no reason given")])[0]
            groups[where].append(journey)
    for where, found in groups.items():
        names = list(dict.fromkeys(f"“{name_of(journey)}”" for journey in found))
        said = _("{names} cannot be walked to the end: stopped {where}.", names=listed(names[:3]), where=where)
        harm = next((harm for journey in found if (harm := harm_of_stop(journey, maps))), "")
        yield Said(said, "no", harm, _owners(found, maps), page_of(slugs[found[0].id]))


def _amiss(journeys: Sequence[JourneyView], maps: Mapping[str, JourneyMap], slugs: Mapping[str, str]) -> Iterator[Said]:
    """What is not right on pages and in messages that no promise is about: each sentence once."""
    groups: dict[str, list[JourneyView]] = defaultdict(list)
    for journey in journeys:
        for found in alone(journey):
            groups[found.said].append(journey)
    for said, of in groups.items():
        yield Said(said, "no", "", _owners(of, maps), f"{page_of(slugs[of[0].id])}#noticed")


def _not_known(journeys: Sequence[JourneyView], bad: bool, slugs: Mapping[str, str]) -> Iterator[Said]:
    every = [(j, v) for j in journeys for v in j.promises if verdict_of(v) is Verdict.UNPROVEN]
    # What a failed step barred the way to is its consequence, and told with it: it is counted here, and no more.
    unproven = [(j, v) for j, v in every if j.status != "failed"]
    barred = len(every) - len(unproven)
    not_walked = [journey for journey in journeys if journey.status == "not run"]
    cut = [journey for journey in journeys if journey.status == "unproven"]
    look: Literal["cannot tell"] = "cannot tell"
    if unproven:
        nothing = _("That says nothing about the site.")
        reasons = {reason_of(view).replace(nothing, "").strip().rstrip(".") for _journey, view in unproven}
        about = ngettext("We cannot tell about one promise", "We cannot tell about {count} promises", len(every))
        reason = f": {reasons.pop()}" if len(reasons) == 1 and not barred else ""
        said = f"{about}{reason}. {nothing}"
        if barred:
            said += " " + ngettext(
                "One of these promises was not reached, because its journey stopped before.",
                "{count} of these promises were not reached, because their journeys stopped before.",
                barred,
            )
        yield Said(said, look, "", who_looks_again(), page_of(slugs[unproven[0][0].id]))
    elif not_walked:
        said = ngettext(
            "One journey was not walked, so nothing is known of it.",
            "{count} journeys were not walked, so nothing is known of them.",
            len(not_walked),
        )
        yield Said(said, look, "", who_looks_again(), page_of(slugs[not_walked[0].id]))
    elif cut and not bad:
        said = _("Not every journey could be walked to its end.") + " " + _("That says nothing about the site.")
        yield Said(said, look, "", who_looks_again(), page_of(slugs[cut[0].id]))


def _until(journeys: Sequence[JourneyView]) -> str:
    still = [(journey, v) for journey in journeys for v in journey.promises if verdict_of(v) is Verdict.OPEN]
    dated = [(v.judgement.site_by, journey, v) for journey, v in still if v.judgement and v.judgement.site_by]
    if not dated:
        return ""
    _due, journey, view = max(dated, key=lambda one: one[0])
    if len(still) > 1:
        return _("; what is still to come is due by {day}", day=due(view, journey))
    return _("; the {what} is due by {day}", what=view.promise.touchpoint, day=due(view, journey))
