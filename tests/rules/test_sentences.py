"""A rule as the sentence that its owner would say."""

from typing import Any

import pytest

from conduits.opening import add_thing_with_journal
from parties.models import Company, Person
from picos.event_types import event_types
from picos.models import Pico
from rules.event_types import OF_ONE_RULE
from rules.language.sentences import sentence_of
from rules.writing import parse_definition
from tests.factories import a_company, a_conduit, a_person, a_product, an_endpoint, picos

# Those that a rule may name.
EVENTS = [one for one in event_types() if one.name not in OF_ONE_RULE]
pytestmark = pytest.mark.django_db


def sentence(party: Company | Person, **parts: Any) -> str:
    raw = {"name": "A", "when": {"event": "pico.scanned"}, "then": [{"do": "notify_owner", "text": "Hello"}]}
    return str(sentence_of(parse_definition(raw | parts), party))


def leaf(field: str = "pico.product.sku", op: str = "is", value: Any = "CM-3000") -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def test_a_person_s_rule_about_everything() -> None:
    assert sentence(a_person()) == "IF the code on any of my things is scanned THEN tell me “Hello”"


def test_a_company_s_rule_about_everything() -> None:
    assert sentence(a_company()) == "IF the code on any product is scanned THEN tell the owner “Hello”"


def test_several_events_and_actions_stand_one_after_the_other() -> None:
    then = [
        {"do": "notify_company", "text": "I lost it"},
        {"do": "post_entry", "body": "Lost", "visibility": "private"},
        {"do": "post_entry", "body": "Lost"},
    ]
    when = {"any": [{"event": "pico.lost"}, {"event": "pico.found"}, {"event": "pico.scanned"}]}

    assert sentence(a_person(), when=when, then=then) == (
        "IF any of my things is reported lost, a finder writes about any of my things or "
        "the code on any of my things is scanned "
        "THEN tell its maker “I lost it” AND write “Lost” in my own notes AND write “Lost” in our journal"
    )


def test_a_webhook_names_its_endpoint() -> None:
    company = a_company()
    endpoint = an_endpoint(company, "https://crm.example/hook")
    then = [{"do": "send_webhook", "endpoint": str(endpoint.pk)}]
    gone = [{"do": "send_webhook", "endpoint": "019a0000-0000-7000-8000-000000000000"}]

    assert (
        sentence(company, then=then) == "IF the code on any product is scanned THEN send it to https://crm.example/hook"
    )
    assert sentence(company, then=gone).endswith("THEN send it to an endpoint that is gone")


def test_a_rule_names_the_things_that_it_watches() -> None:
    company = a_company()
    moccasin, modem = a_product(company, name="Moccasin"), a_product(company, name="Modem")
    pico = picos(3, modem)[0]

    def watching(**on: Any) -> str:
        return sentence(company, on=on).partition(" is scanned")[0]

    assert watching(products=[str(moccasin.pk)]) == "IF the code on any Moccasin"
    assert watching(batches=[str(pico.batch_id)]) == "IF the code on any of 3 × Modem"
    assert watching(picos=[pico.code]) == "IF the code on Modem"
    assert watching(products=[str(moccasin.pk)], picos=[pico.code]) == "IF the code on any Moccasin or Modem"


def test_a_person_s_thing_is_called_by_its_name_however_its_code_was_typed() -> None:
    person = a_person()
    pico = add_thing_with_journal(person=person, name="My bicycle")

    assert sentence(person, on={"picos": [pico.code.lower()]}).startswith("IF the code on My bicycle is scanned")


def test_what_now_is_somebody_else_s_is_not_named() -> None:
    conduit = a_conduit()
    Pico.objects.filter(pk=conduit.pico_id).update(owner=a_person())

    assert sentence(conduit.owner, on={"picos": [conduit.pico.code]}).startswith("IF the code on nothing is scanned")


def test_conditions_stand_between_the_event_and_the_actions() -> None:
    condition = {"all": [leaf(), {"any": [leaf("pico.status", "is", "lost"), leaf("journal.unread", "gt", 3)]}]}

    assert sentence(a_person(), **{"if": condition}) == (
        "IF the code on any of my things is scanned AND the SKU is “CM-3000” "
        "AND (its status is “lost” OR the number of unread entries is more than 3) THEN tell me “Hello”"
    )


def test_different_rules_read_differently() -> None:
    company, person = a_company(), a_person()
    product = a_product(company)
    conditions = [leaf(), {"all": [leaf(), leaf("pico.status", "is", "lost")]}]
    said = [sentence(person, **{"if": one}) for one in conditions]
    said += [sentence(person, when={"event": one.name}) for one in EVENTS]
    said += [sentence(company), sentence(company, on={"products": [str(product.pk)]})]
    for visibility in ("private", "shared"):
        said.append(sentence(person, then=[{"do": "post_entry", "body": "Hello", "visibility": visibility}]))
    said.append(sentence(person, then=[{"do": "notify_company", "text": "Hello"}]))

    assert len(set(said)) == len(said)


def test_every_type_of_event_can_be_said_of_a_thing_with_braces_in_its_name() -> None:
    company = a_company()
    product = a_product(company, name="{thing} {0}")
    for kind in EVENTS:
        said = sentence(company, when={"event": kind.name}, on={"products": [str(product.pk)]})
        assert said.startswith("IF ")
        assert ("any {thing} {0}" in said) == ("{thing}" in kind.sentence)


def test_a_sentence_takes_few_queries(django_assert_max_num_queries: Any) -> None:
    company = a_company()
    products = [str(a_product(company).pk) for _ in range(10)]

    with django_assert_max_num_queries(3):
        sentence(company, on={"products": products})


def test_a_person_s_own_rule_speaks_of_them_in_the_first_person() -> None:
    then = [
        {"do": "notify_owner", "text": "Hello"},
        {"do": "ask", "of": "owner", "question": "Well?", "choices": ["Yes", "No"], "within": 60},
        {"do": "wait", "for": {"event": "conduit.resumed"}, "within": 60},
    ]
    raw = {"name": "A", "when": {"any": [{"event": "conduit.paused"}, {"event": "pico.released"}]}, "then": then}
    own, companys = (str(sentence_of(parse_definition(raw), party)) for party in (a_person(), a_company()))
    assert own == (
        "IF I pause the line to the maker of any of my things or I give any of my things up "
        "THEN tell me “Hello” AND ask me “Well?” (“Yes” or “No”) and wait up to 1 minute "
        "AND wait up to 1 minute until I resume the line to the maker of it"
    )
    assert companys == (
        "IF the owner of any product pauses the line to its maker or the owner of any product gives it up "
        "THEN tell the owner “Hello” AND ask the owner “Well?” (“Yes” or “No”) and wait up to 1 minute "
        "AND wait up to 1 minute until the owner of it resumes the line to its maker"
    )
