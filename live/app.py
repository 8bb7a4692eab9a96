"""The live process: an ASGI program that holds open pages' event streams (WHATWG HTML, server-sent events).

    GET /live?token=…   text/event-stream; a `change` event when the page should fetch what is new
    GET /healthz        200 while PostgreSQL is being listened to

It starts no Django app: it needs the settings for the database's address and the key that signs tokens.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from live import room
from live.hub import Hub, Subscriber
from live.tokens import Token, read_token

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# A comment this often keeps proxies from closing a quiet stream, and finds out who is gone (seconds).
HEARTBEAT = 20.0
CHANGE = b"event: change\ndata: new\n\n"
QUIET = b": still here\n\n"

hub = Hub()
most_pages = room.made()


async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI entry point."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _http(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hub.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _http(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    hub.start()
    path = scope["path"].rstrip("/")
    if path == "/healthz":
        await _answer(send, 200 if hub.listening else 503, b"ok" if hub.listening else b"not listening")
    elif path != "/live" or scope["method"] != "GET":
        await _answer(send, 404, b"not found")
    elif (token := _token(scope)) is None:
        await _answer(send, 403, b"load the page again")
    elif hub.size >= most_pages:
        await _answer(send, 503, b"too many open pages")
    else:
        with hub.subscribe(token.topic) as subscriber:
            await _stream(subscriber, receive, send, first=CHANGE if hub.may_have_rung(token) else QUIET)


def _token(scope: MutableMapping[str, Any]) -> Token | None:
    return read_token(parse_qs(scope["query_string"].decode("ascii", "replace")).get("token", [""])[0])


async def _stream(subscriber: Subscriber, receive: Receive, send: Send, *, first: bytes) -> None:
    """Sends bells until the page goes away, `first` that of which the page may have missed."""
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        await _start(send, 200, "text/event-stream")
        await _chunk(send, b"retry: 2000\n" + first)
        while not gone.done():
            rung = await subscriber.wait(HEARTBEAT, gone)
            if gone.done():
                break
            await _chunk(send, CHANGE if rung else QUIET)
    except (OSError, RuntimeError):
        return
    finally:
        gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, status: int, body: bytes) -> None:
    await _start(send, status, "text/plain; charset=utf-8")
    await send({"type": "http.response.body", "body": body})


async def _start(send: Send, status: int, content_type: str) -> None:
    headers = [
        (b"content-type", content_type.encode()),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        # Any page may ask: what may be heard is decided by the token, and no cookie is looked at.
        (b"access-control-allow-origin", b"*"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _chunk(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})
