"""Rehearsals: what a rule would have done."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.utils import timezone
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response
from uuid_utils.compat import uuid7

from api.authentication import party_of
from api.bodies import Body, Shown, storable_json
from api.doors import handles
from parties.errors import RefusedError
from parties.models import Company, Person
from picos.access import access_pico
from picos.event_types import UnknownEventTypeError, event_type
from picos.models import Event
from rules import writing
from rules.event_types import OF_ONE_RULE
from rules.history import MOST
from rules.language.definition import Code, Definition
from rules.rehearsing import Rehearsal, rehearse, rehearse_with


class TypedEvent(Body):
    """An event that did not happen: on one of your things, now."""

    type: str
    pico: Code
    data: dict[str, Any] = {}


class Simulation(Body):
    """A draft, and what to rehearse it with: the `last` events that you may see, or one typed in.

    `rule`: the rule that it is a draft of, to compare with.
    """

    definition: Definition
    rule: UUID | None = None
    last: Annotated[int, Field(ge=1, le=MOST)] = 50
    event: TypedEvent | None = None


class Rehearsed(Shown):
    """What the draft makes of one event; `differs`: whether the rule as it stands did otherwise (`live`)."""

    event: UUID
    event_type: str
    pico: str | None
    at: datetime
    outcome: str
    trace: list[dict[str, Any]]
    actions: list[dict[str, Any]]
    live: str | None
    differs: bool


class Rehearsals(Shown):
    """The oldest first, and how many of them would have acted."""

    fired: int
    differing: int
    results: list[Rehearsed]


@handles("rules", "company", "person", body=Simulation, gives=Rehearsals)
def simulate(request: Request, body: Simulation) -> Response:
    """What the draft would have done; nothing is done, and nothing is sent."""
    party = party_of(request)
    if body.event:
        told = rehearse_with(party=party, definition=body.definition, event=_event(party, body.event))
    else:
        rule = writing.access_rule(party=party, rule_id=body.rule) if body.rule else None
        told = rehearse(party=party, definition=body.definition, rule=rule, last=body.last)
    shown = Rehearsals(
        fired=sum(one.outcome == "fired" for one in told),
        differing=sum(one.differs for one in told),
        results=[_shown(one) for one in told],
    )
    return Response(shown.model_dump(mode="json"))


def _event(party: Company | Person, typed: TypedEvent) -> Event:
    pico = access_pico(viewer=party, code=typed.pico)
    try:
        name = event_type(typed.type).name
        data = storable_json(typed.data)
    except UnknownEventTypeError as error:
        raise RefusedError(str(error), field="event.type") from error
    except ValueError as error:
        raise RefusedError(str(error), field="event.data") from error
    if name in OF_ONE_RULE:
        message = "It comes of a rule by itself. Type the event that the rule waits for."
        raise RefusedError(message, field="event.type")
    company_id = pico.product.company_id if pico.product else None
    new = uuid7()
    # After all that happened, as it would be.
    return Event(
        id=new,
        type=name,
        pico=pico,
        owner_id=pico.owner_id,
        company_id=company_id,
        data=data,
        at=timezone.now(),
        sequence=2**62,
        root_id=new,
        depth=0,
    )


def _shown(one: Rehearsal) -> Rehearsed:
    event = one.event
    return Rehearsed(
        event=event.pk,
        event_type=event.type,
        pico=event.pico.code if event.pico else None,
        at=one.at,
        outcome=one.outcome,
        trace=one.trace,
        actions=one.actions,
        live=one.live,
        differs=one.differs,
    )
