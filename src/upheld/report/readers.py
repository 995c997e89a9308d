"""What other readers than people at the pages are given of a run, beside its report.

A summary for a pull request, Cucumber messages, Allure's results, and the nights.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from upheld import language
from upheld.config import Settings
from upheld.ledger import RunView
from upheld.maps import JourneyMap
from upheld.report import allure
from upheld.report.cucumber import messages_of
from upheld.report.files import MESSAGES, Files, link
from upheld.report.history import keep_night
from upheld.report.markdown import markdown_of
from upheld.report.masking import Mask
from upheld.report.model import journeys_of
from upheld.report.plain import plain, write
from upheld.report.results import Place

__all__ = ["CUCUMBER", "NIGHTS", "SUMMARY", "tell_others"]

SUMMARY, CUCUMBER, NIGHTS = "summary.md", "cucumber.ndjson", "nights.html"


def tell_others(
    run: RunView,
    *,
    out: Path,
    maps: Mapping[str, JourneyMap],
    settings: Settings,
    environ: Mapping[str, str] = os.environ,
) -> list[str]:
    """Write what other readers read into the report's folder `out`; return what there is to say about it, in lines.

    On GitHub the summary is also shown with the job (`GITHUB_STEP_SUMMARY`). What cannot be written outside the
    report's folder is said and stops nothing: the run is over, and its verdicts are in the ledger.
    """
    if settings.publish:
        run = Mask(run, Files(settings.path / "evidence", out).raw).run(run)
    address = settings.report_url.replace("{run}", run.id)
    with language.speaking(settings.language, settings.root):
        written = _written(out)
        picture, message = _places(run, out, written)
        summary = plain(markdown_of(run, maps, address=address, job=_job(environ), since=_since(written)))
        write(out / SUMMARY, summary)
        write(out / CUCUMBER, "".join(f"{line}\n" for line in messages_of(run, picture=picture, message=message)))
        # Written on demand only: that of an earlier report would tell of other nights.
        (out / NIGHTS).unlink(missing_ok=True)
        if allure.is_wanted():
            allure.write_results(run, maps, out, picture=picture, message=message, address=address)
        said = _shown_with_the_job(summary, environ)
        if settings.history is not None:
            said.append(_kept(run, out, settings))
    return said


def _kept(run: RunView, out: Path, settings: Settings) -> str:
    history = (settings.root / (settings.history or "")).resolve()
    try:
        page = keep_night(run, out, history, keep=settings.history_keep)
        return f"Nights: {page.relative_to(Path.cwd()) if page.is_relative_to(Path.cwd()) else page}"
    except (OSError, ValueError) as error:
        return f"The night could not be kept in {history}: {error}"


def _shown_with_the_job(summary: str, environ: Mapping[str, str]) -> list[str]:
    if not (file := environ.get("GITHUB_STEP_SUMMARY")):
        return []
    try:
        with Path(file).open("a", encoding="utf-8") as shown:
            shown.write(f"{summary}\n")
    except OSError as error:
        return [f"The summary could not be shown with the job: {error}"]
    return []


def _job(environ: Mapping[str, str]) -> str:
    """Return the page of the job on GitHub, where the report is among what it keeps; "" elsewhere."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, job = (environ.get(name, "") for name in names)
    return f"{server}/{repository}/actions/runs/{job}" if server and repository and job else ""


def _written(out: Path) -> Sequence[Mapping[str, Any]]:
    """Return the journeys as the report that was written tells them; none where there is no such report."""
    try:
        found: Sequence[Mapping[str, Any]] = json.loads((out / "results.json").read_text("utf-8"))["journeys"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return found


def _since(written: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return since when something is as it is, by the id of a journey or a promise."""
    every = [one for journey in written for one in (journey, *journey["promises"])]
    return {one["id"]: one["since"]["said"] for one in every if one.get("since")}


def _places(run: RunView, out: Path, written: Sequence[Mapping[str, Any]]) -> tuple[Place, Place]:
    """Return where a picture or message of the evidence lies in the report that was written, None where it does not."""
    pictures: MutableMapping[str, str | None] = {}
    steps = {one["id"]: one["steps"] for one in written}
    for journey in journeys_of(run):
        for step, told in zip(journey.steps, steps.get(journey.id, ()), strict=False):
            if step.picture:
                pictures[step.picture] = told["picture"]
    messages: dict[str, str | None] = {}

    def message(path: str) -> str | None:
        if path not in messages:
            place = link(MESSAGES, path)
            messages[path] = place if place and (out / place).is_file() else None
        return messages[path]

    return pictures.get, message
