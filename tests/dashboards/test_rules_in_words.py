"""A person's rules on pages, in a person's words: never the names that programs use."""

import re

import pytest
from django.test import Client

from conduits import steering
from picos.scanning import record_scan
from rules.engine.draining import drain
from tests.dashboards.world import browser, read
from tests.factories import a_conduit, a_person, a_rule

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
    assert "It acts when the code on it is scanned, not when the owner of it pauses the line to its maker." in missed
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
    assert {"endpoint.disabled", "rule.paused", "advisory.published"}.isdisjoint(choices)
    assert [said for said in choices.values() if NAMES_OF_PROGRAMS.search(said)] == []
