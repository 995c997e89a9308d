"""Leaving with one click, and a link that must work once: what a page says, and what the steps do."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.needs import needs
from tests.plugin.conftest import SUITE_CONFTEST, Suite, scenario, site, suite
from upheld.vocabulary.leaving import says_spent

pytest_plugins = ["pytester"]

__all__ = ["scenario", "site", "suite"]

SPENT = [
    "This link has been used.", "This link has expired", "Sorry!\nYour link is no longer valid.",
    "Invalid or expired token",
    "It looks like this invitation was already accepted or the link expired.", "That code isn't valid any more.",
    "The link you followed has already been used to confirm an address.", "Link expired", "This link no longer works.",
    "Dieser Link ist abgelaufen.", "Dieser Link wurde bereits verwendet.", "Der Code ist ungültig.",
    "Der Link ist leider nicht mehr gültig.", "Ce lien a expiré.", "Ce lien a déjà été utilisé.",
    "Votre lien n'est plus valide", "Deze link is verlopen.", "Deze link is al gebruikt.", "De code is ongeldig",
    "Este enlace ha caducado.", "El enlace ya no es válido", "Este enlace ya se ha utilizado.",
]  # fmt: skip
NOT_SPENT = [
    "You are signed in. Welcome back!", "Your address has been confirmed.", "This link works once, for 15 minutes.",
    "If the link has expired, ask for a new one.", "Your download is ready, Ada.\nThe link can be used once.",
    "When your link is no longer valid, we send another.", "Wenn der Link abgelaufen ist, fordern Sie einen neuen an.",
    "Der Link ist 15 Minuten gültig.", "Ihre Adresse wurde bestätigt.", "Si ce lien a expiré, demandez-en un autre.",
    "Ce lien est valable une heure.", "Als deze link is verlopen, vraag een nieuwe aan.", "Uw adres is bevestigd.",
    "Si este enlace ha caducado, pida otro.", "Su dirección ha sido confirmada.", "Your card has expired.", "",
]  # fmt: skip


@pytest.mark.parametrize("text", SPENT)
def test_a_page_says_that_a_link_is_spent(text: str) -> None:
    assert says_spent(text)


@pytest.mark.parametrize("text", NOT_SPENT)
def test_a_page_that_says_something_else(text: str) -> None:
    assert not says_spent(text)


@dataclass
class News:
    """A site with letters: who has left them, and which links have been followed."""

    url: str = ""
    left: list[tuple[str, str, str]] = field(default_factory=list)
    followed: set[str] = field(default_factory=set)


def handler(news: News) -> type[http.server.BaseHTTPRequestHandler]:
    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the protocol's
            used = self.path in news.followed
            news.followed.add(self.path)
            if self.path.startswith("/gone/") and used:
                self.say(410, "<h1>Gone</h1>")
            elif self.path.startswith("/once/") and used:
                self.say(200, "<h1>Sorry</h1><p>This link has been used.</p>")
            else:
                self.say(200, "<h1>Welcome back</h1><p>This link works once.</p>")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            news.left.append((self.path, body, self.headers["Content-Type"]))
            self.say(500 if self.path == "/broken" else 303 if self.path == "/on" else 200, "")

        def say(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Door


@pytest.fixture
def news() -> Iterator[News]:
    news = News()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(news)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        news.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield news
        server.shutdown()


OWN_STEPS = """
@step(parsers.re(r'the news "(?P<subject>.+)" reach (?P<who>\\w+), to be left at (?P<way>.+)'))
def news_reach(journey, who, subject, way):
    where = urlsplit(journey.settings.mailbox)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "news@shop.test", journey.actor(who).person.email, subject
    if way != "nothing":
        message["List-Unsubscribe"] = f"<mailto:leave@shop.test>, <{journey.settings.site}{way}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content("Hello")
    with smtplib.SMTP(where.hostname, where.port) as smtp:
        smtp.send_message(message)
"""


def test_leaving_with_one_click(suite: Suite, news: News, scenario: Callable[..., str]) -> None:
    suite.pytester.makeconftest(SUITE_CONFTEST + OWN_STEPS)
    suite.write_settings(site=news.url, mailbox="embedded://127.0.0.1:0", patience="3s", quiet="0.3s", step_limit="3s")
    feature = suite.feature(
        scenario(
            "She leaves what she received",
            'Given the news "Your newsletter in May" reach Ada, to be left at /leave/ada',
            "When Ada receives a newsletter by email within 9 seconds",
            "And she unsubscribes with one click from it",
            "Then she is promised no receipt for 1 second",
        )
        + scenario(
            "She leaves by its kind",
            'Given the news "Your newsletter in May" reach Ben, to be left at /leave/ben',
            "When Ben unsubscribes with one click from the newsletter",
        )
        + "".join(
            scenario(
                f"It cannot be left at {way}",
                f'Given the news "Your newsletter in May" reach Ada, to be left at {way}',
                "When Ada unsubscribes with one click from the newsletter",
            )
            for way in ("/broken", "/on", "nothing")
        )
    )
    suite.run(feature)
    errors = {journey.scenario: journey.error for journey in suite.view().journeys}
    assert errors["She leaves what she received"] == errors["She leaves by its kind"] == ""
    assert "the site answered 500" in errors["It cannot be left at /broken"]
    assert "answered 303" in errors["It cannot be left at /on"]
    assert "no List-Unsubscribe header" in errors["It cannot be left at nothing"]
    said = ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
    assert sorted(news.left) == [(path, *said) for path in ("/broken", "/leave/ada", "/leave/ben", "/on")]
    assert set(suite.verdicts().values()) == {"kept"}


def test_a_link_that_must_work_once(suite: Suite, news: News, scenario: Callable[..., str]) -> None:
    needs("browser")
    suite.write_settings(site=news.url, mailbox="embedded://127.0.0.1:0", patience="3s", quiet="0.3s", step_limit="3s")

    def once(path: str, again: str) -> str:
        return scenario(
            f"A link to {path}",
            f'Given the shop sends Ada "Your sign-in link" saying "Here: {news.url}/{path}/7"',
            "When Ada receives a sign-in link by email within 9 seconds",
            "And she follows the link in it",
            'Then she sees "Welcome back"',
            f"And she cannot use the link in it again{again}",
            'And she sees "Welcome back"',
        )

    feature = suite.feature(once("once", ', and is told "has been used"') + once("gone", "") + once("often", ""))
    suite.run(feature)
    errors = {journey.scenario.removeprefix("A link to "): journey.error for journey in suite.view().journeys}
    assert errors["once"] == errors["gone"] == ""
    assert (
        'again, which she should not: the site answered 200 at /often/7, and the page says "Welcome back"'
        in errors["often"]
    )
