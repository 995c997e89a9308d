"""The standard steps, walked in a real browser at a club with members: codes, devices, downloads, answers, facts."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import parse_qs

import pyotp
import pytest

from tests.needs import needs
from tests.plugin.conftest import SUITE_CONFTEST, Suite, scenario

pytest_plugins = ["pytester"]

__all__ = ["scenario"]

KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
LOGIN = """<h1>Sign in</h1><form method=post action=/login>
<label>Code <input name=code autocomplete=one-time-code></label>{}</form>"""
MEMBERS = """<meta name=viewport content="width=device-width"><h1>Welcome</h1>
<dl><dt>Member number</dt><dd>M-1042</dd><dt>Paid</dt><dd>€19.00</dd></dl>
<p id=w></p><script>w.textContent = `${innerWidth} wide`</script>
<a href=/workbook>Workbook</a> <a href=/old>Old workbook</a>
<form action=/saved><label>Nickname <input name=n></label>
<label>Colour <select name=c><option>Red<option>Blue</select></label>
<label><input type=checkbox name=t> Send me news</label><button>Save</button></form>"""
OWN_STEPS = """
def at_the_desk(host):
    host.opens("/login")
    host.answers("Code", "482913")
    host.presses("Sign in")

@step("the organiser is at the desk")
def is_at_the_desk(journey):
    journey.actor("the organiser").stays_signed_in("organiser", at_the_desk)

@step("the doors are locked for the night")
def locked(journey):
    journey.request("DELETE", "/sessions")

@step(parsers.parse("he sees the workbook of {name}"))
def sees_workbook(journey, name):
    journey.note("a step of our own", name)
"""


@dataclass
class Club:
    """A club that lets in who has the code, and remembers her by a cookie."""

    url: str = ""
    inside: set[str] = field(default_factory=set)
    logins: int = 0
    saved: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)


def handler(club: Club) -> type[http.server.BaseHTTPRequestHandler]:
    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            cookie = SimpleCookie(self.headers.get("Cookie", ""))
            known = "member" in cookie and cookie["member"].value in club.inside
            if path == "/members" and not known:
                self.say(302, "", Location="/login")
            elif path == "/members":
                self.say(200, MEMBERS)
            elif path == "/login":
                self.say(200, LOGIN.format("<button>Sign in</button>"))
            elif path == "/app":
                self.say(200, f"<h1>Set up</h1><code>{KEY}</code>" + LOGIN.format("<button>Check</button>"))
            elif path == "/workbook" and known:
                self.say(200, "Chapter one", **{"Content-Type": "text/plain", "Content-Disposition": "attachment"})
            elif path == "/saved":
                club.saved.append(query)
                self.say(200, "<h1>Saved</h1>")
            else:
                self.say(410 if path == "/old" else 404, "<h1>This link has expired</h1>")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            code = parse_qs(body).get("code", [""])[0]
            if code == "482913" or (pyotp.TOTP(KEY).verify(code) and code not in club.used):
                club.used.append(code)
                club.logins += 1
                club.inside.add(str(club.logins))
                self.say(303, "", Location="/members", **{"Set-Cookie": f"member={club.logins}; Path=/"})
            else:
                self.say(403, "<h1>Wrong code</h1>")

        def do_DELETE(self) -> None:
            club.inside.clear()
            self.say(200, "")

        def say(self, status: int, body: str, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Door


@pytest.fixture
def club() -> Iterator[Club]:
    club = Club()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(club)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        club.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield club
        server.shutdown()


def test_standard_steps_in_a_real_browser(suite: Suite, club: Club, scenario: Callable[..., str]) -> None:
    needs("browser")
    suite.pytester.makeconftest(SUITE_CONFTEST + OWN_STEPS)
    suite.write_settings(site=club.url, mailbox="embedded://127.0.0.1:0", patience="3s", quiet="0.3s", step_limit="10s")
    feature = suite.feature(
        scenario(
            "A member",
            "Given Ben uses a phone",
            'And Ben opens "/members"',
            "Then he is asked to sign in",
            'When he enters the code "111111"',
            'And he presses "Sign in"',
            'Then he is refused with "Wrong code"',
            "When he goes back",
            'And the shop sends Ben "Your sign-in code" saying "Your code is 482913."',
            "And he receives a code by email within 9 seconds",
            "And he enters the code",
            'And he presses "Sign in"',
            'Then he is on "/members"',
            'And he sees "390 wide"',
            "When he notes the member number",
            "And he closes his browser",
            'And he comes back to "/members"',
            "Then he sees the member number",
            "And he sees\n      | Member number | the member number |\n      | Paid | 19.00 |",
            "And he sees the workbook of Ben",
            'When he opens "/members" on another device',
            "Then he is asked to sign in",
            "And he does not see the member number",
            "When he goes back to his own device",
            'And he downloads "Workbook"',
            "Then he opens it",
            'And he cannot download "Old workbook"',
            'When he goes back',
            "And Cleo opens the page that Ben is on",
            "Then Cleo is asked to sign in",
            'And Cleo does not see "Welcome"',
            'When Ben fills in "Nickname" with the member number',
            'And he chooses "Blue" as "Colour"',
            'And he ticks "Send me news"',
            'And he presses "Save"',
            "Then he is promised no code by email for 1 second",
        )
        + scenario(
            "An app",
            'Given Dan opens "/app"',
            "When he adds the key to his authenticator app",
            "And he enters the code from his authenticator app",
            'And he presses "Check"',
            'Then he sees "Welcome"',
            "And he is promised no code by email for 1 second",
        )
        + scenario("The desk opens", "Given the organiser is at the desk", 'Then the organiser sees "Welcome"')
        + scenario(
            "The desk is still open",
            "Given the organiser is at the desk",
            'Then the organiser sees "Welcome"',
            "When the doors are locked for the night",
        )
        + scenario("The desk opens again", "Given the organiser is at the desk", 'Then the organiser sees "Welcome"')
    )  # fmt: skip
    result = suite.run(feature)
    journeys = suite.view().journeys
    assert {journey.scenario: journey.error for journey in journeys if journey.error} == {}, result.stdout.str()
    assert set(suite.verdicts().values()) == {"kept"}
    assert club.saved == ["n=M-1042&c=Blue&t=on"]
    # Ben, Dan, and the organiser twice: once for two journeys, and again when the site had forgotten her.
    assert club.logins == 4
    kept = [arrival.arrival for arrival in suite.view().arrivals if arrival.arrival.channel == "download"]
    assert [(one.subject, one.text) for one in kept] == [("Workbook", "Chapter one")]
