"""When and of what a person wants to hear, and what they have muted. All of it counts from the next message on."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from conduits.models import Mute, Reach
from conduits.reaching.hours import zone_named
from parties.errors import RefusedError
from parties.models import Company, Person
from picos.models import Notice


def reach_of(person: Person) -> Reach:
    """What the person said, or what holds for who never did."""
    return Reach.objects.filter(person=person).first() or Reach(person=person)


def set_reach(*, person: Person, **values: Any) -> Reach:
    """Fields of Reach. Raises RefusedError for what cannot be."""
    try:
        zone_named(values.get("zone", "UTC"))
    except ValueError as error:
        raise RefusedError(str(error), field="zone") from error
    if (values.get("quiet_from") is None) != (values.get("quiet_until") is None):
        message = "Quiet hours take both a beginning and an end; leave both empty for none."
        raise RefusedError(message, field="quiet_until")
    if not set(values.get("muted_kinds", ())) <= set(Notice.Kind.values):
        message = f"These are {', '.join(Notice.Kind.values)}."
        raise RefusedError(message, field="muted_kinds")
    return Reach.objects.update_or_create(person=person, defaults=values)[0]


def muted_companies(person: Person) -> list[Company]:
    """By name."""
    return [mute.company for mute in person.mutes.select_related("company").order_by("company__name")]


def mute_company(*, person: Person, company: Company) -> None:
    """Nothing of it leaves the dashboard any more, what waits neither."""
    Mute.objects.get_or_create(person=person, company=company)


def unmute_company(*, person: Person, company: Company) -> None:
    """It reaches the person again."""
    Mute.objects.filter(person=person, company=company).delete()


@transaction.atomic
def set_muted_companies(*, person: Person, companies: Collection[Company]) -> None:
    """Exactly these."""
    person.mutes.exclude(company__in=companies).delete()
    Mute.objects.bulk_create((Mute(person=person, company=company) for company in companies), ignore_conflicts=True)


@transaction.atomic
def mute_kind(*, person: Person, kind: str) -> None:
    """No notice of this kind leaves the dashboard any more."""
    _change_kinds(person, lambda kinds: kinds | {kind})


@transaction.atomic
def unmute_kind(*, person: Person, kind: str) -> None:
    """They reach the person again."""
    _change_kinds(person, lambda kinds: kinds - {kind})


def _change_kinds(person: Person, change: Any) -> None:
    Reach.objects.get_or_create(person=person)
    reach = Reach.objects.select_for_update().get(person=person)
    kinds = sorted(change(set(reach.muted_kinds)))
    Reach.objects.filter(person=person).update(muted_kinds=kinds)
