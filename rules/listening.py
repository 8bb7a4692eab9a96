"""Which events a rule listens for, as keys of the engine's index (rules/models/rule.py, Listener)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from picos.models import Event
from rules.event_types import RULE_DUE
from rules.language import Definition
from rules.models import Listener, RuleVersion
from rules.triggers import EventIs, is_stateless, leaves, needs_every_event

LONGEST: Final = 200
# Of an event's data, so that its size does not decide what it costs to look for its rules.
MOST_LITERALS: Final = 20


def listen(version: RuleVersion, definition: Definition, anchors: Iterable[UUID]) -> None:
    """Puts the version into the index, in the caller's transaction."""
    every = needs_every_event(definition.when)
    found = {(leaf.event, "" if every else literal_of_leaf(leaf)) for leaf in leaves(definition.when)}
    wanted = {(name, literal, anchor) for name, literal in found for anchor in anchors}
    if not is_stateless(definition.when):
        wanted.add((RULE_DUE, "", version.pk))
    Listener.objects.bulk_create(
        Listener(event_type=name, literal=literal, anchor=anchor, version=version)
        for name, literal, anchor in sorted(wanted, key=str)
    )


def stop_listening(rule_id: UUID) -> None:
    """Takes all versions of the rule out of the index."""
    Listener.objects.filter(version__rule=rule_id).delete()


def literals_of_event(data: Mapping[str, Any]) -> list[str]:
    """All literals under which a rule may wait for an event with this data; the empty one is first."""
    plain = [(key, value) for key, value in data.items() if isinstance(value, (str, int, float, bool))]
    return ["", *(_literal(key, value) for key, value in plain[:MOST_LITERALS])]


def literal_of_leaf(leaf: EventIs) -> str:
    """The one by which the leaf is found; `fits` looks at all of them."""
    return min((_literal(key, value) for key, value in leaf.where.items()), default="")


def anchors_of(event: Event) -> list[UUID]:
    """The ids under which a rule may wait for this event."""
    if event.type == RULE_DUE:
        return [UUID(event.data["version"])]
    pico = event.pico
    ids = [event.company_id, event.owner_id, event.pico_id]
    if pico:
        ids += [pico.product_id, pico.batch_id]
    return [id_ for id_ in ids if id_]


def _literal(key: str, value: Any) -> str:
    return f"{key}={json.dumps(value)}"[:LONGEST]
