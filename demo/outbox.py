"""The outbox's sending end, and the scheduler: one thread that looks, and a few that send."""

from __future__ import annotations

import contextlib
import logging
import smtplib
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial

import sqlalchemy as sa

from demo.booking import Bookings
from demo.clock import SiteClock
from demo.messages import SENDER, Composer
from demo.settings import Settings
from demo.store import Mail, Order, Store

__all__ = ["Outbox"]

log = logging.getLogger("demo")
LONGEST_PAUSE = 30.0  # seconds between two tries of one mail, and between two looks at the outbox


class Outbox:
    """Sends every mail once it is due in site time, and tries again until the mail server takes it."""

    def __init__(
        self, settings: Settings, store: Store, clock: SiteClock, bookings: Bookings, composer: Composer
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._bookings = bookings
        self._composer = composer
        self._not_before: dict[int, float] = {}  # mail id: monotonic time; it is held back, or waits after a failure
        self._failures: dict[int, int] = {}
        self._in_flight: dict[int, Future[None]] = {}
        self._accepted: set[int] = set()  # taken by the mail server, perhaps not yet marked so in the database
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._senders = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sender")
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> None:
        """Begin to look and send."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once: something was put in the outbox, or the clock was turned."""
        self._wake.set()

    def stop(self, patience: float) -> None:
        """Begin no more mails and let those on their way arrive, for so many seconds; the rest waits for a restart."""
        self._stopped.set()
        self._wake.set()
        self._thread.join(patience)
        self._senders.shutdown(wait=False, cancel_futures=True)
        wait(list(self._in_flight.values()), patience)

    def idle(self) -> bool:
        """Return whether nothing is due at the present site time that is not yet done and delivered."""
        now = self._clock.now()
        waiting = sa.exists().where(Mail.sent_at.is_(None), Mail.due <= now)
        unreminded = sa.exists().where(Order.remind_at <= now)
        with self._store.read() as session:
            return not session.scalar(sa.select(waiting | unreminded))

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()  # before we look, so that what comes while we look is not overslept
            try:
                self._bookings.remind()
                pause = self._send_due()
            except Exception:
                log.exception("outbox: looking failed, trying again in 1 s")
                pause = 1.0
            self._wake.wait(pause)

    def _send_due(self) -> float:
        """Hand what is due to the senders; return the real seconds until the next thing is due."""
        now, clock = self._clock.now(), time.monotonic()
        with self._store.read() as session:
            unsent = session.execute(sa.select(Mail.id, Mail.due).where(Mail.sent_at.is_(None))).all()
            next_reminder = session.scalar(sa.select(sa.func.min(Order.remind_at)))
        pause = LONGEST_PAUSE
        if next_reminder is not None:
            pause = min(pause, (next_reminder - now).total_seconds())
        for mail_id, due in unsent:
            if due > now:
                pause = min(pause, (due - now).total_seconds())
                continue
            start = self._not_before.setdefault(mail_id, clock + self._settings.mail_delay)
            if start > clock:
                pause = min(pause, start - clock)
            elif mail_id not in self._in_flight:
                future = self._in_flight[mail_id] = self._senders.submit(self._send, mail_id)
                future.add_done_callback(partial(self._land, mail_id))
        return max(pause, 0.0)

    def _send(self, mail_id: int) -> None:
        with self._store.read() as session:
            mail = session.get_one(Mail, mail_id)
        if mail_id not in self._accepted:
            self._deliver(mail)
            self._accepted.add(mail_id)
            log.info("mail sent: %s to %s (order %s)", mail.kind, mail.recipient, mail.order_id)
        with self._store.write() as session:
            session.get_one(Mail, mail_id).sent_at = self._clock.now()

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

    def _deliver(self, mail: Mail) -> None:
        message = self._composer.compose(mail, self._clock.now())
        place = self._settings.smtp_host, self._settings.smtp_port
        # A fixed name for EHLO: the usual one asks the name server who we are, which can take seconds.
        server = smtplib.SMTP(*place, local_hostname="demo.test", timeout=10)
        try:
            server.send_message(message, SENDER.addr_spec, [mail.recipient])
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()  # it has the mail; how we part is no reason to send it again
        finally:
            server.close()
