"""GS1-Conformant Resolver 1.2, requirement by requirement, through HTTP. docs/gs1.md lists which test shows which."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory

from api.models import Tally
from dashboards import guessing
from dashboards.resolving_first import ResolvingFirst
from picos.gs1.linksets import CONTEXT
from picos.links import add_link
from picos.models import Event, Pico, Product
from tests.dashboards.world import read
from tests.factories import a_company, a_link, a_product, picos

pytestmark = pytest.mark.django_db

GTIN = "09506000134352"
UNKNOWN_GTIN = "09506000134369"
AT = "http://pico.test"
VOC = "https://ref.gs1.org/voc/"
JSON = "application/linkset+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

# What GS1's schema for linksets (section 2.10) asks of one, in words of our own.
RELATION = re.compile(r"https?://[A-Za-z0-9./]+")
HREF = re.compile(r"https?://\S+")
LANGUAGE = re.compile(r"\w{2}|\w{2}-\w{2}")


@pytest.fixture(autouse=True)
def _nobody_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "_noted", {})


@pytest.fixture
def product() -> Product:
    return a_product(a_company("LAMO"), name="Boot", gtin=GTIN)


@pytest.fixture
def pico(product: Product) -> Pico:
    return picos(1, product, serials=["LM-1"], lot="26-03")[0]


def ask(path: str, method: str = "GET", **headers: str) -> Any:
    # The path as servers hand it on; a query stays as it was sent.
    address, _, query = path.partition("?")
    return Client(headers=headers).generic(method, address, QUERY_STRING=query)


def linkset(path: str, **headers: str) -> list[dict[str, Any]]:
    answer = ask(path, Accept=JSON, **headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, JSON)
    levels: list[dict[str, Any]] = answer.json()["linkset"]
    assert_valid(levels)
    return levels


def assert_valid(levels: list[dict[str, Any]]) -> None:
    """As the schema and section 2.5.8 have it."""
    for level in levels:
        assert HREF.fullmatch(level["anchor"])
        for relation, targets in level.items():
            if relation in {"anchor", "description"}:
                continue
            assert RELATION.fullmatch(relation)
            for target in targets:
                assert target.keys() <= {"href", "title", "hreflang", "type"}
                assert HREF.fullmatch(target["href"])
                assert target["title"]
                assert all(LANGUAGE.fullmatch(language) for language in target.get("hreflang", []))
        if (default := level.get(f"{VOC}defaultLink")) is not None:
            assert [one.keys() for one in default] == [{"href", "title"}]
            described = [one["href"] for name, some in level.items() if name.startswith(VOC) for one in some]
            assert described.count(default[0]["href"]) >= 2
    assert f"{VOC}defaultLink" in levels[-1]


def anchors(levels: list[dict[str, Any]]) -> list[str]:
    return [level["anchor"] for level in levels]


# Methods, CORS


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_get_and_head_redirect(pico: Pico, method: str) -> None:
    answer = ask(f"/01/{GTIN}/21/LM-1", method)
    assert (answer.status_code, answer["Location"], answer.content) == (307, f"{AT}/P/{pico.code}", b"")


def test_options_tells_what_may_be_asked() -> None:
    answer = ask(f"/01/{GTIN}", "OPTIONS", Origin="https://shop.example", Access_Control_Request_Method="GET")
    assert (answer.status_code, answer["Allow"], answer.content) == (204, "GET, HEAD, OPTIONS", b"")
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_method_is_refused(pico: Pico, method: str) -> None:
    answer = ask(f"/01/{GTIN}/21/{pico.serial}", method)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/01/{GTIN}/21/LM-1", 307),
        (f"/01/{GTIN}?linkType=linkset", 200),
        (f"/01/{GTIN}?linkType=gs1:recipeInfo", 404),
        (f"/01/{UNKNOWN_GTIN}", 404),
        ("/01/123", 400),
        ("/.well-known/gs1resolver", 200),
    ],
)
def test_scripts_of_any_site_may_ask_and_read_the_answer(pico: Pico, path: str, status: int) -> None:
    answer = ask(path, Origin="https://shop.example")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (status, "*")
    assert "Link" in answer["Access-Control-Expose-Headers"]
    assert {"Accept", "Accept-Language"} <= set(answer["Vary"].replace(" ", "").split(","))
    assert "sessionid" not in answer.cookies
    assert pico.serial


# Validation


@pytest.mark.parametrize(
    "path",
    [
        f"/01/{GTIN[:-1]}3",
        f"/01/{GTIN[1:]}",
        "/01/123",
        "/01/",
        "/01",
        f"/01/{GTIN}/foo",
        f"/01/{GTIN}/21/LM-1/foo",
        f"/01/{GTIN}/21/LM-1/10/26-03",
        f"/01/{GTIN}/10/a/10/b",
        f"/01/{GTIN}/17/261231",
        f"/01/{UNKNOWN_GTIN}/21/LM-1/foo",
        f"/01/{GTIN}/21/{'x' * 21}",
        f"/01/{GTIN}/21/a b",
        f"/01/{GTIN}/21/%00",
        f"/01/{GTIN}/21/%ED%A0%80%00",
        f"/01/{GTIN}?10=26-03",
        f"/01/{GTIN}?17=261331",
        f"/01/{GTIN}?12345=1",
        f"/01/{GTIN}?linkType=a&linkType=b",
    ],
)
def test_what_is_no_valid_address_is_400(pico: Pico, path: str) -> None:
    answer = ask(path)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert pico.serial
    page = read(ask(path, Accept=BROWSER))
    assert page.heading == "This address is not right"


def test_a_valid_address_of_which_nothing_is_known_is_404() -> None:
    answer = ask(f"/01/{UNKNOWN_GTIN}/10/A/21/B?17=261231")
    assert (answer.status_code, answer.json()["detail"]) == (404, "Nobody here has a product with this GTIN.")
    assert read(ask(f"/01/{UNKNOWN_GTIN}", Accept=BROWSER)).heading == "We don’t know this product"


def test_a_slash_at_the_end_is_tolerated(pico: Pico) -> None:
    assert ask(f"/01/{GTIN}/21/LM-1/")["Location"] == f"{AT}/P/{pico.code}"
    assert ask(f"/01/{GTIN}/").status_code == 307


def test_a_value_may_hold_a_slash(product: Product) -> None:
    (pico,) = picos(1, product, serials=["A/7"], lot="26/03")
    for path in ("/21/A%2F7", "/10/26%2F03/21/A%2F7", "/21/A/7"):
        assert ask(f"/01/{GTIN}{path}")["Location"] == f"{AT}/P/{pico.code}"
    assert anchors(linkset(f"/01/{GTIN}/10/26%2F03")) == [f"{AT}/01/{GTIN}/10/26%2F03", f"{AT}/01/{GTIN}"]


# Where it leads


@pytest.mark.parametrize("between", ["", "/22/GREY", "/10/26-03", "/22/GREY/10/26-03", "/10/ANOTHER"])
def test_every_qualifier_is_supported_and_a_known_serial_leads_to_its_page(pico: Pico, between: str) -> None:
    assert ask(f"/01/{GTIN}{between}/21/LM-1")["Location"] == f"{AT}/P/{pico.code}"


@pytest.mark.parametrize("rest", ["", "/21/X", "/10/X", "/10/26-03/21/X", "/22/GREY", "/235/X", "/22/A/10/B/21/C"])
def test_what_is_unknown_walks_up_to_the_product(pico: Pico, rest: str) -> None:
    answer = ask(f"/01/{GTIN}{rest}")
    assert (answer.status_code, answer["Location"]) == (307, f"{AT}/products/{GTIN}")
    a_link(pico.product, type="support", href="https://lamo.example/help", is_default=True)
    assert ask(f"/01/{GTIN}{rest}")["Location"] == "https://lamo.example/help"


def test_an_unknown_serial_walks_up_to_its_lot(pico: Pico) -> None:
    a_link(pico.product, batch=pico.batch, href="https://lamo.example/26-03", is_default=True)
    for rest in ("/10/26-03", "/10/26-03/21/X"):
        assert ask(f"/01/{GTIN}{rest}")["Location"] == "https://lamo.example/26-03"
    assert ask(f"/01/{GTIN}/10/OTHER/21/X")["Location"] == f"{AT}/products/{GTIN}"
    assert ask(f"/01/{GTIN}/10/26-03/21/LM-1")["Location"] == f"{AT}/P/{pico.code}"


def test_the_page_of_a_product_says_what_it_is_and_lists_its_links(product: Product) -> None:
    a_link(product, title="Manual", href="https://lamo.example/manual")
    page = read(Client().get(f"/products/{GTIN}"))
    assert page.heading == "Boot"
    assert "by LAMO" in page.all("header")[0].text
    assert [one.attributes["href"] for one in page.all("a") if one.text == "Manual"] == ["https://lamo.example/manual"]
    for wrong in (UNKNOWN_GTIN, "123", "x"):
        assert Client().get(f"/products/{wrong}").status_code == 404


def test_of_two_companies_with_one_gtin_the_one_that_knows_the_copy_answers(pico: Pico) -> None:
    (other,) = picos(1, a_product(name="Copy", gtin=GTIN), serials=["LM-2"])
    assert ask(f"/01/{GTIN}/21/LM-1")["Location"] == f"{AT}/P/{pico.code}"
    assert ask(f"/01/{GTIN}/21/LM-2")["Location"] == f"{AT}/P/{other.code}"
    assert linkset(f"/01/{GTIN}")[0]["description"] == "Boot by LAMO"


@pytest.mark.parametrize("asked", ["gs1:instructions", f"{VOC}instructions", "https://gs1.org/voc/instructions"])
def test_the_link_that_is_asked_for_is_led_to(pico: Pico, asked: str) -> None:
    a_link(pico.product, href="https://lamo.example/manual")
    for rest in ("", "/21/LM-1", "/21/X"):
        answer = ask(f"/01/{GTIN}{rest}?linkType={asked}")
        assert (answer.status_code, answer["Location"]) == (307, f"https://lamo.example/manual?linkType={asked}")


def test_a_lot_s_link_is_led_to_before_the_product_s(pico: Pico) -> None:
    a_link(pico.product, type="recallStatus", href="https://lamo.example/all")
    a_link(pico.product, batch=pico.batch, type="recallStatus", href="https://lamo.example/26-03")
    for rest in ("/10/26-03", "/21/LM-1", "/10/26-03/21/X"):
        assert "26-03" in ask(f"/01/{GTIN}{rest}?linkType=gs1:recallStatus")["Location"]
    assert "/all" in ask(f"/01/{GTIN}/21/X?linkType=gs1:recallStatus")["Location"]


@pytest.mark.parametrize("asked", ["gs1:recipeInfo", "instructions", "https://other.example/voc/pip", "gs1:", "%C3%A9"])
def test_a_link_that_there_is_not_is_404_with_those_that_there_are(pico: Pico, asked: str) -> None:
    answer = ask(f"/01/{GTIN}/21/LM-1?linkType={asked}")
    assert answer.status_code == 404
    assert_valid(answer.json()["linkset"])
    page = ask(f"/01/{GTIN}/21/LM-1?linkType={asked}", Accept=BROWSER)
    assert (page.status_code, read(page).heading) == (404, "There is no such link")
    assert pico.code in page.content.decode()


def test_a_copy_has_its_own_page_for_registration_and_for_who_found_it(pico: Pico) -> None:
    page = f"{AT}/P/{pico.code}"
    for name, there in (("pip", page), ("reportFound", page), ("registerProduct", f"{page}/claim")):
        query = f"?linkType=gs1:{name}"
        assert ask(f"/01/{GTIN}/21/LM-1{query}")["Location"] == there + query
    a_link(pico.product, type="registerProduct", href="https://lamo.example/register")
    assert "lamo.example" in ask(f"/01/{GTIN}/21/LM-1?linkType=gs1:registerProduct")["Location"]


def test_the_language_of_who_asks_decides(product: Product) -> None:
    for language in ("en", "de"):
        a_link(product, href=f"https://lamo.example/{language}", language=language)
    query = f"/01/{GTIN}?linkType=gs1:instructions"
    assert "/de?" in ask(query, Accept_Language="de-CH,de;q=0.9,en;q=0.8")["Location"]
    assert "/en?" in ask(query, Accept_Language="en")["Location"]


def test_links_that_fit_equally_well_are_300_and_a_list(product: Product) -> None:
    for language in ("en", "de"):
        a_link(product, href=f"https://lamo.example/{language}", title=language, language=language)
    a_link(product, type="support")
    answer = ask(f"/01/{GTIN}/21/X?linkType=gs1:instructions")
    assert (answer.status_code, answer["Content-Type"]) == (300, JSON)
    (level,) = answer.json()["linkset"]
    assert level["anchor"] == f"{AT}/01/{GTIN}"
    assert [one["title"] for one in level[f"{VOC}instructions"]] == ["en", "de"]
    assert level.keys() == {"anchor", "description", f"{VOC}instructions"}
    page = ask(f"/01/{GTIN}?linkType=gs1:instructions", Accept=BROWSER)
    assert (page.status_code, read(page).heading) == (300, "Which one?")


@pytest.mark.parametrize(
    ("href", "query", "there"),
    [
        ("https://e.example/a", "17=261231&utm=%20%2B", "https://e.example/a?17=261231&utm=%20%2B"),
        ("https://e.example/a?b=1", "17=261231;x;y=", "https://e.example/a?b=1&17=261231;x;y="),
        ("https://e.example/a#b", "x=1", "https://e.example/a?x=1#b"),
        ("https://e.example", "x=%ZZ", "https://e.example?x=%ZZ"),
        ("https://e.example/a", "x=\xe9", "https://e.example/a?x=%E9"),
    ],
)
def test_the_whole_query_is_passed_on_as_it_was_sent(product: Product, href: str, query: str, there: str) -> None:
    add_link(product=product, type="pip", href=href, is_default=True)
    assert ask(f"/01/{GTIN}?{query}")["Location"] == there


# Linksets


def test_a_redirect_says_where_the_linkset_is(pico: Pico) -> None:
    link = ask(f"/01/{GTIN}/10/26-03/21/LM-1?x=1")["Link"]
    assert link == f'<{AT}/01/{GTIN}/10/26-03/21/LM-1?linkType=linkset>; rel="linkset"; type="{JSON}"'
    assert anchors(ask(link[len(AT) + 1 : link.index(">")]).json()["linkset"])[0] == f"{AT}/01/{GTIN}/21/LM-1"
    assert pico.code


@pytest.mark.parametrize("query", ["?linkType=linkset", "?linkType=all", ""])
def test_a_linkset_is_given_to_who_asks_for_one(pico: Pico, query: str) -> None:
    accept = "*/*" if query else JSON
    answer = ask(f"/01/{GTIN}/21/LM-1{query}", Accept=accept)
    assert (answer.status_code, answer["Content-Type"]) == (200, JSON)
    assert f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"' in answer["Link"]
    assert 'rel="linkset"' in answer["Link"]
    assert pico.code


def test_a_linkset_has_the_links_of_every_level(pico: Pico) -> None:
    a_link(pico.product, href="https://lamo.example/manual", language="en", media_type="text/html")
    a_link(pico.product, batch=pico.batch, type="recallStatus", title="Recall", href="https://lamo.example/recall")
    item, lot, product = linkset(f"/01/{GTIN}/22/GREY/10/26-03/21/LM-1?17=261231")
    root, page = f"{AT}/01/{GTIN}", f"{AT}/P/{pico.code}"
    ours = {"href": f"{AT}/products/{GTIN}", "title": "Boot by LAMO"}
    recall = {"href": "https://lamo.example/recall", "title": "Recall"}
    assert item == {
        "anchor": f"{root}/21/LM-1",
        "description": "Boot by LAMO, No. LM-1",
        f"{VOC}defaultLink": [{"href": page, "title": "This very Boot"}],
        f"{VOC}pip": [{"href": page, "title": "This very Boot"}],
        f"{VOC}reportFound": [{"href": page, "title": "Found it? Tell its owner"}],
        f"{VOC}registerProduct": [{"href": f"{page}/claim", "title": "It is mine"}],
        f"{VOC}recallStatus": [recall],
    }
    assert lot == {
        "anchor": f"{root}/10/26-03",
        "description": "Boot by LAMO, lot 26-03",
        f"{VOC}recallStatus": [recall],
    }
    manual = {"href": "https://lamo.example/manual", "title": "Manual", "hreflang": ["en"], "type": "text/html"}
    assert product == {
        "anchor": root,
        "description": "Boot by LAMO",
        f"{VOC}defaultLink": [ours],
        f"{VOC}instructions": [manual],
        f"{VOC}pip": [ours],
    }


def test_a_linkset_has_one_default_with_nothing_but_address_and_title(product: Product) -> None:
    first = a_link(product, type="pip", href="https://lamo.example/a", language="en")
    assert linkset(f"/01/{GTIN}")[0][f"{VOC}defaultLink"] == [{"href": first.href, "title": first.title}]
    for last in "bc":
        second = a_link(product, type="support", href=f"https://lamo.example/{last}", is_default=True, language="de")
        assert linkset(f"/01/{GTIN}")[0][f"{VOC}defaultLink"] == [{"href": second.href, "title": second.title}]


def test_a_linkset_comes_as_json_ld_or_json_or_a_page_to_who_prefers_that(pico: Pico) -> None:
    path = f"/01/{GTIN}/21/{pico.serial}?linkType=linkset"
    as_json_ld = ask(path, Accept="application/ld+json")
    assert as_json_ld["Content-Type"] == "application/ld+json"
    assert as_json_ld.json() == {"@context": CONTEXT} | ask(path).json()
    assert ask(path, Accept="application/json")["Content-Type"] == "application/json"
    page = read(ask(path, Accept=BROWSER))
    assert page.heading == "All links"
    assert f"{AT}/P/{pico.code}" in [one.attributes.get("href") for one in page.all("a")]


# The rest


def test_the_description_file_is_at_its_well_known_place() -> None:
    answer = ask("/.well-known/gs1resolver")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json() == {
        "name": "Pico Conduit at pico.test",
        "resolverRoot": AT,
        "supportedPrimaryKeys": ["01"],
        "supportedLinkType": [{"namespace": VOC, "prefix": "gs1:"}],
        "supportedContextValuesEnumerated": [],
        "linkTypeDefaultCanBeLinkset": False,
        "jsonLdContextLocation": CONTEXT,
        "contact": {"fn": f"Who runs {AT}"},
    }


def test_resolving_records_nothing(pico: Pico) -> None:
    for rest in ("", "/21/LM-1", "/21/X", "/21/LM-1?linkType=linkset"):
        ask(f"/01/{GTIN}{rest}", Accept=BROWSER)
    assert not Event.objects.exists()
    assert pico.serial


def test_who_tries_many_wrong_numbers_waits(pico: Pico) -> None:
    answers = [ask(f"/01/{UNKNOWN_GTIN}") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1]["Access-Control-Allow-Origin"] == "*"
    assert read(ask(f"/01/{UNKNOWN_GTIN}", Accept=BROWSER)).heading == "Wait a moment"
    assert ask(f"/01/{GTIN}/21/{pico.serial}").status_code == 307


def test_who_tries_many_wrong_serials_waits(pico: Pico, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "SERIALS", 2)
    statuses = [ask(f"/01/{GTIN}/21/X{number}").status_code for number in range(3)]
    assert statuses == [307, 307, 429]
    assert ask(f"/01/{GTIN}").status_code == 307
    assert pico.serial


def test_who_waits_cannot_tell_a_known_serial_from_another(pico: Pico, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "SERIALS", 2)
    assert ask(f"/01/{GTIN}/21/{pico.serial}").status_code == 307
    for number in range(3):
        ask(f"/01/{GTIN}/21/X{number}")

    def told(rest: str, accept: str) -> tuple[int, str, dict[str, str]]:
        answer = ask(f"/01/{rest}", Accept=accept)
        # Around its main part a page has its own address, to come back to.
        said = read(answer).all("main")[0].text if accept == BROWSER else answer.content.decode()
        return answer.status_code, said, dict(answer.items()) | {"Content-Length": ""}

    for accept in ("*/*", BROWSER, JSON):
        known = told(f"{GTIN}/21/{pico.serial}", accept)
        assert known[0] == 429
        assert 0 < int(known[2]["Retry-After"]) <= 60
        others = (f"{GTIN}/21/X", f"{GTIN}/10/26-03/21/{pico.serial}", f"{UNKNOWN_GTIN}/21/X")
        assert [told(other, accept) for other in others] == [known] * 3
    assert ask(f"/01/{GTIN}").status_code == 307
    assert ask(f"/01/{GTIN}/10/26-03").status_code == 307
    somebody_else = Client(REMOTE_ADDR="203.0.113.9").get(f"/01/{GTIN}/21/{pico.serial}")
    assert somebody_else.status_code == 307


def test_who_waited_is_led_on_again(pico: Pico, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "SERIALS", 0)
    assert ask(f"/01/{GTIN}/21/X").status_code == 429
    assert ask(f"/01/{GTIN}/21/{pico.serial}").status_code == 429
    Tally.objects.update(ends_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert ask(f"/01/{GTIN}/21/{pico.serial}").status_code == 307


def test_no_more_of_those_who_wait_are_noted_than_fit(pico: Pico, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "SERIALS", 0)
    monkeypatch.setattr(guessing, "MOST_NOTED", 3)
    for number in range(6):
        Client(REMOTE_ADDR=f"203.0.113.{number}").get(f"/01/{GTIN}/21/X")
    statuses = [
        Client(REMOTE_ADDR=f"203.0.113.{number}").get(f"/01/{GTIN}/21/{pico.serial}").status_code for number in range(6)
    ]
    assert statuses == [307] * 3 + [429] * 3


def test_a_hostile_accept_is_answered(pico: Pico) -> None:
    for header in (
        "\x00",
        ";;;,,,",
        "q=1",
        "text/html;q=nan",
        "*/*;q=inf",
        "a" * 5000,
        "é",
        "application/linkset+json;q=",
    ):
        for path in ("", "?linkType=gs1:pip", "?linkType=linkset"):
            answer = ask(f"/01/{GTIN}/21/{pico.serial}{path}", Accept=header, Accept_Language=header)
            assert answer.status_code in {200, 307}


# The way past Django


class Server:
    """The application as granian runs it; tells what went to Django."""

    def __init__(self) -> None:
        self.went_to_django = False
        self._django = WSGIHandler()
        self._application = ResolvingFirst(self._to_django)

    def _to_django(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.went_to_django = True
        return self._django(environ, start_response)

    def get(self, path: str, method: str = "GET", **meta: Any) -> tuple[str, dict[str, str], bytes]:
        begun: list[Any] = []
        address, _, query = path.partition("?")
        environ = RequestFactory().generic(method, address, QUERY_STRING=query, HTTP_HOST="pico.test", **meta).environ
        body = b"".join(self._application(environ, lambda status, headers, *_: begun.extend([status, dict(headers)])))
        return begun[0], begun[1], body


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rest", ["/21/LM-1", "/10/26-03/21/LM-1", "", "/10/26-03", "/21/LM-1?linkType=gs1:pip&x=1"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_plain_redirect_comes_without_django_and_says_the_same(pico: Pico, rest: str, method: str) -> None:
    server = Server()
    status, headers, body = server.get(f"/01/{GTIN}{rest}", method)
    by_django = ask(f"/01/{GTIN}{rest}", method)
    assert not server.went_to_django
    assert (status, body) == (f"307 {by_django.reason_phrase}", b"")
    of_pages = {"Content-Type", "Content-Security-Policy", "X-Frame-Options", "Cross-Origin-Opener-Policy"}
    assert headers == {name: value for name, value in by_django.items() if name not in of_pages} | {
        "Content-Length": "0"
    }
    assert pico.code


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("/21/X", "307"),
        ("/21/LM-1?linkType=linkset", "200"),
        ("/21/LM-1?linkType=gs1:faqs", "404"),
        ("/21/LM-1/foo", "400"),
        ("?17=x", "400"),
    ],
)
def test_the_rest_goes_to_django(pico: Pico, rest: str, status: str) -> None:
    server = Server()
    assert server.get(f"/01/{GTIN}{rest}")[0][:3] == status
    assert server.went_to_django
    assert pico.code


@pytest.mark.django_db(transaction=True)
def test_who_waits_is_no_longer_answered_without_django(pico: Pico, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "SERIALS", 0)
    server = Server()
    assert server.get(f"/01/{GTIN}/21/X")[0][:3] == "429"
    assert server.get(f"/01/{GTIN}/21/{pico.serial}")[0][:3] == "429"
    server.went_to_django = False
    assert server.get(f"/01/{GTIN}")[0][:3] == "307"
    assert server.get(f"/01/{GTIN}/21/{pico.serial}", REMOTE_ADDR="203.0.113.9")[0][:3] == "307"
    assert not server.went_to_django


@pytest.mark.django_db(transaction=True)
def test_a_linkset_past_and_through_django_is_json_of_the_same(pico: Pico) -> None:
    _, headers, body = Server().get(f"/01/{GTIN}/21/{pico.serial}", HTTP_ACCEPT=JSON)
    assert headers["Content-Type"] == JSON
    assert json.loads(body)["linkset"] == linkset(f"/01/{GTIN}/21/{pico.serial}")
