"""Many companies with things that people own, conduits between them, and rules about them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from conduits.models import Conduit, Endpoint, Terms
from conduits.models.conduit import default_grants
from conduits.terms import rosters
from journals.models import Journal
from parties.models import Company, Person
from picos.codes import new_code
from picos.models import Pico, Product
from rules.language.definition import Definition
from rules.listening import listeners
from rules.models import Listener, Rule, RuleVersion

COMPANIES: Final = 1_000
THINGS_OF_EACH: Final = 10
# Nothing is sent.
SEALED: Final = ""
AT_ONCE: Final = 2_000
ENTRY: Final = {"do": "post_entry", "body": "{{pico.product.name}} was scanned", "visibility": "private"}


@dataclass(frozen=True, slots=True)
class Owners:
    """All that there is."""

    companies: Sequence[Company]
    products: Sequence[Product]
    endpoints: Sequence[Endpoint]
    picos: Sequence[Pico]


def settle(bench: str) -> Owners:
    """A thousand companies with one product and one endpoint each, and ten copies, each of which somebody owns; they
    are named for the benchmark, as others have theirs.
    """
    companies = Company.objects.bulk_create(
        Company(name=f"Company {number}", slug=f"{bench}-{number}") for number in range(COMPANIES)
    )
    products = Product.objects.bulk_create(
        Product(company=company, sku=f"S-{company.slug}", name="Boot") for company in companies
    )
    endpoints = Endpoint.objects.bulk_create(
        Endpoint(company=company, url="https://127.0.0.1:9/hook", secret=SEALED) for company in companies
    )
    owner = Person.objects.create_user(f"{bench}@example.com", "Owner")
    picos = Pico.objects.bulk_create(
        Pico(code=new_code(), product=product, status="claimed", owner=owner, claimed_at=timezone.now())
        for product in products
        for _ in range(THINGS_OF_EACH)
    )
    _connect(picos, owner)
    return Owners(companies, products, endpoints, picos)


def _connect(picos: Sequence[Pico], owner: Person) -> None:
    """An open conduit for each, on terms of their usual size."""
    agreement = rosters.newest("SD-BASE-DP")
    assert agreement is not None  # noqa: S101 (the roster that comes along)
    journals = Journal.objects.bulk_create(
        Journal(pico=pico, owner=owner, company=pico.product.company) for pico in picos if pico.product
    )
    waiting = Conduit.objects.bulk_create(
        Conduit(
            pico=journal.pico,
            owner=owner,
            company=journal.company,
            journal=journal,
            status=Conduit.Status.WAITING,
            scope=default_grants(),
        )
        for journal in journals
    )
    Terms.objects.bulk_create(
        Terms(
            conduit=conduit,
            agreement=agreement.id,
            version=agreement.version,
            sha256=hashlib.sha256(conduit.pk.bytes).hexdigest(),
            record=agreement.as_json(),
        )
        for conduit in waiting
    )
    theirs = Terms.objects.filter(conduit=OuterRef("pk")).values("pk")
    Conduit.objects.update(status=Conduit.Status.OPEN, terms=Subquery(theirs))


def write_rules_that_meet(owners: Owners) -> None:
    """Three of each company's: one writes an entry, one sends a message, the condition of one does not hold."""
    _write((company, company.pk, one) for company, endpoint in _with_endpoints(owners) for one in _meeting(endpoint))


def write_rules_that_wait(owners: Owners, *, of_each: int) -> None:
    """So many of each company's for something else, half of them by the very value that they want."""
    by_value = [
        _definition(when={"event": "pico.scanned", "where": {"region": f"R-{number}"}}, then=[ENTRY])
        for number in range(of_each // 2)
    ]
    lost = _definition(when={"event": "pico.lost"}, then=[ENTRY])
    waiting: list[tuple[Company, UUID, Definition]] = []
    for company, product in zip(owners.companies, owners.products, strict=True):
        waiting += [(company, company.pk, one) for one in by_value]
        waiting += [(company, product.pk, lost)] * (of_each - len(by_value))
    _write(waiting)


def _with_endpoints(owners: Owners) -> Iterator[tuple[Company, Endpoint]]:
    return zip(owners.companies, owners.endpoints, strict=True)


def _meeting(endpoint: Endpoint) -> Iterator[Definition]:
    scanned: dict[str, Any] = {"when": {"event": "pico.scanned"}}
    retired = {"field": "pico.status", "op": "is", "value": "retired"}
    yield _definition(**scanned, then=[ENTRY])
    yield _definition(**scanned, then=[{"do": "send_webhook", "endpoint": str(endpoint.pk)}])
    yield _definition(**scanned, **{"if": retired}, then=[ENTRY])


def _definition(**parts: Any) -> Definition:
    return Definition.model_validate({"name": "A rule"} | parts)


def _write(wanted: Iterable[tuple[Company, UUID, Definition]]) -> None:
    """Each with what it is about: a company's id, or a product's."""
    versions, index = [], []
    for company, anchor, definition in wanted:
        rule = Rule(company=company, name=definition.name)
        version = RuleVersion(rule=rule, number=1, definition=definition.as_json())
        versions.append(version)
        index += listeners(version, definition, {anchor})
    Rule.objects.bulk_create([version.rule for version in versions], batch_size=AT_ONCE)
    RuleVersion.objects.bulk_create(versions, batch_size=AT_ONCE)
    Listener.objects.bulk_create(index, batch_size=AT_ONCE)
