"""The bell: wakes the workers after a commit. It may be lost without harm, as a sweeper looks every second.

Rings of one process are gathered: a thread sends at most one message per task at a time, off the request's path, and
always one after the last ring.
"""

import logging
import threading
import time
from typing import Final

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

EVENTS: Final = "rules.drain_events"
DELIVERIES: Final = "conduits.send_deliveries"
WARNINGS: Final = "conduits.mail_warnings"
NOTICES: Final = "conduits.hand_out_notices"
REACHING: Final = "conduits.reach_people"
THUMBNAILS: Final = "journals.make_thumbnails"
MINTING: Final = "picos.mint_batches"
TELLINGS: Final = "conduits.tell_owners"
# Between two messages (seconds), unless workers only look at the broker now and then: then it gets two for each look. A
# message costs as much of the processor as several scans.
GAP: Final = 0.01


class _Ringer(threading.Thread):
    def __init__(self, gap: float = GAP) -> None:
        super().__init__(name="bell", daemon=True)
        self._gap = gap
        self._wanted: set[str] = set()
        self._rung = threading.Event()

    def ring(self, task: str) -> None:
        self._wanted.add(task)
        self._rung.set()

    def run(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()
            while self._wanted:
                self._send(self._wanted.pop())
            time.sleep(self._gap)

    def _send(self, task: str) -> None:
        try:
            current_app.send_task(task, expires=60)
        except Exception as error:  # noqa: BLE001 whatever a transport raises, the sweeper comes by
            logger.warning("the broker cannot be reached (%s); the sweeper will do %s", error, task)


_ringer: _Ringer | None = None
_starting = threading.Lock()


def ring(task: str) -> None:
    """Wakes a worker for `task` once the current transaction commits; at once when there is none."""
    transaction.on_commit(lambda: ring_now(task))


def ring_now(task: str) -> None:
    """Wakes a worker without waiting for a commit. Never raises, never blocks on the broker."""
    global _ringer  # noqa: PLW0603
    if _ringer is None or not _ringer.is_alive():
        with _starting:
            if _ringer is None or not _ringer.is_alive():
                _ringer = _Ringer(_gap())
                _ringer.start()
    _ringer.ring(task)


def _gap() -> float:
    looks: float = current_app.conf.broker_transport_options.get("polling_interval", 0)
    return max(GAP, looks / 2)
