"""A company's endpoint that verifies signatures and remembers which webhook-id brought which event."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from standardwebhooks.webhooks import Webhook


class Sink(ThreadingHTTPServer):
    """`arrived` has the webhook-ids per event; `times` how often each came; `forged` what did not verify."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.secret = ""
        self.lock = Lock()
        self.arrived: defaultdict[str, set[str]] = defaultdict(set)
        self.times: defaultdict[str, int] = defaultdict(int)
        self.forged: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def take(self, headers: dict[str, str], body: bytes) -> None:
        webhook_id = headers["webhook-id"]
        with self.lock:
            try:
                Webhook(self.secret).verify(body, headers)
            except Exception:  # noqa: BLE001 (whatever it finds wrong)
                self.forged.append(webhook_id)
            self.arrived[json.loads(body)["data"]["event"]].add(webhook_id)
            self.times[webhook_id] += 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.take({name.lower(): value for name, value in self.headers.items()}, body)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        pass


@contextmanager
def a_sink() -> Iterator[Sink]:
    """A sink that listens on loopback."""
    sink = Sink()
    thread = Thread(target=sink.serve_forever, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        sink.shutdown()
        sink.server_close()
        thread.join()
