"""What a promise's own case in JUnit XML says besides its outcome: properties that dashboards can filter by.

pytest writes the file (`--junitxml`); properties of a case are as `record_property` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping

from upheld.ledger import JourneyView, PromiseView, RunView
from upheld.maps import JourneyMap
from upheld.report.harms import harm_of
from upheld.report.headline import again, earlier_in_words
from upheld.report.model import incidents_of, name_of, verdict_of
from upheld.report.plain import plain_line

__all__ = ["properties_of"]


def properties_of(
    run: RunView, journey: JourneyView, view: PromiseView, maps: Mapping[str, JourneyMap], verdict: str = ""
) -> list[tuple[str, object]]:
    """Return name and value of each; times are ISO 8601 in site time, and what is not known is left out.

    `verdict` is what was judged just now, where the view does not know of it yet.
    """
    promise, found, known = view.promise, view.judgement, maps.get(journey.journey)
    said = verdict or str(verdict_of(view))
    properties = {
        "verdict": said,
        "journey": name_of(journey),
        "customer": promise.who,
        "touchpoint": promise.touchpoint,
        "channel": promise.channel,
        "window": promise.window.words,
        "due_from": found.site_from.isoformat() if found and found.site_from else "",
        "due": found.site_by.isoformat() if found and found.site_by else "",
        "arrived": found.site_at.isoformat() if found and found.site_at else "",
        "owner": known.owner if known else "",
        "stage": known.stage if known else "",
        "harm": harm_of(view, journey, maps),
        "said_at": f"{promise.file}:{promise.line}" if promise.file else "",
        "incident": ", ".join(incidents_of(journey)),
        "again": again(run, journey),
        "flaky": " ".join(earlier_in_words(run, journey)) if journey.flaky else "",
    }
    return [(name, plain_line(value)) for name, value in properties.items() if value]
