"""The servers that are measured: the web processes of `manage.py up`, and bare Django beside them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from config.children import granian

STARTS_WITHIN = 30.0


@contextmanager
def serving(module: str, *, port: int) -> Iterator[None]:
    """The WSGI application of `module` under granian on a loopback port, as `manage.py up` runs it, until the end."""
    settings = {"DJANGO_SETTINGS_MODULE": "bench.bare"} if module == "bench.bare" else {}
    command = granian("wsgi", module, host="127.0.0.1", port=port, workers=2)
    with running(command, port=port, quiet=True, **settings):
        yield


@contextmanager
def listening(port: int) -> Iterator[None]:
    """A company's end in a process of its own (bench/sink.py), until the end."""
    with running([sys.executable, "-m", "bench.sink", str(port)], port=port):
        yield


@contextmanager
def running(
    command: Sequence[str], *, port: int, quiet: bool = False, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that listens on a loopback port by now, and has ended afterwards; a `quiet` one says nothing."""
    said = subprocess.DEVNULL if quiet else None
    program = subprocess.Popen(command, env=os.environ | environment, stdout=said, stderr=said)
    try:
        wait_for(port)
        yield program
    finally:
        program.terminate()
        program.wait()


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
