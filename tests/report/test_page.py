"""The page as text, and how long it takes; `test_page_in_a_browser.py` opens it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from syrupy.assertion import SnapshotAssertion

from tests.report.nights import MAPS, kept_night, many, mixed_night
from tests.report.stage import Stage
from upheld.ledger import RunView
from upheld.report import write_report


def page(run: RunView, folder: Path) -> BeautifulSoup:
    index = write_report(run, evidence=folder / "evidence", out=folder / "report", maps=MAPS)
    return BeautifulSoup(index.read_text("utf-8"), "html.parser")


def words(soup: BeautifulSoup) -> str:
    for hidden in soup.find_all(["style", "svg"]):
        hidden.decompose()
    return "\n".join(line for line in (" ".join(one.split()) for one in soup.get_text("\n").splitlines()) if line)


@pytest.mark.parametrize("night", [kept_night, mixed_night])
def test_what_the_page_says(night: object, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    assert callable(night)
    assert words(page(night(tmp_path / "evidence"), tmp_path)) == snapshot


def test_a_run_without_journeys_has_a_page(tmp_path: Path) -> None:
    said = words(page(Stage().view(), tmp_path))
    assert "Cannot tell. No journey was walked." in said


def test_a_run_that_says_nothing_of_itself_has_a_page(tmp_path: Path) -> None:
    stage = Stage()
    stage.journey("").promise("receipt", verdict="kept", due=None)
    said = words(page(stage.view(finished=False), tmp_path))
    assert "not finished" in said
    assert "features/event_registration.feature::test_" in said


def test_worst_comes_first(tmp_path: Path) -> None:
    answers = [article["class"][0] for article in page(mixed_night(), tmp_path).find_all("article")]
    order = ["no", "cannot-tell", "so-far", "yes"]
    assert answers == sorted(answers, key=order.index)


def test_what_is_not_upheld_says_cost_owner_place_and_command(tmp_path: Path) -> None:
    soup = page(mixed_night(), tmp_path)
    box = soup.select_one("article .promise.trouble.broken")
    assert box is not None
    said = " ".join(box.get_text(" ").split())
    for part in (
        "None came",
        "What it costs her: She cannot claim the cost",
        "Who acts: Dana",
        "features/event_registration.feature:20",
    ):
        assert part in said
    command = "upheld run features/event_registration.feature::test_booking_and_paying_by_card --seed 8127"
    assert command in " ".join(soup.get_text(" ").split())


def test_unproven_and_broken_do_not_look_alike(tmp_path: Path) -> None:
    soup = page(mixed_night(), tmp_path)
    unproven = soup.select_one("article.cannot-tell .promise.trouble.unproven")
    assert unproven is not None
    assert "✕" not in unproven.get_text()
    assert "?" in unproven.get_text()
    assert "That says nothing about the site" in unproven.get_text()


def test_what_is_read_from_outside_is_text_and_never_markup(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "evidence")
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    walk = stage.journey(evil, who="Ada")
    walk.step(evil, picture="a.png", title=evil, status="failed", error=evil, console=[evil], failed=[evil])
    came = walk.mail(f"Subject {evil}", text=evil)
    walk.promise("receipt", verdict="wrong", why=evil, arrivals=[came], came=1)
    walk.done("failed", evil)
    soup = page(stage.view(), tmp_path)
    assert soup.find("script") is None
    assert [tag for tag in soup.find_all(True) if any(name.startswith("on") for name in tag.attrs)] == []


def test_no_secret_of_a_link_is_on_the_page(tmp_path: Path) -> None:
    write_report(mixed_night(tmp_path / "e"), evidence=tmp_path / "e", out=tmp_path / "report", maps=MAPS)
    assert "s3cr3t" not in (tmp_path / "report" / "index.html").read_text("utf-8")


def test_a_large_night_takes_its_time_once(tmp_path: Path) -> None:
    small, large = many(30, 5), many(300, 5)
    spent = []
    for number, run in enumerate((small, large)):
        began = time.perf_counter()
        write_report(run, evidence=tmp_path, out=tmp_path / f"report-{number}", maps=MAPS)
        spent.append(time.perf_counter() - began)
    # Ten times as much may take thirty times as long on a busy machine; by its square it would take a hundred times.
    assert spent[1] < max(30 * spent[0], 10)
    assert spent[1] < 30
