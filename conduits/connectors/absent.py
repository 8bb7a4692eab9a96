"""What a kind cannot do, for those whose capabilities say so; nobody calls it."""

from collections.abc import Sequence
from typing import Any

from conduits.connectors.far import Far
from conduits.connectors.inbox import Arrived, Polled, Reply
from conduits.connectors.notes import Note


async def upsert_contact(far: Far, note: Note) -> str:
    """It knows no contacts."""
    raise NotImplementedError


async def append_to_timeline(far: Far, note: Note, contact: str) -> None:
    """It has no timeline."""
    raise NotImplementedError


async def open_request(far: Far, note: Note, contact: str) -> str:
    """It knows nothing that is to be settled."""
    raise NotImplementedError


async def add_reply(far: Far, note: Note, contact: str, request: str) -> None:
    """As above."""
    raise NotImplementedError


def verify(config: Any, arrived: Arrived) -> bool | None:
    """It signs nothing: the key in its address is what shows where a request comes from."""
    del config, arrived
    return None


def parse(config: Any, arrived: Arrived) -> Sequence[Reply]:
    """It tells us nothing."""
    raise NotImplementedError


async def poll(far: Far, cursor: dict[str, Any]) -> Polled:
    """There is nothing to look for."""
    raise NotImplementedError
