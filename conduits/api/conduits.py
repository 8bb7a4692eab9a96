"""Conduits: seeing them, the owner's steering, the access log, and the company's answers."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of, party_of
from api.bodies import Body, MaybeLine, Shown, Text, storable_json
from api.doors import handles
from api.idempotency import HEADER
from api.paging import page
from conduits import access_log as log
from conduits import steering
from conduits.access import access_conduit
from conduits.answering import answer
from conduits.api.journal import EntryShown, shown_entry
from conduits.api.readers import person_of
from conduits.models import AccessLine, Conduit

LARGEST_DATA = 4096


class ConduitShown(Shown):
    """A conduit, to either end. `scope` has the grants that the terms allow; while it waits for terms, none."""

    id: UUID
    pico: str
    company: str
    status: str
    grants: list[str]
    scope: list[str]
    terms: str | None
    opened_at: datetime
    closed_at: datetime | None


class Grants(Body):
    """What the company may see from now on."""

    grants: list[Annotated[str, Field(max_length=20)]] = Field(max_length=20)


def small(data: dict[str, Any]) -> dict[str, Any]:
    """JSON that can be kept, at most LARGEST_DATA bytes of it. Raises ValueError."""
    storable_json(data)
    if len(json.dumps(data)) > LARGEST_DATA:
        raise ValueError(f"data has at most {LARGEST_DATA} bytes")
    return data


class Message(Body):
    """The company's answer to a webhook-id, event id or entry id. `data` has facts that pages show as what they are:
    `eta`, `appointment`, `tracking`; in a later answer to the same they take the place of the earlier ones, and null
    takes them back. Other keys are kept and not shown. With `terms_hash`, the terms that you write under, it is
    refused if others hold by now.
    """

    body: Text
    in_reply_to: MaybeLine = ""
    terms_hash: MaybeLine | None = None
    data: Annotated[dict[str, Any], AfterValidator(small)] = {}


class AccessShown(Shown):
    """One line of the access log."""

    number: int
    at: datetime
    outcome: Literal["read", "sent", "refused"]
    who: str
    who_id: UUID | None
    role: str
    what: str
    what_id: UUID | None
    fields: list[str]
    reason: str
    purpose: str
    terms: str
    previous_digest: str
    digest: str


class CheckShown(Shown):
    """Whether the whole access log is what was written: `broken_at` is the first line that does not fit."""

    intact: bool
    length: int
    broken_at: int | None
    cut_short: bool


@handles("conduits", "company", "person", gives=ConduitShown, lists=True)
def list_conduits(request: Request) -> Response:
    """The conduits of which you are one end, newest first."""
    return page(request, Conduit.objects.with_ends().of_party(party_of(request)), _json)


@handles("conduits", "company", "person", gives=ConduitShown)
def show_conduit(request: Request, conduit_id: UUID) -> Response:
    """One conduit."""
    return Response(_json(access_conduit(party=party_of(request), conduit_id=conduit_id)))


@handles("conduits", "person", gives=ConduitShown)
def pause(request: Request, conduit_id: UUID) -> Response:
    """Nothing passes until you resume it."""
    return _steer(request, conduit_id, steering.pause)


@handles("conduits", "person", gives=ConduitShown)
def resume(request: Request, conduit_id: UUID) -> Response:
    """Things pass again."""
    return _steer(request, conduit_id, steering.resume)


@handles("conduits", "person", gives=ConduitShown)
def close(request: Request, conduit_id: UUID) -> Response:
    """End it for good; the journal stays yours."""
    return _steer(request, conduit_id, steering.close)


@handles("conduits", "person", body=Grants, gives=ConduitShown)
def set_grants(request: Request, body: Grants, conduit_id: UUID) -> Response:
    """Say what the company may see: scans, entries, notes, photos, region, state, contact, private_entries."""
    return _steer(request, conduit_id, lambda conduit: steering.set_grants(conduit, body.grants))


@handles("conduits", "company", body=Message, gives=EntryShown, status=201)
def post_message(request: Request, body: Message, conduit_id: UUID) -> Response:
    """Answer the owner: a shared entry, at once on the page that is open in their hand. 409 unless it is open,
    and for a `terms_hash` of terms that do not hold any more. Without an `Idempotency-Key` the same message within a
    minute is taken as sent again: the entry that there is is the answer.
    """
    conduit = access_conduit(party=company_of(request), conduit_id=conduit_id)
    entry = answer(conduit=conduit, once=HEADER not in request.headers, **body.model_dump())
    return Response(shown_entry(entry, photos=True).model_dump(mode="json"), status=201)


@handles("conduits", "person", gives=AccessShown, lists=True)
def access_log(request: Request, conduit_id: UUID) -> Response:
    """Every read, delivery and refusal, newest first, numbered without gaps."""
    conduit = access_conduit(party=person_of(request), conduit_id=conduit_id)
    return page(request, conduit.access_lines.all(), lambda line: _line(line).model_dump(mode="json"), by="-number")


@handles("conduits", "person", gives=CheckShown)
def check_access_log(request: Request, conduit_id: UUID) -> Response:
    """Check all of it: that no line was changed or taken out."""
    found = log.check(access_conduit(party=person_of(request), conduit_id=conduit_id))
    shown = CheckShown(intact=found.intact, length=found.length, broken_at=found.broken_at, cut_short=found.cut_short)
    return Response(shown.model_dump(mode="json"))


def shown_conduit(conduit: Conduit) -> ConduitShown:
    """A conduit as the API shows it."""
    return ConduitShown(
        id=conduit.pk,
        pico=conduit.pico.code,
        company=conduit.company.name,
        status=conduit.status,
        grants=conduit.grants,
        scope=conduit.scope,
        terms=conduit.terms.sha256 if conduit.terms else None,
        opened_at=conduit.opened_at,
        closed_at=conduit.closed_at,
    )


def _json(conduit: Conduit) -> dict[str, Any]:
    return shown_conduit(conduit).model_dump(mode="json")


def _steer(request: Request, conduit_id: UUID, verb: Callable[[Conduit], None]) -> Response:
    conduit = access_conduit(party=person_of(request), conduit_id=conduit_id)
    verb(conduit)
    return Response(_json(conduit))


def _line(line: AccessLine) -> AccessShown:
    return AccessShown(
        number=line.number,
        at=line.at,
        outcome=line.outcome,
        who=line.who,
        who_id=line.who_id,
        role=line.role,
        what=line.what,
        what_id=line.what_id,
        fields=line.fields,
        reason=line.reason,
        purpose=line.purpose,
        terms=line.terms_sha256,
        previous_digest=bytes(line.previous_digest).hex(),
        digest=bytes(line.digest).hex(),
    )
