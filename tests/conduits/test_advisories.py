"""An advisory is on the very next scan of each copy that it is about, and of no other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from conduits.advisories import publishing as advisories
from conduits.advisories.publishing import MOST_STANDING
from conduits.leaving import merge_and_close, retire_and_close
from conduits.models import Advisory, Delivery, Wording
from parties.models import Company
from picos.models import Event, Pico
from rules.engine.draining import drain
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_pico, a_product, an_advisory, an_endpoint, picos

pytestmark = pytest.mark.django_db

SAID: dict[str, Any] = {"title": "Recall of lot 26-03", "body": "The glue lets go. Send them back.", "severity": "high"}
SOON = (datetime.now(tz=UTC) + timedelta(days=2)).isoformat(timespec="seconds")


@pytest.fixture
def company() -> Company:
    return a_company()


def shown(pico: Pico, **headers: str) -> list[str]:
    """The titles on the scan of a program."""
    answer = Client(headers={"Accept": "application/json"} | headers).get(f"/P/{pico.code}")
    return [one["title"] for one in answer.json()["advisories"]]


def test_one_is_published_and_the_next_scan_shows_it(company: Company, api: Api) -> None:
    pico, other = picos(2, a_product(company), serials=["A1", "A2"])
    assert shown(pico) == []

    answer = api(company).post("/advisories", SAID | {"scope": {"serials": ["A1"]}, "until": SOON})

    assert answer.status_code == 201, answer.content
    given = answer.json()
    assert given["scope"] == {"serials": ["A1"]}
    assert [given[name] for name in ("state", "revision", "ended_at")] == ["standing", 1, None]
    assert given["acknowledged"] == {"now": 0, "ever": 0}
    assert given["telling"] == {"news": "published", "state": "under_way", "told": 0, "reaches": None}
    (seen,) = Client(headers={"Accept": "application/json"}).get(f"/P/{pico.code}").json()["advisories"]
    assert {name: seen[name] for name in SAID} == SAID
    assert [seen["id"], seen["region"]] == [given["id"], ""]
    assert datetime.fromisoformat(seen["until"]) == datetime.fromisoformat(SOON)
    assert shown(other) == []


def test_all_that_a_scope_names_must_fit(company: Company) -> None:
    boot, shoe = a_product(company), a_product(company)
    first = picos(3, boot, serials=["B1", "B2", "B10"])
    second, third = picos(1, boot, serials=["B3"]), picos(2, shoe, serials=["B1", "C1"])
    foreign = picos(1, a_product(a_company()), serials=["B1"])
    all_of_them = [*first, *second, *third, *foreign]

    def reached(**scope: Any) -> list[str]:
        advisory = an_advisory(company, scope=scope)
        found = [f"{pico.product.pk == boot.pk:d}{pico.serial}" for pico in all_of_them if shown(pico) and pico.product]
        advisories.withdraw(advisory=advisory)
        assert not any(shown(pico) for pico in all_of_them)
        return found

    assert reached(product=boot.pk) == ["1B1", "1B2", "1B10", "1B3"]
    assert reached(batch=first[0].batch_id) == ["1B1", "1B2", "1B10"]
    assert reached(serials=["B1..B3"]) == ["1B1", "1B2", "1B3", "0B1"]
    assert reached(product=boot.pk, serials=["B1..B3"]) == ["1B1", "1B2", "1B3"]
    assert reached(product=boot.pk, batch=second[0].batch_id, serials=["B1..B3"]) == ["1B3"]
    assert reached(serials=["B10", "C1", "B1"]) == ["1B1", "1B10", "0B1", "0C1"]
    assert reached(serials=["B01..B10"]) == ["1B10"]


INSIDE = ("LM-0100", "LM-0150", "LM-0200", "R7", "Red")
OUTSIDE = ("LM-0099", "LM-0201", "LM-150", "LM-00150", "LX-0150", "LM-", "LM-0150a", "lm-0150", "R8", "R")


@pytest.mark.parametrize("serial", [*INSIDE, *OUTSIDE])
def test_figures_are_compared_as_texts_of_one_length(company: Company, serial: str) -> None:
    (pico,) = picos(1, a_product(company), serials=[serial])
    an_advisory(company, scope={"serials": ["LM-0100..LM-0200", "R7", "Red"]})
    assert len(shown(pico)) == (serial in INSIDE)


def test_a_copy_without_a_serial_is_in_no_list_of_serials(company: Company) -> None:
    an_advisory(company, scope={"serials": ["0..99"]})
    assert shown(a_pico(a_product(company))) == []


def test_a_region_is_where_the_scan_comes_from(company: Company, settings: Settings) -> None:
    settings.TRUSTED_PROXIES, settings.PICO_REGION_HEADER = 1, "CF-IPCountry"
    pico = a_pico(a_product(company))
    an_advisory(company, scope={"region": "de"}, title="Germany")
    an_advisory(company, scope={"region": "DE-BY"}, title="Bavaria")
    assert [shown(pico, CF_IPCountry=where) for where in ("DE-BY", "DE-HE", "DE", "FR", "XX")] == [
        ["Bavaria", "Germany"],
        ["Germany"],
        ["Germany"],
        [],
        [],
    ]


def test_a_server_that_cannot_tell_regions_shows_it_to_all_with_the_region_named(company: Company) -> None:
    pico = a_pico(a_product(company))
    an_advisory(company, scope={"region": "DE-BY"})
    assert shown(pico) == ["Recall of lot 26-03"]
    assert "· for Bayern, Germany" in Client().get(f"/P/{pico.code}").content.decode()


def test_the_important_come_first_then_the_newest(company: Company) -> None:
    pico = a_pico(a_product(company))
    for title, severity in (("a", "low"), ("b", "high"), ("c", "medium"), ("d", "high")):
        an_advisory(company, scope={"product": pico.product_id}, title=title, severity=severity)
    assert shown(pico) == ["d", "b", "c", "a"]


def test_it_leaves_when_its_time_is_up_and_scans_then_look_for_nothing(company: Company) -> None:
    pico = a_pico(a_product(company))
    advisory = an_advisory(company, scope={"product": pico.product_id}, until=timezone.now() + timedelta(hours=1))
    assert shown(pico) == [advisory.title]
    advisories.rest()
    assert Company.objects.get(pk=company.pk).advised
    Advisory.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert shown(pico) == []
    advisories.rest()
    assert not Company.objects.get(pk=company.pk).advised


def test_a_correction_is_what_the_next_scan_shows_and_what_was_said_is_kept(company: Company, api: Api) -> None:
    pico = a_pico(a_product(company))
    advisory = an_advisory(company, scope={"product": pico.product_id})
    said = SAID | {"title": "Recall of lots 26-03 and 26-04", "severity": "medium"}

    answer = api(company).put(f"/advisories/{advisory.pk}", said)

    assert [answer.json()[name] for name in ("title", "severity", "revision")] == [said["title"], "medium", 2]
    assert shown(pico) == [said["title"]]
    assert api(company).put(f"/advisories/{advisory.pk}", said).json()["revision"] == 2
    assert list(Wording.objects.values_list("revision", "title", "severity")) == [
        (1, "Recall of lot 26-03", "high"),
        (2, said["title"], "medium"),
    ]


@pytest.mark.parametrize(("path", "state"), [("all-clear", "all_clear"), ("withdraw", "withdrawn")])
def test_once_it_is_over_it_is_over(company: Company, api: Api, path: str, state: str) -> None:
    pico = a_pico(a_product(company))
    advisory = an_advisory(company, scope={"product": pico.product_id})

    answer = api(company).post(f"/advisories/{advisory.pk}/{path}", {"body": "The line works again."})

    assert [answer.json()[name] for name in ("state", "closing_words")] == [state, "The line works again."]
    assert shown(pico) == []
    assert not Company.objects.get(pk=company.pk).advised
    for again in (
        api(company).post(f"/advisories/{advisory.pk}/all-clear"),
        api(company).post(f"/advisories/{advisory.pk}/withdraw"),
        api(company).put(f"/advisories/{advisory.pk}", SAID),
    ):
        assert again.status_code == 409
        assert "Publish a new one" in again.json()["detail"]


def test_a_correction_lets_one_stand_again_whose_time_ran_out(company: Company, api: Api) -> None:
    pico = a_pico(a_product(company))
    advisory = an_advisory(company, scope={"product": pico.product_id})
    Advisory.objects.update(until=timezone.now() - timedelta(hours=1))
    assert api(company).get(f"/advisories/{advisory.pk}").json()["state"] == "expired"
    assert api(company).put(f"/advisories/{advisory.pk}", SAID).json()["state"] == "standing"
    assert shown(pico) == [advisory.title]


def test_a_retired_copy_shows_none_and_a_relabelled_one_those_of_the_one_that_stays(company: Company) -> None:
    ended, old, new = picos(3, a_product(company), serials=["E", "O", "N"])
    an_advisory(company, scope={"serials": ["E", "N"]})
    retire_and_close(pico=ended, by=company)
    merge_and_close(pico=old, into=new, by=company)
    assert [shown(pico) for pico in (ended, old, new)] == [[], ["Recall of lot 26-03"], ["Recall of lot 26-03"]]


def test_a_thing_that_was_added_by_hand_has_none(company: Company, api: Api) -> None:
    conduit = a_conduit(pico=a_pico(a_product(company)))
    an_advisory(company, scope={"region": "DE"})
    code = api(conduit.owner).post("/picos", {"name": "Bicycle", "company_name": company.name}).json()["code"]
    assert shown(Pico.objects.get(code=code)) == []
    assert api(conduit.owner).get(f"/picos/{code}/advisories").json() == {"results": [], "next": None}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"scope": {}}, "scope", "Say whom it is about"),
    ({"scope": {"serials": [" "]}}, "scope", "Say whom it is about"),
    ({"scope": {"product": "5f0f0a3c-0000-7000-8000-000000000001"}}, "scope.product", "no such product"),
    ({"scope": {"batch": "5f0f0a3c-0000-7000-8000-000000000001"}}, "scope.batch", "no such batch"),
    ({"scope": {"product": "boot"}}, "scope.product", "Send an id"),
    ({"scope": {"serials": ["A1..B9"]}}, "scope.serials", "alike but for the number"),
    ({"scope": {"serials": "A9..A1"}}, "scope.serials", "larger than the last"),
    ({"scope": {"serials": ["A" * 51]}}, "scope.serials", "1 to 50"),
    ({"scope": {"serials": [7]}}, "scope.serials.0", "Send a text."),
    ({"scope": {"serials": ["\0"]}}, "scope.serials.0", "cannot be kept"),
    ({"scope": {"region": "Bavaria"}}, "scope.region", "DE-BY"),
    ({"scope": {"region": "ZZ"}}, "scope.region", "DE-BY"),
    ({"scope": []}, "scope", "Send an object."),
    ({"scope": {"lot": "26-03"}}, "scope.lot", "no such field"),
    ({"title": ""}, "title", "at least 1"),
    ({"body": " "}, "body", "at least 1"),
    ({"severity": "worst"}, "severity", "'low', 'medium' or 'high'"),
    ({"until": "2020-01-01T00:00:00Z"}, "until", "is past"),
    ({"until": "2090-01-01T00:00:00"}, "until", "the time’s zone"),
    ({"until": "soon"}, "until", "Send a time"),
]


@pytest.mark.parametrize(("wrong", "field", "said"), WRONG, ids=str)
def test_what_cannot_be_taken_is_said_by_field(
    company: Company, api: Api, wrong: dict[str, Any], field: str, said: str
) -> None:
    answer = api(company).post("/advisories", SAID | {"scope": {"region": "DE"}} | wrong)
    assert answer.status_code == 422, answer.content
    assert said in answer.json()["errors"][field][0]
    assert not Advisory.objects.exists()
    assert not Company.objects.get(pk=company.pk).advised


def test_another_s_product_and_batch_are_answered_like_none(company: Company, api: Api) -> None:
    foreign = a_pico()
    for scope in ({"product": str(foreign.product_id)}, {"batch": str(foreign.batch_id)}):
        answer = api(company).post("/advisories", SAID | {"scope": scope})
        assert answer.status_code == 422
        assert "You have no such" in answer.json()["detail"]
    mine = a_product(company)
    answer = api(company).post(
        "/advisories", SAID | {"scope": {"product": str(mine.pk), "batch": str(a_pico(a_product(company)).batch_id)}}
    )
    assert answer.json()["errors"] == {"scope.batch": ["This batch is of another product."]}


def test_so_many_stand_at_once_and_no_more(company: Company, api: Api) -> None:
    product = a_product(company)
    for _ in range(MOST_STANDING):
        an_advisory(company, scope={"product": product.pk})
    answer = api(company).post("/advisories", SAID | {"scope": {"product": str(product.pk)}})
    assert [answer.status_code, Advisory.objects.count()] == [409, MOST_STANDING]
    advisories.give_all_clear(advisory=Advisory.objects.latest("pk"))
    assert api(company).post("/advisories", SAID | {"scope": {"product": str(product.pk)}}).status_code == 201


def test_the_company_s_own_list_is_newest_first(company: Company, api: Api) -> None:
    an_advisory(a_company(), scope={"region": "DE"})
    for title in ("a", "b", "c"):
        an_advisory(company, scope={"region": "DE"}, title=title)
    page = api(company).get("/advisories", {"limit": "2"}).json()
    assert [one["title"] for one in page["results"]] == ["c", "b"]
    assert page["next"]


def test_each_change_is_an_event_that_endpoints_can_ask_for(company: Company) -> None:
    an_endpoint(company, events=("advisory.published", "advisory.corrected", "advisory.ended"))
    an_endpoint(a_company(), events=("*",))
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False):
        advisory = an_advisory(company, scope={"serials": ["A1..A3"]}, until=datetime(2026, 11, 23, tzinfo=UTC))
    advisories.correct(advisory=advisory, **SAID)
    advisories.give_all_clear(advisory=advisory, words="All is well.")

    drain()

    events = list(Event.objects.order_by("sequence"))
    assert [(event.type, event.pico_id, event.company_id) for event in events] == [
        ("advisory.published", None, company.pk),
        ("advisory.corrected", None, company.pk),
        ("advisory.ended", None, company.pk),
    ]
    assert events[0].data == SAID | {
        "advisory": str(advisory.pk),
        "scope": {"serials": ["A1..A3"]},
        "until": "2026-11-23T00:00:00+00:00",
        "state": "standing",
    }
    assert [(event.data["state"], event.data["body"]) for event in events[1:]] == [
        ("standing", SAID["body"]),
        ("all_clear", "All is well."),
    ]
    sent = Delivery.objects.order_by("sequence").values_list("event_type", flat=True)
    assert list(sent) == ["advisory.published", "advisory.corrected", "advisory.ended"]


def test_owners_say_that_they_have_read_it_and_the_company_learns_how_many(company: Company, api: Api) -> None:
    things = [a_conduit(pico=pico) for pico in picos(3, a_product(company))]
    advisory = an_advisory(company, scope={"product": things[0].pico.product_id})
    for conduit in things[:2]:
        for _ in range(2):
            path = f"/picos/{conduit.pico.code}/advisories/{advisory.pk}/acknowledge"
            assert api(conduit.owner).post(path).status_code == 204

    def acknowledged() -> Any:
        return api(company).get(f"/advisories/{advisory.pk}").json()["acknowledged"]

    def read(number: int) -> Any:
        return (
            api(things[number].owner).get(f"/picos/{things[number].pico.code}/advisories").json()["results"][0]["read"]
        )

    assert acknowledged() == {"now": 2, "ever": 2}
    assert [read(number) for number in range(3)] == [True, True, False]
    advisories.correct(advisory=advisory, **SAID | {"title": "Recall of lots 26-03 and 26-04"})
    assert acknowledged() == {"now": 0, "ever": 2}
    assert read(0) is False
    api(things[0].owner).post(f"/picos/{things[0].pico.code}/advisories/{advisory.pk}/acknowledge")
    assert acknowledged() == {"now": 1, "ever": 2}


def test_nobody_says_so_of_what_is_not_about_their_thing_or_is_over(company: Company, api: Api) -> None:
    mine = a_conduit(pico=a_pico(a_product(company)))
    other = an_advisory(company, scope={"product": a_product(company).pk})
    over = an_advisory(company, scope={"product": mine.pico.product_id})
    advisories.withdraw(advisory=over)
    for advisory in (other, over):
        path = f"/picos/{mine.pico.code}/advisories/{advisory.pk}/acknowledge"
        assert api(mine.owner).post(path).status_code == 404


def test_what_was_over_of_late_stays_on_its_owner_s_list(company: Company, api: Api) -> None:
    conduit = a_conduit(pico=a_pico(a_product(company)))
    late, long_ago = (an_advisory(company, scope={"product": conduit.pico.product_id}, title=title) for title in "ab")
    for advisory in (late, long_ago):
        advisories.give_all_clear(advisory=advisory)
    Advisory.objects.filter(pk=long_ago.pk).update(ended_at=timezone.now() - timedelta(days=31))
    found = api(conduit.owner).get(f"/picos/{conduit.pico.code}/advisories").json()["results"]
    assert [(one["title"], one["state"]) for one in found] == [("a", "all_clear")]
