"""Context passes: exactly what was ticked, as it was seen, to one agent, once, for 30 minutes, and then nothing of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.models import KeptAnswer
from conduits import access_log, steering
from conduits.models import AccessLine, Conduit, ContextPass
from conduits.passes.fields import fields_of
from conduits.passes.making import MOST_READY, erase_due, make_pass, revoke_pass
from conduits.passes.using import MOST_WRONG, SHOWN_FOR, use_pass, values_for
from conduits.reading import Reader
from conduits.terms import proffering
from conduits.terms.stances import accept_at_once, proposal
from journals.photos import take_photos
from parties.errors import TooManyError
from parties.models import Company
from parties.vault import open_sealed
from picos import codes
from picos.models import Event, Pico
from picos.scanning import record_scan
from picos.states import set_state
from tests.conduits.at_once import at_once
from tests.conftest import Api
from tests.dashboards.world import an_entry
from tests.dashboards.world import everything as all_rows
from tests.factories import a_company, a_conduit, a_key, a_member, a_person, a_photo, a_pico, a_product

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
ALL = [
    "name",
    "email",
    "serial",
    "code",
    "state.size",
    "state.worn",
    "entries",
    "private_entries",
    "photos",
    "region",
    "scans",
]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def conduit(clock: time_machine.Traveller) -> Conduit:
    """With something of each kind to show."""
    made = a_conduit(a_person("Ann Secret", "ann@secret.example"), a_pico(a_product()))
    Pico.objects.filter(pk=made.pico_id).update(serial="LM-1")
    set_state(pico=made.pico, party=made.owner, key="size", value={"eu": 42})
    set_state(pico=made.pico, party=made.owner, key="worn", value=False)
    set_state(pico=made.pico, party=made.company, key="batch", value="not the owner's")
    an_entry(made, "Shared words", photos=take_photos([a_photo()]))
    an_entry(made, "Private words", "private")
    an_entry(made, "The company's words", author=made.company)
    record_scan(pico=made.pico, visitor=b"12345678", person=None, region="DE-BY")
    return Conduit.objects.with_ends().get(pk=made.pk)


def a_reader(company: Company) -> Reader:
    member = a_member(company)
    return Reader(company, f"Ben (agent at {company})", member.person_id, "agent")


def a_pass(conduit: Conduit, *names: str) -> tuple[ContextPass, str]:
    show = {field.name: field.seen for field in fields_of(conduit) if field.name in (names or ALL)}
    return make_pass(conduit=conduit, show=show)


def lines() -> list[tuple[str, str, list[str]]]:
    return [
        (line.outcome, line.reason, line.fields) for line in AccessLine.objects.filter(what="pass").order_by("number")
    ]


def test_what_can_be_shown_is_what_there_is_with_its_value_and_a_name(conduit: Conduit, api: Api) -> None:
    fields = api(conduit.owner).get(f"/conduits/{conduit.pk}/passes").json()["fields"]
    assert [field["name"] for field in fields] == ALL
    values = {field["name"]: field["value"] for field in fields}
    assert {name: value for name, value in values.items() if isinstance(value, str)} == {
        "name": "Ann Secret",
        "email": "ann@secret.example",
        "serial": "LM-1",
        "code": conduit.pico.code,
        "region": "DE-BY",
    }
    assert [values["state.size"], values["state.worn"]] == [{"value": {"eu": 42}}, {"value": False}]
    assert [[one["text"] for one in values[name]] for name in ("entries", "private_entries")] == [
        ["Shared words"],
        ["Private words"],
    ]
    assert [len(values["photos"]), len(values["scans"])] == [1, 1]
    assert [field["label"] for field in fields][4] == "your value “size”"


@given(st.sets(st.sampled_from(ALL), min_size=1))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_agent_sees_exactly_the_fields_that_were_ticked(conduit: Conduit, ticked: set[str]) -> None:
    reader = a_reader(conduit.company)
    shown, code = a_pass(conduit, *ticked)
    used = use_pass(reader=reader, code=code)
    values = values_for(shown=used, reader=reader)
    assert values == {field.name: field.value for field in fields_of(conduit) if field.name in ticked}
    assert shown.fields == [name for name in ALL if name in ticked]
    assert AccessLine.objects.latest("number").fields == shown.fields


def test_the_agent_sees_them_as_the_customer_saw_them_whatever_happens_meanwhile(conduit: Conduit) -> None:
    reader = a_reader(conduit.company)
    before = {field.name: field.value for field in fields_of(conduit)}
    _, code = a_pass(conduit)
    set_state(pico=conduit.pico, party=conduit.owner, key="size", value={"eu": 43})
    an_entry(conduit, "Later words")
    used = use_pass(reader=reader, code=code)
    an_entry(conduit, "Later words still", "private")
    assert values_for(shown=used, reader=reader) == before


def test_what_changed_since_the_customer_saw_it_is_not_shown(conduit: Conduit, api: Api) -> None:
    path = f"/conduits/{conduit.pk}/passes"
    show = {field["name"]: field["seen"] for field in api(conduit.owner).get(path).json()["fields"]}
    an_entry(conduit, "A word that came in between", "private")
    refused = api(conduit.owner).post(path, {"show": show})
    assert refused.status_code == 409
    assert refused.json()["detail"] == (
        "This changed a moment ago: your last private entries. Nothing was shown; look at it again."
    )
    assert not ContextPass.objects.exists()
    assert api(conduit.owner).post(path, {"show": {"name": show["name"]}}).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "show"),
        ({"show": {}}, "show"),
        ({"show": {"shoe_size": "x"}}, "show"),
        ({"show": {"state.nothing": "x"}}, "show"),
        ({"show": {"": "x"}}, "show"),
        ({"show": ["name"]}, "show"),
        ({"show": {"name": 1}}, "show.name"),
        ({"show": {"name": "x"}, "for": 60}, "for"),
    ],
)
def test_what_there_is_not_to_show_is_refused(body: Any, field: str, conduit: Conduit, api: Api) -> None:
    refused = api(conduit.owner).post(f"/conduits/{conduit.pk}/passes", body)
    assert [refused.status_code, [*refused.json()["errors"]]] == [422, [field]]
    assert not ContextPass.objects.exists()


def test_a_pass_from_making_to_its_end_by_the_api(conduit: Conduit, api: Api, clock: time_machine.Traveller) -> None:
    owner, agent, colleague = api(conduit.owner), api(conduit.company), api(conduit.company)
    field = next(one for one in fields_of(conduit) if one.name == "email")
    made = owner.post(f"/conduits/{conduit.pk}/passes", {"show": {"email": field.seen}}).json()
    facts = {
        "id": made["id"],
        "conduit": str(conduit.pk),
        "pico": conduit.pico.code,
        "fields": ["email"],
        "made_at": "2026-11-21T12:00:00Z",
        "expires_at": "2026-11-21T12:30:00Z",
        "revoked_at": None,
    }
    ready = facts | {"state": "ready", "used_at": None, "used_by": "", "shown_until": None}
    assert made == ready | {"code": made["code"]}
    assert len(made["code"]) == 8
    assert agent.get("/passes").json()["results"] == []
    assert agent.get(f"/passes/{made['id']}").status_code == 404

    clock.shift(timedelta(minutes=29))
    spoken = f" {made['code'][:4].lower().replace('0', 'o').replace('1', 'l')}-{made['code'][4:]} "
    used = agent.post("/passes/use", {"code": spoken}).json()
    assert used == facts | {
        "state": "shown",
        "used_at": "2026-11-21T12:29:00Z",
        "used_by": f"{conduit.company} (key “test”)",
        "shown_until": "2026-11-21T12:59:00Z",
    }
    assert agent.get(f"/passes/{made['id']}").json() == used | {"values": {"email": "ann@secret.example"}}
    assert colleague.get(f"/passes/{made['id']}").json() == used | {"values": None}
    assert owner.get(f"/passes/{made['id']}").json() == used | {"values": None}
    clock.shift(timedelta(minutes=29, seconds=59))
    assert agent.get(f"/passes/{made['id']}").json()["values"] == {"email": "ann@secret.example"}
    clock.shift(1)
    over = used | {"state": "over"}
    assert agent.get(f"/passes/{made['id']}").json() == over | {"values": None}
    erase_due()
    assert [api(party).get("/passes").json()["results"] for party in (conduit.owner, conduit.company)] == [[over]] * 2


def test_whatever_is_wrong_with_a_code_gets_one_answer(
    conduit: Conduit, api: Api, clock: time_machine.Traveller
) -> None:
    (_, used), (revoked, taken_back), (_, elsewhere), (_, old) = (a_pass(conduit, "name") for _ in range(4))
    use_pass(reader=a_reader(conduit.company), code=used)
    revoke_pass(revoked)
    stranger = a_company("Harbour Cable")
    mistyped = old[:-1] + ("A" if old[-1] != "A" else "B")

    answers = [
        api(company).post("/passes/use", {"code": code})
        for company, code in [
            (conduit.company, used),
            (conduit.company, taken_back),
            (stranger, elsewhere),
            (conduit.company, mistyped),
            (conduit.company, "????????"),
            (conduit.company, "A" * 7),
        ]
    ]
    clock.shift(HALF_AN_HOUR)
    answers.append(api(conduit.company).post("/passes/use", {"code": old}))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert {answer.status_code for answer in answers} == {404}
    assert ContextPass.objects.exclude(used_at=None).count() == 1
    assert lines() == [
        ("read", "the owner showed it in a call", ["name"]),
        ("refused", "the code was used already", []),
        ("refused", "the owner took it back", []),
        ("refused", "the code is too old", []),
    ]


def test_codes_are_not_guessed(conduit: Conduit, clock: time_machine.Traveller) -> None:
    reader = a_reader(conduit.company)
    _, code = a_pass(conduit, "name")
    for _ in range(MOST_WRONG):
        with pytest.raises(Http404):
            use_pass(reader=reader, code="AAAAAAAA")
    # Not even a right one, by whichever agent.
    with pytest.raises(TooManyError):
        use_pass(reader=a_reader(conduit.company), code=code)
    with pytest.raises(Http404):
        use_pass(reader=a_reader(a_company()), code=code)


def test_of_a_code_only_a_keyed_hash_is_kept_and_its_values_only_sealed(conduit: Conduit, settings: Any) -> None:
    shown, code = a_pass(conduit, "name")
    assert "Secret" not in shown.sealed
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM conduits_contextpass t")
        (row,) = cursor.fetchone()
    assert code not in row
    assert codes.spaced(code) not in row
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert use_pass(reader=a_reader(conduit.company), code=code).pk == shown.pk


def test_a_code_is_used_once_by_two_agents_at_once() -> None:
    """In one transaction the second waits for the first; see the test with threads beneath."""
    conduit = a_conduit()
    _, code = a_pass(conduit, "email")
    use_pass(reader=a_reader(conduit.company), code=code)
    with pytest.raises(Http404):
        use_pass(reader=a_reader(conduit.company), code=code)


@pytest.mark.django_db(transaction=True)
def test_of_two_agents_at_once_one_is_shown_it() -> None:
    conduit = a_conduit()
    _, code = a_pass(conduit, "email")
    readers = [a_reader(conduit.company) for _ in range(2)]
    results = at_once(*(lambda reader=reader: use_pass(reader=reader, code=code) for reader in readers))
    assert sorted(type(result).__name__ for result in results) == ["ContextPass", "Http404"]
    assert Event.objects.filter(type="conduit.pass_used").count() == 1
    assert access_log.check(Conduit.objects.get()).intact


def test_it_can_be_taken_back_at_once_before_and_while_it_is_shown(conduit: Conduit, api: Api) -> None:
    reader = a_reader(conduit.company)
    shown, code = a_pass(conduit, "name")
    used = use_pass(reader=reader, code=code)
    revoked = api(conduit.owner).post(f"/passes/{shown.pk}/revoke")
    assert [revoked.status_code, revoked.json()["state"], revoked.json()["revoked_at"]] == [
        200,
        "revoked",
        "2026-11-21T12:00:00Z",
    ]
    assert values_for(shown=used, reader=reader) is None
    assert ContextPass.objects.get().sealed == ""
    assert api(conduit.owner).post(f"/passes/{shown.pk}/revoke").status_code == 409


def test_it_passes_a_paused_conduit_and_no_other_that_is_shut(conduit: Conduit, api: Api) -> None:
    reader = a_reader(conduit.company)
    _, first = a_pass(conduit, "name")
    steering.pause(conduit)
    shown = use_pass(reader=reader, code=first)
    a_pass(conduit, "email")
    assert values_for(shown=shown, reader=reader) == {"name": "Ann Secret"}
    steering.resume(conduit)

    proffering.withdraw(conduit=conduit, by="person")
    assert values_for(shown=shown, reader=reader) is None
    refused = api(conduit.owner).post(f"/conduits/{conduit.pk}/passes", {"show": {"name": "x"}})
    assert [refused.status_code, refused.json()["detail"]] == [409, "You can show nothing now: no terms are agreed."]
    assert lines()[-1] == ("refused", "no terms are agreed", [])


def test_what_is_shown_ends_with_the_conduit(conduit: Conduit) -> None:
    reader = a_reader(conduit.company)
    (_, used_code), (_, unused_code) = a_pass(conduit, "name"), a_pass(conduit, "email")
    shown = use_pass(reader=reader, code=used_code)
    steering.close(conduit)
    assert values_for(shown=shown, reader=reader) is None
    with pytest.raises(Http404):
        use_pass(reader=reader, code=unused_code)
    assert {(one.state, one.sealed) for one in ContextPass.objects.all()} == {("revoked", "")}


def test_nothing_is_shown_that_the_terms_do_not_allow(conduit: Conduit) -> None:
    reader = a_reader(conduit.company)
    shown, code = a_pass(conduit)
    accept_at_once(company=conduit.company, names=["PDC-AI"])
    proffering.proffer(conduit=conduit, proposal=proposal("PDC-AI"))
    conduit = Conduit.objects.with_ends().get(pk=conduit.pk)
    left = [name for name in ALL if name not in {"name", "email", "private_entries", "region"}]
    assert [field.name for field in fields_of(conduit)] == left
    with pytest.raises(Http404):
        use_pass(reader=reader, code=code)
    assert lines() == [("refused", "the terms do not let it see all of it", [])]
    assert shown.fields == ALL


def test_each_look_is_in_the_log_with_who_in_which_role_what_and_for_what(
    conduit: Conduit, clock: time_machine.Traveller
) -> None:
    reader = a_reader(conduit.company)
    shown, code = a_pass(conduit, "name", "state.size")
    used = use_pass(reader=reader, code=code)
    values_for(shown=used, reader=reader)
    clock.shift(60)
    values_for(shown=used, reader=reader)
    assert lines() == [("read", "the owner showed it in a call", ["name", "state.size"])] * 2
    line = AccessLine.objects.latest("number")
    assert [line.who, line.who_id, line.role, line.what_id, line.purpose] == [
        reader.who,
        reader.id,
        "agent",
        shown.pk,
        "service",
    ]
    assert access_log.check(conduit).intact


def test_when_its_time_is_over_nothing_of_the_values_is_left_in_the_database(
    conduit: Conduit, api: Api, clock: time_machine.Traveller
) -> None:
    field = next(one for one in fields_of(conduit) if one.name == "name")
    path, asked = f"/conduits/{conduit.pk}/passes", {"show": {"name": field.seen}}
    made = api(conduit.owner).post(path, asked, **{"Idempotency-Key": "make"}).json()
    agent = api(a_key(conduit.company))
    agent.post("/passes/use", {"code": made["code"]}, **{"Idempotency-Key": "use"})
    assert agent.get(f"/passes/{made['id']}").json()["values"] == {"name": "Ann Secret"}
    # The owner is called otherwise from now on, so the old name is nowhere but where the pass left it.
    type(conduit.owner).objects.filter(pk=conduit.owner_id).update(name="Ann New")
    sealed = ContextPass.objects.get().sealed
    assert "Ann Secret" in open_sealed(sealed)

    clock.shift(SHOWN_FOR)
    erase_due()

    kept = json.dumps(all_rows(), default=str)
    assert sealed not in kept
    assert "Ann Secret" not in kept
    assert ContextPass.objects.get().sealed == ""
    answers = [open_sealed(str(one.body)) for one in KeptAnswer.objects.all()]
    assert len(answers) == 2
    assert not [answer for answer in answers if "Ann Secret" in answer]
    for event in Event.objects.filter(type__startswith="conduit.pass"):
        assert event.data == {"pass": made["id"], "fields": ["name"]}


def test_a_code_that_nobody_used_leaves_nothing_either(conduit: Conduit, clock: time_machine.Traveller) -> None:
    a_pass(conduit)
    clock.shift(HALF_AN_HOUR - timedelta(seconds=1))
    erase_due()
    assert ContextPass.objects.get().state == "ready"
    clock.shift(1)
    assert ContextPass.objects.get().state == "expired"
    erase_due()
    assert [ContextPass.objects.get().sealed, ContextPass.objects.get().state] == ["", "expired"]


def test_both_sides_are_told_by_events_with_names_and_no_values(conduit: Conduit) -> None:
    shown, code = a_pass(conduit, "name")
    agent = a_member(conduit.company).person
    use_pass(reader=a_reader(conduit.company), code=code, agent=agent)
    revoke_pass(shown)
    told = [
        (event.type, event.actor_kind, event.agent_id)
        for event in Event.objects.filter(type__startswith="conduit.pass").order_by("sequence")
    ]
    assert told == [
        ("conduit.pass_made", "person", None),
        ("conduit.pass_used", "company", agent.pk),
        ("conduit.pass_revoked", "person", None),
    ]


def test_so_many_codes_are_out_at_once(conduit: Conduit, api: Api) -> None:
    for _ in range(MOST_READY):
        a_pass(conduit, "name")
    field = fields_of(conduit)[0]
    refused = api(conduit.owner).post(f"/conduits/{conduit.pk}/passes", {"show": {field.name: field.seen}})
    assert [refused.status_code, refused.json()["detail"]] == [409, "5 codes are out already. Take one back first."]


def test_a_photo_is_shown_to_who_used_the_code_and_no_other_is(conduit: Conduit, api: Api) -> None:
    agent = api(a_key(conduit.company))
    shown, code = a_pass(conduit, "photos")
    agent.post("/passes/use", {"code": code})
    (photo,) = agent.get(f"/passes/{shown.pk}").json()["values"]["photos"]
    path = f"/passes/{shown.pk}/photos/"
    seen = agent.get(path + photo["photo"])
    assert seen.getvalue()[:3] == b"\xff\xd8\xff"
    assert [seen.status_code, seen["Content-Type"], seen["Cache-Control"]] == [200, "image/jpeg", "no-store"]
    other = an_entry(conduit, "More", photos=take_photos([a_photo()])).attachments.get()
    assert agent.get(f"{path}{other.pk}").status_code == 404
    assert api(conduit.company).get(path + photo["photo"]).status_code == 404
    revoke_pass(shown)
    assert agent.get(path + photo["photo"]).status_code == 404
