"""The door to the site's clocks for tests: `/test-clock`, or `/test-clock/<name>` (docs/test-clock.md)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from demo.clock import HEADER, Clocks, GoesBack
from demo.outbox import Outbox

__all__ = ["pages"]

FARTHEST = timedelta(days=366 * 20)
REFUSED = {
    "": "This site's clock is real. Start it with DEMO_TEST_CLOCK=1 to read and turn it.",
    "shared": "All customers share one clock here: it is at /test-clock.",
    "customer": "Each customer has a clock of her own here: /test-clock/<name>, with that name in the header "
    f"{HEADER} of all that she asks for. A name has letters, digits, dots, underscores and hyphens, 100 at most.",
}


def pages(mode: str, clocks: Clocks, outbox: Outbox) -> Blueprint:
    """Return the two calls of the test clock, as settings' `test_clock` has it."""
    site = Blueprint("testclock", __name__, url_prefix="/test-clock")

    @site.before_request
    def only_in_tests() -> ResponseReturnValue | None:
        name = (request.view_args or {}).get("name", "")
        right = re.fullmatch(r"[\w.-]{1,100}", name, re.ASCII) if mode == "customer" else not name
        if mode and right:
            return None
        return jsonify(error=REFUSED[mode]), 404 if mode else 403

    @site.get("", defaults={"name": ""})
    @site.get("/<name>")
    def read(name: str) -> ResponseReturnValue:
        idle = outbox.idle(name)
        return jsonify(now=clocks.now(name).isoformat(), idle=idle)

    @site.put("", defaults={"name": ""})
    @site.put("/<name>")
    def turn(name: str) -> ResponseReturnValue:
        body = request.get_json(force=True, silent=True)
        try:
            to = datetime.fromisoformat(body["now"] if isinstance(body, dict) else "")
            if to.tzinfo is None or to.astimezone(UTC) > clocks.now(name) + FARTHEST:
                raise ValueError
        except (KeyError, OverflowError, TypeError, ValueError):
            hint = 'Send {"now": "2026-11-26T18:00:00+01:00"}: a moment with its offset, within 20 years.'
            return jsonify(error=hint), 400
        try:
            clocks.turn(name, to)
        except GoesBack as error:
            return jsonify(error=str(error)), 409
        outbox.wake()
        return read(name)

    return site
