"""The servers that are measured: the web processes of `manage.py up`, and bare Django beside them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from config.children import granian

STARTS_WITHIN = 30.0


@contextmanager
def serving(module: str, *, port: int) -> Iterator[None]:
    """The WSGI application of `module` under granian on a loopback port, as `manage.py up` runs it, until the end."""
    settings = {"DJANGO_SETTINGS_MODULE": "bench.bare"} if module == "bench.bare" else {}
    server = subprocess.Popen(
        granian("wsgi", module, host="127.0.0.1", port=port, workers=2),
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield
    finally:
        server.terminate()
        server.wait()


@contextmanager
def listening(port: int) -> Iterator[None]:
    """A company's end in a process of its own (bench/sink.py), until the end."""
    sink = subprocess.Popen([sys.executable, "-m", "bench.sink", str(port)])
    try:
        wait_for(port)
        yield
    finally:
        sink.terminate()
        sink.wait()


def wait_for(port: int) -> None:
    """Until somebody listens there. Raises OSError when nobody does in time."""
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
