"""The test clock: refused unless asked for, never backwards, and what is due in a jump is done after it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from demo.bank import Bank
from demo.clock import GoesBack, SiteClock
from demo.process import Demo
from tests.demo.stage import Clock, Customer, Sink, client, paid_at, put_event, until


def test_the_clock_ticks_at_the_real_rate_and_only_goes_forward() -> None:
    clock = SiteClock()
    goal = datetime.now(UTC) + timedelta(days=3)
    clock.turn(goal)
    assert goal <= clock.now() < goal + timedelta(seconds=5)
    with pytest.raises(GoesBack, match="does not go back"):
        clock.turn(goal - timedelta(seconds=1))


def test_without_leave_the_clock_is_neither_shown_nor_turned(tmp_path: Path, sink: Sink, bank: Bank) -> None:
    with Demo(tmp_path, smtp_port=sink.port, test_clock="", environ=paid_at(bank, "events")) as shop:
        for answer in (client(shop.url).get("/test-clock"), client(shop.url).put("/test-clock", json={"now": "x"})):
            assert answer.status_code == 403
            assert "DEMO_TEST_CLOCK=1" in answer.json()["error"]


def test_a_turn_answers_with_the_new_time(shop: Demo) -> None:
    clock = Clock(shop.url)
    goal = clock.now() + timedelta(hours=1)
    answer = clock.turn(goal)
    assert answer.status_code == 200
    now = datetime.fromisoformat(answer.json()["now"])
    assert now.utcoffset() == timedelta(0)
    assert goal <= now < goal + timedelta(seconds=5)
    assert answer.json()["idle"] is True
    back = clock.turn(goal - timedelta(minutes=5))
    assert back.status_code == 409
    assert "does not go back" in back.json()["error"]
    assert clock.now() >= goal


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"2030"', "{}", '{"now": 5}', '{"now": "soon"}', '{"now": "2030-01-01T00:00"}',
             '{"now": "9999-12-31T23:59:59+00:00"}']
)  # fmt: skip
def test_nonsense_is_refused(shop: Demo, body: str) -> None:
    answer = client(shop.url).put("/test-clock", content=body)
    assert answer.status_code == 400
    assert "now" in answer.json()["error"]


def test_a_reminder_that_was_jumped_over_is_sent_once_after_the_jump(shop: Demo, sink: Sink) -> None:
    clock = Clock(shop.url)
    start = clock.now() + timedelta(days=30)
    put_event(shop.url, "jumped", start)
    ada = Customer(shop.url, "ada.jump@customers.test")
    ada.book("jumped")
    sink.wait_for(ada.email, 2)
    began = datetime.now(UTC)
    clock.turn_and_settle(start - timedelta(hours=3))
    assert datetime.now(UTC) - began < timedelta(seconds=2)
    assert [mail["Subject"] for mail in sink.of(ada.email)][2:] == ["Reminder: Systems Day is tomorrow"]
    clock.turn_and_settle(start + timedelta(days=3))
    assert len(sink.of(ada.email)) == 3
    assert "Registration has closed" in ada.web.get("/events/jumped/register").text


def test_who_books_on_the_last_day_is_neither_promised_nor_sent_a_reminder(shop: Demo, sink: Sink) -> None:
    clock = Clock(shop.url)
    start = clock.now() + timedelta(hours=23)
    put_event(shop.url, "soon", start)
    ada = Customer(shop.url, "ada.soon@customers.test")
    assert "reminder" not in ada.book("soon").text
    clock.turn_and_settle(start + timedelta(days=1))
    assert len(sink.of(ada.email)) == 2


def test_mail_that_is_held_back_is_not_idle_and_is_held_side_by_side(tmp_path: Path, sink: Sink, bank: Bank) -> None:
    with Demo(tmp_path, smtp_port=sink.port, mail_delay=1.0, environ=paid_at(bank, "events")) as shop:
        clock = Clock(shop.url)
        customers = [Customer(shop.url, f"held{number}@customers.test") for number in range(3)]
        for customer in customers:
            customer.book()
        paid = datetime.now(UTC)
        assert not clock.idle()
        assert not sink.of(customers[-1].email)
        until(clock.idle)
        assert (
            timedelta(seconds=0.7) < datetime.now(UTC) - paid < timedelta(seconds=4)
        )  # one after the other would take 6
        assert [len(sink.of(customer.email)) for customer in customers] == [2, 2, 2]


def test_a_restart_turns_nothing_back_and_sends_nothing_twice(tmp_path: Path, sink: Sink, bank: Bank) -> None:
    environ = paid_at(bank, "events")
    with Demo(tmp_path, smtp_port=sink.port, environ=environ) as shop:
        clock = Clock(shop.url)
        ada = Customer(shop.url, "ada.restart@customers.test")
        ada.book()
        clock.turn_and_settle(clock.now() + timedelta(days=3, hours=20))
        assert len(sink.of(ada.email)) == 3
        turned = clock.now()
        shop.kill()
    with Demo(tmp_path, smtp_port=sink.port, keep=True, environ=environ) as shop:
        clock = Clock(shop.url)
        assert clock.now() >= turned
        clock.turn_and_settle(clock.now() + timedelta(days=2))
        assert len(sink.of(ada.email)) == 3


def test_each_customer_has_a_clock_of_her_own(tmp_path: Path, sink: Sink, bank: Bank) -> None:
    environ = paid_at(bank, "events")
    with Demo(tmp_path, smtp_port=sink.port, test_clock="customer", environ=environ) as shop:
        assert "/test-clock/<name>" in client(shop.url).get("/test-clock").json()["error"]
        assert client(shop.url).get("/test-clock/a%20b").status_code == 404
        ada = Customer(shop.url, "ada.own@customers.test", clock="ada")
        ben = Customer(shop.url, "ben.own@customers.test", clock="ben")
        ada.book()
        ben.book()
        hers, his = Clock(shop.url, "ada"), Clock(shop.url, "ben")
        hers.turn_and_settle(hers.now() + timedelta(days=3, hours=20))
        assert his.now() < datetime.now(UTC) + timedelta(seconds=5)
        assert [len(sink.wait_for(ada.email, 3)), len(sink.wait_for(ben.email, 2))] == [3, 2]
        (reminder,) = [mail for mail in sink.of(ada.email) if "Reminder" in mail["Subject"]]
        assert parsedate_to_datetime(reminder["Date"]) > datetime.now(UTC) + timedelta(days=3)
        turned = hers.now()
        shop.kill()
    with Demo(tmp_path, smtp_port=sink.port, test_clock="customer", keep=True, environ=environ) as shop:
        hers, his = Clock(shop.url, "ada"), Clock(shop.url, "ben")
        assert hers.now() >= turned
        his.turn_and_settle(his.now() + timedelta(days=3, hours=20))
        assert [len(sink.of(ada.email)), len(sink.wait_for(ben.email, 3))] == [3, 3]


def turned(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "demo.turn", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])


def test_the_clock_is_turned_from_a_command_line(tmp_path: Path, sink: Sink, bank: Bank) -> None:
    with Demo(tmp_path, smtp_port=sink.port, mail_delay=0.5, environ=paid_at(bank, "events")) as shop:
        ada = Customer(shop.url, "ada.command@customers.test")
        ada.book()
        address = f"{shop.url}/test-clock"
        now = datetime.fromisoformat(turned(address).stdout.strip())
        goal = now + timedelta(days=3, hours=20)
        late = turned(address, goal.isoformat(), "--limit", "0")
        assert (late.returncode, late.stdout) == (1, "")
        assert "was not idle within 0 s" in late.stderr
        done = turned(address, goal.isoformat())  # it has just passed, and that is as good
        assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "idle", "")
        assert len(sink.of(ada.email)) == 3
        back = turned(address, now.isoformat())
        assert (back.returncode, back.stdout) == (1, "")
        assert "does not go back" in back.stderr
    gone = turned(address)
    assert gone.returncode == 1
    assert "nothing that is a test clock answers" in gone.stderr
