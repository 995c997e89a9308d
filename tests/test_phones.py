"""Phone numbers: nobody's in the world, and never those of two people at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from upheld import phones
from upheld.cast import Cast
from upheld.errors import UsageError
from upheld.ledger import Ledger, NewEvent, open_ledger
from upheld.phones import Claims, free_phone


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path}/ledger.db", migrate=True) as opened:
        yield opened


def test_no_two_of_many_journeys_share_a_number_though_they_cast_at_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phones, "FREE_NUMBERS", {"PT": (("+1212555",), 1)})
    monkeypatch.setattr(phones, "AREA_CODES", ("201",))

    def walk(number: int) -> list[str]:
        cast = Cast(seed=7, node="a", mail="mail.test", claim=Claims(ledger, "run", f"journey-{number}").claim)
        return [cast.lives_in("Ada", "Portugal").phone, cast["Ben"].phone]

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for both in pool.map(walk, range(12)) for number in both]
    assert len(set(numbers)) == 24


def test_a_number_is_hers_until_nothing_can_reach_her_any_more(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    number, now = "+12125550123", datetime.now(UTC)
    assert Claims(ledger, "yesterday", "one").claim(number)
    assert not Claims(ledger, "yesterday", "one").claim(number)  # not even another of her own journey
    assert not Claims(ledger, "today", "two").claim(number)
    monkeypatch.setattr(phones, "KEPT", timedelta())
    ledger.append(NewEvent("expected", "yesterday", now, "one", "one-p1"))
    assert not Claims(ledger, "today", "two").claim(number)  # promises are open
    ledger.append(NewEvent("judged", "yesterday", now, "one", "one-p1", data={"final": True}))
    assert Claims(ledger, "today", "two").claim(number)
    assert [event.journey for event in ledger.events(kinds=("claimed",), recipient=number)] == ["one", "two"]


def test_when_a_country_has_none_left_there_are_others_and_then_it_is_said() -> None:
    assert free_phone("GB", lambda number: True).startswith("+44")
    assert free_phone("GB", lambda number: not number.startswith("+44")).startswith("+1")
    with pytest.raises(UsageError, match="No phone number is free any more"):
        free_phone("GB", lambda number: False)
