"""What a run came to, for people and for machines: the page, `results.json`, the gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from upheld.config import Settings
from upheld.ledger import RunView
from upheld.maps import JourneyMap
from upheld.report.headline import summary
from upheld.report.model import Found, Gate, alone, gate, makes_sense
from upheld.report.results import results

__all__ = ["Found", "Gate", "alone", "gate", "makes_sense", "results", "summary", "write_report"]


def write_report(
    run: RunView,
    *,
    evidence: Path,
    out: Path,
    maps: Mapping[str, JourneyMap],
    settings: Settings | None = None,
    earlier: Iterable[RunView] = (),
    publish: bool = False,
) -> Path:
    """Write the pages and `results.json`, with pictures and messages beside them; return the front page's path.

    `earlier` are the runs before this one, the last of them first.
    With `publish` it is for strangers: what lets its reader in is masked, and raw messages are left out.
    """
    from upheld.report.pages import write_report as write

    return write(run, evidence=evidence, out=out, maps=maps, settings=settings, earlier=earlier, publish=publish)
