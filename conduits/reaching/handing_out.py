"""From the dashboard to the ways: each notice that is due becomes one dispatch on each way of its person's."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from conduits.models import Dispatch, Way
from conduits.reaching.ways import ensure_email
from picos import bell
from picos.models import Notice

BATCH: Final = 500


@transaction.atomic
def hand_out_due() -> int:
    """Hands out the notices that are due, BATCH at most, and returns how many. Several workers share the work."""
    now = timezone.now()
    waiting = Notice.objects.select_for_update(skip_locked=True).filter(due_at__lte=now)
    due = list(waiting.order_by("due_at", "pk")[:BATCH])
    ways = _ways_of({notice.person_id for notice in due})
    made = [Dispatch(way=way, notice=notice, next_at=now) for notice in due for way in ways[notice.person_id]]
    # One that was handed out before is not made a second time.
    Dispatch.objects.bulk_create(made, ignore_conflicts=True)
    Notice.objects.filter(pk__in=[notice.pk for notice in due]).update(due_at=None)
    if made:
        bell.ring(bell.REACHING)
    return len(due)


def _ways_of(people: Collection[UUID]) -> dict[UUID, list[Way]]:
    ensure_email(people)
    ways: dict[UUID, list[Way]] = defaultdict(list)
    for way in Way.objects.filter(person__in=people, status=Way.Status.ON):
        ways[way.person_id].append(way)
    return ways
