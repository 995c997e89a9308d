"""The lookout: one pair of eyes per run, in the controlling process, that never stops looking.

One thread reads the mailbox's stream into the ledger, indexed by recipient; another sends canaries and asks the site
for a sign of life. What they could not see becomes a gap, and a gap makes verdicts `unproven`.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from upheld.errors import MailboxUnreachable
from upheld.ledger import Ledger, NewEvent
from upheld.mailbox import Canary, Envelope, Mailbox, is_canary
from upheld.mailbox.message import read
from upheld.promises import Arrival
from upheld.promises.timeline import Stretch

__all__ = ["Lookout"]

CANARY_EVERY = 30.0
CANARY_LIMIT = 10.0
PROBE_EVERY = 1.0
PROBE_LIMIT = 5.0
COVERAGE_EVERY = timedelta(seconds=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Lookout:
    """Reads the mailbox and watches the site while a run lasts; a context manager that starts and ends both.

    `cursor` is where in the mailbox to begin. `owners` gives the earlier run that an address belongs to, and `known`
    what had reached these addresses before. `evidence` is where messages are kept as they came.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        ledger: Ledger,
        run: str,
        *,
        site: str,
        evidence: Path,
        mail_domain: str,
        cursor: str = "",
        owners: Mapping[str, str] | None = None,
        known: Iterable[tuple[str, Arrival]] = (),
    ) -> None:
        self._mailbox, self._ledger, self._run, self._site = mailbox, ledger, run, site
        self._evidence, self._mail_domain, self._cursor = evidence, mail_domain, cursor
        self._owners = dict(owners or {})
        self._canary = Canary(mailbox, domain=mail_domain)
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._arrivals: dict[str, dict[str, Arrival]] = defaultdict(dict)
        self._observed: dict[str, datetime] = {}
        self._news = 0
        self._before: bool | None = None
        self._seen_ids: set[str] = set()
        self._pulse = LONG_AGO
        self._away: tuple[datetime, str] | None = None
        self._looked: list[Stretch] = []
        self._site_gaps: list[Stretch] = []
        self._site_down: tuple[datetime, str] | None = None
        self._site_answered = datetime.now(UTC)
        self._coverage: tuple[datetime, list[Stretch], list[Stretch]] = (LONG_AGO, [], [])
        for recipient, arrival in known:
            self._arrivals[recipient][arrival.id] = arrival

    def __enter__(self) -> Self:
        """Begin to look; returns once a first canary has shown that the mailbox catches what is sent."""
        for target, name in ((self._read_mailbox, "upheld-mailbox"), (self._keep_watch, "upheld-canary")):
            threading.Thread(target=target, name=name, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        with self._changed:
            self._changed.notify_all()

    # What the sweep asks

    def arrivals(self, address: str) -> list[Arrival]:
        """Return all that has reached this address."""
        with self._changed:
            return list(self._arrivals.get(address, {}).values()) if address else []

    def orphans(self, addresses: frozenset[str]) -> list[Arrival]:
        """Return what has reached addresses that are none of these."""
        with self._changed:
            found = {
                one.id: one
                for address, arrivals in self._arrivals.items()
                if address not in addresses
                for one in arrivals.values()
            }
        return list(found.values())

    def last_arrival(self, address: str) -> datetime:
        """Return when something last reached this address, by our own clock."""
        with self._changed:
            return self._observed.get(address, LONG_AGO)

    def ever_seen(self) -> bool:
        """True where any mail but canaries has ever reached this mailbox, in this run or before."""
        with self._changed:
            if self._arrivals:
                return True
        if self._before is None:
            self._before = bool(self._ledger.events(kinds=("arrived",)))
        return self._before

    def wait_for_arrival(self, until: datetime) -> None:
        """Return when something has arrived, or at `until` (real time)."""
        deadline = time.monotonic() + max((until - datetime.now(UTC)).total_seconds(), 0.01)
        with self._changed:
            before = self._news
            self._changed.wait_for(lambda: self._news != before or self._stop.is_set(), deadline - time.monotonic())

    def pause(self, seconds: float) -> None:
        """Wait that long, or until the lookout ends."""
        self._stop.wait(seconds)

    def caught_up(self, limit: float = 10.0) -> datetime:
        """Return the present once everything that the mailbox holds by now has been read.

        Raises `MailboxUnreachable` where that takes longer than `limit` seconds.
        """
        now = datetime.now(UTC)
        with self._changed:
            if self._changed.wait_for(lambda: self._pulse >= now, limit):
                return datetime.now(UTC)
        raise MailboxUnreachable(
            f"the mailbox at {self._mailbox.url} has not answered since {self._pulse:%H:%M:%S} UTC"
        )

    def first_look(self) -> None:
        """Send a first canary and wait until it is seen. Never raises: the canary's own books have it as lost."""
        with contextlib.suppress(MailboxUnreachable):
            self._canary.wait(self._canary.send(), CANARY_LIMIT)

    def last_look(self) -> None:
        """Send a last canary, read what is there, and ask the site for a last sign of life. Never raises."""
        self._probe()
        try:
            address = self._canary.send()
            self._canary.wait(address, CANARY_LIMIT)
            self.caught_up()
        except MailboxUnreachable:
            pass  # what could not be seen is a gap, and the judge is told of it
        self._coverage = (LONG_AGO, [], [])

    def covered(self, since: datetime) -> list[Stretch]:
        """Return when an arrival would have been seen, since that moment."""
        self._ask_for_coverage(since)
        with self._changed:
            return [*self._coverage[1], *self._looked]

    def reasons(self) -> list[Stretch]:
        """Return why there is no coverage where there is none."""
        with self._changed:
            away = [Stretch(self._away[0], datetime.now(UTC), self._away[1])] if self._away else []
            return [*away, *self._coverage[2]]

    def gaps(self) -> list[Stretch]:
        """Return when nothing can have come, whatever the mailbox says: the site was away, a canary was lost."""
        with self._changed:
            down = self._site_down
            site = [*self._site_gaps, *([Stretch(down[0], datetime.now(UTC), down[1])] if down else [])]
        return [*site, *(Stretch(gap.since, gap.until, gap.why) for gap in self._canary.gaps())]

    def write_down(self, since: datetime) -> None:
        """Write into the ledger when we looked and when we could not, for later runs that settle what is open."""
        now = datetime.now(UTC)
        events = [
            NewEvent("covered", self._run, now, data={"what": "mailbox", **_span(one)}) for one in self.covered(since)
        ]
        events += [
            NewEvent("gap", self._run, now, data={"what": "site", **_span(one), "why": one.why}) for one in self.gaps()
        ]
        events += [
            NewEvent(
                "canary",
                self._run,
                one.seen,
                data={"sent": one.sent.isoformat(), "seen": one.seen.isoformat(), "skew_seconds": one.skew_seconds},
            )
            for one in self._canary.taken
        ]
        self._ledger.append(*events)

    # The thread that reads the mailbox

    def _read_mailbox(self) -> None:
        while not self._stop.is_set():
            began: datetime | None = None
            try:
                for item in self._mailbox.stream(self._cursor, self._stop):
                    if isinstance(item, Envelope):
                        self._take(item)
                        continue
                    began = began or item.at
                    with self._changed:
                        self._pulse, self._away = item.at, None
                        self._looked = _extended(self._looked, began, item.at)
                        self._changed.notify_all()
            except MailboxUnreachable as error:
                if self._away is None:
                    now = datetime.now(UTC)
                    self._away = (self._pulse if self._pulse > LONG_AGO else now, str(error))
                    # At once, so that a customer who waits for a message in another process learns of it.
                    gap = {"what": "mailbox", **_span(Stretch(self._away[0], now)), "why": str(error)}
                    self._ledger.append(NewEvent("gap", self._run, now, data=gap))
                self._stop.wait(0.5)

    def _take(self, envelope: Envelope) -> None:
        self._cursor = envelope.cursor
        if envelope.id in self._seen_ids or self._canary.seen(envelope) or is_canary(envelope):
            self._seen_ids.add(envelope.id)
            return
        try:
            raw = self._mailbox.raw(envelope.id)
        except KeyError:
            return  # pruned between the listing and now; coverage tells that the mailbox forgets
        self._seen_ids.add(envelope.id)
        at = envelope.at - timedelta(seconds=self._canary.skew_seconds)
        arrival = read(raw, id=envelope.id, to=envelope.to, at=at)
        path = self._keep(raw)
        self._ledger.append(
            *(
                NewEvent(
                    "arrived",
                    self._owners.get(recipient, self._run),
                    at,
                    recipient=recipient,
                    key=f"arrived:{self._mailbox.url}:{envelope.id}:{recipient}",
                    data={"arrival": arrival.to_json(), "raw": path, "size": len(raw)},
                )
                for recipient in envelope.to
                if recipient in self._owners or recipient.endswith(f"@{self._mail_domain.rpartition('@')[2]}")
            )
        )
        with self._changed:
            for recipient in envelope.to:
                self._arrivals[recipient][arrival.id] = arrival
                self._observed[recipient] = datetime.now(UTC)
            self._news += 1
            self._changed.notify_all()

    def _keep(self, raw: bytes) -> str:
        """Keep the message as it came, under a name of ours; return its path below the evidence."""
        name = f"messages/{hashlib.sha256(raw).hexdigest()[:24]}.eml"
        file = self._evidence / name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(raw)
        return name

    # The thread that sends canaries and asks the site

    def _keep_watch(self) -> None:
        next_canary = time.monotonic() + CANARY_EVERY
        while not self._stop.wait(PROBE_EVERY):
            self._probe()
            if time.monotonic() >= next_canary:
                next_canary = time.monotonic() + CANARY_EVERY
                try:
                    self._canary.send()
                except MailboxUnreachable:
                    continue  # the canary's own books have it as lost

    def _probe(self) -> None:
        """Ask the site for any answer at all; even an error page shows that it is there."""
        if not self._site:
            return
        asked = datetime.now(UTC)
        try:
            with httpx.stream("GET", self._site, timeout=PROBE_LIMIT, trust_env=False):
                pass
        except httpx.TransportError as error:
            why = f"the site at {self._site} did not answer ({type(error).__name__})"
            with self._changed:
                self._site_down = self._site_down or (self._site_answered, f"{why} from {asked:%H:%M:%S} UTC on")
            return
        with self._changed:
            if self._site_down is not None:
                since, why = self._site_down
                self._site_gaps.append(Stretch(since, asked, f"{why} until {asked:%H:%M:%S} UTC"))
                self._site_down = None
            self._site_answered = asked

    def _ask_for_coverage(self, since: datetime) -> None:
        now = datetime.now(UTC)
        if now - self._coverage[0] < COVERAGE_EVERY:
            return
        try:
            coverage = self._mailbox.coverage(since, now)
        except MailboxUnreachable:
            return
        self._coverage = (
            now,
            [Stretch(span.since, span.until) for span in coverage.spans],
            [Stretch(gap.since, gap.until, gap.why) for gap in coverage.gaps],
        )


def _span(stretch: Stretch) -> dict[str, str]:
    return {"since": stretch.since.isoformat(), "until": stretch.until.isoformat()}


def _extended(looked: list[Stretch], began: datetime, until: datetime) -> list[Stretch]:
    """Return the stretches of this stream's looking, the last one reaching to `until`."""
    if looked and looked[-1].since == began:
        return [*looked[:-1], Stretch(began, until)]
    return [*looked, Stretch(began, until)]
