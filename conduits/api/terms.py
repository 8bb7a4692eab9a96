"""Terms: proffering, accepting, taking the alternative, declining, withdrawing; the signed records; what is usual."""

import base64
import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of, party_of
from api.bodies import Body, MaybeLine, Shown
from api.doors import handles
from api.paging import page
from conduits.access import access_conduit
from conduits.api.readers import is_company, person_of
from conduits.models import Conduit, Proffer, Terms
from conduits.terms import proffering
from conduits.terms.rosters import agreements
from conduits.terms.stances import Proposal, accept_at_once, accepted_at_once, prefer, proposal, usual_proposal

_SHA256 = re.compile("[0-9a-f]{64}")


class Proffered(Body):
    """The agreement that the person offers, by its name in the roster, and one that would do too."""

    preferred: MaybeLine
    alternative: MaybeLine | None = None

    def proposal(self) -> Proposal:
        """The same, looked up. Raises RefusedError."""
        return proposal(self.preferred, self.alternative or "")


class ProfferShown(Shown):
    """An offer of terms, and what became of it."""

    id: UUID
    preferred: str
    alternative: str | None
    state: Literal["waiting", "accepted", "countered", "declined", "withdrawn"]
    at: datetime
    answered_at: datetime | None


class Answer(Body):
    """Which offer it answers, by its id; 409 if another one waits by now. Left out: the one that waits."""

    proffer: UUID | None = None


class Standing(Shown):
    """How a conduit stands: its status, the hash of the terms that hold, and the offer that waits."""

    conduit: UUID
    status: str
    terms: str | None
    proffer: ProfferShown | None


class Signatures(Shown):
    """Ed25519 over the record's RFC 8785 form, in base64; null where a side has not signed."""

    person: str | None
    company: str | None


class TermsShown(Shown):
    """The record that both sides keep, named by the SHA-256 of its RFC 8785 form."""

    sha256: str
    record: dict[str, Any]
    signatures: Signatures
    previous: str | None
    agreed_at: datetime
    current: bool


class Usual(Shown):
    """What a person proffers with each claim, unless the claim says otherwise."""

    preferred: str
    alternative: str | None


class Accepted(Body):
    """The agreements, by their names in the roster, that are accepted at once."""

    accepts: list[Annotated[str, Field(max_length=40)]] = Field(max_length=100)


class AcceptedShown(Shown):
    """The agreements that are accepted at once; what else is offered waits for an answer."""

    accepts: list[str]
    roster: list[str]


@handles("conduits", "company", "person", gives=TermsShown, lists=True)
def list_terms(request: Request, conduit_id: UUID) -> Response:
    """The records of a conduit, newest first; the one that holds is marked."""
    conduit = access_conduit(party=party_of(request), conduit_id=conduit_id)
    return page(request, conduit.agreements.all(), lambda terms: _terms(terms, conduit).model_dump(mode="json"))


@handles("conduits", "company", "person", gives=TermsShown)
def show_terms(request: Request, sha256: str) -> Response:
    """One record of yours, by its hash; both sides get the same bytes."""
    party = party_of(request)
    end = {"conduit__company": party} if is_company(request) else {"conduit__owner": party}
    written = sha256.lower()
    mine = Terms.objects.select_related("conduit").filter(**end)
    terms = mine.filter(sha256=written).first() if _SHA256.fullmatch(written) else None
    if terms is None:
        raise Http404
    return Response(_terms(terms, terms.conduit).model_dump(mode="json"))


@handles("conduits", "company", "person", gives=ProfferShown, lists=True)
def list_proffers(request: Request, conduit_id: UUID) -> Response:
    """What its owner offered so far, newest first."""
    conduit = access_conduit(party=party_of(request), conduit_id=conduit_id)
    return page(request, conduit.proffers.all(), lambda one: _proffer(one).model_dump(mode="json"))


@handles("conduits", "person", body=Proffered, gives=Standing)
def proffer(request: Request, body: Proffered, conduit_id: UUID) -> Response:
    """Offer these terms, in place of what waits. Agreed at once if the company said so; else the terms that hold go on
    to hold until it answers.
    """
    conduit = access_conduit(party=person_of(request), conduit_id=conduit_id)
    proffering.proffer(conduit=conduit, proposal=body.proposal())
    return _standing(conduit)


@handles("conduits", "company", body=Answer, gives=Standing)
def accept(request: Request, body: Answer, conduit_id: UUID) -> Response:
    """Agree to what the owner prefers. 409 when nothing waits."""
    conduit = access_conduit(party=company_of(request), conduit_id=conduit_id)
    proffering.accept(conduit=conduit, proffer_id=body.proffer)
    return _standing(conduit)


@handles("conduits", "company", body=Answer, gives=Standing)
def counter(request: Request, body: Answer, conduit_id: UUID) -> Response:
    """Take the owner's alternative. 409 when nothing waits, or there is none."""
    conduit = access_conduit(party=company_of(request), conduit_id=conduit_id)
    proffering.take_alternative(conduit=conduit, proffer_id=body.proffer)
    return _standing(conduit)


@handles("conduits", "company", body=Answer, gives=Standing)
def decline(request: Request, body: Answer, conduit_id: UUID) -> Response:
    """Agree to neither. 409 when nothing waits."""
    conduit = access_conduit(party=company_of(request), conduit_id=conduit_id)
    proffering.decline(conduit=conduit, proffer_id=body.proffer)
    return _standing(conduit)


@handles("conduits", "company", "person", gives=Standing)
def withdraw(request: Request, conduit_id: UUID) -> Response:
    """End the agreement: nothing passes until another one is agreed. What the owner offered and waits goes too if the
    owner withdraws, or while it is paused.
    """
    conduit = access_conduit(party=party_of(request), conduit_id=conduit_id)
    proffering.withdraw(conduit=conduit, by="company" if is_company(request) else "person")
    return _standing(conduit)


@handles("conduits", "person", gives=Usual)
def show_usual(request: Request) -> Response:
    """What you offer with each claim."""
    return _usual(request)


@handles("conduits", "person", body=Proffered, gives=Usual)
def set_usual(request: Request, body: Proffered) -> Response:
    """Offer this with each claim from now on. What is agreed stays."""
    prefer(person=person_of(request), wanted=body.proposal())
    return _usual(request)


@handles("conduits", "company", gives=AcceptedShown)
def show_accepted(request: Request) -> Response:
    """What you accept at once, and all that people can offer."""
    return _accepted(accepted_at_once(company_of(request)))


@handles("conduits", "company", body=Accepted, gives=AcceptedShown)
def set_accepted(request: Request, body: Accepted) -> Response:
    """Accept these at once from now on. What waits already waits for your answer."""
    return _accepted(accept_at_once(company=company_of(request), names=body.accepts))


def _standing(conduit: Conduit) -> Response:
    waiting = proffering.waiting_proffer(conduit)
    standing = Standing(
        conduit=conduit.pk,
        status=conduit.status,
        terms=conduit.terms.sha256 if conduit.terms else None,
        proffer=_proffer(waiting) if waiting else None,
    )
    return Response(standing.model_dump(mode="json"))


def _usual(request: Request) -> Response:
    usual = usual_proposal(person_of(request))
    alternative = usual.alternative.id if usual.alternative else None
    return Response(Usual(preferred=usual.preferred.id, alternative=alternative).model_dump(mode="json"))


def _accepted(names: list[str]) -> Response:
    shown = AcceptedShown(accepts=names, roster=[one.id for one in agreements()])
    return Response(shown.model_dump(mode="json"))


def _proffer(one: Proffer) -> ProfferShown:
    return ProfferShown(
        id=one.pk,
        preferred=one.preferred,
        alternative=one.alternative or None,
        state=one.state,
        at=one.at,
        answered_at=one.answered_at,
    )


def _terms(terms: Terms, conduit: Conduit) -> TermsShown:
    return TermsShown(
        sha256=terms.sha256,
        record=terms.record,
        signatures=Signatures(person=_text(terms.person_signature), company=_text(terms.company_signature)),
        previous=terms.previous_sha256 or None,
        agreed_at=terms.agreed_at,
        current=terms.pk == conduit.terms_id,
    )


def _text(signature: "bytes | memoryview[int]") -> str | None:
    return base64.b64encode(bytes(signature)).decode() or None
