"""Facts are taken down as values: beside a label, or where a map's rules say that they stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.drive import Journey
from upheld.ledger import Ledger, NewEvent
from upheld.maps import FactRule
from upheld.noting import Notebook, Reader, Seen
from upheld.promises import Arrival
from upheld.promises.expectation import Knowledge
from upheld.promises.facts import Fact
from upheld.promises.recognise import standard
from upheld.promises.window import Moment
from upheld.reaching import Reaching

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
READER = Reader("en-GB", "Europe/Lisbon", NOW)
GERMAN = Reader("de-DE", "Europe/Berlin", NOW)


@pytest.mark.parametrize(
    ("reader", "name", "words", "value", "kind"),
    [
        (READER, "the order number", "UP-1042", "UP-1042", "text"),
        (READER, "the price", "€120.00 VAT included", "120.00 EUR", "money"),
        (READER, "the total", "2 × £1,234.50", "1234.50 GBP", "money"),
        (GERMAN, "the amount paid", "1.234,50 €", "1234.50 EUR", "money"),
        (READER, "the price", "free", "free", "text"),
        (READER, "the date of the event", "25 November", "2026-11-25T00:00:00+00:00[Europe/Lisbon]", "date"),
        (READER, "the date of the event", "Friday 1 January", "2027-01-01T00:00:00+00:00[Europe/Lisbon]", "date"),
        (
            GERMAN,
            "the date of the event",
            "Mi., 25.11.2026, 18 Uhr",
            "2026-11-25T18:00:00+01:00[Europe/Berlin]",
            "date",
        ),
        (READER, "the date of the event", "03/04/2027", "03/04/2027", "text"),  # it may be either day
        (READER, "the date of the event", "soon", "soon", "text"),
    ],
)
def test_what_stands_beside_a_label_is_what_the_facts_name_says_it_is(
    reader: Reader, name: str, words: str, value: str, kind: str
) -> None:
    assert reader.beside(name, words) == Seen(name, value, kind)


@given(st.text(max_size=80), st.sampled_from(["the price", "the date", "the order number"]))
def test_whatever_stands_there_is_taken_down_and_can_be_read_again(words: str, name: str) -> None:
    seen = READER.beside(name, words)
    assert Fact.noted(*seen).tell() is not None


def test_rules_read_the_page_and_what_they_do_not_find_is_no_fact() -> None:
    rules = {
        "the order number": FactRule(page=r"Order number:?\s+(\S+)", kind="number"),
        "the price": FactRule(page=r"^Total\s+(.+)$", kind="money"),
        "the date of the event": FactRule(page=r"When\n(.+)", kind="date"),
        "the seat": FactRule(page=r"Seat (\d+)?"),
        "the fee": FactRule(labels=("Your fee",)),
    }
    text = "You are booked\nOrder number\n4711\nTotal €120.00\nWhen\nsoon\nSeat free"
    assert list(READER.by_rules(rules, text)) == [
        Seen("the order number", "4711", "number"),
        Seen("the price", "120.00 EUR", "money"),
    ]


def notebook(folder: Path, rules: Mapping[str, FactRule], told: list[dict[str, Any]]) -> Notebook:
    ada = SimpleNamespace(locale="en-GB", zone="Europe/Lisbon")
    event = Moment.at("the event", NOW, "Europe/Berlin")
    journey = SimpleNamespace(
        evidence_folder=folder,
        protagonist=SimpleNamespace(name="Ada"),
        cast={"Ada": ada},
        now=lambda: NOW,
        knowledge=lambda who: Knowledge(moments={"the event": event}),
    )
    return Notebook(cast(Journey, journey), rules, lambda **data: told.append(data))


def test_a_page_is_read_once_for_each_thing_that_it_says_new(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    rules = {
        "the order number": FactRule(page=r"Order number (\d+)", kind="number"),
        "the date of the event": FactRule(page=r"When: (.+)", kind="date"),
    }
    notes = notebook(tmp_path, rules, told)
    for name, text in (("1", "Order number 1"), ("2", "Thank you. Order number 1"), ("3", "When: 25 November, 18:00")):
        (tmp_path / name).write_text(text, "utf-8")
        notes.take_from_page(name, where=f"Page {name}")
    notes.take_from_page("", where="")
    notes.take_from_page("gone", where="Gone")
    assert [(one["name"], one["where"], one["who"]) for one in told] == [
        ("the order number", "Page 1", "Ada"),
        ("the date of the event", "Page 3", "Ada"),
    ]
    # A date is in the zone of what it is the date of.
    assert notes.facts["the date of the event"].value == "2026-11-25T18:00:00+01:00[Europe/Berlin]"
    notes.take_beside("the order number", "2", where="Page 4")
    assert (notes.facts["the order number"].value, told[-1]["where"]) == ("2", "Page 4")


def test_what_somebody_else_keeps_of_her_is_a_touchpoint_of_hers() -> None:
    written: list[NewEvent] = []
    ledger = SimpleNamespace(append=lambda *events: written.extend(events))
    reaching = Reaching(cast(Journey, SimpleNamespace(run="r1")), cast(Ledger, ledger), standard())
    for _ in range(2):
        reaching.record("payment record", "Amount: 120.00 EUR", "Stripe", "ada@journeys.test")
    first, second = (Arrival.from_json(event.data["arrival"]) for event in written)
    assert [event.recipient for event in written] == ["ada@journeys.test"] * 2
    assert (first.channel, first.subject, first.text) == ("payment record", "Stripe", "Amount: 120.00 EUR")
    assert first.id != second.id  # charged twice is two records
