"""Setting connectors up through the API: what is entered, what is shown, what is changed, and what is switched off."""

from typing import Any

import pytest

from conduits.connectors.kinds import kinds
from conduits.models import Connector, Endpoint
from parties.models import Company
from parties.vault import open_sealed
from rules.models import Listener, Rule
from tests.conftest import Api
from tests.factories import a_company, an_endpoint
from tests.test_floors import ROOT

pytestmark = pytest.mark.django_db

CONFIG = {"url": "https://help.example", "username": "pico", "password": "s3cret", "queue": 4}


@pytest.fixture
def company() -> Company:
    return a_company()


def add(api: Api, company: Company, kind: str = "helpdesk", config: Any = CONFIG, **more: Any) -> Any:
    return api(company).post("/connectors", {"kind": kind, "config": config} | more)


def test_each_kind_is_a_folder_with_the_same_files() -> None:
    folder = ROOT / "conduits" / "connectors"
    files = {"__init__.py", "config.py", "writing.py", "inbound.py", "polling.py"}
    assert set(kinds()) == {"webhook", "helpdesk", "hubspot", "zendesk", "salesforce", "chatwoot", "email"}
    for name in kinds():
        assert {path.name for path in (folder / name).glob("*.py")} == files, name


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_kind_and_all_that_is_entered_for_it_stands_in_the_documentation(name: str) -> None:
    section = (ROOT / "docs" / "connectors.md").read_text().partition(f"\n## `{name}`")[2].partition("\n## ")[0]
    assert [field for field in kinds()[name].Config.model_fields if f"`{field}`" not in section] == []


def test_a_new_one_shows_its_address_and_secret_this_once_and_its_password_never(api: Api, company: Company) -> None:
    answer = add(api, company)

    assert answer.status_code == 201
    shown = answer.json()
    assert shown["inbound_url"].startswith(f"http://pico.test/api/v1/in/{shown['id']}?key=")
    assert shown["secret"].startswith("whsec_")
    assert shown["config"] == {key: CONFIG[key] for key in ("url", "username", "queue")} | {
        "priority": 3,
        "api_path": "api",
    }
    again = api(company).get(f"/connectors/{shown['id']}")
    assert "secret" not in again.json()
    assert again.json()["inbound_url"] == f"http://pico.test/api/v1/in/{shown['id']}"
    assert "s3cret" not in answer.content.decode() + again.content.decode()
    connector = Connector.objects.get()
    assert "s3cret" in open_sealed(connector.secrets)
    assert shown["events"] == [
        "pico.scanned",
        "pico.lost",
        "pico.recovered",
        "journal.entry_added",
        "conduit.note",
        "request.opened",
        "request.closed",
    ]
    rule = Rule.objects.get()
    assert [rule.name, rule.subscribes_id] == ["django-helpdesk", connector.pk]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "url"),
        (CONFIG | {"url": "ftp://help.example"}, "url"),
        (CONFIG | {"url": "https://help.example/?x"}, "url"),
        (CONFIG | {"url": "https://192.168.1.1"}, "url"),
        (CONFIG | {"url": "https://u:p@help.example"}, "url"),
        (CONFIG | {"priority": 6}, "priority"),
        (CONFIG | {"queue": "many"}, "queue"),
        (CONFIG | {"colour": "red"}, "colour"),
        (CONFIG | {"api_path": "?"}, "api_path"),
    ],
)
def test_what_its_kind_does_not_take_is_said_beside_the_field(
    api: Api, company: Company, config: Any, field: str
) -> None:
    answer = add(api, company, config=config)

    assert answer.status_code == 422
    assert field in answer.json()["errors"]
    assert not Endpoint.objects.exists()


def test_a_kind_that_there_is_not_is_refused_with_those_that_there_are(api: Api, company: Company) -> None:
    answer = add(api, company, kind="fax")
    assert [answer.status_code, list(answer.json()["errors"])] == [422, ["kind"]]


def test_what_is_left_out_of_a_change_stays(api: Api, company: Company) -> None:
    connector = add(api, company).json()["id"]

    answer = api(company).put(f"/connectors/{connector}", {"config": {"queue": 9}, "events": ["pico.lost"]})

    assert [answer.status_code, answer.json()["config"]["queue"], answer.json()["events"]] == [200, 9, ["pico.lost"]]
    assert "s3cret" in open_sealed(Connector.objects.get().secrets)
    moved = api(company).put(f"/connectors/{connector}", {"config": {"url": "https://desk.example"}})
    assert moved.status_code == 200
    assert Endpoint.objects.get().url == "https://desk.example"
    refused = api(company).put(f"/connectors/{connector}", {"config": {"url": "http://10.0.0.1"}})
    assert [refused.status_code, Endpoint.objects.get().url] == [422, "https://desk.example"]


def test_a_change_of_which_one_part_is_refused_changes_nothing(api: Api, company: Company) -> None:
    path = f"/connectors/{add(api, company).json()['id']}"
    before = api(company).get(path).json()
    config = {"url": "https://other.example", "queue": 5}

    for wrong in ({"products": [str(company.pk)]}, {"events": ["pico.eaten"]}):
        assert api(company).put(path, {"config": config} | wrong).status_code == 422

    assert api(company).get(path).json() == before


def test_the_mailbox_of_a_connector_by_mail_can_be_another(api: Api, company: Company) -> None:
    mailbox = {"to": "service@lamo.example", "reply_to": "answers@in.lamo.example"}
    path = f"/connectors/{add(api, company, 'email', mailbox).json()['id']}"

    answer = api(company).put(path, {"config": {"to": "desk@lamo.example"}})

    assert [answer.status_code, answer.json()["config"]["to"]] == [200, "desk@lamo.example"]
    assert Endpoint.objects.get().url == "mailto:desk@lamo.example"


def test_connectors_are_no_endpoints_in_lists_and_at_doors(api: Api, company: Company) -> None:
    connector = add(api, company).json()["id"]
    endpoint = an_endpoint(company)

    assert [one["id"] for one in api(company).get("/endpoints").json()["results"]] == [str(endpoint.pk)]
    assert [one["id"] for one in api(company).get("/connectors").json()["results"]] == [connector]
    assert api(company).post(f"/endpoints/{connector}/rotate").status_code == 404
    assert api(company).get(f"/connectors/{endpoint.pk}").status_code == 404
    assert api(company).get("/deliveries", {"endpoint": connector}).status_code == 200


def test_another_key_for_its_address_ends_the_one_before(api: Api, company: Company) -> None:
    added = add(api, company).json()

    url = api(company).post(f"/connectors/{added['id']}/rotate").json()["inbound_url"]

    assert url != added["inbound_url"]
    told = {"ticket": {"id": 1, "followup_set": []}, "followup_id": 1}
    statuses = [
        api(None).post(one.removeprefix("http://pico.test/api/v1"), told).status_code
        for one in (added["inbound_url"], url)
    ]
    assert statuses == [404, 200]


def test_it_is_switched_off_and_on(api: Api, company: Company) -> None:
    connector = add(api, company).json()["id"]

    off = api(company).post(f"/connectors/{connector}/disable").json()
    assert [off["status"], off["disabled_reason"]] == ["disabled", "It was switched off."]
    assert api(company).post(f"/connectors/{connector}/test").status_code == 409
    on = api(company).post(f"/connectors/{connector}/enable").json()
    assert [on["status"], on["disabled_reason"]] == ["enabled", ""]


def test_deleting_one_ends_its_rule_and_forgets_its_secrets(api: Api, company: Company) -> None:
    connector = add(api, company).json()["id"]

    assert api(company).delete(f"/connectors/{connector}").status_code == 204

    assert api(company).get(f"/connectors/{connector}").status_code == 404
    assert not Listener.objects.exists()
    assert list(Connector.objects.values_list("secrets", "inbound_digest", "poll_at")) == [("", "", None)]
