"""Endpoints, conduits, and events with their picos and products, for messages: read and made into rows with little ado.

Where a bare POST takes 240 µs of the processor, a query set with `select_related` takes 110 for each event, and this
15 (picos/rows.py), with only the columns that messages tell of. Any other is read when it is asked for, as with `only`.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from conduits.models import Conduit, Endpoint, Terms
from parties.models import Company, Person
from picos.models import Event, Pico, Product
from picos.rows import fetched, made, related, rows_by_id, rows_where

_OF_EVENT = (
    *("id", "sequence", "type", "at", "pico_id", "owner_id", "company_id", "data", "actor_kind"),
    *("cause_id", "root_id", "depth"),
)
_PICO_ID = _OF_EVENT.index("pico_id")
_OF_PICO = ("id", "code", "serial", "product_id")
# Few products are about many picos; a text is looked up sooner than an UUID is made.
_SELECT = f"""
SELECT {", ".join(f"event.{name}" for name in _OF_EVENT)}, pico.code, pico.serial, pico.product_id::text
FROM picos_event AS event LEFT JOIN picos_pico AS pico ON pico.id = event.pico_id
WHERE event.id = ANY(%b::uuid[])
"""  # noqa: S608 (the columns are those above)


def endpoints_by_id(wanted: Collection[UUID]) -> dict[UUID, Endpoint]:
    """The endpoints of these ids, each with its company."""
    endpoints = rows_by_id(Endpoint, wanted)
    companies = rows_by_id(Company, {endpoint.company_id for endpoint in endpoints.values()})
    for endpoint in endpoints.values():
        related(endpoint, company=companies[endpoint.company_id])
    return endpoints


def conduits_held(wanted: Collection[UUID]) -> dict[UUID, Conduit]:
    """The conduits of these ids, locked as writing their logs does (`Conduit.objects.hold`); their owners and terms are
    looked up only then.
    """
    if not wanted:
        return {}
    rows = rows_where(Conduit, "id = ANY(%b::uuid[]) ORDER BY id FOR NO KEY UPDATE", list(wanted))
    owners = rows_by_id(Person, {row.owner_id for row in rows}, names=("id", "name", "email"))
    terms = rows_by_id(Terms, {row.terms_id for row in rows if row.terms_id}, names=("id", "sha256"))
    for row in rows:
        related(row, owner=owners[row.owner_id], terms=terms[row.terms_id] if row.terms_id else None)
    return {row.pk: row for row in rows}


def events_by_id(wanted: Collection[UUID]) -> dict[UUID, Event]:
    """The events of these ids that are still there, each with its pico and its product."""
    if not wanted:
        return {}
    rows = fetched(_SELECT, list(wanted))
    found = rows_by_id(Product, {UUID(text) for text in {row[-1] for row in rows if row[-1]}})
    products = {str(product_id): product for product_id, product in found.items()}
    return {row[0]: _event(row, products) for row in rows}


def _event(row: tuple[Any, ...], products: dict[str, Product]) -> Event:
    event = made(Event, _OF_EVENT, row)
    if row[_PICO_ID]:
        *values, product_id = row[len(_OF_EVENT) :]
        product = products.get(product_id)
        pico = made(Pico, _OF_PICO, (row[_PICO_ID], *values, product.pk if product else None))
        related(pico, product=product)
        related(event, pico=pico)
    return event
