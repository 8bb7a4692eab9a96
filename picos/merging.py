"""Merging: a thing was relabelled, so two codes lead to one pico from now on."""

from django.db.models import Exists, OuterRef, Q

from parties.actors import Actor
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company, Person
from picos.event_types import MERGED
from picos.events import record_event
from picos.models import Alias, Finder, Pico, State
from picos.retiring import retire_pico


def merge_pico(*, pico: Pico, into: Pico, by: Company | Person, agent: Person | None = None) -> None:
    """Retires `pico`, whose code leads to `into` from now on, as do the codes that led to it.

    Its finders, and values of keys that `into` has not, go along.

    By their maker, which retires only what nobody owns, or by the owner of both. In the transaction and both turns that
    close the conduit of `pico`. Raises RefusedError for a pico with itself, StateForbidsError for copies of different
    products, and for what is retired, lost or not theirs to retire.
    """
    if pico.pk == into.pk:
        message = "These are one already."
        raise RefusedError(message, field="into")
    if pico.product_id is None or pico.product_id != into.product_id:
        refusal = "They are copies of different products."
        raise StateForbidsError(refusal)
    if into.status == Pico.Status.RETIRED:
        refusal = f"{into.code} is retired."
        raise StateForbidsError(refusal)
    retire_pico(pico=pico, by=by, agent=agent, into=into.code)
    Finder.objects.filter(pico=pico, owner=into.owner_id).update(pico=into)
    there = State.objects.filter(pico=into, namespace=OuterRef("namespace"), key=OuterRef("key"))
    State.objects.filter(Q(owner=into.owner_id) | Q(owner=None), ~Exists(there), pico=pico).update(pico=into)
    Alias.objects.filter(pico=pico).update(pico=into)
    Alias.objects.create(code=pico.code, pico=into)
    actor = Actor.of_person(by) if isinstance(by, Person) else Actor.of_company(by, agent)
    record_event(MERGED, pico=into, actor=actor, data={"code": pico.code})
