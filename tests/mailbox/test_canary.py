"""The canary's books: what came, what was lost, and how far off the clocks are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from upheld.errors import MailboxUnreachable
from upheld.mailbox import Canary, Coverage, Envelope, Pulse, is_canary

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class Paper:
    """A mailbox that writes down what is posted, and a clock beside it."""

    name = "the mailbox"
    url = "paper://"

    def __init__(self) -> None:
        self.posted: list[str] = []
        self.open = True
        self.seconds = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def post(self, sender: str, recipient: str, subject: str, body: str) -> None:
        if not self.open:
            raise MailboxUnreachable("nobody there")
        self.posted.append(recipient)

    def ready(self) -> str:
        return "paper"

    def cursor(self) -> str:
        return ""

    def since(self, cursor: str) -> list[Envelope]:
        return []

    def stream(self, cursor: str, stop: threading.Event) -> Iterator[Envelope | Pulse]:
        return iter(())

    def raw(self, message_id: str) -> bytes:
        raise KeyError(message_id)

    def coverage(self, since: datetime, until: datetime) -> Coverage:
        return Coverage(())

    def close(self) -> None:
        pass

    def came(self, canary: Canary, address: str, *, off: float = 0.0) -> bool:
        at = self.now() + timedelta(seconds=off)
        return canary.seen(Envelope(id=address, at=at, to=(address,), cursor=""))


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def canary(paper: Paper) -> Canary:
    return Canary(paper, "mail.test", token="Run-7", now=paper.now)


def seconds(canary: Canary) -> list[tuple[float, float]]:
    return [((gap.since - START).total_seconds(), (gap.until - START).total_seconds()) for gap in canary.gaps()]


def test_its_address_says_what_it_is(canary: Canary, paper: Paper) -> None:
    assert [canary.send(), canary.send()] == paper.posted == ["canary.run7.1@mail.test", "canary.run7.2@mail.test"]
    other = Envelope(id="1", at=START, to=("canary.run8.1@mail.test",), cursor="")
    assert is_canary(other)
    assert not canary.seen(other)
    customer = Envelope(id="2", at=START, to=("canary.run7.1@mail.test", "ada.run7@mail.test"), cursor="")
    assert not is_canary(customer)
    assert not is_canary(Envelope(id="3", at=START, to=(), cursor=""))


def test_all_that_came_leave_no_gap(canary: Canary, paper: Paper) -> None:
    for _ in range(3):
        address = canary.send()
        paper.seconds += 2
        assert paper.came(canary, address)
        assert paper.came(canary, address)
        paper.seconds += 28
    assert canary.gaps() == ()
    assert [(one.seen - one.sent).total_seconds() for one in canary.taken] == [2, 2, 2]


def test_one_that_is_under_way_is_not_lost_yet(canary: Canary, paper: Paper) -> None:
    canary.send()
    paper.seconds = 10
    assert canary.gaps() == ()
    paper.seconds = 11
    assert seconds(canary) == [(0, 11)]


def test_a_gap_goes_from_the_last_good_one_to_the_next(canary: Canary, paper: Paper) -> None:
    for lost in (False, True, True, False, False):
        address = canary.send()
        paper.seconds += 1
        if not lost:
            paper.came(canary, address)
        paper.seconds += 29
    assert seconds(canary) == [(0, 90)]
    assert canary.gaps()[0].why == (
        "a message that upheld posted to the mailbox at 02:00:30 UTC was not seen there within 10 s"
    )


def test_one_that_cannot_be_posted_is_lost_at_once(canary: Canary, paper: Paper) -> None:
    paper.came(canary, canary.send())
    paper.seconds, paper.open = 30, False
    with pytest.raises(MailboxUnreachable):
        canary.send()
    paper.seconds = 31
    assert seconds(canary) == [(0, 31)]
    assert "nobody there" in canary.gaps()[0].why


def test_one_that_came_late_ends_the_gap_when_it_came(canary: Canary, paper: Paper) -> None:
    paper.came(canary, canary.send())
    paper.seconds = 30
    address = canary.send()
    paper.seconds = 50
    paper.came(canary, address)
    paper.seconds = 60
    paper.came(canary, canary.send())
    assert seconds(canary) == [(0, 50)]


def test_one_that_we_saw_late_but_the_mailbox_had_in_time_is_good(canary: Canary, paper: Paper) -> None:
    paper.came(canary, canary.send(), off=100)
    paper.seconds = 30
    address = canary.send()
    paper.seconds = 55
    paper.came(canary, address, off=100 - 24)
    assert canary.gaps() == ()


@pytest.mark.parametrize(("off", "skew"), [(0.0, 0.0), (-1.0, 0.0), (-5.0, -3.0), (7.0, 7.0), (-2.005, 0.0)])
def test_it_measures_how_far_off_the_mailboxs_clock_is(canary: Canary, paper: Paper, off: float, skew: float) -> None:
    address = canary.send()
    paper.seconds = 2
    paper.came(canary, address, off=off)
    assert canary.skew_seconds == skew
    assert canary.wait(address, 0) == canary.taken[0]


def test_one_that_does_not_come_is_waited_for_and_given_up(canary: Canary) -> None:
    assert canary.wait(canary.send(), 0.01) is None
