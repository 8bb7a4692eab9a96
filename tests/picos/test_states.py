"""State values: whose they are, what can be one, what their changes leave, and who sees them."""

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conduits import steering
from conduits.models import AccessLine, Conduit
from conduits.models.conduit import DEFAULT_GRANTS, Grant
from parties.errors import RefusedError
from picos.models import Event, Pico, State
from picos.states import MOST_BYTES, canonical_value, set_state
from tests.conduits.at_once import at_once
from tests.conftest import Api
from tests.each import each
from tests.factories import a_conduit, a_person, a_pico

pytestmark = pytest.mark.django_db


@pytest.fixture
def conduit() -> Conduit:
    """An owner's and a company's."""
    return a_conduit()


def changes(pico: Pico) -> list[dict[str, Any]]:
    return [event.data for event in Event.objects.filter(pico=pico, type="pico.state_changed")]


def listed(answer: Any) -> dict[tuple[str, str], Any]:
    return {(one["namespace"], one["key"]): one["value"] for one in answer.json()["results"]}


def sold(conduit: Conduit) -> Pico:
    """As a transfer leaves it."""
    Pico.objects.filter(pk=conduit.pico_id).update(owner=a_person("Cem"))
    return Pico.objects.with_product().get(pk=conduit.pico_id)


def test_each_side_sets_its_own_value_under_the_same_key(api: Api) -> None:
    conduit = a_conduit()
    path = f"/picos/{conduit.pico.code}/state"
    answer = api(conduit.owner).put(f"{path}/mode", {"value": {"night": [1, None, "x"]}})
    api(conduit.company).put(f"{path}/mode", {"value": False})

    state = State.objects.get(namespace="owner")
    assert answer.status_code == 200
    assert answer.json() == {
        "namespace": "owner",
        "key": "mode",
        "value": {"night": [1, None, "x"]},
        "at": state.at.isoformat().replace("+00:00", "Z"),
    }
    both = {("owner", "mode"): {"night": [1, None, "x"]}, ("company", "mode"): False}
    assert listed(api(conduit.owner).get(path)) == both
    assert listed(api(conduit.company).get(path)) == {("company", "mode"): False}


def test_a_change_is_an_event_with_the_old_value_and_an_equal_one_is_none(api: Api) -> None:
    conduit = a_conduit()
    owner, path = api(conduit.owner), f"/picos/{conduit.pico.code}/state/size"
    for value in (42, 42.0, "42", "42"):
        assert owner.put(path, {"value": value}).status_code == 200
    assert owner.delete(path).status_code == 204
    assert owner.delete(path).status_code == 404

    assert changes(conduit.pico) == [
        {"namespace": "owner", "key": "size", "value": 42, "old": None},
        {"namespace": "owner", "key": "size", "value": "42", "old": 42},
        {"namespace": "owner", "key": "size", "value": None, "old": "42"},
    ]
    event = Event.objects.filter(type="pico.state_changed")[0]
    assert (event.owner_id, event.actor_kind, event.actor_id) == (conduit.owner_id, "person", conduit.owner_id)


def test_the_history_is_the_changes_in_order(api: Api) -> None:
    conduit = a_conduit()
    path = f"/picos/{conduit.pico.code}/state"
    api(conduit.company).put(f"{path}/lot", {"value": "A"})
    api(conduit.company).put(f"{path}/lot", {"value": "B"})
    api(conduit.company).put(f"{path}/other", {"value": "C"})
    api(conduit.owner).put(f"{path}/lot", {"value": "mine"})

    def told(party: Any) -> list[tuple[Any, ...]]:
        found = api(party).get(f"{path}/lot/history").json()["results"]
        return [(one["namespace"], one["old"], one["value"]) for one in found]

    companys = [("company", None, "A"), ("company", "A", "B")]
    assert told(conduit.owner) == [*companys, ("owner", None, "mine")]
    assert told(conduit.company) == companys
    steering.set_grants(conduit, [Grant.STATE])
    assert told(conduit.company) == [*companys, ("owner", None, "mine")]


@each("key", ["A", "1a", "a b", "a" * 51, "ä", "_a", "a%0A", "%00", "-"])
def test_what_is_no_key_is_422(conduit: Conduit, key: str, api: Api) -> None:
    path = f"/picos/{conduit.pico.code}/state/{key.replace(' ', '%20')}"
    answers = [api(conduit.owner).put(path, {"value": 1}), api(conduit.owner).delete(path)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert [*answers[0].json()["errors"]] == ["key"]
    assert not State.objects.exists()


@each(
    "value",
    [
        None,
        "x" * (MOST_BYTES - 1),
        [[[[[1]]]]],
        {"a": {"b": {"c": {"d": {}}}}},
        "a\0b",
        "\ud800",
        {"\0": 1},
        10**16,
        1e300,
    ],
)
def test_what_is_no_value_is_422_and_changes_nothing(conduit: Conduit, value: Any, api: Api) -> None:
    answer = api(conduit.owner).put(f"/picos/{conduit.pico.code}/state/mode", {"value": value})
    assert (answer.status_code, [*answer.json()["errors"]]) == (422, ["value"])
    assert not State.objects.exists()
    assert changes(conduit.pico) == []


@each("body", [{}, {"value": 1, "more": 2}, [1], {"values": 1}])
def test_a_body_without_a_value_is_422(conduit: Conduit, body: Any, api: Api) -> None:
    assert api(conduit.owner).put(f"/picos/{conduit.pico.code}/state/mode", body).status_code == 422


@each("value", [0, "", [], {}, False, "x" * (MOST_BYTES - 2), [[[[]]]], -0.0, 10**15, 1e-300, "é\U0001f980"])
def test_what_is_a_value_comes_back_as_it_was(conduit: Conduit, value: Any, api: Api) -> None:
    path = f"/picos/{conduit.pico.code}/state"
    assert api(conduit.owner).put(f"{path}/mode", {"value": value}).json()["value"] == value
    assert api(conduit.owner).put(f"{path}/mode", {"value": value}).json()["value"] == value
    assert api(conduit.owner).get(path).json()["results"][0]["value"] == value
    assert len(changes(conduit.pico)) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_every_json_is_taken_or_refused_at_its_field(value: Any) -> None:
    try:
        taken = canonical_value(value)
    except RefusedError:
        return
    assert len(taken) <= MOST_BYTES


def test_a_side_has_so_many_keys_and_no_more(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    monkeypatch.setattr("picos.states.MOST_KEYS", 2)
    conduit = a_conduit()
    path = f"/picos/{conduit.pico.code}/state"
    owner = api(conduit.owner)
    assert [owner.put(f"{path}/{key}", {"value": 1}).status_code for key in "abc"] == [200, 200, 409]
    assert owner.put(f"{path}/a", {"value": 2}).status_code == 200
    assert api(conduit.company).put(f"{path}/c", {"value": 1}).status_code == 200
    owner.delete(f"{path}/a")
    assert owner.put(f"{path}/c", {"value": 1}).status_code == 200


@pytest.mark.parametrize("status", ["paused", "closed"])
def test_a_company_changes_nothing_on_an_owned_pico_while_the_conduit_is_not_open(status: str, api: Api) -> None:
    conduit = a_conduit()
    path = f"/picos/{conduit.pico.code}/state"
    company = api(conduit.company)
    company.put(f"{path}/lot", {"value": "A"})
    (steering.pause if status == "paused" else steering.close)(conduit)

    answers = [company.put(f"{path}/lot", {"value": "B"}), company.delete(f"{path}/lot")]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert listed(company.get(path)) == {("company", "lot"): "A"}
    assert len(changes(conduit.pico)) == 1
    assert api(conduit.owner).put(f"{path}/mode", {"value": "night"}).status_code == 200


def test_a_company_sets_values_before_anybody_owns_it_and_the_owner_reads_them(api: Api) -> None:
    pico = a_pico()
    assert pico.product
    path = f"/picos/{pico.code}/state"
    assert api(pico.product.company).put(f"{path}/lot", {"value": "A"}).status_code == 200
    conduit = a_conduit(pico=pico)
    assert listed(api(conduit.owner).get(path)) == {("company", "lot"): "A"}
    assert len(api(conduit.owner).get(f"{path}/lot/history").json()["results"]) == 1


def test_the_owner_s_values_are_read_with_the_grant_and_each_look_is_logged(api: Api) -> None:
    conduit = a_conduit()
    path = f"/picos/{conduit.pico.code}/state"
    api(conduit.owner).put(f"{path}/mode", {"value": "night"})
    company = api(conduit.company)
    assert listed(company.get(path)) == {}
    assert not AccessLine.objects.exists()

    steering.set_grants(conduit, [*DEFAULT_GRANTS, Grant.STATE])
    assert listed(company.get(path)) == {("owner", "mode"): "night"}
    line = AccessLine.objects.get()
    assert (line.outcome, line.what, "state" in line.fields) == ("read", "state", True)

    steering.pause(conduit)
    assert listed(company.get(path)) == {}


def test_what_an_owner_set_is_not_the_next_owner_s(api: Api) -> None:
    conduit = a_conduit()
    path = f"/picos/{conduit.pico.code}/state"
    api(conduit.owner).put(f"{path}/mode", {"value": "night"})
    api(conduit.company).put(f"{path}/lot", {"value": "A"})
    steering.set_grants(conduit, [Grant.STATE])
    pico = sold(conduit)
    assert pico.owner

    assert listed(api(pico.owner).get(path)) == {("company", "lot"): "A"}
    for key in ("mode", "lot"):
        assert api(pico.owner).get(f"{path}/{key}/history").json()["results"] == []
    assert api(pico.owner).put(f"{path}/mode", {"value": "day"}).status_code == 200
    assert changes(pico)[-1] == {"namespace": "owner", "key": "mode", "value": "day", "old": None}
    assert api(conduit.owner).get(path).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_value_and_as_many_events_as_changes() -> None:
    conduit = a_conduit()
    works = [partial(set_state, pico=conduit.pico, party=conduit.owner, key="n", value=value) for value in (0, 1, 0, 1)]
    at_once(*works)
    told = changes(conduit.pico)
    assert State.objects.count() == 1
    assert told[0]["old"] is None
    assert [one["old"] for one in told[1:]] == [one["value"] for one in told[:-1]]
    assert State.objects.get().value == told[-1]["value"]
