"""Rings the open pages of both sides when something becomes of a pass."""

from conduits.models import ContextPass
from live.announcing import announce
from live.tokens import topic


def ring(shown: ContextPass) -> None:
    """At commit."""
    announce(topic("passes", shown.conduit_id, "owner"), topic("pass", shown.pk, "company"))
