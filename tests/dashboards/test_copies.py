"""The desk's page of one copy."""

import pytest

from parties.models import Person
from picos.models import Alias, Event, Pico, Product
from tests.dashboards.world import browser, read
from tests.factories import a_conduit, a_member, a_pico, a_product, picos

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    return a_product(claim_policy="pin")


@pytest.fixture
def admin(product: Product) -> Person:
    return a_member(product.company, "admin").person


def desk(product: Product, pico: Pico, verb: str = "") -> str:
    return f"/desk/{product.company.slug}/picos/{pico.code}{verb}"


def test_an_admin_marks_a_copy_as_active_and_retires_it(product: Product, admin: Person) -> None:
    pico, client = a_pico(product), browser(admin)
    page = client.post(desk(product, pico, "/activate"), follow=True)
    assert "It is active: sold or given out" in page.content.decode()
    assert "It is active already." in client.post(desk(product, pico, "/activate"), follow=True).content.decode()
    assert client.post(desk(product, pico, "/retire"), {"reason": "x" * 201}).status_code == 422
    page = client.post(desk(product, pico, "/retire"), {"reason": "Faulty"}, follow=True)
    read(page)
    assert "It is retired." in page.content.decode()
    events = list(Event.objects.order_by("sequence").values_list("type", "agent_id", "data"))
    assert events == [("pico.activated", admin.pk, {}), ("pico.retired", admin.pk, {"reason": "Faulty"})]


def test_an_admin_lets_people_try_its_pin_again(product: Product, admin: Person) -> None:
    pico, client = a_pico(product), browser(admin)
    assert "locked" not in client.get(desk(product, pico)).content.decode()
    Pico.objects.update(pin_tries=5)
    assert "locked after five wrong PINs" in client.get(desk(product, pico)).content.decode()
    client.post(desk(product, pico, "/unlock"))
    assert Pico.objects.get().pin_tries == 0


def test_an_admin_joins_the_codes_of_a_relabelled_copy(product: Product, admin: Person) -> None:
    (old, new), client = picos(2, product), browser(admin)
    for wrong in ("x", "0000000000002", "a\0"):
        client.post(desk(product, old, "/merge"), {"into": wrong})
    assert not Alias.objects.exists()
    page = client.post(desk(product, old, "/merge"), {"into": new.code}, follow=True)
    assert page.redirect_chain == [(desk(product, new), 302)]
    assert old.code[:4] in read(page).all("code")[1].text
    assert read(client.get(desk(product, old))).all("code")[0].text == read(page).all("code")[0].text


def test_of_an_owned_copy_the_desk_shows_that_it_is_owned_and_no_more(product: Product, admin: Person) -> None:
    open_product = a_product(product.company)
    conduit = a_conduit(pico=a_pico(open_product))
    Pico.objects.filter(pk=conduit.pico_id).update(status="lost", name="My old shoe")
    page = browser(admin).get(desk(product, conduit.pico)).content.decode()
    assert "It belongs to somebody." in page
    for told in ("lost", "My old shoe", str(conduit.owner), "Retire it"):
        assert told not in page
