"""What was sent is shown for a while, and then forgotten."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from conduits.models import Dispatch

KEPT: Final = timedelta(days=30)
BATCH: Final = 10_000


def forget_old() -> int:
    """Forgets what has been done for longer than KEPT, and returns how much. Notices themselves stay."""
    old = Dispatch.objects.filter(finished_at__lt=timezone.now() - KEPT).values("pk")
    forgotten = 0
    while gone := Dispatch.objects.filter(pk__in=old[:BATCH]).delete()[0]:
        forgotten += gone
    return forgotten
