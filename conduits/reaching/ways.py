"""A person's ways: adding one, shutting it, taking it away, and a message to try it out."""

import hashlib
import json
from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from api.throttling import seconds_to_wait
from conduits.models import Dispatch, Way
from conduits.reaching.messengers import name_of
from conduits.reaching.subscriptions import Subscription
from parties.errors import RefusedError, TooManyError
from parties.models import Person
from parties.vault import seal
from picos import bell

MOST: Final = 10
TESTS: Final = 5
TESTS_WITHIN: Final = timedelta(minutes=10)
NO_ADDRESS: Final = b""


def ways_of(person: Person) -> QuerySet[Way]:
    """All of them, oldest first; everybody has e-mail."""
    ensure_email({person.pk})
    return Way.objects.filter(person=person).order_by("pk")


def access_way(*, person: Person, way_id: UUID) -> Way:
    """A way of this person's. Raises Http404."""
    way = Way.objects.filter(person=person, pk=way_id).first()
    if way is None:
        raise Http404
    return way


def ensure_email(people: Collection[UUID]) -> None:
    """Whoever has no e-mail way yet has one now, and it is on: news have always been mailed."""
    have = Way.objects.filter(person__in=people, kind=Way.Kind.EMAIL).values_list("person", flat=True)
    lacking = set(people) - set(have)
    ways = (Way(person_id=one, kind=Way.Kind.EMAIL, name="E-mail", digest=NO_ADDRESS) for one in sorted(lacking))
    Way.objects.bulk_create(ways, ignore_conflicts=True)


def add_messenger(*, person: Person, url: str, name: str = "") -> Way:
    """A service that apprise speaks, such as ntfys://ntfy.sh/topic. Raises RefusedError for a URL that cannot be used,
    and beyond MOST.
    """
    url = url.strip()
    known_as = name_of(url)
    return _add(person, Way.Kind.MESSENGER, name or known_as, url)


def add_browser(*, person: Person, subscription: Subscription, name: str) -> Way:
    """A browser that subscribed to push messages. Raises RefusedError beyond MOST."""
    return _add(person, Way.Kind.PUSH, name, json.dumps(subscription))


@transaction.atomic
def _add(person: Person, kind: str, name: str, address: str) -> Way:
    """The same once more is the one that there is, switched on again."""
    # Of two at once, the second counts what the first one added.
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    digest = hashlib.sha256(address.encode()).digest()
    mine = Way.objects.filter(person=person)
    if mine.count() >= MOST and not mine.filter(kind=kind, digest=digest).exists():
        raise RefusedError(f"You have {MOST} ways already. Take one away first.", field="url")
    values = {"name": name[:100], "sealed": seal(address), "status": Way.Status.ON, "off_reason": "", "free_at": None}
    return Way.objects.update_or_create(person=person, kind=kind, digest=digest, defaults=values)[0]


def switch_on(way: Way) -> None:
    """From the next news on; what was not sent meanwhile stands on the dashboard."""
    Way.objects.filter(pk=way.pk).update(status=Way.Status.ON, off_reason="", free_at=None)


def switch_off(way: Way, *, reason: str = "") -> None:
    """Nothing leaves by it any more; what waits for it ends. `reason` is a sentence, where it was not its person."""
    with transaction.atomic():
        Way.objects.filter(pk=way.pk).update(status=Way.Status.OFF, off_reason=reason[:200])
        shut(way.pk)


def shut(way_id: UUID) -> None:
    """What waits on a way that is off ends; in the caller's transaction."""
    waiting = Dispatch.objects.filter(way=way_id, state=Dispatch.State.WAITING)
    waiting.update(state=Dispatch.State.SHUT, next_at=None, finished_at=timezone.now())


def remove(way: Way) -> None:
    """Raises RefusedError for e-mail, which can only be switched off."""
    if way.kind == Way.Kind.EMAIL:
        raise RefusedError("E-mail cannot be removed; you can switch it off.", field="way")
    Way.objects.filter(pk=way.pk).delete()


def send_test(way: Way) -> Dispatch:
    """A message to try it out, at once whatever the hour. Raises RefusedError while it is off, TooManyError."""
    if way.status != Way.Status.ON:
        raise RefusedError("It is off. Switch it on first.", field="way")
    if wait := seconds_to_wait(f"reach-test:{way.person_id}", most=TESTS, window=TESTS_WITHIN):
        raise TooManyError("Those were many tests. Try again in a few minutes.", retry_after=wait)
    with transaction.atomic():
        bell.ring(bell.REACHING)
        Way.objects.filter(pk=way.pk).update(free_at=None)
        return Dispatch.objects.create(way=way, next_at=timezone.now())
