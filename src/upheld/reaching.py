"""How something reaches her while she walks: what she waits for, what her page shows, what she fetches herself.

The sweep judges finally; here it is only found, so that the journey can go on with it.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from upheld.errors import MailboxUnreachable, StepFailed
from upheld.keeping import keep
from upheld.language import gettext as _
from upheld.ledger import Ledger, NewEvent
from upheld.mailbox.base import NO_CAPTURE, gap_counts, seen_by
from upheld.promises import Arrival, Promise, telling
from upheld.promises.documents import reaching_by
from upheld.promises.expectation import Knowledge, shortfalls
from upheld.promises.recognise import Recognisers
from upheld.promises.window import Interval

if TYPE_CHECKING:
    from upheld.actor import Actor
    from upheld.drive import Journey

__all__ = ["Reaching", "address_by"]

_POLL = 0.05


def address_by(channel: str, email: str, phone: str) -> str:
    """Return where something reaches a person by this channel."""
    return phone if channel == "text message" else email


class Reaching:
    """What has reached the cast of one journey so far, and what is waited for."""

    def __init__(self, journey: Journey, ledger: Ledger, recognisers: Recognisers) -> None:
        self._journey, self._ledger, self._recognisers = journey, ledger, recognisers
        self._taken: set[str] = set()

    def catch(self, arrival: Arrival, raw: bytes) -> None:
        """Write down what she has fetched or was shown, as what reached her; `raw` is kept as evidence."""
        path = _keep(self._journey, raw) if raw else ""
        data = {"arrival": arrival.to_json(), "raw": path, "size": len(raw)}
        run, now = self._journey.run, datetime.now(UTC)
        self._ledger.append(
            *(
                NewEvent("arrived", run, now, recipient=to, key=f"arrived:{arrival.id}:{to}", data=data)
                for to in arrival.to
            )
        )

    def record(self, kind: str, text: str, where: str, address: str) -> None:
        """Write down what somebody else keeps of her, such as what her card was charged."""
        arrival = Arrival(
            id=f"record-{secrets.token_hex(10)}",
            to=(address,),
            at=datetime.now(UTC),
            subject=where or kind,
            text=text,
            channel=kind,
        )
        self.catch(arrival, b"")

    def look_at_page(self, promise: Promise, actor: Actor, interval: Interval, knowledge: Knowledge) -> Arrival | None:
        """Look at her page until it shows what was promised or its window closes; return the page that answers it.

        A page answers where its title, a heading or a link names the kind, or where it has all that the table asks.
        """
        from upheld.browser import page_as_arrival

        journey, recognisers = self._journey, self._recognisers.including(promise.kind)
        rows, found = promise.expectation.rows, None
        # A page that she stands before is looked at for as long as any step looks, however short the patience.
        limit = max(self._limit(interval), min(interval.closes - journey.now(), journey.settings.step_limit))
        deadline = time.monotonic() + limit.total_seconds()
        while True:
            with journey.looking(actor, _("could not look for the {kind} on the page", kind=promise.kind)):
                seen = page_as_arrival(actor.page, actor.person.email)
            named = promise.kind in recognisers.kinds(replace(seen, headings=(*seen.headings, *_words(seen))))
            right = not shortfalls(promise.expectation, seen, knowledge)
            if named or (rows and right):
                # One page may answer several promises; each answer is an arrival of its own.
                found = replace(seen, id=f"{seen.id}-{promise.line}-{promise.kind}", answers=promise.kind)
                if right or promise.silent:
                    break
            if time.monotonic() >= deadline:
                break
            self._let_pass(actor, _POLL * 2)
        if found is not None:
            self.catch(found, b"")
        elif promise.waits:
            said = {"who": actor.who, "kind": promise.kind}
            raise StepFailed(_("{who} looked for the {kind} on the page, and it is not there.", **said))
        return found

    def wait_for(self, promise: Promise, actor: Actor, interval: Interval, knowledge: Knowledge) -> Arrival:
        """Wait here for what she needs to go on; raises `StepFailed` with what had come instead."""
        channel = promise.channel
        if seen_by(channel) == "capture" and not self._journey.settings.capture:
            said = {"who": actor.who, "kind": promise.kind, "why": _(NO_CAPTURE)}
            raise MailboxUnreachable(_("{who} cannot be seen to receive the {kind}: {why}", **said))
        address = address_by(promise.channel, actor.person.email, actor.person.phone)
        limit = self._limit(interval)
        deadline, seen = time.monotonic() + limit.total_seconds(), 0
        recognisers, came = self._recognisers.including(promise.kind), list[Arrival]()
        while time.monotonic() < deadline:
            for event in self._ledger.events(recipient=address, kinds=("arrived",), after=seen):
                seen = event.seq
                arrivals = reaching_by(promise.channel, [Arrival.from_json(event.data["arrival"])])
                came.extend(arrivals)
                for arrival in arrivals:
                    right = not shortfalls(promise.expectation, arrival, knowledge)
                    if right and arrival.id not in self._taken and promise.kind in recognisers.kinds(arrival):
                        self._taken.add(arrival.id)
                        return arrival
            self._let_pass(actor, _POLL)
        gaps = [
            gap
            for gap in self._ledger.events(run=self._journey.run, kinds=("gap",))
            if gap.data["what"] == seen_by(channel) or gap_counts(str(gap.data["what"]), channel)
        ]
        if gaps:
            said = {"who": actor.who, "kind": promise.kind, "why": gaps[-1].data["why"]}
            raise MailboxUnreachable(_("{who} waited for the {kind}, but {why}", **said))
        raise StepFailed(
            _(
                "{who} did not receive the {kind}: after {time} s what had come to {address} was {what}.",
                who=actor.who,
                kind=promise.kind,
                time=telling.number(limit.total_seconds()),
                address=address,
                what=_shown_of(came),
            )
        )

    def last_of(self, kind: str, actor: Actor) -> Arrival:
        """Return the last message of this kind that has reached her by email; waits for it as any step does."""
        recognisers, address = self._recognisers.including(kind), actor.person.email
        limit = self._journey.settings.step_limit.total_seconds()
        deadline = time.monotonic() + limit
        while True:
            events = self._ledger.events(recipient=address, kinds=("arrived",))
            came = reaching_by("email", [Arrival.from_json(event.data["arrival"]) for event in events])
            if found := [arrival for arrival in came if kind in recognisers.kinds(arrival)]:
                return found[-1]
            if time.monotonic() > deadline:
                said = {"who": actor.who, "kind": kind, "address": address, "what": _shown_of(came)}
                raise StepFailed(_("{who} has received no {kind}: what has come to {address} is {what}.", **said))
            self._let_pass(actor, _POLL)

    def raw_of(self, arrival: Arrival) -> bytes:
        """Return a message as it came, b"" where it is not kept."""
        for event in self._ledger.events(recipient=next(iter(arrival.to), ""), kinds=("arrived",)):
            if event.data["arrival"]["id"] == arrival.id and event.data["raw"]:
                file = self._journey.evidence_folder / str(event.data["raw"])
                return file.read_bytes() if file.is_file() else b""
        return b""

    def _limit(self, interval: Interval) -> timedelta:
        left = interval.closes - self._journey.now()
        return max(timedelta(seconds=1), min(left, self._journey.settings.patience))

    def _let_pass(self, actor: Actor, seconds: float) -> None:
        """Wait, and let Playwright's own loop go on meanwhile where a page is open."""
        if actor.has_page:
            from playwright.sync_api import Error

            with contextlib.suppress(Error):
                actor.page.wait_for_timeout(seconds * 1000)
                return
        time.sleep(seconds)


def _words(page: Arrival) -> list[str]:
    return [link.words for link in page.links]


def _shown_of(came: list[Arrival]) -> str:
    return ", ".join(_('"{words}"', words=_shown(one)) for one in came) or _("nothing")


def _shown(arrival: Arrival) -> str:
    return arrival.subject or " ".join(arrival.text.split())[:60]


def _keep(journey: Any, raw: bytes) -> str:
    """Keep what was fetched under a name of ours; return its path below the evidence."""
    return keep(journey.evidence_folder, raw, ".bin", below="messages")
