from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage

from tests.browsers import browser_of
from tests.report import stage
from tests.report.nights import MAPS, kept_night, mixed_night
from tests.report.stage import Stage
from upheld.config import Settings
from upheld.ledger import RunView
from upheld.report import history as kept_nights
from upheld.report import write_report
from upheld.report.history import keep_night
from upheld.report.nights import NOT_WALKED, night_of, strip_of, write_page
from upheld.report.readers import tell_others

CARD = "features/event_registration.feature::test_booking_and_paying_by_card"
CODE = "features/sign_in.feature::test_signing_in_with_a_code"


def name(days_ago: int) -> str:
    return f"{stage.BEGAN - timedelta(days=days_ago):%Y%m%dT%H%M%SZ}-{days_ago:04x}"


def night(
    days_ago: int, monkeypatch: pytest.MonkeyPatch, evidence: Path | None = None, *, good: bool = True
) -> RunView:
    """A night so many days ago, under a name as runs have them."""
    run = name(days_ago)
    with monkeypatch.context() as patch:
        patch.setattr(stage, "BEGAN", stage.BEGAN - timedelta(days=days_ago))
        patch.setitem(Stage.__init__.__kwdefaults__, "run", run)  # type: ignore[arg-type]
        return (kept_night if good else mixed_night)(evidence)


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The report of last night."""
    run = night(0, monkeypatch, tmp_path / "evidence", good=False)
    return write_report(run, evidence=tmp_path / "evidence", out=tmp_path / "report", maps=MAPS).parent


def test_a_strip_has_an_answer_for_each_night_and_tells_not_walked_from_cannot_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strips = strip_of([night(0, monkeypatch, good=False), night(1, monkeypatch)])
    assert strips[CARD] == [(name(0), "no"), (name(1), "yes")]
    assert strips[CODE] == [(name(0), "cannot tell"), (name(1), NOT_WALKED)]


def test_each_night_keeps_its_place_and_what_they_have_in_common_lies_there_once(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights = tmp_path / "nights"
    for days in (2, 1, 0):
        page = keep_night(night(days, monkeypatch, good=days > 0), report, nights, keep=10)
    assert sorted(one.name for one in nights.iterdir()) == [name(2), name(1), name(0), "index.html"]
    pictures = [next((nights / name(days) / "pictures").glob("event.*")) for days in (0, 1, 2)]
    assert len({one.stat().st_ino for one in pictures}) == 1
    # What the next report writes over must not reach into a night that is over.
    assert pictures[0].stat().st_ino != (report / "pictures" / pictures[0].name).stat().st_ino
    text = page.read_text("utf-8")
    assert f'href="{name(1)}/index.html"' in text
    links = [part.partition('"')[0] for part in text.split('href="')[1:]]
    assert [one for one in links if one[0] not in "#d" and not (nights / one).is_file()] == []


def test_a_run_that_is_reported_again_replaces_its_night(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights = tmp_path / "nights"
    keep_night(night(0, monkeypatch, good=False), report, nights, keep=10)
    keep_night(night(0, monkeypatch), report, nights, keep=10)
    assert sorted(one.name for one in nights.iterdir()) == [name(0), "index.html"]
    assert json.loads((nights / name(0) / "night.json").read_text("utf-8"))["gate"] == "go"


def test_only_so_many_nights_are_kept_and_nothing_else_is_touched(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights = tmp_path / "nights"
    mine = nights / "20200101T000000Z-mine"  # named as a night, and none
    mine.mkdir(parents=True)
    (mine / "diary.txt").write_text("dear diary", "utf-8")
    (nights / "CNAME").write_text("pages.example.org", "utf-8")
    killed = nights / f".old-{name(5)}-{'0' * 32}"
    killed.mkdir()
    for days in (3, 2, 1, 0):
        keep_night(night(days, monkeypatch), report, nights, keep=2)
    there = {one.name for one in nights.iterdir()}
    assert there == {name(0), name(1), "index.html", "CNAME", mine.name}
    assert (mine / "diary.txt").is_file()


def test_runs_that_end_at_once_lose_nothing(report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All begin to write the page at the same moment, each knowing of its own night only or of some others."""
    nights, runs = tmp_path / "nights", [night(days, monkeypatch) for days in range(6)]
    together = threading.Barrier(len(runs))
    real, troubles = kept_nights._write_index, []

    def at_once(history: Path, keep: int) -> Path:
        together.wait(30)
        return real(history, keep)

    def write(run: RunView) -> None:
        try:
            keep_night(run, report, nights, keep=10)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
            troubles.append(error)

    monkeypatch.setattr(kept_nights, "_write_index", at_once)
    threads = [threading.Thread(target=write, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    text = (nights / "index.html").read_text("utf-8")
    assert [days for days in range(6) if f'href="{name(days)}/index.html"' not in text] == []


def test_a_page_that_was_overtaken_is_written_again(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights, real = tmp_path / "nights", write_page
    waiting = [night(1, monkeypatch)]

    def overtaken(*args: object, **options: object) -> Path:
        if waiting:  # another run ends after the nights were counted and before the page is there
            keep_night(waiting.pop(), report, nights, keep=10)
        return real(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(kept_nights, "write_page", overtaken)
    page = keep_night(night(0, monkeypatch), report, nights, keep=10)
    assert f'href="{name(1)}/index.html"' in page.read_text("utf-8")


def test_a_name_that_is_none_of_a_run_reaches_nothing(report: Path, tmp_path: Path) -> None:
    run = Stage(run="../../elsewhere").view()
    with pytest.raises(ValueError, match="no name of a run"):
        keep_night(run, report, tmp_path / "nights", keep=10)
    assert not (tmp_path / "nights").exists()


@pytest.mark.parametrize("publish", [True, False])
def test_nothing_of_a_night_for_strangers_lets_its_reader_in(publish: bool, tmp_path: Path) -> None:
    evidence, out, token = tmp_path / "evidence", tmp_path / "report", "q7Zk2vB9xW4mT8sR"
    acting = Stage(evidence, run=name(0))
    walk = acting.journey("Signing in by a link")
    link = walk.mail("Your link", f"https://shop.example/in/{token}")
    why = f"It leads to https://shop.example/in/{token}, and says {token}."
    walk.promise("link", verdict="wrong", why=why, arrivals=[link], came=1)
    walk.done("failed", why)
    settings = Settings(root=tmp_path, publish=publish, history=Path("nights"))
    run = acting.view()
    write_report(run, evidence=evidence, out=out, maps=MAPS, settings=settings, publish=publish)
    tell_others(run, out=out, maps=MAPS, settings=settings, environ={"GITHUB_STEP_SUMMARY": str(tmp_path / "step.md")})
    written = [*out.rglob("*.*"), *(tmp_path / "nights").rglob("*.*"), tmp_path / "step.md"]
    telling = {one.name for one in written if one.is_file() and token.encode() in one.read_bytes()}
    assert bool(telling) is not publish, telling
    assert {"summary.md", "cucumber.ndjson", "step.md", "night.json"} <= {one.name for one in written}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"run": 1}', '{"run": "x", "answers": {"a": "<script>"}}'])
def test_a_night_that_cannot_be_read_is_left_out(
    content: str, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights = tmp_path / "nights"
    (nights / name(1)).mkdir(parents=True)
    (nights / name(1) / "night.json").write_text(content, "utf-8")
    text = keep_night(night(0, monkeypatch), report, nights, keep=10).read_text("utf-8")
    assert name(1) not in text
    assert name(0) in text


def test_a_link_out_of_the_report_is_not_followed(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", "utf-8")
    (report / "pictures" / "secret.txt").symlink_to(secret)
    keep_night(night(0, monkeypatch), report, tmp_path / "nights", keep=10)
    assert not (tmp_path / "nights" / name(0) / "pictures" / "secret.txt").exists()


def test_a_thousand_journeys_over_thirty_nights_are_a_page_below_one_megabyte(tmp_path: Path) -> None:
    quiet = night_of(Stage().view())
    nodes = [f"features/a_long_name_of_a_feature.feature::test_{number}" for number in range(1000)]
    runs = [f"20261121T0100{number:02}Z-abcd" for number in range(30)]
    nights = [
        type(quiet)(
            run, "2026-11-21T01:00:00+00:00", "Europe/Berlin", "no-go", "Not yet.",
            dict.fromkeys(nodes, "no"), {node: f"A scenario with a long name {node}" for node in nodes},
            {node: f"journeys/a-long-name-of-a-feature-{node[-8:]}-abcdef.html" for node in nodes},
        )
        for run in runs
    ]  # fmt: skip
    page = write_page(nights, tmp_path / "nights.html", reports={run: f"{run}/" for run in runs}, style="")
    assert page.stat().st_size < 1_000_000
    assert page.read_text("utf-8").count("A scenario with a long name") == 1000


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with browser_of(request) as browser:
        yield browser


SCHEMES: list[tuple[int, Literal["light", "dark"]]] = [(360, "light"), (1440, "dark")]


def _note(complaints: list[str], message: ConsoleMessage) -> None:
    complaints.append(message.text)


def test_everybody_can_read_the_nights(
    browser: Browser, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in (2, 1, 0):
        page = keep_night(night(days, monkeypatch, good=days > 0), report, tmp_path / "nights", keep=10)
    for width, scheme in SCHEMES:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        tab, complaints = context.new_page(), list[str]()
        tab.on("console", functools.partial(_note, complaints))
        tab.goto(page.as_uri())
        assert complaints == []  # before axe, which makes some browsers complain of its own messages to frames
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        tab.get_by_role("link", name="Saturday 21 November: no").first.click()
        assert "journeys/" in tab.url
        context.close()
