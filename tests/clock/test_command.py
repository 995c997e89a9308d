"""A command turns the site's time: what it is given, what it says, and how it fails."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from upheld.clock import CommandClock, open_clock
from upheld.errors import ClockWouldNotTurn, ConfigError

NOON = datetime(2030, 3, 4, 12, 30, 5, tzinfo=UTC)
PYTHON = shlex.quote(sys.executable)


def clock(code: str, *words: str, limit: float = 20.0, reads: str = "") -> CommandClock:
    """A clock whose command runs this Python with these words as its arguments."""
    template = f"{PYTHON} -c {shlex.quote(code)} {' '.join(words)}"
    return CommandClock(template, reads=reads, limit=timedelta(seconds=limit))


SAY = "import sys; print(*sys.argv[1:])"


def test_the_moment_in_the_forms_that_a_shell_needs() -> None:
    said = clock(SAY, "{now}", "'{now:%Y-%m-%d %H:%M:%S}'", "{now:epoch}", "@{now:%s}").turn(NOON)
    whole, rest = said.split(" ", 1)
    assert whole == "2030-03-04T12:30:05+00:00"
    assert rest.startswith("2030-03-04 12:30:05 1898857805 @")
    ahead = int(clock(SAY, "{offset}").turn(datetime.now(UTC) + timedelta(hours=2)))
    assert 7195 <= ahead <= 7200


def test_its_time_is_what_was_turned_and_ticks_on() -> None:
    turned = clock(SAY, "{now}")
    assert abs(turned.now() - datetime.now(UTC)) < timedelta(seconds=5)
    turned.turn(NOON)
    assert timedelta() <= turned.now() - NOON < timedelta(seconds=30)


def test_idle_is_said_by_the_last_word() -> None:
    assert clock(SAY, "{now}", "idle").idle() is None  # before any turn nothing is known
    said, silent = clock(SAY, "{now}", "idle"), clock(SAY, "{now}")
    said.turn(NOON)
    silent.turn(NOON)
    assert (said.idle(), silent.idle()) == (True, None)


def test_a_command_that_reads_the_clock() -> None:
    reading = f"""{PYTHON} -c {shlex.quote('print("looking"); print("2031-01-02T03:04:05+01:00")')}"""
    assert clock(SAY, "{now}", reads=reading).now() == datetime(2031, 1, 2, 2, 4, 5, tzinfo=UTC)
    for said in ("tomorrow", "2031-01-02T03:04:05"):
        with pytest.raises(ClockWouldNotTurn, match=f"printed '{said}"):
            clock(SAY, "{now}", reads=f"{PYTHON} -c {shlex.quote(f'print({said!r})')}").now()


@pytest.mark.parametrize(
    ("code", "limit", "said"),
    [
        ("import sys; sys.exit('the scheduler is broken')", 20.0, r"ended with 1: the scheduler is broken"),
        ("print('started', flush=True); input_ = __import__('threading').Event().wait(30)", 1.0, "not done within 1 s"),
    ],
)
def test_a_command_that_fails_says_how(code: str, limit: float, said: str) -> None:
    with pytest.raises(ClockWouldNotTurn, match=said):
        clock(code, "{now}", limit=limit).turn(NOON)


def test_a_command_that_there_is_not() -> None:
    with pytest.raises(ClockWouldNotTurn, match="could not be started"):
        CommandClock("no-such-command-here {now}").turn(NOON)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("advance --to {nwo}", r'"\{nwo\}", and there is no such field. Did you mean "now"\?'),
        ("advance", "does not say to what time"),
        ("advance 'to {now}", "cannot be read"),
        ("advance {customer} {now}", "clock_reads, with {customer} in it"),
    ],
)
def test_faults_of_the_setting_are_told_at_once(template: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        open_clock(f"command:{template}")


def test_each_customer_by_her_own(tmp_path: Path) -> None:
    write = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])"
    read = f"{PYTHON} -c {shlex.quote('import sys; print(open(sys.argv[1]).read())')} {tmp_path}/{{customer}}"
    both = clock(write, f"{tmp_path}/{{customer}}", "{now}", reads=read)
    ada, ben = both.of("ada"), both.of("ben")
    ada.turn(NOON)
    ben.turn(NOON + timedelta(days=1))
    assert (ada.now(), ben.now()) == (NOON, NOON + timedelta(days=1))
