"""Finding what a GS1 Digital Link names, and all links of it: GS1-Conformant Resolver 1.2, sections 2.5.8 to 2.5.10.

An unknown serial or lot walks up: what is found of the address is the product, as if it had not been asked for more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from picos.gs1.digital_link import DigitalLink
from picos.gs1.link_types import FOUND, PIP, RECALL, REGISTRATION
from picos.prepared import prepared_cursor

# One round trip for any number of addresses. A GTIN may stand at several companies: the one that knows the copy
# answers, then the one that knows the lot, then the one that had the GTIN first.
_FIND: Final = """
SELECT asked.place, found.product, found.company, found.code, found.batch_id, found.lot_id, links.links
FROM unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY AS asked (gtin, lot, serial, place)
CROSS JOIN LATERAL (
    SELECT product.id, product.name AS product, company.name AS company, pico.code, pico.batch_id, lot.id AS lot_id,
           product.has_links OR product.batches_have_links AS has_links
    FROM picos_product AS product
    JOIN parties_company AS company ON company.id = product.company_id
    LEFT JOIN picos_pico AS pico
        ON pico.product_id = product.id AND pico.serial = asked.serial AND pico.serial <> ''
    LEFT JOIN picos_batch AS lot ON lot.product_id = product.id AND lot.lot = asked.lot AND lot.lot <> ''
    WHERE product.gtin = asked.gtin AND product.gtin <> ''
    ORDER BY pico.id IS NULL, lot.id IS NULL, product.id
    LIMIT 1
) AS found
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(batch_id, type, href, title, language, media_type, is_default) ORDER BY id)
    FROM picos_link
    WHERE found.has_links AND product_id = found.id
      AND (batch_id IS NULL OR batch_id = found.batch_id OR batch_id = found.lot_id)
) AS links (links) ON true
"""


@dataclass(frozen=True, slots=True)
class Target:
    """One link: what kind it is of, in the vocabulary's words, and where it leads."""

    type: str
    href: str
    title: str
    language: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """The links of one entity: a copy, a lot or a product. `default` is among them; None leaves it to the next."""

    anchor: str
    description: str
    targets: tuple[Target, ...]
    default: Target | None


@dataclass(frozen=True, slots=True)
class Found:
    """What an address names; each part with its links only when they are asked for."""

    link: DigitalLink
    product: str
    company: str
    # The copy's code, when there is such a copy.
    code: str | None
    batch_id: UUID | None
    lot_id: UUID | None
    links: Sequence[Sequence[Any]]

    @property
    def is_known_in_full(self) -> bool:
        """Whether the most specific part of the address is here, be it that it names nothing but the product."""
        if self.link.serial:
            return self.code is not None
        return self.lot_id is not None or not self.link.lot

    def levels(self) -> list[Level]:
        """Most specific first; the last, the product's, has always a default."""
        return list(_levels(self))


def find(link: DigitalLink) -> Found | None:
    """None when nobody here has the GTIN, or when a guess proves wrong."""
    (found,) = find_all([link])
    return found


def find_all(links: Sequence[DigitalLink]) -> list[Found | None]:
    """The same for many, in their order, with one statement."""
    found: list[Found | None] = [None] * len(links)
    columns = [[link.gtin for link in links], [link.lot for link in links], [link.serial for link in links]]
    with prepared_cursor() as cursor:
        cursor.execute(_FIND, columns)
        for place, product, company, code, batch_id, lot_id, rows in cursor.fetchall():
            found[place - 1] = Found(links[place - 1], product, company, code, batch_id, lot_id, rows or ())
    return found


def page_of_copy(code: str) -> str:
    """The page of a copy: the default link of an item."""
    return f"{settings.PUBLIC_URL}/P/{code}"


def _levels(found: Found) -> Iterator[Level]:
    link, what = found.link, f"{found.product} by {found.company}"
    anchor = replace(link, variant="", lot="", serial="", third_party="")
    if found.code is not None:
        copy = replace(anchor, serial=link.serial)
        ours = list(_of_copy(found, found.code))
        yield Level(_url(copy), f"{what}, No. {link.serial}", tuple(ours), ours[0])
    if found.lot_id is not None:
        targets, default = _given(found, found.lot_id)
        yield Level(_url(replace(anchor, lot=link.lot)), f"{what}, lot {link.lot}", tuple(targets), default)
    targets, default = _given(found, None)
    # Every address leads somewhere (2.5.9): to our own page of the product where its company names no other.
    if not any(target.type == PIP for target in targets):
        targets.append(Target(PIP, f"{settings.PUBLIC_URL}/products/{link.gtin}", what))
    default = default or next(target for target in targets if target.type == PIP)
    yield Level(_url(anchor), what, tuple(targets), default)


def _of_copy(found: Found, code: str) -> Iterator[Target]:
    """Its own page first. What holds for its batch holds for it, whether or not the address names the lot."""
    page = page_of_copy(code)
    yield Target(PIP, page, f"This very {found.product}")
    yield Target(FOUND, page, "Found it? Tell its owner")
    if not any(row[1] == REGISTRATION for row in found.links):
        yield Target(REGISTRATION, f"{page}/claim", "It is mine")
    # What its company has to say of it stands there; a company that says it elsewhere has given a link.
    if not any(row[1] == RECALL for row in found.links):
        yield Target(RECALL, page, "Whether there is an advisory about it")
    if found.batch_id is not None:
        yield from (target for target in _given(found, found.batch_id)[0] if target.type != PIP)


def _given(found: Found, batch_id: UUID | None) -> tuple[list[Target], Target | None]:
    """What the company gave the batch, or the product itself, and which of them is the default."""
    wanted = str(batch_id) if batch_id else None
    rows = [row for row in found.links if row[0] == wanted]
    targets = [Target(*row[1:6]) for row in rows]
    return targets, next((target for target, row in zip(targets, rows, strict=True) if row[6]), None)


def _url(link: DigitalLink) -> str:
    return f"{settings.PUBLIC_URL}{link.path}"
