"""What the owner does with a conduit: pause, resume, close it, and change what the company may see."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from conduits import holding
from conduits.event_types import CLOSED, PAUSED, RESUMED
from conduits.models import Conduit, Proffer
from conduits.models.conduit import Grant
from conduits.passes.making import end_passes
from conduits.requests import end_requests
from parties.actors import Actor
from parties.errors import RefusedError, StateForbidsError
from picos.events import record_event
from picos.turns import take_turn

Status = Conduit.Status


def pause(conduit: Conduit) -> None:
    """Nothing passes until it is resumed. Messages that wait already are refused when their time comes; what the owner
    writes from now on is held (conduits/holding.py). Raises StateForbidsError.
    """
    _move(conduit, sources=[Status.OPEN], target=Status.PAUSED, event=PAUSED)


def resume(conduit: Conduit) -> None:
    """Things pass again, and what was held is on its way. Raises StateForbidsError unless it was paused."""
    with transaction.atomic():
        _move(conduit, sources=[Status.PAUSED], target=Status.OPEN, event=RESUMED)
        holding.put_back(conduit)


def close(conduit: Conduit) -> None:
    """Ends it for good; the journal stays with the owner. Raises StateForbidsError when it is closed already."""
    with transaction.atomic():
        _move(conduit, sources=[Status.WAITING, Status.OPEN, Status.PAUSED], target=Status.CLOSED, event=CLOSED)
        conduit.proffers.filter(answered_at=None).update(state=Proffer.State.WITHDRAWN, answered_at=timezone.now())
        conduit.held.all().delete()
        end_requests(conduit)
        end_passes(conduit)


@transaction.atomic
def set_grants(conduit: Conduit, grants: Iterable[str]) -> None:
    """What the company may see from now on, also of deliveries that wait.

    Raises RefusedError for an unknown grant and for one that the terms do not allow, StateForbidsError when closed.
    """
    wanted = set(grants)
    if unknown := wanted - set(Grant.values):
        message = f"There is no grant {', '.join(sorted(unknown))}; there are {', '.join(Grant.values)}."
        raise RefusedError(message, field="grants")
    take_turn(conduit.pico_id)
    held = Conduit.objects.current().filter(pk=conduit.pk).first()
    if held is None:
        message = "This conduit is closed."
        raise StateForbidsError(message)
    if held.status != Status.WAITING and (beyond := wanted - set(held.scope)):
        message = f"The terms do not allow {', '.join(sorted(beyond))}; they allow {', '.join(held.scope)}."
        raise RefusedError(message, field="grants")
    conduit.grants = [grant.value for grant in Grant if grant.value in wanted]
    Conduit.objects.filter(pk=conduit.pk).update(grants=conduit.grants)


@transaction.atomic
def grant(conduit: Conduit, what: Grant) -> None:
    """Lets the company see one thing more from now on, if the terms allow it."""
    take_turn(conduit.pico_id)
    held = Conduit.objects.current().filter(pk=conduit.pk).first()
    if held and (held.status == Status.WAITING or what.value in held.scope):
        set_grants(held, [*held.grants, what.value])


@transaction.atomic
def _move(conduit: Conduit, *, sources: list[Status], target: Status, event: str) -> None:
    """Compare and swap, so that two at once make one event."""
    take_turn(conduit.pico_id)
    closed_at = timezone.now() if target == Status.CLOSED else None
    moved = Conduit.objects.filter(pk=conduit.pk, status__in=sources).update(status=target, closed_at=closed_at)
    if not moved:
        conduit.refresh_from_db(fields=["status"])
        shut = "waiting for terms" if conduit.status == Status.WAITING else conduit.status
        message = f"This conduit is {shut}."
        raise StateForbidsError(message)
    conduit.status, conduit.closed_at = target, closed_at
    record_event(event, pico=conduit.pico, actor=Actor.of_person(conduit.owner), data={"conduit": str(conduit.pk)})
