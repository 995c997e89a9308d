"""Demo Wallet's own pages and its interface for shops. What it knows it forgets when it ends: it is a stage."""

from __future__ import annotations

import json
import logging
import secrets
import smtplib
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime

import httpx
from flask import Flask, abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import escape
from waitress.server import create_server

from demo.wallet import signature
from demo.wallet.till import Till

__all__ = ["Wallet"]

log = logging.getLogger("demo")
SENDER = Address("Demo Wallet", addr_spec="service@wallet.test")
PATIENCE = 2.0  # seconds that a customer is kept before she is sent back, for the shop to hear first
TRIES = 8  # of a webhook or a notice, with pauses of 0.5 s, 1 s, 2 s, ...


@dataclass
class Payment:
    """A payment that a shop has asked for. `taken` are the amounts taken, by the shop's key for each."""

    reference: str
    cents: int
    currency: str
    payee: str
    purpose: str
    payer: str
    payer_name: str
    return_url: str
    cancel_url: str
    webhook_url: str
    id: str = field(default_factory=lambda: f"pay_{secrets.token_urlsafe(12)}")
    status: str = "waiting"
    taken: dict[str, int] = field(default_factory=dict)


class Wallet:
    """The provider on a free loopback port, from `start` to `stop`; it sends its notices by this mail server."""

    def __init__(self, smtp: tuple[str, int]) -> None:
        self._smtp = smtp
        self._payments: dict[str, Payment] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._errands = ThreadPoolExecutor(max_workers=4, thread_name_prefix="wallet")
        self._door = socket.create_server(("127.0.0.1", 0))
        self._server = create_server(self._app(), sockets=[self._door], threads=4, ident="wallet")
        url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.till = Till(url, key=secrets.token_urlsafe(16), secret=secrets.token_urlsafe(32))

    def start(self) -> None:
        """Begin to answer."""
        threading.Thread(target=self._server.run, name="wallet", daemon=True).start()

    def stop(self) -> None:
        """Answer no more, and give up what could not be told so far."""
        self._stopped.set()
        self._server.close()
        self._errands.shutdown(wait=False, cancel_futures=True)

    def _app(self) -> Flask:
        app = Flask(__name__)

        @app.before_request
        def only_for_shops() -> None:
            if request.path.startswith("/v1/"):
                stated = request.headers.get("Authorization", "").encode()
                if not secrets.compare_digest(stated, f"Bearer {self.till.key}".encode()):
                    abort(401)

        @app.post("/v1/payments")
        def begin() -> ResponseReturnValue:
            payment = Payment(**request.get_json())
            self._payments[payment.id] = payment
            return jsonify(id=payment.id, url=f"{self.till.url}/pay/{payment.id}"), 201

        @app.post("/v1/payments/<ident>/take")
        def take(ident: str) -> ResponseReturnValue:
            payment, cents = self._payment(ident), int(request.get_json()["cents"])
            with self._lock:
                if payment.status != "approved":
                    return jsonify(error=f"The payment is {payment.status}, and nothing can be taken."), 409
                key, known = request.headers.get("Idempotency-Key", ""), len(payment.taken)
                payment.taken.setdefault(key, cents)
                if len(payment.taken) > known:
                    self._errands.submit(self._insist, "notice", lambda: self._notify(payment, cents))
            return jsonify(id=payment.id, taken=payment.taken[key])

        @app.get("/pay/<ident>")
        def decide(ident: str) -> ResponseReturnValue:
            payment = self._payment(ident)
            return render_template("wallet/pay.html", payment=payment, amount=_amount(payment.cents, payment.currency))

        @app.post("/pay/<ident>/approve")
        def approve(ident: str) -> ResponseReturnValue:
            payment = self._payment(ident)
            if self._settle(payment, "approved"):
                told = threading.Event()
                self._errands.submit(self._insist, "webhook", lambda: self._tell(payment), told.set)
                told.wait(PATIENCE)
            return redirect(payment.return_url if payment.status == "approved" else payment.cancel_url, 303)

        @app.post("/pay/<ident>/cancel")
        def cancel(ident: str) -> ResponseReturnValue:
            payment = self._payment(ident)
            self._settle(payment, "cancelled")
            return redirect(payment.return_url if payment.status == "approved" else payment.cancel_url, 303)

        return app

    def _payment(self, ident: str) -> Payment:
        return self._payments.get(ident) or abort(404)

    def _settle(self, payment: Payment, status: str) -> bool:
        """Take note of what she decided; False where she has decided before, which stands."""
        with self._lock:
            if payment.status != "waiting":
                return False
            payment.status = status
            return True

    def _insist(self, what: str, act: Callable[[], None], done: Callable[[], None] | None = None) -> None:
        """Do it, and where that fails again after a while: mail servers and shops are restarted now and then."""
        for tried in range(TRIES):
            try:
                act()
            except (OSError, httpx.HTTPError, smtplib.SMTPException) as error:
                log.warning("wallet: %s failed: %s: %s", what, type(error).__name__, error)
                if self._stopped.wait(0.5 * 2**tried):
                    return
                continue
            if done is not None:
                done()
            return

    def _tell(self, payment: Payment) -> None:
        told = {"id": payment.id, "reference": payment.reference, "cents": payment.cents}
        body = json.dumps({"type": "payment.approved", "payment": told}).encode()
        headers = {
            "Content-Type": "application/json",
            signature.HEADER: signature.signed(body, self.till.secret, int(time.time())),
        }
        httpx.post(payment.webhook_url, content=body, headers=headers, timeout=10, trust_env=False).raise_for_status()

    def _notify(self, payment: Payment, cents: int) -> None:
        amount = _amount(cents, payment.currency)
        lines = [("Amount", amount), ("To", payment.payee), ("For", payment.purpose)]
        message = EmailMessage()
        message["Subject"] = f"You paid {amount} to {payment.payee}"
        message["From"] = SENDER
        message["To"] = Address(payment.payer_name, addr_spec=payment.payer)
        message["Date"] = localtime()
        message["Message-ID"] = f"<{secrets.token_hex(12)}@wallet.test>"
        message["Auto-Submitted"] = "auto-generated"
        told = "\n".join(f"{label}: {value}" for label, value in lines)
        message.set_content(
            f"Hello {payment.payer_name},\n\nthis was taken from your wallet.\n\n{told}\n\nDemo Wallet\n"
        )
        rows = "".join(f"<tr><th>{label}</th><td>{escape(value)}</td></tr>" for label, value in lines)
        message.add_alternative(
            f"<h1>You paid {escape(amount)}</h1><p>Hello {escape(payment.payer_name)},</p>"
            f"<p>this was taken from your wallet.</p><table>{rows}</table><p>Demo Wallet</p>",
            subtype="html",
        )
        with smtplib.SMTP(*self._smtp, local_hostname="wallet.test", timeout=10) as server:
            server.send_message(message, SENDER.addr_spec, [payment.payer])


def _amount(cents: int, currency: str) -> str:
    return f"{cents / 100:.2f} {currency}"
