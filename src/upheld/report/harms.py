"""What it costs the customer, in a sentence that could be read to her: the map's own, or one that fits the fault."""

from __future__ import annotations

from collections.abc import Mapping

from upheld.language import N_
from upheld.language import gettext as _
from upheld.ledger import JourneyView, PromiseView
from upheld.maps import JourneyMap, Touchpoint
from upheld.promises import Verdict
from upheld.report.model import Found, found_in, verdict_of, why_of

__all__ = ["harm_of", "harm_of_finding", "harm_of_stop"]

# What comes twice, or against the promise, costs every customer that much.
_ANYWAY = {
    Verdict.REPEATED: N_("She gets the same more than once, and does not know which of them counts."),
    Verdict.UNWANTED: N_("She was promised that it would not come: she believes the next promise less."),
    Verdict.WRONG: N_("What she holds is not what she was promised."),
}
# "Wrong" is also what comes before its time.
_TOO_SOON = N_("It comes before it is of use: what it says is not true yet, or is forgotten when it counts.")
# A map says what it costs her when a receipt is missing; that it greets somebody else costs her something else.
_BY_CHECK = {
    "attachment": N_("She cannot open what came with it."),
    "calendar": N_("Her calendar brings her at the wrong time or to the wrong place, or not at all."),
    "contradiction": N_("She was told two things, does not know which is true, and may act on the wrong one."),
    "csv": N_("Whoever works with the table works with wrong rows."),
    "dead_link": N_("She follows the link, and stands before a page that is not there."),
    "debris": N_("She sees that nobody looked at what was sent to her."),
    "empty": N_("She gets a message that tells her nothing."),
    "empty_link": N_("She presses the link, and nothing happens."),
    "foreign_environment": N_("The link leads her to a place that is not meant for customers, and she cannot go on."),
    "greeting": N_("She is called by another name, and doubts that the message is meant for her."),
    "insecure_link": N_("What she does there can be read by others on the way."),
    "other_person": N_("She reads what belongs to another customer, and wonders who reads what is hers."),
    "pdf": N_("She cannot use the file that she was promised."),
    "picture_missing": N_("She sees an empty frame where a picture should be."),
    "placeholder": N_("She sees that nobody looked at what was sent to her."),
    "sender": N_("She does not know who writes to her, or her answer reaches nobody."),
    "unsubscribing": N_("She cannot leave, and reports us as a sender whom nobody asked."),
    "weekday": N_("She does not know which day is meant."),
}


def harm_of(view: PromiseView, journey: JourneyView, maps: Mapping[str, JourneyMap]) -> str:
    """Return what a promise that was not upheld costs the customer; "" where nobody has said it.

    What came twice, wrong or against the promise is not missing: where the map says nothing of that, we do.
    """
    verdict = verdict_of(view)
    if not verdict.failed:
        return ""
    point = _point(view, journey, maps)
    own = point.harms.get(str(verdict), "") if point else ""  # type: ignore[call-overload] # it is one of the four
    if verdict is Verdict.WRONG:
        answers = view.judgement.arrivals if view.judgement else ()
        judged = view.judgement
        early = judged and judged.site_at and judged.site_from and judged.site_at < judged.site_from
        # It may have been judged in another language; what said the wrong thing too early is wrong first.
        if early and any(words in why_of(view) for words in (" too early", _(" too early"))):
            return _(_TOO_SOON)
        for one in found_in(journey):
            # What the map says of "wrong" is of a value, which is what a feature asks for.
            if one.fails and one.arrival in answers and not (own and one.check == "contradiction"):
                return harm_of_finding(one) or own or _(_ANYWAY[verdict])
    return own or (_(_ANYWAY[verdict]) if verdict in _ANYWAY else point.harm if point else "")


def harm_of_finding(found: Found) -> str:
    """Return what it costs her that a check failed; "" for a check that is not ours."""
    return _(_BY_CHECK[found.check]) if found.check in _BY_CHECK else ""


def harm_of_stop(journey: JourneyView, maps: Mapping[str, JourneyMap]) -> str:
    """Return what it costs the customer that she cannot go on, as the map says it; "" where it does not."""
    found = maps.get(journey.journey)
    return found.harm if found and journey.status == "failed" else ""


def _point(view: PromiseView, journey: JourneyView, maps: Mapping[str, JourneyMap]) -> Touchpoint | None:
    known = maps.get(journey.journey)
    return known.touchpoint.get(view.promise.kind) if known else None
