"""The demo's data: made once, whole, and alive."""

import stat
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from conduits.models import Delivery, Endpoint
from demo.credentials import read_credentials
from demo.seed import seed_once
from journals.models import Entry
from parties.models import Company, Member, Person
from parties.vault import open_sealed
from picos.models import Batch, Pico
from rules.engine.draining import drain
from rules.language.sentences import sentence_of
from rules.models import Rule
from rules.writing import current_version, definition_of
from tests.conduits.at_once import at_once
from tests.conftest import Api
from tests.factories import a_company


def counts() -> list[int]:
    return [table.objects.count() for table in (Company, Person, Member, Pico, Endpoint, Rule, Entry)]


def test_the_seed_makes_both_companies_with_twenty_copies_each(seeded: Path) -> None:
    assert list(Company.objects.order_by("slug").values_list("slug", "name")) == [
        ("harbour", "Harbour Cable"),
        ("lamo", "LAMO Footwear"),
    ]
    copies = Pico.objects.filter(product__sku="LM-MOC-M").order_by("serial").values_list("serial", flat=True)
    assert [len(copies), copies[0], copies[19]] == [20, "LM-2026-000001", "LM-2026-000020"]
    assert Pico.objects.filter(product__sku="CM-3000", serial__startswith="CM3-").count() == 20
    assert set(Batch.objects.values_list("state", flat=True)) == {"done"}


def test_the_agents_are_admins_and_ann_owns_the_first_copy_of_each(seeded: Path) -> None:
    members = Member.objects.order_by("company__slug").values_list("company__slug", "person__email", "role")
    assert list(members) == [("harbour", "cleo@harbour.example", "admin"), ("lamo", "ben@lamo.example", "admin")]
    owned = Pico.objects.filter(owner__email="ann@customer.example").order_by("serial")
    assert list(owned.values_list("serial", flat=True)) == ["CM3-000001", "LM-2026-000001"]


def test_the_rules_of_both_scenes_are_at_work(seeded: Path) -> None:
    sentences = {
        rule.name: str(sentence_of(definition_of(current_version(rule)), rule.party))
        for rule in Rule.objects.filter(subscribes=None).select_related("version", "company", "person")
    }

    assert sentences == {
        "Tell them I wrote": "IF somebody writes in the journal of any of my things AND the writer is “owner” AND "
        "the entry is “shared” THEN tell its maker “[the owner’s name] has a new entry in our journal”",
        "Tell the call centre": "IF the code on any Cable modem CM-3000 is scanned "
        "THEN send it to http://127.0.0.1:8002/hooks/harbour",
    }


def test_what_the_seed_wrote_reaches_the_call_centre(seeded: Path) -> None:
    while drain():
        pass

    sent = Delivery.objects.order_by("endpoint__url", "event_type").values_list("endpoint__url", "event_type")
    assert [(url.rsplit("/")[-1], type_) for url, type_ in sent] == [
        ("harbour", "conduit.note"),
        ("harbour", "conduit.opened"),
        ("harbour", "journal.entry_added"),
        ("lamo", "conduit.note"),
        ("lamo", "conduit.opened"),
        ("lamo", "journal.entry_added"),
    ]


def test_one_scan_of_a_modem_is_one_message(seeded: Path) -> None:
    while drain():
        pass
    modem = Pico.objects.get(serial="CM3-000001")

    Client().get(f"/P/{modem.code}", headers={"Accept": "application/json"})
    while drain():
        pass

    assert Delivery.objects.filter(event_type="pico.scanned").count() == 1


def test_the_call_centre_holds_keys_that_work_and_the_endpoints_secrets(seeded: Path, api: Api) -> None:
    held = read_credentials(seeded)

    assert stat.S_IMODE((seeded / "callcentre.json").stat().st_mode) == 0o600
    assert {slug: one.name for slug, one in held.items()} == {"lamo": "LAMO Footwear", "harbour": "Harbour Cable"}
    for slug, one in held.items():
        assert api(one.key).get("/products").status_code == 200
        assert open_sealed(Endpoint.objects.get(company__slug=slug).secret) == one.secret


def test_an_operator_s_own_list_of_networks_does_not_stop_the_seed(
    db: None, data_dir: Path, settings: Settings
) -> None:
    settings.PICO_WEBHOOK_ALLOW = []

    assert seed_once()


def test_a_second_seed_changes_nothing(seeded: Path) -> None:
    before, held = counts(), read_credentials(seeded)

    assert not seed_once()

    assert counts() == before
    assert read_credentials(seeded) == held


def test_a_server_with_a_company_is_left_alone(db: None, data_dir: Path) -> None:
    a_company()

    assert not seed_once()

    assert Pico.objects.count() == 0
    assert read_credentials(data_dir) == {}


@pytest.mark.django_db(transaction=True)
def test_of_two_seeds_at_once_one_does_it(data_dir: Path) -> None:
    assert sorted(at_once(seed_once, seed_once)) == [False, True]

    assert [Company.objects.count(), Pico.objects.count()] == [2, 40]
