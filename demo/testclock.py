"""The door to the site's clock for tests: `GET` and `PUT /test-clock` (docs/test-clock.md)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from demo.clock import GoesBack, SiteClock
from demo.outbox import Outbox
from demo.settings import Settings
from demo.store import ClockRow, Store

__all__ = ["pages"]

FARTHEST = timedelta(days=366 * 20)


def pages(settings: Settings, store: Store, clock: SiteClock, outbox: Outbox) -> Blueprint:
    """Return the two calls of the test clock."""
    site = Blueprint("testclock", __name__, url_prefix="/test-clock")

    @site.before_request
    def only_in_tests() -> ResponseReturnValue | None:
        if settings.test_clock:
            return None
        return jsonify(error="This site's clock is real. Start it with DEMO_TEST_CLOCK=1 to read and turn it."), 403

    @site.get("")
    def read() -> ResponseReturnValue:
        idle = outbox.idle()
        return jsonify(now=clock.now().isoformat(), idle=idle)

    @site.put("")
    def turn() -> ResponseReturnValue:
        body = request.get_json(force=True, silent=True)
        try:
            to = datetime.fromisoformat(body["now"] if isinstance(body, dict) else "")
            if to.tzinfo is None or to.astimezone(UTC) > clock.now() + FARTHEST:
                raise ValueError
        except (KeyError, OverflowError, TypeError, ValueError):
            hint = 'Send {"now": "2026-11-26T18:00:00+01:00"}: a moment with its offset, within 20 years.'
            return jsonify(error=hint), 400
        try:
            clock.turn(to)
        except GoesBack as error:
            return jsonify(error=str(error)), 409
        with store.write() as writing:
            writing.merge(ClockRow(id=1, offset_seconds=clock.offset.total_seconds()))
        outbox.wake()
        return read()

    return site
