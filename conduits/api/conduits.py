"""Conduits: seeing them, the owner's steering, terms, the access log, and the company's answers."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404
from pydantic import AfterValidator, Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of, party_of
from api.bodies import Body, MaybeLine, Shown, Text, storable_json
from api.doors import handles
from api.paging import page
from conduits import steering
from conduits.access import access_conduit
from conduits.answering import answer
from conduits.api.journal import EntryShown, shown_entry
from conduits.api.readers import is_company, person_of
from conduits.models import AccessLine, Conduit, Terms

LARGEST_DATA = 4096
_SHA256 = re.compile("[0-9a-f]{64}")


class ConduitShown(Shown):
    """A conduit, to either end."""

    id: UUID
    pico: str
    company: str
    status: str
    grants: list[str]
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
    """The company's answer to a webhook-id, event id or entry id; `data.eta` is a time that pages count to."""

    body: Text
    in_reply_to: MaybeLine = ""
    data: Annotated[dict[str, Any], AfterValidator(small)] = {}


class TermsShown(Shown):
    """The record that both sides keep, named by the SHA-256 of its RFC 8785 form."""

    sha256: str
    record: dict[str, Any]
    previous: str | None
    agreed_at: datetime
    current: bool


class AccessShown(Shown):
    """One line of the access log."""

    number: int
    at: datetime
    outcome: Literal["read", "sent", "refused"]
    who: str
    what: str
    what_id: UUID | None
    fields: list[str]
    reason: str
    terms: str
    digest: str


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
    """Say what the company may see: scans, entries, notes, photos, region, contact, private_entries."""
    return _steer(request, conduit_id, lambda conduit: steering.set_grants(conduit, body.grants))


@handles("conduits", "company", body=Message, gives=EntryShown, status=201)
def post_message(request: Request, body: Message, conduit_id: UUID) -> Response:
    """Answer the owner: a shared entry, at once on the page that is open in their hand. 409 unless it is open."""
    conduit = access_conduit(party=company_of(request), conduit_id=conduit_id)
    entry = answer(conduit=conduit, body=body.body, in_reply_to=body.in_reply_to, data=body.data)
    return Response(shown_entry(entry, photos=True).model_dump(mode="json"), status=201)


@handles("conduits", "company", "person", gives=TermsShown, lists=True)
def list_terms(request: Request, conduit_id: UUID) -> Response:
    """The agreements of a conduit, newest first; the current one is marked."""
    conduit = access_conduit(party=party_of(request), conduit_id=conduit_id)
    return page(request, conduit.agreements.all(), lambda terms: _terms(terms, conduit).model_dump(mode="json"))


@handles("conduits", "company", "person", gives=TermsShown)
def show_terms(request: Request, sha256: str) -> Response:
    """One agreement of yours, by its hash."""
    party = party_of(request)
    end = {"conduit__company": party} if is_company(request) else {"conduit__owner": party}
    written = sha256.lower()
    mine = Terms.objects.select_related("conduit").filter(**end)
    terms = mine.filter(sha256=written).first() if _SHA256.fullmatch(written) else None
    if terms is None:
        raise Http404
    return Response(_terms(terms, terms.conduit).model_dump(mode="json"))


@handles("conduits", "person", gives=AccessShown, lists=True)
def access_log(request: Request, conduit_id: UUID) -> Response:
    """Every read, delivery and refusal, newest first, numbered without gaps."""
    conduit = access_conduit(party=person_of(request), conduit_id=conduit_id)
    return page(request, conduit.access_lines.all(), lambda line: _line(line).model_dump(mode="json"), by="-number")


def shown_conduit(conduit: Conduit) -> ConduitShown:
    """A conduit as the API shows it."""
    return ConduitShown(
        id=conduit.pk,
        pico=conduit.pico.code,
        company=conduit.company.name,
        status=conduit.status,
        grants=conduit.grants,
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


def _terms(terms: Terms, conduit: Conduit) -> TermsShown:
    return TermsShown(
        sha256=terms.sha256,
        record=terms.record,
        previous=terms.previous_sha256 or None,
        agreed_at=terms.agreed_at,
        current=terms.pk == conduit.terms_id,
    )


def _line(line: AccessLine) -> AccessShown:
    return AccessShown(
        number=line.number,
        at=line.at,
        outcome=line.outcome,
        who=line.who,
        what=line.what,
        what_id=line.what_id,
        fields=line.fields,
        reason=line.reason,
        terms=line.terms_sha256,
        digest=bytes(line.digest).hex(),
    )
