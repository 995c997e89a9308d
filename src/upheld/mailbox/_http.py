"""The capture's door: an HTTP server that takes text messages and webhooks, and stores them before it says so.

POST /2010-04-01/Accounts/{AccountSid}/Messages.json   a text message, in Twilio's REST form
POST /hooks/<address>                                  a webhook, JSON or a form, for that address
GET  /                                                 who is there
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import parse_qs, quote

from aiohttp import web

from upheld.mailbox import _twilio
from upheld.mailbox._store import Keep, NotKept

__all__ = ["HOOKS", "IDENTIFICATION", "LARGEST", "MESSAGES", "listening"]

IDENTIFICATION = "X-Upheld-Capture"
"""The header in every answer that names the store behind the door."""
HOOKS = "/hooks/"
MESSAGES = "/2010-04-01/Accounts/{account}/Messages.json"
LARGEST = 1024 * 1024
"""The largest body that is taken, in bytes."""
_FIELDS = 1000
_ADDRESS = re.compile(r"[^\s@/\x00-\x1f]{1,200}@[^\s@/\x00-\x1f]{1,255}")
_HEADER = re.compile(r"[^\x20-\x7e]")

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextlib.asynccontextmanager
async def listening(host: str, port: int, store: str, keep: Keep) -> AsyncIterator[int]:
    """Give the port, as long as the door is open. Raises `OSError` where the port is taken."""

    @web.middleware
    async def told(request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            answer = _refused(request, error)
        except NotKept:
            answer = web.json_response({"message": "The capture could not store this", "status": 503}, status=503)
        answer.headers[IDENTIFICATION] = store
        return answer

    async def text_message(request: web.Request) -> web.StreamResponse:
        account = request.match_info["account"]
        try:
            _must_authenticate(request)
            try:
                form = parse_qs(await request.text(), keep_blank_values=True, max_num_fields=_FIELDS)
            except (ValueError, LookupError) as error:  # more fields than that, or no such charset
                raise _twilio.Refused(400, 20001, f"Bad request: {error}") from error
            message = _twilio.taken(account, form)
        except _twilio.Refused as refused:
            headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if refused.status == 401 else {}
            return web.json_response(_twilio.refusal(refused), status=refused.status, headers=headers)
        await keep(message.sender, (message.to,), await _request(request))
        return web.json_response(_twilio.resource(message), status=201)

    async def webhook(request: web.Request) -> web.StreamResponse:
        address = request.match_info["address"]
        if not _ADDRESS.fullmatch(address):
            raise web.HTTPNotFound
        await keep("", (address.lower(),), await _request(request))
        return web.Response(status=204)

    async def who(_: web.Request) -> web.StreamResponse:
        return web.json_response({"upheld": "capture of text messages and webhooks", "store": store})

    application = web.Application(middlewares=[told], client_max_size=LARGEST)
    application.router.add_get("/", who)
    application.router.add_post(MESSAGES.replace("{account}", "{account:[A-Za-z0-9]{1,64}}"), text_message)
    application.router.add_post(f"{HOOKS}{{address}}", webhook)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _refused(request: web.Request, error: web.HTTPException) -> web.Response:
    """Return a refusal of the server's own as JSON, in Twilio's form where the caller expects that."""
    if request.path.startswith("/2010-04-01/"):
        what = f"The requested resource {request.path} was not found" if error.status == 404 else error.reason
        code = {404: 20404, 405: 20004}.get(error.status, 20001)
        return web.json_response(_twilio.refusal(_twilio.Refused(error.status, code, what)), status=error.status)
    said = {
        404: f"Nothing is taken here. A webhook is posted to {HOOKS}<address>, such as {HOOKS}ada@journeys.test",
        405: f"Only POST is taken at {request.path}",
        413: f"More than {LARGEST} bytes are not taken",
    }.get(error.status, error.reason)
    return web.json_response({"message": said, "status": error.status}, status=error.status)


def _must_authenticate(request: web.Request) -> None:
    """Take any user name and password, but no call without: that one Twilio would refuse."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    with contextlib.suppress(binascii.Error, UnicodeDecodeError):
        user, colon, password = base64.b64decode(given, validate=True).decode().partition(":")
        if scheme.lower() == "basic" and user and colon and password:
            return
    raise _twilio.Refused(401, 20003, "Authenticate")


async def _request(request: web.Request) -> bytes:
    """Return what is kept: the call as it came (RFC 9112), without the headers in which secrets travel."""
    lines = [f"POST {quote(request.path, safe='/@+:')} HTTP/1.1"]
    for name in ("Content-Type", "User-Agent"):
        if name in request.headers:
            lines.append(f"{name}: {_HEADER.sub('?', request.headers[name])[:1000]}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + await request.read()
