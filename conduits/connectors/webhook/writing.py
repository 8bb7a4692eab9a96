"""Messages as they are, signed after Standard Webhooks 1.0.0."""

import time

from conduits.connectors.far import Far
from conduits.connectors.notes import Note
from conduits.delivery.signing import headers_for


async def check(far: Far, note: Note) -> None:
    """A signed test."""
    await append_to_timeline(far, note, "")


async def append_to_timeline(far: Far, note: Note, contact: str) -> None:
    """The gated payload under its webhook-id, by which it is known if it comes twice."""
    del contact
    assert far.keys is not None  # noqa: S101 (every endpoint has them)
    body = note.body.encode()
    headers = headers_for(
        message_id=note.id,
        timestamp=int(time.time()),
        body=body,
        secrets=far.keys.secrets,
        signing_keys=far.keys.signing_keys,
    )
    await far.send("POST", far.config.url, body=body, headers=headers)
