"""A small suite with its ledger and evidence, as its nights would have left them, for the tests of book and map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.report.stage import RUN, Stage
from upheld.config import Settings, load_settings
from upheld.improve.book import Book
from upheld.improve.bookwriting import book_of
from upheld.improve.chapters import incidents_in, told_in
from upheld.improve.nights import last_walks
from upheld.improve.promise_map import PromiseMap, map_of
from upheld.ledger import Ledger, open_ledger
from upheld.maps import read_maps
from upheld.report.files import Files

FEATURE = """@journey:booking
Feature: Booking and paying for an event
  I find an event and book a seat.

  Scenario: Booking and paying by card
    Given the event "Systems Day" takes place in 4 days
    And Ada opens the page of the event
    When she follows "Register"
    And she fills in the form
    And she pays 120.00 EUR by card
    Then she sees "You are booked"
    And she is promised a confirmation by email within 1 minute
      | says | the place of the event |
    And she is promised a reminder by email on the day before the event

  Scenario: The card is declined
    Given Ada is about to pay
    When her card is declined
    Then she is promised no confirmation and no receipt by email
"""
INCIDENT = """@journey:booking @incident:2026-03-02-no-receipt
Feature: Incident of 2 March 2026: no receipt
  What the customer expected: a receipt.
  What happened: none came.
  The fix: it is sent from the outbox. The prevention: this feature.

  Scenario: She pays and gets no receipt
    Given Ada is about to pay
    Then she is promised a receipt by email within 2 minutes
"""
MAP = """
name = "Booking and paying for an event"
stage = "keep: welcome"
owner = "Dana"
[touchpoint.confirmation]
usual = "within 1 minute"
harm = "She does not know whether she is expected."
second_line = "The page after paying."
[touchpoint.reminder]
usual = "on the day before the event"
harm = "She forgets the day."
[touchpoint.receipt]
usual = "within 2 minutes"
harm = "She cannot claim the cost."
[touchpoint.badge]
harm = "She stands at the door."
[by_hand]
needs = ["The shop runs at `/`."]
[by_hand.notes]
"by card" = "Take the test card `4242`."
"""
ACTS = [
    {"who": "Ada", "does": "type", "words": "Name on card", "value": "Ada Lindqvist"},
    {"who": "Ada", "does": "hide", "words": "Card number", "value": ""},
    {"who": "Ada", "does": "tick", "words": "I agree", "value": ""},
    {"who": "Ada", "does": "press", "words": "Pay 120.00 EUR", "value": ""},
    {"who": "the organiser", "does": "open", "words": "https://staging.example.org/organiser/***", "value": ""},
    {"who": "the organiser", "does": "follow", "words": "Download", "value": ""},
]
HELLO = "Dear Ada, your seat is booked for Thursday 26 November. Bring nothing."


def suite(root: Path) -> Path:
    """Lay down the suite's features and map."""
    (root / "features" / "incidents").mkdir(parents=True)
    (root / "journeys" / "booking").mkdir(parents=True)
    (root / "features" / "booking.feature").write_text(FEATURE, "utf-8")
    (root / "features" / "incidents" / "2026-03-02-no-receipt.feature").write_text(INCIDENT, "utf-8")
    (root / "journeys" / "booking" / "journey.toml").write_text(MAP, "utf-8")
    (root / "pyproject.toml").write_text('[tool.upheld]\nsite = "https://staging.example.org"\n', "utf-8")
    return root


def booking(
    root: Path,
    *,
    run: str = RUN,
    hello: str = HELLO,
    page: str = "You are booked",
    stop: str = "",
    verdict: str = "kept",
) -> Stage:
    """A night on which Ada booked; `stop` is the status of the step that she did not get past."""
    stage = Stage(root / ".upheld" / "evidence", run=run)
    walk = stage.journey("Booking and paying by card", feature="features/booking.feature", mapped="booking", line=5)
    site = "https://staging.example.org"
    stage.write("fact", walk.id, name="the page of the event", value="/events/systems-day-c4dc2fb2e6", kind="text")
    stage.write("fact", walk.id, name="the place of the event", value="Town Hall", kind="text")
    steps: list[tuple[str, str, str, Sequence[tuple[str, str]]]] = [
        ("Ada opens the page of the event", "event.png", "Systems Day", ()),
        ('she follows "Register"', "register.png", "Register", ()),
        ("she fills in the form", "form.png", "Register", [("First name", "Ada"), ("Card", "***")]),
        ("she pays 120.00 EUR by card", "booked.png", "You are booked", ()),
        ('she sees "You are booked"', "booked.png", "You are booked", ()),
    ]
    walk.step('the event "Systems Day" takes place in 4 days', who="", keyword="Given")
    for number, (text, picture, title, fields) in enumerate(steps):
        if stop and number == 3:
            walk.step(
                text, status=stop, error=f"{stop}: the bank did not answer at https://bank.example/x?token=s3cr3t"
            )
            break
        walk.step(text, picture=picture, title=title, fields=fields)
        step: dict[str, Any] = dict(stage._events[-1].data)
        step["acts"] = ACTS if number == 3 else []
        step["address"] = f"{site}/events/***" if number == 0 else f"{site}/events/***/register"
        if title == "You are booked" and number == 3:
            (root / ".upheld" / "evidence" / f"{run}.txt").write_text(page, "utf-8")
            step["page_text"] = f"{run}.txt"
        stage._events[-1] = replace(stage._events[-1], data=step)
    if not stop:
        came = walk.mail("Your booking", html=f"<h1>Booked</h1><p>{hello}</p>", text=hello)
        again = walk.mail("See you tomorrow", html="<h1>Tomorrow</h1><p>It is tomorrow, Ada.</p>")
        for one in (came, again):  # of one template, so the harness has pictured it once
            pictures = {"desktop": "letter.png", "phone": "letter-phone.png"}
            stage.write(
                "rendered", raw=f"messages/{one}.eml", violations=[], broken_pictures=[], width=390, pictures=pictures
            )
        for name in ("letter.png", "letter-phone.png"):
            (root / ".upheld" / "evidence" / name).write_bytes(b"\x89PNG" + name.encode())
        walk.promise(
            "confirmation", verdict=verdict, arrivals=[came], came=1.4, rows=[("says", "the place of the event")]
        )
        walk.promise("reminder", "on the day before the event", verdict="kept", arrivals=[again], came=295200)
    walk.done(stop or "passed")
    return stage


def written(root: Path, *stages: Stage) -> Ledger:
    """Write nights into the suite's ledger, each a day after the one before, and return it, open."""
    ledger = open_ledger(f"sqlite:///{root / '.upheld' / 'ledger.db'}", migrate=True)
    for day, stage in enumerate(stages):
        ledger.append(*(replace(event, at=event.at + timedelta(days=day)) for event in stage._events))
    return ledger


def settings_of(root: Path) -> Settings:
    """The suite's settings, whatever the environment says."""
    return load_settings(root, {})


def the_book(
    root: Path, ledger: Ledger | None, out: Path, *, publish: bool = False, now: datetime | None = None
) -> Book:
    """The book of the suite, its pictures in the folder `out`."""
    maps = read_maps(root)
    told = told_in(root, maps)
    files = Files(root / ".upheld" / "evidence", out)
    walks = last_walks(ledger, told) if ledger else {}
    return book_of(told, incidents_in(told), maps, walks, files, settings_of(root), publish=publish, now=now)


def the_map(root: Path, ledger: Ledger | None) -> PromiseMap:
    """The map of the suite."""
    maps = read_maps(root)
    told = told_in(root, maps)
    return map_of(told, incidents_in(told), maps, ledger, settings_of(root))
