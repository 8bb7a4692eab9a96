"""What a company is told of likely copies of its product: of free ones, and of claimed ones as granted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from conduits import access_log, gate
from conduits.models import AccessLine, Conduit
from conduits.models.conduit import Grant
from conduits.reading import Reader
from picos.event_types import SUSPECTED_COPY
from picos.models import Pico, Product, Suspicion

# How long one is shown, and how many.
SHOWN_FOR: Final = timedelta(days=30)
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Suspected:
    """A pico that looks copied, with as much of the evidence as may be seen."""

    pico: Pico
    at: datetime
    evidence: dict[str, Any]


@transaction.atomic
def read_suspicions(*, product: Product, reader: Reader) -> list[Suspected]:
    """The newest first; each one of an owner's is a line in that owner's access log."""
    recent = Suspicion.objects.filter(pico__product=product, at__gt=timezone.now() - SHOWN_FOR)
    found = list(recent.select_related("pico").order_by("-at")[:MOST])
    current = Conduit.objects.current().filter(pico__in=[one.pk for one in found if one.owner_id])
    # Locked as for writing the log: what an owner took back before this look stays so.
    held = Conduit.objects.hold(list(current.values_list("pk", flat=True)))
    conduits = {(conduit.pico_id, conduit.owner_id): conduit for conduit in held}
    shown, lines = [], []
    for one in found:
        conduit = conduits.get((one.pk, one.owner_id)) if one.owner_id else None
        if one.owner_id and not gate.decide_grant(conduit, Grant.SCANS).passes:
            continue
        shown.append(Suspected(one.pico, one.at, gate.passing_parts(one.evidence, conduit, owned=bool(one.owner_id))))
        if conduit:
            lines.append(_line(conduit, one, reader))
    if lines:
        access_log.write_lines(lines)
    return shown


def _line(conduit: Conduit, suspicion: Suspicion, reader: Reader) -> access_log.Line:
    return access_log.Line(
        conduit_id=conduit.pk,
        outcome=AccessLine.Outcome.READ,
        who=reader.who,
        who_id=reader.id,
        role=reader.role,
        what=SUSPECTED_COPY,
        what_id=suspicion.pk,
        reason=gate.decide_grant(conduit, Grant.SCANS).reason,
        fields=gate.granted(conduit),
    )
