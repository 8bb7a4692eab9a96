"""Writing rules: versions, the index of what they wait for, and what a party's rules cannot do or watch."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from conduits.models import Endpoint
from parties.models import Company, Person
from picos.codes import code_of
from picos.models import Pico
from rules import writing
from rules.engine import draining as engine
from rules.models import Listener, Rule, RuleVersion
from rules.writing import current_version, delete_rule, disable_rule, enable_rule, parse_definition, rewrite_rule
from tests.conduits.at_once import at_once
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, a_product, a_rule, an_endpoint, picos

pytestmark = pytest.mark.django_db

DEFINITION: dict[str, Any] = {
    "name": "Tell me",
    "when": {"event": "pico.scanned"},
    "then": [{"do": "notify_owner", "text": "Hello"}],
}
NOWHERE = "019a0000-0000-7000-8000-000000000000"


def index_of(rule: Rule) -> set[tuple[str, Any]]:
    return {(one.event_type, one.anchor) for one in Listener.objects.filter(version__rule=rule)}


@pytest.mark.parametrize("make", [a_person, a_company])
def test_a_rule_is_at_work_once_it_is_written(make: Any, api: Api) -> None:
    party = make()

    answer = api(party).post("/rules", DEFINITION)

    rule = Rule.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(rule.pk),
        "name": "Tell me",
        "status": "enabled",
        "paused_because": "",
        "version": 1,
        "sentence": "IF the code on any of my things is scanned THEN tell me “Hello”"
        if make is a_person
        else "IF the code on any product is scanned THEN tell the owner “Hello”",
        "definition": DEFINITION,
        "subscribes": None,
        "created_at": rule.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert api(party).get(f"/rules/{rule.pk}").json() == answer.json()
    assert index_of(rule) == {("pico.scanned", party.pk)}


def test_the_index_has_each_type_on_each_thing_that_the_rule_watches(api: Api) -> None:
    company = a_company()
    product, other = a_product(company), a_product(company)
    pico = picos(1, other)[0]
    on = {"products": [str(product.pk)], "batches": [str(pico.batch_id)], "picos": [pico.code, pico.code.lower()]}
    when = {"any": [{"event": "pico.scanned"}, {"event": "pico.lost"}]}

    assert api(company).post("/rules", DEFINITION | {"on": on, "when": when}).status_code == 201

    anchors = {product.pk, pico.batch_id, pico.pk}
    assert index_of(Rule.objects.get()) == {(name, one) for name in ("pico.scanned", "pico.lost") for one in anchors}


def test_a_change_is_a_new_version_and_the_old_one_stays(api: Api) -> None:
    person = a_person()
    rule = a_rule(person)
    first = rule.version

    answer = api(person).put(f"/rules/{rule.pk}", DEFINITION | {"name": "New", "when": {"event": "pico.lost"}})

    assert [answer.status_code, answer.json()["version"], answer.json()["name"]] == [200, 2, "New"]
    assert list(RuleVersion.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert first is not None
    assert RuleVersion.objects.get(number=1).definition == first.definition
    assert index_of(rule) == {("pico.lost", person.pk)}


def test_a_disabled_rule_leaves_the_index_and_an_enabled_one_comes_back(api: Api) -> None:
    person = a_person()
    rule = a_rule(person)

    for _ in range(2):
        assert api(person).post(f"/rules/{rule.pk}/disable").json()["status"] == "disabled"
        assert index_of(rule) == set()
    for _ in range(2):
        assert api(person).post(f"/rules/{rule.pk}/enable").json()["status"] == "enabled"
        assert index_of(rule) == {("pico.scanned", person.pk)}
    assert RuleVersion.objects.count() == 1


def test_a_disabled_rule_that_is_changed_stays_disabled_until_it_is_enabled(api: Api) -> None:
    person = a_person()
    rule = a_rule(person)
    disable_rule(rule)

    answer = api(person).put(f"/rules/{rule.pk}", DEFINITION | {"when": {"event": "pico.lost"}})

    assert [answer.json()["status"], answer.json()["version"], index_of(rule)] == ["disabled", 2, set()]
    api(person).post(f"/rules/{rule.pk}/enable")
    assert index_of(rule) == {("pico.lost", person.pk)}


def test_a_rule_whose_thing_is_no_longer_its_owner_s_cannot_be_enabled(api: Api) -> None:
    conduit = a_conduit()
    rule = a_rule(conduit.owner, on={"picos": [conduit.pico.code]})
    disable_rule(rule)
    Pico.objects.filter(pk=conduit.pico_id).update(owner=a_person())

    answer = api(conduit.owner).post(f"/rules/{rule.pk}/enable")

    assert [answer.status_code, answer.json()["errors"]] == [422, {"on.picos": ["One of these picos is not yours."]}]
    rule.refresh_from_db()
    assert [rule.status, index_of(rule)] == ["disabled", set()]


def test_a_deleted_rule_is_gone_and_its_runs_stay_readable(api: Api) -> None:
    conduit = a_conduit()
    rule = a_rule(conduit.owner, when={"event": "pico.claimed"})
    while engine.drain():
        pass
    asking = api(conduit.owner)
    run = asking.get(f"/rules/{rule.pk}/runs").json()["results"][0]

    assert asking.delete(f"/rules/{rule.pk}").status_code == 204

    assert index_of(rule) == set()
    assert asking.get("/rules").json()["results"] == []
    for answer in (
        asking.get(f"/rules/{rule.pk}"),
        asking.put(f"/rules/{rule.pk}", DEFINITION),
        asking.delete(f"/rules/{rule.pk}"),
        asking.post(f"/rules/{rule.pk}/enable"),
        asking.post(f"/rules/{rule.pk}/disable"),
    ):
        assert answer.status_code == 404
    assert asking.get(f"/rules/{rule.pk}/runs").json()["results"] == [run]
    assert asking.get(f"/runs/{run['id']}").json().items() >= run.items()


def the_same_rule(rule: Rule) -> Rule:
    """As another request loaded it, a moment ago."""
    return Rule.objects.select_related("version", "company", "person").get(pk=rule.pk)


def test_enabling_puts_the_newest_version_to_work_however_old_the_row_in_hand() -> None:
    person = a_person()
    rule = disable_rule(a_rule(person))
    stale = the_same_rule(rule)
    rewrite_rule(rule, definition=parse_definition(DEFINITION | {"when": {"event": "pico.lost"}}))

    enabled = enable_rule(stale)

    assert [enabled.status, current_version(enabled).number] == ["enabled", 2]
    assert [current_version(the_same_rule(rule)).number, index_of(rule)] == [2, {("pico.lost", person.pk)}]


def test_a_rule_enabled_meanwhile_is_in_the_index_after_a_rewrite_with_an_old_row() -> None:
    person = a_person()
    stale = disable_rule(a_rule(person))
    enable_rule(the_same_rule(stale))

    rewritten = rewrite_rule(stale, definition=parse_definition(DEFINITION | {"when": {"event": "pico.lost"}}))

    assert [rewritten.status, index_of(rewritten)] == ["enabled", {("pico.lost", person.pk)}]


@pytest.mark.parametrize(
    "verb",
    [enable_rule, disable_rule, delete_rule, partial(rewrite_rule, definition=parse_definition(DEFINITION))],
    ids=["enable", "disable", "delete", "rewrite"],
)
def test_a_rule_deleted_meanwhile_stays_deleted(verb: Callable[[Rule], object]) -> None:
    rule = a_rule(a_person())
    stale = the_same_rule(rule)
    delete_rule(rule)
    deleted = the_same_rule(rule)

    with pytest.raises(Http404):
        verb(stale)

    after = the_same_rule(rule)
    assert [after.deleted_at, after.status, after.version] == [deleted.deleted_at, "disabled", deleted.version]
    assert [index_of(rule), RuleVersion.objects.count()] == [set(), 1]


@pytest.mark.django_db(transaction=True)
def test_a_rewrite_and_an_enabling_at_once_leave_one_version_at_work() -> None:
    person = a_person()
    rule = disable_rule(a_rule(person))
    definition = parse_definition(DEFINITION | {"when": {"event": "pico.lost"}})
    rows = [the_same_rule(rule) for _ in range(2)]

    results = at_once(lambda: enable_rule(rows[0]), lambda: rewrite_rule(rows[1], definition=definition))

    assert [result for result in results if isinstance(result, Exception)] == []
    after = the_same_rule(rule)
    assert [after.status, current_version(after).number] == ["enabled", 2]
    assert index_of(rule) == {("pico.lost", person.pk)}


def test_twenty_rules_are_listed_with_as_many_queries_as_one(api: Api) -> None:
    taken = []
    for number in (1, 20):
        company = a_company()
        endpoints = [an_endpoint(company) for _ in range(number)]
        for endpoint in endpoints:
            pico = picos(1, a_product(company))[0]
            on = {"products": [str(pico.product_id)], "batches": [str(pico.batch_id)], "picos": [pico.code]}
            then = [{"do": "send_webhook", "endpoint": str(endpoint.pk)}] * 2
            a_rule(company, on=on, then=[*then, *DEFINITION["then"]])
        asking = api(company)
        with CaptureQueriesContext(connection) as queries:
            listed = asking.get("/rules").json()["results"]
        assert [len(listed), len({one["sentence"] for one in listed})] == [2 * number, 2]
        taken.append(len(queries))

    assert taken[0] == taken[1] <= 8


def test_rules_are_listed_newest_first_with_few_queries(api: Api, django_assert_max_num_queries: Any) -> None:
    person = a_person()
    rules = [a_rule(person, name=f"Rule {number}") for number in range(20)]
    asking = api(person)

    with django_assert_max_num_queries(6):
        listed = asking.get("/rules").json()["results"]
    assert [one["id"] for one in listed] == [str(rule.pk) for rule in reversed(rules)]


def counts() -> list[int]:
    return [table._base_manager.count() for table in (Rule, RuleVersion, Listener)]


def refused(api: Api, party: Company | Person, **parts: Any) -> dict[str, list[str]]:
    before = counts()
    answer = api(party).post("/rules", DEFINITION | parts)
    assert answer.status_code == 422, answer.content
    assert counts() == before
    errors: dict[str, list[str]] = answer.json()["errors"]
    return errors


@pytest.mark.parametrize("noun", ["products", "batches", "picos"])
def test_a_company_s_rule_watches_only_its_own(noun: str, api: Api) -> None:
    company = a_company()
    mine, others = picos(1, a_product(company))[0], picos(1, a_product())[0]
    ids = {
        "products": [str(mine.product_id), str(others.product_id)],
        "batches": [str(mine.batch_id), str(others.batch_id)],
        "picos": [mine.code, others.code],
    }[noun]

    assert refused(api, company, on={noun: ids}) == {f"on.{noun}": [f"One of these {noun} is not yours."]}


@pytest.mark.parametrize(
    "on", [{"products": [NOWHERE]}, {"batches": [NOWHERE]}, {"picos": [code_of(7)]}, {"picos": [code_of(7)] * 2}]
)
def test_what_does_not_exist_is_not_yours_either(on: dict[str, Any], api: Api) -> None:
    noun = next(iter(on))
    assert refused(api, a_company(), on=on) == {f"on.{noun}": [f"One of these {noun} is not yours."]}


def test_a_person_s_rule_watches_their_things_by_code(api: Api) -> None:
    conduit, others = a_conduit(), a_conduit()
    watching = {"picos": [conduit.pico.code]}

    assert refused(api, conduit.owner, on={"picos": [others.pico.code]}).keys() == {"on.picos"}
    for on in ({"products": [str(conduit.pico.product_id)]}, {"batches": [str(conduit.pico.batch_id)]}):
        assert refused(api, conduit.owner, on=on) == {"on": ["A person's rules watch things, by their codes."]}
    assert api(conduit.owner).post("/rules", DEFINITION | {"on": watching}).status_code == 201
    assert index_of(Rule.objects.get()) == {("pico.scanned", conduit.pico_id)}


def test_an_action_is_for_the_party_that_it_is_for(api: Api) -> None:
    company = a_company()
    endpoint = an_endpoint(company)
    webhook = {"do": "send_webhook", "endpoint": str(endpoint.pk)}

    (said,) = refused(api, company, then=[{"do": "notify_company", "text": "Hello"}])["then.0.do"]
    assert said.startswith("There is no such action; there are ")
    assert "send_webhook" in said and "notify_company" not in said  # noqa: PT018
    (said,) = refused(api, a_person(), then=[DEFINITION["then"][0], webhook])["then.1.do"]
    assert "notify_company" in said and "send_webhook" not in said  # noqa: PT018


@pytest.mark.parametrize(
    ("action", "place", "message"),
    [
        ({}, "then.0.do", None),
        ({"do": 7}, "then.0.do", None),
        ({"do": "outcome"}, "then.0.do", None),
        ({"do": ["notify_owner"]}, "then.0.do", None),
        ({"do": "notify_owner"}, "then.0.text", "This is missing."),
        ({"do": "notify_owner", "text": ""}, "then.0.text", None),
        ({"do": "notify_owner", "text": "a" * 1001}, "then.0.text", None),
        ({"do": "notify_owner", "text": "Hello", "to": "Ann"}, "then.0.to", "There is no such field."),
        ({"do": "notify_owner", "text": "{{owner.email}}"}, "then.0.text", "there is no field 'owner.email'"),
        ({"do": "post_entry", "body": "Hello", "visibility": "public"}, "then.0.visibility", None),
        ({"do": "post_entry", "text": "Hello"}, "then.0.body", "This is missing."),
    ],
)
def test_an_action_that_cannot_be_taken_names_its_place(
    action: dict[str, Any], place: str, message: str | None, api: Api
) -> None:
    errors = refused(api, a_person(), then=[action])

    assert [*errors] == [place]
    assert message is None or errors[place] == [message]


@pytest.mark.parametrize(
    ("endpoint", "message"),
    [("theirs", "You have no such endpoint."), ("deleted", "You have no such endpoint."), ("crm", None), (None, None)],
)
def test_a_rule_sends_only_to_an_endpoint_of_its_company(endpoint: Any, message: str | None, api: Api) -> None:
    company = a_company()
    theirs, deleted = an_endpoint(a_company()), an_endpoint(company)
    Endpoint.objects.filter(pk=deleted.pk).update(deleted_at=deleted.created_at)
    written = {"theirs": str(theirs.pk), "deleted": str(deleted.pk)}.get(endpoint, endpoint)

    errors = refused(api, company, then=[{"do": "send_webhook", "endpoint": written}])

    assert [*errors] == ["then.0.endpoint"]
    assert message is None or errors["then.0.endpoint"] == [message]


def test_a_refused_change_leaves_the_rule_as_it_was(api: Api) -> None:
    person = a_person()
    rule = a_rule(person)

    answer = api(person).put(f"/rules/{rule.pk}", DEFINITION | {"then": [{"do": "fly"}]})

    assert answer.status_code == 422
    assert [RuleVersion.objects.count(), index_of(rule)] == [1, {("pico.scanned", person.pk)}]


def test_a_party_has_at_most_five_hundred_rules(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert writing.MOST_PER_PARTY == 500
    monkeypatch.setattr(writing, "MOST_PER_PARTY", 2)
    person = a_person()
    asking = api(person)
    first = [asking.post("/rules", DEFINITION).json() for _ in range(2)]

    third = asking.post("/rules", DEFINITION)

    assert [third.status_code, third.json()["detail"]] == [409, "You have 2 rules; delete one first."]
    asking.delete(f"/rules/{first[0]['id']}")
    assert asking.post("/rules", DEFINITION).status_code == 201


@pytest.mark.parametrize("body", [None, [], 7, {}, {"name": "A"}, {"simulate": True}])
def test_a_body_that_is_no_definition_is_refused(body: Any, api: Api) -> None:
    answer = api(a_person()).post("/rules", body)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def test_enabling_reaches_only_what_happens_from_then_on(api: Api) -> None:
    conduit = a_conduit()
    rule = a_rule(conduit.owner, when={"event": "pico.claimed"})
    disable_rule(rule)
    while engine.drain():
        pass
    enable_rule(rule)
    assert engine.drain() == 0
    assert not rule.runs.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", [a_person, a_company])
def test_of_two_at_once_the_second_counts_what_the_first_one_wrote(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_PER_PARTY", 1)

    outcomes = at_once(*[partial(a_rule, make())] * 3)

    assert sorted(type(one).__name__ for one in outcomes) == ["Rule", "StateForbidsError", "StateForbidsError"]
