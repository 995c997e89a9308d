"""What is written in the ledger: events, and nothing but events. They are never changed or deleted.

`KINDS` names every kind and the keys of its `data`. Times inside `data` are ISO 8601 strings with an offset;
keys that begin with `site` are in site time, all others in real time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["KINDS", "Event", "NewEvent"]

KINDS: Mapping[str, str] = {
    "run_started": "site, mailbox, clock, seed, version, patience_seconds, command",
    "run_finished": "exit, interrupted",
    "journey_selected": "node, feature, title, scenario, line, tags, attempt, journey",
    "journey_started": "worker, clock",
    "journey_finished": "status (passed, failed, unproven), error, trace",
    "superseded": "by: the journey id of the later attempt",
    "cast": "who, name, given, family, address, locale, zone, details",
    "claimed": "nothing more; `recipient` is a phone number, and `journey` whose it is from now on",
    "step": "index, keyword, text, line, status (passed, failed, unproven), seconds, began, ended, who, picture, "
    "address, title, console, failed_requests, fields, error, page_text, ride, acts (who, does, words, value)",
    "moment": "name, site_began, site_ended, zone",
    "fact": "name, value, kind (text, money, date, number), where, who",
    "expected": "promise, ordinal",
    "made": "site_at, site_since, address",
    "withdrawn": "why",
    "arrived": "arrival, raw, size",
    "probed": "url, status, final, title, heading, type, why",
    "rendered": "raw, violations, broken_pictures, width, pictures",
    "checked": "arrival, kind, name, findings",
    "judged": "verdict, why, arrivals, site_at, final, site_from, site_by",
    "clock": "clock (whose, where each customer has one), real, site, turned, until, output",
    "covered": "what (mailbox, capture, walk:<journey>), since, until",
    "gap": "what (mailbox, capture, site, canary, capture canary), since, until, why",
    "canary": "sent, seen, skew_seconds",
}


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be written.

    `at` is when it happened, real time, zone-aware. `key`, where given, makes the write happen once: a second
    event with the same key is not written. `recipient` is a lower-cased address, for `arrived`.
    """

    kind: str
    run: str
    at: datetime
    journey: str = ""
    promise: str = ""
    recipient: str = ""
    key: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it stands in the ledger; `seq` grows by the order of writing."""

    seq: int
    kind: str
    run: str
    at: datetime
    journey: str
    promise: str
    recipient: str
    data: Mapping[str, Any]
