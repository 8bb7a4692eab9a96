"""Checking: whether a party may have a rule, beyond what the language itself allows."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from api.wording import said
from conduits.event_types import OWNERS_OWN
from parties.errors import RefusedError
from parties.models import Company, Person
from picos.models import Batch, Pico, Product
from rules.actions import Party, actions, branches_of, settings_of, walk
from rules.event_types import RULE_DUE, RULE_STARTED
from rules.language.definition import MOST_ACTIONS, Definition
from rules.triggers import types

# Of actions that hang on the outcome of others.
DEEPEST: Final = 3
MOST_IN_ALL: Final = 30
# What no rule waits for, as it would wait for ever.
_OF_ONE: Final = {RULE_DUE: "whose time has come", RULE_STARTED: "that it names"}


def check(party: Company | Person, definition: Definition) -> set[UUID]:
    """Whether the party may have this rule; returns the ids that it watches."""
    kind: Party = "company" if isinstance(party, Company) else "person"
    for name, which in _OF_ONE.items():
        if name in types(definition.when):
            message = f"{name} is for the rule alone {which}; it starts no other."
            raise RefusedError(message, field="when")
    if kind == "company" and (kept := OWNERS_OWN.intersection(types(definition.when))):
        message = f"{min(kept)} is its owner's matter; no company's rule meets it."
        raise RefusedError(message, field="when")
    if (count := _check_actions(party, kind, definition.then, "then", depth=1)) > MOST_IN_ALL:
        message = f"A rule has at most {MOST_IN_ALL} actions in all; this one has {count}."
        raise RefusedError(message, field="then")
    return {party.pk} if definition.on.everything else _anchors(party, definition)


def _check_actions(
    party: Company | Person, kind: Party, listed: Sequence[Mapping[str, Any]], place: str, *, depth: int
) -> int:
    """How many there are, those that hang on others counted in. Raises RefusedError with the place of what is wrong."""
    if depth > DEEPEST and listed:
        message = f"Actions hang on others at most {DEEPEST} deep."
        raise RefusedError(message, field=place)
    if len(listed) > MOST_ACTIONS:
        message = f"There are at most {MOST_ACTIONS} actions one after the other."
        raise RefusedError(message, field=place)
    count = 0
    for number, action in enumerate(listed):
        settings = _check_action(party, kind, action, f"{place}.{number}")
        count += 1
        for branch, inner in branches_of(settings).items():
            count += _check_actions(party, kind, inner, f"{place}.{number}.{branch}", depth=depth + 1)
    return count


def _check_action(party: Company | Person, kind: Party, action: Mapping[str, Any], place: str) -> Any:
    known = sorted(name for name, module in actions().items() if kind in module.PARTIES)
    if action.get("do") not in known:
        message = f"There is no such action; there are {', '.join(known)}."
        raise RefusedError(message, field=f"{place}.do")
    try:
        _, settings = settings_of(action)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in (place, *first["loc"]))
        raise RefusedError(said(first), field=where) from error
    if hasattr(settings, "check"):
        try:
            settings.check(party)
        except RefusedError as error:
            raise RefusedError(str(error), field=f"{place}.{error.field}") from error
    return settings


def endpoints_of(definition: Definition) -> set[UUID | None]:
    """The endpoints that it sends to."""
    return {getattr(settings, "endpoint", None) for _, settings in walk(definition.then)}


def _anchors(party: Company | Person, definition: Definition) -> set[UUID]:
    on = definition.on
    if isinstance(party, Person) and (on.products or on.batches):
        message = "A person's rules watch things, by their codes."
        raise RefusedError(message, field="on")
    wanted: dict[str, Collection[object]] = {
        "products": set(on.products),
        "batches": set(on.batches),
        "picos": set(on.picos),
    }
    found: dict[str, set[UUID]] = {
        "products": set(Product.objects.filter(company=party.pk, pk__in=on.products).values_list("pk", flat=True)),
        "batches": set(Batch.objects.filter(product__company=party.pk, pk__in=on.batches).values_list("pk", flat=True)),
        "picos": set(Pico.objects.visible_to(party).filter(code__in=on.picos).values_list("pk", flat=True)),
    }
    for noun, ids in found.items():
        if len(ids) != len(wanted[noun]):
            message = f"One of these {noun} is not yours."
            raise RefusedError(message, field=f"on.{noun}")
    return set().union(*found.values())
