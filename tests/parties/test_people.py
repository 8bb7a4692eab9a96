"""People, companies and their members."""

import pytest
from django.db import IntegrityError, transaction

from parties.actors import ANONYMOUS, SYSTEM, Actor
from parties.models import Company, Member, Person
from tests.factories import a_company, a_member, a_person

pytestmark = pytest.mark.django_db


def test_an_address_is_kept_in_lower_case_and_found_in_any() -> None:
    ann = a_person(email="Ann@Example.COM")
    assert ann.email == "ann@example.com"
    assert Person.objects.get_by_natural_key("ANN@example.com") == ann


def test_the_database_keeps_no_address_in_upper_case() -> None:
    with pytest.raises(IntegrityError, match="person_email_is_lower_case"), transaction.atomic():
        Person(email="Ann@example.com").save(force_insert=True)


def test_two_people_never_share_an_address() -> None:
    a_person(email="ann@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        a_person(email="ANN@example.com")


def test_others_are_shown_the_name_and_never_the_address() -> None:
    assert str(a_person("Ann")) == "Ann"
    assert str(a_person("", "ann@example.com")) == "Somebody"


@pytest.mark.parametrize(
    ("role", "answers", "sets_up"), [("admin", True, True), ("agent", True, False), ("viewer", False, False)]
)
def test_a_role_says_what_a_member_may_do(role: str, answers: bool, sets_up: bool) -> None:
    member = a_member(a_company(), role)
    assert (member.may_answer, member.may_set_up) == (answers, sets_up)


def test_a_role_that_there_is_not_cannot_be_kept() -> None:
    with pytest.raises(IntegrityError, match="member_role_is_known"), transaction.atomic():
        a_member(a_company(), "owner")


def test_a_person_is_a_member_of_a_company_once() -> None:
    member = a_member(a_company())
    with pytest.raises(IntegrityError, match="member_once"), transaction.atomic():
        Member.objects.create(company=member.company, person=member.person, role="viewer")


def test_two_companies_never_share_a_slug() -> None:
    a_company(slug="lamo")
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.create(name="Another", slug="lamo")


def test_an_actor_names_the_party_and_the_agent_who_acted() -> None:
    company, ann, ben = a_company(), a_person("Ann"), a_person("Ben")
    assert Actor.of_person(ann) == Actor("person", ann.pk)
    assert Actor.of_company(company, ben) == Actor("company", company.pk, ben.pk)
    assert Actor.of_company(company) == Actor("company", company.pk, None)
    assert Actor.of_rule(ann.pk) == Actor("rule", ann.pk)
    assert (ANONYMOUS.kind, SYSTEM.kind) == ("anonymous", "system")
