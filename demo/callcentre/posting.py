"""Posting an answer to the API: once, however often it takes."""

import asyncio
from collections.abc import Callable, Iterator
from http import HTTPStatus

import aiohttp

from demo.callcentre.records import Answer

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 30.0
# About an hour in all; what has not arrived by then is tried again at the next start.
TRIES = 120
PATIENCE = aiohttp.ClientTimeout(total=10)
TRY_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class NotNowError(Exception):
    """It may work later; `wait` is how long the server asked us to wait (seconds)."""

    def __init__(self, message: str, *, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


async def post(session: aiohttp.ClientSession, answer: Answer, *, key: str, say: Callable[[str], None]) -> bool | None:
    """True when it was taken, False when it was refused for good, None when it could not be delivered for an hour.

    The webhook-id is the Idempotency-Key, so a repeat of an answer that did arrive changes nothing.
    """
    for pause in _pauses():
        try:
            return await _post_once(session, answer, key=key, say=say)
        except (NotNowError, aiohttp.ClientError, TimeoutError) as error:
            wait = max(pause, error.wait if isinstance(error, NotNowError) else 0.0)
            say(f"could not answer ({error or type(error).__name__}); tries again in {wait:.2g} s")
            await asyncio.sleep(wait)
    return None


async def _post_once(session: aiohttp.ClientSession, answer: Answer, *, key: str, say: Callable[[str], None]) -> bool:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": answer.id, "Content-Type": "application/json"}
    async with session.post(answer.url, data=answer.body, headers=headers, timeout=PATIENCE) as response:
        if response.status in TRY_AGAIN or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NotNowError(str(response.status), wait=_seconds(response.headers.get("Retry-After", "")))
        if response.ok:
            return True
        said = (await response.content.read(500)).decode(errors="replace")
        say(f"the answer was refused ({response.status}): {said}")
        return False


def _pauses() -> Iterator[float]:
    pause = FIRST_PAUSE
    for _ in range(TRIES):
        yield pause
        pause = min(2 * pause, LONGEST_PAUSE)


def _seconds(retry_after: str) -> float:
    """Retry-After in seconds (RFC 9110 section 10.2.3); its other form, a date, is left to our own pauses."""
    return min(float(retry_after), LONGEST_PAUSE) if retry_after.isascii() and retry_after.isdigit() else 0.0
