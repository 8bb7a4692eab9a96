"""What stands around events: their things, owners and conduits, as they are now, read by one statement."""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Model

from conduits.models import Conduit
from journals.models import Journal
from parties.models import Company, Person
from picos.models import Event, Pico, Product
from picos.rows import columns, fetched, made, related

Known = dict[UUID, Any]

# One row for each event, in their order. The conduit is that of the owner at its time, closed ones too, as closing is
# itself an event. The keeper is who owns the thing now, if that is somebody else. The values stand in selects of their
# own, so that their number is unknown to the planner: else it plans anew for each, which takes longer than one event.
_AROUND: Final = """
SELECT {columns}
FROM unnest((SELECT %b::uuid[]), (SELECT %b::uuid[]), (SELECT %b::bigint[]))
    WITH ORDINALITY AS event (pico_id, owner_id, sequence, place)
LEFT JOIN picos_pico AS pico ON pico.id = event.pico_id
LEFT JOIN picos_product AS product ON product.id = pico.product_id
LEFT JOIN parties_company AS company ON company.id = product.company_id
LEFT JOIN parties_person AS owner ON owner.id = event.owner_id
LEFT JOIN parties_person AS keeper ON keeper.id = pico.owner_id AND keeper.id IS DISTINCT FROM owner.id
LEFT JOIN LATERAL (
    SELECT * FROM conduits_conduit
    WHERE pico_id = event.pico_id AND owner_id = event.owner_id AND since <= event.sequence ORDER BY since DESC LIMIT 1
) AS conduit ON true
LEFT JOIN journals_journal AS journal ON journal.id = conduit.journal_id
ORDER BY place
"""
_MODELS: Final[dict[str, type[Model]]] = {
    "pico": Pico,
    "product": Product,
    "company": Company,
    "owner": Person,
    "keeper": Person,
    "conduit": Conduit,
    "journal": Journal,
}


def look_around(events: Sequence[Event]) -> dict[UUID, Conduit | None]:
    """Gives the events their picos and owners, and returns by event the conduit between its owner and its company.

    Each row is made once, however many events share it.
    """
    if not events:
        return {}
    reading, known = _reading(), Known()
    picos, owners = [event.pico_id for event in events], [event.owner_id for event in events]
    rows = fetched(reading.statement, picos, owners, [event.sequence for event in events])
    return {event.id: _place(event, row, reading, known) for event, row in zip(events, rows, strict=True)}


class _Reading(NamedTuple):
    statement: str
    # Where in its rows the columns of each model are, and which of them is the id.
    parts: "Sequence[_Part]"


class _Part(NamedTuple):
    model: type[Model]
    names: tuple[str, ...]
    columns: slice
    id: int


@cache
def _reading() -> _Reading:
    """The statement names each column, as a table may have others by then."""
    names = [(part, model, columns(model)) for part, model in _MODELS.items()]
    ends = pairwise(accumulate((len(some) for _, _, some in names), initial=0))
    return _Reading(
        _AROUND.format(columns=", ".join(f"{part}.{name}" for part, _, some in names for name in some)),
        [
            _Part(model, some, slice(first, end), first + some.index("id"))
            for (_, model, some), (first, end) in zip(names, ends, strict=True)
        ],
    )


def _place(event: Event, row: Sequence[Any], reading: _Reading, known: Known) -> Conduit | None:
    pico, product, company, owner, keeper, conduit, journal = [_made(part, row, known) for part in reading.parts]
    if product:
        related(product, company=company)
    if pico:
        related(pico, product=product, owner=owner if pico.owner_id == event.owner_id else keeper)
    related(event, pico=pico, owner=owner)
    if conduit is None or owner is None:
        return None
    ends = {"pico": pico, "owner": owner}
    if company and company.id == conduit.company_id:
        ends["company"] = company
    related(journal, **ends)
    related(conduit, journal=journal, **ends)
    return conduit  # type: ignore[no-any-return]


def _made(part: _Part, row: Sequence[Any], known: Known) -> Any:
    """None where the join found none."""
    id_ = row[part.id]
    if id_ is None:
        return None
    found = known.get(id_)
    if found is None:
        found = known[id_] = made(part.model, part.names, row[part.columns])
    return found
