"""Recording events. It is the one way in which a lower floor tells an upper one something.

A verb records its event in the transaction that writes its rows, so both are there or neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic_core import to_json
from uuid_utils.compat import uuid7

from parties.actors import SYSTEM, Actor
from parties.models import Company, Person
from picos import bell
from picos.event_types import event_type
from picos.models import Event, Pending, Pico
from picos.models.event import LANES
from picos.rows import fetched, new, related
from picos.turns import ORDER_LOCK, turn_key

# One statement for any number of events. The locks come first, in one order for everybody: of one pico,
# nobody draws a sequence number while another holds an uncommitted one.
_INSERT = """
WITH draft AS MATERIALIZED (
    SELECT * FROM ROWS FROM (json_to_recordset(%s::json) AS (
        id uuid, type text, pico_id uuid, owner_id uuid, company_id uuid, data jsonb, actor_kind text, actor_id uuid,
        agent_id uuid, cause_id uuid, root_id uuid, depth smallint, lane smallint, lock int
    )) WITH ORDINALITY AS t (id, type, pico_id, owner_id, company_id, data, actor_kind, actor_id, agent_id,
                             cause_id, root_id, depth, lane, lock, place)
), locked AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(%s::int, lock) FROM (SELECT DISTINCT lock FROM draft ORDER BY lock) AS wanted
), event AS (
    INSERT INTO picos_event (id, type, pico_id, owner_id, company_id, data, actor_kind, actor_id, agent_id,
                             cause_id, root_id, depth)
    SELECT id, type, pico_id, owner_id, company_id, data, actor_kind, actor_id, agent_id, cause_id, root_id, depth
    FROM draft WHERE (SELECT count(*) FROM locked) > 0 ORDER BY place
    RETURNING id, sequence, at
), pending AS (
    INSERT INTO picos_pending (event_id, lane, sequence, party)
    SELECT event.id, draft.lane, event.sequence, coalesce(company_id, pico_id, owner_id)
    FROM event JOIN draft USING (id)
)
SELECT event.id, event.sequence, event.at FROM event
"""

_GIVEN = (
    *("id", "type", "pico_id", "owner_id", "company_id", "data", "actor_kind", "actor_id", "agent_id"),
    *("cause_id", "root_id", "depth"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An event to be recorded. `pico` names its owner and company; without one, `owner` or `company` do."""

    type: str
    pico: Pico | None = None
    owner_id: UUID | None = None
    company_id: UUID | None = None
    actor: Actor = SYSTEM
    data: Mapping[str, Any] = field(default_factory=dict)
    cause: Event | None = None
    id: UUID = field(default_factory=uuid7)

    def event(self) -> Event:
        """The row, still without its place in the order."""
        event_type(self.type)
        product = self.pico.product if self.pico else None
        event = new(
            Event,
            id=self.id,
            type=self.type,
            pico_id=self.pico.pk if self.pico else None,
            owner_id=self.pico.owner_id if self.pico else self.owner_id,
            company_id=product.company_id if product else self.company_id,
            data=dict(self.data),
            actor_kind=self.actor.kind,
            actor_id=self.actor.id,
            agent_id=self.actor.agent_id,
            cause_id=self.cause.pk if self.cause else None,
            root_id=self.cause.root_id if self.cause else self.id,
            depth=self.cause.depth + 1 if self.cause else 0,
        )
        related(event, pico=self.pico)
        return event


def record_event(
    type: str,  # noqa: A002
    *,
    pico: Pico | None = None,
    owner: Person | None = None,
    company: Company | None = None,
    actor: Actor,
    data: Mapping[str, Any] | None = None,
    cause: Event | None = None,
) -> Event:
    """Records one event in the caller's transaction, puts it before the rules, and rings for them at commit."""
    draft = Draft(
        type=type,
        pico=pico,
        owner_id=owner.pk if owner else None,
        company_id=company.pk if company else None,
        actor=actor,
        data=data or {},
        cause=cause,
    )
    return record_events([draft])[0]


def record_events(drafts: Sequence[Draft], *, ring: bool = True) -> list[Event]:
    """Records events in the order given. Must run inside a transaction, as the locks end with it.

    `ring`: not needed by who looks for what waits as soon as it has committed.
    """
    if not drafts:
        return []
    events = [draft.event() for draft in drafts]
    drafted = to_json([_row(event) for event in events]).decode()
    with transaction.atomic(savepoint=False):
        placed = {row[0]: row[1:] for row in fetched(_INSERT, drafted, ORDER_LOCK)}
    for event in events:
        event.sequence, event.at = placed[event.pk]
    if ring:
        bell.ring(bell.EVENTS)
    return events


def queue_again(event_ids: Sequence[UUID]) -> None:
    """Puts events of picos before the rules once more, each at its old place. In the caller's transaction and turn."""
    if not event_ids:
        return
    Pending.objects.bulk_create(
        [
            Pending(
                event_id=event.pk,
                lane=lane_of(turn_key(event.pico_id)),
                sequence=event.sequence,
                party=event.company_id or event.pico_id or event.owner_id,  # type: ignore[misc]
            )
            for event in Event.objects.filter(pk__in=event_ids)
        ],
        ignore_conflicts=True,
    )
    bell.ring(bell.EVENTS)


def lane_of(key: int) -> int:
    """The lane of a turn key."""
    return key % LANES


def _row(event: Event) -> dict[str, Any]:
    key = turn_key(event.pico_id, event.owner_id, event.company_id)
    return {name: getattr(event, name) for name in _GIVEN} | {"lane": lane_of(key), "lock": key}
