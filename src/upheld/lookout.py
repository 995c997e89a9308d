"""The lookout: one pair of eyes per run, in the controlling process, that never stops looking.

One thread for each mailbox (that of the mail, and the capture of text messages and webhooks) reads its stream into
the ledger, indexed by recipient; another sends canaries and asks the site for a sign of life. What they could not see
becomes a gap, and a gap makes verdicts `unproven`: a mailbox's of what comes there, the site's of all.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from upheld.errors import MailboxUnreachable
from upheld.keeping import keep
from upheld.language import gettext as _
from upheld.ledger import Ledger, NewEvent
from upheld.mailbox import Envelope, Gap, Mailbox, Span, seen_by
from upheld.mailbox.base import NO_CAPTURE
from upheld.mailbox.message import read
from upheld.mailbox.request import read_request
from upheld.mailbox.watch import Watch
from upheld.promises import Arrival
from upheld.promises.timeline import Stretch

__all__ = ["Lookout"]

CANARY_EVERY = 30.0
PROBE_EVERY = 1.0
PROBE_LIMIT = 5.0
LEDGER_EVERY = 0.25
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Lookout:
    """Reads the mailboxes and watches the site while a run lasts; a context manager that starts and ends both.

    `cursors` say where in the `mailbox` and the `capture` to begin. `owners` gives the earlier run that an address or
    phone belongs to, and `known` what had reached these before. `notice` is told of each
    new message, in a thread of ours, with the path at which it is kept and its bytes, and `noticed` returns when
    whoever was told is done with it. `evidence` is where messages are kept as they came.
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
        capture: Mailbox | None = None,
        cursors: Mapping[str, str] | None = None,
        owners: Mapping[str, str] | None = None,
        known: Iterable[tuple[str, Arrival]] = (),
        notice: Callable[[Arrival, str, bytes], None] = lambda arrival, path, raw: None,
        noticed: Callable[[], object] = lambda: None,
    ) -> None:
        self._ledger, self._run, self._site = ledger, run, site
        self._evidence, self._domain = evidence, mail_domain.rpartition("@")[2]
        self._owners = dict(owners or {})
        self._notice, self._noticed = notice, noticed
        self._changed = threading.Condition()
        self._stop = threading.Event()
        # A connection of its own for each look; a client for all, since reading the certificates takes 15 ms of work.
        self._web = httpx.Client(timeout=PROBE_LIMIT, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))

        def watch(what: str, over: Mailbox) -> Watch:
            return Watch(
                what, over, domain=mail_domain, cursor=(cursors or {}).get(what, ""), changed=self._changed,
                stop=self._stop, lost=lambda gap: self._lost(what, gap),
                take=lambda envelope, raw, at: self._take(what, envelope, raw, at),
            )  # fmt: skip

        self._mail = watch("mailbox", mailbox)
        self._watches = {"mailbox": self._mail, **({"capture": watch("capture", capture)} if capture else {})}
        self._arrivals: dict[str, dict[str, Arrival]] = defaultdict(dict)
        self._observed: dict[str, datetime] = {}
        self._news = 0
        self._before: dict[str, bool] = {}
        self._read_until, self._read_at = 0, 0.0
        self._site_gaps: list[Stretch] = []
        self._site_down: tuple[datetime, dict[str, str]] | None = None
        self._site_answered = datetime.now(UTC)
        for recipient, arrival in known:
            self._arrivals[recipient][arrival.id] = arrival

    def __enter__(self) -> Self:
        """Begin to look."""
        for watch in self._watches.values():
            watch.start()
        threading.Thread(target=self._keep_watch, name="upheld-canary", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        for watch in self._watches.values():
            watch.end()

    # What the sweep asks

    def arrivals(self, address: str) -> list[Arrival]:
        """Return all that has reached this address or phone, by whatever channel."""
        self._read_ledger()
        with self._changed:
            return list(self._arrivals.get(address, {}).values()) if address else []

    def orphans(self, addresses: frozenset[str]) -> list[Arrival]:
        """Return what has reached addresses or phones that are none of these."""
        self._read_ledger()
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

    def ever_seen(self, channel: str = "email") -> bool:
        """True where anything but canaries has ever reached the mailbox that sees this channel, now or before."""
        what = seen_by(channel)
        with self._changed:
            if any(seen_by(one.channel) == what for came in self._arrivals.values() for one in came.values()):
                return True
        if what not in self._before:
            arrived = self._ledger.events(kinds=("arrived",))
            self._before[what] = any(
                seen_by(str(event.data["arrival"].get("channel", "email"))) == what for event in arrived
            )
        return self._before[what]

    def catches(self, channel: str) -> str:
        """Return "" where something that comes by this channel can be seen at all, else why it cannot."""
        return _(NO_CAPTURE) if seen_by(channel) not in ("", *self._watches) else ""

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
        """Return the present once everything that the mailboxes hold by now has been read.

        Raises `MailboxUnreachable` where that takes longer than `limit` seconds with the mail's. A capture that does
        not answer is a gap of its own, for which nobody waits who waits for mail.
        """
        now = datetime.now(UTC)

        def behind() -> list[Watch]:
            every = [watch for watch in self._watches.values() if watch.pulse < now]
            return [watch for watch in every if watch is self._mail or not watch.is_away]

        with self._changed:
            for watch in self._watches.values():
                watch.must_reach(now)
            if not self._changed.wait_for(lambda: not behind(), limit) and self._mail in behind():
                raise MailboxUnreachable(
                    _(
                        "{name} at {url} has not answered since {since} UTC",
                        name=_(self._mail.mailbox.name),
                        url=self._mail.mailbox.url.partition("?")[0],
                        since=f"{self._mail.pulse:%H:%M:%S}",
                    )
                )
        # A link is tried before time is turned on: it may be good for an hour only.
        self._noticed()
        return datetime.now(UTC)

    def first_look(self) -> None:
        """Send a first canary to each mailbox and wait until it is seen. Never raises: a lost one is in its books."""
        sent = [(watch, watch.send_canary()) for watch in self._watches.values()]
        for watch, address in sent:
            watch.wait_for_canary(address)

    def last_look(self) -> None:
        """Send last canaries, read what is there, and ask the site for a last sign of life. Never raises."""
        self._probe()
        self.first_look()
        with contextlib.suppress(MailboxUnreachable):  # what could not be seen is a gap, and the judge is told of it
            self.caught_up()
        for watch in self._watches.values():
            watch.ask_again()
        self._read_at = 0.0

    def covered(self, since: datetime, channel: str = "email") -> list[Stretch]:
        """Return when something that comes by this channel would have been seen, since that moment.

        What she sees as she walks, or fetches herself, no mailbox needs to catch.
        """
        if not seen_by(channel):
            return [Stretch(since, datetime.now(UTC))]
        watch = self._watch(channel)
        return _stretches(watch.covered(since)) if watch else []

    def reasons(self, channel: str = "email") -> list[Stretch]:
        """Return why there is no coverage of this channel where there is none."""
        if why := self.catches(channel):
            return [Stretch(LONG_AGO, datetime.now(UTC), why)]
        watch = self._watch(channel)
        return _stretches(watch.reasons()) if watch else []

    def gaps(self, channel: str = "email") -> list[Stretch]:
        """Return when nothing can have come by this channel, whatever its mailbox says: no site, a lost canary."""
        watch = self._watch(channel)
        return [*self._gaps_of_site(), *(_stretches(watch.gaps()) if watch else ())]

    def write_down(self, since: datetime) -> None:
        """Write into the ledger when we looked and when we could not, for later runs that settle what is open."""
        now, run = datetime.now(UTC), self._run
        events = [_gap(run, now, "site", one) for one in self._gaps_of_site()]
        for what, watch in self._watches.items():
            lost = "canary" if what == "mailbox" else f"{what} canary"
            events += [NewEvent("covered", run, now, data={"what": what, **_span(one)}) for one in watch.covered(since)]
            events += [_gap(run, now, lost, one) for one in watch.gaps()]
            for seen in watch.canaries:
                data = {"sent": seen.sent.isoformat(), "seen": seen.seen.isoformat(), "skew_seconds": seen.skew_seconds}
                events.append(NewEvent("canary", run, seen.seen, data=data))
        self._ledger.append(*events)

    def _watch(self, channel: str) -> Watch | None:
        return self._watches.get(seen_by(channel))

    def _gaps_of_site(self) -> list[Stretch]:
        with self._changed:
            down = self._site_down
            return [*self._site_gaps, *([Stretch(down[0], datetime.now(UTC), _away(down[1]))] if down else [])]

    # What the watches tell

    def _lost(self, what: str, gap: Gap) -> None:
        # At once, so that a customer who waits for a message in another process learns of it.
        self._ledger.append(_gap(self._run, gap.until, what, gap))

    def _take(self, what: str, envelope: Envelope, raw: bytes, at: datetime) -> None:
        reader = read if what == "mailbox" else read_request
        arrival = reader(raw, id=envelope.id, to=envelope.to, at=at)
        path = self._keep(raw, ".eml" if what == "mailbox" else ".http")
        data = {"arrival": arrival.to_json(), "raw": path, "size": len(raw)}
        owners = {recipient: self._owner(recipient, what) for recipient in envelope.to}
        self._ledger.append(
            *(
                NewEvent("arrived", run, at, recipient=recipient, key=f"arrived:{envelope.id}:{recipient}", data=data)
                for recipient, run in owners.items()
                if run
            )
        )
        with self._changed:
            known = all(arrival.id in self._arrivals.get(recipient, {}) for recipient in envelope.to)
        if any(owners.values()) and not known:
            self._notice(arrival, path, raw)
        with self._changed:
            for recipient in envelope.to:
                self._arrivals[recipient][arrival.id] = arrival
                self._observed[recipient] = datetime.now(UTC)
            self._news += 1
            self._changed.notify_all()

    def _owner(self, recipient: str, what: str) -> str:
        """Return the run in whose books it belongs, "" where it is nobody's; behind a capture there is nobody else."""
        if known := self._owners.get(recipient):
            return known
        if recipient.startswith("+") and (claims := self._ledger.events(kinds=("claimed",), recipient=recipient)):
            return claims[-1].run
        return self._run if what != "mailbox" or recipient.endswith(f"@{self._domain}") else ""

    def _keep(self, raw: bytes, ending: str) -> str:
        """Keep the message as it came, under a name of ours; return its path below the evidence."""
        return keep(self._evidence, raw, ending, below="messages")

    def _read_ledger(self) -> None:
        """Learn what those who walk have written down themselves: what a page showed them, what they fetched."""
        if time.monotonic() - self._read_at < LEDGER_EVERY:
            return
        self._read_at = time.monotonic()
        for event in self._ledger.events(run=self._run, kinds=("arrived",), after=self._read_until):
            self._read_until = event.seq
            arrival = Arrival.from_json(event.data["arrival"])
            with self._changed:
                if arrival.id not in self._arrivals[event.recipient]:
                    self._arrivals[event.recipient][arrival.id] = arrival
                    self._observed[event.recipient] = max(event.at, self._observed.get(event.recipient, LONG_AGO))

    # The thread that sends canaries and asks the site

    def _keep_watch(self) -> None:
        next_canary = time.monotonic() + CANARY_EVERY
        while not self._stop.wait(PROBE_EVERY):
            self._probe()
            if time.monotonic() >= next_canary:
                next_canary = time.monotonic() + CANARY_EVERY
                for watch in self._watches.values():
                    watch.send_canary()

    def _probe(self) -> None:
        """Ask the site for any answer at all; even an error page shows that it is there."""
        if not self._site:
            return
        asked = datetime.now(UTC)
        try:
            with self._web.stream("GET", self._site):
                pass
        except httpx.TransportError as error:
            said = {"site": self._site, "error": type(error).__name__, "since": f"{asked:%H:%M:%S}"}
            with self._changed:
                self._site_down = self._site_down or (self._site_answered, said)
            return
        with self._changed:
            if self._site_down is not None:
                since, said = self._site_down
                self._site_gaps.append(Stretch(since, asked, _away(said, until=f"{asked:%H:%M:%S}")))
                self._site_down = None
            self._site_answered = asked


def _away(said: dict[str, str], until: str = "") -> str:
    if until:
        return _(
            "the site at {site} did not answer ({error}) from {since} UTC on until {until} UTC", **said, until=until
        )
    return _("the site at {site} did not answer ({error}) from {since} UTC on", **said)


def _stretches(spans: Iterable[Span | Gap]) -> list[Stretch]:
    return [Stretch(one.since, one.until, one.why if isinstance(one, Gap) else "") for one in spans]


def _span(one: Span | Gap | Stretch) -> dict[str, str]:
    return {"since": one.since.isoformat(), "until": one.until.isoformat()}


def _gap(run: str, now: datetime, what: str, one: Gap | Stretch) -> NewEvent:
    return NewEvent("gap", run, now, data={"what": what, **_span(one), "why": one.why})
