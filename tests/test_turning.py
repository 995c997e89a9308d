"""Turning a clock: what the time has come to by itself is waited for, since no clock can be turned back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import pytest

from upheld.config import Settings
from upheld.errors import ClockWouldNotTurn
from upheld.ledger import fold, open_ledger
from upheld.promises.timeline import ClockReading
from upheld.turning import Turner


class Site:
    """A site whose time goes on by a fifth of a second with each look, as on a busy machine, and never back."""

    url, turnable, each = "http://site.test/clock", True, False

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 9, tzinfo=UTC)
        self.turned_to: list[datetime] = []

    def of(self, customer: str) -> Self:
        return self

    def now(self) -> datetime:
        self.time += timedelta(seconds=0.2)
        return self.time

    def turn(self, to: datetime) -> str:
        if to < self.now():
            raise ClockWouldNotTurn(f"it stands at {self.time} and does not go back to {to}")
        self.turned_to.append(to)
        self.time = to
        return ""

    def idle(self) -> bool:
        return True


@pytest.mark.parametrize(("ahead", "turned"), [(-0.1, False), (0.1, False), (0.45, False), (2.0, True), (3600.0, True)])
def test_a_moment_that_comes_by_itself_is_waited_for(tmp_path: Path, ahead: float, turned: bool) -> None:
    site = Site()
    moment = site.time + timedelta(seconds=0.2 + ahead)
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", migrate=True) as ledger:
        turner = Turner(ledger, Settings(), site, "run", pause=lambda _: None)
        *_, (name, last) = turner.turn({"": moment})
        clocks = ledger.events(run="run", kinds=("clock",))
    assert isinstance(last, ClockReading)
    assert (name, last.turned, site.turned_to) == ("", turned, [moment] if turned else [])
    assert last.site >= moment
    assert [event.data["turned"] for event in clocks][-1] == turned


class Command(Site):
    """A site that a command turns, which says something, and fails from some day on."""

    def turn(self, to: datetime) -> str:
        if to.day > 23:
            raise ClockWouldNotTurn("the scheduler failed", output="Traceback: no such table")
        super().turn(to)
        return "sent 3 reminders"


def test_what_a_command_prints_is_kept_with_the_evidence(tmp_path: Path) -> None:
    settings, evidence = Settings(root=tmp_path), tmp_path / ".upheld" / "evidence"
    day = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", migrate=True) as ledger:
        turner = Turner(ledger, settings, Command(), "run", pause=lambda _: None)
        list(turner.turn({"": day}))
        *_, (_, failed) = turner.turn({"": day + timedelta(days=1)})
        kept = [event.data["output"] for event in ledger.events(run="run", kinds=("clock",)) if event.data["output"]]
    assert re.fullmatch(r"the scheduler failed \(all that it printed: clock/run-\S+\.txt\)", str(failed))
    assert [(evidence / name).read_text("utf-8") for name in kept] == ["sent 3 reminders"]
    assert sorted(file.read_text("utf-8") for file in (evidence / "clock").iterdir()) == [
        "Traceback: no such table",
        "sent 3 reminders",
    ]


class Each(Site):
    """A site with a clock for each customer, of which Ben's is stuck."""

    each = True

    def __init__(self) -> None:
        super().__init__()
        self.name, self.others = "", dict[str, Each]()

    def of(self, customer: str) -> Each:
        found = self.others.setdefault(customer, Each())
        found.name = customer
        return found

    def turn(self, to: datetime) -> str:
        if self.name == "ben":
            raise ClockWouldNotTurn("Ben's clock is stuck")
        return super().turn(to)


def test_one_customers_stuck_clock_holds_up_nobody_elses(tmp_path: Path) -> None:
    site, day = Each(), datetime(2026, 11, 23, 9, tzinfo=UTC)
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", migrate=True) as ledger:
        turner = Turner(ledger, Settings(), site, "run", pause=lambda _: None)
        seen = list(turner.turn({"ada": day, "ben": day, "cleo": day}))
    last = dict(seen)
    assert {name: getattr(one, "until", None) is not None for name, one in last.items()} == {
        "ada": True,
        "ben": False,
        "cleo": True,
    }
    assert str(last["ben"]) == "Ben's clock is stuck"


class Still(Site):
    """A site whose time stands still but for being turned."""

    def now(self) -> datetime:
        return self.time


def test_a_clock_that_does_not_tick_is_turned_however_near_the_moment(tmp_path: Path) -> None:
    site = Still()
    moment = site.time + timedelta(seconds=0.3)
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", migrate=True) as ledger:
        list(Turner(ledger, Settings(), site, "run", pause=lambda _: None).turn({"": moment}))
    assert site.turned_to == [moment]


class Busy(Site):
    """A site that says for so many looks that it is still at work."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def idle(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def test_a_site_that_says_that_it_is_at_work_is_waited_for_and_never_turned_on(tmp_path: Path) -> None:
    settings, day = Settings(site_works=timedelta(seconds=0.05)), datetime(2026, 11, 23, 9, tzinfo=UTC)
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", migrate=True) as ledger:
        *_, (_, last) = Turner(ledger, settings, Busy(3), "run").turn({"": day})
        assert isinstance(last, ClockReading)
        assert last.until is not None
        *_, (_, gave_up), (_, never) = Turner(ledger, settings, Busy(1_000_000), "run").turn({"": day})
        kept = fold(ledger.events(run="run")).clock[-1]
    assert isinstance(gave_up, ClockReading)
    assert gave_up.until is not None
    assert gave_up.busy == kept.busy == str(never)
    assert isinstance(never, ClockWouldNotTurn)
    assert "that it was still at work, so its clock was not turned on" in str(never)
