"""`upheld demo`: the demo business as a child of ours, walked from end to end."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from upheld.cli.running import run_suite
from upheld.config import find_root, load_settings
from upheld.errors import UsageError, did_you_mean
from upheld.mailbox import open_capture, open_mailbox

__all__ = ["run_demo"]

# The demo's clock can be turned, so a demonstration need not wait for windows in real time.
PATIENCE = "8s"
# By whom the demo's time is turned, and what the setting `clock` says then.
CLOCKS = {
    "shared": "{url}",
    "customer": "{url}/{{customer}}",
    "command": "command: {python} -m demo.turn {url} {{now}}",
    "real": "real",
}


def run_demo(
    defects: Sequence[str],
    *,
    features: Sequence[str] = (),
    clock: str = "shared",
    mailbox: str | None = None,
    patience: str | None = None,
    seed: int | None = None,
    workers: int = 1,
    extra: Sequence[str] = (),
) -> int:
    """Start the demo business with these defects, walk its journeys, and return the exit code of the run.

    `features` are paths of features, all there are unless given. `clock` is one of `CLOCKS`.
    """
    if clock not in CLOCKS:
        raise UsageError(
            f'the demo has no clock "{clock}".{did_you_mean(clock, CLOCKS)} There are: {", ".join(CLOCKS)}.'
        )
    root = find_root(Path.cwd())
    if not (root / "demo" / "process.py").is_file():
        raise UsageError(
            "The demo business is part of the repository and not of the installed package: clone it, and run "
            "`make demo` there."
        )
    sys.path.insert(0, str(root))
    business, process = importlib.import_module("demo"), importlib.import_module("demo.process")
    known = business.defects()
    for name in defects:
        if name not in known:
            raise UsageError(f'no defect is called "{name}".{did_you_mean(name, known)} There are: {", ".join(known)}.')
    folder = load_settings(root).path / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        store = f"store={folder / 'mailbox.db'}"
        box = open_mailbox(mailbox or f"embedded://127.0.0.1:0?{store}", root=root, start=True)
        stack.callback(box.close)
        capture = open_capture(f"capture://127.0.0.1:0?store={folder / 'capture.db'}", root=root, start=True)
        stack.callback(capture.close)
        host, port = _smtp_of(box.url)
        demo = process.Demo(
            folder,
            smtp_host=host,
            smtp_port=port,
            sms_url=capture.base_url,
            webhook_url=f"{capture.base_url}/hooks",
            defects=defects,
            test_clock={"customer": "customer", "real": ""}.get(clock, "shared"),
        )
        site = stack.enter_context(demo)
        options = {
            "site": site.url,
            "mailbox": mailbox or box.url,
            "capture": capture.url,
            "clock": CLOCKS[clock].format(url=f"{site.url}/test-clock", python=sys.executable),
            "patience": patience or PATIENCE,
            "seed": seed,
        }
        return run_suite(features or [str(root / "features")], options, workers=workers, extra=extra)


def _smtp_of(url: str) -> tuple[str, int]:
    """Return where the site must send its mail so that it reaches this mailbox."""
    parts = urlsplit(url)
    if parts.scheme == "embedded":
        return parts.hostname or "127.0.0.1", parts.port or 1025
    smtp = parse_qs(parts.query).get("smtp", [""])[0]
    host, _, port = smtp.partition(":")
    return host or parts.hostname or "127.0.0.1", int(port or 1025)
