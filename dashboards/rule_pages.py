"""Rules as pages: sentences with switches, made from templates; for a person and for a company's desk alike."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboards.desk.members import at_desk, desk_context
from dashboards.owned import signed_in
from parties.access import Role
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company, Member, Person
from rules import gallery, writing
from rules.language import Definition
from rules.models import Rule, Run
from rules.sentences import sentence_of, sentences_of

RUNS = 30
VERBS = {"enable": writing.enable_rule, "disable": writing.disable_rule, "delete": writing.delete_rule}


@login_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The person's rules."""
    context = _rules(signed_in(request)) | {"section": "rules", "new_url": reverse("new_rule"), "base": "base.html"}
    return render(request, "rules/list.html", context)


@require_safe
@at_desk()
def company_rules(request: HttpRequest, member: Member) -> HttpResponse:
    """The company's rules; endpoints' subscriptions are among them."""
    url = reverse("new_company_rule", args=[member.company.slug])
    context = desk_context(member, "rules", new_url=url, base="desk/base.html") | _rules(member.company)
    return render(request, "rules/list.html", context)


@login_required
def new_rule(request: HttpRequest) -> HttpResponse:
    """A rule from a template."""
    _write(request, signed_in(request))
    return redirect("rules")


@at_desk(Role.ADMIN)
def new_company_rule(request: HttpRequest, member: Member) -> HttpResponse:
    """A rule of the company's from a template."""
    _write(request, member.company)
    return redirect("company_rules", member.company.slug)


@login_required
def rule_verb(request: HttpRequest, rule_id: UUID, verb: str) -> HttpResponse:
    """Switches a rule on or off, or deletes it."""
    rule = writing.access_rule(party=signed_in(request), rule_id=rule_id)
    _switch(request, rule, verb)
    return redirect("rules")


@at_desk(Role.ADMIN)
def company_rule_verb(request: HttpRequest, member: Member, rule_id: UUID, verb: str) -> HttpResponse:
    """The same at the desk. A subscription ends with its endpoint."""
    _switch(request, writing.access_rule(party=member.company, rule_id=rule_id), verb)
    return redirect("company_rules", member.company.slug)


@login_required
@require_safe
def runs(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """What a rule of the person's did, and when it did not and why."""
    rule = writing.access_rule(party=signed_in(request), rule_id=rule_id)
    return render(request, "rules/runs.html", _runs(rule) | {"section": "rules", "base": "base.html"})


@require_safe
@at_desk()
def company_runs(request: HttpRequest, member: Member, rule_id: UUID) -> HttpResponse:
    """The same at the desk."""
    rule = writing.access_rule(party=member.company, rule_id=rule_id)
    return render(request, "rules/runs.html", desk_context(member, "rules", base="desk/base.html") | _runs(rule))


def _rules(party: Company | Person) -> dict[str, Any]:
    mine = list(Rule.objects.of_party(party).select_related("version", "company", "person").order_by("-created_at"))
    return {
        "rules": list(zip(mine, sentences_of(mine), strict=True)),
        "templates": gallery.templates_for(party),
        "choices": _choices(party),
    }


def _choices(party: Company | Person) -> dict[str, list[tuple[UUID, str]]]:
    """What a template's inputs can be chosen from."""
    if isinstance(party, Person):
        return {}
    endpoints = party.endpoints.filter(deleted_at=None)
    return {
        "product": [(product.pk, product.name) for product in party.products.order_by("name")],
        "endpoint": [(endpoint.pk, endpoint.url) for endpoint in endpoints],
    }


def _write(request: HttpRequest, party: Company | Person) -> None:
    wanted = request.POST.get("template", "")
    template = next((one for one in gallery.templates_for(party) if wanted == one.NAME), None)
    if template is None:
        raise Http404
    inputs = {name: request.POST.get(name, "") for name in template.INPUTS}
    offered = {name: {str(value) for value, _ in options} for name, options in _choices(party).items()}
    if not all(inputs[name] in offered[name] for name in template.INPUTS):
        messages.error(request, "Choose something for each blank of the rule.")
        return
    definition = gallery.fill_in(template.NAME, **inputs)
    same = _same(party, definition)
    if same and same.status == Rule.Status.ENABLED:
        messages.info(request, f"The rule “{same.name}” is on already. Nothing was changed.")
        return
    try:
        if same:
            writing.enable_rule(same)
        else:
            writing.write_rule(party=party, definition=definition)
    except (RefusedError, StateForbidsError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The rule is at work.")


def _same(party: Company | Person, definition: Definition) -> Rule | None:
    """The party's rule of just this content, rather one that is on; a subscription is its endpoint's."""
    mine = Rule.objects.of_party(party).filter(subscribes=None, name=definition.name).select_related("version")
    same = [rule for rule in mine if writing.definition_of(writing.current_version(rule)) == definition]
    return min(same, key=lambda rule: rule.status != Rule.Status.ENABLED, default=None)


def _switch(request: HttpRequest, rule: Rule, verb: str) -> None:
    if verb not in VERBS:
        raise Http404
    try:
        VERBS[verb](rule)
        if verb == "delete":
            messages.success(request, f"The rule “{rule.name}” is deleted. It does nothing any more.")
    except StateForbidsError as error:
        messages.error(request, str(error))
    except RefusedError as error:
        messages.error(request, f"It cannot work any more: {error}")


def _runs(rule: Rule) -> dict[str, Any]:
    shown: list[Run] = list(rule.runs.select_related("pico", "version").order_by("-id")[:RUNS])
    sentence = sentence_of(writing.definition_of(writing.current_version(rule)), rule.party)
    return {"rule": rule, "sentence": sentence, "runs": shown}
