"""What comes in from a connector's system, as its kind hands it on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.bodies import storable


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request to a connector's address. Names of headers are in lower case. `secrets` sign as the endpoint does."""

    body: bytes
    headers: Mapping[str, str]
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """Words for the customer, by their id over there. What they answer is either of the two.

    `request` is the id over there of what is to be settled; `in_reply_to` is what an answer through the API may name,
    together with `conduit`, where it can be told from that alone. Raises ValueError for ids that cannot be kept.
    """

    id: str
    text: str
    request: str = ""
    in_reply_to: str = ""
    conduit: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """They are far ends' words, and are looked for as they are."""
        for one in (self.id, self.request):
            storable(one)


@dataclass(frozen=True, slots=True)
class Polled:
    """What a look found, the oldest first, and from where the next goes on. `more`: that may be at once."""

    replies: list[Reply]
    cursor: dict[str, Any]
    more: bool = False
