"""Rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import party_of
from api.bodies import Shown
from api.doors import handles
from api.paging import page
from rules import writing
from rules.language.definition import Definition
from rules.language.sentences import Sentence, sentences_of
from rules.models import Rule


class RuleShown(Shown):
    """A rule, as JSON and as a sentence."""

    id: UUID
    name: str
    status: str
    paused_because: str
    version: int
    sentence: str
    definition: dict[str, Any]
    subscribes: UUID | None
    created_at: datetime


@handles("rules", "company", "person", body=Definition, gives=RuleShown, status=201)
def write_rule(request: Request, body: Definition) -> Response:
    """Write a rule; it is at work from now on. 422 points at what is wrong in it."""
    rule = writing.write_rule(party=party_of(request), definition=body)
    return Response(_json(rule), status=201)


@handles("rules", "company", "person", gives=RuleShown, lists=True)
def list_rules(request: Request) -> Response:
    """Your rules, newest first; endpoints' subscriptions are among them."""
    rows = Rule.objects.of_party(party_of(request)).select_related("version", "company", "person")
    answer = page(request, rows, lambda rule: rule)
    # All of a page at once, as their sentences name products, things and endpoints.
    answer.data["results"] = _shown(answer.data["results"])
    return answer


@handles("rules", "company", "person", gives=RuleShown)
def show_rule(request: Request, rule_id: UUID) -> Response:
    """One rule."""
    return Response(_json(_mine(request, rule_id)))


@handles("rules", "company", "person", body=Definition, gives=RuleShown)
def rewrite_rule(request: Request, body: Definition, rule_id: UUID) -> Response:
    """Write it anew: a new version; runs of earlier ones keep theirs."""
    rule = writing.rewrite_rule(_mine(request, rule_id), definition=body)
    return Response(_json(rule))


@handles("rules", "company", "person", status=204)
def delete_rule(request: Request, rule_id: UUID) -> Response:
    """End the rule; its runs stay."""
    writing.delete_rule(_mine(request, rule_id))
    return Response(status=204)


@handles("rules", "company", "person", gives=RuleShown)
def enable(request: Request, rule_id: UUID) -> Response:
    """At work again, from now on."""
    return Response(_json(writing.enable_rule(_mine(request, rule_id))))


@handles("rules", "company", "person", gives=RuleShown)
def disable(request: Request, rule_id: UUID) -> Response:
    """Do nothing until it is enabled."""
    return Response(_json(writing.disable_rule(_mine(request, rule_id))))


def _mine(request: Request, rule_id: UUID) -> Rule:
    return writing.access_rule(party=party_of(request), rule_id=rule_id)


def _json(rule: Rule) -> dict[str, Any]:
    return _shown([rule])[0]


def _shown(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    return [_as_json(rule, sentence) for rule, sentence in zip(rules, sentences_of(rules), strict=True)]


def _as_json(rule: Rule, sentence: Sentence) -> dict[str, Any]:
    version = writing.current_version(rule)
    shown = RuleShown(
        id=rule.pk,
        name=rule.name,
        status=rule.status,
        paused_because=rule.paused_because,
        version=version.number,
        sentence=str(sentence),
        definition=version.definition,
        subscribes=rule.subscribes_id,
        created_at=rule.created_at,
    )
    return shown.model_dump(mode="json")
