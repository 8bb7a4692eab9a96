"""The OpenAPI document: valid, complete, and true of what the doors answer."""

import json
import re
from functools import cache
from typing import Any

import pytest
from django.urls import URLPattern
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from conduits.delivery.queueing import queue_test
from config.api_urls import urlpatterns
from tests.conftest import Api, ApiClient
from tests.factories import a_conduit, a_photo, a_product, a_rule, an_endpoint

pytestmark = pytest.mark.django_db

PREFIX = "/api/v1"
# Of contract.md: what is not there yet stands apart.
IN_THE_CONTRACT = {
    "/products": "post",
    "/products/{product_id}/links": "get post",
    "/products/{product_id}/links/{link_id}": "delete",
    "/batches": "post",
    "/batches/{batch_id}": "get",
    "/batches/{batch_id}/labels.pdf": "get",
    "/batches/{batch_id}/labels.zpl": "get",
    "/batches/{batch_id}/labels.csv": "get",
    "/batches/{batch_id}/labels.zip": "get",
    "/picos": "get post",
    "/picos/{code}": "get",
    "/picos/{code}/claim": "post",
    "/picos/{code}/lost": "post",
    "/picos/{code}/recovered": "post",
    "/picos/{code}/journal": "get post",
    "/picos/{code}/events": "get",
    "/conduits": "get",
    "/conduits/{conduit_id}": "get",
    "/conduits/{conduit_id}/pause": "post",
    "/conduits/{conduit_id}/resume": "post",
    "/conduits/{conduit_id}/close": "post",
    "/conduits/{conduit_id}/grants": "put",
    "/conduits/{conduit_id}/messages": "post",
    "/conduits/{conduit_id}/terms": "get",
    "/conduits/{conduit_id}/access-log": "get",
    "/terms/{sha256}": "get",
    "/endpoints": "post",
    "/endpoints/{endpoint_id}/rotate": "post",
    "/endpoints/{endpoint_id}/test": "post",
    "/endpoints/{endpoint_id}/enable": "post",
    "/connectors": "get post",
    "/connectors/{connector_id}/test": "post",
    "/in/{connector_id}": "post",
    "/deliveries": "get",
    "/deliveries/{delivery_id}": "get",
    "/deliveries/{delivery_id}/replay": "post",
    "/rules": "post",
    "/rules/{rule_id}": "put",
    "/rules/{rule_id}/enable": "post",
    "/rules/{rule_id}/disable": "post",
    "/rules/{rule_id}/runs": "get",
    "/runs/{run_id}": "get",
}


@cache
def document() -> dict[str, Any]:
    answer = ApiClient(None).get("/schema", {"format": "json"})
    assert answer.status_code == 200
    read: dict[str, Any] = json.loads(answer.content)
    return read


def doors() -> dict[str, set[str]]:
    """The methods of each path that the server routes."""
    found = {}
    for pattern in urlpatterns:
        if isinstance(pattern, URLPattern) and (view := getattr(pattern.callback, "cls", None)):
            path = re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
            found[f"/{path}"] = {method for method in ("get", "post", "put", "delete") if hasattr(view, method)}
    return {path: methods for path, methods in found.items() if path not in {"/schema", "/docs"}}


def test_the_document_is_valid_openapi_3_1() -> None:
    assert document()["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document()).validate()


def test_every_door_is_in_the_document_and_nothing_else() -> None:
    described = {
        path.removeprefix(PREFIX): {method for method in operations if method != "parameters"}
        for path, operations in document()["paths"].items()
    }
    assert described == doors()


def test_every_door_of_the_contract_is_there() -> None:
    for path, methods in IN_THE_CONTRACT.items():
        assert set(methods.split()) <= doors()[path], path


def test_each_operation_has_a_name_of_its_own_a_sentence_and_a_key() -> None:
    operations = [operation for operations in document()["paths"].values() for operation in operations.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["description"].strip() for operation in operations)
    without_key = {operation["operationId"] for operation in operations if operation.get("security") != [{"key": []}]}
    assert without_key == {"mail_receive", "rules_schema", "webhooks_inbound"}


def assert_described(answer: Any, method: str, path: str, media: str = "application/json") -> None:
    """The answer's status, media type and JSON are what the document says of this door."""
    responses = document()["paths"][f"{PREFIX}{path}"][method]["responses"]
    described = responses.get(str(answer.status_code)) or responses[f"{answer.status_code // 100}XX"]
    if "content" not in described:
        assert answer.content == b""
        return
    assert list(described["content"]) == [answer["Content-Type"].partition(";")[0]] == [media]
    if media.endswith("json"):
        schema = described["content"][media]["schema"] | {"components": document()["components"]}
        OAS31Validator(schema, format_checker=OAS31Validator.FORMAT_CHECKER).validate(answer.json())


def test_what_a_company_gets_is_as_described(api: Api) -> None:
    conduit = a_conduit()
    product, batch = conduit.pico.product, conduit.pico.batch
    assert product
    assert batch
    endpoint = an_endpoint(product.company)
    delivery, rule = (
        queue_test(endpoint),
        a_rule(product.company, then=[{"do": "send_webhook", "endpoint": str(endpoint.pk)}]),
    )
    asking = api(product.company)
    for path, where in {
        "/products": "",
        "/products/{product_id}": product.pk,
        "/batches": "",
        "/batches/{batch_id}": batch.pk,
        "/picos": "",
        "/picos/{code}": conduit.pico.code,
        "/picos/{code}/journal": conduit.pico.code,
        "/picos/{code}/events": conduit.pico.code,
        "/conduits": "",
        "/conduits/{conduit_id}": conduit.pk,
        "/conduits/{conduit_id}/terms": conduit.pk,
        "/terms/{sha256}": conduit.terms.sha256 if conduit.terms else "",
        "/endpoints": "",
        "/endpoints/{endpoint_id}": endpoint.pk,
        "/deliveries": "",
        "/deliveries/{delivery_id}": delivery.pk,
        "/rules": "",
        "/rules/{rule_id}": rule.pk,
        "/rules/{rule_id}/runs": rule.pk,
    }.items():
        answer = asking.get(re.sub(r"\{\w+\}", str(where), path))
        assert answer.status_code == 200, (path, answer.content)
        assert_described(answer, "get", path)
    csv = asking.get(f"/batches/{batch.pk}/labels.csv")
    assert_described(csv, "get", "/batches/{batch_id}/labels.csv", "text/csv")
    for path, body in {
        "/products": {"name": "Boot", "sku": "B-1"},
        "/batches": {"product": str(product.pk), "count": 1},
        "/endpoints": {"url": "http://127.0.0.1:9/", "events": ["pico.scanned"]},
    }.items():
        assert_described(asking.post(path, body), "post", path)
    for what in ("rotate", "test", "enable"):
        assert_described(asking.post(f"/endpoints/{endpoint.pk}/{what}"), "post", f"/endpoints/{{endpoint_id}}/{what}")
    said = asking.post(f"/conduits/{conduit.pk}/messages", {"body": "It comes back."})
    assert_described(said, "post", "/conduits/{conduit_id}/messages")
    assert_described(asking.delete(f"/rules/{rule.pk}"), "delete", "/rules/{rule_id}")


def test_what_a_person_gets_is_as_described(api: Api) -> None:
    conduit = a_conduit()
    asking, code = api(conduit.owner), conduit.pico.code
    entry = asking.upload(f"/picos/{code}/journal", {"visibility": "shared", "attachments": [a_photo()]})
    assert_described(entry, "post", "/picos/{code}/journal")
    photo = asking.get(entry.json()["attachments"][0]["url"].removeprefix(f"http://pico.test{PREFIX}"))
    assert_described(photo, "get", "/attachments/{attachment_id}", "image/jpeg")
    assert len(photo.getvalue()) == entry.json()["attachments"][0]["size"]
    assert_described(asking.post("/picos", {"name": "Bicycle"}), "post", "/picos")
    for path in ("/picos/{code}", "/picos/{code}/journal", "/picos/{code}/events"):
        assert_described(asking.get(path.format(code=code)), "get", path)
    assert_described(asking.post(f"/picos/{code}/lost", {"message": "Call me"}), "post", "/picos/{code}/lost")
    assert_described(asking.put(f"/picos/{code}/lost", {"message": "Call us"}), "put", "/picos/{code}/lost")
    assert_described(asking.post(f"/picos/{code}/recovered"), "post", "/picos/{code}/recovered")
    for path in ("/conduits/{conduit_id}", "/conduits/{conduit_id}/access-log"):
        assert_described(asking.get(path.format(conduit_id=conduit.pk)), "get", path)
    grants = asking.put(f"/conduits/{conduit.pk}/grants", {"grants": []})
    assert_described(grants, "put", "/conduits/{conduit_id}/grants")


def test_what_goes_wrong_is_as_described(api: Api) -> None:
    product = a_product()
    problem = "application/problem+json"
    for asking, body in ((api(None), {}), (api(product.company), {}), (api("x"), {"name": "x"})):
        assert_described(asking.post("/products", body), "post", "/products", problem)


def test_the_browsable_documentation_is_a_page() -> None:
    answer = ApiClient(None).get("/docs")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
