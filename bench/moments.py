"""What a sweep over weeks costs: it grows with the number of distinct moments, and not with that of promises."""

from __future__ import annotations

import http.server
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from upheld.config import Settings
from upheld.drive import Journey
from upheld.plan import Plan, planned
from upheld.promises.reading import StepText, read_scenario
from upheld.promises.recognise import standard
from upheld.session import Run

__all__ = ["moments"]

CASES = ((20, 1), (200, 1), (1000, 1), (20, 10), (200, 10), (1000, 10))


@contextmanager
def site() -> Iterator[str]:
    """A site that has nothing but a test clock, and sends nothing."""
    offset = timedelta()

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.say()

        def do_PUT(self) -> None:
            nonlocal offset
            to = datetime.fromisoformat(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["now"])
            offset = to - datetime.now(UTC)
            self.say()

        def say(self) -> None:
            text = json.dumps({"now": (datetime.now(UTC) + offset).isoformat(), "idle": True}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def plan(number: int, promises: int, distinct: int) -> Plan:
    """A journey of one customer who is promised reminders on so many different days, over a month."""
    steps = [StepText(f"Ada{number} walks on")]
    for index in range(promises):
        days = 30 - 3 * (index % distinct)
        window = f"between {days} days and {days - 1} days before the event"
        steps.append(StepText(f"Ada{number} is promised a reminder by email {window}"))
    return Plan(
        node=f"features/bench.feature::test_{number}", feature="features/bench.feature", title="", scenario=f"{number}",
        line=1, tags=(), steps=tuple(steps), promises=read_scenario(steps, lambda kind: None), journey="",
    )  # fmt: skip


def sweep(promises: int, distinct: int) -> tuple[float, int]:
    """Return the seconds of a sweep, and how often the clock was turned."""
    with tempfile.TemporaryDirectory() as folder, site() as url:
        settings = Settings(
            root=Path(folder), site=url, clock=f"{url}/test-clock", mailbox="embedded://127.0.0.1:0",
            patience=timedelta(seconds=1), quiet=timedelta(seconds=0.3), look_after=timedelta(hours=12),
        )  # fmt: skip
        with Run.started(settings) as run:
            for number in range(promises // 10):
                made = plan(number, 10, distinct)
                run.ledger.append(*planned(run.id, made, 1))
                journey = Journey(
                    made, run=run.id, seed=1, attempt=1, worker="", ledger=run.ledger, settings=run.context.settings,
                    clock=run.clock, recognisers=standard(), new_context=lambda **_: None,
                )  # fmt: skip
                journey.begin()
                event = journey.now().replace(microsecond=0) + timedelta(days=40)
                journey.happens("the event", event.replace(hour=18, minute=0, second=0), "UTC")
                for index in range(1, 11):
                    journey.step_begins(index)
                    journey.make_promises()
                journey.finish()
            began = time.monotonic()
            with run.alone() as fence:
                settled = run.sweep(fence)
            took = time.monotonic() - began
            turns = {seen.site for seen in run.view().clock if seen.turned}
        verdicts = {str(one.judgement.verdict) for one in settled}
        if verdicts != {"broken"}:
            raise SystemExit(f"nothing was sent, so every promise is broken; found {verdicts}")
    return took, len(turns)


def moments() -> bool:
    """Print the table; true where ten times the promises cost less than ten times the seconds."""
    print("promises  distinct days  turns of the clock  seconds")
    found = {}
    for promises, distinct in CASES:
        took, turns = found[promises, distinct] = sweep(promises, distinct)
        print(f"{promises:8}  {distinct:13}  {turns:18}  {took:7.1f}", flush=True)
    return all(found[200, days][1] == found[20, days][1] == found[1000, days][1] for days in (1, 10))
