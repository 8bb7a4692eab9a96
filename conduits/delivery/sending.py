"""Sending messages: signed at the moment each leaves, many at once, in a thread of its own.

The database's work goes on meanwhile: while one claim is answered, the next is made and the last is written down.
"""

import asyncio
import resource
import threading
import time
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.conf import settings

from conduits.connectors.equipping import equip
from conduits.delivery.claiming import Message
from conduits.delivery.http import Answer, Client
from conduits.delivery.keys import Keys, keys_of
from conduits.delivery.payloads import content_type_of
from conduits.delivery.signing import headers_for
from conduits.delivery.standing import A_MOMENT

# How many messages of prompt endpoints are sent at a time: more would only open more connections. One that is late no
# longer counts; the others, most of which would hang, do not wait for each other.
AT_A_TIME: Final = 64
# How often it is looked for who is late, within the time after which somebody is.
LOOKS: Final = 4
# How many answers are written down together, unless fewer are left, and at most; and how long one waits for others
# (seconds).
TOGETHER: Final = 128
MOST_TOGETHER: Final = 256
RECORDED_EVERY: Final = 0.25
# Every place of a worker may have one of its own, and some endpoints turn from prompt to hanging at the same time.
SOCKETS: Final = 4096

Results = list[tuple[Message, Answer]]


@dataclass(slots=True, eq=False)
class _Try:
    """A message that is under way. `keys` are None where they cannot be read."""

    message: Message
    keys: Keys | None
    begun: float = 0.0
    late: bool = False


class Sender:
    """A context manager. Whoever holds it gives messages to `send` and takes what came of them from `results`.

    `in_flight` counts those whose results were not taken, `prompt` and `others` the places that are taken. Another
    thread may `wake` who waits for results.
    """

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sender", daemon=True)
        self._waiting: deque[_Try] = deque()
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._tries: dict[_Try, None] = {}
        self._done: Results = []
        self._late: list[UUID] = []
        self._looks: deque[float] = deque(maxlen=LOOKS + 1)
        self._lock = threading.Lock()
        self._stirred = threading.Event()
        self._enough = False
        self._taken_at = time.monotonic()
        self.in_flight = self.prompt = self.others = 0

    def __enter__(self) -> Self:
        """Opens the pool of connections."""
        _allow_sockets()
        self._thread.start()
        self._client = Client(allowed=settings.PICO_WEBHOOK_ALLOW)
        asyncio.run_coroutine_threadsafe(self._client.__aenter__(), self._loop).result()
        self._loop.call_soon_threadsafe(self._look_for_late)
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
        prompt = sum(message.prompt for message in messages)
        with self._lock:
            self.in_flight += len(messages)
            self.prompt += prompt
            self.others += len(messages) - prompt
        tries = [_Try(message, opened[message.endpoint.pk]) for message in messages]
        self._loop.call_soon_threadsafe(self._begin, tries)

    def results(self) -> Results:
        """What came back since: as soon as there is much of it or nothing prompt is left; else after a while. Nothing
        when somebody rang before.
        """
        left = self._taken_at + RECORDED_EVERY - time.monotonic()
        rang = self._stirred.wait(max(left, 0))
        with self._lock:
            self._stirred.clear()
            if rang and not self._enough:
                return []
            done, self._done = self._done[:MOST_TOGETHER], self._done[MOST_TOGETHER:]
            self.in_flight -= len(done)
            self._look_whether_enough()
        self._taken_at = time.monotonic()
        return done

    def late(self) -> list[UUID]:
        """The prompt endpoints that let a message wait since this was asked last."""
        with self._lock:
            late, self._late = self._late, []
        return late

    def wake(self) -> None:
        """Lets go whoever waits for results."""
        self._stirred.set()

    def is_woken_within(self, seconds: float) -> bool:
        """Whether somebody wakes it; for whoever waits for no results."""
        woken = seconds > 0 and self._stirred.wait(seconds)
        self._stirred.clear()
        return woken

    def _begin(self, tries: Sequence[_Try]) -> None:
        self._waiting.extend(one for one in tries if one.message.prompt)
        self._start()
        for one in tries:
            if not one.message.prompt:
                self._create_task(self._try(one))

    def _start(self) -> None:
        """As many runners as there is work for and room."""
        for _ in range(min(len(self._waiting), AT_A_TIME - self._running)):
            self._running += 1
            self._create_task(self._run())

    async def _run(self) -> None:
        """Sends one message after the other: a task for each would take a fifth of all that sending takes. After one
        that was late it ends, as another goes on in its place.
        """
        late = False
        while self._waiting and not late:
            one = self._waiting.popleft()
            await self._try(one)
            late = one.late
        self._running -= not late

    async def _try(self, one: _Try) -> None:
        self._tries[one] = None
        one.begun = self._loop.time()
        answer = await self._answer(one.message, one.keys)
        del self._tries[one]
        with self._lock:
            self._free(one.message)
            self._done.append((one.message, answer))
            self._look_whether_enough(last=one.message.prompt and not self.prompt)

    def _look_for_late(self) -> None:
        """A moment is told by how often this came by, not by the clock alone: a process that is starved itself would
        find all endpoints late.
        """
        self._looks.append(self._loop.time())
        for one in self._tries:
            if len(self._looks) <= LOOKS or one.begun > self._looks[0]:
                break
            if one.message.prompt:
                self._let_go(one)
        self._start()
        self._looking = self._loop.call_later(A_MOMENT / LOOKS, self._look_for_late)

    def _let_go(self, one: _Try) -> None:
        """Its place is another's from now on; and what is at hand for the same endpoint is in nobody's way any more."""
        one.late = True
        self._running -= 1
        endpoint_id = one.message.endpoint.pk
        behind = [other for other in self._waiting if other.message.endpoint.pk == endpoint_id]
        for other in behind:
            self._waiting.remove(other)
        with self._lock:
            for each in (one, *behind):
                self._free(each.message)
                each.message.prompt = False
                self.others += 1
            self._late.append(endpoint_id)
        for other in behind:
            self._create_task(self._try(other))

    def _free(self, message: Message) -> None:
        if message.prompt:
            self.prompt -= 1
        else:
            self.others -= 1

    def _look_whether_enough(self, *, last: bool = False) -> None:
        self._enough = last or len(self._done) >= max(min(TOGETHER, self.in_flight), 1)
        if self._enough:
            self._stirred.set()

    def _create_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.__aexit__(None, None, None)


def _keys(message: Message) -> Keys | None:
    """One endpoint's trouble must not hold up the others of this claim."""
    try:
        return keys_of(message.endpoint)
    except InvalidToken:
        return None


def _allow_sockets() -> None:
    """A session often starts with 1,024 open files where many more are allowed (`ulimit -Hn`)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = SOCKETS if hard == resource.RLIM_INFINITY else min(SOCKETS, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
