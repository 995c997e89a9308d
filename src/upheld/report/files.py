"""The report's folder: pictures and messages copied beside the page, so that the folder is whole and can be moved."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Set
from pathlib import Path, PurePosixPath

from upheld.report.masking import Mask
from upheld.report.pictures import SUFFIX, lighter

__all__ = ["MESSAGES", "PICTURES", "TRACES", "Files", "link"]

PICTURES = "pictures"
MESSAGES = "messages"
TRACES = "traces"
# Each has some megabytes; of a night on which all is broken a few say it all.
MOST_TRACES = 20
# What a name of ours consists of; anything else in the ledger was not written by us and is not followed.
_OURS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")
_AS_TEXT = ".txt"
_SHOWN = (".jpg", ".jpeg", ".png", ".webp", ".avif")


def link(folder: str, path: str) -> str | None:
    """Return where a picture or message of the evidence lies in the report, or None where its name is none of ours."""
    name = path.rpartition("/")[2]
    if not _OURS.fullmatch(name) or ".." in path.split("/"):
        return None
    if folder == TRACES and not name.endswith(".zip"):
        return None
    if folder == PICTURES and not name.lower().endswith(_SHOWN):
        return None
    if folder == MESSAGES and not name.endswith(_AS_TEXT):
        # A browser opens what is called .eml as a page, whose links lead out of the report (RFC 2557).
        name += _AS_TEXT
    return f"{folder}/{name}"


class Files:
    """What of the evidence a report needs. `evidence` is where it lies, `out` the report's folder.

    With a `mask` the report is for strangers: no message is copied as it was received. The pictures in `withheld` are
    not copied either.
    """

    def __init__(self, evidence: Path, out: Path, mask: Mask | None = None) -> None:
        self._evidence, self._out, self.mask = evidence.resolve(), out, mask
        self.withheld: Set[str] = frozenset()
        self._copied: dict[str, bool] = {}
        self._light: dict[str, str | None] = {}

    def picture(self, path: str) -> str | None:
        """Copy a picture, as WebP where that is smaller, and return its place in the report; None where none is."""
        if path in self.withheld:
            return None
        if path not in self._light:
            self._light[path] = self._lighter(path) or self._copy(PICTURES, path)
        return self._light[path]

    def message(self, path: str) -> str | None:
        """Copy a raw message and return its place in the report; None where it is not kept, or not published."""
        return None if self.mask else self._copy(MESSAGES, path)

    def trace(self, name: str) -> str | None:
        """Copy a journey's trace and return its place in the report; None where it is not kept, or not published.

        It holds every request and page, so nothing of it is masked; and only of the first that ask it is copied.
        """
        if self.mask or not name.endswith(".trace.zip"):
            return None
        if sum(place.startswith(f"{TRACES}/") for place in self._copied) >= MOST_TRACES:
            return None
        return self._copy(TRACES, name)

    def raw(self, path: str) -> bytes | None:
        """Return a message as it was received, or None where it is not kept."""
        source = self._source(path)
        try:
            return source.read_bytes() if source is not None else None
        except OSError:
            return None

    def tidy(self) -> None:
        """Delete what an earlier report left in these folders and this one does not show."""
        for folder in (PICTURES, MESSAGES, TRACES):
            for file in _files(self._out / folder):
                if not self._copied.get(f"{folder}/{file.name}"):
                    file.unlink(missing_ok=True)

    def _lighter(self, path: str) -> str | None:
        place = link(PICTURES, path) if path else None
        source = self._source(path) if place else None
        if place is None or source is None:
            return None
        light = str(PurePosixPath(place).with_suffix(SUFFIX))
        target = self._out / light
        # Evidence is named by its content, so what an earlier report made of it is the same.
        if light == place or (self._out / place).is_file():
            return None
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (target.is_file() or lighter(source, target)):
            return None
        self._copied[light] = True
        return light

    def _source(self, path: str) -> Path | None:
        if not path:
            return None
        source = (self._evidence / path).resolve()
        return source if source.is_relative_to(self._evidence) and source.is_file() else None

    def _copy(self, folder: str, path: str) -> str | None:
        place = link(folder, path) if path else None
        if place is None:
            return None
        if place not in self._copied:
            source = self._source(path)
            self._copied[place] = source is not None
            if source is not None:
                _copy(source, self._out / place)
        return place if self._copied[place] else None


def _copy(source: Path, target: Path) -> None:
    # Evidence is named by its content, so what is there under this name is the same, if it is whole.
    if target.is_file() and target.stat().st_size == source.stat().st_size:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _files(folder: Path) -> Iterable[Path]:
    return [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []
