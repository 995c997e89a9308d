"""Does this journey make sense? The second half of the answer, for what the first word does not say."""

from __future__ import annotations

from upheld.language import gettext as _
from upheld.language import ngettext
from upheld.ledger import JourneyView, PromiseView
from upheld.promises import Verdict
from upheld.report.headline import due, stopped_at
from upheld.report.letters import masked
from upheld.report.model import Answer, found_in, reason_of, verdict_of, why_of

__all__ = ["masked_stop", "sense_in_words", "short"]


def sense_in_words(journey: JourneyView, answer: Answer) -> str:
    """Return what stands behind `No.`, `Cannot tell.`, `So far.` or `Yes.`: a sentence or some."""
    return {"no": _no, "cannot tell": _cannot_tell, "so far": _so_far, "yes": _yes}[answer](journey)


def masked_stop(journey: JourneyView) -> tuple[str, int, str]:
    """Return the step that a journey stopped at, its line, and what was seen instead, without secrets."""
    text, line, error = stopped_at(journey)
    return text, line, masked(error)


def short(sentences: str, most: int = 280) -> str:
    """Return the beginning of a long answer, cut where a sentence ends."""
    if len(sentences) <= most:
        return sentences
    end = max(sentences.rfind(one, 0, most) for one in (". ", "? ", "! "))
    return sentences[: end + 1] if end > most // 3 else sentences[: most - 1].rstrip() + "…"


def _no(journey: JourneyView) -> str:
    failed = [view for view in journey.promises if verdict_of(view).failed]
    if journey.status != "failed" and not failed:
        return " ".join(dict.fromkeys(masked(found.said) for found in found_in(journey) if found.fails))
    text, _line, error = masked_stop(journey)
    first = (error.splitlines() or [""])[0]
    stopped = [_("It stopped at “{step}”.", step=text) + f" {first}".rstrip() if text else first]
    why = (_briefly(view) for view in failed)
    return " ".join(dict.fromkeys((*(stopped if journey.status == "failed" else ()), *why)))


def _briefly(view: PromiseView) -> str:
    """What became of it; how we looked stands with the promise itself. It may have been judged in another language."""
    said = masked(why_of(view))
    for looked in (" We looked ", _(" We looked ")):
        said = said.partition(looked)[0]
    return said


def _cannot_tell(journey: JourneyView) -> str:
    if journey.status == "not run":
        return _("It was not walked, so nothing is known of it.")
    text, _line, error = masked_stop(journey)
    if journey.status == "unproven":
        reason = (error.splitlines() or [_("no reason was given.")])[0]
        return _("It could not be walked past “{step}”: {reason}", step=text, reason=reason) if text else reason
    unproven = [view for view in journey.promises if verdict_of(view) is Verdict.UNPROVEN]
    first, others = unproven[0], len(unproven) - 1
    what = _("{what} to {who}", what=first.promise.touchpoint, who=first.promise.who)
    if first.promise.silent:
        what = _("whether {who} really gets no {what}", who=first.promise.who, what=first.promise.kind)
    more = ngettext("And one more.", "And {count} more.", others) if others else ""
    return f"{what[:1].upper()}{what[1:]}: {masked(reason_of(first))} {more}".strip()


def _so_far(journey: JourneyView) -> str:
    views = journey.promises
    still = [view for view in views if verdict_of(view) is Verdict.OPEN]
    last = due(max(still, key=_due_by), journey)
    names = ", ".join(dict.fromkeys(view.promise.touchpoint for view in still))
    kept = _("{kept} of {all} promises kept.", kept=len(views) - len(still), all=len(views))
    if last:
        return kept + " " + _("Still to come: {what}, by {day}.", what=names, day=last)
    return kept + " " + _("Still to come: {what}.", what=names)


def _yes(journey: JourneyView) -> str:
    views = journey.promises
    kept = sum(verdict_of(view) is Verdict.KEPT for view in views)
    if not views:
        return _("It was walked to its end, and nothing was promised on the way.")
    if kept == len(views):
        return _("Every promise was kept.")
    if not kept:
        return ngettext("The one promise was taken back.", "All {count} promises were taken back.", len(views))
    return _("{kept} of {all} promises kept, the rest taken back.", kept=kept, all=len(views))


def _due_by(view: PromiseView) -> str:
    return view.judgement.site_by.isoformat() if view.judgement and view.judgement.site_by else ""
