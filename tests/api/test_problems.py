"""What goes wrong is told as RFC 9457 problem details, the same way at every door."""

import json
from typing import Any

import pytest
from django.test import Client

from api import doors
from picos.models import Batch, GivenSerials, Product
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_key, a_person, a_product

pytestmark = pytest.mark.django_db


def assert_problem(answer: Any, status: int, title: str, detail: str, **errors: list[str]) -> None:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    expected = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    assert answer.json() == (expected | {"errors": errors} if errors else expected)


NOT_FOUND = (404, "Not Found", "There is no such thing, or it is not yours.")
ID = "01a20039-9d91-730f-a1f5-ea83e5b7582b"
UNREADABLE = (400, "Bad Request", "The body is not JSON.")


def test_no_key_is_401_and_says_what_to_send(api: Api) -> None:
    answer = api(None).get("/products")
    assert_problem(answer, 401, "Unauthorized", "Send a key: Authorization: Bearer …")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_wrong_key_is_401(api: Api) -> None:
    answer = api("pico_wrong").get("/products")
    assert_problem(answer, 401, "Unauthorized", "This key is not known, or no longer valid.")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_the_wrong_kind_of_party_is_403(api: Api) -> None:
    assert_problem(api(a_person()).get("/products"), 403, "Forbidden", "This is for a company.")


def test_a_key_without_the_scope_is_403(api: Api) -> None:
    key = a_key(a_company(), "picos:write")
    assert_problem(api(key).get("/products"), 403, "Forbidden", "This key has no scope for products.")


@pytest.mark.parametrize("path", ["/nothing", "/", "/products/", "/picos/a/b/c", "/%00", "/batches/1", "/batches/%ff"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_path_that_leads_nowhere_is_404_for_everybody(path: str, method: str, api: Api) -> None:
    for key in (None, a_key(a_company())):
        assert_problem(api(key).send(method, path), *NOT_FOUND)


def test_a_post_that_leads_nowhere_needs_no_form_token() -> None:
    answer = Client(enforce_csrf_checks=True).post("/api/v1/nothing", {}, content_type="application/json")
    assert_problem(answer, *NOT_FOUND)


@pytest.mark.parametrize("wrong", ["0", "x", "%00", "'", ID.replace("-", ""), ID.upper(), f"{ID}%0A", "é", "..%2F"])
def test_what_is_no_id_in_a_url_is_404(wrong: str, api: Api) -> None:
    asking = api(a_company())
    for path in (f"/products/{wrong}", f"/batches/{wrong}", f"/conduits/{wrong}", f"/deliveries/{wrong}"):
        assert_problem(asking.get(path), *NOT_FOUND)


@pytest.mark.parametrize("wrong", ["x", "%00", "0" * 13, "%F0%9F%98%80", "a" * 5000, "..", "%25", "%0A"])
def test_what_is_no_code_or_hash_in_a_url_is_404(wrong: str, api: Api) -> None:
    for asking in (api(a_company()), api(a_person())):
        for path in (f"/picos/{wrong}", f"/picos/{wrong}/journal", f"/picos/{wrong}/events", f"/terms/{wrong}"):
            assert_problem(asking.get(path), *NOT_FOUND)


def test_a_method_that_a_door_lacks_is_405_and_says_which_it_has(api: Api) -> None:
    answer = api(a_company()).delete("/products")
    assert_problem(answer, 405, "Method Not Allowed", 'Method "DELETE" not allowed.')
    assert set(answer["Allow"].split(", ")) == {"GET", "POST", "HEAD", "OPTIONS"}


def test_a_state_that_forbids_it_is_409(api: Api) -> None:
    conduit = a_conduit()
    answer = api(a_person()).post(f"/picos/{conduit.pico.code}/claim")
    assert_problem(answer, 409, "Conflict", "It belongs to somebody already.")


def test_a_body_that_is_too_large_is_413_before_it_is_read(api: Api) -> None:
    answer = api(a_company()).send("POST", "/products", b"[" * (1024 * 1024 + 1))
    assert_problem(answer, 413, "Request Entity Too Large", "The request is too large.")


def test_a_body_as_large_as_it_may_be_is_read(api: Api) -> None:
    assert_problem(api(a_company()).send("POST", "/products", b"x" * 1024 * 1024), *UNREADABLE)


def test_a_batch_may_bring_many_serials(api: Api) -> None:
    product = a_product()
    serials = [f"{number:050}" for number in range(21_000)]
    answer = api(product.company).post("/batches", {"product": str(product.pk), "count": 21_000, "serials": serials})
    assert answer.status_code == 202
    given = GivenSerials.objects.order_by("first").values_list("serials", flat=True)
    assert [serial for some in given for serial in some] == serials


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "x"],
)
def test_what_is_not_json_is_415(content_type: str, api: Api) -> None:
    answer = api(a_company()).send("POST", "/products", b'{"name": "Moccasin", "sku": "M-1"}', content_type)
    assert (answer.status_code, answer["Content-Type"]) == (415, "application/problem+json")
    assert not Product.objects.exists()


@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "zlib", "hex", "rot13", "undefined", "no such"])
def test_json_is_utf_8_whatever_charset_a_client_names(charset: str, api: Api) -> None:
    body = json.dumps({"name": "Möbel", "sku": "M-1"}, ensure_ascii=False).encode()
    answer = api(a_company()).send("POST", "/products", body, f"application/json; charset={charset}")
    assert (answer.status_code, answer.json()["name"]) == (201, "Möbel")


@pytest.mark.parametrize("accept", ["text/csv", "image/*", "application/xml", "", "text/html;q=1", "nonsense"])
def test_accept_does_not_change_what_a_door_gives(accept: str, api: Api) -> None:
    answer = api(a_company()).get("/products", Accept=accept)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    answer = api(a_company()).get("/products?format=csv&limit=0", Accept=accept)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b"\xff\xfe{}",
        b'\xef\xbb\xbf{"name": "x"}',
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": -Infinity}',
        b"9" * 5000,
        b'{"name": "x"} {}',
        b"\x00",
        '{"name": "x"}'.encode("utf-16"),
    ],
)
def test_what_cannot_be_read_is_400(body: bytes, api: Api) -> None:
    assert_problem(api(a_company()).send("POST", "/products", body), *UNREADABLE)


def test_what_is_nested_beyond_reading_is_400(api: Api) -> None:
    answer = api(a_company()).send("POST", "/products", b"[" * 100_000)
    assert_problem(answer, 400, "Bad Request", "The request could not be read.")


def test_what_is_nested_nearly_beyond_reading_is_refused_one_way_or_the_other(api: Api) -> None:
    asking = api(a_company())
    for depth in range(200, 1100, 100):
        for body in (b"[" * depth + b"]" * depth, b'{"name":' * depth + b"1" + b"}" * depth):
            assert asking.send("POST", "/products", body).status_code in {400, 422}
            assert asking.send("POST", "/rules", body).status_code in {400, 422}


def test_each_wrong_field_is_pointed_at(api: Api) -> None:
    answer = api(a_company()).post(
        "/products", {"name": "", "sku": 5, "gtin": "x" * 21, "claim_policy": "none", "z": 1}
    )
    assert_problem(
        answer,
        *(422, "Unprocessable Entity", "Some of it cannot be taken; see errors."),
        name=["Write at least 1 character."],
        sku=["Send a text."],
        gtin=["Write at most 20 characters."],
        claim_policy=["Choose 'open' or 'pin'."],
        z=["There is no such field."],
    )
    assert not Product.objects.exists()


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"5", b"true", b'[{"name": "x", "sku": "x"}]'])
def test_what_is_no_object_is_422(body: bytes, api: Api) -> None:
    for method, path in [("POST", "/products"), ("POST", "/advisories"), ("PUT", f"/rules/{ID}")]:
        answer = api(a_company()).send(method, path, body)
        assert (answer.status_code, answer.json()["errors"]) == (422, {"body": ["Send an object."]})


def test_no_body_lacks_its_fields(api: Api) -> None:
    answer = api(a_company()).send("POST", "/products", b"", "")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["name", "sku"])


@pytest.mark.parametrize(
    "text", [b'"a\\u0000b"', b'"\\ud800"', b'"\\udfff\\ud800"', b"5", b"1e999", b"[]", b"{}", b"null", b"true", b'"  "']
)
@pytest.mark.parametrize("field", ["name", "sku"])
def test_a_text_that_cannot_be_kept_is_422_and_points_at_the_field(field: str, text: bytes, api: Api) -> None:
    body = b'{"name": "x", "sku": "x", "%s": %s}' % (field.encode(), text)
    answer = api(a_company()).send("POST", "/products", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert not Product.objects.exists()


def test_an_unknown_key_of_any_spelling_is_422(api: Api) -> None:
    for key in (b"descripton", b"\\u0000", b"\\ud800", b"", b"x" * 5000):
        answer = api(a_company()).send("POST", "/products", b'{"name": "x", "sku": "x", "%s": 1}' % key)
        assert (answer.status_code, len(answer.json()["errors"])) == (422, 1)


@pytest.mark.parametrize(
    "count", [b"0", b"-1", b"5000001", b"9" * 400, b"1e999", b"1.5", b'"5"', b"true", b"null", b"[1]"]
)
def test_a_number_that_does_not_fit_is_422(count: bytes, api: Api) -> None:
    product = a_product()
    answer = api(product.company).send(
        "POST", "/batches", b'{"product": "%s", "count": %s}' % (str(product.pk).encode(), count)
    )
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["count"])
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    "since", ["x", "2026-11-21", "2026-11-21T10:00:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "\0", "१"]
)
def test_a_time_that_is_none_is_422(since: str, api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).get(f"/picos/{conduit.pico.code}/events", {"since": since})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["since"])


@pytest.mark.parametrize("name", ["q", "status", "product", "batch"])
def test_a_query_with_a_nul_is_422(name: str, api: Api) -> None:
    answer = api(a_company()).get("/picos", {name: "\0"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [name])


def test_bytes_in_a_query_that_are_no_text_are_no_error(api: Api) -> None:
    assert api(a_company()).get("/picos?q=%ff%fe").status_code == 200


def test_too_many_requests_of_a_key_are_429_with_the_seconds_to_wait(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "MOST_PER_MINUTE", 2)
    key = a_key(a_company())
    assert [api(key).get("/products").status_code for _ in range(2)] == [200, 200]

    answer = api(key).get("/products")

    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert answer["Retry-After"] == "60"
    assert api(a_company()).get("/products").status_code == 200


def test_what_nobody_foresaw_is_left_to_be_seen(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("picos.products.add_product", broken)
    with pytest.raises(ZeroDivisionError):
        api(a_company()).post("/products", {"name": "x", "sku": "x"})
