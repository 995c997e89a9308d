"""Drawing the map: one page, which leads to the book and the report beside it, and fits one sheet of paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from babel.dates import format_date

from upheld.improve.bookbinding import environment, style_of, write_page
from upheld.improve.promise_map import Mapped, Place, PromiseMap
from upheld.improve.tally import WORST
from upheld.language import N_, language
from upheld.language import gettext as _
from upheld.report.looks import MARKS

__all__ = ["draw"]

_SHEET, _WIDE = 550, 790  # points from edge to edge of a sheet of A4 laid down, within its margins


def draw(found: PromiseMap, out: Path) -> Path:
    """Write the map as one page into a folder and return its path.

    It leads to the pages of the book and the report that lie beside it, and nowhere else.
    """
    found = _linked(found, out)
    template = environment().get_template("map.html.j2")
    out.mkdir(parents=True, exist_ok=True)
    index = out / "index.html"
    rooms = " ".join(f"minmax(0,{share:.2f}fr)" for share in _shares(found))
    css = style_of("map.css").replace("PRINTpt", f"{_print_size(found):.2f}pt").replace("ROOMS", rooms)
    write_page(index, template.render(map=found, css=css, places=_grid(found), marks=MARKS, bad=WORST, **_when(found)))
    return index


def _linked(found: PromiseMap, out: Path) -> PromiseMap:
    """Keep of all links those that lead to a page which lies beside the map's folder, relative to the map."""
    texts: dict[Path, str] = {}

    def link(folder: str, page: str) -> str:
        name, _sign, anchor = page.partition("#")
        file = out.parent / folder / name
        if file not in texts:
            texts[file] = file.read_text("utf-8", "replace") if name and file.is_file() else ""
        return f"../{folder}/{page}" if texts[file] and (not anchor or f'id="{anchor}"' in texts[file]) else ""

    def of(one: Mapped) -> Mapped:
        spots = tuple(replace(spot, page=link("report", spot.page)) for spot in one.spots)
        return replace(one, spots=spots, book=link("book", one.book), page=link("report", one.page))

    places = tuple(replace(one, journeys=tuple(of(journey) for journey in one.journeys)) for one in found.places)
    incidents = tuple(replace(one, page=link("report", one.page)) for one in found.incidents)
    return replace(found, places=places, incidents=incidents)


_WORDS = {
    "share": (N_("Share"), N_("how people hear of us")),
    "package": (N_("Package"), N_("how it is offered, and at what price")),
    "keep: welcome": (N_("Welcome"), N_("how people are received")),
    "keep: deliver": (N_("Deliver"), N_("how they get what they came for")),
    "keep: keep faith": (N_("Keep faith"), N_("what happens when something goes wrong")),
    "keep: farewell": (N_("Farewell"), N_("how people leave")),
    "improve": (N_("Improve"), N_("what was learned from mistakes")),
    "": (N_("Without a place"), N_("no map says where these belong, and who owns them")),
}
"""What each place is called, and what it is about."""


def _grid(found: PromiseMap) -> list[tuple[str, str, str, Place]]:
    """Return the places with their words, the four of "keep" side by side under one roof."""
    return [(place.stage, _(_WORDS[place.stage][0]), _(_WORDS[place.stage][1]), place) for place in found.places]


def _when(found: PromiseMap) -> dict[str, str]:
    def told(day: date | None) -> str:
        return str(format_date(day, _("EEE d MMMM y"), locale=language())) if day else ""

    return {"since": told(found.since), "until": told(found.until)}


def _shares(found: PromiseMap) -> list[float]:
    """Return how much of the width each room of "keep" has: one with much in it more, and none too little."""
    spots = [sum(len(one.spots) for one in place.journeys) for place in found.places if place.stage.startswith("keep")]
    mean = sum(spots) / len(spots) or 1
    shares = [min(1.7, max(0.65, count / mean)) for count in spots]
    return [share * len(shares) / sum(shares) for share in shares]


def _print_size(found: PromiseMap) -> float:
    """Return the largest size of type, in points, at which the map fits one sheet of paper, as far as can be told."""
    sizes = (size / 4 for size in range(38, 11, -1))
    return next((size for size in sizes if _height(found, size) <= _SHEET), 3.0)


def _height(found: PromiseMap, size: float) -> float:
    """Return how high the map is on paper, in points, with type of this size."""
    line = 1.26 * size

    def lines(text: str, width: float) -> int:
        return math.ceil(len(text) * 0.58 * size / width)

    def cells(texts: Sequence[tuple[str, str]], width: float, least: float) -> float:
        columns = max(1, int((width + 3) // (least * size + 3)))
        rows = [texts[at : at + columns] for at in range(0, len(texts), columns)]
        inner = width / columns - 12
        return sum(max(sum(lines(each, inner) for each in cell) for cell in row) * line + 6 for row in rows)

    def journey(one: Mapped, width: float) -> float:
        channels = ["" if spot.channel == "email" else _(spot.channel) for spot in one.spots]
        spots = [
            (f"{spot.kind} {channel}", f"✓ {spot.nights.words} {spot.note}")
            for spot, channel in zip(one.spots, channels, strict=True)
        ]
        holes = [f"◌ {spot.kind}: {spot.hole} {_('hole')}" for spot in one.spots if spot.hole]
        holes += [f"◌ {_('said, and checked by nobody:')} {' '.join(sentence)}" for sentence in one.sentences]
        texts = [f"{one.name}   {one.owner}", one.hole or f"{_('As a whole:')} {one.nights.words}", *holes]
        walked = [cell for cell, spot in zip(spots, one.spots, strict=True) if not spot.hole]
        return sum(lines(text, width - 12) for text in texts) * line + 4 * len(holes) + cells(walked, width, 9.2) + 14

    def place(one: Place, width: float) -> float:
        head = lines(" ".join(_(word) for word in _WORDS[one.stage]), width) * line * 1.15 + 14
        return head + (sum(journey(each, width) for each in one.journeys) or 3 * line)

    kept = [one for one in found.places if one.stage.startswith("keep")]
    rooms = [place(one, _WIDE / 4 * share - 16) for one, share in zip(kept, _shares(found), strict=True)]
    above = [one for one in found.places if one.stage in ("share", "package")]
    # Where one of the two is empty, the other has three quarters of the sheet.
    wide = 0.75 if any(not one.journeys for one in above) and any(one.journeys for one in above) else 0.5
    upper = [place(one, _WIDE * (wide if one.journeys else 1 - wide) - 16) for one in above]
    below = sum(place(one, _WIDE - 16) for one in found.places if one.stage in ("improve", ""))
    guards = cells([(one.title, f"{_('its guard:')} {one.nights.words}") for one in found.incidents], _WIDE - 16, 17)
    return 11 * line + max(rooms, default=0) + 2 * line + max(upper, default=0) + below + guards + 24
