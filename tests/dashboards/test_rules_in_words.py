"""A person's rules on pages, in a person's words: never the names that programs use."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from conduits import steering
from conduits.models import Endpoint
from picos.scanning import record_scan
from rules.engine.draining import drain
from rules.models import Rule
from tests.dashboards.world import browser, read
from tests.factories import a_company, a_conduit, a_member, a_person, a_product, a_rule, an_endpoint

pytestmark = pytest.mark.django_db

NAMES_OF_PROGRAMS = re.compile(r"\bconduits?\b|\bpicos?\b|[a-z]\.[a-z]|\d{4}-\d\d-\d\d", re.IGNORECASE)


def words_on(client: Client, path: str) -> str:
    text: str = read(client.get(path)).all("main")[0].text
    return text


def test_why_a_rule_did_not_act_and_what_led_to_a_run() -> None:
    conduit = a_conduit()
    told = a_rule(conduit.owner, name="Tell me", then=[{"do": "notify_company", "text": "Scanned."}])
    client = browser(conduit.owner)
    record_scan(pico=conduit.pico, visitor=bytes(8), person=None)
    steering.pause(conduit)
    drain()
    missed = words_on(client, f"/rules/{told.pk}/missed")
    assert "It acts when the code on it is scanned, not when I pause the line to the maker of it." in missed
    one = words_on(client, f"/rules/{told.pk}/runs/{told.runs.get().pk}")
    assert "The code on it is scanned · just now" in one
    assert "Nothing was sent: the line is paused." in one
    for page in (missed, one, words_on(client, f"/rules/{told.pk}/runs")):
        assert NAMES_OF_PROGRAMS.findall(page) == []


def offered(client: Client, path: str) -> dict[str, str]:
    page = read(client.get(path))
    (select,) = page.all("select", name="event")
    return {one.attributes["value"]: one.text for one in page.all("option") if one.parent is select}


def test_a_rule_of_one_s_own_offers_what_can_happen_to_a_thing_by_its_words() -> None:
    choices = offered(browser(a_person()), "/rules/new/my_own")
    assert list(choices.values()) == sorted(choices.values())
    assert choices["pico.scanned"] == "the code on it is scanned"
    assert choices["conduit.note"] == "a rule of mine sends its maker a note about it"
    assert choices["conduit.opened"] == "my line to the maker of it opens"
    assert "pico.activated" not in choices
    assert [said for said in choices.values() if "owner" in said or "customer" in said] == []
    assert {"endpoint.disabled", "rule.paused", "advisory.published"}.isdisjoint(choices)
    assert [said for said in choices.values() if NAMES_OF_PROGRAMS.search(said)] == []


def test_a_rule_from_a_template_is_read_in_the_words_that_it_was_chosen_by() -> None:
    conduit = a_conduit()
    client = browser(conduit.owner)
    client.post("/rules/new/nobody_answered", {"do": "save", "thing": conduit.pico.code, "within": "PT48H"})
    said = f"IF I share something in the journal of {conduit.pico.title} AND its maker does not answer within 48 hours"
    rule = Rule.objects.get(subscribes=None)
    for path in ("/rules", f"/rules/{rule.pk}/runs"):
        assert said in words_on(client, path)
    client.post("/rules/new/my_own", {"do": "save", "thing": "", "event": "pico.lost", "text": "[product] AND THEN"})
    (own, _) = read(client.get("/rules")).all("p", class_="rule")
    assert own.text == (
        "IF this happens to any of my things : it is reported lost THEN tell me “[product] AND THEN” "
        ", resting 10 minutes after each time"
    )


def test_a_warranty_s_template_tells_a_person_me_and_a_company_its_owner() -> None:
    member = a_member(a_company(slug="lamo"), role="admin").person
    assert "away THEN tell me" in words_on(browser(member), "/rules/new/warranty_runs_out")
    assert "away THEN tell the owner" in words_on(browser(member), "/desk/lamo/rules/new/warranty_runs_out")


@pytest.mark.parametrize(("region", "said"), [("DE", "would have acted on it"), ("FR", "would not have acted on it")])
def test_a_rehearsal_with_one_event_does_not_count(region: str, said: str) -> None:
    conduit = a_conduit()
    record_scan(pico=conduit.pico, visitor=bytes(8), person=None, region=region)
    definition = {
        "name": "A",
        "when": {"event": "pico.scanned"},
        "if": {"field": "event.data.region", "op": "is", "value": "DE"},
        "then": [{"do": "notify_owner", "text": "Hello"}],
    }
    tried = browser(conduit.owner).post("/rules/new/json", {"do": "try", "definition": json.dumps(definition)})
    text = read(tried).all("main")[0].text
    assert f"It is about one event so far, and {said}. Nothing was done." in text
    assert ("tell me: “Hello”" in text) == (region == "DE")


def test_a_rule_whose_blank_cannot_be_named_any_more_is_read_by_its_parts() -> None:
    company = a_company()
    endpoint = an_endpoint(company, events=("pico.lost",))
    client = browser(a_member(company, "admin").person)
    desk = f"/desk/{company.slug}/rules"
    blanks = {"product": str(a_product(company).pk), "endpoint": str(endpoint.pk)}
    assert client.post(f"{desk}/new/tell_the_call_centre", {"do": "save"} | blanks).status_code == 302
    (rule,) = Rule.objects.filter(subscribes=None)
    assert f"THEN send it to {endpoint.url}" in words_on(client, f"{desk}/{rule.pk}/runs")
    Endpoint.objects.update(deleted_at=timezone.now())
    assert "IF the code on any Moccasin is scanned THEN" in words_on(client, f"{desk}/{rule.pk}/runs")
