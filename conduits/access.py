"""The doors to conduits, endpoints and deliveries: the row, or the 404 that hides whether there is one."""

from uuid import UUID

from django.http import Http404

from conduits.models import Conduit, Delivery, Endpoint
from parties.models import Company, Person
from picos.models import Pico


def access_conduit(*, party: Company | Person, conduit_id: UUID) -> Conduit:
    """A conduit of which the party is one end. Raises Http404."""
    conduit = Conduit.objects.with_ends().of_party(party).filter(pk=conduit_id).first()
    if conduit is None:
        raise Http404
    return conduit


def current_conduit(pico: Pico) -> Conduit | None:
    """The pico's open or paused conduit."""
    return Conduit.objects.with_ends().current().filter(pico=pico).first()


def last_conduit(pico: Pico, company: Company, *, held: bool = False) -> Conduit | None:
    """The company's conduit to the pico's owner of now, also a closed one: what is refused must be logged somewhere.

    `held`: locked until the transaction ends, as everybody locks conduits.
    """
    ends = Conduit.objects.with_ends().filter(pico=pico, owner=pico.owner_id, company=company).order_by("-pk")
    return (ends.locked() if held else ends).first()


def access_endpoint(*, company: Company, endpoint_id: UUID) -> Endpoint:
    """An endpoint of this company. Raises Http404."""
    endpoint = Endpoint.objects.filter(company=company, pk=endpoint_id, deleted_at=None).first()
    if endpoint is None:
        raise Http404
    return endpoint


def access_delivery(*, company: Company, delivery_id: UUID) -> Delivery:
    """A delivery to an endpoint of this company. Raises Http404."""
    delivery = Delivery.objects.select_related("endpoint").filter(endpoint__company=company, pk=delivery_id).first()
    if delivery is None:
        raise Http404
    return delivery
