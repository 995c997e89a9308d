"""Hostile messages and pages: no script runs, no request leaves, nothing is written outside, the report is built."""

from __future__ import annotations

import contextlib
import html
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page

from tests.browsers import browser_of
from tests.checks.letters import known
from tests.report.hostile.corpus import corpus, hostile_night, loaded
from tests.report.hostile.mail import HUGE, mail
from tests.report.hostile.markup import MARKUP
from tests.report.hostile.words import WORDS
from tests.report.stage import Stage
from upheld.checks import Touch, all_checks
from upheld.checks.rendering import Renderer, safe_and_shape
from upheld.config import Settings
from upheld.ledger import RunView, open_ledger
from upheld.mailbox.letter import open_letter
from upheld.mailbox.message import inline_html, read
from upheld.report import allure, gate, summary, write_report
from upheld.report.letters import read_letter
from upheld.report.readers import tell_others

AT = datetime(2026, 11, 21, 2, tzinfo=UTC)
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
OURS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")
# A link that leads anywhere but into the folder of the report.
LEADS = re.compile(r"#[\w-]*|(?:[\w-]+/){0,3}(?:\.\./){0,3}(?:[\w-]+/){0,3}[\w.-]+(?:#[\w-]*)?")
MESSAGES = dict(corpus())


@dataclass(frozen=True)
class Night:
    """A run whose messages are hostile, its report, and all that lay around it before."""

    run: RunView
    root: Path
    index: Path

    @property
    def pages(self) -> list[Path]:
        """Every page of the report."""
        return sorted(self.index.parent.rglob("*.html"))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    root = tmp_path_factory.mktemp("hostile")
    run = hostile_night(root / "evidence")
    return Night(run, root, write_report(run, evidence=root / "evidence", out=root / "a" / "report", maps={}))


@pytest.fixture(scope="module")
def window(request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    with browser_of(request) as browser:
        yield browser.new_context()


@dataclass
class Watched:
    """A page, and what it did that no page of ours does."""

    page: Page
    amiss: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.amiss.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.amiss.append(f"error: {error}"))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("popup", lambda page: self.amiss.append(f"popup: {page.url}"))
        self.page.on("download", lambda download: self.amiss.append(f"download: {download.url}"))
        self.page.on("dialog", self._said)
        self.page.on("framenavigated", lambda frame: self._went(frame.url))

    def _asked(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:", "about:")) or "passwd" in url:
            self.amiss.append(f"request: {url}")

    def _said(self, dialog: Dialog) -> None:
        self.amiss.append("dialog")
        dialog.dismiss()

    def _went(self, url: str) -> None:
        if not url.startswith(("file:", "about:")):
            self.amiss.append(f"went to: {url}")


# What stands in the report's page itself, without its frames.
_PAGE = """() => {
  const all = [...document.querySelectorAll('*')];
  return {
    canary: window.__pwned === undefined && !/pwned/.test(document.title) ? '' : 'it ran',
    elements: all.filter(one => /pwned/.test(one.id + one.className + one.getAttribute('name')))
      .map(one => one.outerHTML.slice(0, 200)),
    active: [...document.querySelectorAll('form:not(#find), object, embed, base, applet, marquee, portal, math, frame, '
      + 'foreignObject, link[rel=stylesheet][href*=":"], meta[http-equiv=refresh], svg a, svg image, '
      + 'svg use[href*=":"], template')].map(one => one.outerHTML.slice(0, 200)),
    handlers: all.flatMap(one => [...one.attributes]).filter(one => /^on/i.test(one.name)).map(one => one.name),
    scripts: [...document.scripts].map(one => one.textContent).filter(one => /__pwned/.test(one)),
    frames: [...document.querySelectorAll('iframe')].filter(one => one.getAttribute('sandbox') !== '' || one.src)
      .map(one => one.outerHTML.slice(0, 200)),
    links: [...document.querySelectorAll('[href], [src], [action], [data], [srcset], [ping], [background]')]
      .filter(one => !(one instanceof SVGElement))
      .map(one => one.getAttribute('href') ?? one.getAttribute('src') ?? one.outerHTML.slice(0, 200)),
  };
}"""
# What stands in the frame of a message.
_FRAME = """() => ({
  ran: window.__pwned !== undefined || /pwned/.test(document.title),
  live: [...document.querySelectorAll('[href], [xlink\\\\:href], [action], [srcset], [background], [ping], [id], '
    + '[name], script, style ~ style, form, input, object, embed, iframe, base, svg, math, link')]
    .map(one => one.outerHTML.slice(0, 99)),
  sources: [...document.querySelectorAll('[src]')].map(one => one.getAttribute('src').slice(0, 30)),
  handlers: [...document.querySelectorAll('*')].flatMap(one => [...one.attributes]).map(one => one.name)
    .filter(one => /^on/i.test(one)),
})"""


def test_the_corpus_is_large() -> None:
    assert len(MESSAGES) + len(HUGE) >= 130


def test_no_script_runs_and_no_request_leaves(night: Night, window: BrowserContext) -> None:
    frames = 0
    for file in night.pages:
        watched = Watched(window.new_page())
        page = watched.page
        page.goto(file.as_uri())
        # What is folded or below the screen shall try as well.
        page.evaluate(
            "document.querySelectorAll('details').forEach(one => one.open = true);"
            "document.querySelectorAll('[loading]').forEach(one => one.loading = 'eager')"
        )
        page.wait_for_load_state("networkidle")
        seen = page.evaluate(_PAGE)
        links = [one for one in seen.pop("links") if not LEADS.fullmatch(one) and one != "data:,"]
        assert (links, {what: found for what, found in seen.items() if found}) == ([], {}), file.name
        for frame in page.frames[1:]:
            inside = frame.evaluate(_FRAME)
            sources = [one for one in inside.pop("sources") if not one.startswith("data:image/")]
            assert (sources, {what: found for what, found in inside.items() if found}) == ([], {}), frame.content()
            frames += 1
        assert watched.amiss == []
        assert page.url == file.as_uri()
        page.close()
    assert frames > 80


def test_a_message_as_it_was_received_is_no_page(night: Night, window: BrowserContext) -> None:
    """Chromium opens what is called .eml as a page, with links that lead out (RFC 2557)."""
    kept = sorted((night.index.parent / "messages").iterdir())
    assert len(kept) > 100
    mhtml = [one for one in kept if b'multipart/related; boundary=b; type="text/html"' in one.read_bytes()]
    watched = Watched(window.new_page())
    for file in (*kept[:: len(kept) // 8], *mhtml):
        watched.page.goto(file.as_uri())
        assert watched.page.evaluate("[document.contentType, document.links.length, window.__pwned]") == [
            "text/plain", 0, None,
        ], file.read_bytes()  # fmt: skip
    assert watched.amiss == []
    watched.page.close()


def test_nothing_is_written_outside(night: Night) -> None:
    beside = {one.name for one in night.root.iterdir()}
    assert beside == {"a", "evidence"}
    assert {one.name for one in (night.root / "a").iterdir()} == {"report"}
    names = [one.relative_to(night.index.parent) for one in night.index.parent.rglob("*")]
    assert [name for name in names if not all(OURS.fullmatch(part) for part in name.parts)] == []
    assert [name for name in names if "pwned" in str(name) or "passwd" in str(name)] == []
    assert [
        one for one in night.index.parent.rglob("*") if one.is_symlink() or (os.access(one, os.X_OK) and one.is_file())
    ] == []
    suffixes = {one.suffix for one in night.index.parent.rglob("*") if one.is_file()}
    assert suffixes <= {".html", ".json", ".txt", ".png", ".jpg", ".webp", ".css", ".js", ".svg", ".md", ".xml"}


def test_the_data_is_plain(night: Night) -> None:
    text = (night.index.parent / "results.json").read_text("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", text)
    data = json.loads(text)
    assert data["gate"] == "no-go"
    assert {len(journey["promises"]) > 5 for journey in data["journeys"]} == {True}


def test_other_readers_are_told_words_only(night: Night, tmp_path: Path) -> None:
    settings = Settings(root=tmp_path)
    tell_others(night.run, out=tmp_path, maps={}, settings=settings, environ={})
    allure.write_results(night.run, {}, tmp_path, picture=lambda _: None, message=lambda _: None)
    told = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(told) > 5
    assert all(OURS.fullmatch(file.name) for file in told)
    for file in told:
        text = file.read_bytes().decode("utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f]", text), file
        if file.suffix in (".json", ".ndjson"):
            for line in text.splitlines() if file.suffix == ".ndjson" else [text]:
                json.loads(line)
    summary_ = (tmp_path / "summary.md").read_text("utf-8")
    assert not re.search(r"<script|<b class|\]\(javascript:|!\[y\]\(https", summary_)


@pytest.mark.parametrize("name", WORDS)
def test_the_terminal_is_told_words_only(name: str) -> None:
    words, stage = loaded(WORDS[name]), Stage()
    walk = stage.journey(words)
    walk.step(words, status="failed", error=words)
    walk.promise("receipt", verdict="wrong", why=words)
    walk.done("failed", words)
    run = stage.view()
    lines = summary(run, gate(run))
    assert len(lines) == 4
    assert [line for line in lines if CONTROLS.search(line) or "\n" in line or "::" in line[:3]] == []
    assert max(map(len, lines)) < 1_100
    "\n".join(lines).encode("utf-8")


@pytest.mark.parametrize("name", MESSAGES)
def test_everyone_who_reads_it_survives_it(name: str) -> None:
    raw, told = MESSAGES[name], known()
    began = time.process_time()
    arrival, letter = read(raw, id="1", to=["ada@journeys.test"], at=AT), open_letter(raw)
    shown = read_letter(arrival, raw)
    if page := inline_html(raw):
        safe_and_shape(page)
    touch = Touch(arrival, "receipt", None, AT, letter)
    found = [one for check in all_checks() if "email" in check.channels for one in check.look(touch, told)]
    assert time.process_time() - began < LIMIT
    assert [one for one in (*arrival.faults, *letter.faults) if "could not be read (" in one] == []
    assert all(len(part) < 300 for part, _ in shown.files)
    assert len(found) < 1_500


LIMIT = 2.5
"""Seconds of the processor for one message and all who read it: on a slow machine, under load."""


_CHILD = """
import resource, sys
from pathlib import Path
from tests.checks.letters import NOW, known
from tests.report.hostile.corpus import hostile_night
from tests.report.hostile.mail import HUGE, huge
from upheld.checks import Touch, all_checks
from upheld.mailbox.letter import open_letter
from upheld.mailbox.message import read
from upheld.report import write_report

for name in HUGE:
    if name == "50 MB attached":
        continue  # it is read for the report below
    raw = huge(name)
    touch = Touch(read(raw, id="1", to=["ada@journeys.test"], at=NOW), "receipt", None, NOW, open_letter(raw))
    for check in all_checks():
        list(check.look(touch, known()))
    del raw, touch
root = Path(sys.argv[1])
run = hostile_night(root / "evidence", {name: huge(name) for name in HUGE if name != "50 MB of HTML"})
write_report(run, evidence=root / "evidence", out=root / "report", maps={})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform != "darwin" else 1024 * 1024))
"""


def test_memory_stays_bounded_whatever_comes(tmp_path: Path) -> None:
    """Each of the huge messages is read, checked and reported, in a process of its own whose memory is measured."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(tmp_path)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 750
    pages = sum(file.stat().st_size for file in tmp_path.joinpath("report").rglob("*.html"))
    assert pages < 3_000_000


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """An address that nothing may ask, and what asked it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *about: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_shown_for_the_checks_it_runs_nothing_and_asks_for_nothing(
    tmp_path: Path, window: BrowserContext, elsewhere: tuple[str, list[str]]
) -> None:
    url, asked = elsewhere
    sample = [markup.replace("JS", f"fetch(`{url}/js`)").replace("EVIL", url) for markup in list(MARKUP.values())[::6]]
    with contextlib.closing(open_ledger(f"sqlite:///{tmp_path}/l.db", migrate=True)) as ledger:
        with Renderer(ledger, "run", evidence=tmp_path / "e", site="https://staging.example.org") as renderer:
            for number, markup in enumerate(sample):
                renderer.take(f"{number}.eml", mail(f"<p>Dear Ada</p>{markup}"))
            assert renderer.finish(60)
        assert len(ledger.events(run="run", kinds=("rendered",))) == len(sample)
    assert asked == []
    # Shown as it is, it does run and ask, so there is something to be held.
    page = window.new_page()
    bare = tmp_path / "bare.html"
    bare.write_text(f"<p>Dear Ada</p>{sample[1]}{sample[6]}", "utf-8")
    page.goto(bare.as_uri())
    page.wait_for_load_state("networkidle")
    page.close()
    assert asked != []


SECRETS = {
    "token of a link": "s3cr3tT0ken",
    "token in a path": "k3j2x9q8",
    "one-time code": "481516",
    "grouped code": "815 162",
    "code of letters": "QX7-KPL9",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
    "password": "correct-horse",
    "key": "sk_live_51H8aKzQpLmN0pR",
}
_SECRET_HTML = """<p>Dear Ada, order 4711 of 120.00 EUR, on 25 November 2026.</p>
<a href="https://shop.example/login?token=s3cr3tT0ken">Sign in</a>
<p>Or type https://shop.example/<wbr>t/k3j2x9q8, or s3cr3tT0ken, or k3j2x9q8</p><a href="https://shop.example/t/k3j2x9q8">x</a>
<p>Your code is 481516, or 815 162, or code QX7-KPL9.</p><p title="k3j2x9q8">API key: sk_live_51H8aKzQpLmN0pR</p>
<p>password: correct-horse</p><p>eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl</p>
<img alt="Ticket k3j2x9q8" src="data:image/png;base64,iVBORw0KGgo=">"""


def _secret_night(evidence: Path) -> RunView:
    stage = Stage(evidence)
    walk = stage.journey("Booking")
    all_of_them = "; ".join((*SECRETS.values(), "https://shop.example/login?token=s3cr3tT0ken"))
    walk.step("she opens it", picture="page.png", title=all_of_them, console=[all_of_them], failed=[all_of_them])
    walk.step("she pays", status="failed", error=f"She saw: {all_of_them}", picture="page.png")
    came = walk.mail(
        "Your code: 481516", re.sub("<[^>]*>", "", _SECRET_HTML), _SECRET_HTML,
        attach=[("ticket-k3j2x9q8.txt", "text/plain", all_of_them.encode())],
    )  # fmt: skip
    walk.promise("code", verdict="wrong", why=f"It says {all_of_them} instead of 4712.", arrivals=[came], came=1)
    walk.finding(came, "says", all_of_them, "fail", words="s3cr3tT0ken", places=[["the code", "481516"]])
    walk.finding(walk.mail("k3j2x9q8", all_of_them), "unpromised", all_of_them)
    walk.done("failed", all_of_them, trace="k3j2x9q8.trace.zip")
    return stage.view()


def test_what_is_published_lets_nobody_in(tmp_path: Path) -> None:
    run = _secret_night(tmp_path / "e")

    def told(publish: bool) -> dict[str, str]:
        out = tmp_path / f"report-{publish}"
        write_report(run, evidence=tmp_path / "e", out=out, maps={}, publish=publish)
        tell_others(run, out=out, maps={}, settings=Settings(root=tmp_path, publish=publish), environ={})
        files = [file for file in out.rglob("*") if file.is_file()]
        texts = ((file, file.read_bytes().decode("utf-8", "replace")) for file in files)
        return {str(file.relative_to(out)): html.unescape(text) for file, text in texts}

    published, kept = told(publish=True), told(publish=False)
    found = [(name, what) for what, secret in SECRETS.items() for name, text in published.items() if secret in text]
    assert found == []
    assert {what for what, secret in SECRETS.items() if any(secret in text for text in kept.values())} == set(SECRETS)
    assert any(name.startswith("messages/") for name in kept)
    assert not any(name.startswith("messages/") or "trace.zip" in text for name, text in published.items())
    # It still says what a reader needs.
    words = "".join(text for name, text in published.items() if name.startswith("journeys/"))
    for said in ("Dear Ada", "order 4711", "120.00 EUR", "25 November 2026", "instead of 4712", "shop.example"):
        assert said in words
    assert "data:image/png" not in words
