"""Texts with fields in them."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parties.models import Person
from picos.models import Event, Pico
from rules.language.texts import LONGEST, check_text, fill
from rules.models import Rule
from tests.rules.moments import a_meeting

AT = dt.datetime(2026, 11, 21, 16, 40, 5, tzinfo=dt.UTC)


def filled(text: str, owner: Person | None = None, **data: Any) -> str:
    pico = Pico(code="K7QM3XNB0FJ2H", name="My bicycle")
    event = Event(type="pico.scanned", at=AT, data=data, pico=pico, owner=owner)
    return fill(text, a_meeting(event, Rule(person=owner) if owner else Rule()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello", "Hello"),
        ("", ""),
        ("{{event.type}}", "pico.scanned"),
        ("{{ pico.product.name }} was scanned.", "My bicycle was scanned."),
        ("{{event.at}}", "2026-11-21 16:40 UTC"),
        ("{{event.data.n}}/{{event.data.flag}}/{{event.data.words}}", "1.5/True/a {{b}}"),
        ("Serial {{pico.serial}}.", "Serial ."),
        ("{{owner.name}} has a new entry", "Somebody has a new entry"),
        ("{ {event.type} } {{}} {{event type}}", "{ {event.type} } {{}} {{event type}}"),
        ("{{{event.type}}}", "{pico.scanned}"),
    ],
)
def test_fields_are_filled_in(text: str, expected: str) -> None:
    assert filled(text, n=1.5, flag=True, words="a {{b}}") == expected


def test_an_owner_is_named_by_their_name() -> None:
    assert filled("{{owner.name}} wrote", Person(name="Ann")) == "Ann wrote"


def test_a_value_that_looks_like_a_field_is_not_filled_in_again() -> None:
    assert filled("{{event.data.evil}}", evil="{{owner.name}}") == "{{owner.name}}"


def test_a_filled_text_is_cut_to_its_bound_and_has_no_nul() -> None:
    assert filled("{{event.data.long}}", long="a" * 5000) == "a" * LONGEST
    assert filled("a{{event.data.nul}}b", nul="\0") == "ab"


@pytest.mark.parametrize(
    "text", ["{{owner.email}}", "Hello {{ nobody }}", "{{event.data.}}", "{{event}} {{event.type}}"]
)
def test_a_text_that_names_no_field_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="there is no field"):
        check_text(text)


@pytest.mark.parametrize(
    "text", ["{{owner.name", "owner.name}} wrote", "{% if %}", "{{}}", "{{event type}}", "{{event.type}} {{", "{{{{"]
)
def test_what_looks_like_a_field_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="makes no field: those are written {{owner.name}}, and there is no logic"):
        check_text(text)


@pytest.mark.parametrize(
    "text", ["{{{event.type}}}", "{ {event.type} }", "100 % {sure}", "{{event.type}}{{pico.code}}"]
)
def test_single_braces_are_plain_text(text: str) -> None:
    assert check_text(text) == text


@settings(max_examples=60)
@given(st.text(alphabet="{} eventypdatx.\n", max_size=40))
def test_any_text_is_refused_or_filled_without_an_error(text: str) -> None:
    try:
        check_text(text)
    except ValueError:
        return
    assert len(filled(text)) <= LONGEST
