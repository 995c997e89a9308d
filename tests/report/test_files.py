from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.nights import MAPS, kept_night
from tests.report.stage import a_picture
from upheld.report import write_report
from upheld.report.files import Files


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "messages/../../secret.png", "a\nb.png", "", "evil.svg", "no.html"]
)
def test_nothing_outside_the_evidence_is_shown(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.png").write_bytes(a_picture())
    files = Files(tmp_path / "evidence", tmp_path / "report")
    assert files.picture(path) is None
    assert not (tmp_path / "report").exists()


def test_a_link_out_of_the_evidence_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "secret.png").write_bytes(a_picture())
    (tmp_path / "evidence" / "way.png").symlink_to(tmp_path / "secret.png")
    files = Files(tmp_path / "evidence", tmp_path / "report")
    assert files.picture("way.png") is None
    assert files.raw("way.png") is None


def test_writing_again_leaves_nothing_of_the_last_report(tmp_path: Path) -> None:
    out = tmp_path / "report"
    (out / "pictures").mkdir(parents=True)
    (out / "pictures" / "old.png").write_bytes(b"old")
    run = kept_night(tmp_path / "evidence")
    for _ in range(2):
        write_report(run, evidence=tmp_path / "evidence", out=out, maps=MAPS)
    assert sorted(file.name for file in (out / "pictures").iterdir()) == [
        "booked.png",
        "event.png",
        "form.png",
        "pay.png",
    ]
    assert sorted(file.name for file in out.iterdir()) == [
        "index.html",
        "journeys",
        "messages",
        "pictures",
        "results.json",
        "style.css",
    ]
