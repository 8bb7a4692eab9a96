"""A note from a customer's rule to the company: an event, which reaches it like any other."""

from uuid import UUID

from conduits.event_types import NOTE
from conduits.models import Conduit
from parties.actors import Actor
from picos.events import record_event
from picos.models import Event


def send_note(*, conduit: Conduit, text: str, rule_id: UUID, rule_name: str, cause: Event) -> Event:
    """Records the note in the caller's transaction. Which endpoints get it, the company's own rules say."""
    return record_event(
        NOTE,
        pico=conduit.pico,
        actor=Actor.of_rule(rule_id),
        data={"text": text, "rule": rule_name},
        cause=cause,
    )
