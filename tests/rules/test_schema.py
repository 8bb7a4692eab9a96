"""The JSON Schema of rules: it takes what the server takes, and refuses at the place where the server does."""

from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from pydantic import TypeAdapter, ValidationError

from rules.conditions import Condition
from rules.gallery import fill_in, templates
from rules.language.definition import Definition
from rules.language.schema import rule_schema
from tests.conftest import Api
from tests.factories import a_company, a_person
from tests.rules.conditions.test_sentences import CONDITIONS, READS
from tests.rules.test_gallery import USUAL

SOUND = {
    "name": "A rule",
    "when": {"event": "pico.scanned"},
    "then": [{"do": "notify_owner", "text": "Hello"}],
}
LEAF = {"field": "pico.code", "op": "is", "value": "A"}
CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)
ID = "019a0000-0000-7000-8000-000000000000"


def validator() -> Draft202012Validator:
    return Draft202012Validator(rule_schema())


def places(rule: Any) -> set[str]:
    """Where the schema finds fault; within a choice, in the one that was meant."""
    found = set()
    for error in validator().iter_errors(rule):
        deepest = best_match([error])
        found.add(".".join(str(step) for step in deepest.absolute_path) or "body")
    return found


def test_it_is_a_schema_and_says_of_which_kind() -> None:
    schema = rule_schema()

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "Rule"


@pytest.mark.parametrize("name", sorted(templates()))
def test_it_takes_every_template(name: str) -> None:
    inputs = {one.name: USUAL[one.kind] for one in templates()[name].INPUTS}

    assert places(fill_in(name, **inputs).as_json()) == set()


@pytest.mark.parametrize("condition", [condition for condition, _ in READS])
def test_it_takes_every_kind_of_condition(condition: Any) -> None:
    assert places(SOUND | {"if": condition}) == set()


@settings(max_examples=60)
@given(CONDITIONS)
def test_it_takes_whatever_condition_the_server_takes(condition: Any) -> None:
    try:
        CONDITION.validate_python(condition)
    except ValidationError:
        return
    assert places(SOUND | {"if": condition}) == set()


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"whne": 1}, "body"),
        ({"name": ""}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"name": 7}, "name"),
        ({"on": {"picos": "K7"}}, "on.picos"),
        ({"on": {"companies": []}}, "on"),
        ({"when": {}}, "when"),
        ({"if": {}}, "if"),
        ({"if": []}, "if"),
        ({"if": LEAF | {"field": "pico.colour"}}, "if"),
        ({"if": LEAF | {"field": "event.data."}}, "if"),
        ({"if": LEAF | {"op": "="}}, "if"),
        ({"if": LEAF | {"value": None}}, "if"),
        ({"if": LEAF | {"value": "a" * 501}}, "if"),
        ({"if": LEAF | {"value": 1.1e15}}, "if"),
        ({"if": {"field": "pico.code", "op": "is"}}, "if"),
        ({"if": LEAF | {"op": "in"}}, "if"),
        ({"if": LEAF | {"op": "in", "value": []}}, "if"),
        ({"if": LEAF | {"op": "gt", "value": True}}, "if"),
        ({"if": LEAF | {"op": "between", "value": [1]}}, "if"),
        ({"if": LEAF | {"op": "before", "value": {"ago": True}}}, "if"),
        ({"if": LEAF | {"op": "before", "value": {"since": "PT2H"}}}, "if"),
        ({"if": LEAF | {"op": "region", "value": "Bavaria"}}, "if"),
        ({"if": LEAF | {"op": "exists", "value": 1}}, "if"),
        ({"if": LEAF | {"op": "matches", "value": ""}}, "if"),
        ({"if": LEAF | {"unit": "kg"}}, "if"),
        ({"if": {"all": []}}, "if"),
        ({"if": {"all": [LEAF], "any": [LEAF]}}, "if"),
        ({"if": {"not": {"any": [LEAF, LEAF | {"op": "="}]}}}, "if"),
        ({"if": {"cel": ""}}, "if"),
        ({"if": {"cel": 1}}, "if"),
        ({"then": []}, "then"),
        ({"then": ["notify_owner"]}, "then.0"),
    ],
)
def test_it_refuses_what_the_server_refuses_and_where(parts: dict[str, Any], place: str) -> None:
    rule = SOUND | parts
    with pytest.raises(ValidationError):
        Definition.model_validate(rule)

    (found,) = places(rule)
    assert found == place or found.startswith(f"{place}.")


@pytest.mark.parametrize("missing", ["name", "when", "then"])
def test_a_rule_has_a_name_an_event_and_an_action(missing: str) -> None:
    assert places({key: value for key, value in SOUND.items() if key != missing}) == {"body"}


@pytest.mark.django_db
def test_anybody_may_fetch_it(api: Api) -> None:
    for asking in (api(None), api(a_company()), api(a_person()), api("no such key")):
        answer = asking.get("/rules/schema", Accept="text/html")

        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/schema+json"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cache-Control"] == "public, max-age=3600"
        assert answer.json() == rule_schema()


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nobody_may_change_it(api: Api, method: str) -> None:
    answer = api(a_company()).send(method, "/rules/schema", b"{}")

    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"
