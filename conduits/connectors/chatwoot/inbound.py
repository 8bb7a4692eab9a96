"""Its webhook, of the account or of the API inbox: `message_created`."""

import hmac
import json
import time
from collections.abc import Sequence
from typing import Any, Final

from conduits.connectors.inbox import Arrived, Reply
from conduits.mail.markup import text_of

TOLERANCE: Final = 300


def verify(config: Any, arrived: Arrived) -> bool | None:
    """HMAC-SHA256 of timestamp, full stop and body, where its version signs; else the key in our address shows it."""
    if not config.webhook_secret:
        return None
    sent = arrived.headers.get("x-chatwoot-timestamp", "")
    if not (sent.isascii() and sent.isdigit()) or abs(time.time() - int(sent[:12])) > TOLERANCE:
        return False
    signed = hmac.digest(config.webhook_secret.encode(), sent.encode() + b"." + arrived.body, "sha256").hex()
    return hmac.compare_digest(f"sha256={signed}".encode(), arrived.headers.get("x-chatwoot-signature", "").encode())


def parse(config: Any, arrived: Arrived) -> Sequence[Reply]:
    """What an agent wrote to the contact. Raises ValueError and the like for another shape."""
    told = json.loads(arrived.body)
    if told["event"] != "message_created" or told["message_type"] not in {"outgoing", 1} or told["private"]:
        return []
    if told["inbox"]["id"] != config.inbox:
        return []
    return [
        Reply(
            id=f"message/{int(told['id'])}",
            text=text_of(str(told["content"] or "")) if "<" in str(told["content"]) else str(told["content"] or ""),
            request=str(int(told["conversation"]["id"])),
        )
    ]
