"""Where a scan came from: told only by a trusted proxy or a local file, kept coarse, and passed only as granted."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from conduits import steering
from conduits.delivery import payloads
from conduits.models import Conduit
from conduits.models.conduit import DEFAULT_GRANTS, Grant
from picos import regions
from picos.models import Event, Pico
from picos.regions import name_of, region_of, regions_are_known
from picos.scanning import Scan, record_scan, record_scans
from rules.engine.draining import drain
from tests.conftest import Api
from tests.factories import a_conduit, a_pico, a_rule
from tests.picos.mmdb import write_mmdb
from tests.test_floors import ROOT

BAVARIA = {"country": {"iso_code": "DE"}, "subdivisions": [{"iso_code": "BY"}, {"iso_code": "X"}]}


@pytest.fixture
def cloudflare(settings: Settings) -> None:
    settings.TRUSTED_PROXIES, settings.PICO_REGION_HEADER = 1, "CF-IPCountry"


@pytest.fixture
def database(settings: Settings, tmp_path: Path) -> None:
    records = {
        "192.0.2.0/24": BAVARIA,
        "198.51.100.0/25": {"country": {"iso_code": "FR"}},
        "198.51.100.128/25": {"country_code": "US"},
        "203.0.113.0/24": {"country": {"names": {"en": "Nowhere"}}},
    }
    settings.PICO_REGION_DB = write_mmdb(tmp_path / "regions.mmdb", records)


def from_(address: str = "192.0.2.7", **headers: str) -> dict[str, Any]:
    return {"REMOTE_ADDR": address} | {f"HTTP_{name}": value for name, value in headers.items()}


def test_nothing_is_known_unless_the_operator_says_how() -> None:
    assert region_of(from_(CF_IPCOUNTRY="DE")) == ""
    assert not regions_are_known()


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("DE", "DE"),
        ("de-by", "DE-BY"),
        (" GB-ENG ", "GB-ENG"),
        *[
            (wrong, "")
            for wrong in ("", "XX", "T1", "ZZ", "DEU", "DE-", "DE-ABCD", "D", "DE, FR", "<b>", "ÐE", "DE\n-BY")
        ],
    ],
)
def test_a_trusted_proxy_s_header_tells(cloudflare: None, written: str, region: str) -> None:
    assert region_of(from_(CF_IPCOUNTRY=written)) == region
    assert regions_are_known()


def test_a_header_that_anybody_can_send_tells_nothing(cloudflare: None, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0
    assert region_of(from_(CF_IPCOUNTRY="DE")) == ""
    assert not regions_are_known()


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("192.0.2.200", "DE-BY"),
        ("198.51.100.3", "FR"),
        ("198.51.100.200", "US"),
        ("203.0.113.9", ""),
        ("10.0.0.1", ""),
        ("2001:db8::1", ""),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_a_database_file_tells(database: None, address: str, region: str) -> None:
    assert region_of(from_(address)) == region


def test_the_header_comes_before_the_file_which_is_asked_where_it_tells_nothing(
    cloudflare: None, database: None
) -> None:
    forwarded = from_("10.0.0.1", X_FORWARDED_FOR="192.0.2.7")
    assert region_of(forwarded | {"HTTP_CF_IPCOUNTRY": "FR"}) == "FR"
    assert region_of(forwarded | {"HTTP_CF_IPCOUNTRY": "XX"}) == "DE-BY"


def test_a_file_that_is_no_database_stops_no_scan(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "broken.mmdb").write_text("nothing")
    settings.PICO_REGION_DB = tmp_path / "broken.mmdb"
    assert region_of(from_()) == ""


@pytest.mark.django_db
def test_a_scan_keeps_the_region_of_an_owned_pico_and_the_country_of_a_free_one(database: None) -> None:
    conduit, free = a_conduit(), a_pico()
    for pico in (conduit.pico, free):
        assert Client(REMOTE_ADDR="192.0.2.7").get(f"/P/{pico.code}").status_code == 200
    told = {event.pico_id: event.data for event in Event.objects.filter(type="pico.scanned")}
    assert told == {conduit.pico_id: {"region": "DE-BY"}, free.pk: {"region": "DE"}}


@pytest.mark.django_db
def test_in_one_group_each_scan_has_its_own_region_or_none() -> None:
    picos = [a_pico(), a_conduit().pico, a_pico()]
    scans = [
        Scan(pico.pk, pico.owner_id, None, b"visitor1", region=region)
        for pico, region in zip(picos, ("", "US-CA", "FR"), strict=True)
    ]
    ids = record_scans(scans)
    assert [Event.objects.get(pk=pk).data for pk in ids if pk] == [{}, {"region": "US-CA"}, {"region": "FR"}]


@pytest.mark.django_db
def test_without_a_region_the_statement_is_the_plain_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("picos.scanning._SCAN_WITH_REGION", "not sent")
    record_scan(pico=a_pico(), visitor=b"visitor1", person=None)
    assert Event.objects.get().data == {}


def a_scan(pico: Pico) -> Event:
    pk = record_scan(pico=pico, visitor=b"visitor1", person=None, region="DE-BY")
    return Event.objects.select_related("pico__product__company", "owner").get(pk=pk)


def told_by_api(conduit: Conduit, api: Api) -> list[Any]:
    found = api(conduit.company).get(f"/picos/{conduit.pico.code}/events", {"type": "pico.scanned"})
    return [event["data"] for event in found.json()["results"]]


@pytest.mark.django_db
def test_a_company_is_told_the_region_of_a_claimed_pico_only_as_granted(api: Api) -> None:
    conduit = a_conduit()
    event = a_scan(conduit.pico)
    assert '"region"' not in payloads.body_of(event, conduit, None)
    assert told_by_api(conduit, api) == [{}]

    steering.set_grants(conduit, [*DEFAULT_GRANTS, Grant.REGION])
    assert '"region":"DE-BY"' in payloads.body_of(event, conduit, None)
    assert told_by_api(conduit, api) == [{"region": "DE-BY"}]
    owners = api(conduit.owner).get(f"/picos/{conduit.pico.code}/events", {"type": "pico.scanned"}).json()
    assert owners["results"][0]["data"] == {"region": "DE-BY"}


@pytest.mark.django_db
def test_of_a_free_pico_a_company_is_told_the_country(api: Api) -> None:
    pico = a_pico()
    assert pico.product
    a_scan(pico)
    found = api(pico.product.company).get(f"/picos/{pico.code}/events").json()["results"]
    assert [event["data"] for event in found] == [{"region": "DE"}]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("grants", "outcome"), [([Grant.SCANS], "not_matched"), ([Grant.SCANS, Grant.REGION], "fired")]
)
def test_a_company_s_rule_sees_the_region_only_as_granted(grants: list[Grant], outcome: str) -> None:
    conduit = a_conduit()
    steering.set_grants(conduit, grants)
    condition = {"field": "event.data.region", "op": "prefix", "value": "DE"}
    companys, owners = [a_rule(party, **{"if": condition}) for party in (conduit.company, conduit.owner)]
    a_scan(conduit.pico)
    drain()
    assert [run.outcome for run in (companys.runs.get(), owners.runs.get())] == [outcome, "fired"]


def test_the_file_is_opened_once(database: None, settings: Settings) -> None:
    assert regions._reader(settings.PICO_REGION_DB) is regions._reader(settings.PICO_REGION_DB)


@pytest.mark.parametrize(
    ("region", "name"),
    [
        ("GB-CON", "Cornwall, United Kingdom"),
        ("DE-BY", "Bayern, Germany"),
        ("DE", "Germany"),
        ("KR", "South Korea"),
        ("BO", "Bolivia"),
        ("PS", "State of Palestine"),
        ("CD", "The Democratic Republic of the Congo"),
        ("BQ", "Bonaire, Sint Eustatius and Saba"),
        ("GB-ZZZ", "GB-ZZZ"),
        ("ZZ", "ZZ"),
        ("DE-", "DE-"),
        ("germany", "germany"),
        ("", ""),
    ],
)
def test_people_read_a_region_s_name(region: str, name: str) -> None:
    assert name_of(region) == name


def test_names_are_read_from_their_files_by_the_first_page_that_needs_one() -> None:
    loads = "import sys; import picos.regions; print('pycountry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "False\n"
