"""Open pages: drives the ASGI program in this process, as a server would."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connections, transaction

from live import app
from live.announcing import announce

NEW = b"event: change\ndata: new\n\n"
ALIVE = b": still here\n\n"
# At the start: something may have changed since the page was read; or nothing has.
HELLO = b"retry: 2000\n" + NEW
UP_TO_DATE = b"retry: 2000\n" + ALIVE
PATIENCE = 10


class Page:
    """One request. `heard` are the chunks of the answer so far."""

    def __init__(self, query: str = "", path: str = "/live", method: str = "GET", *, deaf: bool = False) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.heard: list[bytes] = []
        self.ended = False
        self._deaf = deaf
        self._gone = asyncio.Event()
        self._news = asyncio.Condition()
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
        self.task = asyncio.ensure_future(app.application(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if self._deaf and self.status:
            raise ConnectionResetError
        async with self._news:
            if message["type"] == "http.response.start":
                self.status, self.headers = message["status"], dict(message["headers"])
            else:
                self.heard.append(message["body"])
                self.ended = not message.get("more_body", False)
            self._news.notify_all()

    async def until(self, wanted: Callable[["Page"], bool]) -> None:
        async with self._news, asyncio.timeout(PATIENCE):
            await self._news.wait_for(lambda: wanted(self))

    async def hears(self, *chunks: bytes) -> None:
        """Waits for as many chunks, which are these."""
        await self.until(lambda page: len(page.heard) >= len(chunks))
        assert self.heard == list(chunks)

    async def close(self) -> None:
        """The browser's tab is closed."""
        self._gone.set()
        await asyncio.wait_for(self.task, PATIENCE)


async def until(condition: Callable[[], object]) -> None:
    """Waits for what happens in the background."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


async def in_database(work: Callable[[], Any]) -> Any:
    """Works with the database beside the event loop, on a connection of its own."""

    def do() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(do)


async def announced(*topics: str, rolled_back: bool = False) -> None:
    """Announces in one transaction."""

    def do() -> None:
        with transaction.atomic():
            announce(*topics)
            transaction.set_rollback(rolled_back)

    await in_database(do)


async def close_all(pages: Iterable[Page]) -> None:
    """All tabs are closed."""
    await asyncio.gather(*(page.close() for page in pages))
