"""Who listens to what: one PostgreSQL connection hears all announcements and wakes the topic's subscribers."""

import asyncio
import contextlib
import logging
import math
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from live.announcing import CHANNEL
from live.tokens import Token

logger = logging.getLogger(__name__)

# Before another try to reach the database (seconds).
RECONNECT = 0.5
# How long it is remembered what rang (seconds); a page mostly comes to listen within one of being read.
REMEMBERED = 60.0
# From a page's reading until its token is made, and between two machines' clocks (seconds).
SLACK = 5.0


class Subscriber:
    """An open page. Bells that ring while it is being served are one bell."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Something changed."""
        self._rung.set()

    async def wait(self, seconds: float, gone: "asyncio.Future[None]") -> bool:
        """True when the bell rang, False when the time was up or the page went away."""
        rung = asyncio.ensure_future(self._rung.wait())
        waited: set[asyncio.Future[Any]] = {rung, gone}
        await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        rung.cancel()
        heard = self._rung.is_set()
        self._rung.clear()
        return heard


class Hub:
    """The subscribers of this process."""

    def __init__(self) -> None:
        # From when on nothing was missed (Unix time).
        self._hears_since = math.inf
        self._rang: dict[str, float] = {}
        # How many pages are open.
        self.size = 0
        self._subscribers: defaultdict[str, set[Subscriber]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    @property
    def listening(self) -> bool:
        """Whether announcements are heard now."""
        return self._hears_since < math.inf

    def may_have_rung(self, token: Token) -> bool:
        """Whether what the page shows may have changed since it was read; also when that cannot be told any more."""
        since = token.since - SLACK
        known_from = max(self._hears_since, time.time() - REMEMBERED)
        return since < known_from or self._rang.get(token.topic, -math.inf) >= since

    @contextmanager
    def subscribe(self, topic: str) -> Iterator[Subscriber]:
        """A subscriber for as long as the page stays open."""
        subscriber = Subscriber()
        self._subscribers[topic].add(subscriber)
        self.size += 1
        try:
            yield subscriber
        finally:
            self.size -= 1
            self._subscribers[topic].discard(subscriber)
            if not self._subscribers[topic]:
                del self._subscribers[topic]

    def start(self) -> None:
        """Listens from now on; calling it again changes nothing."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._listen_for_ever())

    async def stop(self) -> None:
        """Ends the listening."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                logger.warning("the database went away: %s", error)
            except Exception:
                logger.exception("nothing can be heard")
            self._hears_since = math.inf
            await asyncio.sleep(RECONNECT)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(**_address(), autocommit=True) as connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            self._hears_since = time.time()
            # What was announced while nobody listened is lost, so every page looks once.
            self._ring_everybody()
            async for notify in connection.notifies():
                self._remember(notify.payload)
                for subscriber in tuple(self._subscribers.get(notify.payload, ())):
                    subscriber.ring()

    def _remember(self, topic: str) -> None:
        now = time.time()
        # The oldest stand first.
        self._rang.pop(topic, None)
        self._rang[topic] = now
        while self._rang[first := next(iter(self._rang))] < now - REMEMBERED:
            del self._rang[first]

    def _ring_everybody(self) -> None:
        for subscribers in self._subscribers.values():
            for subscriber in subscribers:
                subscriber.ring()


def _address() -> dict[str, Any]:
    database = settings.DATABASES["default"]
    parts = {
        "host": database.get("HOST"),
        "port": database.get("PORT"),
        "user": database.get("USER"),
        "password": database.get("PASSWORD"),
        "dbname": database["NAME"],
    }
    given = {name: str(value) for name, value in parts.items() if value}
    # The embedded server's socket folder stands among the options, as do sslmode and the like.
    return given | database.get("OPTIONS", {})
