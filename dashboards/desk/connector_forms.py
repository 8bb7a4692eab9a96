"""The form of a connector: made from what its kind says is entered, so that a new kind needs none of its own."""

from typing import Any, get_args

from django import forms
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from api.problems import errors_of
from conduits.connectors.kinds import Kind
from conduits.connectors.settings import is_secret
from dashboards.desk.event_choices import EventsField
from dashboards.forms import keepable
from dashboards.wording import Form

LONGEST = 500
EVENTS = "events"


class ConnectorForm(Form):
    """A connector to add, or to change: then what is shown is filled in, and a secret that is left empty stays."""

    def __init__(self, *args: Any, kind: Kind, changes: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._changes = changes
        self._config = kind.Config
        for name, info in kind.Config.model_fields.items():
            self.fields[name] = _field(info, keeps=changes and is_secret(info))
        self.fields[EVENTS] = EventsField()
        self.use_our_words()

    def config(self) -> dict[str, Any]:
        """What was entered, as the API takes it; what is left empty has its usual value, or stays as it is."""
        given = {name: self.cleaned_data.get(name) for name in self._config.model_fields}
        emptied = {name for name, info in self._config.model_fields.items() if self._changes and not is_secret(info)}
        defaults = {
            name: self._config.model_fields[name].get_default(call_default_factory=True)
            for name in emptied
            if not self._config.model_fields[name].is_required()
        }
        return defaults | {name: value for name, value in given.items() if value not in {None, ""}}

    def say(self, error: ValidationError) -> None:
        """Says beside each field what its kind has against it."""
        for place, sentences in errors_of(error).items():
            for sentence in sentences:
                self.add_error(
                    place if place in self.fields else None, f"{sentence[:1].upper()}{sentence[1:].removesuffix('.')}."
                )


def _field(info: FieldInfo, *, keeps: bool) -> forms.Field:
    common: dict[str, Any] = {
        "label": info.title or "",
        "help_text": "Leave it empty to keep the one that is there." if keeps else info.description or "",
        "required": info.is_required() and not keeps,
        "initial": None if info.is_required() else info.get_default(call_default_factory=True),
    }
    if int in {info.annotation, *get_args(info.annotation)}:
        return forms.IntegerField(min_value=0, **common)
    if is_secret(info):
        widget = forms.PasswordInput(attrs={"autocomplete": "off"})
        return forms.CharField(max_length=LONGEST, widget=widget, validators=[keepable], **common)
    return forms.CharField(max_length=LONGEST, validators=[keepable], **common)
