"""The evidence's folder: what was seen, under names made of its content, each once; and how long it stays.

A file's time of modification is the last moment that somebody needed it, or will. So those who walk, judge and thin at
the same time, on one folder, need to agree on nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

__all__ = ["hold", "keep", "names_in", "thin"]

# What `keep` calls a file, and a trace; nothing else in the folder is ever deleted.
_NAME = re.compile(r"(?:messages/)?[0-9a-f]{20,24}\.[a-z0-9]{1,8}")
_OURS = re.compile(r"[0-9a-f]{20,24}\.[a-z0-9]{1,8}(?:\.[0-9a-f]{32}\.part)?|.+\.trace\.zip")
_DEEP = 12


def keep(folder: Path, content: bytes, ending: str, *, below: str = "") -> str:
    """Keep content below the evidence's folder; return its path there: `messages/3f2a….eml` with below "messages".

    The same content is kept once. A file that stands there is whole, whoever else keeps the same at this moment.
    """
    name = f"{f'{below}/' if below else ''}{hashlib.sha256(content).hexdigest()[:24]}{ending}"
    file = folder / name
    try:
        found = file.stat()
        if found.st_size != len(content):  # cut off by a power failure
            raise FileNotFoundError(file)
        if found.st_mtime < time.time():  # who holds it for longer still does
            os.utime(file)
    except OSError:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.{uuid.uuid4().hex}.part")
        part.write_bytes(content)
        part.replace(file)
    return name


def hold(folder: Path, names: Iterable[str], longer: timedelta) -> None:
    """Say that these files are needed now, and for so much longer. Those that are needed for longer still stay so."""
    until = time.time() + longer.total_seconds()
    for name in names:
        with contextlib.suppress(OSError):  # what is not there cannot be held
            if (folder / name).stat().st_mtime < until:
                os.utime(folder / name, (until, until))


def thin(folder: Path, keep_for: timedelta) -> int:
    """Delete what nobody has needed for so long, and return how many files that were."""
    before, gone = time.time() - keep_for.total_seconds(), 0
    for place in (folder, folder / "messages"):
        with contextlib.suppress(OSError), os.scandir(place) as found:
            for one in found:
                if _OURS.fullmatch(one.name) and one.is_file(follow_symlinks=False) and one.stat().st_mtime < before:
                    Path(one.path).unlink(missing_ok=True)  # another run may have been quicker
                    gone += 1
    return gone


def names_in(value: Any, deep: int = _DEEP) -> Iterator[str]:
    """Yield the names of kept files in plain JSON, wherever they stand in it."""
    if isinstance(value, str):
        if _NAME.fullmatch(value):
            yield value
    elif deep and isinstance(value, dict):
        for one in value.values():
            yield from names_in(one, deep - 1)
    elif deep and isinstance(value, list | tuple):
        for one in value:
            yield from names_in(one, deep - 1)
