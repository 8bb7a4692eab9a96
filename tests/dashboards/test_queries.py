"""How many queries the pages take, however much there is on them."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conduits.reaching.handing_out import hand_out_due
from conduits.reaching.preferences import mute_company
from journals.photos import take_photos
from parties.models import Company
from picos.finding import write_to_owner
from picos.models import Notice
from tests.dashboards.world import an_entry, browser
from tests.factories import (
    a_company,
    a_conduit,
    a_member,
    a_person,
    a_photo,
    a_pico,
    a_product,
    a_rule,
    an_advisory,
    an_endpoint,
)

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
# Session and person; for pages in the customer's frame, the desks in its navigation.
SIGNED_IN, DESKS = 2, 1
# The one statement goes past Django's cursor; who was here within a minute asks for the scan that counted.
SCAN, AGAIN = 0, 1


def queries(client: Client, path: str, counting: Any, number: int, **headers: str) -> None:
    """Of a page that was opened before."""
    client.get(path, headers=headers)
    with counting(number):
        assert client.get(path, headers=headers).status_code == 200


def queries_of_a_scan(client: Client, path: str, counting: Any, number: int, **headers: str) -> None:
    """Of the same page as a scan, as a repeated one, and as none."""
    queries(client, f"{path}?stay", counting, number, **headers)
    for more in (SCAN, SCAN + AGAIN):
        with counting(number + more):
            assert client.get(path, headers=headers).status_code == 200


@pytest.mark.parametrize("entries", [1, 12])
@pytest.mark.parametrize(
    ("accept", "number"),
    [
        # The pico with its product, company and owner.
        ("application/json", 1),
        # And its journal; entries, photos.
        ("text/html", 4),
    ],
)
def test_a_visitor_s_scan(django_assert_num_queries: Any, entries: int, accept: str, number: int) -> None:
    conduit = a_conduit()
    for _ in range(entries):
        an_entry(conduit, visibility="public", photos=take_photos([a_photo()]))
    queries_of_a_scan(browser(), f"/P/{conduit.pico.code}", django_assert_num_queries, number, Accept=accept)


def test_a_visitor_s_scan_of_what_nobody_owns(django_assert_num_queries: Any) -> None:
    for accept in ("text/html", "application/json"):
        queries_of_a_scan(browser(), f"/P/{a_pico().code}", django_assert_num_queries, 1, Accept=accept)


@pytest.mark.parametrize("advisories", [1, 9])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_scan_while_advisories_stand(django_assert_num_queries: Any, advisories: int, accept: str) -> None:
    pico = a_pico()
    assert pico.product
    for _ in range(advisories):
        an_advisory(pico.product.company, scope={"product": pico.product_id, "serials": ["A1..A9"]})
        an_advisory(pico.product.company, scope={"product": pico.product_id})
    # Which of them are about it.
    queries_of_a_scan(browser(), f"/P/{pico.code}", django_assert_num_queries, 1 + 1, Accept=accept)


@pytest.mark.parametrize("entries", [1, 12])
@pytest.mark.parametrize(
    ("accept", "number"),
    [
        ("application/json", 1),
        # Pico; conduit with its journal; entries, photos; questions, requests; notices. What was read stays so.
        ("text/html", 7 + DESKS),
    ],
)
def test_an_owner_s_scan(django_assert_num_queries: Any, entries: int, accept: str, number: int) -> None:
    conduit = a_conduit()
    for _ in range(entries):
        an_entry(conduit, photos=take_photos([a_photo()]))
        an_entry(conduit, author=conduit.company)
    client, path = browser(conduit.owner), f"/P/{conduit.pico.code}"
    queries_of_a_scan(client, path, django_assert_num_queries, SIGNED_IN + number, Accept=accept)


@pytest.mark.parametrize("entries", [1, 12])
def test_the_part_of_the_page_that_news_change(django_assert_num_queries: Any, entries: int) -> None:
    conduit = a_conduit()
    for _ in range(entries):
        an_entry(conduit, photos=take_photos([a_photo()]))
    path = f"/P/{conduit.pico.code}/fragment"
    queries(browser(conduit.owner), path, django_assert_num_queries, SIGNED_IN + 7)


@pytest.mark.parametrize("things", [1, 9])
def test_my_things(django_assert_num_queries: Any, things: int) -> None:
    ann = a_person()
    for _ in range(things):
        conduit = a_conduit(ann)
        an_entry(conduit, author=conduit.company)
    client = browser(ann)
    # Things; notices; ways that broke; things they had.
    queries(client, "/things", django_assert_num_queries, SIGNED_IN + 4 + DESKS)
    queries(client, "/things/tiles", django_assert_num_queries, SIGNED_IN + 4)


@pytest.mark.parametrize("finders", [1, 9])
def test_one_thing(django_assert_num_queries: Any, finders: int) -> None:
    conduit = a_conduit()
    an_entry(conduit, photos=take_photos([a_photo()]))
    for number in range(finders):
        write_to_owner(pico=conduit.pico, visitor=number.to_bytes(8), message="I have it.")
    # As a scan, without recording one; notices seen; advisories; finders, their messages; links, their uses; values; a
    # transfer that is offered, and terms; what was before.
    path = f"/things/{conduit.pico.code}"
    queries(browser(conduit.owner), path, django_assert_num_queries, SIGNED_IN + 7 + 9 + DESKS)


@pytest.mark.parametrize("things", [1, 9])
def test_my_companies(django_assert_num_queries: Any, things: int) -> None:
    ann = a_person()
    for _ in range(things):
        a_conduit(ann)
    # Conduits; muted companies.
    queries(browser(ann), "/companies", django_assert_num_queries, SIGNED_IN + 2 + DESKS)


def customers(company: Company, number: int) -> Any:
    product = a_product(company)
    for _ in range(number):
        conduit = a_conduit(a_person(), a_pico(product))
        an_entry(conduit, photos=take_photos([a_photo()]))
    return conduit


# The member with their company.
MEMBER = 1


@pytest.mark.parametrize("number", [1, 9])
def test_the_inbox(django_assert_num_queries: Any, number: int) -> None:
    company = a_company()
    customers(company, number)
    client = browser(a_member(company).person)
    # Conduits, their labels and requests; their words; what rules ask; lines in the log.
    rows = 6
    queries(client, f"/desk/{company.slug}/rows", django_assert_num_queries, SIGNED_IN + MEMBER + rows)
    # And the labels to filter by.
    queries(client, f"/desk/{company.slug}", django_assert_num_queries, SIGNED_IN + MEMBER + rows + 1)


@pytest.mark.parametrize("number", [1, 9])
def test_a_conversation(django_assert_num_queries: Any, number: int) -> None:
    company = a_company()
    conduit = customers(company, number)
    for _ in range(number):
        an_entry(conduit, photos=take_photos([a_photo()]))
        an_entry(conduit, author=company)
    an_entry(conduit)
    client = browser(a_member(company).person)
    path = f"/desk/{company.slug}/conduits/{conduit.pk}"
    # The conduit; the look in the log (savepoint, last conduit, head, release; the line goes past Django); entries, photos; requests,
    # questions. What was read stays so.
    queries(client, f"{path}/entries", django_assert_num_queries, SIGNED_IN + MEMBER + 9)
    # And the inbox beside it, the rules that acted, terms that are offered, and values; its labels, who has it, who
    # could.
    queries(client, path, django_assert_num_queries, SIGNED_IN + MEMBER + 9 + 7 + 2 + 3)


@pytest.mark.parametrize("number", [1, 9])
def test_the_desk_s_lists(django_assert_num_queries: Any, number: int) -> None:
    company = a_company()
    for _ in range(number):
        a_product(company)
        an_endpoint(company)
        a_rule(company)
        an_advisory(company, scope={"region": "DE"})
    client, desk = browser(a_member(company, "admin").person), f"/desk/{company.slug}"
    queries(client, f"{desk}/products", django_assert_num_queries, SIGNED_IN + MEMBER + 1)
    # Advisories; who has read them; who was told.
    queries(client, f"{desk}/advisories", django_assert_num_queries, SIGNED_IN + MEMBER + 3)
    # Messages; the endpoints to choose from; how many were set aside.
    queries(client, f"{desk}/deliveries", django_assert_num_queries, SIGNED_IN + MEMBER + 3)
    queries(client, f"{desk}/endpoints", django_assert_num_queries, SIGNED_IN + MEMBER + 1)
    # Rules, and the endpoints that they name; the blanks' endpoints and products.
    queries(client, f"{desk}/rules", django_assert_num_queries, SIGNED_IN + MEMBER + 2)


@pytest.mark.parametrize("sent", [1, 9])
def test_how_we_reach_a_person(django_assert_num_queries: Any, sent: int) -> None:
    ann = a_person()
    for _ in range(sent):
        conduit = a_conduit(ann)
        an_entry(conduit, author=conduit.company)
        mute_company(person=ann, company=conduit.company)
    Notice.objects.update(due_at=timezone.now())
    hand_out_due()
    client = browser(ann)
    client.get("/you/reach")
    # What they wish; whether e-mail is there; muted companies; the key of push messages; what was sent; ways.
    queries(client, "/you/reach", django_assert_num_queries, SIGNED_IN + 6 + DESKS)
