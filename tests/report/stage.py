"""Runs made up from events, as the harness would have written them, for the tests of the report."""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from upheld.ledger import Event, NewEvent, RunView, fold
from upheld.mailbox.message import read
from upheld.promises import Expectation, Promise, Row, parse_window

RUN = "20261121T010000Z-abcd"
BEGAN = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


class Stage:
    """Writes down what happened, event by event; `evidence` is where its pictures and messages are put."""

    def __init__(self, evidence: Path | None = None, *, run: str = RUN, clock: str = "real") -> None:
        self.evidence, self.run, self.now = evidence, run, BEGAN
        self._events: list[NewEvent] = []
        self._numbers = itertools.count(1)
        self._info = {"site": "https://staging.example.org", "mailbox": "embedded://127.0.0.1:1025", "clock": clock}
        self._info |= {"seed": "8127", "version": "0.1.0"}
        self.write("run_started", **self._info)

    def write(self, kind: str, journey: str = "", promise: str = "", recipient: str = "", /, **data: Any) -> None:
        self._events.append(NewEvent(kind, self.run, self.now, journey, promise, recipient, data=data))

    def view(self, *, finished: bool = True, interrupted: bool = False) -> RunView:
        if finished:
            self.now = BEGAN + timedelta(minutes=7)
            self.write("run_finished", exit=0, interrupted=interrupted)
        events = [
            Event(seq, one.kind, one.run, one.at, one.journey, one.promise, one.recipient, one.data)
            for seq, one in enumerate(self._events, 1)
        ]
        return fold(events, run=self.run)

    def gap(self, seconds: float, why: str) -> None:
        until = self.now + timedelta(seconds=seconds)
        self.write("gap", what="mailbox", since=self.now.isoformat(), until=until.isoformat(), why=why)

    def turn(self, site: datetime) -> None:
        self.write("clock", real=self.now.isoformat(), site=site.isoformat(), turned=True, until=None)

    def journey(
        self,
        scenario: str,
        *,
        who: str = "Ada",
        city: str = "Lisbon",
        zone: str = "Europe/Lisbon",
        feature: str = "features/event_registration.feature",
        line: int = 8,
        example: str = "",
        attempt: int = 1,
        mapped: str = "event_registration",
        tags: Sequence[str] = ("journey:event_registration",),
        walked: bool = True,
    ) -> Walk:
        return Walk(
            self, scenario, who, city, zone, feature, line, example, attempt, mapped, tags, walked, next(self._numbers)
        )


class Walk:
    """One attempt at one journey."""

    def __init__(
        self,
        stage: Stage,
        scenario: str,
        who: str,
        city: str,
        zone: str,
        feature: str,
        line: int,
        example: str,
        attempt: int,
        mapped: str,
        tags: Sequence[str],
        walked: bool,
        number: int,
    ) -> None:
        self.stage, self.who, self.feature, self.zone = stage, who, feature, zone
        self.id = f"{stage.run}-{number:04d}-{attempt}"
        self.address = f"{who.lower()}.{number:04d}@journeys.test"
        name = scenario.lower().replace(" ", "_")
        node = f"{feature}::test_{name}{f'[{example}]' if example else ''}"
        self._promises = itertools.count(1)
        self._steps = itertools.count()
        self._line = line
        self.stage.write(
            "journey_selected",
            self.id,
            node=node,
            feature=feature,
            title="Booking and paying for an event",
            scenario=scenario,
            line=line,
            tags=list(tags),
            attempt=attempt,
            journey=mapped,
        )
        if walked:
            stage.write("journey_started", self.id, worker="gw0")
            self.moment("the start of the journey", stage.now, "UTC")
            stage.write(
                "cast",
                self.id,
                "",
                self.address,
                who=who,
                name=f"{who} Lindqvist",
                given=who,
                family="Lindqvist",
                address=self.address,
                locale="en-GB",
                zone=zone,
                details={"city": city},
            )

    def moment(self, name: str, at: datetime, zone: str) -> None:
        when = at.isoformat()
        self.stage.write("moment", self.id, name=name, site_began=when, site_ended=when, zone=zone)

    def step(
        self,
        text: str,
        *,
        status: str = "passed",
        seconds: float = 0.4,
        picture: str = "",
        error: str = "",
        who: str | None = None,
        fields: Iterable[tuple[str, str]] = (),
        console: Sequence[str] = (),
        failed: Sequence[str] = (),
        title: str = "",
        keyword: str = "And",
        ride: Mapping[str, Any] | None = None,
        says: str = "",
    ) -> None:
        """Write down a step; `says` is what the page in the picture says."""
        index = next(self._steps)
        began = self.stage.now
        self.stage.now += timedelta(seconds=seconds)
        if picture and self.stage.evidence is not None:
            self.stage.evidence.mkdir(parents=True, exist_ok=True)
            (self.stage.evidence / picture).write_bytes(a_picture())
        if says and self.stage.evidence is not None:
            self.stage.evidence.mkdir(parents=True, exist_ok=True)
            (self.stage.evidence / f"{self.id}-{index}.txt").write_text(says, "utf-8")
        self.stage.write(
            "step",
            self.id,
            index=index,
            keyword=keyword,
            text=text,
            line=self._line + 1 + index,
            status=status,
            seconds=seconds,
            began=began.isoformat(),
            ended=self.stage.now.isoformat(),
            who=self.who if who is None else who,
            picture=picture,
            title=title,
            console=list(console),
            address="https://staging.example.org/events" if picture else "",
            failed_requests=list(failed),
            fields=[{"label": label, "value": value, "how": "label"} for label, value in fields],
            error=error,
            ride=dict(ride or {}),
            page_text=f"{self.id}-{index}.txt" if says else "",
        )

    def promise(
        self,
        kind: str,
        window: str = "within 1 minute",
        *,
        verdict: str = "",
        why: str = "",
        arrivals: Sequence[str] = (),
        came: float | None = None,
        due: tuple[float, float] | None = (0, 60),
        silent: bool = False,
        channel: str = "email",
        rows: Sequence[tuple[str, str]] = (),
        made: bool = True,
        final: bool = True,
        withdrawn: str = "",
        who: str = "",
    ) -> str:
        """Write down a promise and what became of it; `came` and `due` are seconds from now."""
        ordinal = next(self._promises)
        identity = f"{self.id}-p{ordinal}"
        what = f"no {kind}" if silent else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
        promised = Promise(
            who or self.who,
            kind,
            channel,
            parse_window(window),
            f"she is promised {what} by {channel} {window}",
            0 if silent else 1,
            0 if silent else 1,
            False,
            Expectation(tuple(Row(key, value) for key, value in rows)),
            self.feature,
            self._line + 10 + ordinal,
        )
        self.stage.write("expected", self.id, identity, promise=promised.to_json(), ordinal=ordinal)
        now = self.stage.now
        if made:
            self.stage.write(
                "made", self.id, identity, site_at=now.isoformat(), site_since=now.isoformat(), address=self.address
            )
        if withdrawn:
            self.stage.write("withdrawn", self.id, identity, why=withdrawn)
        if verdict:
            opens, closes = (now + timedelta(seconds=one) for one in due) if due else (None, None)
            at = None if came is None else now + timedelta(seconds=came)
            self.stage.write(
                "judged",
                self.id,
                identity,
                verdict=verdict,
                why=why or f"{self.who}'s {kind}: {verdict}.",
                arrivals=list(arrivals),
                site_at=at and at.isoformat(),
                final=final,
                site_from=opens and opens.isoformat(),
                site_by=closes and closes.isoformat(),
            )
        return identity

    def mail(
        self,
        subject: str,
        text: str = "Hello.",
        html: str = "",
        *,
        after: float = 1.0,
        to: str | None = None,
        attach: Sequence[tuple[str, str, bytes]] = (),
        raw: bytes = b"",
    ) -> str:
        """Write down a message that reached her, and return its id."""
        recipient = to or self.address
        if not raw:
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = "Office <office@example.org>", recipient, subject
            message.set_content(text)
            if html:
                message.add_alternative(html, subtype="html")
            for name, type_, content in attach:
                main, _, sub_type = type_.partition("/")
                message.add_attachment(content, maintype=main, subtype=sub_type, filename=name)
            raw = message.as_bytes()
        identity = f"m{next(self.stage._numbers):05d}"
        name = f"messages/{identity}.eml"
        if self.stage.evidence is not None:
            (self.stage.evidence / "messages").mkdir(parents=True, exist_ok=True)
            (self.stage.evidence / name).write_bytes(raw)
        at = self.stage.now + timedelta(seconds=after)
        arrival = read(raw, id=identity, to=[recipient], at=at)
        self.stage.write("arrived", "", "", recipient, arrival=arrival.to_json(), raw=name, size=len(raw))
        return identity

    def finding(self, arrival: str, check: str, said: str = "", severity: str = "warn", **more: object) -> None:
        """Write down what a check found in a message."""
        found = {"check": check, "said": said, "severity": severity, **more}
        data = {"arrival": arrival, "kind": "", "name": "“a message”", "findings": [found]}
        self.stage.write("checked", self.id, "", self.address, **data)

    def done(self, status: str = "passed", error: str = "", trace: str = "") -> None:
        self.stage.write("journey_finished", self.id, status=status, error=error, trace=trace)
        self.stage.now += timedelta(seconds=5)


def a_picture(width: int = 64, height: int = 40) -> bytes:
    """A small PNG, grey."""
    lines = b"".join(b"\0" + bytes([200, 205, 210]) * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
