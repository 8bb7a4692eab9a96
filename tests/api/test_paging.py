"""Pages of a list: walked to the end, they show each row once, in order, whatever their size."""

import base64
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parties.models import Company
from picos.models import Product
from tests.conftest import Api, ApiClient
from tests.factories import a_company, a_conduit, a_product, picos

pytestmark = pytest.mark.django_db

NEXT = "http://pico.test/api/v1"
MOST_PAGES = 50
within_one_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)


def walk(asking: ApiClient, path: str, **query: Any) -> list[list[Any]]:
    """All pages, by following `next`."""
    pages = []
    answer = asking.get(path, query)
    for _ in range(MOST_PAGES):
        assert answer.status_code == 200, answer.content
        body = answer.json()
        assert set(body) == {"results", "next"}
        pages.append(body["results"])
        if body["next"] is None:
            return pages
        assert body["next"].startswith(NEXT)
        answer = asking.get(body["next"].removeprefix(NEXT))
    pytest.fail("the list has no end")


def cursor_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@within_one_database
@given(st.integers(1, 30))
def test_pages_of_any_size_show_each_row_once_newest_first(api: Api, limit: int) -> None:
    product = Product.objects.first() or a_product()
    rows = list(product.picos.order_by("-pk")) or list(reversed(picos(23, product)))
    asking = api(product.company)

    pages = walk(asking, "/picos", limit=limit)

    assert [row["code"] for page in pages for row in page] == [row.code for row in rows]
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert 1 <= len(pages[-1]) <= limit


@within_one_database
@given(st.lists(st.integers(0, 3), max_size=8))
def test_rows_added_while_walking_neither_repeat_nor_hide_others(api: Api, added: list[int]) -> None:
    product = a_product()
    before = [pico.code for pico in reversed(picos(5, product))]
    asking = api(product.company)
    seen, path = [], "/picos?limit=2"
    for number in [*added, *[0] * 5]:
        body = asking.get(path).json()
        seen += [row["code"] for row in body["results"]]
        if number:
            picos(number, product)
        if body["next"] is None:
            break
        path = body["next"].removeprefix(NEXT)
    assert seen == before


def test_events_are_walked_in_the_order_in_which_they_happened(api: Api) -> None:
    conduit = a_conduit()
    asking = api(conduit.owner)
    for what in ("lost", "recovered", "lost", "recovered"):
        assert asking.post(f"/picos/{conduit.pico.code}/{what}", {"message": "x"}).status_code == 200

    pages = walk(asking, f"/picos/{conduit.pico.code}/events", limit=1)

    assert [[event["type"] for event in page] for page in pages] == [
        ["pico.claimed"],
        ["conduit.terms_agreed"],
        ["conduit.opened"],
        ["pico.lost"],
        ["pico.recovered"],
        ["pico.lost"],
        ["pico.recovered"],
    ]


def test_the_next_page_keeps_what_was_asked_for(api: Api) -> None:
    product = a_product()
    picos(3, product, serials=["UA-1", "UA-2", "UB-1"])
    pages = walk(api(product.company), "/picos", q="UA-", status="minted", product=str(product.pk), limit="1")
    assert [[row["serial"] for row in page] for page in pages] == [["UA-2"], ["UA-1"]]


def test_the_next_page_of_a_code_typed_with_spaces_is_a_url(api: Api) -> None:
    conduit = a_conduit()
    code = conduit.pico.code
    answer = api(conduit.owner).get(f"/picos/{code[:4]} {code[4:]}/events?limit=1")
    assert answer.json()["next"].startswith(f"{NEXT}/picos/{code[:4]}%20{code[4:]}/events?limit=1&cursor=")


def test_an_empty_list_is_one_empty_page(api: Api) -> None:
    assert api(a_company()).get("/products").json() == {"results": [], "next": None}


def test_a_page_is_50_unless_said_and_200_at_most(api: Api) -> None:
    product = a_product()
    picos(201, product)
    asking = api(product.company)
    assert len(asking.get("/picos").json()["results"]) == 50
    assert len(asking.get("/picos?limit=200").json()["results"]) == 200


@pytest.mark.parametrize("limit", ["0", "-1", "201", "", "x", "1.0", "９", "²", "1" * 5000, "\0", " 5", "+5"])
def test_a_wrong_limit_is_422(limit: str, api: Api) -> None:
    answer = api(a_company()).get("/products", {"limit": limit})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"limit": ["A limit is 1 to 200."]})


WRONG = {"cursor": ["This cursor is not one of ours."]}


@within_one_database
@given(st.text(min_size=1) | st.binary(min_size=1).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_a_cursor_that_is_not_ours_is_422(api: Api, cursor: str) -> None:
    company = Company.objects.first() or a_company()
    answer = api(company).get("/products", {"cursor": cursor})
    assert (answer.status_code, answer.json().get("errors")) == (422, WRONG)


@pytest.mark.parametrize(
    "cursor", ["!!!!", "!", "=", "A", "AA==!", cursor_of("abc"), cursor_of("x" * 5000), cursor_of("\0"), cursor_of("5")]
)
def test_a_cursor_for_ids_is_an_id(cursor: str, api: Api) -> None:
    answer = api(a_company()).get("/products", {"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"]) == (422, WRONG)


@pytest.mark.parametrize("cursor", ["abc", "1.5", "9" * 5000, "٣", "01a20039-9d91-730f-a1f5-ea83e5b7582b", "nan", ""])
def test_a_cursor_for_events_is_a_number(cursor: str, api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).get(f"/picos/{conduit.pico.code}/events", {"cursor": cursor_of(cursor)})
    assert (answer.status_code, answer.json().get("errors")) == ((422, WRONG) if cursor else (200, None))


@pytest.mark.parametrize(("cursor", "found"), [("9" * 40, 0), (f"-{'9' * 40}", 3), ("0", 3)])
def test_a_cursor_beyond_all_numbers_finds_what_follows_it(cursor: str, found: int, api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).get(f"/picos/{conduit.pico.code}/events", {"cursor": cursor_of(cursor)})
    assert (answer.status_code, len(answer.json()["results"])) == (200, found)


def test_a_cursor_opens_nothing_that_is_another_s(api: Api) -> None:
    product = a_product()
    picos(3, product)
    following = api(product.company).get("/picos?limit=1").json()["next"].removeprefix(NEXT)
    assert api(a_company()).get(following).json() == {"results": [], "next": None}
