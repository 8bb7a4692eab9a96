"""Many companies with things that people own, conduits between them, and rules about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from uuid_utils.compat import uuid7

from conduits.models import Conduit, Endpoint
from conduits.models.conduit import default_grants
from journals.models import Journal
from parties.models import Company, Person
from picos.codes import new_code
from picos.models import Pico, Product
from rules.language.definition import Definition
from rules.listening import listen
from rules.models import Rule, RuleVersion

COMPANIES: Final = 1_000
THINGS_OF_EACH: Final = 10
# Nothing is sent.
SEALED: Final = ""


@dataclass(frozen=True, slots=True)
class Owners:
    """All that there is."""

    companies: Sequence[Company]
    products: Sequence[Product]
    endpoints: Sequence[Endpoint]
    picos: Sequence[Pico]


def settle() -> Owners:
    """A thousand companies with one product and one endpoint each, and ten copies, each of which somebody owns."""
    companies = Company.objects.bulk_create(
        Company(name=f"Company {number}", slug=f"company-{number}") for number in range(COMPANIES)
    )
    products = Product.objects.bulk_create(
        Product(company=company, sku=f"S-{company.slug}", name="Boot") for company in companies
    )
    endpoints = Endpoint.objects.bulk_create(
        Endpoint(company=company, url="https://127.0.0.1:9/hook", secret=SEALED) for company in companies
    )
    owner = Person.objects.create_user("owner@example.com", "Owner")
    picos = Pico.objects.bulk_create(
        Pico(code=new_code(), product=product, status="claimed", owner=owner, claimed_at=timezone.now())
        for product in products
        for _ in range(THINGS_OF_EACH)
    )
    journals = Journal.objects.bulk_create(
        Journal(pico=pico, owner=owner, company=pico.product.company) for pico in picos if pico.product
    )
    Conduit.objects.bulk_create(
        Conduit(
            pico=journal.pico,
            owner=owner,
            company=journal.company,
            journal=journal,
            status=Conduit.Status.OPEN,
            scope=default_grants(),
        )
        for journal in journals
        if journal.company
    )
    return Owners(companies, products, endpoints, picos)


def write_rules(owners: Owners, *, of_each: int) -> None:
    """Three of each company's rules meet a scan: one writes, one sends, one's condition does not hold."""
    for company, product, endpoint in zip(owners.companies, owners.products, owners.endpoints, strict=True):
        definitions = [
            *_that_meet(endpoint),
            *(_that_wait(number, product) for number in range(of_each - 3)),
        ]
        rules = [Rule(company=company, name=definition.name) for definition in definitions]
        Rule.objects.bulk_create(rules)
        versions = [
            RuleVersion(id=uuid7(), rule=rule, number=1, definition=definition.as_json())
            for rule, definition in zip(rules, definitions, strict=True)
        ]
        RuleVersion.objects.bulk_create(versions)
        for version, definition in zip(versions, definitions, strict=True):
            listen(version, definition, {company.pk} if definition.on.everything else {product.pk})


def _that_meet(endpoint: Endpoint) -> Iterator[Definition]:
    scanned: dict[str, Any] = {"when": {"event": "pico.scanned"}}
    entry = {"do": "post_entry", "body": "{{pico.product.name}} was scanned", "visibility": "private"}
    retired = {"field": "pico.status", "op": "is", "value": "retired"}
    yield _definition(**scanned, then=[entry])
    yield _definition(**scanned, then=[{"do": "send_webhook", "endpoint": str(endpoint.pk)}])
    yield _definition(**scanned, **{"if": retired}, then=[entry])


def _that_wait(number: int, product: Product) -> Definition:
    """For something else, half of them by the very value that they want."""
    entry = {"do": "post_entry", "body": "Hello", "visibility": "private"}
    if number % 2:
        return _definition(when={"event": "pico.lost"}, on={"products": [str(product.pk)]}, then=[entry])
    return _definition(when={"event": "pico.scanned", "where": {"region": f"R-{number}"}}, then=[entry])


def _definition(**parts: Any) -> Definition:
    return Definition.model_validate({"name": "A rule"} | parts)
