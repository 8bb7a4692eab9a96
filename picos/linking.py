"""Linking codes that were printed earlier: a roll of labels without serials, put on things as they leave the line."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection, transaction

from parties.actors import Actor
from parties.errors import RefusedError
from parties.models import Company
from picos.claiming import UNCLAIMED
from picos.codes import spaced
from picos.event_types import LINKED
from picos.events import Draft, record_events
from picos.models import Pico, Product
from picos.serial_files import CodeLink, report
from picos.serials import taken_serials
from picos.turns import take_turn

# Each takes its turn, and turns take room in the server's table of locks.
MOST = 5000

_LINK = """
UPDATE picos_pico SET serial = link.serial FROM unnest(%s::text[], %s::text[]) AS link (code, serial)
WHERE picos_pico.code = link.code
"""


@transaction.atomic
def link_codes(*, company: Company, links: Sequence[CodeLink]) -> list[Pico]:
    """Gives the copy with each code its serial; all of them or none. Raises RefusedError with a report by line.

    A copy has no serial before, and no owner: what is printed on a thing, and what its owner reads, never changes.
    """
    if len(links) > MOST:
        message = f"At most {MOST:,} codes are linked at a time; part the file."
        raise RefusedError(message, field="file")
    picos = {pico.code: pico for pico in _mine(company, [link.code for link in links])}
    take_turn(*(pico.pk for pico in picos.values()))
    ids = sorted({pico.product_id for pico in picos.values() if pico.product_id})
    products = list(Product.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    # Again, now that nobody else changes them.
    picos = {pico.code: pico for pico in _mine(company, list(picos))}
    _check(links, picos, products)
    return _link(company, [(picos[link.code], link.serial) for link in links])


def _check(links: Sequence[CodeLink], picos: Mapping[str, Pico], products: Sequence[Product]) -> None:
    """Raises RefusedError that tells of each line what is wrong with it."""
    of_product: dict[UUID | None, list[str]] = defaultdict(list)
    for link in links:
        if pico := picos.get(link.code):
            of_product[pico.product_id].append(link.serial)
    taken = {product.pk: taken_serials(product, of_product[product.pk]) for product in products}
    seen: dict[tuple[UUID | None, str], int] = {}
    wrong = []
    for link in links:
        pico = picos.get(link.code)
        why = _why_not(pico)
        if pico and not why:
            before = seen.setdefault((pico.product_id, link.serial), link.line)
            if before != link.line:
                why = f"the serial {link.serial} is in line {before} already."
            elif pico.product_id and link.serial in taken[pico.product_id]:
                why = f"the serial {link.serial} is taken."
        if why:
            wrong.append(f"Line {link.line}: {spaced(link.code)}: {why}")
    if wrong:
        raise RefusedError(report(wrong), field="file")


def _mine(company: Company, codes: Sequence[str]) -> list[Pico]:
    return list(Pico.objects.with_product().filter(product__company=company, code__in=codes))


def _why_not(pico: Pico | None) -> str:
    if pico is None:
        return "there is no such copy of yours."
    if pico.serial:
        return f"it has the serial {pico.serial}."
    return "" if pico.status in UNCLAIMED else "it is claimed already."


def _link(company: Company, links: Sequence[tuple[Pico, str]]) -> list[Pico]:
    with connection.cursor() as cursor:
        cursor.execute(_LINK, [[pico.code for pico, _ in links], [serial for _, serial in links]])
    drafts = []
    for pico, serial in links:
        pico.serial = serial
        drafts.append(Draft(LINKED, pico=pico, actor=Actor.of_company(company), data={"serial": serial}))
    record_events(drafts)
    return [pico for pico, _ in links]
