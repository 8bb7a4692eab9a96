"""Through a service that the person uses anyway, as apprise speaks it; see conduits/reaching/messengers.py."""

import asyncio
from typing import Final

from conduits.delivery.http import TOTAL_SECONDS, Answer
from conduits.reaching import messengers
from conduits.reaching.composing import Parcel
from conduits.reaching.kinds import Tools
from conduits.reaching.letters import Letter, Words
from conduits.reaching.results import Outcome, Result, result_of
from parties.errors import RefusedError

# Its secret or its place is not there any more, or not for us.
GONE: Final = frozenset({401, 403, 404, 410})
MOST_LETTERS: Final = 1500
_NOT_TAKEN: Final = "The service answered that it did not take it."


async def send(words: Words, *, letter: Letter, address: str, tools: Tools) -> Result:
    """Put together by apprise in a thread that can open nothing, and posted by the guarded client."""
    del letter
    loop = asyncio.get_running_loop()
    answers: list[Answer] = []

    def carry(parcel: Parcel) -> Answer:
        posting = tools.client.post(url=parcel.url, body=parcel.body, headers=parcel.headers)
        answers.append(asyncio.run_coroutine_threadsafe(posting, loop).result(TOTAL_SECONDS * 2))
        return answers[-1]

    body = f"{words.body[:MOST_LETTERS]}\n{words.url}"
    try:
        taken = await loop.run_in_executor(tools.threads, messengers.say, address, words.title, body, carry)
    except RefusedError as refused:
        return Result(Outcome.GONE, str(refused))
    return _result(answers, taken=taken)


def _result(answers: list[Answer], *, taken: bool) -> Result:
    """A plugin may find in the body that nothing was taken."""
    if not answers:
        return Result(Outcome.REFUSED, "Nothing could be put together for it.")
    result = result_of(answers[0], gone=GONE)
    return Result(Outcome.REFUSED, _NOT_TAKEN) if result.outcome is Outcome.SENT and not taken else result
