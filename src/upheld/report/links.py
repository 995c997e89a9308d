"""Where things stand in the report, by names that stay the same from run to run: pages and places on them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from upheld.ledger import JourneyView, PromiseView

__all__ = ["JOURNEYS", "anchors_of", "page_of", "slug_of", "slugs_of"]

JOURNEYS = "journeys"
LONGEST = 60


def slug_of(journey: JourneyView) -> str:
    """Return the name of a journey's page, made of its feature, scenario and example: `booking-paying-by-card-3f2a1b`.

    The six figures tell apart what is written alike, and are the same as long as the journey's node is.
    """
    feature = PurePosixPath(journey.feature or journey.node.partition("::")[0]).stem
    example = journey.node.partition("[")[2].rstrip("]")
    words = _plain(" ".join((feature, journey.scenario or journey.title, example)))[:LONGEST].strip("-")
    whole = journey.node or f"{journey.feature}::{journey.scenario}"
    return "-".join(filter(None, (words, hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:6])))


def slugs_of(journeys: Iterable[JourneyView]) -> Mapping[str, str]:
    """Return the name of each journey's page by its id; where a run holds one journey twice, each has its own."""
    slugs: dict[str, str] = {}
    taken: dict[str, int] = {}
    for journey in journeys:
        slug = slug_of(journey)
        taken[slug] = count = taken.get(slug, 0) + 1
        slugs[journey.id] = slug if count == 1 else f"{slug}-{count}"
    return slugs


def page_of(slug: str) -> str:
    """Return a journey's page, as seen from the report's folder."""
    return f"{JOURNEYS}/{slug}.html"


def anchors_of(journey: JourneyView) -> Mapping[str, str]:
    """Return the place of each promise on its journey's page by its id: `p-receipt-ada`, `p-no-receipt-ada-2`."""
    anchors: dict[str, str] = {}
    taken: dict[str, int] = {}
    for view in journey.promises:
        place = _place(view)
        taken[place] = count = taken.get(place, 0) + 1
        anchors[view.id] = place if count == 1 else f"{place}-{count}"
    return anchors


def _place(view: PromiseView) -> str:
    promise = view.promise
    words = ("no" if promise.silent else "", promise.kind, promise.who.removeprefix("the "))
    return f"p-{_plain(' '.join(words)) or 'promise'}"


def _plain(words: str) -> str:
    """Return the words as they may stand in an address: small letters and figures of ASCII."""
    spelled = words.replace("ß", "ss").translate(
        {ord(a): b for a, b in zip("äöüÄÖÜ", ("ae", "oe", "ue") * 2, strict=True)}
    )
    letters = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
