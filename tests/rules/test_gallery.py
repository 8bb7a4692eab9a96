"""The ready-made rules."""

from string import Formatter
from typing import Final

import pytest
from pydantic import ValidationError

from parties.errors import RefusedError
from parties.models import Company, Person
from rules import gallery
from rules.language.sentences import sentence_of
from rules.writing import write_rule
from tests.factories import a_company, a_person, a_product, an_endpoint

ID: Final = "01a2003a-f905-7606-b046-77084bc8746c"


USUAL = {"product": ID, "endpoint": ID, "thing": "", "event": "pico.scanned", "duration": "P30D", "number": "3"}
USUAL |= {"text": "Hello", "key": "warranty_until"}


def test_each_template_is_offered_to_its_own_party_only() -> None:
    for party, kind in ((Person(), "person"), (Company(), "company")):
        assert {one.NAME for one in gallery.templates_for(party)} == {
            name for name, one in gallery.templates().items() if kind in one.PARTIES
        }
    assert "tell_the_call_centre" not in [one.NAME for one in gallery.templates_for(Person())]


@pytest.mark.parametrize("name", sorted(gallery.templates()))
def test_a_template_lies_in_the_file_of_its_name_and_says_what_it_takes(name: str) -> None:
    template = gallery.templates()[name]

    assert template.__name__ == f"rules.gallery.{name}"  # type: ignore[attr-defined]
    blanks = {one.name: USUAL[one.kind] for one in template.INPUTS}
    assert template.definition.__annotations__.keys() - {"return"} == set(blanks)
    assert {blank for _, blank, _, _ in Formatter().parse(template.SENTENCE) if blank} == set(blanks)
    assert gallery.fill_in(name, **blanks).name == template.TITLE


@pytest.mark.django_db
def test_a_filled_in_template_is_a_rule_like_any_other() -> None:
    company = a_company()
    product, endpoint = a_product(company, name="Modem"), an_endpoint(company)

    rule = write_rule(
        party=company,
        definition=gallery.fill_in("tell_the_call_centre", product=str(product.pk), endpoint=endpoint.pk),
    )

    sentence = sentence_of(gallery.fill_in("tell_the_call_centre", product=product.pk, endpoint=endpoint.pk), company)
    assert str(sentence) == f"IF the code on any Modem is scanned THEN send it to {endpoint.url}"
    assert rule.name == "Tell the call centre"


@pytest.mark.django_db
def test_another_company_s_product_and_endpoint_are_refused() -> None:
    company, other = a_company(), a_company()
    mine = {"product": a_product(company).pk, "endpoint": an_endpoint(company).pk}

    for theirs in ({"product": a_product(other).pk}, {"endpoint": an_endpoint(other).pk}):
        with pytest.raises(RefusedError):
            write_rule(party=company, definition=gallery.fill_in("tell_the_call_centre", **(mine | theirs)))


def test_an_input_that_was_not_chosen_is_an_error() -> None:
    with pytest.raises(ValidationError):
        gallery.fill_in("tell_the_call_centre", product="", endpoint="")


@pytest.mark.django_db
def test_a_person_cannot_use_a_company_s_template() -> None:
    product, endpoint = a_product(), an_endpoint(a_company())

    with pytest.raises(RefusedError):
        write_rule(
            party=a_person(),
            definition=gallery.fill_in("tell_the_call_centre", product=product.pk, endpoint=endpoint.pk),
        )
