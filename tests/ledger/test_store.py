"""What is appended comes back as it was, in order, once; and what cannot be kept is refused as a whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy

from tests.ledger.telling import NOON, told
from upheld.errors import LedgerError, LedgerUnreachable
from upheld.ledger import Event, Ledger, NewEvent, open_ledger


def test_an_event_comes_back_as_it_was(ledger: Ledger) -> None:
    data = {"z": [1, 2.5, True, None, "Zoë\n\U0001f600"], "a": {"deep": {"er": ""}}, "big": 2**62}
    ledger.append(NewEvent("step", "r", NOON, journey="j", promise="p", recipient="Ada@Mail.TEST", key="k", data=data))
    (event,) = ledger.events()
    assert event == Event(event.seq, "step", "r", NOON, "j", "p", "ada@mail.test", data)
    assert list(event.data) == ["z", "a", "big"], "the order of what was written is kept"
    assert event.at.tzinfo is UTC


@pytest.mark.parametrize("hours", [-11, 0, 5.75, 14])
def test_a_time_in_any_zone_comes_back_in_utc_with_its_microseconds(ledger: Ledger, hours: float) -> None:
    at = NOON.astimezone(timezone(timedelta(hours=hours)))
    ledger.append(NewEvent("canary", "r", at), NewEvent("canary", "r", at.replace(microsecond=0)))
    first, second = (event.at for event in ledger.events())
    assert first.isoformat() == "2026-03-02T12:00:00.123456+00:00"
    assert second.isoformat() == "2026-03-02T12:00:00+00:00"


def test_what_a_database_cannot_keep_in_a_text_is_replaced_in_the_same_way(ledger: Ledger) -> None:
    ledger.append(told("step", run="r\0", journey="\ud800j", key="k\0", text="a\0b\udfffc", fields={"n\0": ["\ud83d"]}))
    (event,) = ledger.events(run="r\ufffd")
    assert event.journey == "\ufffdj"
    assert event.data == {"text": "a\ufffdb\ufffdc", "fields": {"n\ufffd": ["\ufffd"]}}


def test_events_are_chosen_and_ordered(ledger: Ledger) -> None:
    ledger.append(
        told("run_started", run="r1"),
        told("expected", run="r1", journey="j1", promise="p1"),
        told("made", run="r1", journey="j1", promise="p1"),
        told("run_started", run="r2"),
        NewEvent("arrived", "r2", NOON, recipient="ada@mail.test"),
    )
    everything = ledger.events()
    assert [event.kind for event in everything] == ["run_started", "expected", "made", "run_started", "arrived"]
    assert [event.seq for event in everything] == sorted({event.seq for event in everything})
    assert ledger.events(run="r1") == everything[:3]
    assert ledger.events(run="r1", kinds=["made", "run_started"]) == [everything[0], everything[2]]
    assert ledger.events(kinds=(kind for kind in ["arrived"])) == everything[4:]
    assert ledger.events(recipient="ADA@mail.test") == everything[4:]
    assert ledger.events(promise="p1") == ledger.events(journey="j1") == everything[1:3]
    assert ledger.events(after=everything[2].seq) == everything[3:]
    assert ledger.events(run="r3") == []


def test_a_key_is_written_once_and_the_rest_of_the_append_stands(ledger: Ledger) -> None:
    ledger.append(told("canary", key="one", sent=1), told("canary", key="one", sent=2))
    ledger.append(told("step", index=1), told("canary", key="one", sent=3), told("canary", key="two", sent=4))
    assert [event.data for event in ledger.events()] == [{"sent": 1}, {"index": 1}, {"sent": 4}]


def test_nothing_of_an_append_is_written_where_one_event_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r'r1 could not write "judgd" .* Did you mean "judged"'):
        ledger.append(told("step"), told("judgd"))
    with pytest.raises(LedgerError, match=r"names no zone"):
        ledger.append(told("step"), NewEvent("step", "r", datetime(2026, 3, 2, 12)))  # noqa: DTZ001 - the fault
    ledger.append()
    assert ledger.events() == []


@pytest.mark.parametrize("value", [NOON, float("nan"), float("-inf"), {1, 2}, b"raw"])
def test_what_is_no_json_is_refused_by_its_place(ledger: Ledger, value: Any) -> None:
    with pytest.raises(LedgerError, match=r"step\.fields\.where could not be written .* is no JSON"):
        ledger.append(told("step", fields={"where": [value]}))
    assert ledger.events() == []


def test_runs_are_newest_first(ledger: Ledger) -> None:
    assert (ledger.runs(), ledger.last_run()) == ([], None)
    for run in ("b", "a", "c"):
        ledger.append(told("run_started", run=run))
    ledger.append(told("step", run="never started"), told("run_started", run="b"))
    assert (ledger.runs(), ledger.last_run()) == (["c", "a", "b"], "c")


def test_a_run_is_open_until_each_of_its_promises_is_settled(ledger: Ledger) -> None:
    def promises(run: str) -> None:
        ledger.append(told("expected", run=run, journey=f"{run} j", promise="p1"))
        ledger.append(told("expected", run=run, journey=f"{run} j", promise="p2"))
        ledger.append(told("made", run=run, journey=f"{run} j", promise="p1"))

    assert ledger.runs_with_open_promises() == []
    for run in ("r1", "r2", "r3"):
        promises(run)
    assert ledger.runs_with_open_promises() == ["r1", "r2", "r3"]

    ledger.append(told("judged", run="r1", promise="p1", verdict="kept", final=True))
    ledger.append(told("judged", run="r1", promise="p2", verdict="open", final=False))
    assert ledger.runs_with_open_promises() == ["r1", "r2", "r3"], "p2 of r1 is judged for now only"
    ledger.append(told("judged", run="r1", promise="p2", verdict="kept", final=True))
    ledger.append(told("judged", run="r1", promise="p2", verdict="unproven", why="\0", arrivals=[]))
    assert ledger.runs_with_open_promises() == ["r2", "r3"], "the same names in another run are other promises"

    ledger.append(told("withdrawn", run="r2", promise="p1"))
    assert ledger.runs_with_open_promises() == ["r2", "r3"]
    ledger.append(told("withdrawn", run="r2", promise="p2"), told("superseded", run="r3", journey="r3 j", by="x"))
    assert ledger.runs_with_open_promises() == []


def test_the_open_promises_are_found_by_index(sqlite_url: str) -> None:
    asked: list[tuple[str, Any]] = []
    with open_ledger(sqlite_url, migrate=True) as ledger:

        @sqlalchemy.event.listens_for(ledger._engine, "before_cursor_execute")
        def heard(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
            asked.append((statement, parameters))

        ledger.runs_with_open_promises()
        (statement, parameters) = next(one for one in asked if one[0].startswith("SELECT"))
        with ledger._engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    steps = [row[-1] for row in plan]
    assert not [step for step in steps if step.startswith("SCAN")], steps
    assert len([step for step in steps if "INDEX events_kind" in step]) == 4, steps


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET run = 'another'",
        "UPDATE events SET data = '{}' WHERE seq = 1",
        "DELETE FROM events",
        "DELETE FROM events WHERE seq = 1",
    ],
)
def test_the_ledger_is_append_only(ledger: Ledger, change: str) -> None:
    ledger.append(told("step", index=1))
    before = ledger.events()
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="the ledger is append-only"), ledger._engine.begin() as raw:
        raw.exec_driver_sql(change)
    assert ledger.events() == before


REPLACE = "INSERT OR REPLACE INTO events (seq, at, run, kind, journey, promise, recipient, key, data) VALUES "


def test_sqlite_replaces_nothing_either(sqlite_url: str) -> None:
    with open_ledger(sqlite_url, migrate=True) as ledger:
        ledger.append(told("step", key="k"))
        before = ledger.events()
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"), ledger._engine.begin() as raw:
            raw.exec_driver_sql(f"{REPLACE} (1, '2026-01-01 00:00:00.0', 'x', 'step', '', '', '', NULL, '{{}}')")
        with ledger._engine.begin() as raw:
            raw.exec_driver_sql(f"{REPLACE} (9, '2026-01-01 00:00:00.0', 'x', 'step', '', '', '', 'k', '{{}}')")
        assert ledger.events() == before


def test_postgres_truncates_nothing_either(postgres_url: str) -> None:
    with open_ledger(postgres_url, migrate=True) as ledger:
        ledger.append(told("step"))
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"), ledger._engine.begin() as raw:
            raw.exec_driver_sql("TRUNCATE events")
        assert len(ledger.events()) == 1


def test_what_goes_wrong_in_the_database_is_unreachable(ledger: Ledger) -> None:
    with ledger._engine.begin() as raw:
        raw.exec_driver_sql("ALTER TABLE events RENAME TO gone")
    with pytest.raises(LedgerUnreachable, match=r"could not be read: .* `upheld doctor` checks it"):
        ledger.events()
    with pytest.raises(LedgerUnreachable, match="could not be written: "):
        ledger.append(told("step"))
