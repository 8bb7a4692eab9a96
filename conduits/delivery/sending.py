"""Sending messages: signed at the moment each leaves, many at once, in a thread of its own.

The database's work goes on meanwhile: while one claim is answered, the next is made and the last is written down.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from cryptography.fernet import InvalidToken
from django.conf import settings

from conduits.connectors.equipping import equip
from conduits.delivery.claiming import Message
from conduits.delivery.http import Answer, Client
from conduits.delivery.keys import Keys, keys_of
from conduits.delivery.payloads import content_type_of
from conduits.delivery.signing import headers_for

# How many messages are sent at a time: more would only open more connections. One that takes longer than a moment
# (seconds) no longer counts, so that slow endpoints keep no other waiting.
AT_A_TIME: Final = 64
A_MOMENT: Final = 1.0
# How many answers are written down together, unless fewer are left; and how long one waits for others (seconds).
TOGETHER: Final = 128
RECORDED_EVERY: Final = 0.25

Results = list[tuple[Message, Answer]]


class Sender:
    """A context manager. Whoever holds it gives messages to `send` and takes what came of them from `results`."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sender", daemon=True)
        self._waiting: deque[tuple[Message, Keys | None]] = deque()
        self._runners: dict[asyncio.Task[None], float] = {}
        self._slow = 0
        self._done: Results = []
        self._lock = threading.Lock()
        self._enough = threading.Event()
        self.in_flight = 0

    def __enter__(self) -> Self:
        """Opens the pool of connections."""
        self._thread.start()
        self._client = Client(allowed=settings.PICO_WEBHOOK_ALLOW)
        asyncio.run_coroutine_threadsafe(self._client.__aenter__(), self._loop).result()
        self._loop.call_soon_threadsafe(self._look_for_slow)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends what is still under way: its lease brings it back."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def send(self, messages: Sequence[Message]) -> None:
        """They leave now."""
        if not messages:
            return
        keys = {message.endpoint.pk: message for message in messages}
        opened = {endpoint_id: _keys(message) for endpoint_id, message in keys.items()}
        equip(messages)
        with self._lock:
            self.in_flight += len(messages)
            self._enough.clear()
        self._waiting.extend((message, opened[message.endpoint.pk]) for message in messages)
        self._loop.call_soon_threadsafe(self._start)

    def results(self) -> Results:
        """What came back since: as soon as there is much of it or nothing is left to wait for; else after a moment."""
        self._enough.wait(RECORDED_EVERY)
        with self._lock:
            done, self._done = self._done, []
            self.in_flight -= len(done)
            self._mark()
        return done

    def _start(self) -> None:
        """As many runners as there is work for and room."""
        for _ in range(min(len(self._waiting), AT_A_TIME + self._slow - len(self._runners))):
            task = self._loop.create_task(self._run())
            self._runners[task] = self._loop.time()
            task.add_done_callback(self._runners.pop)

    async def _run(self) -> None:
        """Sends one message after the other: a task for each would take a fifth of all that sending takes."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (it runs in one)
        while self._waiting and len(self._runners) <= AT_A_TIME + self._slow:
            message, keys = self._waiting.popleft()
            self._runners[task] = self._loop.time()
            answer = await self._answer(message, keys)
            with self._lock:
                self._done.append((message, answer))
                self._mark()

    def _look_for_slow(self) -> None:
        begun = self._loop.time() - A_MOMENT
        self._slow = sum(since < begun for since in self._runners.values())
        self._start()
        self._looking = self._loop.call_later(A_MOMENT, self._look_for_slow)

    def _mark(self) -> None:
        if len(self._done) >= min(TOGETHER, self.in_flight):
            self._enough.set()
        else:
            self._enough.clear()

    async def _answer(self, message: Message, keys: Keys | None) -> Answer:
        if keys is None:
            return Answer(None, b"", {}, 0, "Its signing secret cannot be read any more: rotate it.")
        if message.errand:
            return await message.errand.run(self._client, keys)
        body = message.body.encode()
        headers = headers_for(
            message_id=message.webhook_id,
            timestamp=int(time.time()),
            body=body,
            secrets=keys.secrets,
            signing_keys=keys.signing_keys,
            content_type=content_type_of(message.body),
        )
        return await self._client.post(url=message.endpoint.url, body=body, headers=headers)

    async def _close(self) -> None:
        self._looking.cancel()
        self._waiting.clear()
        for task in self._runners:
            task.cancel()
        await asyncio.gather(*self._runners, return_exceptions=True)
        await self._client.__aexit__(None, None, None)


def _keys(message: Message) -> Keys | None:
    """One endpoint's trouble must not hold up the others of this claim."""
    try:
        return keys_of(message.endpoint)
    except InvalidToken:
        return None
