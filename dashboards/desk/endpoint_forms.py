"""Forms about endpoints and what is sent there."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from conduits.models import Delivery, Endpoint
from dashboards.desk.event_choices import EventsField
from dashboards.forms import text
from dashboards.wording import Form


class EndpointForm(Form):
    """An endpoint to add."""

    url = text("URL", 2048, help_text="Where we POST signed messages.")
    events = EventsField()
    ordered = forms.BooleanField(
        label="Keep each pico’s order: one that fails holds up those behind it", required=False
    )

    format = forms.ChoiceField(
        label="Laid out as", choices=Endpoint.Format.choices, initial=Endpoint.Format.STANDARD, required=False
    )
    asymmetric = forms.BooleanField(label="Sign with a key of its own (ed25519, v1a) beside the secret", required=False)
    rate_per_second = forms.IntegerField(
        label="At most so many a second",
        min_value=1,
        max_value=1000,
        required=False,
        help_text="Nothing: as they come.",
    )
    concurrency = forms.IntegerField(
        label="At most so many at a time",
        min_value=1,
        max_value=64,
        required=False,
        help_text="Nothing: up to 64.",
    )

    def clean_format(self) -> str:
        """The standard's, when nothing is said."""
        return self.cleaned_data["format"] or Endpoint.Format.STANDARD


class DeliveriesForm(Form):
    """Which deliveries a page lists. What cannot be understood chooses nothing out."""

    endpoint: Any = forms.ModelChoiceField(None, label="To", required=False, empty_label="all endpoints")
    state = forms.ChoiceField(
        label="State",
        choices=[("", "all"), *((state.value, state.label.lower()) for state in Delivery.State)],
        required=False,
    )
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, query: QueryDict, *, endpoints: QuerySet[Endpoint]) -> None:
        super().__init__(query.copy())
        field: Any = self.fields["endpoint"]
        field.queryset = endpoints
        for name in list(self.errors):
            del self.data[name]  # type: ignore[attr-defined]
        self.full_clean()

    def chosen(self) -> dict[str, Any]:
        """As a filter."""
        lookups = {"endpoint": "endpoint", "state": "state", "before": "pk__lt"}
        given: dict[str, Any] = self.cleaned_data
        return {lookup: given[name] for name, lookup in lookups.items() if given.get(name)}

    def older(self, last: UUID) -> str:
        """The query of the page after the one that ends with `last`."""
        given = {name: self.cleaned_data.get(name) for name in ("endpoint", "state")}
        plain = {name: getattr(value, "pk", value) for name, value in given.items() if value}
        return urlencode(plain | {"before": last})


class RecoverForm(Form):
    """From when on messages that never arrived are sent again."""

    hours = forms.TypedChoiceField(
        label="Those of",
        coerce=int,
        choices=[(1, "the last hour"), (24, "the last day"), (72, "the last three days"), (168, "the last week")],
        initial=24,
    )
