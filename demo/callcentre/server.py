"""The call centre's own HTTP server.

POST /hooks/{company}     its customers' webhooks: 204, 401 for a signature that is not right
GET  /outages             what is out of order
GET  /modems/{serial}     where a modem stands, and whether that street is out of order
GET  /received?code=…     the messages that were genuine
GET  /healthz
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

from demo.callcentre import answering, words
from demo.callcentre.posting import post
from demo.callcentre.records import Answer, Received, Records
from demo.callcentre.signatures import is_genuine
from demo.credentials import Credentials

# How often modems report (seconds).
REPORTS_EVERY = 60.0


class CallCentre:
    """The handlers, and the answers that are on their way."""

    def __init__(self, *, records: Records, credentials: Mapping[str, Credentials], say: Callable[[str], None]) -> None:
        """`credentials` by the company's slug; `say` prints a line."""
        self._records = records
        self._credentials = credentials
        self._say = say
        self.under_way: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        """The aiohttp application, which starts and ends what works beside it."""
        application = web.Application()
        application.add_routes(
            [
                web.post("/hooks/{company}", self._hook),
                web.get("/outages", self._outages),
                web.get("/modems/{serial}", self._modem),
                web.get("/received", self._received),
                web.get("/healthz", self._healthz),
            ]
        )
        application.cleanup_ctx.append(self._at_work)
        return application

    async def _at_work(self, _application: web.Application) -> AsyncIterator[None]:
        self._records.forget_old(now=_now())
        async with aiohttp.ClientSession(trust_env=False) as self._session:
            for answer in self._records.unsent():
                self._send(answer, started=time.monotonic())
            listening = asyncio.create_task(self._hear_modems())
            yield
            for task in (listening, *self.under_way):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._records.close()

    async def _hear_modems(self) -> None:
        while True:
            self._records.hear_modems(now=_now())
            await asyncio.sleep(REPORTS_EVERY)

    async def _hook(self, request: web.Request) -> web.Response:
        """Answers 204 once the message is written down; what it leads to happens after that."""
        started = time.monotonic()
        company, body = request.match_info["company"], await request.read()
        held = self._credentials.get(company)
        if held is None or not is_genuine(request.headers, body, held.secret):
            self._say(f"a message for {held.name if held else 'nobody we know'} has no right signature; refused")
            return web.Response(status=401)
        self._take_in(json.loads(body), request.headers["webhook-id"], company, started)
        return web.Response(status=204)

    def _take_in(self, message: dict[str, Any], webhook_id: str, company: str, started: float) -> None:
        now = _now()
        code = (message["data"].get("pico") or {}).get("code", "")
        received = Received(webhook_id, company, message["type"], code, now)
        answer = answering.answer_to(message, webhook_id=webhook_id, company=company, records=self._records, now=now)
        if not self._records.take_in(received, answer):
            self._say(f"{webhook_id} came again; it is known already")
            return
        self._say(f"{self._credentials[company].name} hears {answering.line_about(message, answer)}")
        if answer:
            self._send(answer, started=started)
        advisory = answering.advisory_about(message, company=company, records=self._records, now=now)
        if advisory and self._records.take_on(advisory):
            self._send(advisory, started=started)

    def _send(self, answer: Answer, *, started: float) -> None:
        task = asyncio.create_task(self._post(answer, started))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    async def _post(self, answer: Answer, started: float) -> None:
        held = self._credentials.get(answer.company)
        taken = await post(self._session, answer, key=held.key, say=self._say) if held else False
        if taken is False:
            self._records.drop(answer)
        if taken:
            self._records.settle(answer, now=_now())
            milliseconds = (time.monotonic() - started) * 1000
            said = json.loads(answer.body)
            done = f"published “{said['title']}”" if "title" in said else "answered"
            self._say(f"{done} in {milliseconds:.0f} ms: “{said['body']}”")

    async def _outages(self, _request: web.Request) -> web.Response:
        return _json([asdict(outage) for outage in self._records.outages(now=_now())])

    async def _modem(self, request: web.Request) -> web.Response:
        now = _now()
        modem = self._records.modem(request.match_info["serial"], now=now)
        out = any(outage.street == modem.street for outage in self._records.outages(now=now))
        return _json({**asdict(modem), "outage": out})

    async def _received(self, request: web.Request) -> web.Response:
        return _json([asdict(message) for message in self._records.received(request.query.get("code", ""))])

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok")


def greeting(records: Records, credentials: Mapping[str, Credentials]) -> str:
    """The first line: for whom it works, and what is out of order."""
    if not credentials:
        return "works for nobody: this data folder holds no keys of the demo's companies"
    names = " and ".join(one.name for one in credentials.values())
    outages = "; ".join(
        f"{outage.cause} in {outage.street} since {words.clock(outage.since)}, back by {words.clock(outage.back)}"
        for outage in records.outages(now=_now())
    )
    return f"answers for {names}; {outages}"


def _json(value: Any) -> web.Response:
    return web.json_response(value, dumps=lambda known: json.dumps(known, default=lambda at: at.isoformat(), indent=2))


def _now() -> datetime:
    return datetime.now(tz=UTC)
