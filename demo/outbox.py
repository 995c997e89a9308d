"""The outbox's sending end, and the scheduler: one thread that looks, and a few that send."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from demo.channels import Channels
from demo.shop import Shop
from demo.store import Mail

__all__ = ["Outbox"]

log = logging.getLogger("demo")
LONGEST_PAUSE = 30.0  # seconds between two tries of one mail, and between two looks at the outbox


class Outbox:
    """Lets each story do its work, sends what is due in site time, and tries again until it is taken."""

    def __init__(self, shop: Shop, channels: Channels) -> None:
        self._shop = shop
        self._channels = channels
        self._not_before: dict[int, float] = {}  # mail id: monotonic time; it is held back, or waits after a failure
        self._failures: dict[int, int] = {}
        self._in_flight: dict[int, Future[None]] = {}
        self._accepted: set[int] = set()  # taken by whom it was for, perhaps not yet marked so in the database
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._senders = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sender")
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        shop.when_woken(self.wake)

    def start(self) -> None:
        """Begin to look and send."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once: something was put in the outbox, or a clock was turned."""
        self._wake.set()

    def stop(self, patience: float) -> None:
        """Begin no more mails and let those on their way arrive, for so many seconds; the rest waits for a restart."""
        self._stopped.set()
        self._wake.set()
        self._thread.join(patience)
        self._senders.shutdown(wait=False, cancel_futures=True)
        wait(list(self._in_flight.values()), patience)

    def idle(self, clock: str) -> bool:
        """Return whether nothing is due on this clock at its present time that is not yet done and delivered."""
        now = self._shop.clocks.now(clock)
        if any(due is not None and due <= now for due in self._due(clock)):
            return False
        # Read anew: what a story has put into the outbox since then is due by its own, later, present.
        now = self._shop.clocks.now(clock)
        waiting = sa.exists().where(Mail.sent_at.is_(None), Mail.due <= now, Mail.clock == clock)
        with self._shop.store.read() as session:
            return not session.scalar(sa.select(waiting))

    def _due(self, clock: str) -> list[datetime | None]:
        return [story.next_due(clock) for story in self._shop.stories]

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()  # before we look, so that what comes while we look is not overslept
            try:
                pause = min(self._work(), self._send_due())
            except Exception:
                log.exception("outbox: looking failed, trying again in 1 s")
                pause = 1.0
            self._wake.wait(max(pause, 0.0))

    def _work(self) -> float:
        """Let every story do what is due on each clock; return the real seconds until the next of it."""
        pause = LONGEST_PAUSE
        for clock in self._shop.clocks.names():
            now = self._shop.clocks.now(clock)
            for story in self._shop.stories:
                due = story.next_due(clock)
                if due is not None and due <= now:
                    try:
                        with self._shop.clocks.acting(clock):
                            story.work(clock, now)
                        due = story.next_due(clock)
                    except Exception:  # one story's fault does not hold up another's reminders
                        log.exception("the scheduler of %s failed, trying again in 1 s", story.name)
                        due = None
                        pause = min(pause, 1.0)
                if due is not None:
                    pause = min(pause, (due - now).total_seconds())
        return pause

    def _send_due(self) -> float:
        """Hand what is due to the senders; return the real seconds until the next thing is due."""
        steady = time.monotonic()
        with self._shop.store.read() as session:
            unsent = session.execute(sa.select(Mail.id, Mail.due, Mail.clock).where(Mail.sent_at.is_(None))).all()
        pause = LONGEST_PAUSE
        for mail_id, due, clock in unsent:
            now = self._shop.clocks.now(clock)
            if due > now:
                pause = min(pause, (due - now).total_seconds())
                continue
            start = self._not_before.setdefault(mail_id, steady + self._shop.settings.mail_delay)
            if start > steady:
                pause = min(pause, start - steady)
            elif mail_id not in self._in_flight:
                future = self._in_flight[mail_id] = self._senders.submit(self._send, mail_id)
                future.add_done_callback(partial(self._land, mail_id))
        return pause

    def _send(self, mail_id: int) -> None:
        with self._shop.store.read() as session:
            mail = session.get_one(Mail, mail_id)
        if mail_id not in self._accepted:
            self._deliver(mail)
            self._accepted.add(mail_id)
            log.info("%s sent: %s %s to %s (%s)", mail.channel, mail.story, mail.kind, mail.recipient, mail.ref)
        with self._shop.store.write() as session:
            session.get_one(Mail, mail_id).sent_at = self._shop.clocks.now(mail.clock)

    def _deliver(self, mail: Mail) -> None:
        story = next(story for story in self._shop.stories if story.name == mail.story)
        with self._shop.clocks.acting(mail.clock):
            now = self._shop.now()
            composed = story.compose(mail, now)
        self._channels.deliver(composed, mail, now)

    def _land(self, mail_id: int, sending: Future[None]) -> None:
        """Plan the next try where this one failed, whatever the reason: a mail is never given up."""
        error = None if sending.cancelled() else sending.exception()
        if error is not None:
            failures = self._failures[mail_id] = self._failures.get(mail_id, 0) + 1
            pause = min(2.0 ** (failures - 1), LONGEST_PAUSE)
            self._not_before[mail_id] = time.monotonic() + pause
            log.warning("mail failed, next try in %.0f s: mail %s, %s: %s", pause, mail_id, type(error).__name__, error)
        self._in_flight.pop(mail_id, None)
        self._wake.set()
