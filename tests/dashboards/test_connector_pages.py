"""The desk's connectors: what is entered, what is shown once, what is never shown, and how it goes."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conduits.connectors.kinds import kinds
from conduits.models import Connector, Delivery, Endpoint
from parties.models import Company
from parties.vault import open_sealed
from rules.subscriptions import add_subscribed_connector, subscribed_events
from tests.dashboards.markup import Markup
from tests.dashboards.world import HELPDESK, browser, read
from tests.factories import a_company, a_member

pytestmark = pytest.mark.django_db

PATH = "/desk/lamo/connectors"


@pytest.fixture
def company() -> Company:
    return a_company("LAMO", slug="lamo")


@pytest.fixture
def admin(company: Company) -> Client:
    return browser(a_member(company, "admin").person)


@pytest.fixture
def connector(company: Company) -> Connector:
    return add_subscribed_connector(company=company, kind="helpdesk", config=HELPDESK)[0]


def text_of(page: Markup) -> str:
    return page.all("main")[0].text


def add(admin: Client, kind: str = "helpdesk", **values: Any) -> Any:
    return admin.post(f"{PATH}/new/{kind}", HELPDESK | {"events": ["pico.scanned"]} | values)


def test_every_kind_can_be_chosen(admin: Client) -> None:
    links = {link.attributes["href"] for link in read(admin.get(PATH)).all("a")}
    assert {f"{PATH}/new/{name}" for name in kinds()} <= links


@pytest.mark.parametrize("name", sorted(kinds()))
def test_all_that_a_kind_needs_is_asked_for_with_its_secrets_hidden(admin: Client, name: str) -> None:
    page = read(admin.get(f"{PATH}/new/{name}"))
    asked = {one.attributes["name"] for one in page.all("input") if "name" in one.attributes}
    assert set(kinds()[name].Config.model_fields) <= asked
    checked = [one.attributes["value"] for one in page.all("input", name="events") if "checked" in one.attributes]
    assert "journal.entry_added" in checked


def test_a_new_one_s_address_is_shown_this_once(admin: Client) -> None:
    page = read(add(admin))

    connector = Connector.objects.get()
    (shown,) = page.all("code", class_="secret")
    assert shown.text.startswith(f"http://pico.test/api/v1/in/{connector.pk}?key=")
    assert subscribed_events(Connector.objects.select_related("endpoint").get().endpoint) == ["pico.scanned"]
    assert "Set HELPDESK_FOLLOWUP_WEBHOOK_URLS to it in your helpdesk." in text_of(page)
    again = admin.get(f"{PATH}/{connector.pk}").content.decode()
    assert "?key=" not in again
    assert "s3cret" not in again


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"url": ""}, "Nothing is written here yet."),
        ({"url": "help.example"}, "It is an address such as https://crm.example."),
        ({"queue": "many"}, "This is no whole number."),
        ({"priority": "9"}, "It has to be at most 5."),
        ({"events": []}, "Choose at least one."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(admin: Client, values: dict[str, Any], sentence: str) -> None:
    answer = add(admin, **values)
    assert answer.status_code == 422
    assert sentence in text_of(read(answer))
    assert not Endpoint.objects.exists()


def test_a_password_that_is_left_empty_stays(admin: Client, connector: Connector) -> None:
    values = HELPDESK | {"password": "", "queue": "9", "priority": "", "events": ["pico.lost"]}
    answer = admin.post(f"{PATH}/{connector.pk}", values)

    assert answer.status_code == 302
    connector.refresh_from_db()
    assert [connector.config["queue"], connector.config["priority"]] == [9, 3]
    assert "s3cret" in open_sealed(connector.secrets)
    assert subscribed_events(connector.endpoint) == ["pico.lost"]


def test_the_page_says_what_is_wrong_over_there(admin: Client, connector: Connector) -> None:
    error_at = timezone.now() - dt.timedelta(minutes=5)
    Connector.objects.update(error="It does not let us in (401).", error_at=error_at)
    for path in (PATH, f"{PATH}/{connector.pk}"):
        assert "Something is wrong: It does not let us in (401)." in text_of(read(admin.get(path)))


def test_it_is_tested_switched_off_and_on_and_deleted(admin: Client, connector: Connector) -> None:
    path = f"{PATH}/{connector.pk}"
    tested = admin.post(f"{path}/test")
    assert tested["Location"] == f"/desk/lamo/deliveries/{Delivery.objects.get().pk}"
    admin.post(f"{path}/disable")
    assert "Off. It was switched off. What is to go there waits." in text_of(read(admin.get(path)))
    admin.post(f"{path}/enable")
    assert "Nothing has gone there yet." in text_of(read(admin.get(path)))
    assert admin.post(f"{path}/delete")["Location"] == PATH
    assert admin.get(path).status_code == 404


def test_endpoints_and_connectors_stand_apart(admin: Client, connector: Connector) -> None:
    assert str(HELPDESK["url"]) not in text_of(read(admin.get("/desk/lamo/endpoints")))
    assert str(HELPDESK["url"]) in text_of(read(admin.get(PATH)))
