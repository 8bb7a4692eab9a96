"""What stands beside a field when it is filled in wrongly: our words in place of Django's own."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

# By Django's code of the error; of a type of field, those of the later ones count.
_EVERYWHERE: Final = {
    "required": "Nothing is written here yet.",
    "max_length": "At most %(limit_value)s letters fit in; this has %(show_value)s.",
    "min_value": "At least %(limit_value)s.",
    "max_value": "At most %(limit_value)s.",
    "null_characters_not_allowed": "There is a character in it that cannot be kept.",
}
_CHOICE: Final = "Choose one of those that are there."
_BY_TYPE: Final[Mapping[type[forms.Field], Mapping[str, str]]] = {
    forms.IntegerField: {"invalid": "This is no whole number."},
    forms.FloatField: {"invalid": "This is no number."},
    forms.DateTimeField: {"invalid": "This is no date and time."},
    forms.TimeField: {"invalid": "Write a time such as 22:00."},
    forms.EmailField: {"invalid": "This is no e-mail address."},
    forms.UUIDField: {"invalid": _CHOICE},
    forms.ChoiceField: {"required": _CHOICE, "invalid_choice": _CHOICE},
    forms.MultipleChoiceField: {"required": "Choose at least one.", "invalid_list": _CHOICE},
    forms.ModelChoiceField: {"required": _CHOICE, "invalid_choice": _CHOICE},
    forms.FileField: {
        "max_length": "At most %(max)s letters fit in a file's name; this has %(length)s.",
        "required": "Choose a file.",
        "invalid": "Choose a file.",
        "missing": "Choose a file.",
        "empty": "There is nothing in this file.",
    },
}


def in_our_words(field: forms.Field) -> None:
    """Gives the field our sentences, but for those that it has of its own."""
    if isinstance(field, forms.ModelChoiceField):
        # It asks this one apart from its validators, past its error messages.
        says = ProhibitNullCharactersValidator(message=_CHOICE)
        field.validate_no_null_characters = says  # type: ignore[method-assign]
    django: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        django |= getattr(kind, "default_error_messages", {})
    ours = dict(_EVERYWHERE)
    for kind, sentences in _BY_TYPE.items():
        if isinstance(field, kind):
            ours |= sentences
    field.error_messages |= {
        code: said for code, said in ours.items() if field.error_messages.get(code) == django.get(code)
    }


class Form(forms.Form):
    """A form of ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_our_words()

    def use_our_words(self) -> None:
        """Once more where fields came later."""
        for field in self.fields.values():
            in_our_words(field)
