"""Delivering: due messages are claimed, pass the gate, are signed and sent many at a time, and each try is recorded.

At least once, always under the same webhook-id: claiming.py says how, breaker.py when an endpoint that fails is left
alone, standing.py and due.py how endpoints share.
"""

import threading
from typing import Final

from conduits.delivery.claiming import claim
from conduits.delivery.due import room_beside
from conduits.delivery.recording import record
from conduits.delivery.sending import Sender
from conduits.delivery.standing import note_late


def drain() -> int:
    """Sends what is due, once around; returns how many messages were claimed."""
    claimed = claim(room_beside())
    if claimed.outgoing:
        with Sender() as sender:
            sender.send(claimed.outgoing)
            while sender.in_flight:
                _record(sender)
    return claimed.taken


def drain_all(*, stays: float = 0.0) -> None:
    """Sends what is due until nothing is, nor under way, and was not for as long as it `stays` (seconds): connections
    that are open are used again. Where another thread of this process is at it, that one looks for more at once: the
    places are a process's, and hanging messages must not hold one drain after the other.
    """
    _drain.look(stays)


class _Drain:
    """The one of this process."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._wanted = threading.Event()
        self._sender: Sender | None = None

    def look(self, stays: float) -> None:
        self._wanted.set()
        if sender := self._sender:
            sender.wake()
        # Asked once more after it was let go: who came just before relies on it.
        while self._wanted.is_set() and self._alone.acquire(blocking=False):
            try:
                self._until_nothing_is_due(stays)
            finally:
                self._sender = None
                self._alone.release()

    def _until_nothing_is_due(self, stays: float) -> None:
        with Sender() as sender:
            self._sender = sender
            while self._wanted.is_set() or sender.in_flight or sender.is_woken_within(stays):
                self._send_due(sender)
                if sender.in_flight and _record(sender):
                    # Who got an answer may be sent more.
                    self._wanted.set()

    def _send_due(self, sender: Sender) -> None:
        room = room_beside(prompt=sender.prompt, others=sender.others)
        if self._wanted.is_set() and room.is_worth_a_claim:
            self._wanted.clear()
            claimed = claim(room)
            sender.send(claimed.outgoing)
            if claimed.taken:
                self._wanted.set()


_drain: Final = _Drain()


def _record(sender: Sender) -> bool:
    """Whether anything came back."""
    if results := sender.results():
        record(results)
    if late := sender.late():
        note_late(late)
    return bool(results)
