"""The receiver that docs/webhooks.md shows: started as a program, sent real messages by the real delivery code."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from conduits.delivery import draining as delivery
from conduits.delivery.signing import headers_for, new_secret
from conduits.models import Delivery, Endpoint
from parties.vault import open_sealed, seal
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.factories import a_conduit, an_endpoint

pytestmark = pytest.mark.django_db

PROGRAM = Path(__file__).parents[2] / "docs" / "receiver.py"
STARTS_WITHIN = 20.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def receiving(endpoint: Endpoint) -> Iterator[int]:
    """The program, with the endpoint's secret and on its port, as soon as it takes connections."""
    port = int(endpoint.url.rpartition(":")[2].rstrip("/"))
    environment = {**os.environ, "SECRET": open_sealed(endpoint.secret), "PORT": str(port)}
    with subprocess.Popen([sys.executable, PROGRAM], env=environment, stderr=subprocess.DEVNULL) as program:
        try:
            wait_for(port, program)
            yield port
        finally:
            program.terminate()


def wait_for(port: int, program: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        assert program.poll() is None, "the receiver ended"
        assert time.monotonic() < deadline, "the receiver does not answer"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return


def post(port: int, body: bytes, headers: Mapping[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/", body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


def the_scan_is_sent(endpoint: Endpoint) -> Delivery:
    """A scan, drained through the company's subscription, and sent to the endpoint."""
    conduit = endpoint.company.conduits.get()
    event_id = record_scan(pico=conduit.pico, visitor=os.urandom(8), person=None)
    engine.drain()
    delivery.drain()
    return Delivery.objects.get(event_id=event_id)


@pytest.fixture
def endpoint() -> Endpoint:
    return an_endpoint(a_conduit().company, url=f"http://127.0.0.1:{free_port()}/")


def test_the_receiver_takes_a_real_message(endpoint: Endpoint) -> None:
    with receiving(endpoint):
        sent = the_scan_is_sent(endpoint)
    assert sent.state == Delivery.State.DELIVERED
    assert [attempt.status for attempt in sent.attempts.all()] == [204]


def test_the_receiver_refuses_what_another_secret_signed(endpoint: Endpoint) -> None:
    with receiving(endpoint):
        Endpoint.objects.filter(pk=endpoint.pk).update(secret=seal(new_secret()))
        sent = the_scan_is_sent(endpoint)
    assert sent.state == Delivery.State.WAITING
    assert [attempt.status for attempt in sent.attempts.all()] == [401]


def test_the_receiver_refuses_a_message_that_was_tampered_with_or_is_old(endpoint: Endpoint) -> None:
    with receiving(endpoint) as port:
        sent = the_scan_is_sent(endpoint)
        body, now = sent.body.encode(), int(time.time())
        secrets = [open_sealed(endpoint.secret)]
        headers = headers_for(message_id=sent.webhook_id, timestamp=now, body=body, secrets=secrets)
        old = headers_for(message_id=sent.webhook_id, timestamp=now - 301, body=body, secrets=secrets)
        unsigned = {"content-type": "application/json"}

        assert post(port, body, headers) == 204
        assert post(port, body.replace(b"pico.scanned", b"pico.claimed"), headers) == 401
        assert post(port, body, headers | {"webhook-id": "msg_another"}) == 401
        assert post(port, body, old) == 401
        assert post(port, body, unsigned) == 401


def test_the_receiver_takes_either_secret_while_they_rotate(endpoint: Endpoint) -> None:
    with receiving(endpoint) as port:
        both = [new_secret(), open_sealed(endpoint.secret)]
        body = b'{"type": "endpoint.test"}'
        assert (
            post(port, body, headers_for(message_id="msg_1", timestamp=int(time.time()), body=body, secrets=both))
            == 204
        )


def test_the_page_shows_the_program_as_it_is() -> None:
    page = (PROGRAM.parent / "webhooks.md").read_text()
    assert f"```python\n{PROGRAM.read_text()}```" in page
