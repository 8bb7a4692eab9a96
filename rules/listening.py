"""Which events a rule listens for, as keys of the engine's index (rules/models/rule.py, Listener)."""

import json
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from picos.models import Event
from rules.event_types import RULE_DUE, RULE_STARTED
from rules.language.definition import Definition
from rules.models import Listener, Rule, RuleVersion
from rules.triggers import EventIs, is_stateless, leaves, needs_every_event

LONGEST: Final = 200
# Of an event's data, so that its size does not decide what it costs to look for its rules.
MOST_LITERALS: Final = 20

# Of the index: event type, anchor, literal.
Key = tuple[str, UUID, str]


def listen(version: RuleVersion, definition: Definition, anchors: Iterable[UUID]) -> None:
    """Puts the version into the index, in the caller's transaction."""
    Listener.objects.bulk_create(listeners(version, definition, anchors))


def listeners(version: RuleVersion, definition: Definition, anchors: Iterable[UUID]) -> list[Listener]:
    """What the index has of a version, not saved yet."""
    every = needs_every_event(definition.when)
    found = {(leaf.event, "" if every else literal_of_leaf(leaf)) for leaf in leaves(definition.when)}
    wanted = {(name, literal, anchor) for name, literal in found for anchor in anchors}
    if not is_stateless(definition.when):
        wanted.add((RULE_DUE, "", version.pk))
    return [
        Listener(event_type=name, literal=literal, anchor=anchor, version=version)
        for name, literal, anchor in sorted(wanted, key=str)
    ]


def stop_listening(rule_id: UUID) -> None:
    """Takes all versions of the rule out of the index."""
    Listener.objects.filter(version__rule=rule_id).delete()


def literal_of_leaf(leaf: EventIs) -> str:
    """The one by which the leaf is found; `fits` looks at all of them."""
    return min((_literal(key, value) for key, value in leaf.where.items()), default="")


def keys_of(event: Event, kind: Iterable[UUID | None]) -> list[Key]:
    """All keys under which a rule may wait for this event. `kind`: the product and batch of its pico.

    None for what names its rule itself, see `started_versions`.
    """
    if event.type == RULE_DUE:
        return [(RULE_DUE, UUID(event.data["version"]), "")]
    if event.type == RULE_STARTED:
        return []
    event_type = event.type
    anchors = [id_ for id_ in (event.company_id, event.owner_id, event.pico_id, *kind) if id_]
    plain = [(key, value) for key, value in event.data.items() if isinstance(value, (str, int, float, bool))]
    literals = ["", *(_literal(key, value) for key, value in plain[:MOST_LITERALS])]
    return [(event_type, anchor, literal) for anchor in anchors for literal in literals]


def started_versions(events: Iterable[Event]) -> dict[UUID, UUID]:
    """By event: the version at work of the rule that it starts. A rule that is off is not started."""
    wanted = {event.pk: UUID(event.data["starts"]) for event in events if event.type == RULE_STARTED}
    if not wanted:
        return {}
    at_work = Rule.objects.filter(pk__in=wanted.values(), status=Rule.Status.ENABLED, deleted_at=None)
    versions: dict[UUID, UUID] = dict(at_work.values_list("pk", "version"))
    return {event_id: versions[rule_id] for event_id, rule_id in wanted.items() if rule_id in versions}


def _literal(key: str, value: Any) -> str:
    return f"{key}={json.dumps(value)}"[:LONGEST]
