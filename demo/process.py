"""The demo business as a child process of ours: `with Demo(folder, smtp_port=port) as demo: demo.url`."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Literal

__all__ = ["Demo", "DemoDidNotStart"]


class DemoDidNotStart(Exception):
    """The demo ended, or said nothing, before it answered; the message carries its own words."""


class Demo:
    """`python -m demo` on loopback, started when entered and ended when left; it never outlives this process.

    `folder` gets its database and its `log`. The database is a new one unless `keep` is true, or `database` names
    one. `test_clock` says whether all customers share a clock that can be turned, each has one of her own, or time is
    real. `sms_url` stands in the place of https://api.twilio.com, and `webhook_url` is where the organiser is told of
    what happens; where they are empty, neither is. `mail_delay` is in real seconds. `environ` is for settings that
    have no argument here, such as STRIPE_API_BASE.
    """

    def __init__(
        self,
        folder: Path,
        *,
        smtp_host: str = "127.0.0.1",
        smtp_port: int = 1025,
        defects: Iterable[str] = (),
        test_clock: Literal["shared", "customer", ""] = "shared",
        mail_delay: float = 0.0,
        sms_url: str = "",
        webhook_url: str = "",
        database: str = "",
        keep: bool = False,
        port: int = 0,
        patience: float = 30.0,
        environ: dict[str, str] | None = None,
    ) -> None:
        self.url = ""
        self.log = folder / "demo.log"
        self._folder, self._keep, self._database, self._patience = folder, keep, database, patience
        self._process: subprocess.Popen[str] | None = None
        self._settings = {
            "DEMO_PORT": str(port),
            "DEMO_SMTP_HOST": smtp_host,
            "DEMO_SMTP_PORT": str(smtp_port),
            "DEMO_DATABASE": database or str(folder / "demo.db"),
            "DEMO_MAIL_DELAY": str(mail_delay),
            "DEMO_DEFECTS": ",".join(defects),
            "DEMO_TEST_CLOCK": test_clock or "0",
            "DEMO_SMS_URL": sms_url,
            "DEMO_WEBHOOK_URL": webhook_url,
            **(environ or {}),
        }

    @property
    def pid(self) -> int:
        """The child's process id; 0 where none has been started."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the child and wait until it answers. Raises `DemoDidNotStart`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._keep and not self._database:
            for old in ("demo.db", "demo.db-wal", "demo.db-shm"):
                (self._folder / old).unlink(missing_ok=True)
        home = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
        with self.log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "demo", "--lifeline"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=os.environ | self._settings | {"PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C in a terminal is for us; we end it in our own time
            )
        line = self._first_line()
        if not line.startswith("demo: http"):
            self.kill()
            words = self.log.read_text(encoding="utf-8").strip() or "nothing"
            raise DemoDidNotStart(f"The demo did not start: {words}")
        self.url = line.removeprefix("demo: ").strip()

    def _first_line(self) -> str:
        """Return the child's first line, or "" where it ended without one or let us wait for too long."""
        if self._process is None or self._process.stdout is None:
            return ""
        deadline = time.monotonic() + self._patience
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                return ""
        return self._process.stdout.readline()

    def stop(self) -> None:
        """End the child cleanly, and by force where that takes more than 5 s."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the child at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def __enter__(self) -> Demo:
        """Start it."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop it."""
        self.stop()
