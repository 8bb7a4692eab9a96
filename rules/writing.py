"""Writing rules: making one, changing it into a new version, switching it on and off, deleting it.

rules/checking.py says what a party's rules may do and watch.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from conduits.models import Endpoint
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company, Person
from picos.models import Pico
from rules import triggers
from rules.checking import check, endpoints_of
from rules.engine.plan import plan_of
from rules.engine.waiting import cancel_runs
from rules.engine.watching import begin, forget
from rules.language.definition import Definition
from rules.listening import listen, stop_listening
from rules.models import Rule, RuleVersion, Run

MOST_PER_PARTY = 500
# Things for each of which the clock of one rule rings.
MOST_RUNG: Final = 100
Status = Rule.Status


def access_rule(*, party: Company | Person, rule_id: UUID, deleted_too: bool = False) -> Rule:
    """A rule of this party. Raises Http404."""
    mine = Rule.objects.ever_of_party(party) if deleted_too else Rule.objects.of_party(party)
    rule = mine.select_related("version", "company", "person").filter(pk=rule_id).first()
    if rule is None:
        raise Http404
    return rule


@transaction.atomic
def write_rule(
    *,
    party: Company | Person,
    definition: Definition,
    subscribes: Endpoint | None = None,
    template: Mapping[str, Any] | None = None,
) -> Rule:
    """A new rule, at work from now on. Raises RefusedError for what the party's rules cannot do or watch.

    `template`: the `name` of the one that it is made from, and the `values` of its blanks.
    """
    anchors = check(party, definition)
    # Of two at once, the second counts what the first one wrote.
    kind: type[Company | Person] = Company if isinstance(party, Company) else Person
    kind.objects.select_for_update(no_key=True).get(pk=party.pk)
    if Rule.objects.of_party(party).count() >= MOST_PER_PARTY:
        message = f"You have {MOST_PER_PARTY} rules; delete one first."
        raise StateForbidsError(message)
    rule = Rule.objects.create(
        company=party if isinstance(party, Company) else None,
        person=party if isinstance(party, Person) else None,
        name=definition.name,
        subscribes=subscribes,
    )
    rule.version = _new_version(rule, definition, template)
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
def rewrite_rule(rule: Rule, *, definition: Definition, template: Mapping[str, Any] | None = None) -> Rule:
    """A new version of the rule; runs of earlier ones keep theirs. Raises RefusedError as above, and Http404.

    A subscription may get conditions and further actions, but it goes on sending to its endpoint.
    """
    held = hold_rule(rule)
    anchors = check(held.party, definition)
    if held.subscribes_id and held.subscribes_id not in endpoints_of(definition):
        message = "This rule is the subscription of an endpoint, so it has to send to that endpoint."
        raise RefusedError(message, field="then")
    version = _new_version(held, definition, template)
    Rule.objects.filter(pk=held.pk).update(name=definition.name, version=version)
    held.name, held.version = definition.name, version
    stop_listening(held.pk)
    if held.status == Status.ENABLED:
        _put_to_work(version, anchors)
    return held


@transaction.atomic
def enable_rule(rule: Rule) -> Rule:
    """At work again, from now on: what happened meanwhile does not start it. Raises RefusedError and Http404."""
    held = hold_rule(rule)
    if held.status != Status.ENABLED:
        version = current_version(held)
        _put_to_work(version, check(held.party, definition_of(version)))
        _set_status(held, Status.ENABLED)
    return held


@transaction.atomic
def disable_rule(rule: Rule) -> Rule:
    """Does nothing until it is enabled; it leaves the engine's index, so that it costs nothing either.

    Raises Http404 as above.
    """
    held = hold_rule(rule)
    stop_listening(held.pk)
    _end_open_runs(held, "The rule was switched off.")
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


def _new_version(rule: Rule, definition: Definition, template: Mapping[str, Any] | None) -> RuleVersion:
    number = rule.versions.count() + 1
    return RuleVersion.objects.create(
        rule=rule, number=number, definition=definition.as_json(), template=dict(template or {})
    )


def _set_status(rule: Rule, status: Status) -> None:
    rule.status, rule.paused_because = status, ""
    rule.save(update_fields=["status", "paused_because"])


def _put_to_work(version: RuleVersion, anchors: set[UUID]) -> None:
    """What its pattern had seen before is forgotten, and a clock of its own begins."""
    definition = definition_of(version)
    forget(version.rule_id)
    listen(version, definition, anchors)
    now = timezone.now()
    if triggers.due(definition.when, triggers.begin(definition.when, now)):
        begin(version, plan_of(definition, version), _things(version.rule.party, definition), now)


def _things(party: Company | Person, definition: Definition) -> list[Pico]:
    """The things that a clock rings for: those that the rule names, else all of a person's; of a company, none."""
    if definition.on.picos:
        return list(Pico.objects.visible_to(party).filter(code__in=definition.on.picos))
    if isinstance(party, Person):
        return list(Pico.objects.visible_to(party).order_by("-claimed_at")[:MOST_RUNG])
    return []


def _end_open_runs(rule: Rule, because: str) -> None:
    forget(rule.pk)
    cancel_runs(rule.runs.filter(outcome__in=Run.OPEN), because=because)
