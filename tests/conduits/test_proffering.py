"""Coming to terms: a person proffers, a company accepts, takes the alternative or declines; until then nothing passes."""

from typing import Any

import pytest

from conduits import steering
from conduits.delivery import draining as delivery
from conduits.models import AccessLine, Conduit, Proffer, Terms
from conduits.models.conduit import Grant
from conduits.terms import proffering
from conduits.terms.stances import accept_at_once, proposal
from journals.keeping import append_entry
from parties.errors import StateForbidsError
from parties.models import Company
from picos.models import Event, Notice, Pico
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conduits.at_once import at_once
from tests.conduits.sink import Sink
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, a_pico, a_product, an_endpoint

pytestmark = pytest.mark.django_db

BOTH = {"preferred": "SD-BASE-DP", "alternative": "SD-BASE"}


def a_choosy_company(*names: str) -> Company:
    company = a_company("LAMO")
    accept_at_once(company=company, names=names)
    return company


def a_waiting_conduit(company: Company | None = None) -> Conduit:
    return a_conduit(pico=a_pico(a_product(company or a_choosy_company())))


def claim(api: Api, company: Company, proffer: Any) -> Any:
    return api(a_person()).post(f"/picos/{a_pico(a_product(company)).code}/claim", {"proffer": proffer})


def types() -> list[str]:
    return list(Event.objects.order_by("sequence").values_list("type", flat=True))


def settle() -> None:
    while engine.drain():
        pass
    while delivery.drain():
        pass


@pytest.mark.parametrize(
    ("accepted", "proffer", "agreed"),
    [
        (None, BOTH, "SD-BASE-DP"),
        (None, {"preferred": "SD-BASE"}, "SD-BASE"),
        (None, {"preferred": "PDC-AI", "alternative": "SD-BASE"}, "SD-BASE"),
        (None, {"preferred": "PDC-AI"}, None),
        (["SD-BASE"], BOTH, "SD-BASE"),
        (["SD-BASE"], {"preferred": "SD-BASE-DP"}, None),
        (["PDC-AI", "SD-BASE"], {"preferred": "PDC-AI", "alternative": "SD-BASE"}, "PDC-AI"),
        ([], BOTH, None),
    ],
)
def test_what_a_company_accepts_at_once_is_agreed_with_the_claim(
    accepted: list[str] | None, proffer: dict[str, str], agreed: str | None, api: Api
) -> None:
    company = a_company()
    if accepted is not None:
        accept_at_once(company=company, names=accepted)

    answer = claim(api, company, proffer)

    assert answer.status_code == 200
    terms = Terms.objects.first()
    assert (terms.agreement if terms else None) == agreed
    assert [answer.json()["status"], answer.json()["terms"]] == (["open", terms.sha256] if terms else ["waiting", None])
    assert Proffer.objects.get().preferred == proffer["preferred"]


@pytest.mark.parametrize(
    ("proffer", "errors"),
    [
        ({"preferred": "SD-NONE"}, "proffer.preferred"),
        ({"preferred": ""}, "proffer.preferred"),
        ({"preferred": "SD-BASE", "alternative": "SD-BASE"}, "proffer.alternative"),
        ({"preferred": "SD-BASE", "alternative": "SD-NONE"}, "proffer.alternative"),
        ({"preferred": "SD-BASE", "alternative": ["SD-BASE-DP"]}, "proffer.alternative"),
        ({"preferred": "SD-BASE", "third": "SD-BASE-DP"}, "proffer.third"),
        ({"alternative": "SD-BASE"}, "proffer.preferred"),
        ("SD-BASE", "proffer"),
    ],
)
def test_a_proffer_that_cannot_be_names_its_field_and_claims_nothing(proffer: Any, errors: str, api: Api) -> None:
    answer = claim(api, a_company(), proffer)

    assert [answer.status_code, list(answer.json()["errors"])] == [422, [errors]]
    assert not Conduit.objects.exists()


def test_an_empty_alternative_is_none(api: Api) -> None:
    for nothing in ("", None):
        assert claim(api, a_company(), {"preferred": "SD-BASE", "alternative": nothing}).status_code == 200
    assert set(Proffer.objects.values_list("alternative", flat=True)) == {""}


def test_while_it_waits_the_company_hears_of_the_proffer_and_of_nothing_else(sink: Sink, api: Api) -> None:
    company = a_choosy_company()
    an_endpoint(company, sink.url(), ("*",))
    conduit = a_waiting_conduit(company)
    append_entry(journal=conduit.journal, author=conduit.owner, body="The sole came off.", visibility="shared")
    record_scan(pico=conduit.pico, visitor=b"12345678", person=None)
    settle()

    assert sink.types == ["conduit.terms_proffered"]
    assert sink.received[0].json["data"]["preferred"] == "SD-BASE-DP"
    assert sink.received[0].json["data"]["terms_hash"] is None
    assert sink.received[0].json["data"]["reply_url"] is None
    assert api(company).get(f"/picos/{conduit.pico.code}/journal").json()["results"] == []
    answer = api(company).post(f"/conduits/{conduit.pk}/messages", {"body": "Hello?"})
    assert [answer.status_code, answer.json()["detail"]] == [409, "You cannot write now: no terms are agreed."]
    refused = AccessLine.objects.filter(outcome="refused").order_by("number")
    assert [(line.what, line.reason) for line in refused] == [
        ("pico.claimed", "no terms are agreed"),
        ("journal.entry_added", "no terms are agreed"),
        ("pico.scanned", "no terms are agreed"),
        ("journal", "no terms are agreed"),
    ]


def test_what_was_written_while_it_waited_passes_once_terms_are_agreed(sink: Sink) -> None:
    company = a_choosy_company()
    an_endpoint(company, sink.url(), ("*",))
    conduit = a_waiting_conduit(company)
    append_entry(journal=conduit.journal, author=conduit.owner, body="The sole came off.", visibility="shared")
    settle()

    proffering.accept(conduit=conduit)
    settle()

    assert sorted(sink.types) == [
        "conduit.opened",
        "conduit.terms_agreed",
        "conduit.terms_proffered",
        "journal.entry_added",
    ]
    assert {one.json["data"]["terms_hash"] for one in sink.received[1:]} == {Terms.objects.get().sha256}


@pytest.mark.parametrize(
    ("verb", "agreed", "state"),
    [("accept", "SD-BASE-DP", "accepted"), ("counter", "SD-BASE", "countered"), ("decline", None, "declined")],
)
def test_the_company_answers(verb: str, agreed: str | None, state: str, api: Api) -> None:
    conduit = a_waiting_conduit()
    waiting = Proffer.objects.get()

    answer = api(conduit.company).post(f"/conduits/{conduit.pk}/terms/{verb}", {"proffer": str(waiting.pk)})

    terms = Terms.objects.first()
    assert answer.status_code == 200
    assert answer.json() == {
        "conduit": str(conduit.pk),
        "status": "open" if agreed else "waiting",
        "terms": terms.sha256 if terms else None,
        "proffer": None,
    }
    assert (terms.agreement if terms else None) == agreed
    assert Proffer.objects.get().state == state
    happened = ["conduit.terms_agreed", "conduit.opened"] if agreed else ["conduit.terms_declined"]
    assert types() == ["pico.claimed", "conduit.terms_proffered", *happened]
    told = Notice.objects.get(person=conduit.owner)
    assert told.path == f"/conduits/{conduit.pk}/terms"
    again = api(conduit.company).post(f"/conduits/{conduit.pk}/terms/{verb}")
    assert [again.status_code, again.json()["detail"]] == [409, "No terms wait for your answer."]


def test_there_may_be_no_alternative_to_take(api: Api) -> None:
    conduit = a_waiting_conduit()
    proffering.proffer(conduit=conduit, proposal=proposal("PDC-AI"))

    answer = api(conduit.company).post(f"/conduits/{conduit.pk}/terms/counter")

    assert answer.status_code == 409
    assert "no alternative" in answer.json()["detail"]
    assert not Terms.objects.exists()


def test_an_answer_to_an_offer_that_was_replaced_is_refused(api: Api) -> None:
    conduit = a_waiting_conduit()
    earlier = Proffer.objects.get()
    proffering.proffer(conduit=conduit, proposal=proposal("PDC-AI"))

    for verb in ("accept", "counter", "decline"):
        answer = api(conduit.company).post(f"/conduits/{conduit.pk}/terms/{verb}", {"proffer": str(earlier.pk)})
        assert [answer.status_code, answer.json()["detail"]] == [
            409,
            "These terms do not wait for your answer any more.",
        ]
    assert sorted(Proffer.objects.values_list("state", flat=True)) == ["waiting", "withdrawn"]
    assert not Terms.objects.exists()


def test_terms_that_hold_go_on_to_hold_until_others_are_agreed(api: Api) -> None:
    conduit = a_conduit()
    before = Terms.objects.get()

    answer = api(conduit.owner).post(f"/conduits/{conduit.pk}/terms/proffer", {"preferred": "PDC-AI"})

    assert [answer.json()["status"], answer.json()["terms"]] == ["open", before.sha256]
    assert answer.json()["proffer"]["state"] == "waiting"
    api(conduit.company).post(f"/conduits/{conduit.pk}/terms/decline")
    assert Conduit.objects.get().terms == before
    api(conduit.owner).post(f"/conduits/{conduit.pk}/terms/proffer", {"preferred": "PDC-AI"})
    api(conduit.company).post(f"/conduits/{conduit.pk}/terms/accept")
    conduit = Conduit.objects.get()
    assert [conduit.terms.agreement if conduit.terms else "", conduit.status] == ["PDC-AI", "open"]
    assert conduit.purposes == ["service", "training"]


def test_narrower_terms_take_back_what_they_do_not_allow_at_once_and_wider_ones_give_nothing_back() -> None:
    conduit = a_conduit()
    steering.set_grants(conduit, list(Grant))

    proffering.proffer(conduit=conduit, proposal=proposal("SD-BASE"))
    assert Conduit.objects.get().grants == [grant.value for grant in Grant if grant != Grant.PRIVATE_ENTRIES]
    proffering.proffer(conduit=conduit, proposal=proposal("SD-BASE-DP"))
    assert Grant.PRIVATE_ENTRIES not in Conduit.objects.get().grants


def test_a_grant_that_the_terms_do_not_allow_is_refused_by_name(api: Api) -> None:
    conduit = a_conduit()
    proffering.proffer(conduit=conduit, proposal=proposal("SD-BASE"))

    answer = api(conduit.owner).put(f"/conduits/{conduit.pk}/grants", {"grants": ["scans", "private_entries"]})

    assert answer.status_code == 422
    assert answer.json()["errors"]["grants"][0].startswith("The terms do not allow private_entries; they allow scans,")
    assert Conduit.objects.get().grants == ["scans", "entries", "notes"]


def test_an_owner_takes_a_waiting_offer_back(api: Api) -> None:
    conduit = a_waiting_conduit()

    assert api(conduit.owner).post(f"/conduits/{conduit.pk}/terms/withdraw").status_code == 200

    assert Proffer.objects.get().state == "withdrawn"
    assert not Terms.objects.exists()
    assert api(conduit.company).post(f"/conduits/{conduit.pk}/terms/accept").status_code == 409


def test_what_is_paused_stays_so_when_other_terms_are_agreed() -> None:
    conduit = a_conduit()
    proffering.proffer(conduit=conduit, proposal=proposal("PDC-AI"))
    steering.pause(conduit)

    proffering.accept(conduit=conduit)

    assert [Conduit.objects.get().status, types()[-1]] == ["paused", "conduit.terms_agreed"]


def test_with_the_close_the_waiting_offer_goes_and_nothing_is_agreed_any_more() -> None:
    conduit = a_waiting_conduit()
    steering.close(conduit)

    assert Proffer.objects.get().state == "withdrawn"
    for verb in (proffering.accept, proffering.take_alternative, proffering.decline):
        with pytest.raises(StateForbidsError, match="This conduit is closed."):
            verb(conduit=conduit)
    with pytest.raises(StateForbidsError, match="This conduit is closed."):
        proffering.proffer(conduit=conduit, proposal=proposal("SD-BASE"))


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_what_waits_for_terms_can_be_closed_and_nothing_else(verb: str, api: Api) -> None:
    conduit = a_waiting_conduit()

    answer = api(conduit.owner).post(f"/conduits/{conduit.pk}/{verb}")

    assert [answer.status_code, answer.json()["detail"]] == [409, "This conduit is waiting for terms."]


def test_a_message_under_terms_that_do_not_hold_any_more_is_refused(api: Api) -> None:
    conduit = a_conduit()
    earlier = Terms.objects.get().sha256
    path = f"/conduits/{conduit.pk}/messages"
    message = {"body": "It comes back.", "terms_hash": earlier}
    assert api(conduit.company).post(path, message | {"terms_hash": earlier.upper()}).status_code == 201

    proffering.proffer(conduit=conduit, proposal=proposal("SD-BASE"))

    current = Conduit.objects.get().terms
    assert current is not None
    for wrong in (earlier, "0" * 64, "", "nonsense"):
        answer = api(conduit.company).post(path, message | {"terms_hash": wrong})
        assert answer.status_code == 409
        assert answer.json()["detail"].endswith(f"those that do are {current.sha256}.")
    assert conduit.journal.entries.count() == 1
    for right in (current.sha256, None):
        assert api(conduit.company).post(path, message | {"terms_hash": right}).status_code == 201
    assert api(conduit.company).post(path, {"body": "Without."}).status_code == 201


def test_a_person_says_once_what_they_proffer_with_each_claim(api: Api) -> None:
    person = a_person()
    asking = api(person)
    assert asking.get("/terms/usual").json() == BOTH

    answer = asking.put("/terms/usual", {"preferred": "SD-BASE"})

    assert answer.json() == asking.get("/terms/usual").json() == {"preferred": "SD-BASE", "alternative": None}
    asking.post(f"/picos/{a_pico().code}/claim")
    assert Terms.objects.get().agreement == "SD-BASE"
    wrong = asking.put("/terms/usual", {"preferred": "SD-NONE"})
    assert [wrong.status_code, asking.get("/terms/usual").json()["preferred"]] == [422, "SD-BASE"]


def test_a_company_says_once_what_it_accepts_at_once(api: Api) -> None:
    asking = api(a_company())
    roster = ["PDC-AI", "PDC-GOOD", "PDC-INTENT", "SD-BASE", "SD-BASE-DP"]
    assert asking.get("/terms/accepted").json() == {"accepts": ["SD-BASE", "SD-BASE-DP"], "roster": roster}

    answer = asking.put("/terms/accepted", {"accepts": ["SD-BASE", "PDC-AI", "SD-BASE"]})

    assert answer.json()["accepts"] == asking.get("/terms/accepted").json()["accepts"] == ["PDC-AI", "SD-BASE"]
    wrong = asking.put("/terms/accepted", {"accepts": ["SD-NONE"]})
    assert [wrong.status_code, list(wrong.json()["errors"])] == [422, ["accepts"]]
    assert asking.put("/terms/accepted", {"accepts": []}).json()["accepts"] == []


def test_what_waits_goes_on_to_wait_when_the_company_accepts_more_at_once() -> None:
    conduit = a_waiting_conduit()
    accept_at_once(company=conduit.company, names=["SD-BASE-DP"])

    assert Conduit.objects.get().status == "waiting"


def test_the_offers_of_a_conduit_are_listed_for_both(api: Api) -> None:
    conduit = a_waiting_conduit()
    proffering.decline(conduit=conduit)
    proffering.proffer(conduit=conduit, proposal=proposal("PDC-AI", "SD-BASE"))

    path = f"/conduits/{conduit.pk}/terms/proffer"
    listed = [api(conduit.owner).get(path).json(), api(conduit.company).get(path).json()]

    assert listed[0] == listed[1]
    assert [(one["preferred"], one["alternative"], one["state"]) for one in listed[0]["results"]] == [
        ("PDC-AI", "SD-BASE", "waiting"),
        ("SD-BASE-DP", "SD-BASE", "declined"),
    ]


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_counts() -> None:
    conduit = a_waiting_conduit()

    def answering(verb: Any) -> Any:
        return lambda: verb(conduit=Conduit.objects.with_ends().get(pk=conduit.pk))

    outcomes = at_once(*(answering(verb) for verb in (proffering.accept, proffering.take_alternative) * 2))

    assert sum(isinstance(outcome, Terms) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, StateForbidsError) for outcome in outcomes) == 3
    assert Terms.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_claims_at_once_of_one_person_at_one_company_both_use_one_key() -> None:
    person, product = a_person(), a_product()
    things = [a_pico(product), a_pico(product)]

    outcomes = at_once(
        *(lambda pico=pico: a_conduit(person, Pico.objects.with_product().get(pk=pico.pk)) for pico in things)
    )

    assert [type(outcome) for outcome in outcomes] == [Conduit, Conduit]
    first, second = (terms.record["first_party"] for terms in Terms.objects.all())
    assert first == second
