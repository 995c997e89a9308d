"""A site's test clock from a command line: `python -m demo.turn URL [NOW]`, for `clock = "command: ..."` and by hand.

python -m demo.turn http://127.0.0.1:8000/test-clock                        prints the site's time
python -m demo.turn http://127.0.0.1:8000/test-clock 2026-11-26T18:00+01:00  turns it and waits; prints `idle`
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import threading
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

__all__ = ["NotTurned", "main"]

SLACK = timedelta(minutes=1)  # a clock that has ticked past the wanted moment by less was meant to be there


class NotTurned(Exception):
    """The clock could not be read or turned; the message says why."""


def main() -> None:
    """Exit 0 where it was done, 1 with a sentence on stderr where it was not."""
    parser = argparse.ArgumentParser(prog="python -m demo.turn", description="Read or turn a site's test clock.")
    parser.add_argument("url", help="where the test clock answers, such as http://127.0.0.1:8000/test-clock")
    parser.add_argument("now", nargs="?", default="", help="the moment to turn it to, in ISO 8601 with an offset")
    parser.add_argument("--limit", type=float, default=30.0, help="how many seconds the site may take until it is idle")
    given = parser.parse_args()
    try:
        if given.now:
            _turn(given.url, given.now, given.limit)
            print("idle", flush=True)
        else:
            print(_ask("GET", given.url)[1]["now"], flush=True)
    except NotTurned as error:
        print(f"demo.turn: {error}", file=sys.stderr)
        sys.exit(1)


def _turn(url: str, text: str, limit: float) -> None:
    began = time.monotonic()
    status, answer = _ask("PUT", url, {"now": text})
    if status == 409 and not _is_there(url, text):
        raise NotTurned(f"the clock at {url} could not be turned to {text}: {answer.get('error')}")
    pause, wait = threading.Event(), 0.01
    while not answer.get("idle"):
        if time.monotonic() - began >= limit:
            raise NotTurned(f"the site at {url} was turned to {text} and was not idle within {limit:g} s.")
        pause.wait(wait)  # there is nothing over HTTP that would tell us by itself
        wait = min(wait * 1.5, 0.25)
        answer = _ask("GET", url)[1]


def _is_there(url: str, text: str) -> bool:
    """Return whether the clock has only just passed this moment."""
    return datetime.fromisoformat(_ask("GET", url)[1]["now"]) - datetime.fromisoformat(text) < SLACK


def _ask(method: str, url: str, body: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    place = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if place.scheme not in kinds or not place.hostname:
        raise NotTurned(f'"{url}" is no address of a test clock such as http://127.0.0.1:8000/test-clock.')
    connection = kinds[place.scheme](place.hostname, place.port, timeout=10)
    try:
        connection.request(method, place.path or "/", json.dumps(body) if body else None)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotTurned(f"nothing that is a test clock answers at {url}: {type(error).__name__}: {error}") from error
    finally:
        connection.close()
    if response.status not in (200, 409) or not isinstance(answer, dict):
        said = answer.get("error") if isinstance(answer, dict) else ""
        raise NotTurned(f"the test clock at {url} refuses with {response.status}: {said}")
    return response.status, answer


if __name__ == "__main__":
    main()
