"""A note from a customer's rule to the company: an event, which reaches it like any other."""

from uuid import UUID

from conduits.event_types import NOTE
from conduits.models import Conduit
from parties.actors import Actor
from picos.events import Draft
from picos.models import Event


def note(*, conduit: Conduit, text: str, rule_id: UUID, rule_name: str, cause: Event) -> Draft:
    """The event of the note, to be recorded. Which endpoints get it, the company's own rules say."""
    return Draft(
        NOTE,
        pico=conduit.pico,
        actor=Actor.of_rule(rule_id),
        data={"text": text, "rule": rule_name},
        cause=cause,
    )
