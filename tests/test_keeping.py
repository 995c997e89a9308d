from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from upheld.keeping import hold, keep, names_in, thin

DAYS = timedelta(days=14)


def aged(file: Path, days: float) -> Path:
    then = time.time() - days * 86_400
    os.utime(file, (then, then))
    return file


def test_the_same_is_kept_once_and_counts_as_new_again(tmp_path: Path) -> None:
    name = keep(tmp_path, b"seen", ".jpg")
    aged(tmp_path / name, 20)
    assert keep(tmp_path, b"seen", ".jpg") == name
    assert thin(tmp_path, DAYS) == 0
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == b"seen"


def test_what_nobody_has_needed_for_so_long_goes(tmp_path: Path) -> None:
    old, new = keep(tmp_path, b"old", ".jpg"), keep(tmp_path, b"new", ".jpg")
    letter = keep(tmp_path, b"letter", ".eml", below="messages")
    part = tmp_path / f"{old}.{'0' * 32}.part"  # of somebody who was killed
    part.touch()
    for file in (tmp_path / old, tmp_path / letter, part):
        aged(file, 15)
    assert thin(tmp_path, DAYS) == 3
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [new]


def test_nothing_is_deleted_that_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "looked-at").mkdir()
    others = [tmp_path / "notes.txt", tmp_path / "holiday.jpg", tmp_path / "looked-at" / ("a" * 24 + ".jpg")]
    target = tmp_path.parent / f"{'b' * 24}.jpg"
    link = tmp_path / ("c" * 24 + ".jpg")
    for file in (*others, target):
        file.touch()
        aged(file, 400)
    link.symlink_to(target)
    assert thin(tmp_path, DAYS) == 0
    assert all(file.exists() for file in (*others, target, link))


def test_what_is_held_stays_for_longer_and_is_never_held_for_less(tmp_path: Path) -> None:
    name = keep(tmp_path, b"evidence", ".jpg")
    hold(tmp_path, [name], timedelta(days=76))
    hold(tmp_path, [name, "no-such-file.jpg"], timedelta())
    held = (tmp_path / name).stat().st_mtime
    assert held > time.time() + 75 * 86_400
    os.utime(tmp_path / name, (held - 80 * 86_400, held - 80 * 86_400))  # eighty days later
    assert thin(tmp_path, DAYS) == 0
    aged(tmp_path / name, 15)
    assert thin(tmp_path, DAYS) == 1


def test_names_are_found_wherever_they_stand_and_nothing_else(tmp_path: Path) -> None:
    picture, letter = keep(tmp_path, b"1", ".jpg"), keep(tmp_path, b"2", ".eml", below="messages")
    data = {
        "picture": picture,
        "ride": {"barriers": [{"picture": "../../etc/passwd"}, [letter]]},
        "text": f"see {picture}",
    }
    assert list(names_in(data)) == [picture, letter]


def test_a_folder_that_is_not_there_is_thin_enough(tmp_path: Path) -> None:
    assert thin(tmp_path / "nowhere", DAYS) == 0


def test_what_is_kept_again_is_still_held_and_what_was_cut_off_is_mended(tmp_path: Path) -> None:
    name = keep(tmp_path, b"evidence", ".jpg")
    hold(tmp_path, [name], timedelta(days=76))
    keep(tmp_path, b"evidence", ".jpg")
    assert (tmp_path / name).stat().st_mtime > time.time() + 75 * 86_400
    (tmp_path / name).write_bytes(b"")  # a power failure
    keep(tmp_path, b"evidence", ".jpg")
    assert (tmp_path / name).read_bytes() == b"evidence"
