"""Its webhook for ticket events: `zen:event-type:ticket.comment_added`."""

import base64
import hmac
import json
from collections.abc import Sequence
from typing import Any, Final

from conduits.connectors.inbox import Arrived, Reply

COMMENT_ADDED: Final = "zen:event-type:ticket.comment_added"


def verify(config: Any, arrived: Arrived) -> bool | None:
    """Base64 of the HMAC-SHA256 of timestamp and body (its "Verifying webhook authenticity")."""
    sent = arrived.headers.get("x-zendesk-webhook-signature-timestamp", "")
    expected = base64.b64encode(hmac.digest(config.signing_secret.encode(), sent.encode() + arrived.body, "sha256"))
    given = arrived.headers.get("x-zendesk-webhook-signature", "").encode()
    return bool(sent) and hmac.compare_digest(expected, given)


def parse(config: Any, arrived: Arrived) -> Sequence[Reply]:
    """A public comment of somebody who works there. Raises ValueError and the like for another shape."""
    del config
    told = json.loads(arrived.body)
    if told["type"] != COMMENT_ADDED:
        return []
    comment = told["event"]["comment"]
    if comment["is_public"] is not True or comment["author"]["is_staff"] is not True:
        return []
    return [Reply(id=f"comment/{comment['id']}", text=str(comment["body"]), request=str(told["detail"]["id"]))]
