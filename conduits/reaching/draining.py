"""Sending what is due until nothing is: letters leave side by side in a thread of their own, the database's work goes
on beside it, and a slow way keeps no other waiting.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from cryptography.fernet import InvalidToken
from django.conf import settings

from conduits.delivery.http import Client
from conduits.models import Way
from conduits.reaching.claiming import claim
from conduits.reaching.kinds import Tools, send_of
from conduits.reaching.letters import Letter, words_of
from conduits.reaching.recording import record
from conduits.reaching.results import Outcome, Result
from conduits.reaching.vapid import private_key
from parties.vault import open_sealed

logger = logging.getLogger(__name__)

# How many letters are under way at a time.
AT_ONCE: Final = 64
# How long one result waits for others, in seconds.
TOGETHER: Final = 0.1
# For so long new letters are taken, in seconds; beat rings again.
A_TURN: Final = 20.0

_UNREADABLE: Final = Result(Outcome.GONE, "Its address cannot be read any more. Add it anew.")
_BROKEN: Final = Result(Outcome.AGAIN, "It could not be sent.")


def reach_all() -> None:
    """Sends what is due until nothing is, or A_TURN is over: whoever shares the worker has a turn too."""
    ends = time.monotonic() + A_TURN
    with Post() as post:
        is_more = True
        while is_more or post.in_flight:
            if is_more := time.monotonic() < ends:
                claimed = claim(room=AT_ONCE - post.in_flight)
                post.send(claimed.letters)
                is_more = claimed.looked_at > 0
            done = post.results()
            record(done)
            # Their ways are free for what waits behind them.
            is_more |= bool(done)


class Post:
    """A context manager. Whoever holds it gives letters to `send` and takes what came of them from `results`."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="post", daemon=True)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="letter")
        self._done: list[tuple[Letter, Result]] = []
        self._lock = threading.Lock()
        self._some = threading.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self.in_flight = 0

    def __enter__(self) -> Self:
        """Opens the pool of connections."""
        self._thread.start()
        client = Client(allowed=settings.PICO_WEBHOOK_ALLOW)
        asyncio.run_coroutine_threadsafe(client.__aenter__(), self._loop).result()
        self._tools = Tools(client, self._threads, "")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends what is still under way: its lease brings it back."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def send(self, letters: Sequence[Letter]) -> None:
        """They leave now."""
        if any(letter.way.kind == Way.Kind.PUSH for letter in letters) and not self._tools.push_key:
            self._tools = Tools(self._tools.client, self._threads, _push_key())
        self.in_flight += len(letters)
        for letter in letters:
            asyncio.run_coroutine_threadsafe(self._start(letter, self._tools), self._loop)

    def results(self) -> list[tuple[Letter, Result]]:
        """What came back since, after a moment at most."""
        if self.in_flight:
            self._some.wait(TOGETHER)
        with self._lock:
            done, self._done = self._done, []
            self._some.clear()
        self.in_flight -= len(done)
        return done

    async def _start(self, letter: Letter, tools: Tools) -> None:
        task = asyncio.create_task(self._run(letter, tools))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _run(self, letter: Letter, tools: Tools) -> None:
        result = await _result(letter, tools)
        with self._lock:
            self._done.append((letter, result))
            self._some.set()

    async def _close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._tools.client.__aexit__(None, None, None)


async def _result(letter: Letter, tools: Tools) -> Result:
    try:
        address = open_sealed(letter.way.sealed) if letter.way.sealed else ""
        send = send_of(letter.way.kind)
        return await send(words_of(letter), letter=letter, address=address, tools=tools)
    except InvalidToken:
        return _UNREADABLE
    except Exception:
        logger.exception("dispatch %s could not be sent", letter.id)
        return _BROKEN


def _push_key() -> str:
    try:
        return private_key()
    except InvalidToken:
        return ""
