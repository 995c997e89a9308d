"""`python -m bench [checks|clean|clocks|defects|discovery|moments|overlap] [N]`; without a word, all of them.

checks   how much longer a walk takes with all checks than with none: at most 1.15 times
clean    N clean runs of the demo in a row (50), half of them with two workers: no verdict but `kept`
clocks   the clean demo by each clock: shared, one for each customer, a command, and real time
defects  each defect of the demo on its own: exactly what the table says
discovery  precision and recall of promise discovery, by language, on the labelled sentences
moments  what a sweep over a month costs, by promises and by distinct moments
overlap  six journeys whose mail the site delays by 5 s: the driving and about 5 s, not 30
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import demo
from bench.checks import checks
from bench.discovery import discovery
from bench.moments import moments
from demo.found import TIMED, found_in, held_against
from demo.process import Demo
from upheld.ledger import fold, open_ledger
from upheld.mailbox import open_mailbox

ROOT = Path(__file__).resolve().parent.parent
DELAY = 5.0

OVERLAP = """Feature: Six customers whose mail takes its time
  Scenario Outline: A booking
    Given the event "Systems Day" takes place in 4 days at 18:00 in Europe/Berlin and costs 120.00 EUR
    And <customer> is about to pay 120.00 EUR for the event
    When she pays 120.00 EUR by card
    Then she is promised a receipt by email within 1 minute of paying

    Examples:
      | customer |
      | Ada      |
      | Ben      |
      | Cleo     |
      | Dora     |
      | Eve      |
      | Fay      |
"""


def walk(folder: Path, *arguments: str) -> tuple[int, float, dict[str, Any], str]:
    """Run `upheld demo`; return its exit code, seconds, results and words."""
    began = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "upheld", "demo", *arguments],
        cwd=ROOT,
        env={**os.environ, "UPHELD_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    file = folder / "report" / "results.json"
    results = json.loads(file.read_text("utf-8")) if file.is_file() else {"journeys": [], "orphans": []}
    return ran.returncode, time.monotonic() - began, results, ran.stdout + ran.stderr


def clean(runs: int) -> bool:
    """Walk the clean demo again and again."""
    seconds, bad = [], 0
    for number in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            code, took, results, said = walk(Path(folder), *(("-n", "2") if number % 2 else ()))
        seconds.append(took)
        odd = {one for one in found_in(results) if not TIMED & set(one.what)}
        if code or odd:
            bad += 1
            print(f"run {number + 1}: exit {code}, {odd}\n{said}", flush=True)
    print(f"clean: {runs} runs, {bad} not clean; median {statistics.median(seconds):.1f} s, most {max(seconds):.1f} s")
    return not bad


FEATURES = {
    "events": [str(path) for path in sorted((ROOT / "features").glob("event_*.feature"))] + ["features/incidents"],
    "downloads": ["features/digital_download.feature"],
    "courses": ["features/training_course.feature"],
    "members": ["features/membership.feature"],
}


def defects(_: int) -> bool:
    """Walk each defect on its own."""
    bad = 0
    for name, defect in demo.defects().items():
        with tempfile.TemporaryDirectory() as folder:
            code, took, results, said = walk(Path(folder), "--defects", name, *FEATURES[defect.story])
        missed, rest = held_against(results, [name])
        right = not missed and not rest
        bad += not right
        print(f"{'✓' if right else '✕'} {name} exit {code} {took:.1f} s", flush=True)
        if not right:
            print(f"  missed {sorted(missed)}\n  found besides {rest}\n{said}")
    print(f"defects: {len(demo.defects())}, {bad} not as the table says")
    return not bad


def overlap(_: int) -> bool:
    """Walk six journeys with slow mail, and look how long the run went on after the last drive."""
    (ROOT / ".upheld").mkdir(exist_ok=True)
    # Below the suite, whose steps the feature needs.
    with tempfile.TemporaryDirectory(dir=ROOT / ".upheld") as name:
        folder = Path(name)
        box = open_mailbox(f"embedded://127.0.0.1:0?store={folder / 'mailbox.db'}", root=folder, start=True)
        port = int(box.url.split("?")[0].rpartition(":")[2])
        feature = folder / "six.feature"
        feature.write_text(OVERLAP, "utf-8")
        with Demo(folder / "demo", smtp_port=port, mail_delay=DELAY, test_clock="") as site:
            subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "upheld",
                    "run",
                    str(feature),
                    "--site",
                    site.url,
                    "--mailbox",
                    box.url,
                    "--clock",
                    "real",
                ],
                cwd=ROOT,
                env={**os.environ, "UPHELD_FOLDER": str(folder)},
                check=False,
            )
        box.close()
        ledger = open_ledger(f"sqlite:///{folder / 'ledger.db'}")
        view = fold(ledger.events(run=ledger.last_run()))
        ledger.close()
    assert view.started is not None
    assert view.finished is not None
    ends = [step.ended for journey in view.journeys for step in journey.steps if step.ended]
    last = max(ends, default=datetime.now().astimezone())
    after = (view.finished - last).total_seconds()
    driving = (last - view.started).total_seconds()
    kept = sum(str(p.judgement.verdict) == "kept" for j in view.journeys for p in j.promises if p.judgement)
    print(
        f"overlap: {kept} of 6 kept; {driving:.1f} s of driving, then {after:.1f} s for mail that takes {DELAY:.0f} s"
    )
    return kept == 6 and after < 2 * DELAY


def clocks(_: int) -> bool:
    """Walk the clean demo by each clock: nothing is broken by any, and all is kept where time can be turned."""
    fine = []
    for clock in ("shared", "customer", "command", "real"):
        with tempfile.TemporaryDirectory() as folder:
            code, took, results, said = walk(Path(folder), "-n", "2", "--clock", clock)
        told = ", ".join(f"{count} {verdict}" for verdict, count in results.get("verdicts", {}).items() if count)
        print(f"{clock:9} exit {code}  {took:5.0f} s  {told}", flush=True)
        right = code == (3 if clock == "real" else 0) and not results.get("verdicts", {}).get("broken")
        fine.append(right)
        if not right:
            print(said)
    return all(fine)


BENCHES: dict[str, tuple[Callable[[int], bool], int]] = {
    "checks": (lambda runs: checks(runs, walk), 3),
    "clocks": (clocks, 1),
    "discovery": (lambda _: discovery(), 1),
    "moments": (lambda _: moments(), 1),
    "overlap": (overlap, 1),
    "defects": (defects, 1),
    "clean": (clean, 50),
}


def main(words: list[str]) -> int:
    """Run what is named, or all; return 0 where every figure is as it should be."""
    number = next((int(word) for word in words if word.isdecimal()), None)
    names = [word for word in words if word in BENCHES] or list(BENCHES)
    fine = [bench(number or runs) for bench, runs in (BENCHES[name] for name in names)]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
