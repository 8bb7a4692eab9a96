"""The pages' forms. What they accept is what the API accepts; verbs check the rest."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict

from api.bodies import storable
from conduits.terms.rosters import agreements
from conduits.terms.stances import Proposal, proposal
from dashboards.wording import Form
from picos.channels import LONGEST_DAYS, MOST_USES
from picos.models import Channel


def keepable(value: str) -> None:
    """Refuses characters that the database cannot keep; of NUL, Django's own validator says so."""
    try:
        storable(value.replace("\0", ""))
    except ValueError as error:
        raise ValidationError("There is a character in it that cannot be kept.") from error


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, be it nothing; None when its page is only opened."""
    return request.POST if request.method == "POST" else None


def text(label: str, longest: int, *, required: bool = True, help_text: str = "") -> forms.CharField:
    """One line."""
    return forms.CharField(
        label=label,
        max_length=longest,
        required=required,
        help_text=help_text,
        validators=[keepable],
    )


def prose(label: str, longest: int, *, required: bool = True, help_text: str = "") -> forms.CharField:
    """Several lines."""
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label,
        max_length=longest,
        required=required,
        help_text=help_text,
        widget=area,
        validators=[keepable],
    )


class EntryForm(Form):
    """What an owner writes; photos come beside it."""

    body = prose("What happened", 10_000, required=False)
    visibility = forms.ChoiceField(choices=[("shared", "shared"), ("private", "private"), ("public", "public")])
    pass_on = forms.BooleanField(required=False)
    photos = forms.Field(required=False, widget=forms.HiddenInput)


class FinderForm(Form):
    """What a finder leaves for the owner."""

    message = prose("Your message", 2000)
    contact = text("How to reach you", 200, required=False)


class MessageForm(Form):
    """One more message between a finder and the owner."""

    body = prose("Message", 2000)


class ByLinkForm(Form):
    """What somebody writes by an owner's link."""

    body = prose("What you did, or found", 10_000)


class ChannelForm(Form):
    """A link to open for somebody."""

    name = text("Who it is for", 100, help_text="What they write stands under this name: “The repair shop”.")
    scope = forms.MultipleChoiceField(
        label="Whoever has the link can",
        choices=Channel.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Channel.Scope.PAGE, Channel.Scope.ENTRIES],
    )
    visibility = forms.ChoiceField(
        label="What they write is for", choices=[("private", "only you"), ("shared", "you and its maker")]
    )
    expires_in_days = forms.IntegerField(
        label="For how many days", min_value=1, max_value=LONGEST_DAYS, initial=7, help_text="You can end it earlier."
    )
    uses = forms.IntegerField(
        label="How many times at most",
        min_value=1,
        max_value=MOST_USES,
        required=False,
        help_text="Counted are the entries that are written by it, and openings only if nothing can be written by it.",
    )


class ClaimForm(Form):
    """What claiming takes."""

    pin = forms.CharField(
        label="The PIN that came with it",
        max_length=20,
        error_messages={"required": "Claiming this takes the PIN that came with it."},
        help_text="Six figures, on a card in the box.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        validators=[keepable],
    )

    name = text(
        "What you are called", 100, required=False, help_text="For your own rules. Companies see it if you let them."
    )

    def __init__(self, *args: Any, wants_pin: bool, wants_name: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not wants_pin:
            del self.fields["pin"]
        if not wants_name:
            del self.fields["name"]


class ProfferForm(Form):
    """The terms that an owner offers: those that they would like best, and others that would do."""

    preferred = forms.ChoiceField(label="What you would like best")
    alternative = forms.ChoiceField(
        label="What would do, too", required=False, help_text="The company may take either."
    )

    def __init__(self, *args: Any, usual: Proposal, **kwargs: Any) -> None:
        alternative = usual.alternative.id if usual.alternative else ""
        kwargs["initial"] = {"preferred": usual.preferred.id, "alternative": alternative}
        super().__init__(*args, **kwargs)
        choices = [(one.id, f"{one.title} ({one.id})") for one in agreements()]
        self.fields["preferred"].choices = choices  # type: ignore[attr-defined]
        self.fields["alternative"].choices = [("", "nothing else"), *choices]  # type: ignore[attr-defined]

    def proposal(self) -> Proposal:
        """What was chosen, once it is valid."""
        return proposal(self.cleaned_data["preferred"], self.cleaned_data["alternative"])

    def clean(self) -> dict[str, Any]:
        """Two of the same are one."""
        cleaned = super().clean() or {}
        if cleaned.get("preferred") and cleaned.get("preferred") == cleaned.get("alternative"):
            self.add_error("alternative", "This is what you would like best already. Choose another, or nothing else.")
        return cleaned


class LostForm(Form):
    """What a finder will read."""

    message = prose("What finders read", 500, help_text="Where you left it, for example.")
    contact = text("Where they reach you", 200, required=False)
    show_contact = forms.BooleanField(label="Show it on the page, for everybody who has the code", required=False)

    def clean(self) -> dict[str, Any]:
        """What is to be shown must be there, or finders would read nothing and the owner would wait."""
        if self.cleaned_data.get("show_contact") and not self.cleaned_data.get("contact") and not self.errors:
            self.add_error("contact", "Write it here, or do not show it.")
        return self.cleaned_data


class ReasonForm(Form):
    """Why a thing is retired."""

    reason = text("Why", 200, required=False)


class MakerForm(Form):
    """Which of a maker's products it is."""

    product = forms.ChoiceField(label="Which product of yours it is", help_text="Your customer can tell you.")

    def __init__(self, *args: Any, products: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = products  # type: ignore[attr-defined]


class ThingForm(Form):
    """A thing whose maker is not here."""

    name = text("What it is", 100)
    company_name = text("Who made it", 100, required=False)


class PersonForm(Form):
    """How a person is called."""

    name = text(
        "Your name", 100, required=False, help_text="Your own rules may use it. Companies see it if you let them."
    )
