"""The reports of earlier nights, kept in a folder, with a page that leads through them.

A history is a folder with a folder for each run, named as the run is, so that links to it stay. No file of it is shared
by two runs: each puts its own folder in place, whole, and then writes the page anew from what is there. So two that end
at once lose nothing.
"""

from __future__ import annotations

import contextlib
import filecmp
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from upheld.ledger import RunView
from upheld.report.allure import FOLDER as ALLURE
from upheld.report.model import ANSWERS
from upheld.report.nights import Night, night_of, write_page

__all__ = ["keep_night"]

NIGHT, PAGE = "night.json", "index.html"
# What a run is called; nothing else in the folder is touched.
_RUN = re.compile(r"\d{8}T\d{6}Z-[A-Za-z0-9]{1,40}")
_LEFT = re.compile(r"\.[a-z]+-\d{8}T\d{6}Z-[A-Za-z0-9]{1,40}-[0-9a-f]{32}")
_DAY = 86_400


def keep_night(run: RunView, report: Path, history: Path, *, keep: int) -> Path:
    """Copy the report of a run into the history, write its page, and return the page's path.

    What the nights have in common, such as a picture, lies there once: as hard links, where the file system has them.
    Nights beyond the last `keep` are deleted. Raises `OSError` where the folder cannot be written, `ValueError` for a
    run whose name is none of ours.
    """
    if not _RUN.fullmatch(run.id):
        raise ValueError(f'"{run.id}" is no name of a run')
    history.mkdir(parents=True, exist_ok=True)
    part = history / f".part-{run.id}-{uuid.uuid4().hex}"
    try:
        _copy(report, part, _kept_files(history))
        (part / NIGHT).write_text(json.dumps(asdict(night_of(run))), "utf-8")
        _put(part, history / run.id)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return _write_index(history, keep)


def _copy(report: Path, part: Path, kept: Mapping[str, Path]) -> None:
    """Copy the report's files; what an earlier night has as well is linked to it. Allure keeps a history of its own."""
    for folder, folders, files in os.walk(report):
        if Path(folder) == report and ALLURE in folders:
            folders.remove(ALLURE)
        place = Path(folder).relative_to(report)
        (part / place).mkdir(parents=True, exist_ok=True)
        for name in files:
            source, target = Path(folder) / name, part / place / name
            if name.endswith(".part") or source.is_symlink():
                continue
            same = kept.get((place / name).as_posix())
            # Only files of the history are linked: those of the report may still be written to.
            if same is None or not _is_same(same, source) or not _linked(same, target):
                with contextlib.suppress(FileNotFoundError):  # written anew meanwhile
                    shutil.copyfile(source, target)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def _linked(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without links
        return False
    return True


def _kept_files(history: Path) -> dict[str, Path]:
    """Return what the nights hold besides pages, by its place in a report, the newest of each."""
    found: dict[str, Path] = {}
    for night in _folders(history):
        for folder, _folders_in_it, files in os.walk(night):
            for name in files:
                if not name.endswith((".html", ".json")):
                    file = Path(folder) / name
                    found.setdefault(file.relative_to(night).as_posix(), file)
    return found


def _put(part: Path, place: Path) -> None:
    """Put a folder in its place, and what was there out of the way: of two that do so at once, the last stays."""
    for _attempt in range(20):
        old = place.with_name(f".old-{place.name}-{uuid.uuid4().hex}")
        with contextlib.suppress(FileNotFoundError):
            place.rename(old)
            shutil.rmtree(old, ignore_errors=True)
        try:
            part.rename(place)
        except OSError:
            if not place.exists():
                raise
        else:
            return
    raise OSError(f"{place} is being written by somebody else")


def _write_index(history: Path, keep: int) -> Path:
    """Write the page from the nights that are there, until it has all of them."""
    _tidy(history, keep)
    while True:
        there = [folder.name for folder in _folders(history)]
        nights = [night for name in there if (night := _read(history / name)) is not None]
        reports = {night.run: f"{night.run}/" for night in nights}
        style = f"{there[0]}/" if there else ""
        page = write_page(nights, history / PAGE, reports=reports, style=style)
        # Whoever ends at the same time has put its folder there before it writes, so the last of us sees them all.
        if there == [folder.name for folder in _folders(history)]:
            return page


def _folders(history: Path) -> list[Path]:
    """Return the folders of the nights, newest first."""
    found = [one for one in history.iterdir() if _RUN.fullmatch(one.name) and (one / NIGHT).is_file()]
    return sorted(found, key=lambda one: one.name, reverse=True)


def _read(folder: Path) -> Night | None:
    try:
        data = json.loads((folder / NIGHT).read_text("utf-8"))
        night = Night(**data)
    except (OSError, ValueError, TypeError):  # deleted meanwhile, or none of ours
        return None
    return night if night.run == folder.name and set(night.answers.values()) <= set(ANSWERS) else None


def _tidy(history: Path, keep: int) -> None:
    """Delete the nights beyond the last `keep`, and what a run left that was killed while it wrote."""
    for folder in _folders(history)[keep:]:
        shutil.rmtree(folder, ignore_errors=True)
    for left in _left(history):
        shutil.rmtree(left, ignore_errors=True)


def _left(history: Path) -> Iterator[Path]:
    for one in history.iterdir():
        with contextlib.suppress(FileNotFoundError):
            mine = _LEFT.fullmatch(one.name)
            if mine and (one.name.startswith(".old") or time.time() - one.stat().st_mtime > _DAY):
                yield one
