"""What sentences call the products, batches, things and endpoints that rules name."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from conduits.models import Endpoint
from parties.models import Company, Person
from picos.models import Batch, Pico, Product
from rules.language.definition import On
from rules.language.quoting import quoted
from rules.models import Rule


@dataclass(frozen=True, slots=True)
class Names:
    """The names by id; a thing's by its code. What is gone, or no longer the party's to name, is not among them."""

    products: Mapping[UUID, str]
    batches: Mapping[UUID, str]
    picos: Mapping[str, str]
    endpoints: Mapping[UUID, str]
    # Each as it is called, with a part of its id where another is called the same.
    rules: Mapping[UUID, str]
    # Whether a person says it: the owner is “me”.
    mine: bool = False

    @classmethod
    def none(cls) -> "Names":
        """For sentences that name nothing."""
        return cls({}, {}, {}, {}, {})


def load_names(
    party: Company | Person, scopes: Sequence[On], endpoints: Collection[UUID], rules: Collection[UUID] = ()
) -> Names:
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
        rules=_rules(party, rules) if rules else {},
        mine=isinstance(party, Person),
    )


def _rules(party: Company | Person, wanted: Collection[UUID]) -> dict[UUID, str]:
    mine = Rule.objects.of_party(party)
    namesakes = dict(mine.filter(name__in=mine.filter(pk__in=wanted).values("name")).values_list("pk", "name"))
    times = Counter(namesakes.values())
    return {
        pk: quoted(name) if times[name] == 1 else f"{quoted(name)} (…{str(pk)[-8:]})"
        for pk, name in namesakes.items()
        if pk in wanted
    }
