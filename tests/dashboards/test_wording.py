"""Beside a field stands what we say, nowhere what Django does."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms

import dashboards.urls  # noqa: F401 (all pages, with their forms)
from dashboards.desk.labels import LabelsForm
from dashboards.wording import Form, in_our_words
from tests.test_floors import ROOT


def forms_of_ours(kind: type[forms.Form] = Form) -> Iterator[type[forms.Form]]:
    for form in kind.__subclasses__():
        yield form
        yield from forms_of_ours(form)


FIELDS = [
    pytest.param(field, id=f"{form.__name__}.{name}")
    for form in forms_of_ours()
    for name, field in form.base_fields.items()
]
# What is sent by somebody who makes up requests, to fields of every type.
WRONG: list[Any] = [None, "", [], "zz", ["zz"], "a\0b", "-1e9", "999999999", "x" * 1_000_000]
DJANGOS = ("This field", "Ensure", "Select a", "Enter a", "Null char", "valid", "submit")


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_says_what_django_does(field: forms.Field) -> None:
    in_our_words(field)
    for value in WRONG:
        try:
            field.clean(value)
        except forms.ValidationError as error:
            said = error.messages
        except (AttributeError, TypeError):  # a list for a text, which no form's data has
            continue
        else:
            continue
        assert not [one for one in said if any(words in one for words in DJANGOS)]


def test_every_form_is_one_of_ours() -> None:
    assert len(FIELDS) > 50
    assert LabelsForm in forms_of_ours()
    bare = [path for path in (ROOT / "dashboards").rglob("*.py") if "(forms.Form)" in path.read_text()]
    assert [path.name for path in bare] == ["wording.py"]
