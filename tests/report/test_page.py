"""The pages as text, and how long they take; `test_page_in_a_browser.py` opens them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup, Tag
from syrupy.assertion import SnapshotAssertion

from tests.report.nights import MAPS, booked, kept_night, mixed_night
from tests.report.stage import Stage
from upheld.ledger import RunView
from upheld.report import write_report

Night = Callable[[Path], RunView]


def written(run: RunView, folder: Path, **options: object) -> Path:
    write_report(run, evidence=folder / "evidence", out=folder / "report", maps=MAPS, **options)  # type: ignore[arg-type]
    return folder / "report"


def soup_of(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text("utf-8"), "html.parser")


def page(run: RunView, folder: Path) -> BeautifulSoup:
    return soup_of(written(run, folder) / "index.html")


def journey_page(report: Path, part: str) -> BeautifulSoup:
    (file,) = (report / "journeys").glob(f"*{part}*.html")
    return soup_of(file)


def words(soup: BeautifulSoup | Tag) -> str:
    for hidden in soup.find_all(["style", "svg", "script"]):
        hidden.decompose()
    return "\n".join(line for line in (" ".join(one.split()) for one in soup.get_text("\n").splitlines()) if line)


def flat(soup: BeautifulSoup | Tag | None) -> str:
    assert soup is not None
    return " ".join(soup.get_text(" ").split())


@pytest.mark.parametrize("night", [kept_night, mixed_night])
def test_what_the_front_page_says(night: Night, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    assert words(page(night(tmp_path / "evidence"), tmp_path)) == snapshot


def test_what_a_journey_s_page_says(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    report = written(mixed_night(tmp_path / "evidence"), tmp_path)
    for part in ("paying-by-card", "cleo-berlin"):
        assert words(journey_page(report, part)) == snapshot(name=part)


def test_a_run_without_journeys_has_a_page(tmp_path: Path) -> None:
    said = words(page(Stage().view(), tmp_path))
    assert "Cannot tell. No journey was walked." in said


def test_a_run_that_says_nothing_of_itself_has_a_page(tmp_path: Path) -> None:
    stage = Stage()
    stage.journey("").promise("receipt", verdict="kept", due=None)
    said = words(page(stage.view(finished=False), tmp_path))
    assert "not finished" in said


def test_worst_comes_first(tmp_path: Path) -> None:
    answers = [article["class"][0] for article in page(mixed_night(), tmp_path).select("main > article")]
    order = ["no", "cannot-tell", "so-far", "yes"]
    assert len(answers) == 9
    assert answers == sorted(answers, key=order.index)


def test_every_link_of_every_page_leads_somewhere(tmp_path: Path) -> None:
    report = written(mixed_night(tmp_path / "evidence"), tmp_path, earlier=[kept_night()])
    pages = {file.resolve(): soup_of(file) for file in report.rglob("*.html")}
    assert len(pages) == 10
    ids = {file: [tag["id"] for tag in soup.select("[id]")] for file, soup in pages.items()}
    for file, soup in pages.items():
        assert len(ids[file]) == len(set(ids[file])), file
        for tag in soup.select("[href], [src]"):
            path, _, anchor = unquote(str(tag.get("href") or tag.get("src"))).partition("#")
            if path.startswith("data:"):
                continue
            target = (file.parent / path).resolve() if path else file
            assert target.is_file(), f"{file.name}: {tag}"
            assert not anchor or anchor in ids[target], f"{file.name}: {tag}"


def test_a_link_to_a_promise_survives_the_runs(tmp_path: Path) -> None:
    """Of two runs that walk in another order, with one journey more, each page and promise keeps its address."""

    def places(*scenarios: str, folder: Path) -> set[str]:
        stage = Stage()
        for scenario in scenarios:
            walk = stage.journey(scenario)
            walk.promise("receipt", verdict="kept")
            walk.promise("receipt", verdict="kept")
        report = written(stage.view(), folder)
        return {
            f"{file.name}#{one['id']}" for file in report.glob("journeys/*") for one in soup_of(file).select("[id^=p-]")
        }

    first = places("Booking", "Über Größe", folder=tmp_path / "a")
    second = places("New", "Über Größe", "Booking", folder=tmp_path / "b")
    assert len(first) == 4
    assert first < second
    assert any("ueber-groesse" in one for one in first)


def test_a_page_of_a_journey_that_is_gone_is_deleted(tmp_path: Path) -> None:
    report = written(mixed_night(), tmp_path)
    written(kept_night(), tmp_path)
    assert len(list((report / "journeys").iterdir())) == 2


def test_what_is_not_upheld_says_all_that_is_asked_of_it(tmp_path: Path) -> None:
    run = mixed_night(tmp_path / "evidence")
    (tmp_path / "evidence" / "t-1.trace.zip").write_bytes(b"a trace")
    report = written(run, tmp_path, earlier=[kept_night()])
    journey = journey_page(report, "paying-by-card")
    box = journey.select_one("#p-receipt-ada")
    for part in (
        "broken · receipt to Ada",
        "To Ada, by email, within 2 minutes of paying",
        "“she is promised a receipt by email within 2 minutes of paying”",
        "features/event_registration.feature:20",
        "None came",
        "What did reach Ada: “Your booking: Systems Day”",
        "What it costs her She cannot claim the cost",
        "Who acts Dana",
        "Since when New: on Saturday 21 November it was kept.",
    ):
        assert part in flat(box)
    foot = flat(journey.footer)
    assert "upheld run features/event_registration.feature::test_booking_and_paying_by_card --seed 8127" in foot
    assert "playwright show-trace t-1.trace.zip" in foot
    assert (report / "journeys" / str(journey.select("a[href*=trace]")[0]["href"])).read_bytes() == b"a trace"
    front = flat(soup_of(report / "index.html").select_one("article .promise.trouble.broken"))
    assert "What it costs her: She cannot claim the cost" in front
    assert "Who acts: Dana" in front


def test_what_contradicts_is_marked_and_the_raw_message_is_there_for_who_mends_it(tmp_path: Path) -> None:
    journey = journey_page(written(mixed_night(tmp_path / "evidence"), tmp_path), "cleo-berlin")
    box = journey.select_one("#p-receipt-cleo")
    assert box is not None
    assert [mark.get_text() for mark in box.select(".excerpt mark")] == ["210,00"]
    assert "Office <office@example.org>" in flat(box.select_one(".headers"))
    assert str(box.select_one("a[download]")).startswith('<a download="" href="../messages/')
    assert [mark.get_text() for mark in journey.select(".story .wrong ~ mark, .story pre mark")] == ["210,00"]
    organiser = flat(journey_page(tmp_path / "report", "organiser").footer)
    assert "TypeError: x is undefined" in organiser
    assert "/api" not in organiser.replace("features/", "")  # what stands behind a host may let its reader in


def test_unproven_and_broken_do_not_look_alike(tmp_path: Path) -> None:
    report = written(mixed_night(), tmp_path)
    front = soup_of(report / "index.html")
    for unproven in (
        front.select_one("article.cannot-tell .promise.trouble.unproven"),
        journey_page(report, "sign-in").select_one("#p-code-dora"),
    ):
        said = flat(unproven)
        assert "✕" not in said
        assert "?" in said
        assert "We could not look: it may " in said
        assert "Dana" not in said
    assert "Who acts: whoever runs these tests" in flat(front.select_one(".lede .cannot-tell"))


def test_what_cannot_be_told_stands_under_a_heading_of_its_own(tmp_path: Path) -> None:
    stage = Stage()
    walk = stage.journey("Booking")
    walk.promise("code", verdict="unproven")
    walk.promise("receipt", verdict="broken")
    walk.done()
    journey = journey_page(written(stage.view(), tmp_path), "booking")
    heads = [" ".join(one.get_text().split()) for one in journey.select("main > h2, main > .trouble h3")]
    assert heads[:4] == [
        "What was not upheld",
        "✕broken · receipt to Ada #",
        "What we cannot tell",
        "?unproven · code to Ada #",
    ]


def test_a_promise_that_an_incident_was_about_says_so_wherever_it_is_made(tmp_path: Path) -> None:
    stage = Stage()
    guard = stage.journey("Someone pays", tags=("journey:event_registration", "incident:2026-03-02-no-receipt"))
    guard.promise("receipt", verdict="kept")
    guard.done()
    for scenario, mapped in (("Booking", "event_registration"), ("Joining", "membership")):
        walk = stage.journey(scenario, mapped=mapped)
        walk.promise("receipt", verdict="broken")
        walk.promise("reminder", verdict="broken")
        walk.done()
    report, said = written(stage.view(), tmp_path), "It happened before incident 2026-03-02-no-receipt"
    assert said in flat(journey_page(report, "booking").select_one("#p-receipt-ada"))
    assert said not in flat(journey_page(report, "booking").select_one("#p-reminder-ada"))
    assert said not in flat(journey_page(report, "joining"))


def test_where_a_journey_stopped_stands_on_the_front_page_with_who_acts(tmp_path: Path) -> None:
    front = page(mixed_night(tmp_path / "evidence"), tmp_path)
    (stopped,) = [one for one in front.select("article.no .trouble.broken") if "failed" in flat(one)]
    assert flat(stopped) == "✕ failed · the organiser finds her in the attendee list Who acts: Dana"
    for cut in front.select("article.cannot-tell > .trouble"):
        assert "unproven" in cut["class"]
        assert "Dana" not in flat(cut)


def test_until_when_it_was_promised_stands_on_the_time_line(tmp_path: Path) -> None:
    report = written(mixed_night(tmp_path / "evidence"), tmp_path)
    line = journey_page(report, "paying-by-card").select_one("svg")
    assert "02:02:06" in flat(line).partition("receipt: broken")[0]


def test_findings_and_frictions_stand_beside_what_they_are_about(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "evidence")
    walk = stage.journey("Booking")
    booked(walk, slow=5)
    came = walk.mail("Your booking")
    walk.finding(
        came,
        "dates",
        "The date is another one.",
        "fail",
        words="25 May",
        places=[["the page", "26 May"], ["the mail", "25 May"]],
    )
    walk.promise("confirmation", verdict="kept", arrivals=[came], came=1)
    walk.done()
    journey = journey_page(written(stage.view(), tmp_path), "booking")
    post = journey.select_one(".story > .post")
    assert post is not None
    assert "✕ The date is another one. the page: 26 May the mail: 25 May" in flat(post.select_one(".noticed"))
    slow = next(one for one in journey.select(".story > .scene") if "she pays" in one.get_text())
    assert "took 5.0 s" in flat(slow.select_one(".noticed"))


def test_what_is_read_from_outside_is_text_and_never_markup(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "evidence")
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    for _ in range(2):
        walk = stage.journey(evil, who="Ada", tags=[evil])
        walk.step(evil, picture="a.png", title=evil, status="failed", error=evil, console=[evil], failed=[evil])
        came = walk.mail(f"Subject {evil}", text=evil)
        walk.finding(came, "x", evil, "fail", words=evil, places=[[evil, evil]])
        walk.promise("receipt", verdict="wrong", why=f"It says {evil} instead of {evil}.", arrivals=[came], came=1)
        walk.done("failed", evil)
    report = written(stage.view(), tmp_path)
    for file in report.rglob("*.html"):
        soup = soup_of(file)
        scripts = [one.get_text() for one in soup.find_all("script")]
        assert all(one.startswith('"use strict"') for one in scripts), "only our own"
        assert len(scripts) == (file.name == "index.html")
        assert [tag for tag in soup.find_all(True) if any(name.startswith("on") for name in tag.attrs)] == []


def test_no_secret_of_a_link_is_on_any_page(tmp_path: Path) -> None:
    report = written(mixed_night(tmp_path / "evidence"), tmp_path)
    for file in report.rglob("*.html"):
        assert "s3cr3t" not in file.read_text("utf-8")


def bad_night(journeys: int) -> RunView:
    """A night on which nothing went well: five promises a journey, of which most were not upheld."""
    stage = Stage()
    why = "Ada was promised a thing by email within 2 minutes of paying. None came. We looked without a gap from 01:00."
    for number in range(journeys):
        tags = ["journey:event_registration", "incident:2026-03-02", f"area:{number % 7}"]
        walk = stage.journey(f"A company books a course for several delegates, number {number}", line=number, tags=tags)
        booked(walk, slow=5)
        for one, verdict in enumerate(("broken", "wrong", "late", "unproven", "open")):
            came = 1 if verdict in ("wrong", "late") else None
            arrivals = [walk.mail(f"Message {one}")] if came else []
            walk.promise(f"thing {one}", verdict=verdict, why=why, came=came, arrivals=arrivals)
        walk.done()
    return stage.view()


def test_a_large_night_takes_its_time_once_and_has_a_small_front_page(tmp_path: Path) -> None:
    spent = []
    for journeys in (50, 1000):
        run = bad_night(journeys)
        began = time.process_time()  # others may be at work on the same machine
        report = written(run, tmp_path / str(journeys), earlier=[run])
        spent.append(time.process_time() - began)
    # Twenty times as much may take sixty times as long on a busy machine; by its square it would take four hundred.
    assert spent[1] < max(60 * spent[0], 5)
    assert spent[1] < 15
    assert (report / "index.html").stat().st_size < 1_000_000
    assert len(list((report / "journeys").iterdir())) == 1000
