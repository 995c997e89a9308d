"""Whole nights, good and bad, for the tests of the report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.report.stage import Stage, Walk
from upheld.ledger import RunView
from upheld.maps import JourneyMap

EVENT = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
MAPS = {
    "event_registration": JourneyMap.model_validate(
        {
            "name": "Booking and paying for an event",
            "stage": "keep: welcome",
            "owner": "Dana",
            "touchpoint": {
                "confirmation": {
                    "harm": "She does not know whether she is expected.",
                    "second_line": "The page after paying says it.",
                },
                "receipt": {"harm": "She cannot claim the cost, and doubts that her payment went through."},
                "reminder": {"harm": "She forgets the day.", "second_line": "The calendar entry."},
            },
        }
    ),
    "sign_in": JourneyMap.model_validate(
        {"name": "Signing in", "stage": "keep: deliver", "owner": "Sam", "touchpoint": {"code": {"channel": "sms"}}}
    ),
}


def booked(walk: Walk, *, slow: float = 0.6) -> None:
    """She books and pays, as in the demo's feature."""
    walk.moment("the event", EVENT, "Europe/Berlin")
    walk.step('the event "Systems Day" takes place in 4 days', who="", keyword="Given")
    walk.step("she opens the page of the event", picture="event.png", title="Systems Day", seconds=0.8)
    fields = [("First name", walk.who), ("Email", walk.address), ("Company", "Lindqvist AB"), ("Diet", "vegan")]
    walk.step("she fills in the form", picture="form.png", title="Register", fields=fields)
    walk.moment("paying", walk.stage.now, walk.zone)
    walk.step("she pays 120.00 EUR by card", picture="booked.png", title="You are booked", seconds=slow)
    walk.step('she sees "You are booked"', picture="booked.png", title="You are booked", seconds=0.1, keyword="Then")


CAME = "Ada's confirmation came after 1.4 s; it was promised within 1 minute."
CONFIRMATION = "<h1>Your seat is booked</h1><p>Hello Ada, we look forward to seeing you on <b>25 November</b>.</p>"


def kept_night(evidence: Path | None = None) -> RunView:
    """Nothing is broken."""
    stage = Stage(evidence)
    walk = stage.journey("Booking and paying by card")
    booked(walk)
    confirmation = walk.mail("Your booking: Systems Day", html=CONFIRMATION, after=1.4)
    receipt = walk.mail("Your receipt", attach=[("receipt.pdf", "application/pdf", b"%PDF-1.4 tiny")], after=2)
    walk.promise("confirmation", verdict="kept", why=CAME, arrivals=[confirmation], came=1.4)
    walk.promise(
        "receipt",
        "within 2 minutes of paying",
        verdict="kept",
        why="Ada's receipt came after 2.0 s.",
        arrivals=[receipt],
        came=2,
        due=(0, 120),
    )
    reminder = walk.mail("Reminder: Systems Day is tomorrow", after=90)
    walk.promise(
        "reminder",
        "on the day before the event",
        verdict="kept",
        why="Ada's reminder came on 24 November.",
        arrivals=[reminder],
        came=295200,
        due=(252000, 338400),
    )
    walk.done()
    declined = stage.journey("The card is declined", line=29)
    declined.step("Ada is about to pay 120.00 EUR", picture="pay.png", keyword="Given")
    declined.promise(
        "receipt", "for 10 seconds", verdict="kept", silent=True, why="No receipt was promised, and none came."
    )
    declined.done()
    return stage.view()


def mixed_night(evidence: Path | None = None) -> RunView:
    """Of everything one: each verdict, a step that failed, a journey not run, a crash, a flaky one, an outline."""
    stage = Stage(evidence, clock="http://127.0.0.1:8000/test-clock")
    broken = stage.journey("Booking and paying by card")
    booked(broken, slow=4.6)
    confirmation = broken.mail("Your booking: Systems Day", html=CONFIRMATION, after=1.4)
    friends = "Bring three and save: https://shop.example/x?t=s3cr3t-t0ken"
    broken.finding(broken.mail("Your friends are going too!", friends, after=30), "unpromised")
    broken.promise("confirmation", verdict="kept", why=CAME, arrivals=[confirmation], came=1.4)
    broken.promise(
        "receipt",
        "within 2 minutes of paying",
        verdict="broken",
        due=(0, 120),
        rows=[("amount", "120.00 EUR")],
        why="Ada was promised a receipt by email within 2 minutes of paying. None came. "
        "We looked without a gap from 01:00:02 to 01:02:04 (Europe/Lisbon).",
    )
    broken.promise(
        "reminder",
        "on the day before the event",
        verdict="open",
        due=(252000, 338400),
        final=False,
        why="Ada's reminder is due by Tuesday 24 November. Tonight's answer is: so far, yes.",
    )
    broken.done(trace="t-1.trace.zip")

    for who, city, example in (("Ben", "New York", "Ben-New York"), ("Cleo", "Berlin", "Cleo-Berlin")):
        walk = stage.journey("Booking in her own language", who=who, city=city, example=example, line=37)
        booked(walk)
        first, second = walk.mail("Your booking"), walk.mail("Your booking", after=4)
        if who == "Ben":
            walk.promise(
                "confirmation",
                verdict="repeated",
                arrivals=[first, second],
                came=1,
                why="Ben was sent the confirmation twice, 3.0 s apart; it was promised once.",
            )
        else:
            walk.promise(
                "confirmation",
                verdict="late",
                arrivals=[first],
                came=100,
                why="Cleo's confirmation came 40 s too late; it was promised within 1 minute.",
            )
            wrong = walk.mail("Ihre Quittung", "210,00 €")
            walk.promise(
                "receipt",
                "within 2 minutes of paying",
                verdict="wrong",
                arrivals=[wrong],
                came=1,
                due=(0, 120),
                why="Cleo's receipt says 210.00 € instead of 120.00 €.",
            )
        walk.done()

    unwanted = stage.journey("The card is declined", line=29)
    unwanted.step("Ada is about to pay 120.00 EUR", picture="pay.png", keyword="Given")
    surprise = unwanted.mail("Your receipt for order 4711")
    unwanted.promise(
        "receipt",
        "for 10 seconds",
        verdict="unwanted",
        silent=True,
        arrivals=[surprise],
        came=1,
        why='Ada was promised no receipt, and one came: "Your receipt for order 4711".',
    )
    unwanted.done()

    stage.gap(180, "the text-message capture did not answer")
    unproven = stage.journey(
        "Signing in with a code",
        who="Dora",
        mapped="sign_in",
        tags=["journey:sign_in"],
        feature="features/sign_in.feature",
    )
    unproven.step("she opens the sign-in page", picture="sign-in.png")
    unproven.promise(
        "code",
        channel="sms",
        verdict="unproven",
        why="Cannot tell whether Dora gets the code: the text-message capture did not answer.",
    )
    unproven.done()

    failed = stage.journey("The organiser's list", line=60)
    failed.step("she opens the page of the event", picture="event.png")
    failed.step(
        "the organiser finds her in the attendee list",
        status="failed",
        picture="list.png",
        who="the organiser",
        error="The organiser looks for Ada in the attendee list and finds her without Company.",
        console=["TypeError: x is undefined"],
        failed=["GET https://staging.example.org/api 500"],
    )
    failed.promise(
        "survey",
        "after the event, within 3 days",
        made=False,
        verdict="unproven",
        due=None,
        why="Cannot tell whether Ada gets the survey: not reached: the journey stopped before.",
    )
    failed.done("failed", "The organiser looks for Ada in the attendee list and finds her without Company.")

    stage.journey("Cancelling a seat", walked=False, line=70).promise("refund", made=False)
    crashed = stage.journey("Changing the name on a ticket", line=80)
    crashed.step("she opens her booking", picture="booked.png")
    crashed.promise("confirmation", made=False)

    for attempt in (1, 2):
        flaky = stage.journey("Booking for a friend", line=90, attempt=attempt)
        flaky.step(
            "she opens the page of the event", status="failed" if attempt == 1 else "passed", picture="event.png"
        )
        flaky.promise(
            "reminder",
            verdict="withdrawn" if attempt == 2 else "",
            withdrawn="she cancelled",
            why="Ada's reminder was withdrawn: she cancelled.",
        )
        flaky.done("failed" if attempt == 1 else "passed", "It was slow." if attempt == 1 else "")
        if attempt == 1:
            before = flaky.id
    stage.write("superseded", before, by=flaky.id)
    return stage.view()


def many(journeys: int, promises: int) -> RunView:
    """A large night without evidence."""
    stage = Stage()
    for number in range(journeys):
        walk = stage.journey(f"Journey {number}", line=number)
        booked(walk)
        for one in range(promises):
            came = walk.mail(f"Message {one}")
            walk.promise(f"thing {one}", verdict="kept", arrivals=[came], came=1)
        walk.done()
    return stage.view()
