"""Mailpit as a mailbox: its REST interface, and its WebSocket that tells of each message at once.

    mailpit+http://[user:pass@]HOST:PORT[/webroot][?smtp=HOST:PORT]     and mailpit+https://

Mailpit does not keep the envelope. A recipient that no header names it adds as Bcc, so nobody is missed; but whom the
headers name is taken for a recipient, also where the envelope did not. (A Bcc header that the site sends itself makes
Mailpit lose the other envelope-only recipients: see `scanAddressesInHeader` in its source, v1.30.)
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import unquote

import httpx

from upheld.errors import MailboxUnreachable, UsageError
from upheld.language import gettext as _
from upheld.mailbox import _address
from upheld.mailbox._events import Events
from upheld.mailbox._smtp import letter, submit
from upheld.mailbox.base import Coverage, Envelope, Gap, Pulse, Span

__all__ = ["MailpitMailbox"]

_EXAMPLE = "mailpit+http://127.0.0.1:8025"
_PAGE = 200
_OVERLAP = timedelta(seconds=10)  # a message gets its time before it is parsed and stored, so it may appear late
_TICK = 0.7  # seconds between two looks at the list, which prove that the events told everything
_TICK_POLLING = 0.25
_RESUBSCRIBE = 5.0
_TIMEOUT = 4.0
_INFO_TIMEOUT = 20.0  # Mailpit asks its project's site for its latest release before it answers this

_Params = dict[str, str | int]


class MailpitMailbox:
    """A reader of a running Mailpit. Nothing is asked of it before the first call. Safe to use from several threads.

    `polling` is true while its events cannot be had and the list is read four times a second instead.
    """

    name = "the mailbox"

    def __init__(self, url: str) -> None:
        parts = _address.split(url, scheme_example=_EXAMPLE)
        given = _address.parameters(parts, ("smtp",))
        self.url = _address.shown(parts)
        self.polling = False
        host = parts.hostname or ""
        secure = parts.scheme.endswith("https")
        place = _address.hostport(host, parts.port or (443 if secure else 80)) + parts.path.rstrip("/")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        direct = _loopback(host)
        self._smtp = _smtp_place(given.get("smtp", ""), self.url)
        self._client = httpx.Client(
            base_url=f"http{'s' * secure}://{place}/api/v1/",
            auth=(user, password) if user else None,
            timeout=_TIMEOUT,
            trust_env=not direct,  # a proxy is not for what runs beside us
        )
        headers = {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"} if user else {}
        self._events = Events(f"ws{'s' * secure}://{place}/api/events", headers, direct=direct)
        self._undisturbed: tuple[int, datetime, datetime] | None = None  # deletions, first seen then, of which process

    def __repr__(self) -> str:
        return f"MailpitMailbox({self.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ready(self) -> str:
        """Return one line on what answers there. Raises `MailboxUnreachable`."""
        info = self._info()
        count = info["Messages"]
        line = f"Mailpit {info['Version']}, {count} message{'s' * (count != 1)}"
        return f"{line}; its events cannot be had, so its list is polled" if self.polling else line

    def _get(self, path: str, params: _Params | None = None, timeout: float = 0) -> httpx.Response:
        return self._answer(lambda: self._client.get(path, params=params, timeout=timeout or _TIMEOUT))

    def _answer(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        try:
            response = ask()
        except httpx.ConnectError as error:
            raise MailboxUnreachable(
                f"The mailbox at {self.url} refuses the connection ({error}). Start Mailpit, or use "
                "--mailbox embedded://127.0.0.1:1025. `upheld doctor` checks the rest."
            ) from error
        except httpx.HTTPError as error:
            raise MailboxUnreachable(
                f"The mailbox at {self.url} does not answer: {type(error).__name__}: {error}"
            ) from error
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise MailboxUnreachable(
                f"The mailbox at {self.url} asks for a user name and password, or refuses these: "
                "mailpit+http://USER:PASSWORD@HOST:PORT"
            )
        if response.is_error and response.status_code != httpx.codes.NOT_FOUND:
            raise MailboxUnreachable(
                f"The mailbox at {self.url} answers {response.status_code}: {response.text[:200].strip()}"
            )
        return response

    def _json(self, path: str, needs: str, params: _Params | None = None, timeout: float = 0) -> dict[str, Any]:
        response = self._get(path, params, timeout)
        with contextlib.suppress(ValueError):
            answer = response.json() if response.is_success else None
            if isinstance(answer, dict) and needs in answer:
                return answer
        raise MailboxUnreachable(
            f"What answers at {self.url} is no Mailpit ({response.status_code} for {path}). Is its port or webroot "
            f"another? It looks like {_EXAMPLE}"
        )

    def _info(self) -> dict[str, Any]:
        info = self._json("info", "RuntimeStats", timeout=_INFO_TIMEOUT)
        now = datetime.now(UTC)
        # Rounded down by Mailpit, so this is never before its real start.
        started = now - timedelta(seconds=info["RuntimeStats"]["Uptime"])
        deleted = info["RuntimeStats"]["MessagesDeleted"]
        known = self._undisturbed
        same = known is not None and abs(known[2] - started) < timedelta(seconds=3)
        if known is not None and same:
            started = min(known[2], started)
        self._undisturbed = (deleted, known[1] if known and same and known[0] == deleted else now, started)
        return info

    def _list(self, after: datetime | None) -> list[Envelope]:
        """Return the messages from the moment on, oldest first."""
        found: dict[str, Envelope] = {}
        before, skip = "", 0
        while True:
            where: _Params = {"limit": _PAGE, "start": skip}
            if before:
                where["before"] = before
            page = [_envelope(summary) for summary in self._json("messages", "messages", where)["messages"] or ()]
            fresh = [envelope for envelope in page if envelope.id not in found]
            found.update((envelope.id, envelope) for envelope in page)
            if len(page) < _PAGE or (after and page[-1].at < after):
                break
            # By time and not by offset, since new messages and pruning would shift the pages under us.
            mark = (page[-1].at + timedelta(milliseconds=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            before, skip = (mark, 0) if fresh and mark != before else (before, skip + _PAGE)
        # Pages come newest first; turned around, those of one millisecond stay in the order in which they came.
        listed = list(found.values())[::-1]
        listed.sort(key=lambda envelope: envelope.at)
        return [envelope for envelope in listed if after is None or envelope.at >= after]

    def cursor(self) -> str:
        """Return the time of the newest message, "" where there is none."""
        newest = self._json("messages", "messages", {"limit": 1})["messages"]
        return _envelope(newest[0]).cursor if newest else ""

    def since(self, cursor: str) -> list[Envelope]:
        """Return what was captured after the cursor, oldest first; the last seconds before it are returned again."""
        return self._list(_after(cursor))

    def stream(self, cursor: str, stop: threading.Event) -> Iterator[Envelope | Pulse]:
        """Yield what was captured after the cursor and then what arrives.

        The events bring each message at once. A look at the list before each pulse proves that they told everything.
        """
        began = time.monotonic()
        known: set[str] = set()
        after = _after(cursor)
        subscribed = began
        events = self._subscribe()
        try:
            look = 0.0
            while not stop.is_set():
                if time.monotonic() >= look:
                    at = datetime.now(UTC)
                    for envelope in self._list(after):
                        if envelope.id not in known:
                            known.add(envelope.id)
                            yield envelope
                        after = max(after or envelope.at - _OVERLAP, envelope.at - _OVERLAP)
                    yield Pulse(at)
                    look = time.monotonic() + (_TICK if events else _TICK_POLLING)
                if events is None:
                    stop.wait(max(0.0, look - time.monotonic()))
                    if time.monotonic() - subscribed > _RESUBSCRIBE:
                        subscribed = time.monotonic()
                        events = self._subscribe()
                    continue
                try:
                    summary = events.next(min(0.1, max(0.0, look - time.monotonic())))
                except ConnectionError:
                    events.close()
                    events, look = None, 0.0
                    self.polling = True
                    self._must_be_the_same(began)
                    continue
                if summary is not None:
                    envelope = _envelope(summary)
                    self._must_be_received_then(summary, envelope)
                    if envelope.id not in known:
                        known.add(envelope.id)
                        yield envelope
        finally:
            if events is not None:
                events.close()

    def _subscribe(self) -> Events | None:
        try:
            events = self._events.subscribed()
        except ConnectionError:
            self.polling = True
            return None
        self.polling = False
        return events

    def _must_be_the_same(self, began: float) -> None:
        uptime = self._info()["RuntimeStats"]["Uptime"]
        if uptime + 1 < time.monotonic() - began:
            raise MailboxUnreachable(f"Mailpit at {self.url} was started anew {uptime} s ago.")

    def _must_be_received_then(self, summary: Mapping[str, Any], envelope: Envelope) -> None:
        # A clock's time has a fraction; a message's own Date has none.
        far = abs(datetime.now(UTC) - envelope.at) > timedelta(seconds=30)
        if far and "." not in str(summary["Created"]):
            raise MailboxUnreachable(
                f"Mailpit at {self.url} gives messages their own date instead of when they came, so nothing can be "
                "said of windows. Start it without --use-message-dates."
            )

    def raw(self, message_id: str) -> bytes:
        """Return the message as received, with the trace headers that Mailpit adds. Raises `KeyError`."""
        if not re.fullmatch(r"[A-Za-z0-9_-]+", message_id):
            raise KeyError(message_id)
        response = self._get(f"message/{message_id}/raw")
        if response.status_code == httpx.codes.NOT_FOUND:
            raise KeyError(message_id)
        return response.content

    def coverage(self, since: datetime, until: datetime) -> Coverage:
        """Return when Mailpit ran, as far as nothing was deleted (by hand, or by its limit of messages) since."""
        info = self._info()
        until = min(until, datetime.now(UTC))
        if until <= since:
            return Coverage(())
        deleted, undisturbed, started = self._undisturbed or (0, until, until)
        begin, why = (
            started,
            _("Mailpit at {url} runs only since {since} UTC", url=self.url, since=f"{started:%Y-%m-%d %H:%M:%S}"),
        )
        if deleted:
            kept = self._oldest(info["Messages"])
            sure = min(undisturbed, kept) if kept else undisturbed
            if sure > begin:
                begin, why = (
                    sure,
                    _(
                        "Mailpit at {url} deleted {count} of its messages; what came before {sure} UTC "
                        "may be among them",
                        url=self.url,
                        count=deleted,
                        sure=f"{sure:%Y-%m-%d %H:%M:%S}",
                    ),
                )
        begin = max(begin, since)
        if begin >= until:
            return Coverage((), (Gap(since, until, why),))
        return Coverage((Span(begin, until),), (Gap(since, begin, why),) if begin > since else ())

    def _oldest(self, count: int) -> datetime | None:
        page = self._json("messages", "messages", {"start": max(0, count - 1), "limit": 1})["messages"]
        return _envelope(page[0]).at if page else None

    def post(self, sender: str, recipient: str, subject: str, body: str) -> None:
        """Post a small text message: by SMTP, the site's door, where `?smtp=` names it, else by Mailpit's own call."""
        if self._smtp:
            submit(*self._smtp, letter(sender, recipient, subject, body))
            return
        message = {"From": {"Email": sender}, "To": [{"Email": recipient}], "Subject": subject, "Text": body}
        response = self._answer(lambda: self._client.post("send", json=message))
        if not response.is_success:
            raise MailboxUnreachable(f"The mailbox at {self.url} took no message: {response.status_code} for send")

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def _envelope(summary: Mapping[str, Any]) -> Envelope:
    try:
        at = datetime.fromisoformat(summary["Created"]).astimezone(UTC)
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)  # the list has milliseconds, the events have more
        people = [one for name in ("To", "Cc", "Bcc") for one in summary[name] or ()]
        to = tuple(dict.fromkeys(str(one["Address"]).lower() for one in people))
        return Envelope(id=str(summary["ID"]), at=at, to=to, cursor=at.isoformat(timespec="milliseconds"))
    except (KeyError, TypeError, ValueError) as error:
        raise MailboxUnreachable(f"Mailpit's answer was not understood: {error!r}") from error


def _after(cursor: str) -> datetime | None:
    try:
        return datetime.fromisoformat(cursor) - _OVERLAP if cursor else None
    except ValueError:
        return None  # a cursor of another mailbox: all that is kept is read


def _smtp_place(given: str, url: str) -> tuple[str, int] | None:
    if not given:
        return None
    host, _, port = given.rpartition(":")
    if not host or not port.isdecimal():
        raise UsageError(f'The mailbox address {url} has smtp="{given}"; it looks like ?smtp=127.0.0.1:1025')
    return host.strip("[]"), int(port)


def _loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
