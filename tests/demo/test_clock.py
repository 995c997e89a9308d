"""The test clock: refused unless asked for, never backwards, and what is due in a jump is done after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.clock import GoesBack, SiteClock
from demo.process import Demo
from tests.demo.stage import Clock, Customer, Sink, client, put_event, until


def test_the_clock_ticks_at_the_real_rate_and_only_goes_forward() -> None:
    clock = SiteClock()
    goal = datetime.now(UTC) + timedelta(days=3)
    clock.turn(goal)
    assert goal <= clock.now() < goal + timedelta(seconds=5)
    with pytest.raises(GoesBack, match="does not go back"):
        clock.turn(goal - timedelta(seconds=1))


def test_without_leave_the_clock_is_neither_shown_nor_turned(tmp_path: Path, sink: Sink) -> None:
    with Demo(tmp_path, smtp_port=sink.port, test_clock=False) as shop:
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


def test_mail_that_is_held_back_is_not_idle_and_is_held_side_by_side(tmp_path: Path, sink: Sink) -> None:
    with Demo(tmp_path, smtp_port=sink.port, mail_delay=1.0) as shop:
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


def test_a_restart_turns_nothing_back_and_sends_nothing_twice(tmp_path: Path, sink: Sink) -> None:
    with Demo(tmp_path, smtp_port=sink.port) as shop:
        clock = Clock(shop.url)
        ada = Customer(shop.url, "ada.restart@customers.test")
        ada.book()
        clock.turn_and_settle(clock.now() + timedelta(days=3, hours=20))
        assert len(sink.of(ada.email)) == 3
        turned = clock.now()
        shop.kill()
    with Demo(tmp_path, smtp_port=sink.port, keep=True) as shop:
        clock = Clock(shop.url)
        assert clock.now() >= turned
        clock.turn_and_settle(clock.now() + timedelta(days=2))
        assert len(sink.of(ada.email)) == 3
