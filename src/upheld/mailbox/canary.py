"""The canary: a small message of our own, sent now and then, which shows that the mailbox catches what is sent.

Bookkeeping only; whoever reads the stream says what was seen, and whoever keeps time says when to send.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from upheld.errors import MailboxUnreachable
from upheld.language import gettext as _
from upheld.mailbox.base import Envelope, Gap, Mailbox

__all__ = ["PATIENCE", "Canary", "Seen", "is_canary"]

PATIENCE = timedelta(seconds=10)
"""How long a canary may be under way before it counts as lost."""

_EVEN = 0.01  # seconds; a mailbox gives its times in milliseconds
_FORM = re.compile(r"canary\.[0-9a-z]+\.[0-9]+@", re.IGNORECASE)


def is_canary(envelope: Envelope) -> bool:
    """True for a canary of any run, by the form of its address: never a customer's mail."""
    return bool(envelope.to) and all(_FORM.match(address) for address in envelope.to)


@dataclass(frozen=True, slots=True)
class Seen:
    """A canary that came: when it was sent and seen (our clock), and `at` which time of its own the mailbox had it.

    `skew_seconds` is the mailbox's clock less ours, true to within half the time that the canary was under way; it
    is 0 where the mailbox's time falls within that.
    """

    sent: datetime
    seen: datetime
    at: datetime
    skew_seconds: float


@dataclass(slots=True)
class _Sent:
    address: str
    at: datetime
    why: str = ""


class Canary:
    """The canaries of one run through one mailbox. Safe to use from several threads.

    `send` posts one. Whoever reads the stream calls `seen` for every envelope. `gaps` and `taken` say what became
    of them. `now` is given by tests.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        domain: str,
        *,
        token: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._mailbox = mailbox
        self._domain = domain
        self._token = re.sub("[^0-9a-z]", "", token.lower()) or secrets.token_hex(4)
        self._now = now
        self._guard = threading.Condition()
        self._flock: list[_Sent] = []
        self._back: dict[str, Seen] = {}

    def send(self) -> str:
        """Post a canary and return its address.

        Where it cannot be posted it counts as lost from this moment, and `MailboxUnreachable` is raised.
        """
        with self._guard:
            sent = _Sent(f"canary.{self._token}.{len(self._flock) + 1}@{self._domain}".lower(), self._now())
            self._flock.append(sent)
        try:
            self._mailbox.post(f"canary@{self._domain}", sent.address, "A canary of upheld", "Nothing to do here.\n")
        except MailboxUnreachable as error:
            with self._guard:
                sent.why = _(
                    "a message could not be posted to {name}: {error}", name=_(self._mailbox.name), error=error
                )
            raise
        return sent.address

    def seen(self, envelope: Envelope) -> bool:
        """Note that an envelope came; true where it is a canary of this run."""
        seen = self._now()
        with self._guard:
            sent = next((one for one in self._flock if one.address in envelope.to), None)
            if sent is None:
                return False
            if sent.address not in self._back:
                early, late = (envelope.at - sent.at).total_seconds(), (envelope.at - seen).total_seconds()
                skew = min(early, 0.0) or max(late, 0.0)
                self._back[sent.address] = Seen(sent.at, seen, envelope.at, skew if abs(skew) > _EVEN else 0.0)
                self._guard.notify_all()
            return True

    def wait(self, address: str, seconds: float) -> Seen | None:
        """Wait until the canary with that address was seen; None where it was not in time."""
        with self._guard:
            self._guard.wait_for(lambda: address in self._back, timeout=seconds)
            return self._back.get(address)

    @property
    def taken(self) -> tuple[Seen, ...]:
        """The canaries that came, in the order in which they were sent."""
        with self._guard:
            return tuple(self._back[one.address] for one in self._flock if one.address in self._back)

    @property
    def skew_seconds(self) -> float:
        """The mailbox's clock less ours, by the last canary that came; 0 where none did."""
        taken = self.taken
        return taken[-1].skew_seconds if taken else 0.0

    def gaps(self) -> tuple[Gap, ...]:
        """Return the stretches from the last good canary to the next good one, around those that were lost.

        A canary is lost where the mailbox did not have it within ten seconds; one that came later ends the gap when
        it came. A gap that has not ended yet ends now. One that the mailbox had in time, and that we saw late, is
        good: we looked away, it did not.
        """
        now = self._now()
        found: list[Gap] = []
        good: datetime | None = None
        lost: _Sent | None = None
        skew: float | None = None
        with self._guard:
            for one in self._flock:
                back = self._back.get(one.address)
                if back is None:
                    if lost is None and (one.why or now - one.at > PATIENCE):
                        lost = one
                    continue
                came = back.seen if skew is None else min(back.seen, back.at - timedelta(seconds=skew))
                late = came - one.at > PATIENCE
                if late or lost is not None:
                    found.append(self._gap(good or (lost or one).at, came if late else one.at, lost or one))
                    lost = None
                else:
                    skew = back.skew_seconds
                good = came if late else one.at
            if lost is not None:
                found.append(self._gap(good or lost.at, now, lost))
        return tuple(found)

    def _gap(self, since: datetime, until: datetime, lost: _Sent) -> Gap:
        why = lost.why or _(
            "a message that upheld posted to {name} at {when} UTC was not seen there within {seconds} s",
            name=_(self._mailbox.name), when=f"{lost.at:%H:%M:%S}", seconds=f"{PATIENCE.total_seconds():.0f}",
        )  # fmt: skip
        return Gap(since, until, why)
