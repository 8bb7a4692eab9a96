"""Whatever JSON is thrown at whatever door, the answer is never a 5xx, and what is wrong in it is told."""

import json
import os
from collections.abc import Callable
from string import Formatter
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conduits.delivery.queueing import queue_test
from conduits.models import Conduit
from conduits.reaching.ways import ways_of
from conduits.requests import By, open_request
from rules.subscriptions import add_subscribed_connector
from tests.api.test_openapi import PREFIX, document, doors
from tests.conftest import Api
from tests.factories import a_conduit, a_rule, an_advisory, an_endpoint

pytestmark = pytest.mark.django_db

# More when asked for: FUZZ=500 pytest tests/api/test_hostile_input.py
EXAMPLES = int(os.environ.get("FUZZ", "4"))

WRITING = sorted((path, method) for path, methods in doors().items() for method in methods & {"post", "put"})

# JSON as it is written: also what no Python value stands for.
ODD = st.sampled_from(
    [
        '"\\u0000"',
        '"\\ud800"',
        "1e999",
        "-1e999",
        "9" * 400,
        "-0",
        "1E-400",
        '""',
        '" "',
        "[[[[[[]]]]]]",
        '"\\ud83d\\ude00"',
    ]
)
WORDS = st.sampled_from(
    ["pico.scanned", "is", "event.type", "*", "shared", "http://127.0.0.1/", "2026-11-21T16:40:00Z", "a" * 200]
)
LEAVES = ODD | (st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | WORDS).map(
    json.dumps
)


def list_of(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(inner, max_size=4).map(lambda items: f"[{','.join(items)}]")


def object_of(keys: st.SearchStrategy[str], inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    written = st.lists(st.tuples(keys.map(json.dumps), inner), max_size=4)
    return written.map(lambda members: "{" + ",".join(f"{key}:{value}" for key, value in members) + "}")


ANYTHING = st.recursive(LEAVES, lambda inner: list_of(inner) | object_of(st.text(), inner), max_leaves=8)


def shaped(schema: Any, depth: int = 4) -> st.SearchStrategy[str]:
    """JSON that nearly follows the schema: each part of it may be anything instead."""
    schemas = document()["components"]["schemas"]
    if reference := schema.get("$ref"):
        schema = schemas[reference.rpartition("/")[2]]
    alternatives = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if depth == 0:
        return ANYTHING
    if alternatives:
        return st.one_of([shaped(one, depth - 1) for one in alternatives]) | ANYTHING
    if schema.get("type") == "array":
        return list_of(shaped(schema.get("items", {}), depth - 1)) | ANYTHING
    if properties := schema.get("properties"):
        required, optional = set(schema.get("required", ())), {}
        fields = {name: shaped(inner, depth - 1) for name, inner in properties.items()}
        optional = {name: fields.pop(name) for name in properties if name not in required}
        return st.fixed_dictionaries(fields, optional=optional).map(as_object) | ANYTHING
    if schema.get("enum"):
        return st.sampled_from([json.dumps(value) for value in schema["enum"]]) | LEAVES
    return LEAVES | ANYTHING


def as_object(members: dict[str, str]) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in members.items()) + "}"


# What paths name; a door's own is made, and nothing else.
NAMED: dict[str, Callable[[Conduit], object]] = {
    "code": lambda conduit: conduit.pico.code,
    "batch_id": lambda conduit: conduit.pico.batch_id,
    "product_id": lambda conduit: conduit.pico.product_id,
    "key": lambda _: "mode",
    "token": lambda _: "x" * 22,
    "conduit_id": lambda conduit: conduit.pk,
    "endpoint_id": lambda conduit: an_endpoint(conduit.company).pk,
    "delivery_id": lambda conduit: queue_test(an_endpoint(conduit.company)).pk,
    "connector_id": lambda conduit: (
        add_subscribed_connector(company=conduit.company, kind="webhook", config={"url": "http://127.0.0.1:9/hook"})[
            0
        ].pk
    ),
    "pass_id": lambda conduit: conduit.pk,
    "photo_id": lambda conduit: conduit.pk,
    "advisory_id": lambda conduit: an_advisory(conduit.company, scope={"product": conduit.pico.product_id}).pk,
    "request_id": lambda conduit: open_request(conduit=conduit, title="Mend it", by=By(conduit.owner)).pk,
    "question_id": lambda conduit: conduit.pk,
    "way_id": lambda conduit: ways_of(conduit.owner).get().pk,
    "rule_id": lambda conduit: (
        a_rule(conduit.company, then=[{"do": "send_webhook", "endpoint": str(an_endpoint(conduit.company).pk)}]).pk
    ),
}


def filled(path: str, conduit: Conduit) -> str:
    names = [name for _, name, *_ in Formatter().parse(path) if name]
    return path.format(**{name: NAMED[name](conduit) for name in names})


@pytest.mark.parametrize(("path", "method"), WRITING)
def test_no_json_makes_a_door_fail(path: str, method: str, api: Api) -> None:
    conduit = a_conduit()
    url = filled(path, conduit)
    parties = [api(conduit.company), api(conduit.owner)]
    taken = document()["paths"][f"{PREFIX}{path}"][method].get("requestBody", {}).get("content", {})
    bodies = shaped(taken["application/json"]["schema"]) if "application/json" in taken else ANYTHING

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(bodies)
    def throw(body: str) -> None:
        for asking in parties:
            answer = asking.send(method.upper(), url, body.encode())
            assert answer.status_code < 500, answer.content
            if answer.status_code >= 400:
                assert answer["Content-Type"] == "application/problem+json"
                assert answer.json()["status"] == answer.status_code

    throw()


@pytest.mark.parametrize(
    "path", ["/products", "/batches", "/picos", "/deliveries", "/rules", "/endpoints", "/connectors", "/conduits"]
)
def test_no_query_makes_a_list_fail(path: str, api: Api) -> None:
    conduit = a_conduit()
    parties = [api(conduit.company), api(conduit.owner)]
    names = st.sampled_from(
        ["limit", "cursor", "q", "status", "product", "batch", "state", "endpoint", "format", "type"]
    )

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(
        st.dictionaries(names, st.text() | WORDS | st.uuids().map(str) | st.sampled_from(["\0", "%00", "lost", "5"]))
    )
    def throw(query: dict[str, str]) -> None:
        for asking in parties:
            answer = asking.get(path, {name: value.encode(errors="replace") for name, value in query.items()})
            assert answer.status_code in {200, 403, 404, 422}, answer.content

    throw()


@pytest.mark.parametrize("path", ["/api/v1/rules", "/things/claim", "/P/K7QM3XNB0FJ2H/found"])
def test_a_body_in_chunks_is_refused_rather_than_taken_as_empty(path: str) -> None:
    answer = Client().post(path, {}, content_type="application/json", headers={"Transfer-Encoding": "chunked"})

    assert (answer.status_code, answer["Content-Type"]) == (411, "application/problem+json")
    assert answer.json()["detail"] == "Send a Content-Length instead of a Transfer-Encoding. Nothing of it was read."
