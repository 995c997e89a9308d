"""The nights: what each journey came to on the last runs, as a strip for each, and a page that shows them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from upheld.language import gettext as _
from upheld.language import ngettext
from upheld.ledger import Ledger, RunView, fold
from upheld.report.links import page_of, slugs_of
from upheld.report.model import ANSWERS, Answer, gate, journeys_of, makes_sense, name_of, names_of
from upheld.report.plain import plain
from upheld.report.since import is_same_site
from upheld.report.times import day, moment, zone_of_run

__all__ = ["NOT_WALKED", "SHOWN", "Night", "Strip", "night_of", "nights_of", "strip_of", "write_page"]

SHOWN = 30
"""How many nights a strip has."""

NOT_WALKED: Literal["not walked"] = "not walked"
"""What a strip says of a night on which the journey was not among those that were walked."""

Strip = Sequence[tuple[str, Answer | Literal["not walked"]]]
"""What a journey came to: the run and the answer, night by night."""

# So many journeys have a strip, the worst; the rest have a line each, so that the page stays below 1 MB.
MANY = 80
# What answers are told by; messages and pictures of earlier nights are not needed.
_OF_ANSWERS = (
    "run_started", "run_finished", "journey_selected", "journey_started", "journey_finished", "superseded", "cast",
    "moment", "expected", "made", "withdrawn", "judged", "checked",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Night:
    """What one run came to, as plain data: answers, names and pages are by the journey's node.

    `gate` is go, no-go or cannot tell, `started` ISO 8601; `zone` is the IANA name of the one that it is told in.
    """

    run: str
    started: str
    zone: str
    gate: str
    sentence: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)


def night_of(run: RunView) -> Night:
    """Return what a run came to."""
    journeys, found = journeys_of(run), gate(run)
    examples, slugs = names_of(journeys), slugs_of(journeys)
    # A run that settles what an earlier one left open has a journey twice: the worse of the two is told.
    journeys = tuple(sorted(journeys, key=lambda one: ANSWERS.index(makes_sense(one)), reverse=True))
    return Night(
        run.id,
        run.started.isoformat() if run.started else "",
        zone_of_run(journeys),
        found.word,
        found.sentence,
        {one.node: makes_sense(one) for one in journeys},
        {one.node: name_of(one) + (f" ({examples[one.id]})" if examples[one.id] else "") for one in journeys},
        {one.node: page_of(slugs[one.id]) for one in journeys},
    )


def strip_of(runs: Iterable[RunView]) -> dict[str, Strip]:
    """Return for each journey's node the runs and what it came to on each, in the order of the runs."""
    return _strips([night_of(run) for run in runs])


def nights_of(ledger: Ledger, run: RunView, most: int = SHOWN) -> list[Night]:
    """Return the last nights of the same site as the ledger tells them, newest first, the run among them."""
    site = run.info.get("site")
    nights: list[Night] = []
    for id in ledger.runs():
        if len(nights) == most:
            break
        started = next(iter(ledger.events(run=id, kinds=("run_started",))), None)
        if started is not None and is_same_site(started.data.get("site"), site):
            nights.append(night_of(fold(ledger.events(run=id, kinds=_OF_ANSWERS))))
    return nights


def write_page(nights: Sequence[Night], page: Path, *, reports: Mapping[str, str], style: str) -> Path:
    """Write the page of the nights, newest first, and return its path.

    `reports` are the folders of the runs whose report is still there, by the run and as seen from the page, each ""
    or with a slash at its end. `style` is where the style sheet lies.
    """
    from upheld.report.pages import environment

    shown = nights[:SHOWN]
    strips = _strips(shown)
    rows = sorted((_row(node, strip, shown, reports) for node, strip in strips.items()), key=_worst_first)
    text = environment().get_template("nights.html.j2").render(
        up=style,
        script="",
        rows=rows[:MANY],
        more=rows[MANY:],
        nights=[_line(night, reports) for night in nights],
        shown=len(shown),
    )  # fmt: skip
    part = page.with_name(f".{page.name}-{uuid.uuid4().hex}")  # whoever reads it meanwhile sees the old one, whole
    part.write_text(plain(text), "utf-8")
    part.replace(page)
    return page


def _strips(nights: Sequence[Night]) -> dict[str, Strip]:
    nodes = list(dict.fromkeys(node for night in nights for node in night.answers))
    return {node: [(night.run, night.answers.get(node, NOT_WALKED)) for night in nights] for node in nodes}


def _row(node: str, strip: Strip, nights: Sequence[Night], reports: Mapping[str, str]) -> dict[str, Any]:
    name = next(night.names[node] for night in nights if node in night.names)
    walked = [answer for _run, answer in strip if answer != NOT_WALKED]
    same = len(list(takewhile(lambda one: one == walked[0], walked)))
    cells = []
    for night, (run, answer) in zip(nights, strip, strict=True):
        link = f"{reports[run]}{night.pages[node]}" if run in reports and node in night.pages else ""
        cells.append({"answer": answer, "day": _day(night), "number": _number(night), "link": link})
    yes = walked.count("yes") + walked.count("so far")
    return {
        "name": name,
        "answer": walked[0],
        "cells": cells,
        "since": ngettext("on the last night", "on the last {count} nights that it was walked", same),
        "count": ngettext("in order on {yes} of one night", "in order on {yes} of {count} nights", len(walked), yes=yes)
        if len(walked) > 1
        else "",
    }


def _worst_first(row: Mapping[str, Any]) -> tuple[int, str]:
    return ANSWERS.index(row["answer"]), row["name"]


def _line(night: Night, reports: Mapping[str, str]) -> dict[str, str]:
    when = _when(night)
    said = moment(when, night.zone) if when else _("at a time that nobody wrote down")
    link = f"{reports[night.run]}index.html" if night.run in reports else ""
    return {"when": said, "gate": night.gate, "sentence": night.sentence, "link": link}


def _when(night: Night) -> datetime | None:
    try:
        when = datetime.fromisoformat(night.started)
    except ValueError:
        return None
    return when if when.tzinfo else None


def _day(night: Night) -> str:
    when = _when(night)
    return day(when, night.zone) if when else night.run


def _number(night: Night) -> str:
    when = _when(night)
    return str(when.astimezone(ZoneInfo(night.zone)).day) if when else "–"
