"""Writing rules: making one, changing it into a new version, switching it on and off, deleting it."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from pydantic import ValidationError

from conduits.models import Endpoint
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company, Person
from picos.models import Batch, Pico, Product
from rules.actions import Party, actions, settings_of
from rules.language import Definition
from rules.models import Rule, RuleVersion, Trigger
from rules.triggers import is_stateless, leaves, types

MOST_PER_PARTY = 500
Status = Rule.Status


def access_rule(*, party: Company | Person, rule_id: UUID, deleted_too: bool = False) -> Rule:
    """A rule of this party. Raises Http404."""
    mine = Rule.objects.ever_of_party(party) if deleted_too else Rule.objects.of_party(party)
    rule = mine.select_related("version", "company", "person").filter(pk=rule_id).first()
    if rule is None:
        raise Http404
    return rule


@transaction.atomic
def write_rule(*, party: Company | Person, definition: Definition, subscribes: Endpoint | None = None) -> Rule:
    """A new rule, at work from now on. Raises RefusedError for what the party's rules cannot do or watch."""
    anchors = _check(party, definition)
    if Rule.objects.of_party(party).count() >= MOST_PER_PARTY:
        message = f"You have {MOST_PER_PARTY} rules; delete one first."
        raise StateForbidsError(message)
    rule = Rule.objects.create(
        company=party if isinstance(party, Company) else None,
        person=party if isinstance(party, Person) else None,
        name=definition.name,
        subscribes=subscribes,
    )
    rule.version = _new_version(rule, definition)
    rule.save(update_fields=["version"])
    _put_to_work(rule.version, anchors)
    return rule


def hold_rule(rule: Rule) -> Rule:
    """The rule as it is now, locked until the surrounding transaction ends, as the caller's row may be stale.

    Raises Http404 for one that was deleted meanwhile. Runs may refer to it at the same time.
    """
    # Without joins: a lock that had to wait would bring this row anew, but what hangs on it as it was before.
    held = Rule.objects.select_for_update(no_key=True).filter(pk=rule.pk, deleted_at=None).first()
    if held is None:
        raise Http404
    return held


@transaction.atomic
def rewrite_rule(rule: Rule, *, definition: Definition) -> Rule:
    """A new version of the rule; runs of earlier ones keep theirs. Raises RefusedError as above, and Http404.

    A subscription may get conditions and further actions, but it goes on sending to its endpoint.
    """
    held = hold_rule(rule)
    anchors = _check(held.party, definition)
    if held.subscribes_id and held.subscribes_id not in _endpoints(definition):
        message = "This rule is the subscription of an endpoint, so it has to send to that endpoint."
        raise RefusedError(message, field="then")
    version = _new_version(held, definition)
    Rule.objects.filter(pk=held.pk).update(name=definition.name, version=version)
    held.name, held.version = definition.name, version
    Trigger.objects.filter(version__rule=held).delete()
    if held.status == Status.ENABLED:
        _put_to_work(version, anchors)
    return held


@transaction.atomic
def enable_rule(rule: Rule) -> Rule:
    """At work again, from now on: what happened meanwhile does not start it. Raises RefusedError and Http404."""
    held = hold_rule(rule)
    if held.status != Status.ENABLED:
        version = current_version(held)
        _put_to_work(version, _check(held.party, definition_of(version)))
        _set_status(held, Status.ENABLED)
    return held


@transaction.atomic
def disable_rule(rule: Rule) -> Rule:
    """Does nothing until it is enabled; it leaves the engine's index, so that it costs nothing either.

    Raises Http404 as above.
    """
    held = hold_rule(rule)
    Trigger.objects.filter(version__rule=held).delete()
    _set_status(held, Status.DISABLED)
    return held


@transaction.atomic
def delete_rule(rule: Rule) -> None:
    """Ends the rule; its runs stay readable. Raises StateForbidsError for an endpoint's subscription, and Http404."""
    held = disable_rule(rule)
    if held.subscribes_id and Endpoint.objects.filter(pk=held.subscribes_id, deleted_at=None).exists():
        message = "This rule belongs to an endpoint; delete the endpoint instead."
        raise StateForbidsError(message)
    Rule.objects.filter(pk=held.pk).update(deleted_at=timezone.now())


def current_version(rule: Rule) -> RuleVersion:
    """The version at work; every rule has one from the transaction that made it."""
    assert rule.version is not None  # noqa: S101 (write_rule)
    return rule.version


def parse_definition(raw: Mapping[str, Any]) -> Definition:
    """A definition as the language has it. Raises pydantic's ValidationError, which points at the place."""
    return Definition.model_validate(raw)


def definition_of(version: RuleVersion) -> Definition:
    """What a version says."""
    return Definition.model_validate(version.definition)


def _new_version(rule: Rule, definition: Definition) -> RuleVersion:
    number = rule.versions.count() + 1
    return RuleVersion.objects.create(rule=rule, number=number, definition=definition.as_json())


def _set_status(rule: Rule, status: Status) -> None:
    rule.status = status
    rule.save(update_fields=["status"])


def _put_to_work(version: RuleVersion, anchors: set[UUID]) -> None:
    names = types(definition_of(version).when)
    Trigger.objects.bulk_create(
        [Trigger(event_type=name, anchor=anchor, version=version) for name in names for anchor in anchors]
    )


def _check(party: Company | Person, definition: Definition) -> set[UUID]:
    """Whether the party may have this rule; returns the ids that it watches."""
    if not is_stateless(definition.when) or any(leaf.where for leaf in leaves(definition.when)):
        message = "This kind of “when” is not at work yet."
        raise RefusedError(message, field="when")
    kind: Party = "company" if isinstance(party, Company) else "person"
    for place, action in enumerate(definition.then):
        _check_action(party, kind, action, place)
    return {party.pk} if definition.on.everything else _anchors(party, definition)


def _check_action(party: Company | Person, kind: Party, action: dict[str, Any], place: int) -> None:
    field = f"then.{place}"
    known = sorted(name for name, module in actions().items() if kind in module.PARTIES)
    if action.get("do") not in known:
        message = f"There is no such action; there are {', '.join(known)}."
        raise RefusedError(message, field=f"{field}.do")
    try:
        _, settings = settings_of(action)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in (field, *first["loc"]))
        raise RefusedError(first["msg"].removeprefix("Value error, "), field=where) from error
    endpoint_id = getattr(settings, "endpoint", None)
    if endpoint_id and not Endpoint.objects.filter(pk=endpoint_id, company=party.pk, deleted_at=None).exists():
        message = "You have no such endpoint."
        raise RefusedError(message, field=f"{field}.endpoint")


def _endpoints(definition: Definition) -> set[UUID | None]:
    """The endpoints that it sends to."""
    return {getattr(settings_of(action)[1], "endpoint", None) for action in definition.then}


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
