"""The watch over one mailbox while a run lasts: reads its stream, sends its canaries, and knows when it could not see.

Whoever looks at several has a watch over each. What a watch takes it hands on; the ledger is none of its business.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from upheld.errors import MailboxUnreachable
from upheld.language import gettext as _
from upheld.mailbox.base import Envelope, Gap, Mailbox, Span
from upheld.mailbox.canary import PATIENCE, Canary, Seen, is_canary

__all__ = ["Watch"]

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
COVERAGE_EVERY = timedelta(seconds=1)


class Watch:
    """The watch over `mailbox`; `what` is the ledger's word for it: `mailbox` or `capture`.

    `take` is called, in a thread of the watch's own, with every message that is no canary, its bytes, and its time by
    our own clock; `lost` once when the mailbox goes away. `cursor` is where to begin, `changed` is notified of every
    sign of life, and the watch ends when `stop` is set.
    """

    def __init__(
        self,
        what: str,
        mailbox: Mailbox,
        *,
        domain: str,
        cursor: str,
        take: Callable[[Envelope, bytes, datetime], None],
        lost: Callable[[Gap], None],
        changed: threading.Condition,
        stop: threading.Event,
    ) -> None:
        self.what, self.mailbox = what, mailbox
        self._cursor, self._take, self._lost, self._changed, self._stop = cursor, take, lost, changed, stop
        self._canary = Canary(mailbox, domain=domain)
        self._taken: set[str] = set()
        self._pulse = LONG_AGO
        self._away: Gap | None = None
        self._back: list[Gap] = []
        self._thread: threading.Thread | None = None
        self._looked: list[Span] = []
        self._began = self._needed = datetime.now(UTC)
        self._coverage: tuple[datetime, tuple[Span, ...], tuple[Gap, ...]] = (LONG_AGO, (), ())

    def start(self) -> None:
        """Begin to read, in a thread that ends with `stop`."""
        self._thread = threading.Thread(target=self._read, name=f"upheld-{self.what}", daemon=True)
        self._thread.start()

    def end(self, limit: float = 5.0) -> None:
        """Return once nothing is read any more, so that the mailbox can be closed, or after so many seconds."""
        if self._thread is not None:
            self._thread.join(limit)

    def send_canary(self) -> str:
        """Send a canary and return its address, "" where that cannot be; the canary's own books have it as lost."""
        with contextlib.suppress(MailboxUnreachable):
            return self._canary.send()
        return ""

    def wait_for_canary(self, address: str) -> None:
        """Wait until the canary was seen, as long as one may be under way."""
        if address:
            self._canary.wait(address, PATIENCE.total_seconds())

    @property
    def canaries(self) -> tuple[Seen, ...]:
        """The canaries that came."""
        return self._canary.taken

    @property
    def is_away(self) -> bool:
        """True while the mailbox does not answer."""
        return self._away is not None

    @property
    def pulse(self) -> datetime:
        """When everything up to then had been read, our clock; read it under the condition `changed`."""
        return self._pulse

    def must_reach(self, moment: datetime) -> None:
        """Note that what came up to this moment is needed; as long as it has not been read, that is a gap."""
        self._needed = moment

    def covered(self, since: datetime) -> list[Span]:
        """Return when a message would have been seen, since that moment."""
        now = datetime.now(UTC)
        if now - self._coverage[0] >= COVERAGE_EVERY:
            with contextlib.suppress(MailboxUnreachable):
                coverage = self.mailbox.coverage(since, now)
                self._coverage = (now, coverage.spans, coverage.gaps)
        with self._changed:
            return [*self._coverage[1], *self._looked]

    def ask_again(self) -> None:
        """Ask the mailbox anew for what it covers when that is needed next."""
        self._coverage = (LONG_AGO, *self._coverage[1:])

    def reasons(self) -> list[Gap]:
        """Return why nothing was covered where nothing was."""
        with self._changed:
            return [*self._absences(), *self._coverage[2]]

    def gaps(self) -> list[Gap]:
        """Return when nothing was seen, whatever the mailbox says: a canary was lost, or it is not read yet."""
        with self._changed:
            away = self._absences()
            # That it was away says more than that it took no message meanwhile.
            found = [
                Gap(one.since, one.until, next((gap.why for gap in away if _touch(one, gap)), one.why))
                for one in self._canary.gaps()
            ]
            since = max(self._pulse, self._began)
            if self._pulse < self._needed and since < self._needed:
                found.append(self._absence(since, datetime.now(UTC)))
        return found

    def _absences(self) -> list[Gap]:
        return [*self._back, *([self._absence(self._away.since, datetime.now(UTC))] if self._away else [])]

    def _absence(self, since: datetime, until: datetime) -> Gap:
        why = _(
            "{name} at {url} did not answer from {since} to {until} UTC",
            name=_(self.mailbox.name), url=self.mailbox.url, since=f"{since:%H:%M:%S}", until=f"{until:%H:%M:%S}",
        )  # fmt: skip
        return Gap(since, until, why)

    def _read(self) -> None:
        while not self._stop.is_set():
            began: datetime | None = None
            try:
                for item in self.mailbox.stream(self._cursor, self._stop):
                    if isinstance(item, Envelope):
                        self._receive(item)
                        continue
                    began = began or item.at
                    with self._changed:
                        if self._away is not None:
                            self._back.append(self._absence(self._away.since, item.at))
                        self._pulse, self._away = item.at, None
                        self._looked = _extended(self._looked, began, item.at)
                        self._changed.notify_all()
            except MailboxUnreachable as error:
                if self._away is None:
                    now = datetime.now(UTC)
                    self._away = Gap(self._pulse if self._pulse > LONG_AGO else now, now, str(error))
                    self._lost(self._away)
                self._stop.wait(0.5)

    def _receive(self, envelope: Envelope) -> None:
        self._cursor = envelope.cursor
        if envelope.id in self._taken or self._canary.seen(envelope) or is_canary(envelope):
            self._taken.add(envelope.id)
            return
        try:
            raw = self.mailbox.raw(envelope.id)
        except KeyError:
            return  # pruned between the listing and now; coverage tells that the mailbox forgets
        self._taken.add(envelope.id)
        self._take(envelope, raw, envelope.at - timedelta(seconds=self._canary.skew_seconds))


def _extended(looked: list[Span], began: datetime, until: datetime) -> list[Span]:
    """Return the stretches of this stream's looking, the last one reaching to `until`."""
    if looked and looked[-1].since == began:
        return [*looked[:-1], Span(began, until)]
    return [*looked, Span(began, until)]


def _touch(one: Gap, other: Gap) -> bool:
    return one.since <= other.until and other.since <= one.until
