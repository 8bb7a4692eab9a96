"""What sentences call the products, batches, things and endpoints that rules name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from conduits.models import Endpoint
from parties.models import Company, Person
from picos.models import Batch, Pico, Product
from rules.language import On


@dataclass(frozen=True, slots=True)
class Names:
    """The names by id; a thing's by its code. What is gone, or no longer the party's to name, is not among them."""

    products: Mapping[UUID, str]
    batches: Mapping[UUID, str]
    picos: Mapping[str, str]
    endpoints: Mapping[UUID, str]


def load_names(party: Company | Person, scopes: Sequence[On], endpoints: Collection[UUID]) -> Names:
    """The names for any number of the party's rules, with one query for each noun that they mention."""
    products = {product for on in scopes for product in on.products}
    batches = {batch for on in scopes for batch in on.batches}
    codes = {code for on in scopes for code in on.picos}
    picos = Pico.objects.with_product().visible_to(party)
    return Names(
        products=dict(Product.objects.filter(pk__in=products).values_list("pk", "name")),
        batches={batch.pk: str(batch) for batch in Batch.objects.filter(pk__in=batches).select_related("product")},
        picos={pico.code: pico.title for pico in picos.filter(code__in=codes)},
        endpoints=dict(Endpoint.objects.filter(pk__in=endpoints).values_list("pk", "url")),
    )
