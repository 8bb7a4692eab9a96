#!/usr/bin/env python3
"""Takes in webhooks that are genuine and refuses the rest: Standard Webhooks 1.0.0, with Python alone.

SECRET=whsec_… PORT=9000 python3 docs/receiver.py
"""

import base64
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["SECRET"].removeprefix("whsec_"))
TOLERANCE = 300  # seconds


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to a genuine message, 401 to any other."""

    def do_POST(self) -> None:
        """Verifies the bytes as they came: JSON that is written out again is no longer what was signed."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        message, sent = self.headers.get("webhook-id", ""), self.headers.get("webhook-timestamp", "")
        signature = hmac.digest(KEY, f"{message}.{sent}.".encode() + body, "sha256")
        expected = b"v1," + base64.b64encode(signature)
        given = self.headers.get("webhook-signature", "").encode().split()
        genuine = any(hmac.compare_digest(expected, one) for one in given) and abs(time.time() - int(sent)) < TOLERANCE
        self.send_response(204 if genuine else 401)
        self.end_headers()
        if genuine:
            self.log_message("%s is %s", message, json.loads(body)["type"])


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver).serve_forever()
