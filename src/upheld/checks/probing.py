"""Looking at links soon after they arrived, without a browser: each address once, and none that may do something.

It runs in the controlling process beside the lookout, and writes down what each link gave. Checks read it from there.
"""

from __future__ import annotations

import contextlib
import hashlib
import queue
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urldefrag, urljoin

import httpx
from bs4 import BeautifulSoup

from upheld.browser.allow import allows, host_of
from upheld.checks.base import Probe
from upheld.checks.following import distinct, does_something, is_about_a_link
from upheld.errors import LedgerUnreachable
from upheld.language import gettext as _
from upheld.ledger import Ledger, NewEvent
from upheld.promises import Arrival

__all__ = ["Prober"]

# Seconds for one link with all that it leads on to, and between two tries where the site answers with an error.
LIMIT, AGAIN = 10.0, 1.0
REDIRECTS = 10
# As much of a page is read as holds its title and first heading; in bytes.
MOST_READ = 64 * 1024
# So many links of one touchpoint are looked at, in their order; a page that lists everything is not crawled.
MOST_LINKS = 40
CHANNELS = frozenset({"email", "text message", "page"})
HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; upheld, which looks whether links lead somewhere)",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.5",
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class _Link:
    url: str
    words: str = ""
    patterns: tuple[str, ...] = ()
    safe: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    wary: bool = False

    def doubt(self, url: str) -> str:
        """Return why this link, which has led to `url`, must not be fetched there; "" where it may."""
        words = self.words if url == self.url else ""
        return does_something(url, words, patterns=self.patterns, safe=self.safe, wary=self.wary)


class Prober:
    """Looks at the links of what arrives, in a thread of its own, and writes `probed` into the ledger. Never raises.

    A context manager. `site` is the site's address and `allow_hosts` the settings': a link to another host is never
    asked for, nor one that may do something when it is followed.
    """

    def __init__(
        self, ledger: Ledger, run: str, *, site: str, allow_hosts: Iterable[str] = (), limit: float = LIMIT
    ) -> None:
        self._ledger, self._run, self._limit = ledger, run, limit
        self._allow, self._site = tuple(allow_hosts), site
        self._queue: queue.Queue[_Link | None] = queue.Queue()
        self._probes: dict[str, Probe] = {}
        self._taken: set[str] = set()
        # Hosts that did not answer when they were asked twice; of them everything else is asked but once.
        self._away: set[str] = set()
        # Links of which nobody answered the connection, when they were asked last.
        self._silent: set[str] = set()
        self._left = 0
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="upheld-prober", daemon=True)

    def __enter__(self) -> Self:
        """Begin; what an earlier process looked at for this run is not looked at again."""
        with contextlib.suppress(LedgerUnreachable):
            self._taken.update(
                str(event.data["url"]) for event in self._ledger.events(run=self._run, kinds=("probed",))
            )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        self._queue.put(None)
        self._thread.join(self._limit + AGAIN)

    @property
    def probes(self) -> dict[str, Probe]:
        """What was seen so far, by address."""
        with self._changed:
            return dict(self._probes)

    def take(
        self,
        arrival: Arrival,
        *,
        does_something: Iterable[str] = (),
        safe_to_follow: Iterable[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Look at the links of what has arrived, as soon as may be; returns at once.

        `does_something` and `safe_to_follow` are those of the journey's map, `headers` what every request to the site
        carries (by which clock it is served).
        """
        if arrival.channel not in CHANNELS:
            return
        patterns, safe, sent = tuple(does_something), tuple(safe_to_follow), dict(headers or {})
        # A page offers everything at once; a message is about something.
        wary = arrival.channel != "page" and is_about_a_link(arrival.subject, arrival.html_text or arrival.text)
        with self._changed:
            new = [one for one in distinct(arrival.links) if one.url not in self._taken][:MOST_LINKS]
            self._taken.update(one.url for one in new)
            self._left += len(new)
        for one in new:
            self._queue.put(_Link(one.url, "" if one.words == one.url else one.words, patterns, safe, sent, wary))

    def finish(self, limit: float = 30.0) -> bool:
        """Wait until all that was taken has been looked at, for `limit` seconds at most; return whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._left, limit)

    def forget(self) -> None:
        """Look at each address anew when it comes again: the clock was turned, and a page may be there or gone."""
        with self._changed:
            self._taken.clear()

    # In the thread

    def _work(self) -> None:
        with httpx.Client(trust_env=False, follow_redirects=False, timeout=self._limit / 2, headers=HEADERS) as client:
            while (link := self._queue.get()) is not None and not self._stop.is_set():
                try:
                    probe = self._look(client, link)
                except Exception as error:  # noqa: BLE001 - an address of somebody else's makes no trouble for a run
                    probe = Probe(link.url, 0, why=_("it could not be looked at ({error})", error=type(error).__name__))
                self._keep(probe)

    def _keep(self, probe: Probe) -> None:
        now = datetime.now(UTC)
        data = {name: value for name, value in asdict(probe).items() if name != "at"}
        name = hashlib.sha256(probe.url.encode("utf-8", "replace")).hexdigest()
        key = f"probed:{self._run}:{name}:{now.isoformat()}"
        try:
            self._ledger.append(NewEvent("probed", self._run, now, key=key, data=data))
        except LedgerUnreachable:  # a link that nobody looked at is no fault of anything
            pass
        finally:
            with self._changed:
                self._probes[probe.url] = probe
                self._left -= 1
                self._changed.notify_all()

    def _look(self, client: httpx.Client, link: _Link) -> Probe:
        """Fetch a link where that is safe; an error of the site's, or no answer, is asked about once more."""
        probe = self._fetch(client, link)
        host = host_of(probe.final)
        if (self._is_silent(probe) or (probe.status or 0) >= 500) and host not in self._away:
            self._stop.wait(AGAIN)
            probe = self._fetch(client, link)
        if self._is_silent(probe):
            self._away.add(host)
        return probe

    def _is_silent(self, probe: Probe) -> bool:
        return probe.url in self._silent

    def _fetch(self, client: httpx.Client, link: _Link) -> Probe:
        deadline, at = time.monotonic() + self._limit, link.url
        self._silent.discard(link.url)
        client.cookies.clear()  # what one customer's link leaves must not go along with another's
        for _hop in range(REDIRECTS + 1):
            if why := link.doubt(at) or self._stranger(at):
                return Probe(link.url, None, "" if at == link.url else at, why=why)
            try:
                request = client.stream("GET", urldefrag(at).url, headers=dict(link.headers))
                with request as answer:
                    if not answer.has_redirect_location:
                        return _seen(link.url, at, answer, deadline)
                    at = urljoin(at, answer.headers["location"])
            except httpx.TooManyRedirects:
                break
            except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, ValueError) as error:
                name = host_of(at) or _("the site")
                self._silent.add(link.url)
                said = _("{host} did not answer ({error})", host=name, error=type(error).__name__)
                return Probe(link.url, 0, at, why=said)
            if time.monotonic() > deadline:
                return Probe(
                    link.url, 0, at, why=_("it had not answered after {seconds} s", seconds=f"{self._limit:.0f}")
                )
        return Probe(link.url, 0, at, why=_("it leads on and on, {count} times and more", count=REDIRECTS))

    def _stranger(self, url: str) -> str:
        """Return why a host must not be asked; loopback is this machine's, and asked only where the site is there."""
        host = host_of(url)
        local = allows(url, ()) and not allows(self._site, ()) and host not in self._allow
        if local or not allows(url, self._allow):
            return _("{host} is not in allow_hosts", host=host or url)
        return ""


def _seen(url: str, at: str, answer: httpx.Response, deadline: float) -> Probe:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    title = heading = ""
    if kind in ("text/html", "application/xhtml+xml"):
        read = bytearray()
        for piece in answer.iter_bytes(16 * 1024):
            read += piece
            if len(read) >= MOST_READ or time.monotonic() > deadline:
                break
        title, heading = _told(bytes(read[:MOST_READ]), answer.charset_encoding)
    return Probe(url, answer.status_code, at, title, heading, kind, at=datetime.now(UTC))


def _told(page: bytes, charset: str | None) -> tuple[str, str]:
    """Return a page's title and first heading, "" where it has none."""
    try:
        soup = BeautifulSoup(page, "html.parser", from_encoding=charset)
    except Exception:  # noqa: BLE001 - no page may stop us, and a parser may raise anything on one
        return "", ""
    found = {name: soup.find(name) for name in ("title", "h1", "h2")}
    words = {name: " ".join(tag.get_text().split())[:200] if tag else "" for name, tag in found.items()}
    return words["title"], words["h1"] or words["h2"]
