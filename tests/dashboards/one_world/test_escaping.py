"""Hostile text stands on every page as what it is: text."""

from collections.abc import Callable
from typing import Any

import pytest

from conduits.advisories.publishing import correct
from conduits.models import Conduit, Endpoint
from conduits.opening import add_thing_with_journal
from journals.by_link import write_by_link
from parties.keys import create_key
from parties.models import Company, Member, Person
from picos import minting
from picos.channels import open_channel
from picos.finding import write_to_owner
from picos.losing import report_lost
from picos.models import Finder, Product
from picos.notices import notify
from picos.states import set_state
from rules.engine.draining import drain
from tests.dashboards.markup import Markup
from tests.dashboards.world import an_entry, browser
from tests.factories import (
    a_company,
    a_conduit,
    a_link,
    a_member,
    a_person,
    a_product,
    a_rule,
    an_advisory,
    an_endpoint,
    picos,
)

pytestmark = pytest.mark.django_db

EVIL = "<script>x</script><img src=x onerror=x>\"'{{x}}&lt;"
SHORT = "<script>x</script>\"'&lt;"


def assert_harmless(answer: Any, *, whole: bool = True) -> Markup:
    page = Markup(answer.content.decode(), whole=whole)
    assert page.faults == []
    assert not [one for one in page.all("script") if not one.attributes.get("src") and "type" not in one.attributes]
    assert not [one for one in page.all("img") if one.attributes.get("src") == "x"]
    return page


def a_hostile_world() -> Conduit:
    """Everything that anybody can type in is hostile."""
    company = a_company(EVIL)
    product = a_product(company, name=EVIL, sku=EVIL[:50], description=EVIL)
    a_link(product, title=EVIL[:100], href="https://help.example/?a='(script)", is_default=True)
    (pico,) = picos(1, product, serials=[EVIL[:50]])
    owner = a_person(EVIL)
    conduit = a_conduit(owner, pico)
    Conduit.objects.update(grants=["scans", "entries", "notes", "photos", "contact", "state", "private_entries"])
    for visibility in ("private", "shared", "public"):
        an_entry(conduit, EVIL, visibility)
    an_entry(conduit, EVIL, author=company, agent=a_member(company, "admin", a_person(EVIL)).person)
    an_entry(conduit, EVIL)
    channel, _ = open_channel(
        pico=conduit.pico, owner=owner, name=EVIL, scope=["page", "entries", "state"], expires_in_days=7
    )
    write_by_link(channel=channel, body=EVIL)
    set_state(pico=conduit.pico, party=owner, key="mode", value={EVIL: [EVIL]})
    set_state(pico=conduit.pico, party=company, key="mode", value=EVIL)
    write_to_owner(pico=conduit.pico, visitor=bytes(8), message=EVIL, contact=EVIL)
    notify(person=owner, pico=conduit.pico, text=EVIL)
    advisory = an_advisory(company, scope={"serials": [EVIL[:50]]}, title=EVIL[:100], body=EVIL)
    correct(advisory=advisory, title=EVIL[:100], body=f"{EVIL} again", severity="high")
    condition = {"field": "pico.product.name", "op": "is", "value": EVIL}
    told = [{"do": "notify_owner", "text": EVIL.replace("{{x}}", "")}]
    a_rule(owner, name=EVIL, then=told, **{"if": condition})
    a_rule(company, name=EVIL, then=told, **{"if": condition}, on={"products": [str(product.pk)]})
    an_endpoint(company, "https://crm.example/?a=<script>x</script>", events=("journal.entry_added",))
    Endpoint.objects.update(status="disabled", disabled_reason=EVIL)
    for party in (owner, company):
        create_key(party=party, name=EVIL)
    an_entry(conduit, EVIL)
    report_lost(pico=conduit.pico, message=EVIL, contact=EVIL, show_contact=True)
    drain()
    return Conduit.objects.with_ends().get()


@pytest.fixture(scope="module")
def make_world() -> Callable[[], Conduit]:
    return a_hostile_world


@pytest.fixture
def conduit(world: Conduit) -> Conduit:
    return world


@pytest.mark.parametrize(
    ("path", "times"),
    [
        ("/P/{code}", 3),
        ("/things", 4),
        ("/things/{code}", 6),
        ("/companies", 2),
        ("/conduits/{conduit}/log", 1),
        ("/rules", 2),
        ("/rules/{rule}/runs", 3),
        ("/you", 1),
    ],
)
def test_the_owner_s_pages_show_it_as_text(conduit: Conduit, path: str, times: int) -> None:
    rule = conduit.owner.rules.get()
    answer = browser(conduit.owner).get(path.format(code=conduit.pico.code, conduit=conduit.pk, rule=rule.pk))
    said = assert_harmless(answer).all("main")[0].text
    assert said.count("<script>x</script>") >= times, said


@pytest.mark.parametrize(
    ("path", "times"),
    [
        ("", 2),
        ("?q=%3Cscript%3Ex", 1),
        ("?q=%22%27%3E%3Cscript%3Ex%3C/script%3E", 0),
        ("/conduits/{conduit}", 8),
        ("/advisories", 2),
        ("/advisories/{advisory}", 4),
        ("/advisories/{advisory}/correct", 2),
        ("/advisories/{advisory}/end", 1),
        ("/products", 2),
        ("/products/{product}", 3),
        ("/endpoints", 2),
        ("/deliveries", 1),
        ("/keys", 1),
        ("/rules", 4),
        ("/rules/{rule}/runs", 2),
    ],
)
def test_the_desk_s_pages_show_it_as_text(conduit: Conduit, path: str, times: int) -> None:
    member = Member.objects.get()
    rule = conduit.company.rules.filter(subscribes=None).get()
    product = Product.objects.get()
    advisory = conduit.company.advisories.get()
    asked = path.format(conduit=conduit.pk, product=product.pk, rule=rule.pk, advisory=advisory.pk)
    answer = browser(member.person).get(f"/desk/{conduit.company.slug}{asked}")
    page = assert_harmless(answer)
    assert page.all("main")[0].text.count("<script>x</script>") >= times
    assert EVIL in page.all("nav")[0].text
    for delivery in conduit.company.endpoints.get().deliveries.all():
        assert_harmless(browser(member.person).get(f"/desk/{conduit.company.slug}/deliveries/{delivery.pk}"))


def test_a_visitor_s_pages_show_it_as_text(conduit: Conduit) -> None:
    page = assert_harmless(browser().get(f"/P/{conduit.pico.code}"))
    said = page.all("main")[0].text
    assert page.heading == EVIL
    assert f"“{EVIL}”" in said
    assert f"If found, call or text {EVIL}" in said
    assert [one.attributes["href"] for one in page.all("a", rel="nofollow noopener")] == [
        "https://help.example/?a='(script)"
    ]
    _, token = write_to_owner(pico=conduit.pico, visitor=b"8bytes!!", message=EVIL)
    assert EVIL in assert_harmless(browser().get(f"/found/{token}")).all("main")[0].text


def test_a_visitor_s_own_words_come_back_as_text(conduit: Conduit) -> None:
    code = conduit.pico.code
    answers = [
        browser().get("/code", {"code": SHORT}),
        browser().get(f"/P/{SHORT.replace('/', '')}"),
        browser().post(f"/P/{code}/found", {"message": EVIL, "contact": EVIL * 5}),
        browser().get("/account/login/code/", {"next": SHORT}),
        browser().post("/account/login/code/", {"email": SHORT, "next": SHORT}),
        browser().get(f"/{SHORT}"),
    ]
    for answer in answers:
        assert_harmless(answer)
    assert Finder.objects.count() == 1


def test_what_was_typed_wrong_at_the_desk_comes_back_as_text(conduit: Conduit) -> None:
    desk, admin = f"/desk/{conduit.company.slug}", browser(Member.objects.get().person)
    product = Product.objects.get()
    answers = [
        admin.post(f"{desk}/products", {"name": EVIL, "sku": EVIL[:50], "gtin": SHORT[:20], "description": EVIL}),
        admin.post(f"{desk}/products/{product.pk}", {"count": SHORT, "serials": EVIL}),
        admin.post(f"{desk}/endpoints", {"url": EVIL, "events": [EVIL]}),
        admin.post(f"{desk}/conduits/{conduit.pk}", {"body": EVIL, "visibility": EVIL}),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert_harmless(answer)


def test_a_thing_added_by_hand_shows_it_as_text() -> None:
    person = a_person(EVIL)
    pico = add_thing_with_journal(person=person, name=EVIL, company_name=EVIL)
    for path in (f"/P/{pico.code}", f"/things/{pico.code}", "/things"):
        assert_harmless(browser(person).get(path))


def test_as_json_it_is_json(conduit: Conduit) -> None:
    answer = browser().get(f"/P/{conduit.pico.code}", headers={"Accept": "application/json"})
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.json()["message"] == EVIL


def test_in_a_spreadsheet_no_serial_becomes_a_formula() -> None:
    company = a_company()
    admin = a_member(company, "admin").person
    serials = ["=1+1", "+1", "-1", "@a", '"quoted"', "a,b"]
    batch = minting.order_batch(product=a_product(company), count=6, serials=serials)
    minting.mint(batch.pk)
    answer = browser(admin).get(f"/desk/{company.slug}/batches/{batch.pk}.csv")
    lines = answer.getvalue().decode().splitlines()
    assert [line.split(",", 3)[3] for line in lines[1:]] == [
        "'=1+1,",
        "'+1,",
        "'-1,",
        "'@a,",
        '"""quoted""",',
        '"a,b",',
    ]
    assert batch.picos.count() == 6


def test_a_name_that_is_greeted_on_every_page_is_text(conduit: Conduit) -> None:
    page = assert_harmless(browser(conduit.owner).get("/rules"))
    (nav,) = page.all("nav")
    assert EVIL in nav.text
    assert Company.objects.get().name == Person.objects.get(pk=conduit.owner_id).name == EVIL
