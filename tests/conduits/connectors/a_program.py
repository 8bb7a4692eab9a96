"""A company's own program that speaks Standard Webhooks, both ways."""

import base64
import hmac
import json
import time
from typing import Any, ClassVar

from aiohttp import web

from tests.conduits.connectors.documented import Documented, Written
from tests.conduits.sink import Received


class AProgram(Documented):
    """It takes whatever comes."""

    KIND = "webhook"
    routes: ClassVar = [("POST", r"/hook", "take")]

    def __init__(self) -> None:
        super().__init__()
        self.received: list[Received] = []
        self.secret = ""

    def config(self) -> dict[str, Any]:
        return {"url": f"{self.url}/hook"}

    @property
    def requests(self) -> list[Written]:
        return []

    def take(self, received: Received) -> web.Response:
        self.received.append(received)
        return web.Response(status=204)

    def told(self, telling: Any, *, message_id: str = "msg_theirs", sent: float | None = None) -> Any:
        body = telling if isinstance(telling, bytes) else json.dumps(telling).encode()
        at = str(int(time.time() if sent is None else sent))
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signature = base64.b64encode(hmac.digest(key, f"{message_id}.{at}.".encode() + body, "sha256")).decode()
        return body, {
            "webhook-id": message_id,
            "webhook-timestamp": at,
            "webhook-signature": f"v1,bm90aGluZw== v1,{signature}",
        }
