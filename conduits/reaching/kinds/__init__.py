"""The kinds of ways: a module for each, named as `Way.Kind` has it, with `send`.

`async def send(words, *, letter, address, tools) -> Result` sends a letter to the opened address, raises nothing but
what a bug raises, and takes a minute at most. It runs beside many others and asks the database nothing.
"""

from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from importlib import import_module

from conduits.delivery.http import Client
from conduits.reaching.letters import Letter, Words
from conduits.reaching.results import Result


@dataclass(frozen=True, slots=True)
class Tools:
    """What they send with: the guarded client, threads for what blocks, and the key of push messages if it is there."""

    client: Client
    threads: Executor
    push_key: str


Send = Callable[..., Awaitable[Result]]


def send_of(kind: str) -> Send:
    """How ways of this kind send."""
    send: Send = import_module(f"conduits.reaching.kinds.{kind}").send
    return send


__all__ = ["Letter", "Send", "Tools", "Words", "send_of"]
