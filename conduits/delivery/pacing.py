"""How much an endpoint is sent in a second, where its company set a rate.

The allowance of a second fills up evenly and is used up by sending; `paced_from` is the moment at which it was empty.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from conduits.models import Endpoint

# What is saved up at most.
SAVED = timedelta(seconds=1)


def spend(endpoints: Iterable[Endpoint]) -> None:
    """Takes one message off the allowance of each, in the transaction that claims; due.py reads it."""
    counted = Counter((endpoint.pk, endpoint.rate_per_second) for endpoint in endpoints if endpoint.rate_per_second)
    full = timezone.now() - SAVED
    for (endpoint_id, rate), number in sorted(counted.items()):
        used = timedelta(seconds=number / rate)
        Endpoint.objects.filter(pk=endpoint_id).update(
            paced_from=Greatest(Coalesce(F("paced_from"), full), full) + used
        )
