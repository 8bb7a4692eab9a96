"""Setting up endpoints: adding, rotating secrets, testing, deleting."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from conduits.addresses import AddressRefused, Network, parse_webhook_url
from conduits.models import Delivery, Endpoint
from conduits.queueing import queue_test
from conduits.signing import new_secret
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company
from parties.vault import seal

MOST_PER_COMPANY = 50
# How long the secret before still signs beside the new one.
ROTATION_OVERLAP = timedelta(hours=24)


def add_endpoint(
    *, company: Company, url: str, ordered: bool = False, allowed: Sequence[Network] = ()
) -> tuple[Endpoint, str]:
    """A new endpoint and its signing secret, which is shown this once. Raises RefusedError for a URL we never call.

    `allowed`: networks beside PICO_WEBHOOK_ALLOW, for a URL of our own; what sends to it must be told of them too.
    """
    try:
        parse_webhook_url(url, allowed=[*settings.PICO_WEBHOOK_ALLOW, *allowed])
    except AddressRefused as refused:
        raise RefusedError(str(refused), field="url") from refused
    if company.endpoints.filter(deleted_at=None).count() >= MOST_PER_COMPANY:
        message = f"A company can have {MOST_PER_COMPANY} endpoints; delete one first."
        raise StateForbidsError(message)
    secret = new_secret()
    endpoint = Endpoint.objects.create(company=company, url=url, secret=seal(secret), ordered=ordered)
    return endpoint, secret


def rotate_secret(endpoint: Endpoint) -> str:
    """A new signing secret; the one before signs beside it for a day, so that no message fails meanwhile."""
    secret = new_secret()
    with transaction.atomic():
        held = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        Endpoint.objects.filter(pk=endpoint.pk).update(
            secret=seal(secret), previous_secret=held.secret, previous_secret_until=timezone.now() + ROTATION_OVERLAP
        )
    return secret


def send_test(endpoint: Endpoint) -> Delivery:
    """Queues a signed message of type `endpoint.test`. Raises StateForbidsError for a disabled endpoint."""
    if endpoint.status == Endpoint.Status.DISABLED:
        message = "This endpoint is disabled; enable it first."
        raise StateForbidsError(message)
    return queue_test(endpoint)


def delete_endpoint(endpoint: Endpoint) -> None:
    """Nothing is sent there any more, what waits neither; its log stays."""
    now = timezone.now()
    Endpoint.objects.filter(pk=endpoint.pk, deleted_at=None).update(deleted_at=now)
    waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.FAILED, next_attempt_at=None, finished_at=now)
