"""From the ledger to the court: which moment a promise means, and which runs are not judged yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.report.stage import Stage
from upheld.cases import case_of, zone_of
from upheld.config import Settings
from upheld.ledger import NewEvent, fold, open_ledger
from upheld.promises import Promise, parse_window
from upheld.session import Run

START = datetime(2026, 11, 22, 9, tzinfo=UTC)


def at(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat()


def event(kind: str, about: str = "", **data: Any) -> NewEvent:
    return NewEvent(kind, "run", START, "" if kind.startswith("run_") else "journey", about, data=data)


def promised(number: int, made: float) -> list[NewEvent]:
    """A receipt within 2 minutes of paying, promised at that second."""
    window = parse_window("within 2 minutes of paying")
    promise = Promise(who="Ada", kind="receipt", channel="email", window=window).to_json()
    return [
        event("expected", f"p{number}", promise=promise, ordinal=number),
        event("made", f"p{number}", site_at=at(made), site_since=at(made - 1), address="ada@example.test"),
    ]


def paying(seconds: float) -> NewEvent:
    return event("moment", name="paying", site_began=at(seconds), site_ended=at(seconds + 1), zone="UTC")


def test_who_pays_twice_means_the_paying_before_each_promise(tmp_path: Path) -> None:
    told = [
        event("run_started"),
        event("journey_selected", node="n", attempt=1),
        *(paying(10), *promised(1, 20)),
        *(paying(300), *promised(2, 310)),
    ]
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", migrate=True) as ledger:
        ledger.append(*told)
        (journey,) = fold(ledger.events(run="run")).journeys
    cases = [case_of(journey, view, timedelta(hours=2)) for view in journey.promises]
    closes = [(case.interval.closes - START).total_seconds() for case in cases if case.interval]
    assert closes == [131.0, 421.0]


def test_a_run_that_still_walks_is_judged_by_nobody_else(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, site="http://127.0.0.1:9")
    started = event("run_started", site=settings.site, clock="real")
    with open_ledger(settings.ledger_url, migrate=True) as ledger:
        ledger.append(started, event("journey_selected", node="n", attempt=1), *promised(1, 20))
        assert ledger.runs_with_open_promises() == ["run"]
        with ledger.lease("walking run", 60.0).kept(), Run.resumed(settings) as found:
            assert found is None


def test_a_journey_is_told_in_the_zone_of_its_event_wherever_its_people_live() -> None:
    stage = Stage()
    walk = stage.journey("Booking", zone="Europe/Lisbon")
    assert zone_of(stage.view(finished=False).journeys[0]) == "Europe/Lisbon"
    began, ended = stage.now.isoformat(), (stage.now + timedelta(seconds=2)).isoformat()
    stage.write("moment", walk.id, name="paying", site_began=began, site_ended=ended, zone="Europe/London")
    assert zone_of(stage.view(finished=False).journeys[0]) == "Europe/Lisbon"
    walk.moment("the event", stage.now, "Asia/Tokyo")
    stage.write("cast", walk.id, "", "office@x.test", who="the organiser", name="O", given="O", family="O",
                address="office@x.test", locale="en", zone="Asia/Tokyo", details={})  # fmt: skip
    assert zone_of(stage.view(finished=False).journeys[0]) == "Asia/Tokyo"
