"""Likely copies: what the signs are, that each is told once, to whom, and how often made-up streams are flagged."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from conduits import steering
from conduits.delivery import payloads
from conduits.leaving import release_and_close
from conduits.models import AccessLine, Conduit
from conduits.models.conduit import DEFAULT_GRANTS, Grant
from conduits.opening import accept_transfer, add_thing_with_journal, claim_and_open
from dashboards.templatetags.words import evidence
from picos import copies
from picos.copies import DEFAULT, Thresholds, evidence_of, keep_sightings, set_thresholds, watch
from picos.distances import countries, kilometres_between
from picos.models import Event, Pico, Product, Sighting, Suspicion, Visit
from picos.scanning import Scan, forget_old_visits, record_scan, record_scans
from picos.transferring import offer_transfer
from tests.conduits.at_once import at_once
from tests.conftest import Api
from tests.dashboards.world import browser, read
from tests.factories import a_company, a_conduit, a_member, a_person, a_pico
from tests.picos.streams import COPIED, GENUINE, share_flagged

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def placed(*steps: tuple[float, str]) -> list[tuple[datetime, str]]:
    """Places by hours after noon."""
    return [(NOON + timedelta(hours=hours), country) for hours, country in steps]


def test_the_middles_of_countries_are_where_they_are() -> None:
    assert len(countries()) == 244
    assert round(countries()["DE"].radius) == 337
    assert round(kilometres_between("DE", "CN")) == round(kilometres_between("CN", "DE")) == 3272
    assert kilometres_between("DE", "FR") == kilometres_between("DE", "DE") == kilometres_between("DE", "??") == 0


@given(st.sampled_from(sorted(countries())), st.sampled_from(sorted(countries())))
def test_no_distance_is_beyond_the_earth(one: str, other: str) -> None:
    assert 0 <= kilometres_between(one, other) <= 20_020


def test_many_visitors_within_an_hour_are_a_sign() -> None:
    assert evidence_of(visitors=29, places=[], limits=DEFAULT) == {}
    assert evidence_of(visitors=30, places=[], limits=DEFAULT) == {"signs": ["velocity"], "visitors": 30}
    assert evidence_of(visitors=999, places=[], limits=Thresholds(visitors_per_hour=None)) == {}


def test_moves_faster_than_anything_travels_are_a_sign() -> None:
    back_and_forth = placed((0, "DE"), (1, "CN"), (2, "DE"), (3, "CN"), (4, "DE"), (5, "CN"))
    limits = Thresholds(jumps=3)
    assert evidence_of(visitors=0, places=back_and_forth, limits=limits) == {
        "signs": ["distance"],
        "jumps": 5,
        "scans": 6,
        "regions": ["CN", "DE"],
        "kilometres": 3272,
        "minutes": 60,
    }
    slowly = [(NOON + (at - NOON) * 12, country) for at, country in back_and_forth]
    for places, given_ in ((slowly, limits), (back_and_forth[:3], limits), (back_and_forth, Thresholds(jumps=6))):
        assert evidence_of(visitors=0, places=places, limits=given_) == {}
    assert evidence_of(visitors=0, places=back_and_forth, limits=Thresholds(kilometres_per_hour=None)) == {}


def test_a_few_jumps_among_many_scans_are_no_sign() -> None:
    at_home = placed(*[(number / 10, "DE") for number in range(100)])
    jumps = placed((10.1, "CN"), (10.2, "DE"), (10.3, "CN"), (10.4, "DE"), (10.5, "CN"))
    assert evidence_of(visitors=0, places=at_home + jumps, limits=DEFAULT) == {}
    assert evidence_of(visitors=0, places=jumps, limits=Thresholds(jumps=4))["jumps"] == 4


@pytest.fixture
def noon(settings: Settings) -> Iterator[None]:
    settings.TRUSTED_PROXIES, settings.PICO_REGION_HEADER = 1, "CF-IPCountry"
    with time_machine.travel(NOON, tick=False):
        yield


def came(pico: Pico, visitors: Iterable[int], *, at: datetime) -> None:
    Sighting.objects.bulk_create([Sighting(pico=pico, visitor=one.to_bytes(8), at=at) for one in visitors])


def crowd(pico: Pico, number: int, *, ago: timedelta = timedelta(minutes=10)) -> None:
    came(pico, range(number), at=NOON - ago)


def scanned(pico: Pico, *regions: str, first: int = 0) -> None:
    """One after the other, just now, by visitors numbered from `first`."""
    for number, region in enumerate(regions, first):
        scan = Scan(pico.pk, pico.owner_id, None, number.to_bytes(8), region=region)
        record_scans([scan])


def told() -> list[dict[str, Any]]:
    return [event.data for event in Event.objects.filter(type="pico.suspected_copy").order_by("sequence")]


@pytest.mark.django_db
def test_a_crowd_is_told_once_a_day(noon: None) -> None:
    pico, other = a_pico(), a_pico()
    crowd(pico, 30)
    crowd(other, 29)
    assert [watch(), watch()] == [1, 0]
    assert told() == [{"signs": ["velocity"], "visitors": 30}]
    event = Event.objects.get(type="pico.suspected_copy")
    assert (event.pico, event.actor_kind, event.owner_id) == (pico, "system", None)
    Suspicion.objects.update(at=NOON - timedelta(hours=25))
    assert watch() == 1
    assert len(told()) == 2


@pytest.mark.django_db
def test_who_came_more_than_an_hour_ago_is_forgotten(noon: None) -> None:
    crowd(a_pico(), 50, ago=timedelta(minutes=61))
    assert watch() == 0
    assert not Sighting.objects.exists()


@pytest.mark.django_db
def test_visits_that_no_reload_can_repeat_become_sightings() -> None:
    pico = a_pico()
    for visitor in (b"visitor1", b"visitor2"):
        record_scan(pico=pico, visitor=visitor, person=None)
    Visit.objects.filter(visitor=b"visitor1").update(at=datetime.now(UTC) - timedelta(minutes=3))
    forget_old_visits()
    assert [bytes(one.visitor) for one in Visit.objects.all()] == [b"visitor2"]
    assert [bytes(one.visitor) for one in Sighting.objects.all()] == [b"visitor1"]
    keep_sightings(datetime.now(UTC) + timedelta(minutes=1))
    record_scan(pico=pico, visitor=b"visitor1", person=None)
    keep_sightings(datetime.now(UTC) + timedelta(minutes=1))
    assert (Visit.objects.count(), Sighting.objects.count()) == (0, 2)


@pytest.mark.django_db
def test_sightings_outlive_no_crash_and_cost_no_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'picos_sighting'")
        assert cursor.fetchone() == ("u",)


@pytest.mark.django_db
def test_countries_too_far_apart_are_told(settings: Settings) -> None:
    settings.TRUSTED_PROXIES, settings.PICO_REGION_HEADER = 1, "CF-IPCountry"
    pico, at_home, of_owner = a_pico(), a_pico(), a_conduit(a_person()).pico
    scanned(pico, "DE", "CN", "DE", "CN", "DE", "CN", "DE")
    scanned(at_home, *["DE"] * 7)
    for number, region in enumerate(("DE", "CN") * 4):
        record_scan(pico=of_owner, visitor=number.to_bytes(8), person=of_owner.owner, region=region)
    assert [watch(), watch()] == [1, 0]
    assert [(one["signs"], one["jumps"], one["regions"]) for one in told()] == [(["distance"], 6, ["CN", "DE"])]


@pytest.mark.django_db
def test_without_a_way_to_tell_regions_no_event_is_read(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        assert watch() == 0


@pytest.mark.django_db
def test_a_product_has_thresholds_of_its_own(noon: None, api: Api) -> None:
    pico, other = a_pico(), a_pico()
    assert pico.product
    assert other.product
    path, company = f"/products/{pico.product_id}/copies", api(pico.product.company)
    default = {"visitors_per_hour": 30, "kilometres_per_hour": 1000, "jumps": DEFAULT.jumps}
    assert company.get(path).json() == default
    assert company.put(path, {"visitors_per_hour": 100, "jumps": 9}).json() == default | {
        "visitors_per_hour": 100,
        "jumps": 9,
    }
    assert company.get(path).json()["visitors_per_hour"] == 100
    set_thresholds(product=other.product, limits=Thresholds(visitors_per_hour=5))
    crowd(pico, 50)
    crowd(other, 5)
    assert watch() == 1
    assert Suspicion.objects.get().pico == other


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [{"visitors_per_hour": 1}, {"visitors_per_hour": "9"}, {"kilometres_per_hour": 0}, {"jumps": None}, {"more": 1}],
)
def test_what_is_no_threshold_is_422(api: Api, wrong: dict[str, Any]) -> None:
    product = a_pico().product
    assert product
    answer = api(product.company).put(f"/products/{product.pk}/copies", wrong)
    assert (answer.status_code, [*answer.json()["errors"]]) == (422, [*wrong])


@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_tell_it_once(settings: Settings) -> None:
    pico = a_pico()
    now = datetime.now(UTC)
    Sighting.objects.bulk_create([Sighting(pico=pico, visitor=one.to_bytes(8), at=now) for one in range(40)])
    assert sorted(at_once(watch, watch)) == [0, 1]
    assert len(told()) == 1


def suspect(conduit: Conduit) -> Event:
    scanned(conduit.pico, *("DE-BY", "CN") * 4)
    assert watch() == 1
    found = Event.objects.select_related("pico__product__company", "owner")
    return found.get(type="pico.suspected_copy")


@pytest.mark.django_db
def test_of_a_claimed_one_the_company_is_told_as_granted(noon: None) -> None:
    conduit = a_conduit()
    event = suspect(conduit)
    body = payloads.body_of(event, conduit, None)
    assert '"jumps":7' in body
    assert '"regions"' not in body
    assert '"kilometres"' not in body
    steering.set_grants(conduit, [*DEFAULT_GRANTS, Grant.REGION])
    assert '"regions":["CN","DE"]' in payloads.body_of(event, conduit, None)


@pytest.mark.django_db
def test_the_desk_shows_what_may_be_seen_and_the_owner_reads_that_it_did(noon: None) -> None:
    conduit = a_conduit()
    suspect(conduit)
    client = browser(a_member(conduit.company).person)
    path = f"/desk/{conduit.company.slug}/products/{conduit.pico.product_id}"
    page = client.get(path)
    read(page)
    assert "1 copy looks copied" in page.content.decode()
    assert "7 of 8 scans too far from the one before" in page.content.decode()
    assert "China" not in page.content.decode()
    assert AccessLine.objects.get().what == "pico.suspected_copy"
    steering.set_grants(conduit, [Grant.REGION])
    assert "looks copied" not in client.get(path).content.decode()
    steering.close(conduit)
    assert "looks copied" not in client.get(path).content.decode()
    assert browser(a_member(a_company()).person).get(path).status_code == 404


@pytest.mark.django_db
def test_of_free_ones_the_desk_counts_all(noon: None) -> None:
    pico = a_pico()
    assert pico.product
    crowd(pico, 57)
    watch()
    company = pico.product.company
    page = browser(a_member(company).person).get(f"/desk/{company.slug}/products/{pico.product_id}").content.decode()
    assert "57 visitors within an hour" in page
    assert f'href="/desk/{company.slug}/picos/{pico.code}"' in page
    assert not AccessLine.objects.exists()


@pytest.mark.django_db
def test_a_thing_whose_maker_is_not_here_is_nobody_s_copy(noon: None) -> None:
    crowd(add_thing_with_journal(person=a_person(), name="Bicycle"), 99)
    assert watch() == 0


def release(conduit: Conduit) -> None:
    release_and_close(pico=conduit.pico, owner=conduit.owner)


def release_and_claim(conduit: Conduit) -> None:
    release(conduit)
    claim_and_open(pico=Pico.objects.with_product().get(pk=conduit.pico_id), person=a_person())


def transfer(conduit: Conduit) -> None:
    accept_transfer(token=offer_transfer(pico=conduit.pico, owner=conduit.owner).token, person=a_person())


LEAVING = (release, release_and_claim, transfer)


@pytest.mark.django_db
@pytest.mark.parametrize("leave", LEAVING)
def test_where_a_thing_was_with_an_earlier_owner_is_no_evidence(
    leave: Callable[[Conduit], None], settings: Settings
) -> None:
    settings.TRUSTED_PROXIES, settings.PICO_REGION_HEADER = 1, "CF-IPCountry"
    conduit = a_conduit()
    scanned(conduit.pico, "DE", "CN", "BR", "JP", "ZA", "US", "DE")
    leave(conduit)
    pico = Pico.objects.get(pk=conduit.pico_id)
    scanned(pico, "CN", first=10)
    assert watch() == 0
    scanned(pico, *["DE", "CN"] * 3, first=20)
    assert watch() == 1
    assert [(one["scans"], one["regions"]) for one in told()] == [(7, ["CN", "DE"])]
    assert Suspicion.objects.get().owner_id == pico.owner_id


@pytest.mark.django_db
@pytest.mark.parametrize("leave", LEAVING)
def test_who_came_to_an_earlier_owner_s_thing_is_not_counted_with_who_comes_now(
    leave: Callable[[Conduit], None],
) -> None:
    conduit = a_conduit()
    leave(conduit)
    changed = Event.objects.filter(pico=conduit.pico, type__in=copies.CHANGES_OF_OWNER).latest("sequence").at
    came(conduit.pico, range(40), at=changed - timedelta(minutes=1))
    came(conduit.pico, range(50, 79), at=changed + timedelta(seconds=1))
    assert watch() == 0
    came(conduit.pico, [79], at=changed + timedelta(seconds=1))
    assert watch() == 1
    assert told() == [{"signs": ["velocity"], "visitors": 30}]


@pytest.mark.django_db
def test_a_thing_that_changes_hands_during_a_look_is_not_suspected_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    conduit = a_conduit()
    came(conduit.pico, range(40), at=datetime.now(UTC) + timedelta(minutes=1))
    find = copies.thresholds_of

    def find_late(products: Iterable[Product]) -> dict[UUID, Thresholds]:
        release(conduit)
        return find(products)

    monkeypatch.setattr(copies, "thresholds_of", find_late)
    assert watch() == 0
    assert not Suspicion.objects.exists()


# As docs/copies.md states them, of a few streams each here: genuine ones at most, copied ones at least.
@pytest.mark.parametrize(
    ("kind", "most"),
    [("quiet", 0.05), ("traveller", 0.1), ("shipped", 0.0), ("hidden", 0.25), ("on_show", 0.5)],
)
def test_what_is_genuine_is_seldom_flagged(kind: str, most: float) -> None:
    assert share_flagged(GENUINE[kind], streams=10, limits=DEFAULT, regions=True) <= most


@pytest.mark.parametrize(("kind", "fewest"), [("10 to 50, abroad", 0.5), ("50 to 500, abroad", 0.9)])
def test_what_is_copied_abroad_is_mostly_flagged(kind: str, fewest: float) -> None:
    assert share_flagged(COPIED[kind], streams=20, limits=DEFAULT, regions=True) >= fewest


def test_where_the_scans_were_is_said_by_name() -> None:
    found = {"jumps": 7, "scans": 8, "regions": ["CN", "KR"]}
    assert evidence(found) == "7 of 8 scans too far from the one before (China and South Korea)"
