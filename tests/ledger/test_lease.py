"""One holder at a time; a holder who was overtaken writes nothing any more."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.ledger.telling import told
from upheld.errors import LeaseLost, LedgerError, UsageError
from upheld.ledger import Lease, Ledger, open_ledger


def expire(ledger: Ledger) -> None:
    with ledger._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE leases SET until = '2026-01-01 00:00:00.000000'")


def test_a_lease_has_one_holder_at_a_time(ledger: Ledger, url: str) -> None:
    with ledger.lease("sweep", 60) as first, open_ledger(url) as other:
        expected = (
            f'could not take the lease "sweep": process {os.getpid()} on .* holds it until {first.until:%Y-%m-%d}'
        )
        with pytest.raises(UsageError, match=expected):
            other.lease("sweep", 60)
        with other.lease("nightly", 60) as another:
            assert another.fence == 1
    with ledger.lease("sweep", 60) as second:
        assert (first.fence, second.fence) == (1, 2)


def test_a_lease_ends_by_itself_and_its_holder_is_fenced_off(ledger: Ledger) -> None:
    first = ledger.lease("sweep", 60)
    ledger.append(told("step", index=1), fence=first)
    expire(ledger)
    ledger.append(told("step", index=2), fence=first)  # late, but nobody else has begun
    second = ledger.lease("sweep", 60)
    assert second.fence == first.fence + 1
    with pytest.raises(LeaseLost, match=r'had the lease "sweep" \(number 1\).* has it now \(number 2\)\. Nothing was'):
        ledger.append(told("step", index=3), fence=first)
    with pytest.raises(LedgerError):
        first.renew()
    first.release()
    ledger.append(told("step", index=4), fence=second)
    assert [event.data["index"] for event in ledger.events()] == [1, 2, 4]
    with pytest.raises(UsageError, match="holds it until"):
        ledger.lease("sweep", 60)  # the first's release gave back nothing of the second's


def test_a_lease_is_renewed_by_the_clock_of_the_database(ledger: Ledger) -> None:
    with ledger.lease("sweep", 60) as lease:
        assert abs(lease.until - datetime.now(UTC) - timedelta(seconds=60)) < timedelta(seconds=20)
        taken = lease.until
        expire(ledger)
        lease.renew()
        assert lease.until >= taken
        with pytest.raises(UsageError):
            ledger.lease("sweep", 60)


def test_a_lease_of_no_time_is_over_at_once(ledger: Ledger) -> None:
    assert [ledger.lease("sweep", 0).fence for _ in range(3)] == [1, 2, 3]


def test_of_many_who_ask_at_once_one_gets_it(ledger: Ledger) -> None:
    def ask(_: int) -> Lease | None:
        try:
            return ledger.lease("sweep", 60)
        except UsageError:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert len([lease for lease in pool.map(ask, range(8)) if lease]) == 1


def test_what_went_wrong_under_a_lease_is_not_hidden_by_a_ledger_that_is_gone(ledger: Ledger) -> None:
    def sweep() -> None:
        with ledger.lease("sweep", 60):
            with ledger._engine.begin() as connection:
                connection.exec_driver_sql("DROP TABLE leases")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sweep()
