"""From one status to the next: what can follow what, and the one place that changes it."""

from collections.abc import Mapping
from typing import Any, Final

from parties.models import Person
from picos.models import Pico

Status = Pico.Status

# The trigger `pico_moves` of picos/migrations knows the same table, and refuses all else.
MOVES: Final[Mapping[Status, frozenset[Status]]] = {
    Status.MINTED: frozenset({Status.ACTIVE, Status.CLAIMED, Status.RETIRED}),
    Status.ACTIVE: frozenset({Status.CLAIMED, Status.RETIRED}),
    Status.CLAIMED: frozenset({Status.LOST, Status.ACTIVE, Status.RETIRED}),
    Status.LOST: frozenset({Status.CLAIMED}),
    Status.RETIRED: frozenset(),
}


def move(*, pico: Pico, target: Status, owned_by: Person | None, **changes: Any) -> bool:
    """Gives the pico its next status, and `changes` with it; False, with nothing changed, unless `owned_by` (None:
    nobody) owns it and its status leads there. In the caller's transaction and turn. The row in hand then says so, too.
    """
    sources = [status for status, targets in MOVES.items() if target in targets]
    changes["status"] = target
    moved = Pico.objects.filter(pk=pico.pk, owner=owned_by, status__in=sources).update(**changes)
    if moved:
        for name, value in changes.items():
            setattr(pico, name, value)
    return bool(moved)


def let_go(pico: Pico) -> dict[str, Any]:
    """What a pico loses with its owner. A thing without a maker keeps its name, as it has no other."""
    return {"owner": None, "claimed_at": None} | ({"name": ""} if pico.product_id else {})
