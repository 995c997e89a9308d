"""Mail shown in a real browser: what it sees, what it never asks for, and that one template is shown once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.checks.letters import page, raw_message
from upheld.checks.rendering import Renderer, safe_and_shape
from upheld.ledger import Ledger, open_ledger


@dataclass
class Site:
    """A site that has one picture, and notes what it was asked for."""

    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    seen = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.asked.append(self.path)
            found = self.path == "/logo.svg"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "image/svg+xml")
            self.end_headers()
            if found:
                self.wfile.write(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')

        def log_message(self, *about: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        seen.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield seen
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with contextlib.closing(open_ledger(f"sqlite:///{tmp_path_factory.mktemp('ledger')}/l.db", migrate=True)) as one:
        yield one


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evidence")


@pytest.fixture(scope="module")
def shown(site: Site, ledger: Ledger, evidence: Path) -> dict[str, Any]:
    """What was written of each message, all shown by one browser."""
    hostile = (
        f'<script>fetch("{site.url}/script")</script><img src="x" onerror="fetch(\'{site.url}/handler\')">'
        f'<iframe src="{site.url}/frame"></iframe><link rel="stylesheet" href="{site.url}/sheet.css">'
        f'<meta http-equiv="refresh" content="0;url={site.url}/gone"><style>@import "{site.url}/import.css";</style>'
        f'<p style="background:url({site.url}/background.png)">Hello</p>'
    )
    head = "<title>Your order</title>"
    letters = {
        "ada": page("Hello Ada", '<img src="cid:none" alt="">', head=head),
        "ben": page("Hello Benjamin the second", '<img src="cid:none" alt="">', head=head),
        "pale": page('<span style="color:#ddd;background:#fff">Pale</span>', head=head),
        "wide": page('<table width="900"><tr><td>Wide</td></tr></table>', head=head),
        "pictures": page(
            f'<img src="{site.url}/logo.svg" alt="Logo"><img src="{site.url}/gone.png" alt="Gone">'
            '<img src="https://elsewhere.example/p.gif" alt=""><img src="/relative.png" alt="Here">',
            head=head,
        ),
        "hostile": page(hostile),
    }
    with Renderer(ledger, "run", evidence=evidence, site=site.url) as renderer:
        for name, html in letters.items():
            renderer.take(name, raw_message(html=html))
        renderer.take("plain", raw_message("No HTML"))
        renderer.take("broken", b"\xff\xfe<html\x00" * 50)
        assert renderer.finish(60)
    return {event.data["raw"]: event.data for event in ledger.events(run="run", kinds=("rendered",))}


def test_each_html_message_is_written_down_and_has_pictures_of_its_own(shown: dict[str, Any], evidence: Path) -> None:
    assert {"ada", "ben", "pale", "wide", "pictures", "hostile"} <= set(shown)
    assert "plain" not in shown
    # Ada's and Ben's are of one template, so they are looked at once; what each says is to be seen in its own picture.
    looked_at = [{**shown[name], "pictures": {}, "raw": ""} for name in ("ada", "ben")]
    assert looked_at[0] == looked_at[1]
    taken = [name for one in ("ada", "ben", "pale") for name in shown[one]["pictures"].values()]
    assert len(set(taken)) == 6
    for name in taken:
        assert (evidence / name).read_bytes().startswith(b"\xff\xd8")


def test_axe_says_what_not_everybody_can_read(shown: dict[str, Any]) -> None:
    assert "color-contrast" in {found["id"] for found in shown["pale"]["violations"]}
    assert "color-contrast" not in {found["id"] for found in shown["ada"]["violations"]}


def test_what_is_wider_than_a_phone_is_measured(shown: dict[str, Any]) -> None:
    assert shown["ada"]["width"] == 390
    assert shown["wide"]["width"] > 880


def test_only_pictures_that_were_asked_for_can_be_missing(shown: dict[str, Any], site: Site) -> None:
    assert shown["pictures"]["broken_pictures"] == [f"{site.url}/gone.png", "/relative.png"]
    assert "/logo.svg" in site.asked


def test_nothing_in_a_message_runs_or_loads_but_its_pictures(shown: dict[str, Any], site: Site) -> None:
    assert "hostile" in shown
    assert set(site.asked) - {"/logo.svg", "/gone.png", "/background.png"} == set()


def test_what_was_shown_before_is_not_shown_again(shown: dict[str, Any], ledger: Ledger, evidence: Path) -> None:
    with Renderer(ledger, "run", evidence=evidence) as renderer:
        renderer.take("ada", raw_message(html=page("Hello")))
        assert renderer.finish(0)


def test_without_a_browser_nothing_is_shown_and_nobody_waits(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPHELD_BROWSER", "/no/such/browser")
    with Renderer(ledger, "other", evidence=tmp_path) as renderer:
        renderer.take("ada", raw_message(html=page("Hello")))
        assert renderer.finish(20)
    assert not ledger.events(run="other", kinds=("rendered",))


def test_a_shape_is_what_is_the_same_in_other_words() -> None:
    _, ada = safe_and_shape(page('Hello <a href="/1">Your order</a>'))
    assert safe_and_shape(page('Hi Ben <a href="/2">Deine Bestellung</a>'))[1] == ada
    for other in ("Hello <a href='/1'></a>", "Hello <b>you</b>", '<a href="/1" style="color:red">Your order</a>'):
        assert safe_and_shape(page(other))[1] != ada
