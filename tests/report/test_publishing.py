"""The recipes of docs/publishing.md: what can be tried here of them is."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import ConsoleMessage, Page

from tests.browsers import browser_of
from tests.report.nights import MAPS, mixed_night
from upheld.config import Settings
from upheld.report import write_report
from upheld.report.allure import STATUSES as ALLURE
from upheld.report.cucumber import STATUSES as CUCUMBER
from upheld.report.readers import tell_others

DOCS = (Path(__file__).parents[2] / "docs" / "publishing.md").read_text("utf-8")
SETTINGS = {f"UPHELD_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("recipe", re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL), ids=["github", "gitlab"])
def test_a_recipe_can_be_read_and_sets_what_there_is(recipe: str) -> None:
    assert yaml.safe_load(recipe)
    assert set(re.findall(r"^\s+(UPHELD_\w+):", recipe, re.MULTILINE)) <= SETTINGS
    assert "upheld run" in recipe


def test_verdicts_are_in_other_readers_words_as_the_docs_say() -> None:
    rows = re.findall(r"^\| ([a-z, ]+)(?:: [\w ]+)? \| \w+ \| (\w+) \| \**(\w+)\** \|$", DOCS, re.MULTILINE)
    said = {verdict: row[1:] for row in rows if row[0] != "verdict" for verdict in row[0].split(", ")}
    assert said == {str(one): (CUCUMBER[one].lower(), ALLURE[one]) for one in CUCUMBER}


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed here")
def test_nginx_takes_its_recipe_without_a_complaint(tmp_path: Path) -> None:
    (server,) = re.findall(r"```nginx\n(.*?)```", DOCS, re.DOTALL)
    server = server.replace("listen 8080", "listen 127.0.0.1:8080").replace("/srv/upheld/public", str(tmp_path))
    head = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ include /etc/nginx/mime.types; access_log off;"
    (tmp_path / "nginx.conf").write_text(f"{head}\n{server}}}\n", "utf-8")
    command = ("nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"))
    told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stderr
    told = "\n".join(line for line in told.splitlines() if '"user" directive' not in line)
    assert "test is successful" in told
    assert "[warn]" not in told


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The nights, served under the headers that the docs set for nginx."""
    settings = Settings(root=tmp_path, history=Path("public"))
    run = mixed_night(tmp_path / "evidence")
    write_report(run, evidence=tmp_path / "evidence", out=tmp_path / "report", maps=MAPS, settings=settings)
    tell_others(run, out=tmp_path / "report", maps=MAPS, settings=settings, environ={})
    headers = re.findall(r'^    add_header ([\w-]+) (?:"([^"]+)"|(\S+)) always;$', DOCS, re.MULTILINE)
    assert len(headers) == 5

    class Served(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            for name, quoted, plain in headers:
                self.send_header(name, quoted or plain)
            super().end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    handler = functools.partial(Served, directory=str(tmp_path / "public"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    with browser_of(request) as browser:
        yield browser.new_page()


def _note(complaints: list[str], message: ConsoleMessage) -> None:
    complaints.append(message.text)


def test_the_report_works_under_the_headers_that_the_docs_set(served: str, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", functools.partial(_note, complaints))
    page.goto(f"{served}/index.html")
    page.get_by_role("link", name=re.compile("21 November, ")).click()
    # The search is the page's one script: it runs, so it is there.
    page.get_by_text("Find and filter").click()
    page.get_by_role("searchbox").fill("declined")
    page.get_by_role("link", name="The card is declined").first.click()
    page.wait_for_load_state("networkidle")
    assert "/journeys/" in page.url
    assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
    assert complaints == []
