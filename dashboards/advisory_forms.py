"""The forms of advisories: what they say, whom they are about, how they end, and who wants to be told."""

import re
from typing import Any

from django import forms
from django.db.models import QuerySet

from conduits.models import Wish
from conduits.models.advisory import Severity
from dashboards.clocks import ClockForm, time_field
from dashboards.desk.forms import batch_named
from dashboards.forms import prose, text
from dashboards.wording import Form
from picos.models import Batch, Product


class WordingForm(ClockForm):
    """What an advisory says."""

    title = text("In one line", 100, help_text="“Recall of lot 26-03: the glue of the sole”.")
    body = prose("What to do", 10_000)
    severity = forms.ChoiceField(label="How much it matters", choices=Severity.choices, widget=forms.RadioSelect)
    until = time_field("Until", help_text="In UTC. Empty: until you end it.")

    def clean(self) -> dict[str, Any]:
        """`until` in UTC."""
        self.read_clock("until")
        return self.cleaned_data


class AdvisoryForm(WordingForm):
    """An advisory to publish: what it says, and whom it is about."""

    product: Any = forms.ModelChoiceField(None, required=False, empty_label="all of them")
    batch: Any = forms.ModelChoiceField(None, required=False, empty_label="all of them")
    serials = prose(
        "Serial numbers",
        500_000,
        required=False,
        help_text="One to a line, or ranges such as LM-2026-000100..LM-2026-000200.",
    )
    region = text("Region", 10, required=False, help_text="A country such as DE, or a part of one such as DE-BY.")

    def __init__(self, *args: Any, products: QuerySet[Product], batches: QuerySet[Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        product: Any = self.fields["product"]
        product.queryset = products
        batch: Any = self.fields["batch"]
        batch.queryset = batches
        batch.label_from_instance = lambda one: f"{one.product}, {batch_named(one)}"

    def text_fields(self) -> list[forms.BoundField]:
        """What it says."""
        return [self[name] for name in WordingForm.base_fields if not self[name].is_hidden]

    def scope_fields(self) -> list[forms.BoundField]:
        """Whom it is about."""
        return [self[name] for name in self.fields if name not in WordingForm.base_fields]

    def scope(self) -> dict[str, Any]:
        """The parts that were named."""
        given = self.cleaned_data
        return {
            "product": given["product"].pk if given["product"] else None,
            "batch": given["batch"].pk if given["batch"] else None,
            "serials": re.split(r"[\n,;]", given["serials"]),
            "region": given["region"],
        }


class EndingForm(Form):
    """How an advisory ends."""

    how = forms.ChoiceField(
        label="Why",
        choices=[("all_clear", "All clear: what it said is over"), ("withdrawn", "It was never right: withdraw it")],
        initial="all_clear",
        widget=forms.RadioSelect,
    )
    body = prose("What to tell them", 1000, required=False)


class ToldForm(Form):
    """Of which advisories a person wants to be told."""

    level = forms.ChoiceField(label="Tell me", choices=Wish.Level.choices, widget=forms.RadioSelect)
