"""Links are looked at once, soon, and never where looking could use something up."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from upheld.checks import probing
from upheld.checks.following import does_something, is_about_a_link
from upheld.checks.probing import Prober
from upheld.ledger import Ledger, fold, open_ledger
from upheld.promises import Arrival, Link

SITE = "https://shop.example.org"
TOKEN = "sHQ3J8mZk2VfT0bYw9LrXA"

PLAIN = [
    ("", "The shop"),
    ("/", ""),
    ("/events/systems-day-2026", "Systems Day"),
    (f"/orders/{TOKEN}", "Your booking"),
    (f"/orders/{TOKEN}", "View your order"),
    (f"/courses/bookings/{TOKEN}", "Ihre Buchung"),
    (f"/courses/bookings/{TOKEN}/delegates", "Name the delegates"),
    ("/orders/1042", "Order 1042"),
    ("/members/join", "Begin again"),
    ("/members/sign-in", "Sign in"),
    ("/members/area", "The members' area"),
    ("/offers/gone", "Take the seat"),
    ("/blog/how-we-corporate-market-things?utm_source=mail&utm_campaign=may-2026", "Read on"),
    ("/help#refunds", "Help"),
    ("/de/veranstaltungen/sommerfest-2026", "Zur Veranstaltung"),
    ("/commandes/CMD-2026-0042", "Voir votre commande"),
    ("/privacy", "Privacy"),
    ("/de/2026/programm", "Programm"),
    ("/about", "عن المتجر"),
    ("/rooms/room404-mp3-covid19", "Room 404"),
    ("/orders/ab7e50ea46", "Your order"),
    ("/dates?month=5&year=2026", "All dates"),
]
DOES = [
    (f"/verify/{TOKEN}", "Check in"),
    (f"/members/confirm/{TOKEN}", "Confirm my address"),
    (f"/members/sign-in/{TOKEN}", "Sign in"),
    (f"/offers/{TOKEN}", "Take the seat"),
    (f"/downloads/orders/{TOKEN}", "Your order"),
    (f"/downloads/orders/{TOKEN}/links/{TOKEN}x", "Download your e-book"),
    (f"/members/card/{TOKEN}", "Change my card"),
    (f"/e/{TOKEN}", "Your invitation"),
    (f"/orders/{TOKEN}", "Cancel my booking"),
    (f"/orders/{TOKEN}/cancel", "Your booking"),
    (f"/orders/{TOKEN}/{TOKEN}", "Your booking"),
    ("/orders/1042/refund", "Have your money back"),
    ("/orders/1042", "Pay now"),
    ("/newsletter/ada/unsubscribe", "here"),
    ("/n?u=ada%40example.org", "Leave the list"),
    ("/prefs", "Newsletter abbestellen"),
    ("/go?do=optOut", "click"),
    ("/confirmEmail?id=7", "here"),
    ("/emailverification/7", "here"),
    ("/abc", "E-Mail-Adresse bestätigen"),
    ("/bestaetigen/7", "weiter"),
    ("/abc", "Se désabonner"),
    ("/abc", "Valider mon adresse"),
    ("/abc", "Afmelden"),
    ("/abc", "Darse de baja"),
    ("/abc", "Cancelar la reserva"),
    ("/abc", "Jetzt kündigen"),
    ("/abc", "Yes, I am coming"),
    ("/abc", "Nein"),
    ("/abc", "Sí"),
    ("/survey?score=9", "9"),
    ("/bookings/4711/release", "My seat"),
    ("/bookings/4711/check-in", "Check in"),
    ("/orders/4711/received", "I have it"),
    ("/orders/4711/skip", "This week"),
    ("/reservas/4711/liberar", "Mi plaza"),
    ("/events/autumn-retreat/yes", "Count me in"),
    ("/voucher/ABCD-EFGH", "Use now"),
    ("/i/kxqwertzabc", "Open"),
    ("/w/KJHGFDSAQW", "Open"),
    ("/?page=KXQWERTZ", "Open"),
    ("/s/12", "★★★★☆"),
    ("/workbook.pdf", "The workbook"),
    ("/x/ticket.pkpass", "Your ticket"),
    ("/cart?add=book-12", "A book"),
    ("/reset?t=abc", "New password"),
    ("/r/aB3xY9", "Read on"),
    ("/tickets/3f2a9c1e-0b7d-4a55-9a51-d2c0a1b2c3d4", "Your ticket"),
    ("/join/4711", "Join us"),
    ("/card/ben.ab7e50ea46", "Have a look"),
    ("/c/9e0e23d6e6", "Have a look"),
    ("/t/777", "Open your tickets"),
    ("/b/XK9", "Afficher le billet"),
    ("/tickets/7Qz", "Télécharger les billets"),
    ("/visits/12", "Reschedule"),
    ("/polls/12/vote/yes", "I like it"),
    ("/reminders/12/snooze", "Later"),
    ("/invite/1042/accept", "I accept"),
    ("/login?next=%2Forders", "Log in"),
]


@pytest.mark.parametrize(("path", "words"), PLAIN)
def test_a_plain_page_may_be_looked_at(path: str, words: str) -> None:
    assert does_something(SITE + path, words) == ""


@pytest.mark.parametrize(("path", "words"), DOES)
def test_what_may_do_something_is_left_to_its_reader(path: str, words: str) -> None:
    assert does_something(SITE + path, words)


@pytest.mark.parametrize(
    "url",
    ["mailto:a@example.org", "tel:+351", "sms:+351", "webcal://example.org/a.ics", "javascript:void(0)", "/orders/1",
     "", "http://", "https://[::1", "https://ada:secret@shop.example.org/", "https://unsubscribe.shop.example.org/x",
     "ftp://example.org/"],
)  # fmt: skip
def test_what_is_no_page_is_not_looked_at(url: str) -> None:
    assert does_something(url, "Read on")


def test_a_hostile_address_takes_no_time() -> None:
    for path in ("1-" * 900 + "!", "a1" * 900, "aA1-" * 400 + "|", "((((" * 400, "%41" * 600):
        assert does_something(f"{SITE}/{path}", "Look " + "1-" * 5000)
    assert does_something(f"{SITE}/{'events/' * 400}", "Look")


def test_the_map_says_what_does_something_and_what_does_not() -> None:
    assert does_something(f"{SITE}/seats/12", "Your seat", patterns=[r"/seats/\d+"])
    assert does_something(
        f"{SITE}/seats/12", "Your (seat", patterns=["your (seat"]
    )  # as it stands, where it is no pattern
    assert not does_something(f"{SITE}/confirm/{TOKEN}", "Confirm", safe=["^Confirm$"])
    assert does_something(f"{SITE}/confirm/{TOKEN}", "Confirm", safe=["^Confirm$"], patterns=["/confirm/"])
    assert does_something(f"{SITE}/confirm/{TOKEN}", "Confirm (now", safe=["Confirm (now"])


@pytest.mark.parametrize(
    ("subject", "text", "about"),
    [
        ("Your sign-in link", "", True),
        ("Bitte bestätigen Sie Ihre Adresse", "", True),
        ("Réinitialisez votre mot de passe", "", True),
        ("For you", "The link works once, for 15 minutes.", True),
        ("Für Sie", "Der Link ist 24 Stunden gültig.", True),
        ("Booking confirmation", "We look forward to you.", False),
        ("Ihre Bestätigung", "Bis bald!", False),
        ("Your booking is confirmed", "See you soon.", False),
        ("Reminder: Systems Day is tomorrow", "We begin at 18:00.", False),
    ],
)
def test_in_a_message_about_a_link_all_that_is_hers_is_left_alone(subject: str, text: str, about: bool) -> None:
    wary = is_about_a_link(subject, text)
    assert wary is about
    assert bool(does_something(f"{SITE}/once/7", "Look", wary=wary)) is about
    assert does_something(f"{SITE}/orders/1042", "Your order", wary=wary) == ""
    assert does_something(f"{SITE}/help", "Help", wary=wary) == ""


@dataclass
class Site:
    """A site that counts what is asked of it."""

    url: str = ""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    broken: int = 0

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]


def handler(site: Site) -> type[http.server.BaseHTTPRequestHandler]:
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the protocol's
            site.asked.append((self.command, self.path, self.headers.get("Test-Clock", "")))
            site.cookies.append(self.headers.get("Cookie", ""))
            if self.path == "/page":
                page = "<title>Systems\n Day</title><h2>Soon</h2><h1>Wel<b>come</b> &amp; come in</h1>"
                self.say(200, page.encode(), **{"Content-Type": "text/html; charset=utf-8"})
            elif self.path == "/long":
                self.say(200, b"<title>Long</title>" + b"x" * 4_000_000, **{"Content-Type": "text/html"})
            elif self.path == "/picture":
                self.say(200, b"\x89PNG", **{"Content-Type": "image/png"})
            elif self.path == "/hop":
                self.say(302, b"", **{"Location": "/page", "Set-Cookie": "who=ada"})
            elif self.path == "/round":
                self.say(302, Location="/round")
            elif self.path == "/to-secret":
                self.say(303, Location=f"/verify/{TOKEN}")
            elif self.path == "/away":
                self.say(301, Location="https://elsewhere.example.net/x")
            elif self.path == "/shaky" and not site.broken:
                site.broken += 1
                self.say(503)
            elif self.path == "/shaky":
                self.say(200)
            else:
                self.say(404, b"<h1>Nothing here</h1>", **{"Content-Type": "text/html"})

        do_HEAD = do_POST = do_GET  # noqa: N815 - the names are the protocol's

        def say(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):  # whoever asked has read enough
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Answers


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    site = Site()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield site
        server.shutdown()


@pytest.fixture
def site(served: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    served.asked.clear()
    served.cookies.clear()
    served.broken = 0
    monkeypatch.setattr(probing, "AGAIN", 0.01)
    return served


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", migrate=True)) as opened:
        yield opened


def mail(*links: str | Link, channel: str = "email") -> Arrival:
    found = tuple(Link("Read on", one) if isinstance(one, str) else one for one in links)
    return Arrival("m1", ("ada@journeys.test",), datetime.now(UTC), links=found, channel=channel)


def test_links_are_looked_at_once_and_written_down(site: Site, ledger: Ledger) -> None:
    letter = mail(
        f"{site.url}/page", f"{site.url}/page", f"{site.url}/missing", f"{site.url}/hop", f"{site.url}/picture",
        f"{site.url}/long", f"{site.url}/to-secret", f"{site.url}/away", f"{site.url}/confirm/{TOKEN}",
        "https://elsewhere.example.net/", "mailto:office@demo.test", f"{site.url}/round", f"{site.url}/shaky",
    )  # fmt: skip
    with Prober(ledger, "run", site=site.url) as prober:
        prober.take(letter, headers={"Test-Clock": "ada"})
        assert prober.finish(20)
        prober.take(letter)
        prober.take(mail(f"{site.url}/hook", channel="webhook"))
        assert prober.finish(20)
        seen = {url.removeprefix(site.url): probe for url, probe in prober.probes.items()}
    assert (seen["/page"].status, seen["/page"].title, seen["/page"].heading) == (
        200,
        "Systems Day",
        "Welcome & come in",
    )
    assert (seen["/missing"].status, seen["/missing"].heading) == (404, "Nothing here")
    assert (seen["/hop"].status, seen["/hop"].final) == (200, f"{site.url}/page")
    assert (seen["/picture"].status, seen["/picture"].type) == (200, "image/png")
    assert seen["/long"].title == "Long"
    assert seen["/shaky"].status == 200
    assert (seen["/round"].status, "leads on and on" in seen["/round"].why) == (0, True)
    assert (seen["/to-secret"].status, seen["/to-secret"].final) == (None, f"{site.url}/verify/{TOKEN}")
    assert (seen["/away"].status, "elsewhere.example.net is not in allow_hosts" in seen["/away"].why) == (None, True)
    assert seen["https://elsewhere.example.net/"].why == "elsewhere.example.net is not in allow_hosts"
    assert seen["mailto:office@demo.test"].status is None
    assert seen[f"/confirm/{TOKEN}"].status is None
    # Each once, by GET, by her clock; nothing that does something, and no cookie of one link with another.
    once = [path for path in site.paths() if path not in ("/round", "/shaky", "/page")]
    assert sorted(once) == ["/away", "/hop", "/long", "/missing", "/picture", "/to-secret"]
    assert site.paths().count("/page") == 2  # by itself, and where another led
    assert {(method, clock) for method, _, clock in site.asked} == {("GET", "ada")}
    assert site.cookies.count("who=ada") == 1
    written = {one.url.removeprefix(site.url): one for one in fold(ledger.events(run="run")).probes}
    assert {url: one.status for url, one in written.items()} == {url: one.status for url, one in seen.items()}


def test_an_earlier_process_has_looked_already(site: Site, ledger: Ledger) -> None:
    for _ in range(2):
        with Prober(ledger, "run", site=site.url) as prober:
            prober.take(mail(f"{site.url}/page"))
            assert prober.finish(10)
    assert site.paths() == ["/page"]


def test_a_link_to_this_machine_is_not_asked_for_where_the_site_is_elsewhere(site: Site, ledger: Ledger) -> None:
    with Prober(ledger, "run", site=SITE) as prober:
        prober.take(mail(f"{site.url}/page"))
        assert prober.finish(10)
        assert [probe.status for probe in prober.probes.values()] == [None]
    assert site.paths() == []


def test_a_site_that_does_not_answer_is_told_and_raises_nothing(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "AGAIN", 0.01)
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as gone:
        url = f"http://127.0.0.1:{gone.server_address[1]}"
    with Prober(ledger, "run", site=url, allow_hosts=["not a host"]) as faulty:
        faulty.take(mail(f"{url}/page"))
        assert faulty.finish(10)
        assert [probe.status for probe in faulty.probes.values()] == [0]
    with Prober(ledger, "other", site=url) as prober:
        prober.take(mail(f"{url}/page", f"{url}/b"))
        assert prober.finish(10)
        assert {(probe.status, "did not answer" in probe.why) for probe in prober.probes.values()} == {(0, True)}
        ledger.close()
        prober.take(mail(f"{url}/c"))
        assert prober.finish(10)
