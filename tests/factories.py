"""Plain functions that make rows through the project's own verbs; keywords override what a test cares about."""

import io
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from conduits.advisories import publishing as advisories
from conduits.advisories.scopes import resolve_scope
from conduits.models import Advisory, Conduit, Endpoint
from conduits.opening import claim_and_open
from parties.keys import create_key
from parties.models import Company, Member, Person
from picos import links, minting, products
from picos.codes import new_code
from picos.models import Batch, Link, Pico, Product
from rules.models import Rule
from rules.subscriptions import add_subscribed_endpoint
from rules.writing import parse_definition, write_rule

_numbers = count(1)


def a_person(name: str = "Ann", email: str = "") -> Person:
    return Person.objects.create_user(email or f"person{next(_numbers)}@example.com", name)


def a_company(name: str = "LAMO Footwear", slug: str = "") -> Company:
    return Company.objects.create(name=name, slug=slug or f"company-{next(_numbers)}")


def a_member(company: Company, role: str = "agent", person: Person | None = None) -> Member:
    return Member.objects.create(company=company, person=person or a_person("Ben"), role=role)


def a_key(party: Company | Person, *scopes: str) -> str:
    return create_key(party=party, name="test", scopes=scopes or ("*",))[1]


def a_product(company: Company | None = None, **values: Any) -> Product:
    values = {"name": "Moccasin", "sku": f"SKU-{next(_numbers)}"} | values
    return products.add_product(company=company or a_company(), **values)


def a_link(product: Product | None, **values: Any) -> Link:
    assert product
    values = {"type": "instructions", "href": f"https://lamo.example/{next(_numbers)}", "title": "Manual"} | values
    return links.add_link(product=product, **values)


def picos(number: int = 1, product: Product | None = None, **values: Any) -> list[Pico]:
    batch = minting.order_batch(product=product or a_product(), count=number, **values)
    minting.mint(batch.pk)
    return list(Pico.objects.with_product().filter(batch=batch).order_by("pk"))


def a_pico(product: Product | None = None) -> Pico:
    """As minting leaves it (tests/picos/test_minting.py compares them), in a third of the time: most tests need one."""
    product = product or a_product()
    if product.claim_policy == Product.ClaimPolicy.PIN:
        return picos(1, product)[0]
    now = timezone.now()
    batch = Batch.objects.create(
        product=product, count=1, minted=1, state=Batch.State.DONE, started_at=now, finished_at=now
    )
    made = Pico.objects.create(code=new_code(), product=product, batch=batch)
    return Pico.objects.with_product().get(pk=made.pk)


def a_conduit(owner: Person | None = None, pico: Pico | None = None) -> Conduit:
    return claim_and_open(pico=pico or a_pico(), person=owner or a_person())


def an_endpoint(
    company: Company,
    url: str = "http://127.0.0.1:9/hook",
    events: tuple[str, ...] = ("pico.scanned",),
    standing: Endpoint.Standing = Endpoint.Standing.PROMPT,
    **values: Any,
) -> Endpoint:
    """One that has answered before, unless another standing is given."""
    endpoint, _ = add_subscribed_endpoint(company=company, url=url, events=events, **values)
    endpoint.standing = standing
    endpoint.save(update_fields=["standing"])
    return endpoint


def a_rule(party: Company | Person, **parts: Any) -> Rule:
    raw = {"name": "A rule", "when": {"event": "pico.scanned"}, "then": [{"do": "notify_owner", "text": "Hello"}]}
    return write_rule(party=party, definition=parse_definition(raw | parts))


def an_advisory(company: Company, *, scope: dict[str, Any], **values: Any) -> Advisory:
    said = {"title": "Recall of lot 26-03", "body": "The glue lets go. Send them back.", "severity": "high"} | values
    return advisories.publish(company=company, scope=resolve_scope(company=company, **scope), **said)


def a_photo(
    name: str = "sole.jpg", size: tuple[int, int] = (60, 40), kind: str = "JPEG", **save: Any
) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "brown").save(out, kind, **save)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")
