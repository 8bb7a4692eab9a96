"""Setting up endpoints: adding, changing, rotating secrets, testing, deleting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from conduits.delivery.addresses import AddressRefused, Network, parse_webhook_url
from conduits.delivery.queueing import queue_test
from conduits.delivery.signing import new_secret, new_signing_key
from conduits.models import Delivery, Endpoint
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company
from parties.vault import seal

MOST_PER_COMPANY = 50
# How long the secret before still signs beside the new one, unless it is asked for another time.
ROTATION_OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP_HOURS = 7 * 24


@dataclass(frozen=True, slots=True)
class Manner:
    """How messages go to an endpoint.

    `asymmetric`: signed with a key of its own (`v1a`) beside the secret. No `rate_per_second` (1 to 1,000) or
    `concurrency` (1 to 64): as much as goes to anybody.
    """

    ordered: bool = False
    format: str = Endpoint.Format.STANDARD
    asymmetric: bool = False
    rate_per_second: int | None = None
    concurrency: int | None = None


@transaction.atomic
def add_endpoint(
    *, company: Company, url: str, manner: Manner | None = None, allowed: Sequence[Network] = (), kind: str = ""
) -> tuple[Endpoint, str]:
    """A new endpoint and its signing secret, which is shown this once. Raises RefusedError for a URL we never call.

    `allowed`: networks beside PICO_WEBHOOK_ALLOW, for a URL of our own; what sends to it must be told of them too.
    `kind`: of a connector's, whose URL may also be a `mailto:`.
    """
    vet_url(url, allowed=allowed, kind=kind)
    # Of two at once, the second counts the first.
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if company.endpoints.filter(deleted_at=None).count() >= MOST_PER_COMPANY:
        message = f"A company can have {MOST_PER_COMPANY} endpoints; delete one first."
        raise StateForbidsError(message)
    secret = new_secret()
    endpoint = Endpoint.objects.create(
        company=company, url=url, kind=kind, secret=seal(secret), **_columns(manner or Manner(), signing_key="")
    )
    return endpoint, secret


def vet_url(url: str, *, allowed: Sequence[Network] = (), kind: str = "") -> None:
    """Raises RefusedError for a URL we never call. `kind`: as `add_endpoint` takes it."""
    if kind and url.startswith("mailto:"):
        return
    try:
        parse_webhook_url(url, allowed=[*settings.PICO_WEBHOOK_ALLOW, *allowed])
    except AddressRefused as refused:
        raise RefusedError(str(refused), field="url") from refused


@transaction.atomic
def change_manner(endpoint: Endpoint, manner: Manner) -> None:
    """What leaves from now on goes in this manner. A key that is no longer asked for is forgotten."""
    held = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    Endpoint.objects.filter(pk=endpoint.pk).update(**_columns(manner, signing_key=held.signing_key))
    endpoint.refresh_from_db()


def manner_of(endpoint: Endpoint) -> Manner:
    """How messages go there now."""
    return Manner(
        ordered=endpoint.ordered,
        format=endpoint.format,
        asymmetric=bool(endpoint.signing_key),
        rate_per_second=endpoint.rate_per_second,
        concurrency=endpoint.concurrency,
    )


def rotate_secret(endpoint: Endpoint, *, overlap: timedelta = ROTATION_OVERLAP) -> str:
    """A new signing secret, and key where it has one; those before sign beside it for `overlap`, so no message fails.

    Those before THEM end now. With no overlap the old secret ends at once, as is right for one that leaked.
    """
    secret = new_secret()
    with transaction.atomic():
        held = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        Endpoint.objects.filter(pk=endpoint.pk).update(
            secret=seal(secret),
            previous_secret=held.secret if overlap else "",
            signing_key=seal(new_signing_key()) if held.signing_key else "",
            previous_signing_key=held.signing_key if overlap else "",
            previous_secret_until=timezone.now() + overlap if overlap else None,
        )
    endpoint.refresh_from_db()
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
    Endpoint.objects.filter(pk=endpoint.pk, deleted_at=None).update(deleted_at=now, mail_at=None)
    waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.FAILED, next_attempt_at=None, leased_until=None, finished_at=now)


def _columns(manner: Manner, *, signing_key: str) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "ordered": manner.ordered,
        "format": manner.format,
        "rate_per_second": manner.rate_per_second,
        "concurrency": manner.concurrency,
    }
    if manner.asymmetric:
        return columns | {"signing_key": signing_key or seal(new_signing_key())}
    return columns | {"signing_key": "", "previous_signing_key": ""}
