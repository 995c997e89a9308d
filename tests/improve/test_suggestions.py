"""What a thoughtful colleague would suggest: each rule where it is called for, and silent where it is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from tests.report.stage import Stage, Walk
from upheld import added as others
from upheld.errors import ConfigError
from upheld.improve import suggestions
from upheld.improve.rules import RULES
from upheld.improve.suggestions import Hint, Suggestion, Walked, all_rules, suggest
from upheld.ledger import RunView
from upheld.mailbox.letter import open_letter
from upheld.maps import JourneyMap

MAP = JourneyMap.model_validate(
    {
        "name": "Booking",
        "stage": "keep: welcome",
        "touchpoint": {kind: {"second_line": "The page says it."} for kind in ("confirmation", "receipt", "reminder")},
    }
)
GOOD = {
    "confirmation": "You are booked for Systems Day on 25 November at 18:00. You can cancel until the day before.\n"
    "In your calendar: https://shop.example/calendar/1",
    "receipt": "120.00 EUR, 19% VAT included.",
    "reminder": "See you tomorrow at 18:00, Main Street 1, Berlin.",
    "thank-you": "Thank you for coming. What is on next: https://shop.example/events",
}


def walked(
    walk: Walk,
    *,
    after: float = 60,
    paying: float = 0,
    dated: bool = True,
    place: str = "Main Street 1, Berlin",
    html: str = "",
    sender: str = "",
    fields: tuple[tuple[str, str], ...] = (),
    **said: str,
) -> None:
    """Write down a journey with these letters in the place of the good ones, an hour between them."""
    if dated:
        walk.moment("the event", walk.stage.now + timedelta(days=4), "Europe/Berlin")
    walk.step("she fills in the form", picture="a.png", fields=fields)
    began, ended = walk.stage.now, walk.stage.now + timedelta(seconds=paying)
    walk.stage.write(
        "moment", walk.id, name="paying", site_began=began.isoformat(), site_ended=ended.isoformat(), zone="UTC"
    )
    walk.stage.write("fact", walk.id, name="the place of the event", value=place, kind="text", where="")
    for number, (kind, text) in enumerate(
        {**GOOD, **{name.replace("_", "-"): text for name, text in said.items()}}.items()
    ):
        head = f"From: {sender or 'office@shop.example'}\nTo: {walk.address}\nSubject: Your {kind}\n"
        body = (
            f"Content-Type: text/html; charset=utf-8\n\n{html}"
            if html
            else f"Content-Type: text/plain; charset=utf-8\n\n{text}"
        )
        came = walk.mail(kind, raw=f"{head}MIME-Version: 1.0\n{body}\n".encode(), after=after + 3600 * number)
        walk.promise(kind, verdict="kept", arrivals=[came], came=after + 3600 * number)
    walk.done()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def made(run: RunView, evidence: Path, map_: JourneyMap = MAP) -> list[Suggestion]:
    letters = {one.arrival.id: open_letter((evidence / one.raw).read_bytes()) for one in run.arrivals}
    return suggest(run, run.journeys, letters, {"event_registration": map_})


def test_nothing_is_suggested_where_all_is_well(stage: Stage, tmp_path: Path) -> None:
    walked(stage.journey("Booking"))
    assert made(stage.view(), tmp_path) == []


NOREPLY = "Shop <noreply@shop.example>"
CASES: dict[str, tuple[str, dict[str, Any], bool]] = {
    "calendar": ("no calendar entry", {"confirmation": "You are booked for 18:00. To cancel, write."}, True),
    "calendar: no time": ("no calendar entry", {"confirmation": "You are booked. To cancel, write."}, False),
    "calendar: nothing with a date": ("no calendar entry", {"confirmation": "Done at 18:00.", "dated": False}, False),
    "place": ("reminder without a place", {"reminder": "See you tomorrow at 18:00!"}, True),
    "place: a link to join": ("reminder without a place", {"reminder": "Join: https://zoom.example/1"}, False),
    "place: nobody knows it": ("reminder without a place", {"reminder": "https://shop.example/e", "place": ""}, False),
    "tax": ("receipt without tax details", {"receipt": "You paid 120.00 EUR."}, True),
    "tax: German": ("receipt without tax details", {"receipt": "120,00 EUR inkl. 19 % MwSt."}, False),
    "tax: Dutch": ("receipt without tax details", {"receipt": "120,00 EUR, incl. 21% btw"}, False),
    "silence": ("silence after paying", {"after": 1800.0}, True),
    "silence: answered while she still pays": ("silence after paying", {"after": 1.0, "paying": 5.0}, False),
    "silence: short": ("silence after paying", {"after": 300.0}, False),
    "reply": ("no way to reply", {"sender": NOREPLY}, True),
    "reply: says whom": (
        "no way to reply", {"sender": NOREPLY, **{kind: f"{text} hello@shop.example" for kind, text in GOOD.items()}},
        False,
    ),
    "cancel": ("no way to cancel", {"confirmation": "You are booked, 18:00. https://shop.example/calendar/1"}, True),
    "cancel: German": ("no way to cancel", {"confirmation": "Stornieren: https://s.example/calendar/1"}, False),
    "cancel: a page of her own": ("no way to cancel", {"html": "<a href='https://s.example/1'>Your order</a>"}, False),
    "text part": ("no text part", {"html": "<p>Hello</p>"}, True),
    "next step": ("thank-you without a next step", {"thank-you": "Thanks! https://s.example/unsubscribe"}, True),
    "twice": ("asked twice", {"fields": (("Email", "a@b.test"), ("Email again", "a@b.test"))}, True),
    "twice: others": ("asked twice", {"fields": (("Email", "a@b.test"), ("Name", "Ada Mendes"))}, False),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "how", "expected"), CASES.values(), ids=CASES)
def test_what_is_suggested(stage: Stage, tmp_path: Path, rule: str, how: dict[str, Any], expected: bool) -> None:
    walked(stage.journey("Booking"), **how)
    found = {one.rule: one for one in made(stage.view(), tmp_path)}
    assert (rule in found) is expected
    if expected:
        one = found[rule]
        assert one.reason
        assert one.names == ("Booking",)
        assert one.evidence[0].endswith("(features/event_registration.feature)")


def test_every_rule_has_a_case_and_is_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "ride.md").read_text("utf-8")
    for rule in RULES:
        assert f"| {rule.name} | {str(type(rule).__doc__).rstrip('.')} | {rule.reason} |" in page
    assert {rule for rule, _, expected in CASES.values() if expected} | {"single line of response"} == {
        rule.name for rule in RULES
    }


def test_money_with_a_single_line_of_response(stage: Stage, tmp_path: Path) -> None:
    walked(stage.journey("Booking"))
    walked(stage.journey("Again"))
    points = {kind: MAP.touchpoint[kind].model_copy(update={"second_line": ""}) for kind in ("receipt", "confirmation")}
    (one,) = made(stage.view(), tmp_path, MAP.model_copy(update={"touchpoint": points}))
    assert one.said == "There is no second way to the receipt: show it on a page as well."
    walk = stage.journey("Refund")
    walk.promise("refund", verdict="kept")
    points["refund"] = points["receipt"]
    (one,) = made(stage.view(), tmp_path, MAP.model_copy(update={"touchpoint": points}))
    assert one.said.startswith("There is no second way to the receipt or refund")
    assert len(one.journeys) == 3
    first, _again, refund = one.journeys
    assert one.told == {
        first: ("There is no second way to the receipt: show it on a page as well.", 1),
        refund: ("There is no second way to the refund: show it on a page as well.", 0),
    }


def test_each_is_made_once_for_all_journeys_and_few_in_all(stage: Stage, tmp_path: Path) -> None:
    bad: dict[str, Any] = {
        "confirmation": "Booked for 18:00.",
        "receipt": "120 EUR",
        "reminder": "Tomorrow!",
        "thank_you": "Thanks.",
    }
    for name in ("First", "Second"):
        walked(stage.journey(name), **bad, sender=NOREPLY, fields=(("Email", "a@b.test"), ("Again", "a@b.test")))
    run = stage.view()
    found = made(run, tmp_path)
    assert [one.rule for one in found] == [
        "asked twice", "no calendar entry", "reminder without a place", "receipt without tax details",
        "no way to reply",
    ]  # fmt: skip
    for one in found:
        assert one.journeys == tuple(journey.id for journey in run.journeys)
        assert one.to_json()["names"] == ["First", "Second"]


class Mine:
    """A rule of a suite's own."""

    name, reason, rank = "mine", "Because.", 1

    def look(self, walked: Walked) -> list[Hint]:
        """Always say something."""
        return [Hint("Do it.", f"{walked.her} said so")]


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def add(value: str) -> None:
        one = EntryPoint("mine", value, suggestions.GROUP)
        monkeypatch.setattr(others, "entry_points", lambda group: [one])
        all_rules.cache_clear()

    return add


def test_a_suite_adds_its_own(added: Callable[[str], None], stage: Stage, tmp_path: Path) -> None:
    try:
        added(f"{__name__}:Mine")
        walked(stage.journey("Booking"))
        (one,) = made(stage.view(), tmp_path)
        assert (one.said, one.evidence) == ("Do it.", ("Ada said so (features/event_registration.feature)",))
        added("upheld.maps:JourneyMap.nothing")
        with pytest.raises(ConfigError, match=r"mine .* could not be loaded"):
            all_rules()
        added(f"{__name__}:NOREPLY")
        with pytest.raises(ConfigError, match="is none: it needs name, reason, rank"):
            all_rules()
    finally:
        all_rules.cache_clear()
