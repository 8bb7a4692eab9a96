"""Everything that `manage.py up` starts, on the benchmark's database or one of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from bench.server import running

WEB, LIVE, REDIS = 8394, 8395, 8396
URL: Final = f"http://localhost:{WEB}"
LOOPBACK: Final = (ip_network("127.0.0.0/8"),)
STARTS_WITHIN: Final = 120.0
READY: Final = "(Ctrl-C ends it)"


@contextmanager
def whole(**environment: str) -> Iterator[subprocess.Popen[str]]:
    """A running server; `environment` is added to this process's own. Everything of it has ended afterwards."""
    with tempfile.TemporaryFile("w+") as printed:
        up = subprocess.Popen([sys.executable, "manage.py", "up"], env=_with(environment), stdout=printed, text=True)
        try:
            _wait(up, printed.fileno())
            yield up
        finally:
            up.terminate()
            up.wait()


def started_within() -> float:
    """Seconds from the start of `manage.py up` until `/healthz` answers; it has ended afterwards."""
    begin = time.perf_counter()
    up = subprocess.Popen(
        [sys.executable, "manage.py", "up"], env=_with({}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _answers():
            if up.poll() is not None or time.perf_counter() - begin > STARTS_WITHIN:
                message = "manage.py up did not come up"
                raise RuntimeError(message)
            time.sleep(0.02)
        return time.perf_counter() - begin
    finally:
        up.terminate()
        up.wait()


@contextmanager
def redis() -> Iterator[str | None]:
    """The URL of a Redis server of its own that keeps nothing; None where no redis-server is installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    nothing = ["--save", "", "--appendonly", "no", "--dir", tempfile.gettempdir()]
    with running([program, "--port", str(REDIS), "--bind", "127.0.0.1", *nothing], port=REDIS, quiet=True):
        yield f"redis://127.0.0.1:{REDIS}/0"


def _with(environment: Mapping[str, str]) -> dict[str, str]:
    ports = {"PORT": str(WEB), "LIVE_PORT": str(LIVE), "PUBLIC_URL": URL}
    return {**os.environ, **ports, "PICO_DEMO": "0", "PICO_WEBHOOK_ALLOW": str(LOOPBACK[0]), **environment}


def _wait(up: "subprocess.Popen[str]", printed: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while READY not in (said := Path(f"/proc/self/fd/{printed}").read_text()):
        if up.poll() is not None or time.monotonic() > deadline:
            message = f"manage.py up did not come up: {said[-1000:]}"
            raise RuntimeError(message)
        time.sleep(0.05)


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"{URL}/healthz", timeout=1) as answer:  # noqa: S310 (our own)
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False
