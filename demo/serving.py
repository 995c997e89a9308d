"""The shop, put together and served until it is told to stop (SIGTERM, SIGINT, or its parent's end: `--lifeline`)."""

from __future__ import annotations

import contextlib
import http.client
import logging
import os
import secrets
import signal
import socket
import sys
import threading

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError
from waitress.server import create_server

from demo import organiser, site, testclock
from demo.bank import Bank
from demo.channels import Channels
from demo.clock import HEADER, Clocks
from demo.lifeline import when_parent_ends
from demo.outbox import Outbox
from demo.payments import Cashier
from demo.settings import Settings, WrongSetting
from demo.shop import Shop
from demo.spoiling import spoil_pages
from demo.store import Store

__all__ = ["main"]

LAST_MAILS = 1.0  # seconds that mails on their way have to arrive once we are told to stop


def serve(settings: Settings, cashier: Cashier, stop: threading.Event) -> None:
    """Serve the shop until `stop` is set."""
    makers = site.stories(settings.stories)
    store = Store(settings.database)
    shop = Shop(settings, store, Clocks(store, settings.test_clock), cashier)
    shop.stories.extend(make(shop) for make in makers)
    channels = Channels(settings)
    outbox = Outbox(shop, channels)

    app = Flask("demo")
    app.secret_key = secrets.token_bytes(32)
    app.config.update(SESSION_COOKIE_SAMESITE="Lax", MAX_CONTENT_LENGTH=1_000_000)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(site.pages(shop))
    app.register_blueprint(organiser.pages(shop))
    app.register_blueprint(organiser.bank(shop))
    app.register_blueprint(testclock.pages(settings.test_clock, shop.clocks, outbox))
    for story in shop.stories:
        app.register_blueprint(story.pages())

    spoil_pages(app, settings)

    @app.after_request
    def careful(response: Response) -> Response:
        if response.mimetype != "text/css":
            response.headers.setdefault("Cache-Control", "no-store")  # going back shows the present, not a copy
        response.headers["Vary"] = f"Accept-Language, Cookie, {HEADER}"
        response.headers["Referrer-Policy"] = "no-referrer"  # addresses carry tokens
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    door = socket.create_server(("127.0.0.1", settings.port))
    port = door.getsockname()[1]
    shop.url = f"http://127.0.0.1:{port}"
    server = create_server(app, sockets=[door], threads=8, ident="demo")
    threading.Thread(target=server.run, name="server", daemon=True).start()
    outbox.start()
    _look_once(port)
    print(f"demo: {shop.url}", flush=True)
    stop.wait()
    # What was being asked for while we close is cut off; that this happens at the end is no news.
    logging.getLogger("waitress").disabled = True
    server.close()
    outbox.stop(LAST_MAILS)
    channels.close()


def _look_once(port: int) -> None:
    """Return when the first page has been shown, so that what we print is true."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    status = connection.getresponse().status
    connection.close()
    if status != 200:
        raise RuntimeError(f"the shop's first page answers {status}")


def main() -> None:
    """Run the shop. Exit 0 when told to stop, 2 for a setting that cannot be used."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("demo").setLevel(logging.INFO)  # one line per mail; what libraries say of their work is theirs
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if "--lifeline" in sys.argv[1:]:
        when_parent_ends(stop.set)
    try:
        settings = Settings.read(os.environ)
        with contextlib.ExitStack() as stack:
            cashier = Cashier(settings.stripe_base, settings.stripe_key)
            if not settings.stripe_base:
                # Our own localstripe is on this machine: no proxy in between, whatever the environment says.
                os.environ["NO_PROXY"] = ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1")))
                bank = stack.enter_context(Bank())
                cashier = Cashier(bank.url, bank.key)
            serve(settings, cashier, stop)
    except (WrongSetting, OSError, ImportError, RuntimeError, SQLAlchemyError) as error:
        print(f"demo: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
    # A mail server that hangs would hold a thread, and so our end, for longer than anyone wants to wait.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)
