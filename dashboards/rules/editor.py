"""Writing a rule: a sentence with blanks to fill, or JSON for experts; beside it, what it would have done."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import ValidationError

from api.bodies import storable_json
from api.problems import errors_of
from dashboards.rules.places import Place
from parties.errors import RefusedError, StateForbidsError
from rules import gallery, writing
from rules.gallery import Template
from rules.gallery.inputs import PLACES, Choices, Input, as_typed, choices, read
from rules.language.definition import Definition
from rules.language.sentences import Sentence, sentence_of
from rules.models import Rule
from rules.rehearsing import Rehearsal, rehearse

LONGEST_JSON = 100_000
REHEARSED = 50


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence: words, or a blank with what stands in it."""

    words: str = ""
    blank: Input | None = None
    choices: Choices | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """A draft that was tried out."""

    sentence: Sentence
    rehearsals: list[Rehearsal]

    @property
    def fired(self) -> int:
        """How often it would have acted."""
        return sum(one.outcome == "fired" for one in self.rehearsals)


@require_safe
def templates(request: HttpRequest, place: Place) -> HttpResponse:
    """The gallery."""
    shown = [(one, pieces(one, {}, place)) for one in gallery.templates_for(place.party)]
    return render(request, "rules/gallery.html", place.context(templates=shown))


@require_http_methods(["GET", "HEAD", "POST"])
def from_template(request: HttpRequest, place: Place, name: str) -> HttpResponse:
    """A new rule from a template: fill its blanks, try it, put it to work."""
    template = next((one for one in gallery.templates_for(place.party) if name == one.NAME), None)
    if template is None:
        raise Http404
    return _with_blanks(request, place, template, None)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, place: Place, rule_id: UUID) -> HttpResponse:
    """An existing rule: its blanks again, if it was made from a template; else its JSON."""
    rule = writing.access_rule(party=place.party, rule_id=rule_id)
    template = gallery.templates().get(writing.current_version(rule).template.get("name", ""))
    if template and "json" not in request.GET:
        return _with_blanks(request, place, template, rule)
    return _with_json(request, place, rule)


@require_http_methods(["GET", "HEAD", "POST"])
def from_json(request: HttpRequest, place: Place) -> HttpResponse:
    """A new rule, written as JSON."""
    return _with_json(request, place, None)


def pieces(template: Template, values: Mapping[str, str], place: Place) -> list[Piece]:
    """The template's sentence, with what stands in its blanks."""
    inputs = {one.name: one for one in template.INPUTS}
    found: list[Piece] = []
    for words, name, _, _ in Formatter().parse(gallery.sentence_for(template, place.party)):
        found.append(Piece(words))
        if name:
            blank = inputs[name]
            value = values.get(name, blank.usual)
            found.append(Piece("", blank, choices(blank.kind, place.party), as_typed(value)))
    return found


def _with_blanks(request: HttpRequest, place: Place, template: Template, rule: Rule | None) -> HttpResponse:
    values: Mapping[str, str] = writing.current_version(rule).template.get("values", {}) if rule else {}
    context: dict[str, Any] = {}
    if request.method == "POST":
        values = {name: value for name, value in request.POST.items() if isinstance(value, str)}
        try:
            filled = read(template.INPUTS, values, place.party)
            made_from = {"name": template.NAME, "values": filled}
            if done := _take(request, place, template.definition(**filled), rule, made_from):
                return done
            context = {"tried": _try(place, template.definition(**filled), rule)}
        except (RefusedError, StateForbidsError) as error:
            context = {"error": str(error), "error_at": getattr(error, "field", "")}
        except ValidationError as error:
            context = {"error": " ".join(_said(error))}
    context |= {"template": template, "pieces": pieces(template, values, place), "rule": rule}
    if any(blank.kind == "text" for blank in template.INPUTS):
        context["places"] = list(PLACES)
    status = 422 if "error" in context else 200
    return render(request, "rules/blanks.html", place.context(**context), status=status)


def _with_json(request: HttpRequest, place: Place, rule: Rule | None) -> HttpResponse:
    written = json.dumps(writing.current_version(rule).definition if rule else EXAMPLE, indent=2, ensure_ascii=False)
    context: dict[str, Any] = {}
    if request.method == "POST":
        written = request.POST.get("definition", "")[:LONGEST_JSON]
        try:
            definition = writing.parse_definition(storable_json(json.loads(written)))
            if done := _take(request, place, definition, rule, None):
                return done
            context = {"tried": _try(place, definition, rule)}
        except ValidationError as error:
            context = {"errors": _said(error)}
        except (RefusedError, StateForbidsError) as error:
            where = getattr(error, "field", "")
            context = {"errors": [f"{where}: {error}" if where else str(error)]}
        except (ValueError, RecursionError, TypeError, AttributeError):
            context = {"errors": ["This is no JSON object. Look for a bracket or a comma that is missing."]}
    status = 422 if "errors" in context else 200
    return render(request, "rules/json.html", place.context(written=written, rule=rule, **context), status=status)


EXAMPLE: dict[str, Any] = {
    "name": "My rule",
    "when": {"event": "pico.scanned"},
    "then": [{"do": "notify_owner", "text": "{{pico.product.name}} was scanned."}],
}


def _take(
    request: HttpRequest,
    place: Place,
    definition: Definition,
    rule: Rule | None,
    template: Mapping[str, Any] | None,
) -> HttpResponse | None:
    """Puts it to work, unless it is only to be tried. Raises RefusedError and StateForbidsError."""
    if request.POST.get("do") != "save":
        return None
    if rule:
        writing.rewrite_rule(rule, definition=definition, template=template)
        messages.success(request, "The rule is changed.")
    elif same := _same(place, definition):
        if same.status == Rule.Status.ENABLED:
            messages.info(request, f"The rule “{same.name}” is on already. Nothing was changed.")
        else:
            writing.enable_rule(same)
            messages.success(request, "The rule is at work.")
    else:
        writing.write_rule(party=place.party, definition=definition, template=template)
        messages.success(request, "The rule is at work.")
    return redirect(place.url("rules"))


def _same(place: Place, definition: Definition) -> Rule | None:
    """The party's rule of just this content, rather one that is on; a subscription is its endpoint's."""
    theirs = Rule.objects.of_party(place.party).filter(subscribes=None, name=definition.name).select_related("version")
    same = [rule for rule in theirs if writing.current_version(rule).definition == definition.as_json()]
    return min(same, key=lambda rule: rule.status != Rule.Status.ENABLED, default=None)


def _try(place: Place, definition: Definition, rule: Rule | None) -> Tried:
    rehearsals = rehearse(party=place.party, definition=definition, rule=rule, last=REHEARSED)
    return Tried(sentence_of(definition, place.party), rehearsals[::-1])


def _said(error: ValidationError) -> list[str]:
    return [
        message if where == "body" else f"{where}: {message}"
        for where, messages in errors_of(error).items()
        for message in messages
    ]
