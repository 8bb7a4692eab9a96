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
from picos.codes import CodeError, parse_code
from picos.models import Batch, Pico, Product
from rules.actions import Party, actions, settings_of
from rules.language import Definition
from rules.models import Rule, RuleVersion, Trigger

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
    _put_to_work(rule, _new_version(rule, definition), anchors)
    return rule


@transaction.atomic
def rewrite_rule(rule: Rule, *, definition: Definition) -> Rule:
    """A new version of the rule; runs of earlier ones keep theirs. Raises RefusedError as above.

    A subscription may get conditions and further actions, but it goes on sending to its endpoint.
    """
    held = Rule.objects.select_for_update().get(pk=rule.pk)
    anchors = _check(held.party, definition)
    if held.subscribes_id and held.subscribes_id not in _endpoints(definition):
        message = "This rule is the subscription of an endpoint, so it has to send to that endpoint."
        raise RefusedError(message, field="then")
    version = _new_version(held, definition)
    Rule.objects.filter(pk=held.pk).update(name=definition.name, version=version)
    held.name, held.version = definition.name, version
    Trigger.objects.filter(version__rule=held).delete()
    if held.status == Status.ENABLED:
        _put_to_work(held, version, anchors)
    return held


@transaction.atomic
def enable_rule(rule: Rule) -> None:
    """At work again, from now on: what happened meanwhile does not start it."""
    if Rule.objects.exclude(status=Status.ENABLED).filter(pk=rule.pk).update(status=Status.ENABLED):
        version = current_version(rule)
        _put_to_work(rule, version, _check(rule.party, definition_of(version)))
    rule.status = Status.ENABLED


@transaction.atomic
def disable_rule(rule: Rule) -> None:
    """Does nothing until it is enabled; it leaves the engine's index, so that it costs nothing either."""
    Rule.objects.filter(pk=rule.pk).update(status=Status.DISABLED)
    Trigger.objects.filter(version__rule=rule).delete()
    rule.status = Status.DISABLED


@transaction.atomic
def delete_rule(rule: Rule) -> None:
    """Ends the rule; its runs stay readable. Raises StateForbidsError for the subscription of an endpoint."""
    if rule.subscribes_id and Endpoint.objects.filter(pk=rule.subscribes_id, deleted_at=None).exists():
        message = "This rule belongs to an endpoint; delete the endpoint instead."
        raise StateForbidsError(message)
    disable_rule(rule)
    Rule.objects.filter(pk=rule.pk).update(deleted_at=timezone.now())


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


def _put_to_work(rule: Rule, version: RuleVersion, anchors: set[UUID]) -> None:
    Rule.objects.filter(pk=rule.pk).update(version=version)
    rule.version = version
    types = definition_of(version).when.types
    Trigger.objects.bulk_create(
        [Trigger(event_type=name, anchor=anchor, version=version) for name in types for anchor in anchors]
    )


def _check(party: Company | Person, definition: Definition) -> set[UUID]:
    """Whether the party may have this rule; returns the ids that it watches."""
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
    codes = {_code(typed) for typed in on.picos}
    wanted: dict[str, Collection[object]] = {"products": set(on.products), "batches": set(on.batches), "picos": codes}
    found: dict[str, set[UUID]] = {
        "products": set(Product.objects.filter(company=party.pk, pk__in=on.products).values_list("pk", flat=True)),
        "batches": set(Batch.objects.filter(product__company=party.pk, pk__in=on.batches).values_list("pk", flat=True)),
        "picos": set(Pico.objects.visible_to(party).filter(code__in=codes).values_list("pk", flat=True)),
    }
    for noun, ids in found.items():
        if len(ids) != len(wanted[noun]):
            message = f"One of these {noun} is not yours."
            raise RefusedError(message, field=f"on.{noun}")
    return set().union(*found.values())


def _code(typed: str) -> str:
    try:
        return parse_code(typed)
    except CodeError as error:
        raise RefusedError(str(error), field="on.picos") from error
