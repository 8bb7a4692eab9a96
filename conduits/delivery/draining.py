"""Delivering: due messages are claimed, pass the gate, are signed and sent many at a time, and each try is recorded.

At least once, always under the same webhook-id: claiming.py says how, breaker.py when an endpoint that fails is left
alone, due.py how endpoints share.
"""

from conduits.delivery.claiming import claim
from conduits.delivery.due import AT_ONCE
from conduits.delivery.recording import record
from conduits.delivery.sending import Sender

# A claim takes at least so many places, unless nothing is under way: small ones cost as much as large ones.
ROOM = AT_ONCE // 2


def drain() -> int:
    """Sends what is due, once around; returns how many messages were claimed."""
    claimed = claim(room=AT_ONCE)
    if claimed.outgoing:
        with Sender() as sender:
            sender.send(claimed.outgoing)
            while sender.in_flight:
                _record(sender)
    return claimed.taken


def drain_all() -> None:
    """Sends what is due until nothing is. A slow endpoint keeps no other waiting: its answers come when they come."""
    with Sender() as sender:
        while True:
            room = AT_ONCE - sender.in_flight
            claimed = claim(room=room) if room >= ROOM else None
            if claimed:
                sender.send(claimed.outgoing)
                if not claimed.taken and not sender.in_flight:
                    return
            if sender.in_flight:
                _record(sender)


def _record(sender: Sender) -> None:
    if results := sender.results():
        record(results)
