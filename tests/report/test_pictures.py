"""Pictures in the report: lighter where that helps, once, and never instead of what cannot be made lighter."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image

from upheld.report.files import Files


def a_photo(path: Path, *, width: int = 400, height: int = 300) -> Path:
    dice = random.Random(1)  # a picture with something on it, as a page has
    picture = Image.new("RGB", (width, height), "white")
    for _ in range(200):
        x, y = dice.randrange(width), dice.randrange(height)
        picture.paste((dice.randrange(255), 40, 90), (x, y, min(width, x + 30), min(height, y + 9)))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=92)
    return path


def test_a_picture_becomes_webp_once(tmp_path: Path) -> None:
    source = a_photo(tmp_path / "e" / "a.jpg")
    files = Files(tmp_path / "e", tmp_path / "out")
    assert files.picture("a.jpg") == "pictures/a.webp"
    light = tmp_path / "out" / "pictures" / "a.webp"
    assert light.stat().st_size < source.stat().st_size
    with Image.open(light) as shown:
        assert (shown.format, shown.size) == ("WEBP", (400, 300))
    files.tidy()
    before = light.stat().st_mtime_ns
    again = Files(tmp_path / "e", tmp_path / "out")
    assert (again.picture("a.jpg"), again.picture("a.jpg")) == ("pictures/a.webp",) * 2
    again.tidy()
    assert light.stat().st_mtime_ns == before
    assert [file.name for file in light.parent.iterdir()] == ["a.webp"]


def test_what_gains_nothing_stays_as_it_is(tmp_path: Path) -> None:
    evidence = tmp_path / "e"
    Image.new("RGB", (40, 40), "white").save(a_photo(evidence / "small.png"))
    a_photo(evidence / "tall.jpg", width=20, height=17_000)
    (evidence / "broken.png").write_bytes(b"no picture at all " * 1000)
    files = Files(evidence, tmp_path / "out")
    names = ("small.png", "tall.jpg", "broken.png")
    assert [files.picture(name) for name in names] == [f"pictures/{name}" for name in names]
    assert files.picture("gone.png") is None
