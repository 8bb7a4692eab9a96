"""The doors to conduits, endpoints, deliveries and advisories: the row, or the 404 that hides whether there is one."""

from uuid import UUID

from django.http import Http404

from conduits.advisories.standing import standing_anywhere
from conduits.models import Advisory, Conduit, Connector, ContextPass, Delivery, Endpoint
from parties.models import Company, Person
from picos.models import Pico


def access_conduit(*, party: Company | Person, conduit_id: UUID) -> Conduit:
    """A conduit of which the party is one end. Raises Http404."""
    conduit = Conduit.objects.with_ends().of_party(party).filter(pk=conduit_id).first()
    if conduit is None:
        raise Http404
    return conduit


def access_pass(*, owner: Person, pass_id: UUID) -> ContextPass:
    """What this person shows, or showed, in a call. Raises Http404."""
    mine = ContextPass.objects.filter(conduit__owner=owner, pk=pass_id)
    shown = mine.select_related("conduit__owner", "conduit__company", "conduit__pico__product").first()
    if shown is None:
        raise Http404
    return shown


def current_conduit(pico: Pico) -> Conduit | None:
    """The pico's conduit, be it open, paused or waiting for terms; no closed one."""
    conduit = Conduit.objects.with_ends_but_pico().current().filter(pico=pico).first()
    if conduit:
        conduit.pico = pico
    return conduit


def last_conduit(pico: Pico, company: Company, *, held: bool = False) -> Conduit | None:
    """The company's conduit to the pico's owner of now, also a closed one: what is refused must be logged somewhere.

    `held`: locked until the transaction ends, as everybody locks conduits.
    """
    ends = Conduit.objects.with_ends().filter(pico=pico, owner=pico.owner_id, company=company).order_by("-pk")
    return (ends.locked() if held else ends).first()


def access_endpoint(*, company: Company, endpoint_id: UUID) -> Endpoint:
    """An endpoint of this company that is no connector. Raises Http404."""
    endpoint = Endpoint.objects.filter(company=company, pk=endpoint_id, deleted_at=None, kind="").first()
    if endpoint is None:
        raise Http404
    return endpoint


def access_receiver(*, company: Company, endpoint_id: UUID) -> Endpoint:
    """An endpoint of this company, also a connector's. Raises Http404."""
    endpoint = Endpoint.objects.filter(company=company, pk=endpoint_id, deleted_at=None).first()
    if endpoint is None:
        raise Http404
    return endpoint


def access_connector(*, company: Company, connector_id: UUID) -> Connector:
    """A connector of this company. Raises Http404."""
    mine = Connector.objects.filter(endpoint__company=company, pk=connector_id, endpoint__deleted_at=None)
    connector = mine.select_related("endpoint__company", "endpoint__subscription__version").first()
    if connector is None:
        raise Http404
    return connector


def access_delivery(*, company: Company, delivery_id: UUID) -> Delivery:
    """A delivery to an endpoint of this company. Raises Http404."""
    delivery = Delivery.objects.select_related("endpoint").filter(endpoint__company=company, pk=delivery_id).first()
    if delivery is None:
        raise Http404
    return delivery


def access_advisory(*, company: Company, advisory_id: UUID) -> Advisory:
    """An advisory of this company's. Raises Http404."""
    mine = Advisory.objects.filter(company=company, pk=advisory_id)
    advisory = mine.select_related("company", "product", "batch").first()
    if advisory is None:
        raise Http404
    return advisory


def access_advisory_of(*, pico: Pico, advisory_id: UUID) -> Advisory:
    """One that stands and is about this thing, which its own door has admitted to; wherever it is. Raises Http404."""
    found = next((one for one in standing_anywhere(pico) if one.pk == advisory_id), None)
    if found is None:
        raise Http404
    return found
