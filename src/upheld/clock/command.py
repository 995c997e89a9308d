"""A command turns the site's time: a template that is run at each moment, such as a scheduler under libfaketime."""

from __future__ import annotations

import re
import shlex
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from typing import Self

from upheld.errors import ClockWouldNotTurn, ConfigError, did_you_mean

__all__ = ["CommandClock"]

_FIELD = re.compile(r"\{(?P<name>\w+)(?::(?P<format>[^{}]*))?\}")
_FIELDS = ("now", "offset", "customer")
_KEPT = 4000  # characters of output that are kept as evidence


class CommandClock:
    """Turns the site's time by `template`, run without a shell; `reads`, where given, prints the site's time.

    In the template `{now}` is the moment in ISO 8601, UTC; `{now:%Y-%m-%d %H:%M:%S}` any form of strftime, also UTC;
    `{now:epoch}` seconds since 1970; `{offset}` the whole seconds by which it lies ahead of real time. `{customer}`
    makes it a clock for each customer. Without `reads` the site's time is real time plus what this process has turned.

    A command that ends with 0 has turned; where the last line that it prints is `idle`, all that was due has been done.
    """

    turnable = True

    def __init__(self, template: str, *, reads: str = "", limit: timedelta = timedelta(seconds=60)) -> None:
        """Raises `ConfigError` for a template that says no time, or a field that there is not."""
        self.url = f"command:{template}"
        self._template, self._reads, self._limit = template, reads, limit
        for text in (template, reads):
            for found in _FIELD.finditer(text):
                if found["name"] not in _FIELDS:
                    near = did_you_mean(found["name"], _FIELDS)
                    raise ConfigError(
                        f'the clock\'s command has "{found[0]}", and there is no such field.{near} There are: '
                        '{now}, {now:%Y-%m-%d %H:%M:%S}, {now:epoch}, {offset}, {customer}.'
                    )  # fmt: skip
        if not re.search(r"\{(?:now|offset)\b", template):
            raise ConfigError("the clock's command does not say to what time: put {now} or {offset} into it")
        try:
            shlex.split(template), shlex.split(reads)
        except ValueError as error:
            raise ConfigError(f"the clock's command cannot be read: {error}") from None
        self.each = "{customer}" in template
        if self.each and "{customer}" not in reads:
            raise ConfigError(
                "a command that turns a clock for each customer needs one that reads it: clock_reads, with {customer} "
                "in it"
            )
        self._customer = ""
        self._offsets: dict[str, timedelta] = {}
        self._idle: dict[str, bool] = {}
        self._guard = threading.RLock()

    def of(self, customer: str) -> Self:
        """Return the clock of this customer; they share what has been turned."""
        if not self.each or not customer:
            return self
        clock = type(self)(self._template, reads=self._reads, limit=self._limit)
        clock._customer, clock._offsets, clock._idle, clock._guard = customer, self._offsets, self._idle, self._guard
        return clock

    def now(self) -> datetime:
        """Return the site's time, UTC."""
        with self._guard:
            if not self._reads:
                return datetime.now(UTC) + self._offsets.get(self._customer, timedelta())
            said = self._run(self._reads, datetime.now(UTC)).strip()
        try:
            when = datetime.fromisoformat(said.splitlines()[-1].strip() if said else "")
        except ValueError:
            raise ClockWouldNotTurn(f'"{self._reads}" printed {said[-200:]!r}, which is no time in ISO 8601') from None
        if when.tzinfo is None:
            raise ClockWouldNotTurn(f'"{self._reads}" printed {said!r}, without an offset from UTC')
        return when.astimezone(UTC)

    def turn(self, to: datetime) -> str:
        """Run the command for this instant; return what it printed."""
        with self._guard:
            self._idle[self._customer] = False
            begun = datetime.now(UTC)
            said = self._run(self._template, to)
            # Counted from when it began: what the command does, it does at that time, however long it takes.
            self._offsets[self._customer] = to - begun
            lines = said.split()
            self._idle[self._customer] = bool(lines) and lines[-1] == "idle"
        return said[-_KEPT:]

    def idle(self) -> bool | None:
        """Return `True` where the last turn's command has said so, else `None`: it cannot say."""
        return True if self._idle.get(self._customer) else None

    def _run(self, template: str, to: datetime) -> str:
        command = [self._filled(word, to) for word in shlex.split(template)]
        shown = shlex.join(command)
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", check=False,
                stdin=subprocess.DEVNULL, timeout=self._limit.total_seconds(),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            whole = _joined(error.stdout, error.stderr)
            said = f"the clock's command `{shown}` was not done within {self._limit.total_seconds():g} s{_tail(whole)}"
            raise ClockWouldNotTurn(said, output=whole) from None
        except OSError as error:
            raise ClockWouldNotTurn(f"the clock's command `{shown}` could not be started: {error}") from None
        if done.returncode:
            whole = _joined(done.stdout, done.stderr)
            said = f"the clock's command `{shown}` ended with {done.returncode}{_tail(whole)}"
            raise ClockWouldNotTurn(said, output=whole)
        return done.stdout

    def _filled(self, word: str, to: datetime) -> str:
        def field(found: re.Match[str]) -> str:
            form = found["format"]
            if found["name"] == "customer":
                return self._customer
            if found["name"] == "offset":
                return str(round((to - datetime.now(UTC)).total_seconds()))
            if form == "epoch":
                return str(int(to.timestamp()))
            return to.astimezone(UTC).strftime(form) if form else to.astimezone(UTC).isoformat()

        return _FIELD.sub(field, word)


def _joined(*outputs: str | bytes | None) -> str:
    said = [out.decode(errors="replace") if isinstance(out, bytes) else out for out in outputs if out]
    return "\n".join(said)[-_KEPT:]


def _tail(output: str) -> str:
    """The last lines of what it said, for the message; nothing where it said nothing."""
    words = " ".join(output.split())[-300:]
    return f": {words}" if words else ""
