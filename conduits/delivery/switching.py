"""Disabling and enabling endpoints."""

from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from conduits.event_types import ENDPOINT_DISABLED
from conduits.models import Delivery, Endpoint
from parties.actors import SYSTEM, Actor
from picos import bell
from picos.events import record_event

# Of an endpoint that is believed to work.
WORKING: Final[dict[str, Any]] = {"failure_count": 0, "failing_since": None, "probe_at": None, "probe_count": 0}


@transaction.atomic
def disable(endpoint: Endpoint, *, reason: str, actor: Actor = SYSTEM) -> None:
    """Nothing more is sent there; what waits keeps waiting. Its company is told by an event, its admins by mail."""
    enabled = Endpoint.objects.filter(pk=endpoint.pk, status=Endpoint.Status.ENABLED)
    now = timezone.now()
    if not enabled.update(status=Endpoint.Status.DISABLED, disabled_reason=reason[:200], mail_at=now, mail_tries=0):
        return
    bell.ring(bell.WARNINGS)
    data = {"endpoint": str(endpoint.pk), "url": endpoint.url, "reason": reason}
    record_event(ENDPOINT_DISABLED, company=endpoint.company, actor=actor, data=data)


def enable(endpoint: Endpoint) -> None:
    """What waited is sent now. Enabling an enabled one changes nothing."""
    with transaction.atomic():
        disabled = Endpoint.objects.filter(pk=endpoint.pk, status=Endpoint.Status.DISABLED)
        if disabled.update(status=Endpoint.Status.ENABLED, disabled_reason="", mail_at=None, **WORKING):
            waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
            waiting.update(next_attempt_at=timezone.now())
            bell.ring(bell.DELIVERIES)
    endpoint.refresh_from_db()
