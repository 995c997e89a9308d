"""The report as a folder of static pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from upheld.ledger import RunView
from upheld.maps import JourneyMap
from upheld.report.results import results

__all__ = ["write_report"]


def write_report(run: RunView, *, evidence: Path, out: Path, maps: Mapping[str, JourneyMap]) -> Path:
    """Write the report."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps(results(run), indent=2), "utf-8")
    index = out / "index.html"
    index.write_text("<!doctype html>", "utf-8")
    return index
