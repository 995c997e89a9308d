from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.report.stage import Stage
from upheld.config import Settings
from upheld.keeping import keep
from upheld.report.thinning import thin_evidence

DAY = 86_400


def later(folder: Path, days: float) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            then = file.stat().st_mtime - days * DAY
            os.utime(file, (then, then))


def kept(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("verdict", ["broken", "open", "unproven"])
def test_what_is_not_upheld_or_not_known_is_kept_for_longer(tmp_path: Path, verdict: str) -> None:
    evidence = tmp_path / "evidence"
    fine, grave = keep(evidence, b"fine", ".jpg"), keep(evidence, b"grave", ".jpg")
    shared = keep(evidence, b"shared", ".jpg")
    stage = Stage(evidence)
    walk = stage.journey("Booking")
    walk.step("she opens the page", picture=fine)
    walk.step("she pays", picture=shared)
    walk.promise("confirmation", verdict="kept")
    walk.done()
    other = stage.journey("Paying")
    other.step("she opens the page", picture=grave)
    other.step("she pays", picture=shared)
    other.promise("receipt", verdict=verdict, final=verdict != "open")
    other.done()
    for journey in (walk, other):
        (evidence / f"{journey.id}-1.trace.zip").touch()
    run, settings = stage.view(), Settings(evidence_keep=timedelta(days=14), evidence_keep_failed=timedelta(days=90))
    thin_evidence(run, evidence, settings)
    trace = f"{other.id}-1.trace.zip"
    assert {fine, grave, shared, trace} <= kept(evidence)
    assert f"{walk.id}-1.trace.zip" not in kept(evidence)
    nothing = Stage().view()
    later(evidence, 20)
    thin_evidence(nothing, evidence, settings)
    assert {grave, shared, trace} <= kept(evidence)
    assert fine not in kept(evidence)
    later(evidence, 80)
    thin_evidence(nothing, evidence, settings)
    assert {grave, shared, trace}.isdisjoint(kept(evidence))


def test_the_message_that_came_and_its_look_are_kept_with_the_journey(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence"
    picture = keep(evidence, b"looks so", ".jpg")
    stage = Stage(evidence)
    walk = stage.journey("Booking")
    walk.promise("receipt", verdict="broken")
    walk.mail("Hello")
    stage.write("rendered", raw=stage.view(finished=False).arrivals[0].raw, pictures={"desktop": picture})
    walk.done()
    run = stage.view()
    thin_evidence(run, evidence, Settings())
    for name in (run.arrivals[0].raw, picture):
        assert (evidence / name).stat().st_mtime > time.time() + 70 * DAY
