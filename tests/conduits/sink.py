"""A real HTTP server on the loopback: a company's end of a webhook, which keeps what it is sent."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"
    query: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


Answering = Callable[[Received], Awaitable[web.Response]]


def says(status: int, **headers: str) -> Answering:
    """Answers each request with this status."""

    async def answer(_: Received) -> web.Response:
        return web.Response(
            status=status, text="noted", headers={name.replace("_", "-"): headers[name] for name in headers}
        )

    return answer


def says_in_turn(*statuses: int) -> Answering:
    """Answers with one status after the other, and goes on with the last."""
    left = list(statuses)

    async def answer(_: Received) -> web.Response:
        return web.Response(status=left.pop(0) if len(left) > 1 else left[0])

    return answer


async def hangs(_: Received) -> web.Response:
    """Never answers."""
    await asyncio.Event().wait()
    raise AssertionError


class Sink:
    """A context manager. `answer` can be changed at any time; `received` is in the order of arrival."""

    def __init__(self) -> None:
        self.answer: Answering = says(200)
        self.received: list[Received] = []
        self.together = 0
        self.most_together = 0
        # The far ends of its connections.
        self.peers: set[object] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sink", daemon=True)
        self.port = 0

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def types(self) -> list[str]:
        return [one.json["type"] for one in self.received]

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def wait_for(self, event: threading.Event) -> None:
        """For an answer that comes only after something that another thread does."""
        await asyncio.get_running_loop().run_in_executor(None, event.wait, 10)

    async def wait_for_barrier(self, barrier: threading.Barrier) -> None:
        """For answers that come only together."""
        await asyncio.get_running_loop().run_in_executor(None, barrier.wait, 10)

    def _call(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _start(self) -> None:
        self._runner = web.ServerRunner(
            web.Server(self._take, access_log=None), handle_signals=False, shutdown_timeout=0.01
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        await self._runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        # What was closed just now is let go in the loop's next turn, which would not come.
        await asyncio.sleep(0)

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): text for name, text in request.headers.items()}
        received = Received(request.path, headers, await request.read(), request.method, dict(request.query))
        self.received.append(received)
        self.peers.add(request.transport.get_extra_info("peername") if request.transport else None)
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        try:
            return await self.answer(received)
        finally:
            self.together -= 1
