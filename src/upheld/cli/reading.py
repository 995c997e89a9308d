"""What only reads: settling what is open, the report, the gate; and a new incident."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from upheld.config import Settings, find_root, load_settings
from upheld.errors import UsageError
from upheld.ledger import RunView, fold, open_ledger

__all__ = ["rewrite_report", "settle_open", "tell_gate", "write_incident"]


def _settings(**options: Any) -> Settings:
    return load_settings(find_root(Path.cwd())).with_options(**options)


def _view(run: str | None, settings: Settings) -> RunView:
    """Return a run as the ledger tells it, the last one unless named; raises `UsageError` where there is none."""
    with contextlib.closing(open_ledger(settings.ledger_url)) as ledger:
        chosen = run or ledger.last_run()
        if chosen is None:
            raise UsageError(f"The ledger at {ledger.url} knows of no run yet. `upheld run` makes one.")
        events = ledger.events(run=chosen)
    if not events:
        raise UsageError(f'The ledger knows of no run "{chosen}".')
    return fold(events)


def _write_report(view: RunView, settings: Settings) -> list[str]:
    from upheld.maps import read_maps
    from upheld.report import gate, summary, write_report
    from upheld.report.readers import tell_others
    from upheld.report.since import earlier_runs

    maps = read_maps(settings.root)
    with contextlib.closing(open_ledger(settings.ledger_url)) as ledger:
        earlier = earlier_runs(ledger, view)
    path = write_report(
        view,
        evidence=settings.path / "evidence",
        out=settings.path / "report",
        maps=maps,
        settings=settings,
        earlier=earlier,
        publish=settings.publish,
    )
    others = tell_others(view, out=path.parent, maps=maps, settings=settings)
    return [*summary(view, gate(view)), f"Report: {path}", *others]


def settle_open(**options: Any) -> int:
    """Settle what earlier runs on this site left open; return the gate's exit code."""
    from upheld.report import gate
    from upheld.session import Run

    settings = _settings(**options)
    with Run.resumed(settings) as run:
        if run is None:
            print("Nothing is open: every promise has its verdict.")
            return 0
        with run.alone() as fence:
            run.sweep(fence)
        view = run.view()
    print("\n".join(_write_report(view, settings)))
    return int(gate(view).exit_code)


def rewrite_report(run: str | None, *, nights: bool = False, **options: Any) -> int:
    """Write the report of a run again; with `nights` also the page of the last nights, as the ledger tells them."""
    settings = _settings(**options)
    view = _view(run, settings)
    print("\n".join(_write_report(view, settings)))
    if nights:
        print(f"Nights: {_write_nights(view, settings)}")
    return 0


def _write_nights(view: RunView, settings: Settings) -> Path:
    from upheld import language
    from upheld.report.nights import nights_of, write_page
    from upheld.report.readers import NIGHTS

    with contextlib.closing(open_ledger(settings.ledger_url)) as ledger:
        found = nights_of(ledger, view)
    with language.speaking(settings.language, settings.root):
        # Of the earlier nights there is no report to lead to, only what became of them.
        return write_page(found, settings.path / "report" / NIGHTS, reports={view.id: ""}, style="")


def tell_gate(run: str | None, ledger: str | None) -> int:
    """Say whether a launch may go ahead; return 0, 1 or 3."""
    from upheld.report import gate, summary

    view = _view(run, _settings(ledger=ledger))
    found = gate(view)
    print("\n".join(summary(view, found)))
    return int(found.exit_code)


def write_incident(expected: str, happened: str, like: str | None) -> int:
    """Write a feature for an incident and say where it is and how to run it."""
    from upheld.improve.incidents import new_incident

    settings = _settings()
    path = new_incident(settings.root, expected, happened, like=like)
    shown = path.relative_to(settings.root)
    print(f"{shown} is written. Walk it with: upheld run {shown}")
    return 0
