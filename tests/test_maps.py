from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from upheld.errors import ConfigError
from upheld.maps import JourneyMap, Touchpoint, read_maps, recognisers_of, usual_of
from upheld.promises import Arrival
from upheld.promises.recognise import standard

ROOT = Path(__file__).resolve().parent.parent
GOOD = """
name = "Booking"
stage = "keep: welcome"
owner = "Dana"
[touchpoint.ticket]
usual = "within 1 minute"
harm = "She cannot get in."
recognise = { subject = ["your ticket"] }
"""


def suite(root: Path, text: str, name: str = "booking") -> Path:
    folder = root / "journeys" / name
    folder.mkdir(parents=True)
    (folder / "journey.toml").write_text(text, "utf-8")
    return root


def test_a_map_is_read_by_the_name_of_its_folder(tmp_path: Path) -> None:
    found = read_maps(suite(tmp_path, GOOD))["booking"]
    assert (found.name, found.stage, found.owner) == ("Booking", "keep: welcome", "Dana")
    assert found.touchpoint["ticket"].harm == "She cannot get in."
    assert found.touchpoint["ticket"].channel == "email"


def test_a_suite_without_maps_has_none(tmp_path: Path) -> None:
    assert read_maps(tmp_path) == {}


def test_the_maps_of_this_suite_name_cost_and_owner_of_every_touchpoint() -> None:
    for found in read_maps(ROOT).values():
        assert found.owner
        assert [kind for kind, point in found.touchpoint.items() if not point.harm.endswith(".")] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('owner = "Dana"', 'ownr = "Dana"', 'nothing is called "ownr". Did you mean "owner"?'),
        ("harm =", "hram =", 'Did you mean "harm"?'),
        ('"keep: welcome"', '"keep"', "stage:"),
        ('"within 1 minute"', '"soonish"', '"soonish" says no window that is understood'),
        ('name = "Booking"', "name = ", "cannot be read"),
        ('name = "Booking"\n', "", "name:"),
        ('"your ticket"', '"your (ticket"', "journeys/booking/journey.toml"),
        ("[touchpoint.ticket]", '[fact."x"]\npage = "(Total"\n[touchpoint.ticket]', "is no regular expression"),
        ("[touchpoint.ticket]", '[fact."x"]\npage = "Total"\n[touchpoint.ticket]', "has no group"),
    ],
)
def test_a_fault_in_a_map_names_file_and_setting(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_maps(suite(tmp_path, GOOD.replace(old, new)))
    assert "journeys/booking/journey.toml" in str(error.value)
    assert said in str(error.value)


def test_a_map_says_what_is_recognised_and_how_long_it_usually_takes(tmp_path: Path) -> None:
    maps = read_maps(suite(tmp_path, GOOD))
    ticket = Arrival("1", ("ada@journeys.test",), datetime(2026, 11, 21, tzinfo=UTC), subject="Your ticket is here")
    assert "ticket" in recognisers_of(maps["booking"]).kinds(ticket)
    usual = usual_of(maps)
    window = usual("booking")("ticket")
    assert window is not None
    assert window.words == "within 1 minute"
    assert usual("booking")("parcel") is None
    assert usual("another")("ticket") is None


def test_the_kinds_that_are_told_without_a_map_are_named_in_the_docs() -> None:
    told = (ROOT / "docs" / "map.md").read_text("utf-8")
    assert [kind for kind in standard().by_kind if kind not in told] == []
    assert [name for name in (*JourneyMap.model_fields, *Touchpoint.model_fields) if f"`{name}`" not in told] == [
        "touchpoint"
    ]
