"""A run, in the process that controls it: it opens what is needed, looks from before the first drive, and sweeps."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from upheld.checks.probing import Prober
from upheld.checks.rendering import Renderer
from upheld.clock import CLOCK_HEADER, Clock, open_clock
from upheld.config import Settings
from upheld.errors import ClockWouldNotTurn, UsageError
from upheld.inspecting import Inspector
from upheld.language import speaking
from upheld.ledger import JourneyView, Lease, Ledger, NewEvent, RunView, fold, open_ledger
from upheld.lookout import Lookout
from upheld.mailbox import Mailbox, open_capture, open_mailbox
from upheld.maps import read_maps, recognisers_of
from upheld.promises import Arrival
from upheld.promises.reading import TRAVELS
from upheld.report.measured import budgets_of
from upheld.sweep import LEASE_SECONDS, Progress, Settled, Sweep

__all__ = ["Run", "RunContext"]

# What needs the links of messages to be looked at.
LINK_CHECKS = frozenset({"dead_link", "insecure_link", "foreign_environment"})
# What needs messages to be shown in a browser.
PICTURE_CHECKS = frozenset({"mail_accessibility", "picture_missing"})


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a worker needs to know of a run; it travels to other processes as JSON."""

    run: str
    seed: int
    settings: Settings

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"run": self.run, "seed": self.seed, "settings": self.settings.model_dump(mode="json")}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RunContext:
        """Return the context that `to_json` wrote."""
        return cls(data["run"], data["seed"], Settings.model_validate(data["settings"]))


class Run:
    """One run over its whole length. Start it with `started`, or take up an earlier one with `resumed`."""

    def __init__(self, settings: Settings, opened: _Opened, run: str, seed: int) -> None:
        self.settings, self.ledger, self.clock = settings, opened.ledger, opened.clock
        self.mailbox, self.capture = opened.mailbox, opened.capture
        where = {"mailbox": self.mailbox.url, "capture": self.capture.url if self.capture else ""}
        self.context = RunContext(run, seed, settings.with_options(**where, seed=seed))
        self.maps = read_maps(settings.root)
        budgets_of(settings.budgets)  # a wrong name is told before anything is walked
        self._inspector = Inspector(settings, self.maps, self.evidence)
        self._renderer = Renderer(
            opened.ledger, run, evidence=self.evidence, site=settings.site, allow_hosts=settings.allow_hosts
        )
        self._prober = Prober(opened.ledger, run, site=settings.site, allow_hosts=settings.allow_hosts)
        self.settled: list[Settled] = []
        self._earlier = [other for other in self._open_runs() if other != run]

    @property
    def id(self) -> str:
        """The run's id."""
        return self.context.run

    @property
    def evidence(self) -> Path:
        """Where pictures, traces and messages are kept."""
        return self.settings.path / "evidence"

    @classmethod
    @contextlib.contextmanager
    def started(cls, settings: Settings, command: Sequence[str] = ()) -> Iterator[Run]:
        """Open everything, write down that the run began, and look from now on; closes it all at the end.

        Raises `UsageError` for what cannot be used and `CouldNotLook` for what does not answer.
        """
        with _opened(settings, start=True) as opened:
            now, mailbox, capture = datetime.now(UTC), opened.mailbox, opened.capture
            seed = settings.seed if settings.seed is not None else secrets.randbelow(9000) + 1000
            run = cls(settings, opened, f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}", seed)
            run._write(
                "run_started",
                site=settings.site,
                mailbox=mailbox.url,
                capture=capture.url if capture else "",
                clock=settings.clock,
                seed=seed,
                version=version("upheld"),
                patience_seconds=settings.patience.total_seconds(),
                tolerance_seconds=settings.tolerance.total_seconds(),
                command=list(command),
                cursor=mailbox.cursor(),
                capture_cursor=capture.cursor() if capture else None,
            )
            run._read_clock()
            # As long as it is held, this run still walks, and no other judges what it has not come to yet.
            with run.ledger.lease(_walking(run.id), LEASE_SECONDS).kept(), run._looking():
                yield run

    @classmethod
    @contextlib.contextmanager
    def resumed(cls, settings: Settings) -> Iterator[Run | None]:
        """Take up the last run that left promises open, to settle them; gives None where nothing is open."""
        with contextlib.closing(open_ledger(settings.ledger_url, migrate=True)) as ledger:
            runs = _open_runs(ledger, settings)
        if not runs:
            yield None
            return
        with _opened(settings, start=True) as opened:
            run = cls(settings, opened, runs[-1], int(_info(opened.ledger, runs[-1]).get("seed", 0)))
            with run._looking():
                yield run

    def sweep(
        self,
        fence: Lease,
        progress: Progress = lambda settled, total, what: None,
        *,
        before_travellers: bool = False,
    ) -> list[Settled]:
        """Settle what is open, of this run and of earlier ones on the same site, and return it with its verdicts.

        `before_travellers` leaves out the journeys that turn the clock themselves, and walk after this sweep.
        """
        sweep = Sweep(
            self.ledger,
            self.settings,
            self.clock,
            self.lookout,
            lambda name: recognisers_of(self.maps.get(name)),
            runs=[*self._earlier, self.id],
            between=self._runs_between(),
            fence=fence,
            progress=progress,
            before_travellers=before_travellers,
            inspect=self._inspect,
        )
        # What an earlier run never came to promise is closed in the ledger; it is no news of this one.
        with speaking(self.settings.language, self.settings.root):
            settled = [one for one in sweep.settle() if one.run == self.id or one.view.made_at is not None]
        now = {one.view.id for one in settled}
        # What an earlier sweep of this run has settled for good is no longer on the next one's list.
        self.settled = [*(one for one in self.settled if one.view.id not in now), *settled]
        self.lookout.write_down(self._began)
        return self.settled

    def _inspect(self, settled: Sequence[Settled]) -> tuple[list[Settled], list[NewEvent]]:
        self._prober.finish()
        self._renderer.finish()
        runs = dict.fromkeys([*(one.run for one in settled if one.run != self.id), self.id])
        return self._inspector.inspect(settled, [fold(self.ledger.events(run=run)) for run in runs])

    def has_travellers(self) -> bool:
        """Return whether a journey of this run turns the clock itself."""
        selected = self.ledger.events(run=self.id, kinds=("journey_selected",))
        return any(TRAVELS in event.data.get("tags", ()) for event in selected)

    def alone(self) -> contextlib.AbstractContextManager[Lease]:
        """Take the right to sweep and to turn this site's clock, as a context manager.

        Another sweep is waited for, and a dead one's lease runs out.
        """
        deadline = time.monotonic() + 5 * LEASE_SECONDS
        while True:
            try:
                return self.ledger.lease(f"sweep {self.settings.site}", LEASE_SECONDS).kept()
            except UsageError:
                if time.monotonic() > deadline:
                    raise
                self.lookout.pause(0.5)

    def finish(self, exit_code: int, *, interrupted: bool = False) -> None:
        """Write down that the run ended."""
        self._write("run_finished", exit=exit_code, interrupted=interrupted)

    def view(self) -> RunView:
        """Return the run as the ledger tells it, with the journeys of earlier runs that it settled.

        That an earlier journey stopped on its way was told in its own night; here only its promises count.
        """
        mine = fold(self.ledger.events(run=self.id))
        ids = {
            one.journey.id
            for one in self.settled
            if one.run != self.id and (one.journey.status == "passed" or one.judgement.verdict.failed)
        }
        views = [fold(self.ledger.events(run=run)) for run in dict.fromkeys(one.run for one in self.settled)]
        earlier = [view for view in views if view.id != self.id]
        # What was amiss on their pages was told in their own night, too.
        came = {arrival for one in self.settled for arrival in one.judgement.arrivals}

        def tonight(journey: JourneyView) -> JourneyView:
            return replace(journey, checked=tuple(found for found in journey.checked if found.arrival in came))

        return replace(
            mine,
            journeys=(*mine.journeys, *(tonight(one) for view in earlier for one in view.journeys if one.id in ids)),
            arrivals=(*mine.arrivals, *(one for view in earlier for one in view.arrivals)),
        )

    @contextlib.contextmanager
    def _looking(self) -> Iterator[None]:
        self._began = datetime.now(UTC)
        earlier = [fold(self.ledger.events(run=run)) for run in (*self._earlier, self.id)]
        began = {"mailbox": "cursor", "capture": "capture_cursor"}
        cursors = {
            what: next((str(found) for view in earlier if (found := view.info.get(name)) is not None), "")
            for what, name in began.items()
        }
        cast = [(person, view.id) for view in earlier for one in view.journeys for person in one.cast]
        owners = {person.address: run for person, run in cast}
        owners |= {str(person.details["phone"]): run for person, run in cast if person.details.get("phone")}
        self.lookout = Lookout(
            self.mailbox,
            self.ledger,
            self.id,
            site=self.settings.site,
            evidence=self.evidence,
            mail_domain=self.settings.mail_domain,
            capture=self.capture,
            cursors=cursors,
            owners=owners,
            known=[(one.recipient, one.arrival) for view in earlier for one in view.arrivals],
            notice=self._notice,
            noticed=self._noticed,
        )
        # What a thread cannot see is told in the suite's language as well.
        speaks = speaking(self.settings.language, self.settings.root, everywhere=True)
        with speaks, self._prober, self._renderer, self.lookout:
            self.lookout.first_look()
            yield

    def _noticed(self) -> None:
        self._prober.finish()
        if self.clock.turnable:
            self._prober.forget()

    def _notice(self, arrival: Arrival, path: str, raw: bytes) -> None:
        """Look at what has just arrived while it is fresh; a link may be good for an hour of the site's time only."""
        if self._inspector.needs & PICTURE_CHECKS and arrival.channel == "email":
            self._renderer.take(path, raw)
        if self._inspector.needs & LINK_CHECKS:
            # By which clock it is to be served stands in her address, where each customer has one.
            token = arrival.to[0].partition("@")[0].rpartition(".")[2] if self.clock.each and arrival.to else ""
            self._prober.take(
                arrival,
                does_something=[one for known in self.maps.values() for one in known.does_something],
                safe_to_follow=[one for known in self.maps.values() for one in known.safe_to_follow],
                headers={CLOCK_HEADER: token} if token else {},
            )

    def _open_runs(self) -> list[str]:
        return _open_runs(self.ledger, self.settings)

    def _runs_between(self) -> list[str]:
        """Return the runs that looked at this site since the oldest that is judged, and are not judged themselves."""
        started = [event for event in self.ledger.events(kinds=("run_started",)) if _same(event.data, self.settings)]
        judged = {*self._earlier, self.id}
        since = min((event.at for event in started if event.run in judged), default=datetime.now(UTC))
        return [event.run for event in started if event.at >= since and event.run not in judged]

    def _read_clock(self) -> None:
        """Write down what the site's clock shows before anything is driven, so that a jump of it is noticed."""
        if self.clock.turnable and not self.clock.each:
            with contextlib.suppress(ClockWouldNotTurn):  # the sweep says so, of what depends on it
                site, real = self.clock.now(), datetime.now(UTC)
                self._write("clock", real=real.isoformat(), site=site.isoformat(), turned=False, until=None)

    def _write(self, kind: str, **data: Any) -> None:
        self.ledger.append(NewEvent(kind, self.id, datetime.now(UTC), data=data))


def _info(ledger: Ledger, run: str) -> Mapping[str, Any]:
    started = ledger.events(run=run, kinds=("run_started",))
    return started[0].data if started else {}


def _walking(run: str) -> str:
    return f"walking {run}"


def _open_runs(ledger: Ledger, settings: Settings) -> list[str]:
    """Return the runs on this site that left promises open; one that still walks has not left them."""
    runs = [run for run in ledger.runs_with_open_promises() if _same(_info(ledger, run), settings)]
    return [run for run in runs if ledger.events(run=run, kinds=("run_finished",)) or not _still_walks(ledger, run)]


def _still_walks(ledger: Ledger, run: str) -> bool:
    try:
        with ledger.lease(_walking(run), 1.0):
            return False
    except UsageError:
        return True


def _same(info: Mapping[str, Any], settings: Settings) -> bool:
    """Only promises made on this site, by this clock, can be settled here."""
    return (info.get("site"), info.get("clock")) == (settings.site, settings.clock)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a run works with, open."""

    ledger: Ledger
    mailbox: Mailbox
    capture: Mailbox | None
    clock: Clock


@contextlib.contextmanager
def _opened(settings: Settings, *, start: bool) -> Iterator[_Opened]:
    if not settings.site:
        raise UsageError(
            'There is no site to walk. Say where it is: --site https://staging.example.org, or site = "..." in '
            "[tool.upheld] in pyproject.toml."
        )
    from upheld.browser.allow import check

    check(settings.site, settings.allow_hosts)
    with contextlib.ExitStack() as stack:
        clock = open_clock(settings.clock, settings.allow_hosts, reads=settings.clock_reads, limit=settings.clock_limit)
        ledger = stack.enter_context(contextlib.closing(open_ledger(settings.ledger_url, migrate=True)))
        mailbox = open_mailbox(settings.mailbox, root=settings.root, start=start)
        stack.callback(mailbox.close)
        capture = open_capture(settings.capture, root=settings.root, start=start) if settings.capture else None
        if capture is not None:
            stack.callback(capture.close)
        yield _Opened(ledger, mailbox, capture, clock)
