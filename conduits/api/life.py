"""The life of a pico: transfer, release, retire, merge, and an invitation to the maker."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of, party_of
from api.bodies import Body, MaybeLine, Shown, storable
from api.doors import handles
from conduits.access import current_conduit
from conduits.api.picos import PicoShown, shown_pico
from conduits.api.readers import is_company, person_of
from conduits.leaving import merge_and_close, release_and_close, retire_and_close
from conduits.opening import accept_invitation as accept_invitation_and_open
from conduits.opening import accept_transfer as accept_transfer_and_open
from picos import inviting, transferring
from picos.access import access_owned_pico, access_pico, access_product
from picos.activating import activate_pico
from picos.models import Pico
from picos.offers import MOST_DAYS, USUAL_DAYS, Secret, invitation_url, transfer_url

Code = Annotated[str, StringConstraints(max_length=100), AfterValidator(storable)]


class Open(Body):
    """For how long the secret works."""

    expires_in_days: int = Field(default=USUAL_DAYS, ge=1, le=MOST_DAYS, strict=True)


class SecretShown(Shown):
    """A secret to hand on, shown this once; `url` is the page for whoever has it."""

    token: str
    url: str
    expires: datetime


class Accepted(Shown):
    """The code of what was accepted, and the conduit that opened, if its maker is here."""

    pico: str
    conduit: UUID | None


class Reason(Body):
    """Why it is retired; its company reads it with the event."""

    reason: MaybeLine = ""


class Into(Body):
    """The code that stays."""

    into: Code


class Product(Body):
    """Which of your products it is."""

    product: UUID


@handles("picos", "person", body=Open, gives=SecretShown, status=201)
def offer_transfer(request: Request, body: Open, code: str) -> Response:
    """A secret for the next owner, in place of an earlier one. 409 while it is lost."""
    owner = person_of(request)
    pico = access_owned_pico(owner=owner, code=code)
    secret = transferring.offer_transfer(pico=pico, owner=owner, days=body.expires_in_days)
    return _secret(secret, transfer_url(secret.token))


@handles("picos", "person", status=204)
def withdraw_transfer(request: Request, code: str) -> Response:
    """The secret works no more. 409 when there is none."""
    transferring.withdraw_transfer(pico=access_owned_pico(owner=person_of(request), code=code))
    return Response(status=204)


@handles("picos", "person", gives=Accepted)
def accept_transfer(request: Request, token: str) -> Response:
    """Become the next owner. 404 for a secret that does not work (any more); 409 for its owner, or while it is lost."""
    pico, conduit = accept_transfer_and_open(token=token, person=person_of(request))
    return Response(Accepted(pico=pico.code, conduit=conduit.pk if conduit else None).model_dump(mode="json"))


@handles("picos", "person", gives=PicoShown)
def release(request: Request, code: str) -> Response:
    """Give it up: its conduit closes, and whoever has it can claim it. 409 while it is lost, or without a maker."""
    owner = person_of(request)
    pico = access_owned_pico(owner=owner, code=code)
    release_and_close(pico=pico, owner=owner)
    return Response(shown_pico(pico, None, owners=False).model_dump(mode="json"))


@handles("picos", "company", "person", body=Reason, gives=PicoShown)
def retire(request: Request, body: Reason, code: str) -> Response:
    """End it for good: by its owner, or by its company while nobody owns it (409)."""
    party = party_of(request)
    pico = access_pico(viewer=party, code=code)
    retire_and_close(pico=pico, by=party, reason=body.reason)
    return _pico(request, pico)


@handles("picos", "company", gives=PicoShown)
def activate(request: Request, code: str) -> Response:
    """It has left you, sold or given out, and waits for its owner. 409 unless it was only minted."""
    pico = access_pico(viewer=party_of(request), code=code)
    activate_pico(pico=pico, company=company_of(request))
    return _pico(request, pico)


@handles("picos", "company", "person", body=Into, gives=PicoShown)
def merge(request: Request, body: Into, code: str) -> Response:
    """It was relabelled: this code leads to `into` from now on. By its company while nobody owns it, or by the owner of
    both; 409 for copies of different products.
    """
    party = party_of(request)
    into = access_pico(viewer=party, code=body.into)
    return _pico(request, merge_and_close(pico=access_pico(viewer=party, code=code), into=into, by=party))


@handles("picos", "person", body=Open, gives=SecretShown, status=201)
def invite(request: Request, body: Open, code: str) -> Response:
    """A secret to send to its maker, who learns nothing until it accepts. 409 when its maker is here."""
    owner = person_of(request)
    pico = access_owned_pico(owner=owner, code=code)
    secret = inviting.invite_maker(pico=pico, owner=owner, days=body.expires_in_days)
    return _secret(secret, invitation_url(secret.token))


@handles("picos", "person", status=204)
def withdraw_invitation(request: Request, code: str) -> Response:
    """The secret works no more. 409 when there is none."""
    inviting.withdraw_invitation(pico=access_owned_pico(owner=person_of(request), code=code))
    return Response(status=204)


@handles("picos", "company", body=Product, gives=Accepted)
def accept_invitation(request: Request, body: Product, token: str) -> Response:
    """Say which product of yours it is, and a conduit to its owner opens. 404 for a secret that does not work."""
    product = access_product(company=company_of(request), product_id=body.product)
    conduit = accept_invitation_and_open(token=token, product=product)
    return Response(Accepted(pico=conduit.pico.code, conduit=conduit.pk).model_dump(mode="json"))


def _secret(secret: Secret, url: str) -> Response:
    return Response(
        SecretShown(token=secret.token, url=url, expires=secret.expires).model_dump(mode="json"), status=201
    )


def _pico(request: Request, pico: Pico) -> Response:
    owners = not is_company(request)
    conduit = current_conduit(pico) if owners else None
    return Response(shown_pico(pico, conduit, owners=owners).model_dump(mode="json"))
