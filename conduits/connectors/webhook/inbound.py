"""Answers as Standard Webhooks: `{"type": "conduit.message", "data": {"in_reply_to": …, "body": …}}`."""

import hmac
import json
import time
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel

from api.bodies import MaybeLine, Text, storable_json
from conduits.connectors.inbox import Arrived, Reply
from conduits.delivery.signing import sign

TOLERANCE: Final = 300
LARGEST_DATA: Final = 4096


def _small(data: dict[str, Any]) -> dict[str, Any]:
    storable_json(data)
    if len(json.dumps(data)) > LARGEST_DATA:
        raise ValueError("it is too large")
    return data


class Said(BaseModel):
    """As `POST /conduits/{id}/messages` takes it; the conduit can be told from what it answers."""

    body: Text
    in_reply_to: MaybeLine = ""
    conduit: MaybeLine = ""
    data: Annotated[dict[str, Any], AfterValidator(_small)] = {}


class Message(BaseModel):
    """Keys that are not known are no trouble, as is usual among webhooks."""

    type: Literal["conduit.message"]
    data: Said


def verify(config: Any, arrived: Arrived) -> bool:
    """By the connector's own secret, within five minutes (Standard Webhooks 1.0.0)."""
    del config
    message_id, sent = arrived.headers.get("webhook-id", ""), arrived.headers.get("webhook-timestamp", "")
    timely = sent.isascii() and sent.isdigit() and abs(time.time() - int(sent[:12])) <= TOLERANCE
    if not message_id or "." in message_id or not timely or not arrived.secrets:
        return False
    signed = sign(message_id=message_id, timestamp=int(sent), body=arrived.body, secrets=arrived.secrets)
    given = arrived.headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(one, expected) for one in given for expected in signed.encode().split())


def parse(config: Any, arrived: Arrived) -> Sequence[Reply]:
    """One answer, by its webhook-id; messages of other types are none. Raises ValueError."""
    del config
    if json.loads(arrived.body).get("type") != "conduit.message":
        return []
    said = Message.model_validate_json(arrived.body).data
    return [
        Reply(
            id=arrived.headers["webhook-id"],
            text=said.body,
            in_reply_to=said.in_reply_to,
            conduit=said.conduit,
            data=said.data,
        )
    ]
